"""The models that a service offers now, asked of it, and kept for a day."""

import hashlib
import threading
import time
from typing import Any, Literal, NamedTuple

import g4f_lite
from g4f_lite._core.api.call_runner import run_call, run_call_async
from g4f_lite._core.calls.accumulator import ResponseAccumulator
from g4f_lite._core.calls.operation import OptionalOperation
from g4f_lite._core.calls.preparation import CallSettings
from g4f_lite._core.registry.registry import registry
from g4f_lite._utils.json_cache import JsonCache
from g4f_lite.contract import Function, LoadedProvider
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.paths import cache_dir

__all__ = ["ModelNames", "alist_models", "known_models", "list_models"]

_MAX_AGE = 86400.0
_FILE = JsonCache(lambda: cache_dir() / "models.json")
_lock = threading.Lock()


class ModelNames(NamedTuple):
    """The models of a provider.

    Attributes:
        provider: the provider's name.
        names: the models, in the service's order.
        source: ``"live"``: asked for now; ``"cache"``: asked for at `at`; ``"listed"``: the provider has
            no way to ask, these are the ones that it lists.
        at: when they were asked for, in seconds since 1970; None if they were not.
    """

    provider: str
    names: tuple[str, ...]
    source: Literal["live", "cache", "listed"]
    at: float | None = None


ModelNames.__module__ = "g4f_lite"


def list_models(
    provider: str,
    *,
    refresh: bool = False,
    max_age: float = _MAX_AGE,
    auth: Any = None,
    timeout: float | tuple[float, float] | None = None,
    deadline: float | None = None,
    retries: "int | g4f_lite.Retry" = 0,
    **options: Any,
) -> ModelNames:
    """Return the models that a provider's service offers.

    What it says is kept for a day, for each provider and each `base_url`. A provider that cannot be asked
    says which ones it lists.

    Args:
        provider: its name.
        refresh: ask the service, even if that was done lately.
        max_age: seconds for which an earlier list is good enough.
        auth: the key, as `ChatCompletion.create` takes it; so are `timeout` and `deadline`.
        timeout: seconds, for providers that take it.
        deadline: seconds for the whole call.
        retries: how often the service is asked once more where that is safe.
        **options: what the provider's function takes beside these, such as ``base_url``.

    Raises:
        RequestError: the call cannot be made as asked.
        RegistryError: the provider cannot be had.
        ProviderError: the service failed.
    """
    loaded = registry.get(_checked(provider))
    known = _without_asking(loaded, options, 0.0 if refresh else max_age)
    if known is not None:
        return known
    settings = CallSettings(None, provider, auth=auth, timeout=timeout, deadline=deadline, retries=retries)
    call = run_call(_LISTING, None, settings, options)
    return _kept(loaded, options, call.accumulator)


list_models.__module__ = "g4f_lite"


async def alist_models(
    provider: str,
    *,
    refresh: bool = False,
    max_age: float = _MAX_AGE,
    auth: Any = None,
    timeout: float | tuple[float, float] | None = None,
    deadline: float | None = None,
    retries: "int | g4f_lite.Retry" = 0,
    **options: Any,
) -> ModelNames:
    """Do what `list_models` does without blocking the event loop."""
    import asyncio

    _checked(provider)
    max_age = 0.0 if refresh else max_age
    known = await asyncio.to_thread(lambda: _without_asking(registry.get(provider), options, max_age))
    if known is not None:
        return known
    settings = CallSettings(None, provider, auth=auth, timeout=timeout, deadline=deadline, retries=retries)
    call = await run_call_async(_LISTING, None, settings, options)
    return await asyncio.to_thread(_kept, registry.get(provider), options, call.accumulator)


alist_models.__module__ = "g4f_lite"


def known_models(full_name: str) -> ModelNames | None:
    """Return what was asked for last, however long ago, for ``"distribution:name"``; None if nothing was."""
    row = _stored().get(full_name)
    if row is None:
        return None
    names, at = row
    return ModelNames(full_name.rpartition(":")[2], names, "cache", at)


def _checked(provider: object) -> str:
    if isinstance(provider, str) and provider:
        return provider
    raise InvalidArgumentError(
        "provider",
        "A provider has to be named, whose models to list.",
        hint="`g4f-lite models` lists what all providers say that they offer.",
    )


def _without_asking(loaded: LoadedProvider, options: dict[str, Any], max_age: float) -> ModelNames | None:
    if loaded.list_models is None:
        return ModelNames(loaded.name, loaded.models, "listed")
    row = _stored().get(_key(loaded, options))
    if row is None or not 0 <= time.time() - row[1] < max_age:
        return None
    return ModelNames(loaded.name, row[0], "cache", row[1])


def _kept(loaded: LoadedProvider, options: dict[str, Any], gathered: ResponseAccumulator) -> ModelNames:
    names = tuple(dict.fromkeys(gathered.parts))
    now = time.time()
    with _lock:
        _FILE.write({"models": {**_stored(), _key(loaded, options): (names, now)}})
    return ModelNames(loaded.name, names, "live", now)


def _key(loaded: LoadedProvider, options: dict[str, Any]) -> str:
    address = options.get("base_url")
    if not address:
        return loaded.full_name
    # Not the address itself: there may be a key in it.
    return f"{loaded.full_name} {hashlib.sha256(str(address).encode()).hexdigest()[:16]}"


def _stored() -> dict[str, tuple[tuple[str, ...], float]]:
    """Return what the file has; what is damaged in it, or foreign, counts for nothing."""
    try:
        rows = _FILE.read()["models"]
        return {key: (tuple(map(str, names)), float(at)) for key, (names, at) in rows.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


# --- the operation --------------------------------------------------------------------------------


class _Names(ResponseAccumulator):
    """Names as they come; a service that offers none at the moment has answered too."""

    __slots__ = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come that is an answer: never."""
        return False


class _Listing(OptionalOperation):
    """A provider's `_list_models`."""

    __slots__ = ()

    name = "_list_models"
    aname = "_list_models"
    names_model = False

    def signature_of(self, provider: LoadedProvider) -> Function:
        """Return the provider's function."""
        assert provider.list_models is not None  # noqa: S101 - asked before
        return provider.list_models

    def arguments(self, payload: Any, *, stream: bool) -> dict[str, Any]:  # noqa: ARG002
        """Return nothing: there is nothing but options."""
        return {}

    def new_accumulator(self) -> ResponseAccumulator:
        """Return what collects names."""
        return _Names()

    def adapt_payload(self, payload: Any, provider: LoadedProvider) -> Any:  # noqa: ARG002
        """Return the payload, which is none."""
        return payload

    def estimate_tokens(self, payload: Any) -> int:  # noqa: ARG002
        """Return 0: models are listed for free."""
        return 0


_LISTING = _Listing()
