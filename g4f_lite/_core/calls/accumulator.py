"""Accumulator of an answer: checks the items that a provider yields, and collects them."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from g4f_lite._core.calls.surrogates import Halves, join_pieces
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

__all__ = ["ResponseAccumulator", "contract_error", "is_first_text", "is_part_of_answer"]

_FINISH_REASONS = get_args(FinishReason)
_MOST_CHOICES = 1024
"""Choices that an answer may have. A higher index is a fault: lists are kept up to the highest one."""


class _ToolCallState:
    """A tool call of which pieces have arrived."""

    __slots__ = ("arguments", "id", "name", "signature")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.signature: str | None = None


class _ChoiceState:
    """The parts of one choice so far, apart from the text of the first choice."""

    __slots__ = ("finish", "logprobs", "reasoning", "refusal", "text", "tool_calls")

    def __init__(self) -> None:
        self.text: list[str] = []
        self.reasoning: list[tuple[list[str], list[str]]] = []
        self.refusal: list[str] = []
        self.tool_calls: dict[int, _ToolCallState] = {}
        self.logprobs: list[Mapping[str, Any]] | None = None
        self.finish: FinishReason | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the choice has nothing but its finish reason."""
        return not (
            self.text or self.reasoning or self.refusal or self.tool_calls or self.logprobs is not None
        )


