"""Push decoders of plain text: they take bytes as they arrive, and return text as soon as it is certain.

A decoder has ``feed(bytes) -> str`` and ``close() -> str``, does no I/O, and returns the same text for every
way of splitting the same bytes.
"""

import codecs
from collections.abc import Iterable, Iterator
from typing import Protocol

from g4f_lite.errors import ProviderError, ProviderResponseError

__all__ = ["Decoder", "InvalidTextError", "PrefixRemover", "Utf8Decoder", "certain", "decode"]


class Decoder(Protocol):
    """The interface of a decoder that `decode` drives."""

    def feed(self, data: bytes, /) -> str:
        """Take more bytes, and return the text that is certain now."""
        ...

    def close(self) -> str:
        """Take the end of the bytes, and return the remaining text."""
        ...


class InvalidTextError(ProviderResponseError):
    """The bytes of the answer are not UTF-8.

    Attributes:
        valid: the text before the first wrong byte that the decoder had not returned yet.
        offset: the position of that byte in the answer, from 0.
    """

    def __init__(self, message: str, *, valid: str, offset: int) -> None:
        self.valid = valid
        self.offset = offset
        super().__init__(message, hint="The answer is cut there; ask again, or ask another provider.")


class Utf8Decoder:
    """A decoder of strict UTF-8. It returns a character as soon as the last byte of it has arrived."""

    __slots__ = ("_decode", "_size", "_state")

    def __init__(self) -> None:
        self._state = codecs.getincrementaldecoder("utf-8")("strict")
        self._decode = self._state.decode
        self._size = 0

    def feed(self, data: bytes, /) -> str:
        """Take more bytes, and return the characters that are complete now.

        Raises:
            InvalidTextError: a byte is not valid UTF-8.
        """
        try:
            text = self._decode(data)
        except UnicodeDecodeError as error:
            raise self._invalid(error) from None
        self._size += len(data)
        return text

    def close(self) -> str:
        """Take the end of the bytes, and return `""`: a complete answer has no remaining text.

        Raises:
            InvalidTextError: the bytes end inside a character.
        """
        try:
            return self._decode(b"", True)
        except UnicodeDecodeError as error:
            raise self._invalid(error) from None

    def _invalid(self, error: UnicodeDecodeError) -> InvalidTextError:
        # The failing buffer consists of the held-back and the new bytes, and starts at a character.
        held = len(self._state.getstate()[0])
        offset = self._size - held + error.start
        return InvalidTextError(
            f"The answer is not UTF-8: {error.reason} at byte {offset}.",
            valid=error.object[: error.start].decode(),
            offset=offset,
        )


class PrefixRemover:
    """A filter that removes the longest matching prefix from the start of a text, however the text is split.

    It holds text back only while the text may still become one of the prefixes.

    Attributes:
        decided: whether the start of the text has been handled, so that the rest passes unchanged.
    """

    __slots__ = ("_held", "_prefixes", "decided")

    def __init__(self, prefixes: Iterable[str]) -> None:
        self._prefixes = tuple(sorted({item for item in prefixes if item}, key=len, reverse=True))
        self._held = ""
        self.decided = not self._prefixes

    def feed(self, text: str, /) -> str:
        """Take more text, and return the text that is certain now."""
        if self.decided:
            return text
        self._held += text
        if any(len(self._held) < len(item) and item.startswith(self._held) for item in self._prefixes):
            return ""
        return self.close()

    def close(self) -> str:
        """Take the end of the text, and return the text that was held back."""
        held, self._held, self.decided = self._held, "", True
        for item in self._prefixes:
            if held.startswith(item):
                return held[len(item) :]
        return held


def decode(chunks: Iterable[bytes], decoder: Decoder) -> Iterator[str]:
    """Feed the chunks of an answer to `decoder`, and yield its text, never `""`.

    The text before a wrong byte is yielded before the error is raised.
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
        # If the decoder raised, the exchange is still open and lives as long as the traceback.
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    if text:
        yield text


def certain(decoder: Decoder, error: ProviderError) -> str:
    """Return the text before `error` that `decoder` still held back."""
    if isinstance(error, InvalidTextError):
        return error.valid
    try:
        return decoder.close()
    except InvalidTextError as cut:  # the error occurred in the middle of a character
        return cut.valid
