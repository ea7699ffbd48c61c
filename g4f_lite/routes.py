"""Routes of several providers, retries and limits of a call, as plain records.

::

    from g4f_lite import ChatCompletion, Retry, Route, Step

    route = Route(["groq", Step("openai", model="gpt-4o-mini")])
    ChatCompletion.create(messages=messages, provider=route, retries=Retry(attempts=3))
"""

from collections.abc import Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar

__all__ = ["Limits", "Retry", "Route", "Step"]

_Record = TypeVar("_Record", bound=tuple[Any, ...])


def _with_argument_errors(record: type[_Record]) -> type[_Record]:
    """Make a record raise `InvalidArgumentError` with a hint where a tuple raises a bare `TypeError`."""
    make = record.__new__

    @wraps(make)  # keeps the signature for `inspect` and `help`
    def new(kind: Any, *values: Any, **fields: Any) -> Any:
        try:
            return make(kind, *values, **fields)
        except TypeError:
            pass
        _raise_argument_error(record, len(values), tuple(fields))

    record.__new__ = new  # type: ignore[method-assign] # the body of a NamedTuple cannot define `__new__`
    return record


def _raise_argument_error(record: Any, positional: int, keywords: tuple[str, ...]) -> NoReturn:
    from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
    from g4f_lite.errors import InvalidArgumentError

    fields: tuple[str, ...] = record._fields
    takes = f"It takes: {join_names(fields)}."
    unknown = [name for name in keywords if name not in fields]
    name = record.__name__
    if unknown:
        argument = unknown[0]
        suggestion = format_suggestion(find_similar_names(argument, fields))
        message = f"A {name} has no {shorten(repr(argument), 60)}.{suggestion} {takes}"
        hint = "Correct its name."
        if "options" in fields and not suggestion:
            hint = f"What is an option of the provider goes into them: options={{{shorten(argument, 60)!r}: ...}}."
    elif positional > len(fields) or set(keywords) & set(fields[:positional]):
        argument = name
        message = f"A {name} was given a value twice, or too many. {takes}"
        hint = "Name each once."
    else:
        given = {*fields[:positional], *keywords, *record._field_defaults}
        argument = next(field for field in fields if field not in given)
        message, hint = f"A {name} needs its {argument!r}. {takes}", "Pass it."
    raise InvalidArgumentError(argument, message, hint=hint)


@_with_argument_errors
class Limits(NamedTuple):
    """The limits that this program keeps towards a provider, independent of the service's own.

    They apply to all calls of the process together, separately for each provider, key and `base_url`. None
    means no limit.

    Attributes:
        requests_per_minute: the largest number of requests in any minute.
        tokens_per_minute: the largest number of tokens in any minute, of prompts and answers together. They are
            estimated before a request (four characters a token, plus `max_tokens`), and corrected afterwards by
            the service's count.
        concurrency: the largest number of requests at the same time.
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int | None = None


@_with_argument_errors
class Retry(NamedTuple):
    """The retry policy of a call: how often, and after which wait, it asks the same provider again.

    Before the n-th retry the call waits a random time between 0 and ``min(cap, base * 2 ** (n - 1))`` seconds
    (exponential backoff with full jitter), or longer if the service asks for it (``Retry-After``).

    Attributes:
        attempts: the largest number of retries, not counting the first attempt.
        base: seconds of the first backoff.
        cap: seconds of the longest backoff.
        max_wait: seconds. If the service asks for a longer wait, the call does not retry.
    """

    attempts: int = 2
    base: float = 0.5
    cap: float = 8.0
    max_wait: float = 60.0


@_with_argument_errors
class Step(NamedTuple):
    """One provider of a route, with the settings that apply to it.

    Attributes:
        provider: the name of the provider, ``"distribution:name"``, or ``"provider/model"``.
        model: the model; by default the call's, else the provider's default.
        weight: the share of the calls that ask this step first, in a weighted route.
        auth: the key, or a list of keys; by default the call's, the environment's or the key store's.
        options: options for this step only. They are added to the call's and replace those of the same name.
        limits: the limits for this step, instead of the call's.
    """

    provider: str
    model: str | None = None
    weight: float = 1.0
    auth: Any = None
    options: Mapping[str, Any] = MappingProxyType({})
    limits: Limits | None = None

    def __repr__(self) -> str:
        # Without the key and the options, which may contain a key.
        return f"Step({self.provider!r}, model={self.model!r}, weight={self.weight:g})"

    def __reduce__(self) -> tuple[Any, ...]:
        # The default of `options` is a read-only view, which can be neither pickled nor copied.
        return Step, (*self[:4], dict(self.options), self.limits)


@_with_argument_errors
class Route(NamedTuple):
    """The providers of a call, which are asked one after the other until one answers.

    Attributes:
        steps: names of providers, ``"provider/model"``, or `Step`s.
        strategy: ``"ordered"`` asks them in the given order. ``"weighted"`` asks them in a random order for each
            call, in which the probability of a step to come first is proportional to its weight.
    """

    steps: Sequence[str | Step]
    strategy: Literal["ordered", "weighted"] = "ordered"
