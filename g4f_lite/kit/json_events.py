"""Decoders of JSON answers: a body that is one value, or a stream of values in events or lines.

`JSONBody` and `JSONStream` are decoders for an `Exchange`. The provider supplies the function that turns each
value into text and events.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import ProviderResponseError
from g4f_lite.kit.http._request import MAX_BODY
from g4f_lite.kit.lines import LineDecoder
from g4f_lite.kit.sse import FramingError, ServerSentEvent, SSEDecoder, not_utf8_error

__all__ = ["Handler", "JSONBody", "JSONStream", "Meaning", "loads"]

Meaning = Callable[[Any], Iterable[Any]]
"""A function that turns one JSON value into text and events."""

_raw_decode = json.JSONDecoder().raw_decode

_BOM = b"\xef\xbb\xbf"
"""A byte order mark. The codec "utf-8-sig" would remove it, but is slow, because it is written in Python."""

_BLANKS = _BOM + b" \t\r\n"
"""Bytes that may precede the first character of a body: white space, and a byte order mark."""

_OPENING_SIZE = 4096
"""Bytes that are kept of an unexpected body, the beginning of which the error shows."""

_EVENT_START = re.compile(rb"(?:data|event|id|retry|):")
"""The start of an event or a comment."""


def loads(text: str, *, secrets: Iterable[str] = ()) -> Any:
    """Return the JSON value in `text`.

    Raises:
        ProviderResponseError: `text` is not JSON. The message shows the beginning of `text`.
    """
    try:
        value, end = _raw_decode(text)  # `json.loads` takes twice the time
        return value if end == len(text) else json.loads(text)
    except ValueError:
        try:
            return json.loads(text)  # it accepts leading white space
        except (ValueError, RecursionError):
            pass
    except RecursionError:
        pass
    raise ProviderResponseError(
        f"The service sent what is no JSON: {shorten(redact(text[:2000], secrets), 200)!r}.",
        hint="Ask again, or ask another provider.",
    )


class JSONBody:
    """A decoder of a body that is one JSON value.

    Args:
        meaning: turns the value into text and events.
        secrets: strings that errors must not show.
        limit: the largest size of the body in bytes.
        on_headers: called with the headers of the response, as `HTTPRequest.on_headers` is.
    """

    def __init__(
        self,
        meaning: Meaning,
        *,
        secrets: Iterable[str] = (),
        limit: int = MAX_BODY,
        on_headers: Callable[[Mapping[str, str]], None] | None = None,
    ) -> None:
        self._meaning = meaning
        self._on_headers = on_headers
        self._secrets = tuple(secrets)
        self._limit = limit
        self._body = bytearray()
        self._headers: Mapping[str, str] | None = None

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the headers of the response, which the error for an unexpected body shows."""
        self._headers = headers
        if self._on_headers is not None:
            self._on_headers(headers)

    def feed(self, data: bytes, /) -> tuple[()]:
        """Take more bytes, and return no items: a part of a value has no meaning.

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
        """Take the end of the bytes, and return the items of the value.

        Raises:
            ProviderResponseError: the body is not JSON, or not UTF-8.
        """
        try:
            value = loads(self._body.removeprefix(_BOM).decode(), secrets=self._secrets)
        except (UnicodeDecodeError, ProviderResponseError) as error:
            failure = self._body_error(error)
        else:
            return self._meaning(value)
        raise failure

    def _body_error(self, error: UnicodeDecodeError | ProviderResponseError) -> ProviderResponseError:
        """Return the error for a body that cannot be parsed."""
        opening = bytes(self._body.lstrip(_BLANKS)[:_OPENING_SIZE])
        if opening[:1] not in (b"{", b"["):
            return _unexpected_body(opening, self._headers, self._secrets)
        return not_utf8_error(error.reason, error.start) if isinstance(error, UnicodeDecodeError) else error


class Handler(Protocol):
    """The interface of an object that turns the values of a stream into items. Each answer needs its own."""

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the type of an event (`""` in lines) and its value, and return the items of the value."""
        ...

    def end(self) -> Iterable[Any]:
        """Take the end of the stream, and return the remaining items. Raises if the answer is incomplete."""
        ...


