"""One choice of an answer in the OpenAI chat API: its deltas, or its message, as text and events."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.events import Citation, Logprobs, Media, Metadata, Reasoning, Refusal, Text
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._chat_completions.think_tags import ThinkTags
from g4f_lite_providers._chat_completions.tool_call_assembler import ToolCallAssembler, legacy
from g4f_lite_providers._shared import data_urls as _data_urls
from g4f_lite_providers._shared.json_values import count, items, objects, string, written

__all__ = ["ChoiceDecoder", "says_no_more"]

_PROSE = {"reasoning.text": "text", "reasoning.summary": "summary"}
"""The types of OpenRouter's details that come in pieces, and the fields that are to be joined."""


class ChoiceDecoder:
    """What one choice says, delta by delta.

    Args:
        position: which one, from 0.
        think_tag: the tag around reasoning in the text, `""` for none.
        audio_type: the type of the sound that was asked for.
    """

    def __init__(self, position: int, *, think_tag: str = "", audio_type: str | None = None) -> None:
        self.position = position
        self.finished = False
        self.begun = False
        """Whether any of its text has come."""
        self.answer: str | None = None
        """The answer's identifier."""
        self._said = False
        self._tags = ThinkTags(think_tag) if think_tag else None
        self._calls = ToolCallAssembler(position)
        self._details: list[tuple[dict[str, Any], list[str]]] = []
        self._audio_type = audio_type
        self._audio: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether its text can be handed on as it is."""
        return self.begun and (self._tags is None or self._tags.over)

    def take(self, delta: Mapping[str, Any], *, whole: bool = False) -> Iterator[Any]:
        """Yield what a delta says, or with `whole` a message."""
        text = delta.get("content")
        if isinstance(text, str) and says_no_more(delta):  # most messages, and many deltas
            self._said = self._said or bool(text)
            yield from self._text(text)
            return
        self._said = self._said or any(value for name, value in delta.items() if name != "role")
        yield from self._reasoning(delta)
        content = delta.get("content")
        if isinstance(content, str):
            yield from self._text(content)
        elif isinstance(content, list):  # Mistral's
            for part in objects(content):
                yield from self._part(part)
        refusal = string(delta.get("refusal"))
        if refusal is not None:
            yield Refusal(refusal, self.position)
        pieces = delta.get("tool_calls") or legacy(delta.get("function_call"))
        if pieces:
            yield from self._calls.take(pieces, answer=self.answer, whole=whole)
        if "audio" in delta or "images" in delta or "annotations" in delta:
            yield from self._rest(delta)

    def repeat(self, message: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what a message says that comes in place of a delta; some services repeat all deltas in it."""
        if not self._said:
            yield from self.take(message, whole=True)
        elif not self._calls:
            calls = {name: message.get(name) for name in ("tool_calls", "function_call")}
            yield from self.take(calls, whole=True)

    def close(self) -> Iterator[Any]:
        """Take the choice's end, yield what was held back."""
        if self._tags is not None:
            yield from self._told(self._tags.close())
        if self._details:
            whole = [_joined(detail, pieces) for detail, pieces in self._details]
            self._details = []
            yield Reasoning("", self.position, written({"reasoning_details": whole}, ascii_only=True))

    def logprobs(self, value: object) -> Iterator[Logprobs]:
        """Yield the log probabilities of the next tokens, in OpenAI's shape or in Together's older one."""
        said = mapping(value)
        found = objects(said.get("content") or said.get("refusal"))
        if not found:
            pairs = zip(items(said.get("tokens")), items(said.get("token_logprobs")), strict=False)
            found = [{"token": token, "logprob": logprob} for token, logprob in pairs]
        if found:
            yield Logprobs(tuple(found), self.position)

    # --- text and reasoning --------------------------------------------------------------------

    def _text(self, text: str) -> Iterator[Any]:
        if text:
            self.begun = True
            tags = self._tags
            yield from self._told([(False, text)] if tags is None or tags.over else tags.feed(text))

    def _told(self, pieces: Iterable[tuple[bool, str]]) -> Iterator[Any]:
        for is_reasoning, text in pieces:
            if is_reasoning:
                yield Reasoning(text, self.position)
            else:
                yield text if self.position == 0 else Text(text, self.position)

    def _reasoning(self, delta: Mapping[str, Any]) -> Iterator[Reasoning]:
        # DeepSeek's name for it, and OpenRouter's, Groq's and newer vLLM's; who sends both says it twice.
        text = string(delta.get("reasoning_content") or delta.get("reasoning"))
        details = objects(delta.get("reasoning_details"))
        if text is None:
            text = "".join(string(item.get("text") or item.get("summary")) or "" for item in details)
        if text:
            yield Reasoning(text, self.position)
        for item in details:
            self._keep(item)

    def _keep(self, item: dict[str, Any]) -> None:
        """Put a piece of OpenRouter's ``reasoning_details`` to the others: texts that follow each other are one."""
        field = _PROSE.get(str(item.get("type")))
        last, pieces = self._details[-1] if self._details else ({}, [])
        if field is None or last.get("type") != item["type"] or last.get("index") != item.get("index"):
            last, pieces = {}, []
            self._details.append((last, pieces))
        last.update({name: value for name, value in item.items() if value is not None})
        if field is not None:
            pieces.append(string(item.get(field)) or "")

    def _part(self, part: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what a part of Mistral's content says."""
        kind = part.get("type")
        if kind == "thinking":
            for inner in objects(part.get("thinking")):
                text = string(inner.get("text"))
                if text is not None:
                    yield Reasoning(text, self.position)
        elif kind == "reference":
            yield Metadata({"reference_ids": part.get("reference_ids")})
        elif kind == "image_url":
            yield from _image(part)
        elif isinstance(part.get("text"), str):
            yield from self._text(part["text"])

    # --- media and sources ----------------------------------------------------------------------

    def _rest(self, delta: Mapping[str, Any]) -> Iterator[Any]:
        sound = mapping(delta.get("audio"))
        self._audio = string(sound.get("id")) or self._audio
        data, transcript = string(sound.get("data")), string(sound.get("transcript"))
        if data or transcript:
            yield Media("audio", data=data, mime_type=self._audio_type, id=self._audio, transcript=transcript)
        for image in objects(delta.get("images")):
            yield from _image(image)
        for item in objects(delta.get("annotations")):
            source = mapping(item.get("url_citation"))
            if source:
                yield Citation(
                    string(source.get("url")),
                    string(source.get("title")),
                    string(source.get("content")),
                    count(source.get("start_index")),
                    count(source.get("end_index")),
                )


def says_no_more(delta: Mapping[str, Any]) -> bool:
    """Whether a delta has nothing beside its text: many services name the role, and what is null, each time."""
    for name in delta:  # noqa: SIM110 - a generator costs as much as the rest
        if delta[name] and name not in ("content", "role"):
            return False
    return True


def _joined(detail: dict[str, Any], pieces: list[str]) -> dict[str, Any]:
    field = _PROSE.get(str(detail.get("type")))
    return detail if field is None else {**detail, field: "".join(pieces)}


def _image(part: Mapping[str, Any]) -> Iterator[Media]:
    source = part.get("image_url")
    address = string(source.get("url") if isinstance(source, dict) else source)
    if address is not None:
        data = _data_urls.split(address)
        if data is None:
            yield Media("image", url=address)
        else:
            yield Media("image", data=data.base64, mime_type=data.mime_type)
