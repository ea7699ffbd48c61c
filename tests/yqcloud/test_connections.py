"""The connections of `yqcloud`: reused, closed when a stream is left, and opened through a proxy."""

import asyncio
import contextlib
import gc
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4f_lite import ProviderConnectionError, ProviderError, ProviderTimeoutError
from g4f_lite.testing import Gate, Reply, Stall, Upstream

AT_ONCE = 5.0
PIECES = ["one ", "two ", "three"]  # Not the beginning of an echo, which the decoder would hold back.
RELAXED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def proxy():
    """A forward proxy that answers requests itself."""
    with Upstream(Reply("Through the proxy.")) as running:
        yield running


def one_by_one() -> tuple[Reply, list[Gate]]:
    """Reply with `PIECES`, and a gate before each: bytes that are written together may be read together."""
    gates = [Gate() for _ in PIECES]
    return Reply([item for pair in zip(gates, PIECES, strict=True) for item in pair] + [Stall()]), gates


def in_thread(action) -> None:
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


@pytest.mark.slow
@given(
    read=st.integers(1, len(PIECES)), ways=st.lists(st.sampled_from(["close", "thread", "with"]), max_size=4)
)
@RELAXED
def test_upstream_sees_the_close_however_it_is_made(upstream, stream, read, ways):
    """For any sequence of closes, after any number of deltas, the upstream sees the connection closed."""
    reply, gates = one_by_one()
    upstream.script(reply)
    answer = stream()
    for gate, piece in zip(gates[:read], PIECES, strict=False):
        gate.open()
        assert next(answer) == piece
    began = time.monotonic()
    for way in ways:
        if way == "close":
            answer.close()
        elif way == "thread":
            in_thread(answer.close)
        else:
            with answer:
                pass
    if ways:
        assert list(answer) == []
        assert answer.completion.finish_reason == "cancelled"
    del answer
    gc.collect()
    assert upstream.wait_closed(timeout=AT_ONCE).at - began < AT_ONCE


@given(
    read=st.integers(0, len(PIECES)), ways=st.lists(st.sampled_from(["aclose", "with", "cancel"]), max_size=3)
)
@RELAXED
def test_upstream_sees_the_asynchronous_close(upstream, astream, read, ways):
    """For any sequence of closes and cancels in an event loop, the upstream sees the connection closed."""
    reply, gates = one_by_one()
    upstream.script(reply)

    async def close(answer, way) -> None:
        if way == "aclose":
            await answer.aclose()
        elif way == "with":
            async with answer:
                pass
        else:
            task = asyncio.ensure_future(anext(answer, None))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})

    async def main() -> None:
        answer = await astream()
        for gate, piece in zip(gates[:read], PIECES, strict=False):
            gate.open()
            assert await anext(answer) == piece
        for way in [*ways, "aclose"]:
            await close(answer, way)

    before = upstream.connections
    asyncio.run(main())
    if upstream.connections > before:
        upstream.wait_closed(timeout=AT_ONCE)


def test_dropped_asynchronous_stream_hangs_up(upstream, astream):
    """Dropping an asynchronous stream closes its connection while the loop continues."""
    upstream.script(Reply([*PIECES, Stall()]))

    async def main() -> None:
        answer = await astream()
        await anext(answer)
        del answer
        gc.collect()
        await asyncio.to_thread(upstream.wait_closed, None, AT_ONCE)

    asyncio.run(main())


def test_end_of_the_loop_hangs_up(upstream, astream):
    """The end of the event loop closes an open asynchronous stream."""
    upstream.script(Reply([*PIECES, Stall()]))
    kept = []

    async def main() -> None:
        kept.append(await astream())
        await anext(kept[0])

    asyncio.run(main())
    assert upstream.wait_closed(timeout=AT_ONCE)


def test_stream_that_is_never_read_asks_nothing(upstream, stream):
    """A stream that is closed or dropped before its first text sends nothing."""
    stream().close()
    stream()
    gc.collect()
    assert not upstream.connections


def test_nothing_is_read_after_the_close(upstream, stream):
    """After the close, the service can write no more of an endless answer than what is in buffers."""
    written = 0

    def endless():
        nonlocal written
        while True:
            written += 1
            yield b"x" * 1000

    upstream.script(Reply(endless))
    answer = stream()
    next(answer)
    answer.close()
    closed = upstream.wait_closed(timeout=AT_ONCE)
    assert written <= closed.pieces + 1
    assert answer.completion.finish_reason == "cancelled"


@pytest.mark.parametrize("silent", [True, False], ids=["before-the-first-byte", "streaming"])
def test_close_wakes_the_thread_that_reads(upstream, stream, silent):
    """`close()` from another thread ends a read that waits for the service, before or in the answer."""
    upstream.script(Reply([Stall()], framing="raw") if silent else Reply(["one ", Stall()]))
    answer = stream()
    got = []
    reader = threading.Thread(target=lambda: got.extend(answer))
    reader.start()
    upstream.wait_for_requests()
    began = time.monotonic()
    answer.close()
    assert upstream.wait_closed(timeout=AT_ONCE).at - began < AT_ONCE
    reader.join(AT_ONCE)
    assert not reader.is_alive()
    assert got in ([], ["one "])


def test_whole_answer_can_be_cancelled(upstream, astream):
    """Cancelling a task that waits for a silent service closes the connection."""
    upstream.script(Reply([Stall()], framing="raw"))

    async def main() -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(anext(await astream()), 0.2)

    asyncio.run(main())
    assert upstream.wait_closed(timeout=AT_ONCE)


