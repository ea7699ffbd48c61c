"""The resolver: from the `provider` and `model` of a call to one provider and one model.

1. `provider` is given: that provider. ``provider="name/model"`` names both.
2. ``model="name/model"``, and the first part is the name of a provider: that provider and model.
3. `model` alone: a provider that lists it, works, has its key if it needs one, and has its address if that
   is in a variable of the user's (`address_env`). The default provider comes first if it is one of these,
   then providers that the program registered, then built-in ones, then installed ones. Within each group,
   services with a fixed address come before those at an address of the user's, since the user gives the
   models of the latter any name; otherwise the order is alphabetical.
4. Neither: the default provider, which is ``G4F_LITE_PROVIDER`` or else the embedded model, ``local``.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from g4f_lite._core.registry.registry import registry
from g4f_lite._core.validation.identity import auth_variable
from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
from g4f_lite.contract import PROGRAM, LoadedProvider, ProviderInfo
from g4f_lite.errors import InvalidArgumentError, MissingAuthError, ModelNotFoundError, RegistryError
from g4f_lite.results import Attempt

__all__ = ["DEFAULT_VARIABLE", "ProviderScan", "ResolvedTarget", "has_address", "is_loaded", "resolve_target"]

DEFAULT_VARIABLE = "G4F_LITE_PROVIDER"
_DEFAULT_PROVIDER = "local"
_UNREACHABLE_STATES = ("blocked", "conflict")


class ResolvedTarget(NamedTuple):
    """The provider and the model of a call, and the providers that were skipped to find them."""

    provider: LoadedProvider
    model: str
    skipped: tuple[Attempt, ...] = ()


class ProviderScan:
    """A lazy scan of the providers in the registry's order, which remembers those it has read.

    Reading a provider's source takes time, and most calls by model need only the first few. An iteration
    reads what no iteration before it has read, so a second one, or an error message, costs nothing.

    Attributes:
        seen: the providers that were read so far.
    """

    def __init__(self, infos: Iterator[ProviderInfo], default: str) -> None:
        self.seen: list[ProviderInfo] = []
        self._unread = infos
        self._default = default

    def __iter__(self) -> Iterator[ProviderInfo]:
        for position in itertools.count():
            if position == len(self.seen):
                info = next(self._unread, None)
                if info is None:
                    return
                self.seen.append(info)
            yield self.seen[position]

    def by_preference(self) -> Iterator[ProviderInfo]:
        """Yield the providers, with those at an address of the user's after the others of their group.

        The registry cannot sort by that, because only the source of a provider has its address.
        """
        postponed: list[ProviderInfo] = []
        for info in self:
            if postponed and _group_of(info) != _group_of(postponed[0]):
                yield from postponed
                postponed.clear()
            if info.address_env and info.name != self._default:
                postponed.append(info)
            else:
                yield info
        yield from postponed


def _group_of(info: ProviderInfo) -> tuple[bool, bool]:
    return info.distribution == PROGRAM, info.builtin


def resolve_target(
    provider: object, model: object, *, has_auth: bool, models: str = "models"
) -> ResolvedTarget:
    """Return the provider and the model for a call. May import the provider.

    Args:
        provider: the call's `provider`.
        model: the call's `model`.
        has_auth: whether the call has a key of its own.
        models: the attribute of a provider that has its models, for completions or for embeddings.

    Raises:
        InvalidArgumentError: `provider` or `model` is not a name.
        RegistryError: the named provider is not found or not usable.
        ModelNotFoundError: the provider does not offer the model, or no usable provider does.
        MissingAuthError: every provider that offers the model needs a key that is missing.
    """
    name, model_name = _split_names(_require_name("provider", provider), _require_name("model", model))
    if name is None and model_name is not None:
        return _resolve_by_model(model_name, models, has_auth=has_auth)
    loaded = registry.get(name or _default_provider())
    return ResolvedTarget(loaded, _choose_model(loaded, model_name, models))


def is_loaded(provider: object) -> bool:
    """Whether `resolve_target` for this provider would return without a scan or an import."""
    return isinstance(provider, str) and registry.is_ready(provider)


def _require_name(argument: str, value: object) -> str | None:
    """Return `value` if it is a name or None.

    Raises:
        InvalidArgumentError: it is anything else.
    """
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    if isinstance(value, str):
        raise InvalidArgumentError(argument, f"`{argument}` is empty.", hint="Leave it out, or name one.")
    raise InvalidArgumentError(
        argument,
        f"`{argument}` has to be a name, not {shorten(redact(repr(value)), 60)}.",
        hint="Register a module or object with `registry.register(it, name=...)`, then pass that name."
        if argument == "provider"
        else "`g4f-lite models` lists every model.",
    )


def _split_names(provider: str | None, model: str | None) -> tuple[str | None, str | None]:
    """Return the names of the provider and the model, either of which may name both."""
    if provider is None and model is None:
        provider = os.environ.get(DEFAULT_VARIABLE, "").strip() or None
    if provider is not None:
        name, slash, rest = provider.partition("/")
        if not slash:
            return provider, model
        if model is not None:
            raise InvalidArgumentError(
                "provider",
                f"`provider` is {provider!r}, which names a model too, beside model={model!r}.",
                hint="Name the model once.",
            )
        if not name or not rest:
            raise InvalidArgumentError(
                "provider",
                f"`provider` is {shorten(provider, 60)!r}, which has nothing before or behind its slash.",
                hint='Pass "provider", or "provider/model".',
            )
        return name, rest
    if model is not None:
        name, slash, rest = model.partition("/")
        if slash and rest and registry.knows(name):
            return name, rest
    return None, model


def _default_provider() -> str:
    return (os.environ.get(DEFAULT_VARIABLE, "").strip() or _DEFAULT_PROVIDER).partition("/")[0]


def _choose_model(provider: LoadedProvider, model: str | None, models: str) -> str:
    """Return the model to ask `provider` for: `model`, or the provider's default if it is None."""
    offered: tuple[str, ...] = getattr(provider, models)
    if model is None:
        return offered[0] if offered else ""
    if model in offered:
        return model
    full_name = f"{provider.name}/{model}"
    if full_name in offered:  # "openrouter/auto" names both, and is also the service's name of the model
        return full_name
    if not provider.any_model:
        raise ModelNotFoundError(model, offered, provider=provider.name)
    return model


