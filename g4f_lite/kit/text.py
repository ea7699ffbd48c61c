"""Push decoders: bytes in as they come, text out as soon as it is certain.

Each is a plain object with ``feed(bytes) -> str`` and ``close() -> str``, does no I/O, and gives the
same text for every way of splitting the same bytes.
"""

import codecs
from collections.abc import Iterable, Iterator
from typing import Protocol

from g4f_lite.errors import ProviderError, ProviderResponseError

__all__ = ["Decoder", "InvalidTextError", "PrefixRemover", "Utf8Decoder", "certain", "decode"]


class Decoder(Protocol):
    """What `decode` drives."""

    def feed(self, data: bytes, /) -> str:
        """Take more bytes, return the text that is certain now."""
        ...

    def close(self) -> str:
        """Take the end of the bytes, return the rest of the text."""
        ...


class InvalidTextError(ProviderResponseError):
    """The service's bytes are not UTF-8.

    Attributes:
        valid: the text before the first wrong byte that had not been handed out yet.
        offset: the place of that byte in the answer, from 0.
    """

    def __init__(self, message: str, *, valid: str, offset: int) -> None:
        self.valid = valid
        self.offset = offset
        super().__init__(message, hint="The answer is cut there; ask again, or ask another provider.")


class Utf8Decoder:
    """Strict UTF-8, whatever the splits. A character is handed out once its last byte is there."""

    __slots__ = ("_decode", "_seen", "_state")

    def __init__(self) -> None:
        self._state = codecs.getincrementaldecoder("utf-8")("strict")
        self._decode = self._state.decode
        self._seen = 0

    def feed(self, data: bytes, /) -> str:
        """Return the whole characters that are there now.

        Raises:
            InvalidTextError: at the first byte that cannot be UTF-8.
        """
        try:
            text = self._decode(data)
        except UnicodeDecodeError as error:
            raise self._invalid(error) from None
        self._seen += len(data)
        return text

    def close(self) -> str:
        """Return `""`, always: a whole answer leaves nothing over.

        Raises:
            InvalidTextError: if the bytes ended inside a character.
        """
        try:
            return self._decode(b"", True)
        except UnicodeDecodeError as error:
            raise self._invalid(error) from None

    def _invalid(self, error: UnicodeDecodeError) -> InvalidTextError:
        # The failing buffer is the held-back bytes plus the new ones, and it begins at a character.
        held = len(self._state.getstate()[0])
        offset = self._seen - held + error.start
        return InvalidTextError(
            f"The answer is not UTF-8: {error.reason} at byte {offset}.",
            valid=error.object[: error.start].decode(),
            offset=offset,
        )


class PrefixRemover:
    """Take the longest of some prefixes off the start of a text, however the text is split.

    Text is held back only while it could still become one of the prefixes; after that, nothing is
    touched any more.
    """

    __slots__ = ("_held", "_prefixes", "decided")

    def __init__(self, prefixes: Iterable[str]) -> None:
        self._prefixes = tuple(sorted({item for item in prefixes if item}, key=len, reverse=True))
        self._held = ""
        self.decided = not self._prefixes

    def feed(self, text: str, /) -> str:
        """Take more text, return what is certain now."""
        if self.decided:
            return text
        self._held += text
        if any(len(self._held) < len(item) and item.startswith(self._held) for item in self._prefixes):
            return ""
        return self.close()

    def close(self) -> str:
        """Take the end of the text, return what was held back."""
        held, self._held, self.decided = self._held, "", True
        for item in self._prefixes:
            if held.startswith(item):
                return held[len(item) :]
        return held


def decode(chunks: Iterable[bytes], decoder: Decoder) -> Iterator[str]:
    """Drive a decoder over the chunks of an answer; yield its text, never `""`.

    What was certain before a wrong byte is yielded before the error is raised.
    """
    feed = decoder.feed
    try:
        for data in chunks:
            text = feed(data)
            if text:
                yield text
        text = decoder.close()
    except ProviderError as error:
        text = certain(decoder, error)
        if text:
            yield text
        raise
    finally:
        # Where the decoder raised, the exchange is still open, and lives as long as the traceback does.
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    if text:
        yield text


def certain(decoder: Decoder, error: ProviderError) -> str:
    """Return the text that had come before `error` and was still held back."""
    if isinstance(error, InvalidTextError):
        return error.valid
    try:
        return decoder.close()
    except InvalidTextError as cut:  # the error came in the middle of a character
        return cut.valid
