"""How a call goes on when a provider fails: several providers, retries, limits. Plain records."""

from collections.abc import Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar

__all__ = ["Limits", "Retry", "Route", "Step"]

_Record = TypeVar("_Record", bound=tuple[Any, ...])


def _outspoken(record: type[_Record]) -> type[_Record]:
    """Have a record say what is wrong with its arguments as the other errors of a call do."""
    make = record.__new__

    @wraps(make)  # for who looks at its signature
    def new(kind: Any, *values: Any, **fields: Any) -> Any:
        try:
            return make(kind, *values, **fields)
        except TypeError:
            pass
        _refuse(record, len(values), tuple(fields))

    record.__new__ = new  # type: ignore[method-assign] # a NamedTuple's body may have no `__new__`
    return record


def _refuse(record: Any, values: int, given: tuple[str, ...]) -> NoReturn:
    from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
    from g4f_lite.errors import InvalidArgumentError

    fields: tuple[str, ...] = record._fields
    takes = f"It takes: {join_names(fields)}."
    unknown = [name for name in given if name not in fields]
    name = record.__name__
    if unknown:
        argument = unknown[0]
        near = format_suggestion(find_similar_names(argument, fields))
        what = f"A {name} has no {shorten(repr(argument), 60)}.{near} {takes}"
        step = "Correct its name."
        if "options" in fields and not near:
            step = f"What is an option of the provider goes into them: options={{{shorten(argument, 60)!r}: ...}}."
    elif values > len(fields) or set(given) & set(fields[:values]):
        argument, what, step = (
            name,
            f"A {name} was given a value twice, or too many. {takes}",
            "Name each once.",
        )
    else:
        argument = next(item for item in fields[values:] if item not in {*given, *record._field_defaults})
        what, step = f"A {name} needs its {argument!r}. {takes}", "Pass it."
    raise InvalidArgumentError(argument, what, hint=step)


@_outspoken
class Limits(NamedTuple):
    """What this program asks of a provider at most, whatever the service would allow.

    They hold for all calls of the process together, for each provider, key and `base_url` by itself.

    Attributes:
        requests_per_minute: requests in any minute.
        tokens_per_minute: tokens in any minute, those of the prompt and those of the answer. Before a
            request they are estimated (four characters a token, and `max_tokens`), after it corrected
            by what the service counted.
        concurrency: requests at once.
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int | None = None


@_outspoken
class Retry(NamedTuple):
    """How often, and after what wait, the same provider is asked once more.

    Before the n-th repetition a random time between 0 and ``min(cap, base * 2 ** (n - 1))`` is waited;
    longer if the service says so (``Retry-After``).

    Attributes:
        attempts: repetitions at most, beyond the first try.
        base, cap: seconds.
        max_wait: seconds; if the service wants a longer wait, it is not asked again.
    """

    attempts: int = 2
    base: float = 0.5
    cap: float = 8.0
    max_wait: float = 60.0


@_outspoken
class Step(NamedTuple):
    """One provider of a route, and how it is asked.

    Attributes:
        provider: its name, ``"distribution:name"``, or ``"provider/model"``.
        model: the model; else the call's, else the provider's default.
        weight: how much of the calls it gets first, against the others, in a weighted route.
        auth: its key, or a list of keys; else the call's, the environment's or the key store's.
        options: options for this step alone, beside the call's and before them.
        limits: its limits, in place of the call's.
    """

    provider: str
    model: str | None = None
    weight: float = 1.0
    auth: Any = None
    options: Mapping[str, Any] = MappingProxyType({})
    limits: Limits | None = None

    def __repr__(self) -> str:
        # Neither the key nor the options, which may hold one.
        return f"Step({self.provider!r}, model={self.model!r}, weight={self.weight:g})"

    def __reduce__(self) -> tuple[Any, ...]:
        # A read-only view of options, as the default is one, can be neither pickled nor copied.
        return Step, (*self[:4], dict(self.options), self.limits)


@_outspoken
class Route(NamedTuple):
    """The providers that are asked, one after the other, until one answers.

    Attributes:
        steps: names, ``"provider/model"``, or `Step`s.
        strategy: ``"ordered"``: as they stand. ``"weighted"``: for each call in a random order, in which
            a step comes first as often as its weight says.
    """

    steps: Sequence[str | Step]
    strategy: Literal["ordered", "weighted"] = "ordered"