class ResponseAccumulator:
    """The parts of an answer so far.

    Attributes:
        parts: the pieces of the first choice's text.
        inherited_parts: the number of `parts` that earlier attempts yielded, and this attempt continues.
        pending_surrogates: first halves of characters, held back until the second half arrives.
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
        """The finish reason of the first choice, None if it is not known."""
        state = self.choice_states.get(0)
        return state.finish if state else None

    @property
    def is_empty(self) -> bool:
        """Whether the attempt has yielded no part of an answer, and no finish reason either."""
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
        """Return the choices, in order. The first one is always there."""
        states = self.choice_states
        if not states or (len(states) == 1 and 0 in states):
            return (self._build_choice(0),)
        return tuple(self._build_choice(index) for index in sorted({0, *states}))

    def _build_choice(self, index: int) -> Choice:
        state = self.choice_states.get(index)
        if state is None or state.is_plain:  # as most are: text and a finish reason
            return Choice(index, self.text if index == 0 else "", None if state is None else state.finish)
        blocks = tuple(
            (join_pieces(text), signature[-1] if signature else None) for text, signature in state.reasoning
        )
        return Choice(
            index,
            self.text if index == 0 else join_pieces(state.text),
            state.finish,
            "".join(text for text, _ in blocks),
            join_pieces(state.refusal) if state.refusal else None,
            tuple(
                ToolCall(call.id, call.name, join_pieces(call.arguments), call.signature)
                for _, call in sorted(state.tool_calls.items())
            ),
            tuple(state.logprobs) if state.logprobs is not None else None,
            blocks,
        )

    def add(self, item: Any) -> str:
        """Add one item that the provider yielded, and return the first choice's text in it, or `""`.

        The returned text is not added to `parts`: the read loop does that when it emits the text.

        Raises:
            ProviderResponseError: `item` is neither text nor an event, or is an event with a wrong value.
        """
        if isinstance(item, str):
            return str.__str__(item)  # not `str(item)`, which a subclass may override
        rule = _EVENT_RULES.get(type(item)) or next(
            (rule for kind, rule in _EVENT_RULES.items() if isinstance(item, kind)), None
        )
        if rule is None:
            raise contract_error("The provider yielded", item, "str or an event")
        is_valid, requirement, add = rule
        if not is_valid(item):
            raise contract_error("The provider yielded", item, f"one with {requirement} in it")
        return add(self, item) or ""

    # --- adding each kind of event ------------------------------------------------------------------

    def _choice_state(self, index: int) -> _ChoiceState:
        state = self.choice_states.get(index)
        if state is None:
            state = self.choice_states[index] = _ChoiceState()
        return state

    def _add_text(self, item: Text) -> str:
        if item.choice == 0:
            return item.text
        self._choice_state(item.choice).text.append(item.text)
        return ""

    def _add_reasoning(self, item: Reasoning) -> None:
        blocks = self._choice_state(item.choice).reasoning
        if not blocks or blocks[-1][1]:  # a signature ends its block
            blocks.append(([], []))
        blocks[-1][0].append(item.text)
        if item.signature is not None:
            blocks[-1][1].append(item.signature)

    def _add_refusal(self, item: Refusal) -> None:
        self._choice_state(item.choice).refusal.append(item.text)

    def _add_tool_call(self, item: ToolCallDelta) -> None:
        tool_calls = self._choice_state(item.choice).tool_calls
        tool_call = tool_calls.get(item.position)
        if tool_call is None:
            tool_call = tool_calls[item.position] = _ToolCallState()
        tool_call.id = tool_call.id or item.id or ""
        tool_call.name = tool_call.name or item.name or ""
        tool_call.arguments.append(item.arguments)
        if item.signature is not None:
            tool_call.signature = item.signature

    def _add_usage(self, item: Usage) -> None:
        self.usage = item

    def _add_finish(self, item: Finish) -> None:
        self._choice_state(item.choice).finish = item.reason

    def _add_served(self, item: Served) -> None:
        known = self.served
        if known is not None and item.id is None:
            item = item._replace(
                id=known.id, created=item.created if item.created is not None else known.created
            )
        self.served = item

    def _add_citation(self, item: Citation) -> None:
        self.citations.append(item)

    def _add_media(self, item: Media) -> None:
        self.media.append(item)

    def _add_logprobs(self, item: Logprobs) -> None:
        state = self._choice_state(item.choice)
        if state.logprobs is None:
            state.logprobs = []
        state.logprobs += item.content

    def _add_metadata(self, item: Metadata) -> None:
        self.metadata.update(item.values)

    def _add_vector(self, item: Vector) -> None:
        self.vectors[item.position] = item.values


# --- the check of each kind of event: no type checker sees a plugin's values -------------------------


def _is_position(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST_CHOICES


def _is_text_piece(item: Any) -> bool:
    return isinstance(item.text, str) and _is_position(item.choice)


def _is_text_or_none(*values: object) -> bool:
    return all(value is None or isinstance(value, str) for value in values)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_usage(item: Any) -> bool:
    for value in item[:2]:
        if not _is_count(value):
            return False
    for value in item[2:]:  # noqa: SIM110 - a generator costs as much as the rest
        if value is not None and not _is_count(value):
            return False
    return True


def _is_reasoning(item: Any) -> bool:
    return _is_text_piece(item) and _is_text_or_none(item.signature)


def _is_tool_call(item: Any) -> bool:
    return (
        _is_position(item.position)
        and _is_position(item.choice)
        and isinstance(item.arguments, str)
        and _is_text_or_none(item.id, item.name, item.signature)
    )


def _is_finish(item: Any) -> bool:
    return item.reason in _FINISH_REASONS and _is_position(item.choice)


def _is_served(item: Any) -> bool:
    return isinstance(item.model, str) and (item.id is None or isinstance(item.id, str))


def _is_media(item: Any) -> bool:
    return item.kind in ("image", "audio") and _is_text_or_none(*item[1:])


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


_EventRule = tuple[Callable[[Any], bool], str, Callable[[ResponseAccumulator, Any], str | None]]
_EVENT_RULES: dict[type, _EventRule] = {
    Text: (_is_text_piece, "text", ResponseAccumulator._add_text),
    ToolCallDelta: (_is_tool_call, "an index and text", ResponseAccumulator._add_tool_call),
    Reasoning: (_is_reasoning, "text", ResponseAccumulator._add_reasoning),
    Refusal: (_is_text_piece, "text", ResponseAccumulator._add_refusal),
    Usage: (_is_usage, "counts", ResponseAccumulator._add_usage),
    Finish: (_is_finish, f"one of {', '.join(_FINISH_REASONS)}", ResponseAccumulator._add_finish),
    Served: (_is_served, "a name", ResponseAccumulator._add_served),
    Citation: (_is_citation, "text and places", ResponseAccumulator._add_citation),
    Media: (_is_media, "an image or audio", ResponseAccumulator._add_media),
    Logprobs: (_is_logprobs, "a tuple of mappings", ResponseAccumulator._add_logprobs),
    Metadata: (_is_metadata, "a mapping", ResponseAccumulator._add_metadata),
    Vector: (_is_vector, "a list of numbers", ResponseAccumulator._add_vector),
}


def is_first_text(item: Any) -> bool:
    """Whether `item` is text of the first choice, which the caller receives as `str` and never as an event."""
    return isinstance(item, str) or (isinstance(item, Text) and item.choice == 0)


def is_part_of_answer(event: Any) -> bool:
    """Whether `event` is a part of an answer. After one, no other provider begins a new answer."""
    return not isinstance(event, (Served, Metadata))


def contract_error(what: str, value: object, wanted: str) -> ProviderResponseError:
    """Return the error for a provider that gave `value` where the contract wants `wanted`."""
    kind = "None" if value is None else f"a {type(value).__name__}"
    return ProviderResponseError(
        f"{what} {kind}, and it has to be {wanted}.",
        hint="This is a fault of the provider: tell its author, or ask another provider.",
    )
