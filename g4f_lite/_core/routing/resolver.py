"""From what a caller names to the provider that is asked.

1. `provider` named: that one. ``provider="name/model"`` names both.
2. ``model="name/model"`` whose first part is a provider's name: that provider, that model.
3. `model` alone: a provider that lists it, works, whose key is present if it needs one, and whose
   address is if it has none of its own (`address_env`). The default provider comes first if it is one
   of these, then providers that the program registered, then the built-in ones, then installed ones;
   in each group, services with an address of their own before those at one of the user's, whose models
   are what the user calls them; otherwise in alphabetical order.
4. Neither: the default provider, ``G4F_LITE_PROVIDER`` or else the embedded model, ``local``.
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
_DEFAULT = "local"
_OUT_OF_REACH = ("blocked", "conflict")


class ResolvedTarget(NamedTuple):
    """Who is asked for what, and who was passed over on the way there."""

    provider: LoadedProvider
    model: str
    skipped: tuple[Attempt, ...] = ()


class ProviderScan:
    """The providers in the registry's order, each read from its source when it is first reached.

    A call by model mostly needs the first few of them. Every iteration begins with the first provider and
    does not read one again, so a second pass, or an error message, may go over those that a first pass reached.

    Attributes:
        seen: the providers that have been read so far.
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
        """Yield the providers, those at an address of the user's after the others of their group.

        Only the source of a provider says where it is, so the registry cannot sort by that.
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
    """Return the provider and the model for a call, importing the provider if need be.

    `models` is the attribute of a provider that has the models in question.

    Raises:
        InvalidArgumentError: `provider` or `model` is no name.
        RegistryError: the provider named cannot be had.
        ModelNotFoundError: it does not offer the model, or nobody usable does.
    """
    name, wanted = _split_names(_checked("provider", provider), _checked("model", model))
    if name is None and wanted is not None:
        return _resolve_by_model(wanted, models, has_auth=has_auth)
    loaded = registry.get(name or _default())
    return ResolvedTarget(loaded, _model_of(loaded, wanted, models))


def is_loaded(provider: object) -> bool:
    """Whether `find_target` for this provider would neither scan nor import."""
    return isinstance(provider, str) and registry.is_ready(provider)


def _checked(argument: str, value: object) -> str | None:
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
    """Split the forms that name both."""
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


def _default() -> str:
    return (os.environ.get(DEFAULT_VARIABLE, "").strip() or _DEFAULT).partition("/")[0]


def _model_of(provider: LoadedProvider, wanted: str | None, models: str) -> str:
    offered: tuple[str, ...] = getattr(provider, models)
    if wanted is None:
        return offered[0] if offered else ""
    if wanted in offered:
        return wanted
    full = f"{provider.name}/{wanted}"
    if full in offered:  # "openrouter/auto" names both, and is what the service calls the model
        return full
    if not provider.any_model:
        raise ModelNotFoundError(wanted, offered, provider=provider.name)
    return wanted


def _resolve_by_model(model: str, models: str, *, has_auth: bool) -> ResolvedTarget:
    default = _default().rpartition(":")[2]
    scan = ProviderScan(registry.iter_infos(_preference(default)), default)
    if has_auth:
        _check_whose_key(list(scan), model, models)
    skipped: list[Attempt] = []
    problem: RegistryError | None = None
    for info in _candidates(scan, model, models, has_auth=has_auth):
        try:
            loaded = registry.get(info.name)
        except RegistryError as error:
            skipped.append(
                Attempt(f"{info.distribution}:{info.name}", model, "skipped", 0.0, shorten(str(error)))
            )
            if model in _listed(info, models):  # else it may have nothing to do with this model
                problem = error
            continue
        if (
            model in getattr(loaded, models)
            and loaded.working
            and _has_key(loaded.needs_auth, loaded.name, loaded.key_variables, has_auth)
            and has_address(loaded)
        ):
            return ResolvedTarget(loaded, model, tuple(skipped))
    if problem is not None:
        raise problem
    raise _no_provider_error(scan.seen, model, models)


def _listed(info: ProviderInfo, models: str) -> tuple[str, ...]:
    return getattr(info, models) or ()


def _check_whose_key(infos: list[ProviderInfo], model: str, models: str) -> None:
    """A key that could be meant for several providers is sent to none of them."""
    takers = [
        info.name
        for info in infos
        if info.needs_auth and model in _listed(info, models) and has_address(info)
    ]
    if len(takers) > 1:
        raise InvalidArgumentError(
            "auth",
            f"`auth` was given, and several providers that need a key offer {model!r}: {join_names(takers)}.",
            hint="Name the one whose key it is: provider=....",
        )


def _preference(default: str) -> Callable[[str, str, bool], tuple[bool, bool, bool, str]]:
    return lambda name, distribution, builtin: (name != default, distribution != PROGRAM, not builtin, name)


def _candidates(scan: ProviderScan, model: str, models: str, *, has_auth: bool) -> Iterator[ProviderInfo]:
    """Yield who lists the model; then, if none of them served, those whose models need an import to know."""
    for info in filter(_is_usable, scan.by_preference()):
        if (
            model in _listed(info, models)
            and _has_key(bool(info.needs_auth), info.name, _variables(info), has_auth)
            and has_address(info)
        ):
            yield info
    yield from (info for info in filter(_is_usable, scan) if getattr(info, models) is None)


def _is_usable(info: ProviderInfo) -> bool:
    # Those that failed before are asked for again: they fail at once, and are on record as passed over.
    return info.state not in _OUT_OF_REACH and info.working is not False


def _variable(info: ProviderInfo) -> str:
    return info.auth_env or auth_variable(info.name)


def _variables(info: ProviderInfo) -> tuple[str, ...]:
    return _variable(info), *(info.auth_env_also or ())


def has_address(provider: ProviderInfo | LoadedProvider) -> bool:
    """Whether it is known where the service is."""
    variables = provider.address_env
    return not variables or any(os.environ.get(name, "").strip() for name in variables)


def _has_key(needs_auth: bool, provider: str, variables: tuple[str, ...], has_auth: bool) -> bool:
    if not needs_auth or has_auth:
        return True
    from g4f_lite._core.keys.lookup import has_key  # most providers by model need none

    return has_key(provider, *variables)


def _unusable_reason(info: ProviderInfo) -> str:
    if _is_usable(info):
        return f"needs an address ({join_names(info.address_env or ())})"
    return info.reason or "is not working"


def _no_provider_error(
    infos: list[ProviderInfo], model: str, models: str
) -> MissingAuthError | ModelNotFoundError:
    """Return the error that says why nobody can be asked for the model."""
    offering = [info for info in infos if model in _listed(info, models)]
    missing = [
        info
        for info in filter(_is_usable, offering)
        if has_address(info)
        or not _has_key(bool(info.needs_auth), info.name, _variables(info), has_auth=False)
    ]
    if missing:
        first, *others = missing
        return MissingAuthError(
            first.name, _variable(first), others=[(info.name, _variable(info)) for info in others]
        )
    why = "; ".join(f"{info.name!r} lists it and {_unusable_reason(info)}" for info in offering)
    note = f" ({why}.)" if why else ""
    name, slash, rest = model.partition("/")
    near = find_similar_names(name, [info.name for info in infos]) if slash else ()
    if near:
        note += f" No provider is called {shorten(repr(name), 60)} either.{format_suggestion([f'{item}/{rest}' for item in near])}"
    takers = [info.name for info in filter(_is_usable, infos) if info.any_model]
    if takers:
        note += f" These take models that they do not list, if you name them: {join_names(takers)}."
    known = dict.fromkeys(name for info in filter(_is_usable, infos) for name in _listed(info, models))
    return ModelNotFoundError(model, known, note=note)
