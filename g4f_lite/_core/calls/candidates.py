"""Candidates of a call: providers that were found, with a model, options and a payload that were checked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from g4f_lite._core.calls.operation import Operation
from g4f_lite._core.keys.auth_argument import normalize_auth
from g4f_lite._core.routing.resolver import resolve_target
from g4f_lite._core.validation.options import OptionSpec, check_options
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
    """What the caller wants of a provider, or a step of a route.

    Attributes:
        operation: the function of a provider to call.
        payload: the input of the operation, for a chat the messages.
        model: the model, None if the caller named none.
        options: the provider's options, without `auth`.
        auth: the key, or a list of keys.
        drop_options: whether to drop options that the provider does not take.
        limits: the rate limits.
    """

    operation: Operation
    payload: Any
    model: str | None
    options: Mapping[str, Any]
    auth: Any
    drop_options: bool
    limits: "Limits | None" = None

    def with_step(self, step: "Step") -> "CallSpec":
        """Return the spec for a step of a route: what `step` says comes first."""
        return self._replace(
            # A step like "provider/model" has its model, and does not get that of the call.
            model=step.model or (None if "/" in step.provider else self.model),
            options={**self.options, **step.options},
            auth=self.auth if step.auth is None else normalize_auth(step.auth),
            limits=step.limits or self.limits,
        )


class Candidate(NamedTuple):
    """One provider with one key that the call may try. Everything in it has been checked.

    Attributes:
        options: the options passed to the provider, with the key.
        dropped: the names of options that are not passed.
        payload: the input, in the form that this provider takes.
        model_asked: the model that the caller named for this provider.
        skipped: the providers that were skipped when this one was chosen.
        key: the label of the key, `""` if there are not several keys.
        limits: the rate limits of this candidate.
        step: the index of its step in the route.
        plan: the plan for `response_format`, None if the caller set none.
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
    spec: CallSpec, provider: object, *, step: "Step | None" = None, step_index: int = 0
) -> list[Candidate]:
    """Return the candidates of one provider, one for each key, in the order to try them.

    May import the provider.

    Raises:
        RegistryError: the provider is not installed, or cannot be loaded.
        RequestError: the provider cannot handle this request.
        KeyStoreError: the provider's key is needed and cannot be read.
    """
    if step is not None:
        spec = spec.with_step(step)
    operation, model = spec.operation, spec.model
    target = resolve_target(provider, model, has_auth=spec.auth is not None, models=operation.models)
    loaded = target.provider
    signature = operation.signature_of(loaded)
    options, plan = spec.options, None
    if "tools" in options or "response_format" in options:
        # Most calls have neither, and start without this module.
        from g4f_lite._core.calls.typed_options import normalize_typed_options

        options, plan = normalize_typed_options(options, signature)
    keys = _select_keys(loaded, signature, spec.auth)
    if keys is not None:
        options = {**options, "auth": keys[0]}
    kept, dropped = check_options(loaded, options, drop=spec.drop_options, takes=signature)
    payload = operation.adapt_payload(spec.payload, loaded)
    if model is None and isinstance(provider, str) and "/" in provider:
        model = target.model  # named with the provider
    candidate = Candidate(
        provider=loaded,
        model=target.model,
        options=kept,
        dropped=dropped,
        payload=payload if plan is None else plan.messages(payload),
        model_asked=model,
        skipped=target.skipped,
        limits=spec.limits,
        step=step_index,
        plan=plan,
    )
    return [candidate] if keys is None or len(keys) == 1 else _one_per_key(candidate, keys)


def _select_keys(provider: LoadedProvider, signature: OptionSpec, auth: Any) -> list[Any] | None:
    """Return the keys to pass to `provider`, None to pass none.

    They are those of the call, else those of the environment and the key store.
    """
    if auth is not None:
        return auth if isinstance(auth, list) else [auth]
    takes_auth = "auth" in signature.options
    if not provider.needs_auth and not takes_auth:
        return None
    # Calls without a key start without this module.
    from g4f_lite._core.keys.lookup import find_keys

    keys = find_keys(provider.name, *provider.key_variables)
    if not keys and provider.needs_auth:
        raise MissingAuthError(provider.name, provider.auth_env)
    return list(keys) if keys and (takes_auth or signature.any_option) else None


def _one_per_key(candidate: Candidate, keys: list[Any]) -> list[Candidate]:
    """Return `candidate` once for each of `keys`, in the order of rotation."""
    from g4f_lite._core.keys.rotation import rotate_keys

    options = candidate.options
    return [
        candidate._replace(
            options={**options, "auth": key.auth} if "auth" in options else options, key=key.label
        )
        for key in rotate_keys(candidate.provider.full_name, keys)
    ]