def _resolve_by_model(model: str, models: str, *, has_auth: bool) -> ResolvedTarget:
    default = _default_provider().rpartition(":")[2]
    scan = ProviderScan(registry.iter_infos(_preference_order(default)), default)
    if has_auth:
        _check_key_owner(list(scan), model, models)
    skipped: list[Attempt] = []
    last_error: RegistryError | None = None
    for info in _iter_candidates(scan, model, models, has_auth=has_auth):
        try:
            loaded = registry.get(info.name)
        except RegistryError as error:
            skipped.append(
                Attempt(f"{info.distribution}:{info.name}", model, "skipped", 0.0, shorten(str(error)))
            )
            if model in _listed_models(info, models):  # or else the error may not concern this model
                last_error = error
            continue
        if (
            model in getattr(loaded, models)
            and loaded.working
            and _has_key(loaded.needs_auth, loaded.name, loaded.key_variables, has_auth)
            and has_address(loaded)
        ):
            return ResolvedTarget(loaded, model, tuple(skipped))
    if last_error is not None:
        raise last_error
    raise _no_provider_error(scan.seen, model, models)


def _listed_models(info: ProviderInfo, models: str) -> tuple[str, ...]:
    return getattr(info, models) or ()


def _check_key_owner(infos: list[ProviderInfo], model: str, models: str) -> None:
    """Raise if the call's key could be meant for several providers: it is sent to none of them."""
    owners = [
        info.name
        for info in infos
        if info.needs_auth and model in _listed_models(info, models) and has_address(info)
    ]
    if len(owners) > 1:
        raise InvalidArgumentError(
            "auth",
            f"`auth` was given, and several providers that need a key offer {model!r}: {join_names(owners)}.",
            hint="Name the one whose key it is: provider=....",
        )


def _preference_order(default: str) -> Callable[[str, str, bool], tuple[bool, bool, bool, str]]:
    return lambda name, distribution, builtin: (name != default, distribution != PROGRAM, not builtin, name)


def _iter_candidates(
    scan: ProviderScan, model: str, models: str, *, has_auth: bool
) -> Iterator[ProviderInfo]:
    """Yield the providers that list the model, then those with models that only an import reveals.

    The caller iterates to the second kind only if no provider of the first kind was usable.
    """
    for info in filter(_is_usable, scan.by_preference()):
        if (
            model in _listed_models(info, models)
            and _has_key(bool(info.needs_auth), info.name, _key_variables(info), has_auth)
            and has_address(info)
        ):
            yield info
    yield from (info for info in filter(_is_usable, scan) if getattr(info, models) is None)


def _is_usable(info: ProviderInfo) -> bool:
    # A provider with a failed import counts as usable: `registry.get` raises its error again at once, and the
    # call's record lists it as skipped.
    return info.state not in _UNREACHABLE_STATES and info.working is not False


def _key_variable(info: ProviderInfo) -> str:
    return info.auth_env or auth_variable(info.name)


def _key_variables(info: ProviderInfo) -> tuple[str, ...]:
    return _key_variable(info), *(info.auth_env_also or ())


def has_address(provider: ProviderInfo | LoadedProvider) -> bool:
    """Whether the address of the service is known."""
    variables = provider.address_env
    return not variables or any(os.environ.get(name, "").strip() for name in variables)


def _has_key(needs_auth: bool, provider: str, variables: tuple[str, ...], has_auth: bool) -> bool:
    if not needs_auth or has_auth:
        return True
    # Imported here, because most providers that are found by model need no key.
    from g4f_lite._core.keys.lookup import has_key

    return has_key(provider, *variables)


def _unusable_reason(info: ProviderInfo) -> str:
    if _is_usable(info):
        return f"needs an address ({join_names(info.address_env or ())})"
    return info.reason or "is not working"


def _no_provider_error(
    infos: list[ProviderInfo], model: str, models: str
) -> MissingAuthError | ModelNotFoundError:
    """Return the error that explains why no provider can be asked for the model."""
    offering = [info for info in infos if model in _listed_models(info, models)]
    without_key = [
        info
        for info in filter(_is_usable, offering)
        if has_address(info)
        or not _has_key(bool(info.needs_auth), info.name, _key_variables(info), has_auth=False)
    ]
    if without_key:
        first, *others = without_key
        return MissingAuthError(
            first.name, _key_variable(first), others=[(info.name, _key_variable(info)) for info in others]
        )
    reasons = "; ".join(f"{info.name!r} lists it and {_unusable_reason(info)}" for info in offering)
    note = f" ({reasons}.)" if reasons else ""
    name, slash, rest = model.partition("/")
    near = find_similar_names(name, [info.name for info in infos]) if slash else ()
    if near:
        note += f" No provider is called {shorten(repr(name), 60)} either.{format_suggestion([f'{item}/{rest}' for item in near])}"
    any_model = [info.name for info in filter(_is_usable, infos) if info.any_model]
    if any_model:
        note += f" These take models that they do not list, if you name them: {join_names(any_model)}."
    known = dict.fromkeys(name for info in filter(_is_usable, infos) for name in _listed_models(info, models))
    return ModelNotFoundError(model, known, note=note)
