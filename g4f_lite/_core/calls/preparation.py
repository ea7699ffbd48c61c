"""Preparation of calls: from the arguments of the caller to a `Call` that can be started."""

import weakref
from collections.abc import Mapping, Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.candidates import CallSpec, resolve_candidates
from g4f_lite._core.calls.operation import Operation
from g4f_lite._core.keys.auth_argument import normalize_auth
from g4f_lite._core.registry.registry import registry
from g4f_lite._core.routing.resolver import is_loaded
from g4f_lite.cancellation import CancelScope
from g4f_lite.errors import InvalidArgumentError

if TYPE_CHECKING:
    from g4f_lite._core.calls.attempt_planner import AttemptPlanner
    from g4f_lite._core.calls.candidates import Candidate
    from g4f_lite.routes import Step

__all__ = ["CallSettings", "prepare_call", "prepare_call_async", "start_deadline_timer", "validate_settings"]


class CallSettings(NamedTuple):
    """The arguments of `ChatCompletion.create` apart from the input and the provider's options."""

    model: str | None
    provider: Any
    stream: Any = False
    auth: Any = None
    timeout: Any = None
    deadline: Any = None
    retries: Any = 0
    limits: Any = None
    continue_from_partial: Any = False
    drop_options: Any = False


def validate_settings(settings: CallSettings) -> None:
    """Check the settings that need no provider to be checked.

    Raises:
        InvalidArgumentError: a setting has the wrong type or value.
    """
    if not (
        type(settings.stream) is type(settings.drop_options) is type(settings.continue_from_partial) is bool
    ):
        _check_flags(settings)
    if settings.deadline is not None:
        _check_deadline(settings.deadline)


def _check_flags(settings: CallSettings) -> None:
    for name in ("stream", "drop_options", "continue_from_partial"):
        value = getattr(settings, name)
        if type(value) is not bool:
            raise InvalidArgumentError(
                name,
                f"`{name}` has to be True or False, not {type(value).__name__}.",
                hint=f"Pass {name}=True.",
            )


def _check_deadline(deadline: Any) -> None:
    if type(deadline) not in (int, float) or not 0 < deadline < inf:
        raise InvalidArgumentError(
            "deadline", "`deadline` has to be seconds, more than none.", hint="Pass deadline=60, or None."
        )


def prepare_call(
    operation: Operation, payload: Any, settings: CallSettings, options: Mapping[str, Any]
) -> Call:
    """Check a call, resolve its first candidate, and return the call. May import providers.

    Args:
        operation: the function of a provider to call.
        payload: the input of the operation. It has been checked already.
        settings: the caller's settings.
        options: the provider's options.

    Raises:
        RequestError, RegistryError, AllProvidersFailedError: no candidate can be called.
    """
    validate_settings(settings)
    spec = CallSpec(
        operation,
        payload,
        settings.model,
        options if settings.timeout is None else {**options, "timeout": settings.timeout},
        normalize_auth(settings.auth),
        settings.drop_options,
        settings.limits,
    )
    ends_at = None
    if settings.deadline is not None:
        from g4f_lite._utils.clock import clock

        ends_at = clock().monotonic() + settings.deadline
    planner = make_planner = None
    if isinstance(settings.provider, (list, tuple)):  # a Step and a Route are tuples too
        planner = _build_route_planner(spec, settings, ends_at)
        candidate = planner.first_candidate()
    else:
        candidates = resolve_candidates(spec, settings.provider)
        candidate = candidates[0]
        if len(candidates) > 1 or settings.limits is not None:
            planner = _build_planner(spec, settings, candidates, ends_at)
        elif settings.retries != 0:
            if type(settings.retries) is not int or settings.retries < 0:
                from g4f_lite._core.resilience.retry import to_retry_policy

                to_retry_policy(settings.retries)  # raises now if it is wrong
            # Most calls need no second attempt, so the planner is made when the first attempt has failed.
            make_planner = partial(_build_planner, spec, settings, candidates, ends_at)
    return Call(
        candidate,
        operation,
        stream=settings.stream,
        hooks=registry.hooks(),
        planner=planner,
        make_planner=make_planner,
        deadline=settings.deadline,
        ends_at=ends_at,
    )


def _build_route_planner(spec: CallSpec, settings: CallSettings, ends_at: float | None) -> "AttemptPlanner":
    from g4f_lite._core.routing.route_parser import parse_route

    steps = parse_route(settings.provider, spec.options, has_auth=spec.auth is not None)
    return _build_planner(spec, settings, steps, ends_at)


def _build_planner(
    spec: CallSpec, settings: CallSettings, steps: Sequence["Step | Candidate"], ends_at: float | None
) -> "AttemptPlanner":
    from g4f_lite._core.calls.attempt_planner import AttemptPlanner
    from g4f_lite._core.resilience.rate_limiter import check_limits
    from g4f_lite._core.resilience.retry import to_retry_policy

    check_limits(settings.limits)
    retry = to_retry_policy(settings.retries)
    return AttemptPlanner(
        spec, steps, retry, continue_partial=settings.continue_from_partial, ends_at=ends_at
    )


async def prepare_call_async(
    operation: Operation, payload: Any, settings: CallSettings, options: Mapping[str, Any]
) -> Call:
    """Return what `prepare_call` returns, without blocking the event loop while a provider is imported."""
    if is_loaded(settings.provider):
        return prepare_call(operation, payload, settings, options)
    import asyncio

    return await asyncio.to_thread(prepare_call, operation, payload, settings, options)


def start_deadline_timer(call: Call) -> None:
    """Start the timer that ends a synchronous call at its deadline, whatever the call waits for then."""
    if call.ends_at is None:
        return
    from g4f_lite._utils.clock import clock

    # The timer must not keep a dropped stream alive.
    scope_ref: weakref.ref[CancelScope] = weakref.ref(call.scope)

    def expire() -> None:
        scope = scope_ref()
        if scope is not None:
            scope.expire()

    call.stop_timer = clock().call_later(max(call.ends_at - clock().monotonic(), 0.0), expire)
