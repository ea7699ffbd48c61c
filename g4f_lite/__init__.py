"""One Python function over every chat model; every provider is a plugin.

    from g4f_lite import ChatCompletion

    for text in ChatCompletion.create(
        provider="yqcloud", model="gpt-3.5-turbo", stream=True,
        messages=[{"role": "user", "content": "Hello, how are you?"}],
    ):
        print(text, end="", flush=True)

Importing this package imports nothing else and does no I/O: each public name is fetched when it is
first asked for.
"""

TYPE_CHECKING = False  # what type checkers take for typing.TYPE_CHECKING, without importing typing
if TYPE_CHECKING:
    from g4f_lite._registry import Registry as Registry
    from g4f_lite._registry import registry as registry
    from g4f_lite.async_streams import AsyncCompletionStream as AsyncCompletionStream
    from g4f_lite.cancellation import CancelScope as CancelScope
    from g4f_lite.cancellation import current_scope as current_scope
    from g4f_lite.completion import ChatCompletion as ChatCompletion
    from g4f_lite.contract import Problem as Problem
    from g4f_lite.contract import Provider as Provider
    from g4f_lite.contract import ProviderInfo as ProviderInfo
    from g4f_lite.contract import Request as Request
    from g4f_lite.contract import Verdict as Verdict
    from g4f_lite.contract import params_of as params_of
    from g4f_lite.errors import AuthenticationError as AuthenticationError
    from g4f_lite.errors import EmptyAnswerError as EmptyAnswerError
    from g4f_lite.errors import G4FLiteError as G4FLiteError
    from g4f_lite.errors import InvalidArgumentError as InvalidArgumentError
    from g4f_lite.errors import InvalidMessageError as InvalidMessageError
    from g4f_lite.errors import InvalidProviderError as InvalidProviderError
    from g4f_lite.errors import MissingAuthError as MissingAuthError
    from g4f_lite.errors import ModelNotFoundError as ModelNotFoundError
    from g4f_lite.errors import ProviderBlockedError as ProviderBlockedError
    from g4f_lite.errors import ProviderConflictError as ProviderConflictError
    from g4f_lite.errors import ProviderConnectionError as ProviderConnectionError
    from g4f_lite.errors import ProviderCrashError as ProviderCrashError
    from g4f_lite.errors import ProviderError as ProviderError
    from g4f_lite.errors import ProviderLoadError as ProviderLoadError
    from g4f_lite.errors import ProviderNotFoundError as ProviderNotFoundError
    from g4f_lite.errors import ProviderResponseError as ProviderResponseError
    from g4f_lite.errors import ProviderSetupError as ProviderSetupError
    from g4f_lite.errors import ProviderStatusError as ProviderStatusError
    from g4f_lite.errors import ProviderTimeoutError as ProviderTimeoutError
    from g4f_lite.errors import RateLimitError as RateLimitError
    from g4f_lite.errors import RegistryError as RegistryError
    from g4f_lite.errors import RequestError as RequestError
    from g4f_lite.errors import StreamStateError as StreamStateError
    from g4f_lite.errors import UnsupportedOptionError as UnsupportedOptionError
    from g4f_lite.events import Event as Event
    from g4f_lite.events import Finish as Finish
    from g4f_lite.events import Served as Served
    from g4f_lite.events import Usage as Usage
    from g4f_lite.hookspecs import hookimpl as hookimpl
    from g4f_lite.messages import Message as Message
    from g4f_lite.results import Answer as Answer
    from g4f_lite.results import Attempt as Attempt
    from g4f_lite.results import Completion as Completion
    from g4f_lite.results import Provenance as Provenance
    from g4f_lite.streams import CompletionStream as CompletionStream

__version__ = "0.1.0"

_HOME = {
    "_registry": ("Registry", "registry"),
    "async_streams": ("AsyncCompletionStream",),
    "cancellation": ("CancelScope", "current_scope"),
    "completion": ("ChatCompletion",),
    "contract": ("Problem", "Provider", "ProviderInfo", "Request", "Verdict", "params_of"),
    "errors": (
        "AuthenticationError",
        "EmptyAnswerError",
        "G4FLiteError",
        "InvalidArgumentError",
        "InvalidMessageError",
        "InvalidProviderError",
        "MissingAuthError",
        "ModelNotFoundError",
        "ProviderBlockedError",
        "ProviderConflictError",
        "ProviderConnectionError",
        "ProviderCrashError",
        "ProviderError",
        "ProviderLoadError",
        "ProviderNotFoundError",
        "ProviderResponseError",
        "ProviderSetupError",
        "ProviderStatusError",
        "ProviderTimeoutError",
        "RateLimitError",
        "RegistryError",
        "RequestError",
        "StreamStateError",
        "UnsupportedOptionError",
    ),
    "events": ("Event", "Finish", "Served", "Usage"),
    "hookspecs": ("hookimpl",),
    "messages": ("Message",),
    "results": ("Answer", "Attempt", "Completion", "Provenance"),
    "streams": ("CompletionStream",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

# A type checker takes the imports above for these; a test compares the two.
__all__ = ["__version__", *sorted(_MODULE_OF)]  # pyright: ignore[reportUnsupportedDunderAll]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'g4f_lite' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"g4f_lite.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
