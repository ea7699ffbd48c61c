"""One Python function for every chat model; every provider is a plugin.

    from g4f_lite import ChatCompletion

    for text in ChatCompletion.create(
        provider="yqcloud", model="gpt-3.5-turbo", stream=True,
        messages=[{"role": "user", "content": "Hello, how are you?"}],
    ):
        print(text, end="", flush=True)

Importing this package imports no other module and does no I/O. Each public name is loaded when it is first
used.
"""

TYPE_CHECKING = False  # Type checkers treat it as typing.TYPE_CHECKING; it saves the import of typing.
if TYPE_CHECKING:
    from g4f_lite._core.api.chat import ChatCompletion as ChatCompletion
    from g4f_lite._core.api.embedding import Embedding as Embedding
    from g4f_lite._core.api.embedding import Embeddings as Embeddings
    from g4f_lite._core.api.model_listing import ModelNames as ModelNames
    from g4f_lite._core.api.model_listing import alist_models as alist_models
    from g4f_lite._core.api.model_listing import list_models as list_models
    from g4f_lite._core.registry.registry import Registry as Registry
    from g4f_lite._core.registry.registry import registry as registry
    from g4f_lite._core.streams.async_stream import AsyncCompletionStream as AsyncCompletionStream
    from g4f_lite._core.streams.stream import CompletionStream as CompletionStream
    from g4f_lite.cancellation import CancelScope as CancelScope
    from g4f_lite.cancellation import current_scope as current_scope
    from g4f_lite.client import AsyncClient as AsyncClient
    from g4f_lite.client import Client as Client
    from g4f_lite.contract import Message as Message
    from g4f_lite.contract import Problem as Problem
    from g4f_lite.contract import Provider as Provider
    from g4f_lite.contract import ProviderInfo as ProviderInfo
    from g4f_lite.contract import Request as Request
    from g4f_lite.contract import Verdict as Verdict
    from g4f_lite.contract import params_of as params_of
    from g4f_lite.errors import AllProvidersFailedError as AllProvidersFailedError
    from g4f_lite.errors import AuthenticationError as AuthenticationError
    from g4f_lite.errors import ContentFilterError as ContentFilterError
    from g4f_lite.errors import ContextLengthError as ContextLengthError
    from g4f_lite.errors import DeadlineError as DeadlineError
    from g4f_lite.errors import EmptyAnswerError as EmptyAnswerError
    from g4f_lite.errors import G4FLiteError as G4FLiteError
    from g4f_lite.errors import InvalidArgumentError as InvalidArgumentError
    from g4f_lite.errors import InvalidMessageError as InvalidMessageError
    from g4f_lite.errors import InvalidProviderError as InvalidProviderError
    from g4f_lite.errors import InvalidRequestError as InvalidRequestError
    from g4f_lite.errors import KeyStoreError as KeyStoreError
    from g4f_lite.errors import MissingAuthError as MissingAuthError
    from g4f_lite.errors import MissingExtraError as MissingExtraError
    from g4f_lite.errors import ModelNotFoundError as ModelNotFoundError
    from g4f_lite.errors import NotFoundError as NotFoundError
    from g4f_lite.errors import PermissionDeniedError as PermissionDeniedError
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
    from g4f_lite.errors import QuotaExceededError as QuotaExceededError
    from g4f_lite.errors import RateLimitError as RateLimitError
    from g4f_lite.errors import RegistryError as RegistryError
    from g4f_lite.errors import RequestError as RequestError
    from g4f_lite.errors import ServiceUnavailableError as ServiceUnavailableError
    from g4f_lite.errors import StreamStateError as StreamStateError
    from g4f_lite.errors import StructuredOutputError as StructuredOutputError
    from g4f_lite.errors import ToolError as ToolError
    from g4f_lite.errors import ToolRoundsError as ToolRoundsError
    from g4f_lite.errors import UnsupportedOptionError as UnsupportedOptionError
    from g4f_lite.events import Citation as Citation
    from g4f_lite.events import Event as Event
    from g4f_lite.events import Finish as Finish
    from g4f_lite.events import FinishReason as FinishReason
    from g4f_lite.events import Logprobs as Logprobs
    from g4f_lite.events import Media as Media
    from g4f_lite.events import Metadata as Metadata
    from g4f_lite.events import Reasoning as Reasoning
    from g4f_lite.events import Refusal as Refusal
    from g4f_lite.events import Served as Served
    from g4f_lite.events import Text as Text
    from g4f_lite.events import ToolCallDelta as ToolCallDelta
    from g4f_lite.events import Usage as Usage
    from g4f_lite.events import Vector as Vector
    from g4f_lite.hookspecs import hookimpl as hookimpl
    from g4f_lite.parts import audio as audio
    from g4f_lite.parts import file as file
    from g4f_lite.parts import image as image
    from g4f_lite.results import Answer as Answer
    from g4f_lite.results import Attempt as Attempt
    from g4f_lite.results import Choice as Choice
    from g4f_lite.results import Completion as Completion
    from g4f_lite.results import Provenance as Provenance
    from g4f_lite.results import ToolCall as ToolCall
    from g4f_lite.routes import Limits as Limits
    from g4f_lite.routes import Retry as Retry
    from g4f_lite.routes import Route as Route
    from g4f_lite.routes import Step as Step
    from g4f_lite.tools._api import ToolResult as ToolResult
    from g4f_lite.tools._api import ToolRun as ToolRun
    from g4f_lite.tools._api import arun_tools as arun_tools
    from g4f_lite.tools._api import run_tools as run_tools
    from g4f_lite.tools._api import tool as tool
    from g4f_lite.tools._async_stream import AsyncToolStream as AsyncToolStream
    from g4f_lite.tools._stream import ToolStream as ToolStream

