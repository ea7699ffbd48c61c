"""The provider contract: the attributes of a provider, and the results of its validation.

A provider is a module, or any object, with these attributes::

    url: str                       home page of the service
    model: list[str]               models that it offers; the first is the default
    supports_stream: bool          False if it can only return a complete answer
    needs_auth: bool               True if calls without a key are refused before they reach it
    working: bool = True           optional; False if it is only used when it is named
    auth_env: str                  optional; environment variable of its key, <NAME>_API_KEY by default
    auth_env_also: list[str]       optional; further variables of its key, read after `auth_env`
    address_env: list[str]         optional; variables with the address of the service, if it has no fixed one.
                                   Without one of them, a model alone does not select this provider
    any_model: bool = False        optional; True if it accepts models that it does not list
    inputs: list[str]              optional; content of messages other than text: "image", "audio", "file"
    embedding_model: list[str]     optional; models of `_create_embedding`; the first is the default
    params: str                    what it supports, as one line: see `params_of`. The loader computes it if it
                                   is missing; the strict verdict requires it

    def _create_completion(model: str, messages: list, stream: bool, **kwargs) -> Iterator[str | Event]
    async def _acreate_completion(model: str, messages: list, stream: bool, **kwargs)
            -> AsyncIterator[str | Event]                                          optional
    def _create_embedding(model: str, input: list, **kwargs)
            -> Iterator[Vector | Usage | Served | list[float]]                     optional
    def _list_models(**kwargs) -> Iterator[str]                                    optional

If the return type of a function is both an `Iterator` and an `AsyncIterator`, as
`g4f_lite.kit.exchange.Exchange` is, then calling the function does no I/O, and the core reads the result
synchronously or asynchronously.

The functions are always called with keyword arguments. Named parameters after the first three must have
defaults; they are the options of the provider. With ``**kwargs`` it accepts every other option, without it no
other. `auth`, `timeout` and `proxy` are options like all others.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, get_type_hints

from g4f_lite._utils.signature import parameters_of
from g4f_lite.events import Event

__all__ = [
    "BUILTIN_DISTRIBUTION",
    "CONSTANTS",
    "GROUP",
    "HOOKS_GROUP",
    "HOOK_NAMES",
    "PROGRAM",
    "PROJECT",
    "AsyncProvider",
    "Constant",
    "DiscoveryProblem",
    "Function",
    "LoadedProvider",
    "Message",
    "Problem",
    "Provider",
    "ProviderInfo",
    "Request",
    "State",
    "Verdict",
    "hook_names",
    "params_of",
]


Message = dict[str, Any]
"""A chat message as in OpenAI's API: ``{"role": ..., "content": ...}`` and further keys."""

BUILTIN_DISTRIBUTION = "g4f-lite"
PROGRAM = "(program)"
"""The `distribution` of providers that a program registers at run time."""

PROJECT = "g4f_lite"
_PREFIX = f"{PROJECT}_"

HOOK_NAMES = (
    "g4f_lite_after_response",
    "g4f_lite_before_request",
    "g4f_lite_on_error",
    "g4f_lite_register_providers",
)


def hook_names(plugin: Any) -> list[str]:
    """Return the names of all attributes of `plugin` that start with ``g4f_lite_``, sorted."""
    return sorted(name for name in set(dir(plugin)) if name.startswith(_PREFIX))


class Problem(NamedTuple):
    """One violation of the contract by a provider.

    Attributes:
        kind: a stable identifier such as ``"missing-constant"``; `docs/contract.md` lists them.
        message: a description of the violation.
        fix: an instruction for the author of the provider.
        location: ``file:line``, as precise as it is known, or `""`.
        distribution: the distribution of the provider, ``"name version"``.
        fatal: whether the loader refuses the provider. If not, the loader only warns, and the strict verdict
            refuses it.
    """

    kind: str
    message: str
    fix: str
    location: str = ""
    distribution: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        origin = " ".join(f"{part}:" for part in (self.location, self.distribution) if part)
        return f"{origin} {self.message} {self.fix} [{self.kind}]".strip()


class Verdict(NamedTuple):
    """The result of validating a provider, with all its problems at once.

    Attributes:
        problems: all violations, in the order of the contract.
        notes: remarks that are not violations.
    """

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the loader accepts the provider: no problem is fatal."""
        return not any(problem.fatal for problem in self.problems)

    @property
    def valid(self) -> bool:
        """Whether the provider passes the strict verdict: it has no problem."""
        return not self.problems

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that are not fatal."""
        return tuple(problem for problem in self.problems if not problem.fatal)


