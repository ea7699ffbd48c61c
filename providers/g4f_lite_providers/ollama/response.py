"""What Ollama's JSON values say, as text and events."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import (
    Finish,
    FinishReason,
    Logprobs,
    Metadata,
    Reasoning,
    Served,
    ToolCallDelta,
    Usage,
    Vector,
)
from g4f_lite.kit.json_events import mapping
from g4f_lite.kit.service_errors import from_value
from g4f_lite_providers._shared.json_values import count, objects, string, written

__all__ = ["ChatHandler", "EmbeddingMeaning", "model_names"]

_KEPT = (
    "total_duration",
    "load_duration",
    "prompt_eval_duration",
    "eval_duration",
    "remote_model",
    "remote_host",
)
"""Of the last value, what is kept as metadata; durations are in nanoseconds."""

_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")


class ChatHandler:
    """One answer of `/api/chat`: a value for each piece, or one for all of it; they look the same."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets
        self._begun = False
        self._done = False
        self._calls = 0

    def event(self, name: str, value: Any) -> Iterator[Any]:  # noqa: ARG002 - lines have no names
        """Take the next value; yield what it says.

        Raises:
            ProviderStatusError: it says that the service failed.
        """
        value = mapping(value)
        if value.get("error"):
            raise from_value(value, secrets=self._secrets, status=_status(value))
        if not self._begun and "model" in value:
            self._begun = True
            yield Served(str(value["model"]), created=_seconds(value.get("created_at")))
        message = mapping(value.get("message"))
        if thoughts := string(message.get("thinking")):
            yield Reasoning(thoughts)
        if text := string(message.get("content")):
            yield text
        if isinstance(calls := message.get("tool_calls"), list):
            yield from self._tool_calls(calls, value.get("created_at"))
        if isinstance(value.get("logprobs"), list):
            yield Logprobs(tuple(objects(value["logprobs"])))
        if value.get("done") and not self._done:
            self._done = True
            yield from self._last(value)

    def end(self) -> tuple[()]:
        """Take the end.

        Raises:
            ProviderResponseError: the answer was not whole.
        """
        if not self._done:
            raise ProviderResponseError(
                "The answer was cut short: Ollama's last message is missing.",
                hint="Ask again; the server's log says what happened.",
            )
        return ()

    def whole(self, value: Any) -> list[Any]:
        """Return what an answer that came as one value says, all or nothing; raises as `event` and `end` do."""
        items = list(self.event("", value))
        self.end()
        return items

    def _tool_calls(self, calls: list[Any], moment: object) -> Iterator[ToolCallDelta]:
        for call in calls:
            function = mapping(mapping(call).get("function"))
            arguments = function.get("arguments") or {}
            if not isinstance(arguments, str):
                arguments = written(arguments)
            name = str(function.get("name", ""))
            # Servers before November 2025 give none. A made-up one is told from those of other answers by
            # the moment, and is the same however often the same bytes are read.
            made_up = (
                f"call_{crc32(f'{moment} {self._calls} {name} {arguments}'.encode(errors='replace')):08x}"
            )
            identifier = mapping(call).get("id")
            yield ToolCallDelta(self._calls, str(identifier or made_up), name, arguments)
            self._calls += 1

    def _last(self, value: Mapping[str, Any]) -> Iterator[Any]:
        if kept := {name: value[name] for name in _KEPT if name in value}:
            yield Metadata(kept)
        if "prompt_eval_count" in value or "eval_count" in value:
            # Counts of zero are left out, and a prompt that is in the cache as a whole counted as zero
            # in older servers.
            yield Usage(_count(value.get("prompt_eval_count")), _count(value.get("eval_count")))
        raw = value.get("done_reason")
        reason: FinishReason = "length" if raw == "length" else "tool_calls" if self._calls else "stop"
        yield Finish(reason, raw=raw if isinstance(raw, str) else None)


class EmbeddingMeaning:
    """What an answer of `/api/embed` says."""

    def __init__(self, wanted: int, secrets: tuple[str, ...]) -> None:
        self._wanted = wanted
        self._secrets = secrets

    def __call__(self, value: Any) -> Iterator[Any]:
        """Yield the vectors, in the order of the texts.

        Raises:
            ProviderResponseError: there are more or fewer of them than texts.
        """
        value = mapping(value)
        if value.get("error"):
            raise from_value(value, secrets=self._secrets, status=_status(value))
        vectors = value.get("embeddings")
        if not isinstance(vectors, list) or len(vectors) != self._wanted:
            raise ProviderResponseError(
                f"Ollama did not send one vector for each of the {self._wanted} texts.",
                hint="Check that the model is one for embeddings.",
            )
        if "model" in value:
            yield Served(str(value["model"]))
        yield from (Vector(place, values) for place, values in enumerate(vectors))
        if "prompt_eval_count" in value:
            yield Usage(_count(value["prompt_eval_count"]), 0)


def model_names(value: Any) -> Iterator[str]:
    """Yield the names that `/api/tags` lists."""
    models = mapping(value).get("models")
    if not isinstance(models, list):
        raise ProviderResponseError(
            "Ollama did not send a list of models.", hint="Check that base_url is that of an Ollama server."
        )
    for item in models:
        name = mapping(item).get("model") or mapping(item).get("name")
        if isinstance(name, str):
            yield name


def _status(value: Mapping[str, Any]) -> int | None:
    status = value.get("status")
    return status if isinstance(status, int) and 400 <= status < 600 else None  # noqa: PLR2004 - RFC 9110


def _count(value: object) -> int:
    return count(value) or 0


def _seconds(stamp: object) -> int | None:
    """Return a moment (RFC 3339, to the nanosecond) in seconds since 1970; None if it is none."""
    parts = _STAMP.fullmatch(stamp) if isinstance(stamp, str) else None
    if parts is None:
        return None
    from datetime import datetime

    try:
        zone = "+00:00" if parts[2] == "Z" else parts[2]
        return int(datetime.fromisoformat(parts[1] + zone).timestamp())
    except (ValueError, OverflowError):
        return None
