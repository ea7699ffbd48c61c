"""The provider contract: what a provider has, and what judging one comes to.

A provider is a module, or any object, with these attributes::

    url: str                       the service's home page
    model: list[str]               the models it offers, the first one being its default
    supports_stream: bool          False: it can only answer whole
    needs_auth: bool               True: calls without a key are refused before they reach it
    working: bool = True           optional; False: never chosen unless named
    auth_env: str                  optional; the environment variable with its key, <NAME>_API_KEY if absent
    auth_env_also: list[str]       optional; variables that may have it too, looked at after that one
    address_env: list[str]         optional; the variables one of which leads to the service, if it has no
                                   address of its own: a model alone does not lead to it without one
    any_model: bool = False        optional; True: it takes models beyond those it lists
    inputs: list[str]              optional; what messages may hold beside text: "image", "audio", "file"
    embedding_model: list[str]     optional; the models of `_create_embedding`, the first one its default
    params: str                    what it supports, as one line: see `params_of`. The loader computes it
                                   when it is absent; the strict verdict wants it to be there

    def _create_completion(model: str, messages: list, stream: bool, **kwargs) -> Iterator[str | Event]
    async def _acreate_completion(model: str, messages: list, stream: bool, **kwargs)
            -> AsyncIterator[str | Event]                                          optional
    def _create_embedding(model: str, input: list, **kwargs)
            -> Iterator[Vector | Usage | Served | list[float]]                     optional
    def _list_models(**kwargs) -> Iterator[str]                                    optional

Where one of these says that it returns something that is an `Iterator` and an `AsyncIterator` both, as
`g4f_lite.kit.exchange.Exchange` is, calling it does no I/O, and it is read either way.

It is always called by keyword. Named parameters after the three, which must have defaults, are the
options it takes; with ``**kwargs`` it takes any further option, without it no other. `auth`,
`timeout` and `proxy` are options like the rest.
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
"""A chat message as OpenAI's API has it: ``{"role": ..., "content": ...}`` and further keys."""

BUILTIN_DISTRIBUTION = "g4f-lite"
PROGRAM = "(program)"
"""The "distribution" of providers that a program registers at run time."""

PROJECT = "g4f_lite"
_PREFIX = f"{PROJECT}_"

HOOK_NAMES = (
    "g4f_lite_after_response",
    "g4f_lite_before_request",
    "g4f_lite_on_error",
    "g4f_lite_register_providers",
)


def hook_names(plugin: Any) -> list[str]:
    """Return the plugin's attributes that are meant as hooks, sorted."""
    return sorted(name for name in set(dir(plugin)) if name.startswith(_PREFIX))


class Problem(NamedTuple):
    """One thing that is wrong with a provider.

    Attributes:
        kind: a stable word for it, such as ``"missing-constant"``; `docs/contract.md` lists them.
        message: what is wrong.
        fix: what to do.
        location: ``file:line``, as near as is known; `""` if it is not.
        distribution: who brought the provider, ``"name version"``.
        fatal: False for what the loader merely warns about and the strict verdict refuses.
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
    """What validation says of a provider: valid, or all its problems at once.

    Attributes:
        problems: everything that is wrong, in the order of the contract.
        notes: what is worth knowing and no fault.
    """

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the loader takes it: nothing fatal is wrong."""
        return not any(problem.fatal for problem in self.problems)

    @property
    def valid(self) -> bool:
        """The strict verdict: nothing is wrong at all."""
        return not self.problems

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that the loader lives with."""
        return tuple(problem for problem in self.problems if not problem.fatal)


class DiscoveryProblem(NamedTuple):
    """Metadata that could not be read, and whose.

    Attributes:
        location: ``file:line``, or the file if it is wrong as a whole.
        name: the provider that the line is about, as far as that can be told; else `""`.
        fix: what to do.
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
"""The entry-point group of providers; built-in ones use it too."""

HOOKS_GROUP = "g4f_lite.hooks"
"""The entry-point group of plugins that only have hooks; these are imported at the first call."""


