"""From the steps of a route to who can be asked: the provider, the model, the options, each key."""

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
_CARRIERS = ("extra_headers", "extra_query")
"""Options that may carry a key."""


def parse_route(provider: object, options: Mapping[str, Any], *, has_auth: bool) -> tuple[Step, ...]:
    """Return the steps that `provider=` names, in the order in which they are asked.

    Args:
        provider: what the caller says.
        options: those of the call.
        has_auth: whether it has a key.

    Raises:
        InvalidArgumentError: it is no route, or a key or an address is given that may be meant for several of them.
    """
    strategy = "ordered"
    if isinstance(provider, Route):
        provider, strategy = provider
    items = (provider,) if isinstance(provider, (str, Step)) else provider
    if not isinstance(items, (list, tuple)) or not items:
        raise _wrong("`provider` is no route, or one without steps.")
    steps = tuple(_step(item) for item in items)
    if has_auth:
        _check_whose("auth", "key", [step for step in steps if step.auth is None], "auth=...")
    if options.get("base_url") is not None:  # the keys of all of them would go there
        _check_whose("base_url", "address", _without(steps, "base_url"), 'options={"base_url": ...}')
    for name in _CARRIERS:
        if options.get(name):
            _check_carrier(name, options[name], _without(steps, name))
    if strategy == "weighted":
        return tuple(sorted(steps, key=lambda step: _draw(step.weight)))
    if strategy != "ordered":
        raise _wrong(f"The strategy of the route is {shorten(repr(strategy), 60)}.", "ordered or weighted")
    return steps


def _draw(weight: float) -> float:
    """Return when a step's turn comes, such that it is first as often as its weight says."""
    return -log(1.0 - clock().random()) / weight if weight else inf


def _step(item: object) -> Step:
    step = Step(item) if isinstance(item, str) else item
    if not isinstance(step, Step):
        raise _wrong(f"A step of the route is a {type(item).__name__}.")
    if not _is_name(step.provider):
        raise _wrong("A step of the route names no provider.")
    if step.model is not None and not _is_name(step.model):
        raise _wrong(f"The model of the step {step.provider!r} is no name.")
    if step.model is not None and "/" in step.provider:
        raise _wrong(f"The step {shorten(repr(step.provider), 60)} names a model twice.", "the model once")
    if type(step.weight) not in (int, float) or not 0 <= step.weight < inf:
        raise _wrong(f"The weight of the step {step.provider!r} is no number from 0 up.")
    if not isinstance(step.options, Mapping):
        raise _wrong(f"The options of the step {step.provider!r} are no mapping.")
    normalize_auth(step.auth, "auth", f" of the step {step.provider!r}")
    check_limits(step.limits)
    return step


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _wrong(message: str, wanted: str = "") -> InvalidArgumentError:
    return InvalidArgumentError("provider", message, hint=f"Pass {wanted}." if wanted else _EXAMPLE)


def _without(steps: Sequence[Step], option: str) -> list[Step]:
    """Return those that take an option of the call's, since they have none of their own."""
    return [step for step in steps if option not in step.options]


def _check_carrier(option: str, values: object, steps: Sequence[Step]) -> None:
    """A key goes to nobody else in a header either, or in what is put behind the address."""
    from g4f_lite._utils.redaction import is_key_name

    for name in values if isinstance(values, Mapping) else ():
        if isinstance(name, str) and is_key_name(name):
            example = f"options={{{option!r}: {{{shorten(name, 60)!r}: ...}}}}"
            _check_whose(option, "key", steps, example, f" with {shorten(repr(name), 60)}")


def _check_whose(argument: str, what: str, steps: Sequence[Step], instead: str, part: str = "") -> None:
    """What could be meant for several providers is given to none of them."""
    takers = dict.fromkeys(step.provider.partition("/")[0] for step in steps)
    if len(takers) > 1:
        raise InvalidArgumentError(
            argument,
            f"`{argument}` was given{part}, and it may be the {what} of each of these: {join_names(takers)}.",
            hint=f"Say whose it is: provider=[Step({next(iter(takers))!r}, {instead}), ...].",
        )
