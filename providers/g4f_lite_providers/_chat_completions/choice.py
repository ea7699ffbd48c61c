"""One choice of an answer of the OpenAI chat API: its deltas, or its message, as text and events."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.events import Citation, Logprobs, Media, Metadata, Reasoning, Refusal, Text
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._chat_completions.think_tags import ThinkTagParser
from g4f_lite_providers._chat_completions.tool_call_assembler import ToolCallAssembler, convert_function_call
from g4f_lite_providers._shared.data_urls import parse_data_url
from g4f_lite_providers._shared.json_values import as_count, as_list, as_objects, dump_json, nonempty_str

__all__ = ["ChoiceDecoder", "has_text_only"]

_TEXT_FIELDS = {"reasoning.text": "text", "reasoning.summary": "summary"}
"""The types of OpenRouter's reasoning details that are streamed, and the field with the deltas to join."""


class ChoiceDecoder:
    """Decodes the deltas of one choice, or its message.

    Args:
        position: the position of the choice, from 0.
        think_tag: the tag around reasoning in the text, or an empty string.
        audio_type: the MIME type of the requested sound.

    Attributes:
        is_finished: whether the finish reason has been received.
        has_text: whether any of the text has been received.
        answer_id: the identifier of the answer.
    """

    def __init__(self, position: int, *, think_tag: str = "", audio_type: str | None = None) -> None:
        self.position = position
        self.is_finished = False
        self.has_text = False
        self.answer_id: str | None = None
        self._has_content = False
        self._think_tags = ThinkTagParser(think_tag) if think_tag else None
        self._tool_calls = ToolCallAssembler(position)
        self._reasoning_details: list[tuple[dict[str, Any], list[str]]] = []
        self._audio_type = audio_type
        self._audio_id: str | None = None

    @property
    def can_pass_text(self) -> bool:
        """Whether further text needs no decoding."""
        return self.has_text and (self._think_tags is None or self._think_tags.is_done)

    def feed(self, delta: Mapping[str, Any], *, is_message: bool = False) -> Iterator[Any]:
        """Take a delta, or a whole message if `is_message`, and yield its text and events."""
        text = delta.get("content")
        if isinstance(text, str) and has_text_only(delta):  # most messages, and many deltas
            self._has_content = self._has_content or bool(text)
            yield from self._decode_text(text)
            return
        self._has_content = self._has_content or any(value for name, value in delta.items() if name != "role")
        yield from self._decode_reasoning(delta)
        content = delta.get("content")
        if isinstance(content, str):
            yield from self._decode_text(content)
        elif isinstance(content, list):  # Mistral's
            for part in as_objects(content):
                yield from self._decode_part(part)
        refusal = nonempty_str(delta.get("refusal"))
        if refusal is not None:
            yield Refusal(refusal, self.position)
        tool_calls = delta.get("tool_calls") or convert_function_call(delta.get("function_call"))
        if tool_calls:
            yield from self._tool_calls.feed(tool_calls, answer_id=self.answer_id, is_message=is_message)
        if "audio" in delta or "images" in delta or "annotations" in delta:
            yield from self._decode_media(delta)

    def feed_message_in_stream(self, message: Mapping[str, Any]) -> Iterator[Any]:
        """Take a message where a delta is expected: some services repeat all deltas in it."""
        if not self._has_content:
            yield from self.feed(message, is_message=True)
        elif not self._tool_calls:
            tool_calls = {name: message.get(name) for name in ("tool_calls", "function_call")}
            yield from self.feed(tool_calls, is_message=True)

    def close(self) -> Iterator[Any]:
        """Take the end of the choice. Yield what is still in buffers."""
        if self._think_tags is not None:
            yield from self._emit(self._think_tags.close())
        if self._reasoning_details:
            details = [_join_deltas(detail, deltas) for detail, deltas in self._reasoning_details]
            self._reasoning_details = []
            yield Reasoning("", self.position, dump_json({"reasoning_details": details}, ascii_only=True))

    def decode_logprobs(self, value: object) -> Iterator[Logprobs]:
        """Yield the log probabilities of the next tokens, from OpenAI's shape or from Together's older one."""
        logprobs = mapping(value)
        tokens = as_objects(logprobs.get("content") or logprobs.get("refusal"))
        if not tokens:
            pairs = zip(
                as_list(logprobs.get("tokens")), as_list(logprobs.get("token_logprobs")), strict=False
            )
            tokens = [{"token": token, "logprob": logprob} for token, logprob in pairs]
        if tokens:
            yield Logprobs(tuple(tokens), self.position)

    # --- text and reasoning --------------------------------------------------------------------

    def _decode_text(self, text: str) -> Iterator[Any]:
        if text:
            self.has_text = True
            parser = self._think_tags
            yield from self._emit([(False, text)] if parser is None or parser.is_done else parser.feed(text))

    def _emit(self, parts: Iterable[tuple[bool, str]]) -> Iterator[Any]:
        for is_reasoning, text in parts:
            if is_reasoning:
                yield Reasoning(text, self.position)
            else:
                yield text if self.position == 0 else Text(text, self.position)

    def _decode_reasoning(self, delta: Mapping[str, Any]) -> Iterator[Reasoning]:
        # DeepSeek's field, then that of OpenRouter, Groq and newer vLLM. A service that sends both sends
        # the same text in both.
        text = nonempty_str(delta.get("reasoning_content") or delta.get("reasoning"))
        details = as_objects(delta.get("reasoning_details"))
        if text is None:
            text = "".join(nonempty_str(item.get("text") or item.get("summary")) or "" for item in details)
        if text:
            yield Reasoning(text, self.position)
        for item in details:
            self._add_reasoning_detail(item)

    def _add_reasoning_detail(self, item: dict[str, Any]) -> None:
        """Store a delta of OpenRouter's ``reasoning_details``; consecutive deltas of one text are joined."""
        field = _TEXT_FIELDS.get(str(item.get("type")))
        last, deltas = self._reasoning_details[-1] if self._reasoning_details else ({}, [])
        if field is None or last.get("type") != item["type"] or last.get("index") != item.get("index"):
            last, deltas = {}, []
            self._reasoning_details.append((last, deltas))
        last.update({name: value for name, value in item.items() if value is not None})
        if field is not None:
            deltas.append(nonempty_str(item.get(field)) or "")

    def _decode_part(self, part: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the text and events of a part of Mistral's content."""
        kind = part.get("type")
        if kind == "thinking":
            for thinking in as_objects(part.get("thinking")):
                text = nonempty_str(thinking.get("text"))
                if text is not None:
                    yield Reasoning(text, self.position)
        elif kind == "reference":
            yield Metadata({"reference_ids": part.get("reference_ids")})
        elif kind == "image_url":
            yield from _decode_image(part)
        elif isinstance(part.get("text"), str):
            yield from self._decode_text(part["text"])

    # --- media and sources ----------------------------------------------------------------------

    def _decode_media(self, delta: Mapping[str, Any]) -> Iterator[Any]:
        audio = mapping(delta.get("audio"))
        self._audio_id = nonempty_str(audio.get("id")) or self._audio_id
        data, transcript = nonempty_str(audio.get("data")), nonempty_str(audio.get("transcript"))
        if data or transcript:
            yield Media(
                "audio", data=data, mime_type=self._audio_type, id=self._audio_id, transcript=transcript
            )
        for image in as_objects(delta.get("images")):
            yield from _decode_image(image)
        for annotation in as_objects(delta.get("annotations")):
            citation = mapping(annotation.get("url_citation"))
            if citation:
                yield Citation(
                    nonempty_str(citation.get("url")),
                    nonempty_str(citation.get("title")),
                    nonempty_str(citation.get("content")),
                    as_count(citation.get("start_index")),
                    as_count(citation.get("end_index")),
                )


def has_text_only(delta: Mapping[str, Any]) -> bool:
    """Whether a delta has no value except its text; many services send the role and null fields each time."""
    for name in delta:  # noqa: SIM110 - a generator costs as much as the rest
        if delta[name] and name not in ("content", "role"):
            return False
    return True


def _join_deltas(detail: dict[str, Any], deltas: list[str]) -> dict[str, Any]:
    field = _TEXT_FIELDS.get(str(detail.get("type")))
    return detail if field is None else {**detail, field: "".join(deltas)}


def _decode_image(part: Mapping[str, Any]) -> Iterator[Media]:
    image = part.get("image_url")
    url = nonempty_str(image.get("url") if isinstance(image, dict) else image)
    if url is not None:
        data = parse_data_url(url)
        if data is None:
            yield Media("image", url=url)
        else:
            yield Media("image", data=data.base64, mime_type=data.mime_type)
