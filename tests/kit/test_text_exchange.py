"""An exchange of plain text, read synchronously and asynchronously."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite.errors import ProviderConnectionError, ProviderError
from g4f_lite.kit.http import has_async
from g4f_lite.kit.http._request import HTTPRequest
from g4f_lite.kit.text import InvalidTextError, PrefixRemover, Utf8Decoder
from g4f_lite.kit.text_exchange import TextExchange
from g4f_lite.testing import Gate, HangUp, Reply, Upstream, cut

WAYS = pytest.mark.parametrize("way", ["sync", "native"])


class Echoless:
    """A decoder that holds text back while it may be the beginning of an echo."""

    def __init__(self):
        self._utf8 = Utf8Decoder()
        self._echo = PrefixRemover(("echo: ",))

    def feed(self, data):
        try:
            return self._echo.feed(self._utf8.feed(data))
        except InvalidTextError as error:
            error.valid = self._echo.feed(error.valid) + self._echo.close()
            raise

    def close(self):
        self._utf8.close()
        return self._echo.close()


def read(way, exchange):
    """Return the pieces of an answer, and its error or None."""
    pieces = []

    async def natively():
        async for piece in exchange:
            pieces.append(piece)  # noqa: PERF401 - the pieces before an error are kept

    try:
        if way == "native":
            asyncio.run(natively())
        else:
            for piece in exchange:
                pieces.append(piece)  # noqa: PERF402 - the same
    except ProviderError as error:
        return pieces, error
    return pieces, None


@pytest.fixture(autouse=True)
def _native(request):
    if "native" in request.node.name and not has_async():
        pytest.skip("the extra `async` is not installed")


@WAYS
@settings(deadline=None, max_examples=30)
@given(text=st.text("echo: é💧", max_size=20), offsets=st.lists(st.integers(0, 40), max_size=5))
def test_the_text_is_what_was_sent(way, text, offsets):
    """For every split the text is complete, including held-back text, and no piece is empty."""
    body = text.encode()
    with Upstream(Reply(cut(body, offsets))) as upstream:
        pieces, error = read(way, TextExchange(HTTPRequest(upstream.url), Echoless()))
    assert error is None
    assert "".join(pieces) == text.removeprefix("echo: ")
    assert all(pieces)


@WAYS
@pytest.mark.parametrize("sent", [b"ech", b"one ech", "one é".encode()[:-1], b"one", b""])
def test_held_back_text_is_yielded_before_the_failure(way, sent):
    """If the connection breaks, the text that has arrived is yielded before the error."""
    with Upstream(Reply([sent, HangUp()])) as upstream:
        pieces, error = read(way, TextExchange(HTTPRequest(upstream.url), Echoless()))
    assert isinstance(error, ProviderConnectionError)
    assert "".join(pieces) == sent.decode(errors="ignore")
    assert error.__context__ is None


@WAYS
def test_text_before_wrong_bytes_is_yielded_before_the_error(way):
    """The text before bytes that are not UTF-8 is yielded before the error, and nothing after it."""
    with Upstream(Reply([b"ech\xffrest"])) as upstream:
        exchange = TextExchange(HTTPRequest(upstream.url), Echoless())
        pieces, error = read(way, exchange)
    assert pieces == ["ech"]
    assert isinstance(error, InvalidTextError)


@pytest.mark.skipif(not has_async(), reason="the extra `async` is not installed")
def test_the_failure_is_raised_once():
    """After its error, an exchange has ended."""

    async def main(exchange):
        assert await exchange.__anext__() == "ech"
        with pytest.raises(ProviderConnectionError):
            await exchange.__anext__()
        with pytest.raises(StopAsyncIteration):
            await exchange.__anext__()

    with Upstream(Reply([b"ech", HangUp()])) as upstream:
        asyncio.run(main(TextExchange(HTTPRequest(upstream.url), Echoless())))


@WAYS
def test_a_close_reaches_the_upstream(way):
    """Closing an exchange in the middle of the answer closes the connection."""
    gate = Gate()

    async def natively(exchange):
        assert await exchange.__anext__() == "one"
        await exchange.aclose()
        await asyncio.to_thread(upstream.wait_closed, timeout=5.0)

    with Upstream(Reply(["one", gate, "two"])) as upstream:
        exchange = TextExchange(HTTPRequest(upstream.url), Echoless())
        if way == "native":
            asyncio.run(natively(exchange))
        else:
            assert next(exchange) == "one"
            exchange.close()
            assert upstream.wait_closed(timeout=5.0)
        gate.open()
