"""Responses of Ollama's chat API as text and events: the values of a stream, and whole responses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Finish, FinishReason, Logprobs, Metadata, Reasoning, Served, ToolCallDelta, Usage
from g4f_lite.kit.json_events import mapping
from g4f_lite.kit.service_errors import from_value
from g4f_lite_providers._shared.json_values import as_count, as_objects, dump_json, nonempty_str

__all__ = ["ChatResponseDecoder", "decode_models", "raise_if_error"]

_METADATA = (
    "total_duration",
    "load_duration",
    "prompt_eval_duration",
    "eval_duration",
    "remote_model",
    "remote_host",
)
"""The fields of the last value that become metadata; durations are in nanoseconds."""

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")


class ChatResponseDecoder:
    """Decodes one answer of `/api/chat`: the values of a stream, or a whole response, which look the same.

    A handler for `JSONStream`.

    Args:
        secrets: strings that errors must not show.
    """

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets
        self._has_served = False
        self._is_complete = False
        self._tool_call_count = 0

    def event(self, name: str, value: Any) -> Iterator[Any]:  # noqa: ARG002 - lines have no names
        """Take the next value. Yield its text and events.

        Raises:
            ProviderStatusError: the value is an error.
        """
        value = mapping(value)
        raise_if_error(value, self._secrets)
        if not self._has_served and "model" in value:
            self._has_served = True
            yield Served(str(value["model"]), created=_unix_seconds(value.get("created_at")))
        message = mapping(value.get("message"))
        if thinking := nonempty_str(message.get("thinking")):
            yield Reasoning(thinking)
        if text := nonempty_str(message.get("content")):
            yield text
        if isinstance(calls := message.get("tool_calls"), list):
            yield from self._decode_tool_calls(calls, value.get("created_at"))
        if isinstance(value.get("logprobs"), list):
            yield Logprobs(tuple(as_objects(value["logprobs"])))
        if value.get("done") and not self._is_complete:
            self._is_complete = True
            yield from self._finish(value)

    def end(self) -> tuple[()]:
        """Take the end of the stream.

        Raises:
            ProviderResponseError: the answer is not complete.
        """
        if not self._is_complete:
            raise ProviderResponseError(
                "The answer was cut short: Ollama's last message is missing.",
                hint="Ask again; the server's log says what happened.",
            )
        return ()

    def decode_body(self, value: Any) -> list[Any]:
        """Return the text and events of a whole response. An error leaves no part of it.

        Raises:
            ProviderError: as `event` and `end` do.
        """
        items = list(self.event("", value))
        self.end()
        return items

    def _decode_tool_calls(self, calls: list[Any], created_at: object) -> Iterator[ToolCallDelta]:
        for call in calls:
            function = mapping(mapping(call).get("function"))
            arguments = function.get("arguments") or {}
            if not isinstance(arguments, str):
                arguments = dump_json(arguments)
            name = str(function.get("name", ""))
            # Servers before November 2025 send no identifier. The generated one differs from those of other
            # answers, because of the time, and decoding the same bytes again gives the same one.
            position = self._tool_call_count
            checksum = crc32(f"{created_at} {position} {name} {arguments}".encode(errors="replace"))
            identifier = str(mapping(call).get("id") or f"call_{checksum:08x}")
            yield ToolCallDelta(position, identifier, name, arguments)
            self._tool_call_count += 1

    def _finish(self, value: Mapping[str, Any]) -> Iterator[Any]:
        if metadata := {name: value[name] for name in _METADATA if name in value}:
            yield Metadata(metadata)
        if "prompt_eval_count" in value or "eval_count" in value:
            # The server leaves out counts of zero, and older servers count a prompt that is wholly in the
            # cache as zero.
            yield Usage(as_count(value.get("prompt_eval_count")) or 0, as_count(value.get("eval_count")) or 0)
        raw = value.get("done_reason")
        reason: FinishReason = "stop"
        if raw == "length":
            reason = "length"
        elif self._tool_call_count:
            reason = "tool_calls"
        yield Finish(reason, raw=raw if isinstance(raw, str) else None)


def raise_if_error(value: Mapping[str, Any], secrets: tuple[str, ...]) -> None:
    """Raise the error that `value` contains, if there is one.

    Raises:
        ProviderStatusError: `value` is an error.
    """
    if value.get("error"):
        raise from_value(value, secrets=secrets, status=_http_status(value))


def _http_status(value: Mapping[str, Any]) -> int | None:
    status = value.get("status")
    return status if isinstance(status, int) and 400 <= status < 600 else None  # noqa: PLR2004 - RFC 9110


def _unix_seconds(timestamp: object) -> int | None:
    """Return a timestamp of RFC 3339, with nanoseconds, as seconds since 1970, or None if it is not one."""
    match = _TIMESTAMP.fullmatch(timestamp) if isinstance(timestamp, str) else None
    if match is None:
        return None
    from datetime import datetime

    try:
        offset = "+00:00" if match[2] == "Z" else match[2]
        return int(datetime.fromisoformat(match[1] + offset).timestamp())
    except (ValueError, OverflowError):
        return None


def decode_models(value: Any) -> Iterator[str]:
    """Yield the names in the list of `/api/tags`.

    Raises:
        ProviderResponseError: `value` is not a list of models.
    """
    models = mapping(value).get("models")
    if not isinstance(models, list):
        raise ProviderResponseError(
            "Ollama did not send a list of models.", hint="Check that base_url is that of an Ollama server."
        )
    for item in models:
        name = mapping(item).get("model") or mapping(item).get("name")
        if isinstance(name, str):
            yield name