class DiscoveryProblem(NamedTuple):
    """Metadata of an installed distribution that cannot be read.

    Attributes:
        distribution: the name of the distribution.
        version: the version of the distribution.
        location: ``file:line``, or the file if the whole file is wrong.
        message: a description of the problem.
        name: the provider that the line is about, or `""` if it is not known.
        fix: an instruction for the author of the distribution.
    """

    distribution: str
    version: str
    location: str
    message: str
    name: str = ""
    fix: str = ""

    def __str__(self) -> str:
        origin = f"{self.distribution} {self.version}".strip()
        return f"{self.location}: {origin}: {self.message}. {self.fix}".strip()


GROUP = "g4f_lite.providers"
"""The entry-point group of providers, which the built-in providers also use."""

HOOKS_GROUP = "g4f_lite.hooks"
"""The entry-point group of plugins that have only hooks. They are imported at the first call."""


class Provider(Protocol):
    """The type of a provider module. A type checker checks a module with ``_: Provider = my_module``.

    The constants are read-only properties, because the type of a mutable member would have to match exactly.
    """

    @property
    def url(self) -> str:
        """Home page of the service."""
        ...

    @property
    def model(self) -> list[str]:
        """Models that it offers; the first is the default."""
        ...

    @property
    def supports_stream(self) -> bool:
        """Whether it can return an answer piece by piece."""
        ...

    @property
    def needs_auth(self) -> bool:
        """Whether it needs a key."""
        ...

    @property
    def _create_completion(self) -> Callable[..., Iterator[str | Event] | Iterator[str]]: ...


class AsyncProvider(Provider, Protocol):
    """A provider with a native asynchronous function."""

    @property
    def _acreate_completion(self) -> Callable[..., AsyncIterator[str | Event] | AsyncIterator[str]]: ...


class Constant(NamedTuple):
    """One row of the contract's table of constants.

    Attributes:
        required: whether each provider must have it.
        example: an assignment, for error messages.
    """

    name: str
    kind: Literal["str", "bool", "list[str]"]
    required: bool
    example: str


CONSTANTS = (
    Constant("url", "str", required=True, example='url = "https://example.org"'),
    Constant("model", "list[str]", required=True, example='model = ["my-model"]'),
    Constant("supports_stream", "bool", required=True, example="supports_stream = True"),
    Constant("needs_auth", "bool", required=True, example="needs_auth = False"),
    Constant("working", "bool", required=False, example="working = True"),
    Constant("auth_env", "str", required=False, example='auth_env = "MY_API_KEY"'),
    Constant("auth_env_also", "list[str]", required=False, example='auth_env_also = ["MY_OTHER_KEY"]'),
    Constant("address_env", "list[str]", required=False, example='address_env = ["MY_ENDPOINT"]'),
    Constant("any_model", "bool", required=False, example="any_model = True"),
    Constant("inputs", "list[str]", required=False, example='inputs = ["image"]'),
    Constant("embedding_model", "list[str]", required=False, example='embedding_model = ["my-embedder"]'),
)


State = Literal["listed", "ready", "failed", "invalid", "conflict", "blocked"]
"""The state of an installed provider.

``listed``: it is installed and not imported yet. ``ready``: it is imported and usable. ``failed``: its import
raised. ``invalid``: it violates the contract. ``conflict``: two distributions claim its name. ``blocked``: an
environment variable excludes it.
"""


class ProviderInfo(NamedTuple):
    """The description of an installed provider, with or without importing it.

    The other attributes are the constants of the contract, each None if it is not known. `models` and
    `embedding_models` hold `model` and `embedding_model`.

    Attributes:
        name: the name for a call, which is ``"distribution:name"`` if two distributions claim the short name.
        distribution: the distribution of the provider, ``"(program)"`` if it was registered at run time.
        version: the version of the distribution.
        target: the value of the entry point, ``"package.module"``.
        builtin: whether it is one of g4f_lite's own providers.
        state: see `State`.
        source: the source of the constants: ``"static"`` (read from the source code), ``"loaded"`` (from the
            imported module) or ``"unknown"`` (the source code does not show them).
        reason: why the provider is not usable, as one line.
    """

    name: str
    distribution: str
    version: str
    target: str
    builtin: bool
    state: State
    source: Literal["static", "loaded", "unknown"]
    reason: str = ""
    url: str | None = None
    models: tuple[str, ...] | None = None
    supports_stream: bool | None = None
    needs_auth: bool | None = None
    working: bool | None = None
    auth_env: str | None = None
    any_model: bool | None = None
    inputs: tuple[str, ...] | None = None
    embedding_models: tuple[str, ...] | None = None
    auth_env_also: tuple[str, ...] | None = None
    address_env: tuple[str, ...] | None = None


