"""What a call asks, and of whom: everything that is checked before anything is sent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from g4f_lite._core.calls.operation import Operation
from g4f_lite._core.keys.auth_argument import normalize_auth
from g4f_lite._core.routing.resolver import resolve_target
from g4f_lite._core.validation.options import check_options
from g4f_lite.contract import LoadedProvider
from g4f_lite.errors import MissingAuthError
from g4f_lite.results import Attempt

if TYPE_CHECKING:
    from g4f_lite.routes import Limits, Step
    from g4f_lite.structured import Plan

__all__ = [
    "CallSpec",
    "Candidate",
    "resolve_candidates",
]


class CallSpec(NamedTuple):
    """What the caller wants, whoever is to give it.

    Attributes:
        operation: which of a provider's functions; `payload`: what it is asked, for a chat the messages.
        model: the model, None where it was left open.
        options: the provider's options, `auth` not among them.
        auth: the key, or a list of keys; `limits`: those of the call.
    """

    operation: Operation
    payload: Any
    model: str | None
    options: Mapping[str, Any]
    auth: Any
    drop_options: bool
    limits: "Limits | None" = None


class Candidate(NamedTuple):
    """Who can be asked: everything was found and checked.

    Attributes:
        options: what is passed on, the key with it; `dropped`: the names of options that are not.
        payload: what it is asked, as this provider takes it.
        model_asked: the model that the caller named for it.
        skipped: who was passed over on the way to it.
        key: what its key is called, `""` if there are not several.
        limits: what holds for it.
        step: its place in the route.
        plan: how it is asked for what `response_format` says, None if nothing is.
    """

    provider: LoadedProvider
    model: str
    options: dict[str, Any]
    dropped: tuple[str, ...]
    payload: Any
    model_asked: str | None
    skipped: tuple[Attempt, ...] = ()
    key: str = ""
    limits: "Limits | None" = None
    step: int = 0
    plan: "Plan | None" = None


def resolve_candidates(
    asked: CallSpec, provider: object, step: "Step | None" = None, place: int = 0
) -> list[Candidate]:
    """Return the candidates of one provider, one for each key, the first to be asked first.

    Raises:
        RegistryError: the provider cannot be had.
        RequestError: it cannot be asked for this.
        KeyStoreError: its key is needed and cannot be read.
    """
    model, options, auth, limits = asked.model, asked.options, asked.auth, asked.limits
    if step is not None:
        model = step.model or (None if "/" in step.provider else model)
        options = {**options, **step.options}
        auth = auth if step.auth is None else normalize_auth(step.auth)
        limits = step.limits or limits
    operation = asked.operation
    target = resolve_target(provider, model, has_auth=auth is not None, models=operation.models)
    loaded = target.provider
    takes = operation.signature_of(loaded)
    plan = None
    if "tools" in options or "response_format" in options:
        from g4f_lite._core.calls.typed_options import in_plain_form  # types are not everybody's

        options, plan = in_plain_form(options, takes)
    keys = _keys_to_send(loaded, takes, auth)
    passed = options if keys is None else {**options, "auth": keys[0]}
    kept, dropped = check_options(loaded, passed, drop=asked.drop_options, takes=takes)
    payload = operation.adapt_payload(asked.payload, loaded)
    if model is None and isinstance(provider, str) and "/" in provider:
        model = target.model  # named with the provider
    first = Candidate(
        loaded,
        target.model,
        kept,
        dropped,
        payload if plan is None else plan.messages(payload),
        model,
        target.skipped,
        "",
        limits,
        place,
        plan,
    )
    if keys is None or len(keys) == 1:
        return [first]
    from g4f_lite._core.keys.rotation import rotate_keys

    return [
        first._replace(options={**kept, "auth": key.auth} if "auth" in kept else kept, key=key.label)
        for key in rotate_keys(loaded.full_name, keys)
    ]


def _keys_to_send(provider: LoadedProvider, takes: Any, auth: Any) -> list[Any] | None:
    """Return the keys to pass on: the call's, else those that were found; None: none is passed on."""
    if auth is not None:
        return auth if isinstance(auth, list) else [auth]
    named = "auth" in takes.options
    if not provider.needs_auth and not named:
        return None
    from g4f_lite._core.keys.lookup import find_keys  # the store of keys is not everybody's

    keys = find_keys(provider.name, *provider.key_variables)
    if not keys and provider.needs_auth:
        raise MissingAuthError(provider.name, provider.auth_env)
    return list(keys) if keys and (named or takes.any_option) else None
