"""What Cohere's JSON values say, as text and events."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Logprobs, Reasoning, Served, ToolCallDelta
from g4f_lite.kit.json_events import mapping
from g4f_lite.kit.service_errors import from_value
from g4f_lite_providers.cohere import response_parts as parts

__all__ = ["ChatHandler", "WholeAnswer"]


class ChatHandler:
    """One streamed answer of `/v2/chat`."""

    def __init__(self, model: str, secrets: tuple[str, ...]) -> None:
        self._model = model
        self._secrets = secrets
        self._done = False
        self._length = 0  # characters of text so far
        self._starts: dict[int, int] = {}  # where each block of content begins in the text
        self._calls = 0
        self._positions: dict[int, int] = {}  # of the calls, by the service's index

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next value; return what it says.

        Raises:
            ProviderStatusError: it says that the service failed.
        """
        value = mapping(value)
        kind = value.get("type", name)
        if kind == "content-delta":  # nearly every one
            return self._content(value)
        known = _KNOWN.get(kind) if isinstance(kind, str) else None
        if known is not None:
            return known(self, value)
        if kind in ("", "error", "message") and ("error" in value or "message" in value):
            raise from_value(value, secrets=self._secrets)
        return ()

    def end(self) -> tuple[()]:
        """Take the end.

        Raises:
            ProviderResponseError: the answer was not whole.
        """
        if not self._done:
            raise ProviderResponseError(
                "The answer was cut short: Cohere's last event is missing.",
                hint="Ask again, or ask another provider.",
            )
        return ()

    def _start(self, value: Mapping[str, Any]) -> Iterator[Any]:
        yield Served(self._model, id=parts.word(value.get("id")))

    def _block(self, value: Mapping[str, Any]) -> Iterator[Any]:
        self._starts[parts.index_of(value)] = self._length
        return self._content(value)

    def _content(self, value: Mapping[str, Any]) -> Iterator[Any]:
        content = mapping(parts.message_of(value).get("content"))
        text = content.get("text")
        if text and isinstance(text, str):
            self._length += len(text)
            yield text
        if thoughts := parts.word(content.get("thinking")):
            yield Reasoning(thoughts)
        if chunk := value.get("logprobs"):
            yield Logprobs((parts.logprob(chunk),))

    def _plan(self, value: Mapping[str, Any]) -> Iterator[Any]:
        if plan := parts.word(parts.message_of(value).get("tool_plan")):
            yield Reasoning(plan)

    def _call(self, value: Mapping[str, Any]) -> Iterator[Any]:
        position = self._positions[parts.index_of(value)] = self._calls
        self._calls += 1
        yield parts.tool_call(position, mapping(parts.message_of(value).get("tool_calls")))

    def _arguments(self, value: Mapping[str, Any]) -> Iterator[Any]:
        position = self._positions.get(parts.index_of(value))
        function = mapping(mapping(parts.message_of(value).get("tool_calls")).get("function"))
        if position is not None and (arguments := parts.word(function.get("arguments"))):
            yield ToolCallDelta(position, arguments=arguments)

    def _citation(self, value: Mapping[str, Any]) -> Iterator[Any]:
        found = mapping(parts.message_of(value).get("citations"))
        return parts.citations(found, self._starts.get(parts.index_of(found, "content_index"), 0))

    def _end(self, value: Mapping[str, Any]) -> Iterator[Any]:
        self._done = True
        delta = mapping(value.get("delta"))
        return parts.ending(delta, delta.get("error"), self._secrets)


_KNOWN: dict[str, Callable[[ChatHandler, Mapping[str, Any]], Iterable[Any]]] = {
    "message-start": ChatHandler._start,
    "content-start": ChatHandler._block,
    "tool-plan-delta": ChatHandler._plan,
    "tool-call-start": ChatHandler._call,
    "tool-call-delta": ChatHandler._arguments,
    "citation-start": ChatHandler._citation,
    "message-end": ChatHandler._end,
}


class WholeAnswer:
    """An answer of `/v2/chat` that came as one value."""

    def __init__(self, model: str, secrets: tuple[str, ...]) -> None:
        self._model = model
        self._secrets = secrets

    def __call__(self, value: Any) -> list[Any]:
        """Return what it says, all or nothing.

        Raises:
            ProviderStatusError: it says that the service failed.
            ProviderResponseError: it is no answer.
        """
        return list(self._items(mapping(value)))

    def _items(self, value: Mapping[str, Any]) -> Iterator[Any]:
        message = value.get("message")
        if not isinstance(message, dict):
            if message or "error" in value:
                raise from_value(value, secrets=self._secrets)
            raise ProviderResponseError(
                "Cohere's answer has no message in it.", hint="Ask again, or ask another provider."
            )
        yield Served(self._model, id=parts.word(value.get("id")))
        starts = yield from _blocks(message)
        for position, call in enumerate(parts.list_of(message, "tool_calls")):
            yield parts.tool_call(position, mapping(call))
        for found in parts.list_of(message, "citations"):
            yield from parts.citations(
                mapping(found), starts.get(parts.index_of(mapping(found), "content_index"), 0)
            )
        if chunks := parts.list_of(value, "logprobs"):
            yield Logprobs(tuple(map(parts.logprob, chunks)))
        yield from parts.ending(value, None, self._secrets)


def _blocks(message: Mapping[str, Any]) -> Generator[Any, None, dict[int, int]]:
    """Yield the plan and the content of a whole message; return where each block begins in the text."""
    starts: dict[int, int] = {}
    length = 0
    if plan := parts.word(message.get("tool_plan")):
        yield Reasoning(plan)
    for index, block in enumerate(parts.list_of(message, "content")):
        starts[index] = length
        content = mapping(block)
        if thoughts := parts.word(content.get("thinking")):
            yield Reasoning(thoughts)
        if text := parts.word(content.get("text")):
            length += len(text)
            yield text
    return starts
