"""What has come of an answer: its text, and what the provider said about it."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import (
    Citation,
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Metadata,
    Reasoning,
    Refusal,
    Served,
    Text,
    ToolCallDelta,
    Usage,
    Vector,
)
from g4f_lite.results import Choice, ToolCall

__all__ = ["Gathered", "wrong"]

_REASONS = get_args(FinishReason)
_MOST_CHOICES = 1024
"""An index beyond this is a fault: a list is kept up to it."""


class _Call:
    """A tool call while its pieces come."""

    __slots__ = ("arguments", "id", "name", "signature")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.signature: str | None = None


class _Side:
    """What one choice has beside the first one's text."""

    __slots__ = ("calls", "finish", "logprobs", "reasoning", "refusal", "text")

    def __init__(self) -> None:
        self.text: list[str] = []
        self.reasoning: list[tuple[list[str], list[str]]] = []
        self.refusal: list[str] = []
        self.calls: dict[int, _Call] = {}
        self.logprobs: list[Mapping[str, Any]] | None = None
        self.finish: FinishReason | None = None


class Gathered:
    """The parts of an answer so far, and its events.

    Attributes:
        carried: how many of the parts an earlier attempt gave, which this one goes on from.
    """

    __slots__ = ("carried", "citations", "media", "metadata", "parts", "served", "sides", "usage", "vectors")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.carried = 0
        self.usage: Usage | None = None
        self.served: Served | None = None
        self.sides: dict[int, _Side] = {}
        self.citations: list[Citation] = []
        self.media: list[Media] = []
        self.metadata: dict[str, Any] = {}
        self.vectors: dict[int, list[float]] = {}

    @property
    def text(self) -> str:
        """The first choice's text so far."""
        return "".join(self.parts)

    @property
    def finish(self) -> FinishReason | None:
        """Why the first choice ended, as far as is known."""
        side = self.sides.get(0)
        return side.finish if side else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come of this attempt that is an answer, or says that there is none."""
        return not (len(self.parts) > self.carried or self.sides or self.media or self.vectors)

    def choices(self) -> tuple[Choice, ...]:
        """Return the answers, in order; there is always a first one."""
        return tuple(self._choice(index) for index in sorted({0, *self.sides}))

    def _choice(self, index: int) -> Choice:
        side = self.sides.get(index) or _Side()
        blocks = tuple(
            ("".join(text), signature[-1] if signature else None) for text, signature in side.reasoning
        )
        return Choice(
            index,
            self.text if index == 0 else "".join(side.text),
            side.finish,
            "".join(text for text, _ in blocks),
            "".join(side.refusal) if side.refusal else None,
            tuple(
                ToolCall(call.id, call.name, "".join(call.arguments), call.signature)
                for _, call in sorted(side.calls.items())
            ),
            tuple(side.logprobs) if side.logprobs is not None else None,
            blocks,
        )

    def take(self, item: Any) -> str:
        """Take one thing that the provider yielded; return its text, `""` for an event without any.

        The text returned is not added to `parts`: that is for whoever hands it out.

        Raises:
            ProviderResponseError: it is neither text nor an event, or an event with a wrong value in it.
        """
        if isinstance(item, str):
            return str.__str__(item)  # of a subclass, what it is and not what it says that it is
        for kind, (fits, wanted, keep) in _KINDS.items():
            if isinstance(item, kind):
                if not fits(item):
                    raise wrong("The provider yielded", item, f"one with {wanted} in it")
                return keep(self, item) or ""
        raise wrong("The provider yielded", item, "str or an event")

    # --- each kind of event ------------------------------------------------------------------

    def _side(self, index: int) -> _Side:
        side = self.sides.get(index)
        if side is None:
            side = self.sides[index] = _Side()
        return side

    def _text(self, item: Text) -> str:
        if item.choice == 0:
            return item.text
        self._side(item.choice).text.append(item.text)
        return ""

    def _reasoning(self, item: Reasoning) -> None:
        blocks = self._side(item.choice).reasoning
        if not blocks or blocks[-1][1]:  # the first, or behind one that its signature has ended
            blocks.append(([], []))
        blocks[-1][0].append(item.text)
        if item.signature is not None:
            blocks[-1][1].append(item.signature)

    def _refusal(self, item: Refusal) -> None:
        self._side(item.choice).refusal.append(item.text)

    def _tool_call(self, item: ToolCallDelta) -> None:
        calls = self._side(item.choice).calls
        call = calls.get(item.position)
        if call is None:
            call = calls[item.position] = _Call()
        call.id = call.id or item.id or ""
        call.name = call.name or item.name or ""
        call.arguments.append(item.arguments)
        call.signature = item.signature if item.signature is not None else call.signature

    def _usage(self, item: Usage) -> None:
        self.usage = item

    def _finish(self, item: Finish) -> None:
        self._side(item.choice).finish = item.reason

    def _served(self, item: Served) -> None:
        known = self.served
        if known is not None and item.id is None:
            item = item._replace(
                id=known.id, created=item.created if item.created is not None else known.created
            )
        self.served = item

    def _citation(self, item: Citation) -> None:
        self.citations.append(item)

    def _media(self, item: Media) -> None:
        self.media.append(item)

    def _logprobs(self, item: Logprobs) -> None:
        side = self._side(item.choice)
        if side.logprobs is None:
            side.logprobs = []
        side.logprobs += item.content

    def _metadata(self, item: Metadata) -> None:
        self.metadata.update(item.values)

    def _vector(self, item: Vector) -> None:
        self.vectors[item.position] = item.values


def _is_position(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST_CHOICES


def _is_piece(item: Any) -> bool:
    return isinstance(item.text, str) and _is_position(item.choice)


def _is_text_or_none(*values: object) -> bool:
    return all(value is None or isinstance(value, str) for value in values)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_usage(item: Any) -> bool:
    required, optional = item[:2], item[2:]
    return all(map(_is_count, required)) and all(value is None or _is_count(value) for value in optional)


def _is_reasoning(item: Any) -> bool:
    return _is_piece(item) and _is_text_or_none(item.signature)


def _is_tool_call(item: Any) -> bool:
    return (
        _is_position(item.position)
        and _is_position(item.choice)
        and isinstance(item.arguments, str)
        and _is_text_or_none(item.id, item.name, item.signature)
    )


def _is_finish(item: Finish) -> bool:
    return all((item.reason in _REASONS, _is_position(item.choice)))


def _is_served(item: Served) -> bool:
    return all((isinstance(item.model, str), _is_text_or_none(item.id)))


def _is_media(item: Media) -> bool:
    return all((item.kind in ("image", "audio"), _is_text_or_none(*item[1:])))


def _is_citation(item: Any) -> bool:
    return _is_text_or_none(*item[:3]) and all(value is None or _is_count(value) for value in item[3:])


def _is_logprobs(item: Any) -> bool:
    return (
        isinstance(item.content, tuple)
        and all(isinstance(entry, Mapping) for entry in item.content)
        and _is_position(item.choice)
    )


def _is_metadata(item: Any) -> bool:
    return isinstance(item.values, Mapping)


def _is_vector(item: Any) -> bool:
    return type(item.position) is int and item.position >= 0 and isinstance(item.values, list)


_Row = tuple[Callable[[Any], bool], str, Callable[[Gathered, Any], str | None]]
_KINDS: dict[type, _Row] = {
    Text: (_is_piece, "text", Gathered._text),
    ToolCallDelta: (_is_tool_call, "an index and text", Gathered._tool_call),
    Reasoning: (_is_reasoning, "text", Gathered._reasoning),
    Refusal: (_is_piece, "text", Gathered._refusal),
    Usage: (_is_usage, "counts", Gathered._usage),
    Finish: (_is_finish, f"one of {', '.join(_REASONS)}", Gathered._finish),
    Served: (_is_served, "a name", Gathered._served),
    Citation: (_is_citation, "text and places", Gathered._citation),
    Media: (_is_media, "an image or audio", Gathered._media),
    Logprobs: (_is_logprobs, "a tuple of mappings", Gathered._logprobs),
    Metadata: (_is_metadata, "a mapping", Gathered._metadata),
    Vector: (_is_vector, "a list of numbers", Gathered._vector),
}


def wrong(what: str, value: object, wanted: str) -> ProviderResponseError:
    """Return the error that says what a provider gave in place of what it has to give."""
    kind = "None" if value is None else f"a {type(value).__name__}"
    return ProviderResponseError(
        f"{what} {kind}, and it has to be {wanted}.",
        hint="This is a fault of the provider: tell its author, or ask another provider.",
    )
