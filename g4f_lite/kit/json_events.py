"""Answers made of JSON: a body that is one value, or a stream of them in events or lines.

`JSONBody` and `JSONStream` are decoders for an `Exchange`. What a value means is the provider's: it gives
a function that turns each into text and events.
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
"""What one JSON value says, as text and events."""

_raw_decode = json.JSONDecoder().raw_decode

_MARK = b"\xef\xbb\xbf"
"""A byte order mark. Not left to the codec "utf-8-sig", which is written in Python."""

_BLANKS = _MARK + b" \t\r\n"
"""What may stand before a body's first character: white space, and a byte order mark."""

_OPENING = 4096
"""Bytes of a body that is no answer of which some are shown."""

_EVENT = re.compile(rb"(?:data|event|id|retry|):")
"""What an event or a comment begins with."""


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
        on_headers: told the response's headers, as `HTTPRequest.on_headers` is.
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
        """Take the response's headers, to tell them of a body that is no answer."""
        self._headers = headers
        if self._on_headers is not None:
            self._on_headers(headers)

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
            value = loads(self._body.removeprefix(_MARK).decode(), secrets=self._secrets)
        except (UnicodeDecodeError, ProviderResponseError) as error:
            failure = self._failure(error)
        else:
            return self._meaning(value)
        raise failure

    def _failure(self, error: UnicodeDecodeError | ProviderResponseError) -> ProviderResponseError:
        """Return what is said of a body that cannot be read."""
        opening = bytes(self._body.lstrip(_BLANKS)[:_OPENING])
        if opening[:1] not in (b"{", b"["):
            return _no_answer(opening, self._headers, self._secrets)
        return not_utf8_error(error.reason, error.start) if isinstance(error, UnicodeDecodeError) else error


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
        self._body = JSONBody(whole, secrets=self._secrets) if whole is not None and not self._lines else None
        self._headers: Mapping[str, str] | None = None
        self._opening: bytearray | None = bytearray()
        """How the body begins, until there is an event, or it is known to be one value."""
        self._is_whole = self._is_page = False
        self.done = False
        """Whether the stream has said that it is over."""

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the response's headers, to tell them of a body that is no answer."""
        self._headers = headers

    def feed(self, data: bytes, /) -> Iterator[Any]:
        """Take more bytes, yield the items that are certain now.

        Raises:
            ProviderError: they break the format, or say that the service failed.
        """
        if self._opening is not None:
            data = self._open(data, self._opening)
        if self._is_whole and self._body is not None:
            yield from self._body.feed(data)
            return
        failure = None
        try:
            found: Sequence[Any] = self._framing.feed(data)
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
        if not self._is_page:
            yield from self._items(self._framing.close(), are_last=True)
        if self._opening is not None and not self._is_stream(self._opening):
            raise _no_answer(bytes(self._opening), self._headers, self._secrets)
        yield from self._handler.end()

    def _open(self, data: bytes, opening: bytearray) -> bytes:
        """Look at how the body begins: no event begins like JSON, or like a page, does.

        Returns what is to be read: not what stands before the beginning, where a byte order mark may be cut in two.

        Raises:
            ProviderResponseError: it is a page.
        """
        if not opening:
            data = data.lstrip(_BLANKS)
            if data[:1] in (b"{", b"[") and self._body is not None:
                self._is_whole, self._opening = True, None
                if self._headers is not None:
                    self._body.see_headers(self._headers)
                return data
            self._is_page = data[:1] == b"<"
        opening += data[: _OPENING - len(opening)]
        if self._is_page and len(opening) == _OPENING:
            raise _no_answer(bytes(opening), self._headers, self._secrets)
        return b"" if self._is_page else data

    def _is_stream(self, opening: bytearray) -> bool:
        """Whether a body without an event is a stream, which may have ended too early."""
        kind = "" if self._headers is None else self._headers.get("content-type", "")
        return bool(opening) and (kind.startswith("text/event-stream") or _EVENT.match(opening) is not None)

    def _items(self, found: Sequence[str | ServerSentEvent], *, are_last: bool = False) -> Iterator[Any]:
        if found:
            self._opening = None
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
                value = self._last_value(text) if are_last else loads(text, secrets=self._secrets)
            yield from event(name, value)

    def _last_value(self, text: str) -> Any:
        """Return the value of what stands at the end of the bytes without a mark of its own end.

        Raises:
            ProviderResponseError: it is none, as half of one is.
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
    """Return `value` if it is a JSON object, else an empty one: what a service leaves out says nothing."""
    return value if isinstance(value, dict) else {}


def _no_answer(
    opening: bytes, headers: Mapping[str, str] | None, secrets: Iterable[str]
) -> ProviderResponseError:
    from g4f_lite.kit._unexpected_body import unexpected_body_error  # only a failure needs it

    return unexpected_body_error(opening, headers, secrets, is_whole=len(opening) < _OPENING)
