"""Answers made of JSON: a body that is one value, or a stream of them in events or lines.

`JSONBody` and `JSONStream` are decoders for an `Exchange`. What a value means is the provider's: it gives
a function that turns each into text and events.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from g4f_lite._text_safety import redact, shorten
from g4f_lite.errors import ProviderResponseError
from g4f_lite.kit.http import MAX_BODY
from g4f_lite.kit.lines import LineDecoder
from g4f_lite.kit.sse import FramingError, ServerSentEvent, SSEDecoder, not_utf8

__all__ = ["Handler", "JSONBody", "JSONStream", "Meaning", "loads"]

Meaning = Callable[[Any], Iterable[Any]]
"""What one JSON value says, as text and events."""

_raw_decode = json.JSONDecoder().raw_decode


def loads(text: str, *, secrets: Iterable[str] = ()) -> Any:
    """Return the JSON value that `text` is.

    Raises:
        ProviderResponseError: it is none; the error shows its beginning.
    """
    try:
        value, end = _raw_decode(text)  # without the look-ups of `json.loads`, which cost as much again
        return value if end == len(text) else json.loads(text)
    except ValueError:
        try:
            return json.loads(text)  # with white space in front
        except (ValueError, RecursionError):
            pass
    except RecursionError:
        pass
    raise ProviderResponseError(
        f"The service sent what is no JSON: {shorten(redact(text[:2000], secrets), 200)!r}.",
        hint="Ask again, or ask another provider.",
    )


class JSONBody:
    """A body that is one JSON value.

    Args:
        meaning: what the value says.
        secrets: strings that must not show in errors.
        limit: the most bytes that the body may have.
    """

    def __init__(self, meaning: Meaning, *, secrets: Iterable[str] = (), limit: int = MAX_BODY) -> None:
        self._meaning = meaning
        self._secrets = tuple(secrets)
        self._limit = limit
        self._body = bytearray()

    def feed(self, data: bytes, /) -> tuple[()]:
        """Take more bytes; a part of a value says nothing yet.

        Raises:
            ProviderResponseError: the body is larger than the limit.
        """
        self._body += data
        if len(self._body) > self._limit:
            raise ProviderResponseError(
                f"The service's answer has more than {self._limit} bytes.",
                hint="Ask for less at once, or ask another provider.",
            )
        return ()

    def close(self) -> Iterable[Any]:
        """Take the end of the bytes; return what the value says.

        Raises:
            ProviderResponseError: the body is no JSON, or not UTF-8.
        """
        try:
            text = self._body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            reason, offset = error.reason, error.start
        else:
            return self._meaning(loads(text, secrets=self._secrets))
        raise not_utf8(reason, offset)


class Handler(Protocol):
    """What the values of a stream say; one object for each answer, since it may remember."""

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next value, and the type of its event (`""` in lines); return what it says."""
        ...

    def end(self) -> Iterable[Any]:
        """Take the end of the stream; return what is left, or raise if the answer is not whole."""
        ...


class JSONStream:
    """A body that is a stream of JSON values, as server-sent events or, with ``framing="lines"``, in lines.

    A service that was asked for a stream and answers with one whole value, as some do for errors and some
    always, is understood too: `whole` says what such a value means.

    Args:
        handler: what each value says.
        whole: what a body says that is one value and no stream; None: that is an error.
        framing: how the values are cut.
        last: the data of an event that ends the stream and is no JSON.
        secrets: strings that must not show in errors.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        whole: Meaning | None = None,
        framing: str = "events",
        last: str | None = "[DONE]",
        secrets: Iterable[str] = (),
    ) -> None:
        self._handler = handler
        self._secrets = tuple(secrets)
        self._last = last
        self._lines = framing == "lines"
        self._framing: SSEDecoder | LineDecoder = LineDecoder() if self._lines else SSEDecoder(keep_last=True)
        self._body = JSONBody(whole, secrets=self._secrets) if whole is not None else None
        self._decided = self._lines or self._body is None
        self._is_whole = False
        self.done = False
        """Whether the stream has said that it is over."""

    def feed(self, data: bytes, /) -> Iterator[Any]:
        """Take more bytes, yield the items that are certain now.

        Raises:
            ProviderError: they break the format, or say that the service failed.
        """
        if not self._decided:
            data = self._decide(data)
        if self._is_whole and self._body is not None:
            yield from self._body.feed(data)
            return
        failure = None
        try:
            found: Iterable[Any] = self._framing.feed(data)
        except FramingError as error:
            found, failure = error.certain, error
        yield from self._items(found)
        if failure is not None:
            raise failure

    def close(self) -> Iterator[Any]:
        """Take the end of the bytes, yield the rest; raises as `feed` does."""
        if self._is_whole and self._body is not None:
            yield from self._body.close()
            return
        yield from self._items(self._framing.close())
        yield from self._handler.end()

    def _decide(self, data: bytes) -> bytes:
        """Look at the first byte that is not white space: no field of an event begins like JSON does.

        Returns what is to be read: a byte order mark before JSON may have been cut in two.
        """
        start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
        if start:
            self._decided = True
            self._is_whole = start[:1] in b"{["
        return start if self._is_whole else data

    def _items(self, found: Iterable[str | ServerSentEvent]) -> Iterator[Any]:
        event, last = self._handler.event, self._last
        for item in found:
            if isinstance(item, str):
                name, text = "", item
            else:
                text, name = item.data, item.event
            if self.done:
                continue  # what follows the end says nothing any more
            if text == last:
                self.done = True
                continue
            if not text:  # an event without data, as some services send to keep a connection alive
                continue
            try:
                value, end = _raw_decode(text)
            except (ValueError, RecursionError):
                value, end = None, -1
            if end != len(text):
                value = loads(text, secrets=self._secrets)
            yield from event(name, value)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object, else an empty one: what a service leaves out says nothing."""
    return value if isinstance(value, dict) else {}
