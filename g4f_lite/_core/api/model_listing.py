"""The lists of models that services offer, cached for a day."""

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
"""Seconds that a cached list is used by default."""
_FILE = JsonCache(lambda: cache_dir() / "models.json")
_lock = threading.Lock()


class ModelNames(NamedTuple):
    """The models of a provider.

    Attributes:
        provider: the name of the provider.
        names: the models, in the order of the service.
        source: ``"live"`` if the service was asked now; ``"cache"`` if it was asked at `at`; ``"listed"`` if
            the provider cannot ask its service, and these are the models that its module lists.
        at: the time of the answer, in seconds since 1970, or None with the source ``"listed"``.
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
    """Return the models that a provider's service offers. Blocks.

    The list is cached for a day, per provider and `base_url`. If the provider cannot ask its service, the
    models that its module lists are returned.

    Args:
        provider: the name of the provider.
        refresh: whether to ask the service even if the cache has a recent list.
        max_age: seconds for which a cached list is used.
        auth: as for `ChatCompletion.create`.
        timeout: as for `ChatCompletion.create`.
        deadline: as for `ChatCompletion.create`.
        retries: as for `ChatCompletion.create`.
        **options: further options of the provider's function, such as ``base_url``.

    Raises:
        RequestError: an argument or an option is invalid.
        RegistryError: the provider cannot be found or loaded.
        ProviderError: the service failed.
    """
    loaded = registry.get(_validate_provider(provider))
    known = _find_without_request(loaded, options, 0.0 if refresh else max_age)
    if known is not None:
        return known
    settings = CallSettings(None, provider, auth=auth, timeout=timeout, deadline=deadline, retries=retries)
    call = run_call(_LISTING, None, settings, options)
    return _save_names(loaded, options, call.accumulator)


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
    """Do the same as `list_models` without blocking the event loop."""
    import asyncio

    _validate_provider(provider)
    max_age = 0.0 if refresh else max_age
    known = await asyncio.to_thread(lambda: _find_without_request(registry.get(provider), options, max_age))
    if known is not None:
        return known
    settings = CallSettings(None, provider, auth=auth, timeout=timeout, deadline=deadline, retries=retries)
    call = await run_call_async(_LISTING, None, settings, options)
    return await asyncio.to_thread(_save_names, registry.get(provider), options, call.accumulator)


alist_models.__module__ = "g4f_lite"


def known_models(full_name: str) -> ModelNames | None:
    """Return the cached models of ``"distribution:name"``, whatever their age, or None without a cached list."""
    row = _read_rows().get(full_name)
    if row is None:
        return None
    names, at = row
    return ModelNames(full_name.rpartition(":")[2], names, "cache", at)


def _validate_provider(provider: object) -> str:
    if isinstance(provider, str) and provider:
        return provider
    raise InvalidArgumentError(
        "provider",
        "A provider has to be named, whose models to list.",
        hint="`g4f-lite models` lists what all providers say that they offer.",
    )


def _find_without_request(
    loaded: LoadedProvider, options: dict[str, Any], max_age: float
) -> ModelNames | None:
    if loaded.list_models is None:
        return ModelNames(loaded.name, loaded.models, "listed")
    row = _read_rows().get(_cache_key(loaded, options))
    if row is None or not 0 <= time.time() - row[1] < max_age:
        return None
    return ModelNames(loaded.name, row[0], "cache", row[1])


def _save_names(
    loaded: LoadedProvider, options: dict[str, Any], accumulator: ResponseAccumulator
) -> ModelNames:
    names = tuple(dict.fromkeys(accumulator.parts))
    now = time.time()
    with _lock:
        _FILE.write({"models": {**_read_rows(), _cache_key(loaded, options): (names, now)}})
    return ModelNames(loaded.name, names, "live", now)


def _cache_key(loaded: LoadedProvider, options: dict[str, Any]) -> str:
    address = options.get("base_url")
    if not address:
        return loaded.full_name
    # The hash of the address, because the address may contain a key.
    return f"{loaded.full_name} {hashlib.sha256(str(address).encode()).hexdigest()[:16]}"


def _read_rows() -> dict[str, tuple[tuple[str, ...], float]]:
    """Return the lists in the cache file by key, or nothing if the file is missing or damaged."""
    try:
        rows = _FILE.read()["models"]
        return {key: (tuple(map(str, names)), float(at)) for key, (names, at) in rows.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


# --- the operation --------------------------------------------------------------------------------


class _NameAccumulator(ResponseAccumulator):
    """An accumulator of model names. An empty list is an answer too."""

    __slots__ = ()

    @property
    def is_empty(self) -> bool:
        """Whether the answer is empty: always False, because a service may offer no models."""
        return False


class _ListingOperation(OptionalOperation):
    """The operation of a provider's `_list_models`."""

    __slots__ = ()

    name = "_list_models"
    aname = "_list_models"
    names_model = False

    def signature_of(self, provider: LoadedProvider) -> Function:
        """Return the provider's function."""
        assert provider.list_models is not None  # noqa: S101 - checked before the call
        return provider.list_models

    def arguments(self, payload: Any, *, stream: bool) -> dict[str, Any]:  # noqa: ARG002
        """Return no arguments, because `_list_models` takes options only."""
        return {}

    def new_accumulator(self) -> ResponseAccumulator:
        """Return an accumulator of model names."""
        return _NameAccumulator()

    def adapt_payload(self, payload: Any, provider: LoadedProvider) -> Any:  # noqa: ARG002
        """Return the payload, which is None."""
        return payload

    def estimate_tokens(self, payload: Any) -> int:  # noqa: ARG002
        """Return 0, because listing models uses no tokens."""
        return 0


_LISTING = _ListingOperation()