class JSONStream:
    """A decoder of a stream of JSON values, in server-sent events or, with ``framing="lines"``, in lines.

    Some services answer a request for a stream with one value, for errors or always. `whole` turns such a
    value into items.

    Args:
        handler: turns each value of the stream into items.
        whole: turns the value of a body that is one value into items; with None, such a body is an error.
        framing: ``"events"`` or ``"lines"``.
        last: the data of the event that ends the stream and is not JSON.
        secrets: strings that errors must not show.

    Attributes:
        done: whether the stream has sent its end mark.
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
        self._body = JSONBody(whole, secrets=self._secrets) if whole is not None and not self._lines else None
        self._headers: Mapping[str, str] | None = None
        self._opening: bytearray | None = bytearray()
        """The beginning of the body, or None after the first event, or if the body is one value."""
        self._is_whole = self._is_page = False
        self.done = False

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the headers of the response, which the error for an unexpected body shows."""
        self._headers = headers

    def feed(self, data: bytes, /) -> Iterator[Any]:
        """Take more bytes, and yield the items that are certain now.

        Raises:
            ProviderError: the bytes break the format, or contain an error of the service.
        """
        if self._opening is not None:
            data = self._inspect_opening(data, self._opening)
        if self._is_whole and self._body is not None:
            yield from self._body.feed(data)
            return
        failure = None
        try:
            frames: Sequence[Any] = self._framing.feed(data)
        except FramingError as error:
            frames, failure = error.certain, error
        yield from self._iterate_items(frames)
        if failure is not None:
            raise failure

    def close(self) -> Iterator[Any]:
        """Take the end of the bytes, and yield the remaining items. Raises as `feed` does."""
        if self._is_whole and self._body is not None:
            yield from self._body.close()
            return
        if not self._is_page:
            yield from self._iterate_items(self._framing.close(), are_last=True)
        if self._opening is not None and not self._is_stream(self._opening):
            raise _unexpected_body(bytes(self._opening), self._headers, self._secrets)
        yield from self._handler.end()

    def _inspect_opening(self, data: bytes, opening: bytearray) -> bytes:
        """Look at the beginning of the body, and return the bytes to decode.

        An event begins neither like a JSON value nor like a web page. White space and a byte order mark before
        the beginning are removed, because the mark may be split between two chunks.

        Raises:
            ProviderResponseError: the body is a web page.
        """
        if not opening:
            data = data.lstrip(_BLANKS)
            if data[:1] in (b"{", b"[") and self._body is not None:
                self._is_whole, self._opening = True, None
                if self._headers is not None:
                    self._body.see_headers(self._headers)
                return data
            self._is_page = data[:1] == b"<"
        opening += data[: _OPENING_SIZE - len(opening)]
        if self._is_page and len(opening) == _OPENING_SIZE:
            raise _unexpected_body(bytes(opening), self._headers, self._secrets)
        return b"" if self._is_page else data

    def _is_stream(self, opening: bytearray) -> bool:
        """Whether a body without a complete event is a stream, which may have ended too early."""
        kind = "" if self._headers is None else self._headers.get("content-type", "")
        return bool(opening) and (
            kind.startswith("text/event-stream") or _EVENT_START.match(opening) is not None
        )

    def _iterate_items(
        self, frames: Sequence[str | ServerSentEvent], *, are_last: bool = False
    ) -> Iterator[Any]:
        if frames:
            self._opening = None
        event, last = self._handler.event, self._last
        for item in frames:
            if isinstance(item, str):
                name, text = "", item
            else:
                text, name = item.data, item.event
            if self.done:
                continue  # events after the end mark have no meaning
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
                value = self._parse_last(text) if are_last else loads(text, secrets=self._secrets)
            yield from event(name, value)

    def _parse_last(self, text: str) -> Any:
        """Return the value of the last frame, which has no end mark of its own.

        Raises:
            ProviderResponseError: the value is incomplete.
        """
        try:
            return loads(text, secrets=self._secrets)
        except ProviderResponseError:
            pass
        raise ProviderResponseError(
            "The service's answer was cut short: it ends in the middle of an event.",
            hint="Ask again, or ask another provider.",
        )


def mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object, else an empty one: services may leave any member out."""
    return value if isinstance(value, dict) else {}


def _unexpected_body(
    opening: bytes, headers: Mapping[str, str] | None, secrets: Iterable[str]
) -> ProviderResponseError:
    from g4f_lite.kit._unexpected_body import unexpected_body_error  # only an error needs it

    return unexpected_body_error(opening, headers, secrets, is_whole=len(opening) < _OPENING_SIZE)
