"""An answer that is plain text: read in a ``for`` or in an ``async for``, and cut where the service cuts it.

What the decoder still held back when the exchange failed is a part of the answer and comes before the error,
as `text.decode` has it. An `Exchange` cannot do that for every decoder: the end of the bytes means more to
those that look for an end mark.
"""

from collections.abc import Generator, Iterable
from typing import Any, cast

from g4f_lite.errors import ProviderError
from g4f_lite.kit import http, text
from g4f_lite.kit.exchange import Exchange, _Reading

__all__ = ["TextExchange"]


class TextExchange(Exchange):
    """The text of one answer. Nothing is sent before the first piece is asked for; it can be read once.

    Args:
        request: what to send.
        decoder: makes the text of the body, as those of `g4f_lite.kit.text` do.
    """

    __slots__ = ()

    decoder: text.Decoder

    def __init__(self, request: http.HTTPRequest, decoder: text.Decoder) -> None:
        super().__init__(request, decoder)

    def __iter__(self) -> Generator[Any, None, None]:
        if self._reading is None:
            pieces = text.decode(http.stream(self.request), self.decoder)
            self._reading = cast("Generator[str, None, None]", pieces)
        return self._reading

    def __aiter__(self) -> _Reading:
        if self._areading is None:
            self._areading = _TextReading(self.request, self.decoder)
        return self._areading


class _TextReading(_Reading):
    _failure: ProviderError | None = None
    """What is raised when the text that came before it has been read."""

    async def next_batch(self) -> Iterable[Any] | None:
        """Return the text of the next bytes, and before a failure the rest; None at the end."""
        if self._failure is None:
            try:
                return await super().next_batch()
            except ProviderError as error:
                self._failure = error
            rest = text.certain(cast("text.Decoder", self._decoder), self._failure)
            if rest:
                return (rest,)
        failure, self._failure = self._failure, None
        raise failure