def test_connection_is_reused(upstream, ask, stream):
    """Consecutive calls share a connection."""
    upstream.script(Reply("Fine."))
    for _ in range(3):
        ask()
        list(stream())
    assert {request.connection for request in upstream.requests} == {1}


def test_calls_at_once_have_connections_of_their_own(upstream, stream):
    """Streams that are read at the same time have separate connections and separate answers."""
    upstream.script(lambda request: Reply([request.json()["prompt"][-1], "!"]))
    answers = [stream(letter) for letter in "xyz"]
    assert ["".join(pair) for pair in zip(*answers, strict=True)] == ["xyz", "!!!"]
    assert upstream.connections == 3


def test_connection_half_read_is_not_reused(upstream, ask, stream):
    """The unread rest of one answer never becomes the beginning of another."""
    upstream.script(Reply(["first", "second"]))
    with stream() as answer:
        next(answer)
    upstream.script(Reply("Fine."))
    assert ask() == "Fine."
    assert [request.connection for request in upstream.requests] == [1, 2]


def test_connection_closed_while_idle_is_replaced(upstream, ask):
    """A connection that the service closes between two calls is replaced without an error."""
    upstream.script(Reply("Fine.", framing="length", keep_alive=False))
    assert [ask(), ask()] == ["Fine.", "Fine."]
    assert upstream.connections == 2


def test_cookies_are_not_kept(upstream, ask):
    """A cookie that the service sets is not sent back: calls are independent."""
    upstream.script(Reply("Fine.", headers={"Set-Cookie": "session=1; Path=/"}))
    ask()
    ask()
    assert upstream.requests[1].header("cookie") is None


def test_netrc_is_not_read(upstream, ask, monkeypatch, tmp_path):
    """A login in a netrc file is not sent."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    upstream.script(Reply("Fine."))
    ask()
    assert upstream.requests[0].header("authorization") is None


def test_proxy_option_is_used(proxy, ask):
    """`proxy=` sends the request to the proxy, with the full URL of the service."""
    assert ask(proxy=proxy.url, base_url="http://service.example") == "Through the proxy."
    request = proxy.requests[0]
    assert request.target == "http://service.example/api/generateStream"
    assert request.header("host") == "service.example"


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_proxy_of_the_environment_is_used(proxy, ask, monkeypatch, variable):
    """The proxy of the environment is used, until the variable is removed."""
    monkeypatch.setenv(variable, proxy.url)
    assert ask(base_url="http://service.example") == "Through the proxy."
    monkeypatch.delenv(variable)
    with pytest.raises(ProviderError):
        ask(base_url="http://127.0.0.1:9")
    assert len(proxy.requests) == 1


def test_no_proxy_is_honoured(upstream, proxy, ask, monkeypatch):
    """A host in NO_PROXY is called directly."""
    upstream.script(Reply("Directly."))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert ask() == "Through the proxy."
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert ask() == "Directly."


def test_proxy_option_beats_the_environment(upstream, proxy, ask, monkeypatch):
    """`proxy=` is used even if NO_PROXY or another proxy is set."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    assert ask(proxy=proxy.url) == "Through the proxy."
    assert not upstream.connections


def test_proxy_tunnels_tls(ask, monkeypatch):
    """A service with TLS is reached through a tunnel; a proxy that refuses the tunnel is named in the error."""
    with Upstream(Reply(status=502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(ProviderConnectionError, match="proxy"):
            ask(base_url="https://service.example")
        assert proxy.requests[0].method == "CONNECT"
        assert proxy.requests[0].target == "service.example:443"


def test_password_of_a_proxy_is_sent_and_not_shown(ask):
    """The login of a proxy is sent to the proxy, and no error shows it."""
    with Upstream(Reply(status=502)) as proxy:
        url = proxy.url.replace("://", "://me:h1dden-word@")
        with pytest.raises(ProviderConnectionError) as caught:
            ask(base_url="https://service.example", proxy=url)
        assert proxy.requests[0].header("proxy-authorization")
        assert "h1dden-word" not in f"{caught.value!r} {vars(caught.value)}"


def test_proxy_that_is_not_there_is_an_error(upstream, ask):
    """A proxy address without a server raises a connection error that names the proxy."""
    upstream.close()
    with pytest.raises(ProviderConnectionError, match="proxy"):
        ask(proxy=upstream.url, base_url="http://service.example")


def test_proxy_that_is_silent_times_out(ask):
    """A proxy that takes the request and sends nothing causes a timeout."""
    with Upstream(Reply([Stall()], framing="raw")) as proxy, pytest.raises(ProviderTimeoutError):
        ask(proxy=proxy.url, base_url="http://service.example", timeout=0.2)


def test_calls_leave_no_open_descriptors(upstream, ask, stream):
    """Many calls, closed, failed and finished, leave no open connection except one for reuse."""
    for _ in range(10):
        upstream.script(Reply(["one ", Stall()]))
        with stream() as answer:
            next(answer)
        upstream.script(Reply(b"\xff"))
        with contextlib.suppress(ProviderError):
            ask()
        upstream.script(Reply("Fine."))
        ask()
    deadline = time.monotonic() + AT_ONCE
    while len(upstream.open_connections) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)  # There is no event to wait for: the last close may still be in progress.
    assert len(upstream.open_connections) <= 1