class Function(NamedTuple):
    """An optional function of a provider, with the options that it accepts.

    Attributes:
        call: the function.
        options: the accepted options by name, with their type hints.
        any_option: whether it accepts every other option.
        both_ways: whether its result can be read synchronously and asynchronously.
    """

    call: Callable[..., Any]
    options: Mapping[str, Any] = MappingProxyType({})
    any_option: bool = False
    both_ways: bool = False


class LoadedProvider(NamedTuple):
    """An imported provider that is usable.

    The other attributes are the constants of the contract. `models` and `embedding_models` hold `model` and
    `embedding_model`.

    Attributes:
        name: the short name; `full_name` is ``"distribution:name"``.
        distribution: the distribution of the provider.
        version: the version of the distribution.
        plugin: the module or object, which is also the plugin that pluggy holds.
        create: the function `_create_completion`.
        acreate: the function `_acreate_completion`, or None.
        options: the accepted options by name, with their type hints.
        any_option: whether the provider accepts every other option, because it has ``**kwargs``.
        builtin: whether it is one of g4f_lite's own providers.
        verdict: the result of validation, with warnings for the author.
        both_ways: whether the result of `create` can be read synchronously and asynchronously.
        embed: the function `_create_embedding`, or None.
        list_models: the function `_list_models`, or None.
    """

    name: str
    distribution: str
    version: str
    plugin: Any
    create: Callable[..., Any]
    acreate: Callable[..., Any] | None
    url: str
    models: tuple[str, ...]
    supports_stream: bool
    needs_auth: bool
    working: bool
    auth_env: str
    params: str
    options: Mapping[str, Any] = MappingProxyType({})
    any_option: bool = False
    builtin: bool = False
    verdict: Verdict = Verdict()
    both_ways: bool = False
    any_model: bool = False
    inputs: tuple[str, ...] = ()
    embed: "Function | None" = None
    embedding_models: tuple[str, ...] = ()
    list_models: "Function | None" = None
    auth_env_also: tuple[str, ...] = ()
    address_env: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"LoadedProvider({self.full_name!r}, version={self.version!r}, models={list(self.models)!r})"

    @property
    def full_name(self) -> str:
        """The unambiguous name, ``"distribution:name"``."""
        return f"{self.distribution}:{self.name}"

    @property
    def key_variables(self) -> tuple[str, ...]:
        """The environment variables of its key, in the order in which they are read."""
        return self.auth_env, *self.auth_env_also


class Request(NamedTuple):
    """A validated request to a provider, as hooks see it.

    Attributes:
        provider: the name of the provider.
        distribution: the distribution of the provider.
        model: the requested model.
        messages: a copy of the conversation. Changing it has no effect.
        stream: whether the caller reads the answer as a stream.
        options: the options of the provider without `auth`: hooks do not see secrets.
    """

    provider: str
    distribution: str
    model: str
    messages: tuple[Message, ...]
    stream: bool
    options: Mapping[str, Any]


def params_of(name: str, create: Callable[..., Any]) -> str:
    """Return the `params` line of a provider, which names its positional parameters with their type hints.

    Example: ``g4f_lite.providers.yqcloud supports: (model: str, messages: list, stream: bool)``. The form is that
    of the first providers of this lineage.
    """
    hints = get_type_hints(create)
    positional = [item.name for item in parameters_of(create).values() if item.is_positional]
    listed = ", ".join(f"{item}: {_hint_name(hints[item])}" if item in hints else item for item in positional)
    return f"{GROUP}.{name} supports: ({listed})"


def _hint_name(hint: Any) -> str:
    # `list[dict]` is named "list", as in the original; whether it is a type depends on the version of Python.
    return getattr(hint, "__name__", None) or str(hint).removeprefix("typing.")