__version__ = "0.1.0"

# A class or function of a private module has its `__module__` set, below its definition, to the public module that
# exports it: tracebacks, `repr`, `help()` and pickles then name the import that users write, wherever the definition
# lies. `inspect.getsource` still finds functions and methods; for such a class it raises OSError, as it does for the
# classes of httpx and trio. Do not set it in the class body: Python 3.13 would then read the wrong file at that line.
#
# An annotation that names a class as "g4f_lite.Step" costs no import, and `typing.get_type_hints` can evaluate it: it
# gets the class through `__getattr__` below.
_NAMES_OF = {
    "_core.registry.registry": ("Registry", "registry"),
    "_core.streams.async_stream": ("AsyncCompletionStream",),
    "tools._async_stream": ("AsyncToolStream",),
    "cancellation": ("CancelScope", "current_scope"),
    "client": ("AsyncClient", "Client"),
    "_core.api.chat": ("ChatCompletion",),
    "contract": ("Problem", "Provider", "ProviderInfo", "Request", "Verdict", "params_of"),
    "_core.api.embedding": ("Embedding", "Embeddings"),
    "errors": (
        "AllProvidersFailedError",
        "AuthenticationError",
        "ContentFilterError",
        "ContextLengthError",
        "DeadlineError",
        "EmptyAnswerError",
        "G4FLiteError",
        "InvalidArgumentError",
        "InvalidMessageError",
        "InvalidProviderError",
        "InvalidRequestError",
        "KeyStoreError",
        "MissingAuthError",
        "MissingExtraError",
        "ModelNotFoundError",
        "NotFoundError",
        "PermissionDeniedError",
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
        "QuotaExceededError",
        "RateLimitError",
        "RegistryError",
        "RequestError",
        "ServiceUnavailableError",
        "StreamStateError",
        "StructuredOutputError",
        "ToolError",
        "ToolRoundsError",
        "UnsupportedOptionError",
    ),
    "events": (
        "Citation",
        "Event",
        "Finish",
        "FinishReason",
        "Logprobs",
        "Media",
        "Metadata",
        "Reasoning",
        "Refusal",
        "Served",
        "Text",
        "ToolCallDelta",
        "Usage",
        "Vector",
    ),
    "hookspecs": ("hookimpl",),
    "messages": ("Message",),
    "_core.api.model_listing": ("ModelNames", "alist_models", "list_models"),
    "parts": ("audio", "file", "image"),
    "results": ("Answer", "Attempt", "Choice", "Completion", "Provenance", "ToolCall"),
    "routes": ("Limits", "Retry", "Route", "Step"),
    "_core.streams.stream": ("CompletionStream",),
    "tools._stream": ("ToolStream",),
    "tools": ("ToolResult", "ToolRun", "arun_tools", "run_tools", "tool"),
}
_MODULE_OF = {name: module for module, names in _NAMES_OF.items() for name in names}

# Type checkers read the imports above instead; a test compares the two.
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
