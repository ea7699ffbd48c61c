"""What has come of an answer: its text, and what the provider said about it."""

from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite._core.calls.event_validation import (
    REASONS,
    is_citation,
    is_finish,
    is_logprobs,
    is_media,
    is_metadata,
    is_piece,
    is_reasoning,
    is_served,
    is_tool_call,
    is_usage,
    is_vector,
)
from g4f_lite._core.calls.surrogates import Halves, joined
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
from g4f_lite.results import Choice, Completion, Provenance, ToolCall

__all__ = ["ResponseAccumulator", "contract_error"]


class _ToolCallState:
    """A tool call while its pieces come."""

    __slots__ = ("arguments", "id", "name", "signature")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.signature: str | None = None


class _ChoiceState:
    """What one choice has beside the first one's text."""

    __slots__ = ("calls", "finish", "logprobs", "reasoning", "refusal", "text")

    def __init__(self) -> None:
        self.text: list[str] = []
        self.reasoning: list[tuple[list[str], list[str]]] = []
        self.refusal: list[str] = []
        self.calls: dict[int, _ToolCallState] = {}
        self.logprobs: list[Mapping[str, Any]] | None = None
        self.finish: FinishReason | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing but an end."""
        return not (self.text or self.reasoning or self.refusal or self.calls or self.logprobs is not None)


class ResponseAccumulator:
    """The parts of an answer so far, and its events.

    Attributes:
        carried: how many of the parts an earlier attempt gave, which this one goes on from.
        halves: what is held back of a text that was cut within a character.
    """

    __slots__ = (
        *("inherited_parts", "citations", "pending_surrogates", "media", "metadata"),
        *("parts", "served", "choice_states", "usage", "vectors"),
    )

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.inherited_parts = 0
        self.pending_surrogates: Halves = {}
        self.usage: Usage | None = None
        self.served: Served | None = None
        self.choice_states: dict[int, _ChoiceState] = {}
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
        side = self.choice_states.get(0)
        return side.finish if side else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come of this attempt that is an answer, or says that there is none."""
        return not (
            len(self.parts) > self.inherited_parts
            or self.choice_states
            or self.media
            or self.vectors
            or self.pending_surrogates
        )

    def to_completion(self, reason: FinishReason | None, provenance: Provenance, parsed: Any) -> Completion:
        """Return the answer as a completion that ended for `reason`."""
        served = self.served
        return Completion(
            self.text,
            reason,
            self.usage,
            provenance,
            choices=self.choices(),
            citations=tuple(self.citations),
            media=tuple(self.media),
            metadata=dict(self.metadata),
            id=served.id if served else None,
            created=served.created if served else None,
            parsed=parsed,
        )

    def choices(self) -> tuple[Choice, ...]:
        """Return the answers, in order; there is always a first one."""
        sides = self.choice_states
        if not sides or (len(sides) == 1 and 0 in sides):
            return (self._choice(0),)
        return tuple(self._choice(index) for index in sorted({0, *sides}))

    def _choice(self, index: int) -> Choice:
        side = self.choice_states.get(index)
        if side is None or side.is_plain:  # most are: a text and its end
            return Choice(index, self.text if index == 0 else "", None if side is None else side.finish)
        blocks = tuple(
            (joined(text), signature[-1] if signature else None) for text, signature in side.reasoning
        )
        return Choice(
            index,
            self.text if index == 0 else joined(side.text),
            side.finish,
            "".join(text for text, _ in blocks),
            joined(side.refusal) if side.refusal else None,
            tuple(
                ToolCall(call.id, call.name, joined(call.arguments), call.signature)
                for _, call in sorted(side.calls.items())
            ),
            tuple(side.logprobs) if side.logprobs is not None else None,
            blocks,
        )

    def add(self, item: Any) -> str:
        """Take one thing that the provider yielded; return its text, `""` for an event without any.

        The text returned is not added to `parts`: that is for whoever hands it out.

        Raises:
            ProviderResponseError: it is neither text nor an event, or an event with a wrong value in it.
        """
        if isinstance(item, str):
            return str.__str__(item)  # of a subclass, what it is and not what it says that it is
        row = _KINDS.get(type(item)) or next(
            (row for kind, row in _KINDS.items() if isinstance(item, kind)), None
        )
        if row is None:
            raise contract_error("The provider yielded", item, "str or an event")
        fits, wanted, keep = row
        if not fits(item):
            raise contract_error("The provider yielded", item, f"one with {wanted} in it")
        return keep(self, item) or ""

    # --- each kind of event ------------------------------------------------------------------

    def _side(self, index: int) -> _ChoiceState:
        side = self.choice_states.get(index)
        if side is None:
            side = self.choice_states[index] = _ChoiceState()
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
            call = calls[item.position] = _ToolCallState()
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


_Row = tuple[Callable[[Any], bool], str, Callable[[ResponseAccumulator, Any], str | None]]
_KINDS: dict[type, _Row] = {
    Text: (is_piece, "text", ResponseAccumulator._text),
    ToolCallDelta: (is_tool_call, "an index and text", ResponseAccumulator._tool_call),
    Reasoning: (is_reasoning, "text", ResponseAccumulator._reasoning),
    Refusal: (is_piece, "text", ResponseAccumulator._refusal),
    Usage: (is_usage, "counts", ResponseAccumulator._usage),
    Finish: (is_finish, f"one of {', '.join(REASONS)}", ResponseAccumulator._finish),
    Served: (is_served, "a name", ResponseAccumulator._served),
    Citation: (is_citation, "text and places", ResponseAccumulator._citation),
    Media: (is_media, "an image or audio", ResponseAccumulator._media),
    Logprobs: (is_logprobs, "a tuple of mappings", ResponseAccumulator._logprobs),
    Metadata: (is_metadata, "a mapping", ResponseAccumulator._metadata),
    Vector: (is_vector, "a list of numbers", ResponseAccumulator._vector),
}


def contract_error(what: str, value: object, wanted: str) -> ProviderResponseError:
    """Return the error that says what a provider gave in place of what it has to give."""
    kind = "None" if value is None else f"a {type(value).__name__}"
    return ProviderResponseError(
        f"{what} {kind}, and it has to be {wanted}.",
        hint="This is a fault of the provider: tell its author, or ask another provider.",
    )
