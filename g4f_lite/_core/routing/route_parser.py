"""The parser of `provider=`, which may be a name, a step, a list of both, or a `Route`."""

from collections.abc import Mapping, Sequence
from math import inf, log
from typing import Any

from g4f_lite._core.keys.auth_argument import normalize_auth
from g4f_lite._core.resilience.rate_limiter import check_limits
from g4f_lite._utils.clock import clock
from g4f_lite._utils.text import join_names, shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.routes import Route, Step

__all__ = [
    "parse_route",
]


_EXAMPLE = 'Pass a name, a list such as ["groq", "openrouter/auto", Step("local")], or a Route of one.'
_KEY_CARRYING_OPTIONS = ("extra_headers", "extra_query")
"""The options that may have a key in them."""


def parse_route(provider: object, options: Mapping[str, Any], *, has_auth: bool) -> tuple[Step, ...]:
    """Return the steps that `provider` names, in the order in which they are tried.

    Args:
        provider: the call's `provider`.
        options: the options of the call.
        has_auth: whether the call has a key of its own.

    Raises:
        InvalidArgumentError: `provider` is not a route, or the call has a key or an address that may be meant
            for several of its steps.
    """
    strategy = "ordered"
    if isinstance(provider, Route):
        provider, strategy = provider
    items = (provider,) if isinstance(provider, (str, Step)) else provider
    if not isinstance(items, (list, tuple)) or not items:
        raise _route_error("`provider` is no route, or one without steps.")
    steps = tuple(_parse_step(item) for item in items)
    if has_auth:
        _check_single_owner("auth", "key", [step for step in steps if step.auth is None], "auth=...")
    if options.get("base_url") is not None:  # every step would send its key to that address
        _check_single_owner("base_url", "address", _without(steps, "base_url"), 'options={"base_url": ...}')
    for name in _KEY_CARRYING_OPTIONS:
        if options.get(name):
            _check_carried_keys(name, options[name], _without(steps, name))
    if strategy == "weighted":
        return tuple(sorted(steps, key=lambda step: _draw_position(step.weight)))
    if strategy != "ordered":
        raise _route_error(
            f"The strategy of the route is {shorten(repr(strategy), 60)}.", "ordered or weighted"
        )
    return steps


def _draw_position(weight: float) -> float:
    """Return a random sort key; the chance of the lowest key of a route is proportional to the weight."""
    return -log(1.0 - clock().random()) / weight if weight else inf


def _parse_step(item: object) -> Step:
    step = Step(item) if isinstance(item, str) else item
    if not isinstance(step, Step):
        raise _route_error(f"A step of the route is a {type(item).__name__}.")
    if not _is_name(step.provider):
        raise _route_error("A step of the route names no provider.")
    if step.model is not None and not _is_name(step.model):
        raise _route_error(f"The model of the step {step.provider!r} is no name.")
    if step.model is not None and "/" in step.provider:
        raise _route_error(
            f"The step {shorten(repr(step.provider), 60)} names a model twice.", "the model once"
        )
    if type(step.weight) not in (int, float) or not 0 <= step.weight < inf:
        raise _route_error(f"The weight of the step {step.provider!r} is no number from 0 up.")
    if not isinstance(step.options, Mapping):
        raise _route_error(f"The options of the step {step.provider!r} are no mapping.")
    normalize_auth(step.auth, "auth", f" of the step {step.provider!r}")
    check_limits(step.limits)
    return step


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _route_error(message: str, expected: str = "") -> InvalidArgumentError:
    return InvalidArgumentError("provider", message, hint=f"Pass {expected}." if expected else _EXAMPLE)


def _without(steps: Sequence[Step], option: str) -> list[Step]:
    """Return the steps without an option of this name, to which the option of the call applies."""
    return [step for step in steps if option not in step.options]


def _check_carried_keys(option: str, values: object, steps: Sequence[Step]) -> None:
    """Raise if a key in a header or in the query of the URL may be meant for several of the steps."""
    from g4f_lite._utils.redaction import is_key_name

    for name in values if isinstance(values, Mapping) else ():
        if isinstance(name, str) and is_key_name(name):
            example = f"options={{{option!r}: {{{shorten(name, 60)!r}: ...}}}}"
            _check_single_owner(option, "key", steps, example, f" with {shorten(repr(name), 60)}")


def _check_single_owner(
    argument: str, what: str, steps: Sequence[Step], example: str, part: str = ""
) -> None:
    """Raise if a key or an address could be meant for several providers: it is sent to none of them.

    Args:
        argument: the argument of the call that has it.
        what: ``"key"`` or ``"address"``.
        steps: the steps that it would apply to.
        example: the argument of a `Step` that sets it instead.
        part: the part of `argument` that has it, for the message.
    """
    owners = dict.fromkeys(step.provider.partition("/")[0] for step in steps)
    if len(owners) > 1:
        raise InvalidArgumentError(
            argument,
            f"`{argument}` was given{part}, and it may be the {what} of each of these: {join_names(owners)}.",
            hint=f"Say whose it is: provider=[Step({next(iter(owners))!r}, {example}), ...].",
        )
