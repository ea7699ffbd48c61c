"""The Gemini API's answers, streamed and whole, as text and events."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ContentFilterError, ProviderResponseError
from g4f_lite.events import (
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Metadata,
    Reasoning,
    Served,
    Text,
    ToolCallDelta,
    Usage,
)
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.block_order import CALL, OTHER, TEXT, THOUGHT, Place, packed
from g4f_lite_providers._shared.json_values import count, items, string, written
from g4f_lite_providers.gemini import citations as _gemini_sources
from g4f_lite_providers.gemini import errors as _gemini_errors
from g4f_lite_providers.gemini.contents import OF_THOUGHT, ORDER

__all__ = ["Answer"]

_REASONS: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
            "ESCALATION",
            "MODEL_ARMOR",
            "PUP_LIMITED_DISABLED",
        ),
        "content_filter",
    ),
}
_FAILED = (
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE",
)
"""What the model made was no answer and was thrown away."""

_KEPT = (
    "safetyRatings",
    "finishMessage",
    "citationMetadata",
    "groundingMetadata",
    "urlContextMetadata",
    "avgLogprobs",
)


class _Candidate:
    """One of the answers while its pieces come.

    Attributes:
        places: those of its parts, as far as they are known; `placed`: the characters of text in them.
    """

    __slots__ = ("calls", "finished", "kept", "others", "placed", "places", "text")

    def __init__(self) -> None:
        self.text: list[str] = []
        self.calls = 0
        self.finished = False
        self.kept: dict[str, Any] = {}
        self.others: list[Mapping[str, Any]] = []
        self.places: list[Place] = []
        self.placed = 0

    def put(self, *places: Place) -> None:
        """Note parts in their places, behind the text that came before them."""
        length = sum(map(len, self.text)) - sum(place.length for place in places)
        if length > self.placed:
            self.places.append(Place(TEXT, {}, length - self.placed))
        self.places += places
        self.placed = length + sum(place.length for place in places)


class Answer:
    """What one answer says. A handler for `JSONStream`; `whole` is a meaning for `JSONBody`."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self._secrets = secrets
        self._candidates: dict[int, _Candidate] = {}
        self._ident = ""
        self._served = False
        self._usage: Mapping[str, Any] = {}

    def event(self, name: str, value: Any) -> Iterator[Any]:  # noqa: ARG002 - the handler's
        """Take the next piece of a stream, yield what it says.

        Raises:
            ProviderError: it says that the service failed, or that it refuses the prompt.
        """
        if not isinstance(value, dict) or value.get("error"):
            raise self._failure(value)
        if not self._served and value.get("modelVersion"):
            self._served = True
            self._ident = str(value.get("responseId") or "")
            yield Served(str(value["modelVersion"]), self._ident or None)
        usage = value.get("usageMetadata")
        if usage is not None:
            self._usage = mapping(usage)
        for candidate in items(value.get("candidates")):
            yield from self._candidate(mapping(candidate))
        if "promptFeedback" in value:
            yield from self._feedback(mapping(value["promptFeedback"]))

    def end(self) -> Iterator[Any]:
        """Take the end of a stream, yield what is known then.

        Raises:
            ProviderResponseError: the answer was not over.
        """
        for index, candidate in self._candidates.items():
            yield from self._sources(index, candidate)
        usage = self._usage
        if usage:
            thoughts = _count(usage, "thoughtsTokenCount")
            yield Usage(
                (_count(usage, "promptTokenCount") or 0) + (_count(usage, "toolUsePromptTokenCount") or 0),
                (_count(usage, "candidatesTokenCount") or 0) + (thoughts or 0),
                _count(usage, "cachedContentTokenCount"),
                thoughts,
            )
        if not (self._candidates and all(item.finished for item in self._candidates.values())):
            raise ProviderResponseError(
                "The answer was cut short: it ended without a reason for its end.",
                hint="Ask again, or ask another provider.",
            )

    def whole(self, value: Any) -> Iterator[Any]:
        """Take an answer that came whole, or a list of its pieces, and yield what it says; raises as they do."""
        for piece in value if isinstance(value, list) and value else [value]:
            yield from self.event("", piece)
        yield from self.end()

    def _failure(self, value: Any) -> Exception:
        if isinstance(value, dict):
            return _gemini_errors.in_place_of_an_answer(value, secrets=self._secrets)
        return ProviderResponseError(
            "The service's answer is no JSON object.", hint="Check the base URL, or ask another provider."
        )

    def _feedback(self, feedback: Mapping[str, Any]) -> Iterator[Any]:
        reason = feedback.get("blockReason")
        if reason is not None:
            said = feedback.get("blockReasonMessage")
            raise ContentFilterError(
                200,
                detail=f"The service refuses the prompt ({reason})",
                body=said if isinstance(said, str) else "",
                kind=str(reason),
            )
        yield Metadata({"promptFeedback": feedback})

    # --- a candidate -------------------------------------------------------------------------

    def _candidate(self, value: Mapping[str, Any]) -> Iterator[Any]:
        index = count(value.get("index")) or 0
        candidate = self._candidates.get(index)
        if candidate is None:
            candidate = self._candidates[index] = _Candidate()
        for item in items(mapping(value.get("content")).get("parts")):
            part = mapping(item)
            text = part.get("text")
            if isinstance(text, str) and not part.get("thought"):  # nearly every part
                if text:
                    candidate.text.append(text)
                    yield text if index == 0 else Text(text, index)
                signature = part.get("thoughtSignature")
                if signature:
                    candidate.put(Place(TEXT, {"thoughtSignature": signature}, len(text)))
            else:
                yield from self._part(index, candidate, part)
        candidate.kept.update((name, value[name]) for name in _KEPT if value.get(name) is not None)
        if value.get("logprobsResult") is not None:
            yield from _logprobs(index, mapping(value["logprobsResult"]))
        reason = value.get("finishReason")
        if reason is not None and not candidate.finished:
            candidate.put()
            if (order := packed(ORDER, candidate.places)) is not None:
                yield Reasoning("", index, order)
            yield self._finish(index, candidate, str(reason))

    def _finish(self, index: int, candidate: _Candidate, reason: str) -> Finish:
        if reason in _FAILED:
            said = candidate.kept.get("finishMessage")
            raise ProviderResponseError(
                f"The model's answer could not be used ({reason}){f': {said}' if said else ''}.",
                hint="Ask again, or simplify the tools.",
            )
        candidate.finished = True
        meant = _REASONS.get(reason, "stop")
        return Finish("tool_calls" if meant == "stop" and candidate.calls else meant, index, reason)

    def _part(self, index: int, candidate: _Candidate, part: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what a part says that is no text of the answer."""
        signature = part.get("thoughtSignature")
        if part.get("thought") and isinstance(part.get("text"), str):
            if signature:
                candidate.put(Place(THOUGHT, {}))
            yield Reasoning(part["text"], index, f"{OF_THOUGHT}{signature}" if signature else None)
        elif isinstance(part.get("functionCall"), dict):
            candidate.put(Place(CALL, {}))
            yield self._call(index, candidate, part["functionCall"], signature)
        elif media := self._media(part):
            if signature:  # else it is not wanted back
                candidate.put(Place(OTHER, part))
            yield media
        else:
            if signature or not part.get("thought"):  # a draft is not wanted back
                candidate.put(Place(OTHER, part))
            # Code that the service ran, calls of its own tools, and what is not known here.
            candidate.others.append(part)
            yield Metadata({_named("parts", index): tuple(candidate.others)})

    def _call(
        self, index: int, candidate: _Candidate, call: Mapping[str, Any], signature: Any
    ) -> ToolCallDelta:
        """Return a call, which comes whole; one without an identifier gets one that no other answer's has."""
        position = candidate.calls
        candidate.calls += 1
        return ToolCallDelta(
            position,
            str(call.get("id") or f"call_{self._ident}_{index}_{position}"),
            str(call.get("name") or ""),
            written(call.get("args") or {}),
            index,
            str(signature) if signature else None,
        )

    def _media(self, part: Mapping[str, Any]) -> Media | None:
        if part.get("thought"):  # a draft
            return None
        data, file = mapping(part.get("inlineData")), mapping(part.get("fileData"))
        kind = data.get("mimeType") or file.get("mimeType")
        for family in ("image", "audio"):
            if isinstance(kind, str) and kind.startswith(f"{family}/"):
                # Sound comes in pieces, which belong together.
                ident = self._ident or None if family == "audio" else None
                return Media(family, string(file.get("fileUri")), string(data.get("data")), kind, ident)
        return None

    def _sources(self, index: int, candidate: _Candidate) -> Iterator[Any]:
        kept = candidate.kept
        if index == 0:
            yield from _gemini_sources.citations(kept, "".join(candidate.text))
        if kept:
            yield Metadata({_named(name, index): value for name, value in kept.items()})


def _named(name: str, index: int) -> str:
    return name if index == 0 else f"{name}[{index}]"


def _logprobs(index: int, result: Mapping[str, Any]) -> Iterable[Logprobs]:
    chosen = items(result.get("chosenCandidates"))
    tops = items(result.get("topCandidates"))
    content = []
    for place, item in enumerate(chosen):
        top = items(mapping(tops[place]).get("candidates")) if place < len(tops) else []
        content.append({**_token(item), "top_logprobs": [_token(other) for other in top]})
    return (Logprobs(tuple(content), index),) if content else ()


def _token(item: Any) -> dict[str, Any]:
    token = str(mapping(item).get("token", ""))
    return {
        "token": token,
        "logprob": mapping(item).get("logProbability"),
        "bytes": list(token.encode("utf-8", "replace")),
    }


def _count(counts: Mapping[str, Any], name: str) -> int | None:
    return count(counts.get(name))