class Provider(Protocol):
    """What a provider module looks like to a type checker: ``_: Provider = my_module`` checks it.

    The constants are read-only properties, since a mutable member would have to match exactly.
    """

    @property
    def url(self) -> str:
        """The service's home page."""
        ...

    @property
    def model(self) -> list[str]:
        """The models it offers."""
        ...

    @property
    def supports_stream(self) -> bool:
        """Whether it can answer piece by piece."""
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
    """One row of the contract's table of constants."""

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
"""``listed``: installed, not imported yet. ``failed``: its import raised. ``invalid``: breaks the contract."""


class ProviderInfo(NamedTuple):
    """What is known of a provider without importing it, or after.

    Attributes:
        name: the name to ask for; ``"distribution:name"`` where the short one is claimed twice.
        distribution: who brought it (``"(program)"`` if registered at run time), and its `version`.
        target: the entry point's value, ``"package.module"``.
        state: see `State`; `reason` says why it is not usable, as one line.
        source: where the constants come from: ``"static"`` (read from the source), ``"loaded"``
            (from the imported module) or ``"unknown"`` (the source does not give them away).
        url, models, supports_stream, needs_auth, working, auth_env, auth_env_also, address_env,
        any_model, inputs, embedding_models: the constants, None where unknown.
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
    """One of a provider's optional functions, and what it takes.

    Attributes:
        call: the function itself.
        options: the options that it takes by name, with their type hints.
        any_option: whether it takes any other option too.
        both_ways: whether what it returns can be read synchronously and asynchronously.
    """

    call: Callable[..., Any]
    options: Mapping[str, Any] = MappingProxyType({})
    any_option: bool = False
    both_ways: bool = False


class LoadedProvider(NamedTuple):
    """A provider that was imported and found usable.

    Attributes:
        name: its short name; `full_name` is ``"distribution:name"``.
        plugin: the module or object itself, which is also what pluggy holds.
        create: its `_create_completion`; `acreate`: its `_acreate_completion`, or None.
        options: the options it takes by name, with their type hints.
        any_option: whether it takes any other option too (it has ``**kwargs``).
        both_ways: whether what `create` returns can be read synchronously and asynchronously.
        any_model: whether it takes models that it does not list.
        inputs: what its messages may hold beside text.
        embed: its `_create_embedding`, or None; `embedding_models` and what it takes beside.
        list_models: its `_list_models`, or None.
        auth_env, auth_env_also: the variables that may have its key; `address_env`: those one of which
            leads to the service, empty if it has an address of its own.
        verdict: what validation said; its warnings are worth showing to the author.
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
        """``"distribution:name"``, which is never ambiguous."""
        return f"{self.distribution}:{self.name}"

    @property
    def key_variables(self) -> tuple[str, ...]:
        """The environment variables that may have its key, in the order in which they are looked at."""
        return self.auth_env, *self.auth_env_also


class Request(NamedTuple):
    """What a provider is asked, after the core checked it; hooks are shown this.

    Attributes:
        provider: the provider's name; with `distribution`, who is asked.
        model: the model asked for.
        messages: the conversation; a copy, so that changing it changes nothing.
        stream: whether the caller wants the answer as it is made.
        options: the provider's options, without `auth`: secrets are not shown to hooks.
    """

    provider: str
    distribution: str
    model: str
    messages: tuple[Message, ...]
    stream: bool
    options: Mapping[str, Any]


def params_of(name: str, create: Callable[..., Any]) -> str:
    """Return the `params` line of a provider, in the form the first providers of this lineage had.

    Example: ``g4f_lite.providers.yqcloud supports: (model: str, messages: list, stream: bool)``.
    It names the parameters that can be given by position, with their hints.
    """
    hints = get_type_hints(create)
    positional = [item.name for item in parameters_of(create).values() if item.is_positional]
    shown = ", ".join(f"{item}: {_hint_name(hints[item])}" if item in hints else item for item in positional)
    return f"{GROUP}.{name} supports: ({shown})"


def _hint_name(hint: Any) -> str:
    # `list[dict]` has the name "list", as in the original; whether it counts as a type depends on the Python.
    return getattr(hint, "__name__", None) or str(hint).removeprefix("typing.")
