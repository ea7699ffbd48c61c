"""From the arguments of a call to a `Call` that is ready to ask."""

import weakref
from collections.abc import Mapping
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

__all__ = ["CallSettings", "prepare_call", "prepare_call_async", "start_deadline_timer", "validate_settings"]


class CallSettings(NamedTuple):
    """What a caller says beside what is asked and the provider's options; as `ChatCompletion.create` has it."""

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


def validate_settings(wishes: CallSettings) -> None:
    """Check what can be checked without looking for a provider.

    Raises:
        InvalidArgumentError: one of them has the wrong type or value.
    """
    if not (type(wishes.stream) is type(wishes.drop_options) is type(wishes.continue_from_partial) is bool):
        _check_flags(wishes)
    if wishes.deadline is not None:
        _check_deadline(wishes.deadline)


def _check_flags(wishes: CallSettings) -> None:
    for name in ("stream", "drop_options", "continue_from_partial"):
        value = getattr(wishes, name)
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
    operation: Operation, payload: Any, wishes: CallSettings, options: Mapping[str, Any]
) -> Call:
    """Find and check who is asked first, and return the call.

    Args:
        operation: which of a provider's functions.
        payload: what it is asked, checked already.
        wishes: what else the caller says.
        options: those of the provider.

    Raises:
        RequestError, RegistryError, AllProvidersFailedError: nobody can be asked.
    """
    validate_settings(wishes)
    asked = CallSpec(
        operation,
        payload,
        wishes.model,
        options if wishes.timeout is None else {**options, "timeout": wishes.timeout},
        normalize_auth(wishes.auth),
        wishes.drop_options,
        wishes.limits,
    )
    ends_at = None
    if wishes.deadline is not None:
        from g4f_lite._utils.clock import clock

        ends_at = clock().monotonic() + wishes.deadline
    tries = after = None
    if isinstance(wishes.provider, (list, tuple)):  # a Step and a Route are tuples too
        tries = _planner_for_route(asked, wishes, ends_at)
        first = tries.first_candidate()
    else:
        found = resolve_candidates(asked, wishes.provider)
        first = found[0]
        if len(found) > 1 or wishes.limits is not None:
            tries = _planner(asked, wishes, found, ends_at)
        elif wishes.retries != 0:
            if type(wishes.retries) is not int or wishes.retries < 0:
                from g4f_lite._core.resilience.retry import to_retry_policy

                to_retry_policy(wishes.retries)
            # Most calls need no second attempt: what decides on it is made when the first has failed.
            after = partial(_planner, asked, wishes, found, ends_at)
    return Call(
        first,
        operation,
        stream=wishes.stream,
        hooks=registry.hooks(),
        planner=tries,
        make_planner=after,
        deadline=wishes.deadline,
        ends_at=ends_at,
    )


def _planner_for_route(asked: CallSpec, wishes: CallSettings, ends_at: float | None) -> "AttemptPlanner":
    from g4f_lite._core.routing.route_parser import parse_route

    steps = parse_route(wishes.provider, asked.options, has_auth=asked.auth is not None)
    return _planner(asked, wishes, steps, ends_at)


def _planner(asked: CallSpec, wishes: CallSettings, steps: Any, ends_at: float | None) -> "AttemptPlanner":
    from g4f_lite._core.calls.attempt_planner import AttemptPlanner
    from g4f_lite._core.resilience.rate_limiter import check_limits
    from g4f_lite._core.resilience.retry import to_retry_policy

    check_limits(wishes.limits)
    retry = to_retry_policy(wishes.retries)
    return AttemptPlanner(asked, steps, retry, carries_on=wishes.continue_from_partial, ends_at=ends_at)


async def prepare_call_async(
    operation: Operation, payload: Any, wishes: CallSettings, options: Mapping[str, Any]
) -> Call:
    """Do the same without blocking the event loop: finding a provider may import it."""
    if is_loaded(wishes.provider):
        return prepare_call(operation, payload, wishes, options)
    import asyncio

    return await asyncio.to_thread(prepare_call, operation, payload, wishes, options)


def start_deadline_timer(call: Call) -> None:
    """Have a synchronous call end when its time is over, whatever it waits for then."""
    if call.ends_at is None:
        return
    from g4f_lite._utils.clock import clock

    # Of a stream that was dropped, the timer must not keep anything alive.
    scope: weakref.ref[CancelScope] = weakref.ref(call.scope)

    def expire() -> None:
        known = scope()
        if known is not None:
            known.expire()

    call.stop_timer = clock().call_later(max(call.ends_at - clock().monotonic(), 0.0), expire)
