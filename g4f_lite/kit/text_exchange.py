"""`TextExchange`: an `Exchange` of which the answer is plain text.

If the exchange fails, the text that the decoder still held back is a part of the answer, and is yielded before
the error is raised, as by `text.decode`. An `Exchange` cannot do this for every decoder: a decoder that looks
for an end mark would take the failure for the end of the answer.
"""

from collections.abc import Generator, Iterable
from typing import Any, cast

from g4f_lite.errors import ProviderError
from g4f_lite.kit import http, text
from g4f_lite.kit.exchange import Exchange, _AsyncReader

__all__ = ["TextExchange"]


class TextExchange(Exchange):
    """The text of one answer, which can be read once. The request is sent when the first piece is read.

    Args:
        request: the request to send.
        decoder: a decoder that returns text, such as `g4f_lite.kit.text.Utf8Decoder`.
    """

    __slots__ = ()

    decoder: text.Decoder

    def __init__(self, request: http.HTTPRequest, decoder: text.Decoder) -> None:
        super().__init__(request, decoder)

    def __iter__(self) -> Generator[Any, None, None]:
        if self._sync_reader is None:
            pieces = text.decode(http.stream(self.request), self.decoder)
            self._sync_reader = cast("Generator[str, None, None]", pieces)
        return self._sync_reader

    def __aiter__(self) -> _AsyncReader:
        if self._async_reader is None:
            self._async_reader = _AsyncTextReader(self.request, self.decoder)
        return self._async_reader


class _AsyncTextReader(_AsyncReader):
    _failure: ProviderError | None = None
    """The error to raise after the text that arrived before it."""

    async def next_batch(self) -> Iterable[Any] | None:
        """Return the text of the next bytes, or the held-back text before an error, or None at the end."""
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
