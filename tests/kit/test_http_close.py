"""The service sees the connection closed at once, for each way and each phase of ending an exchange."""

import asyncio
import gc
import time

import pytest

from g4f_lite import errors
from g4f_lite.cancellation import CancelScope
from g4f_lite.kit.http import astream
from g4f_lite.kit.http._request import HTTPRequest
from g4f_lite.testing import Gate, Reply, Stall, Upstream

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PHASES = {
    "head-awaited": [],
    "head-begun": [b"HTTP/1.1 200 OK\r\nX: "],
    "body-awaited": [HEAD],
    "in-a-chunk": [HEAD + b"9\r\nHel"],
    "between-chunks": [HEAD + b"3\r\nHel\r\n"],
    "length": [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHel"],
    "until-the-end": [b"HTTP/1.1 200 OK\r\n\r\nHel"],
    "error-body": [b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nHel"],
}


@pytest.mark.parametrize("phase", PHASES)
def test_cancel_of_the_call_wakes_the_reader(drive, phase, quick) -> None:
    """A cancel from another thread ends a wait in any phase with a typed error, and closes the connection."""

    def attempt() -> float:
        gate = Gate()
        with Upstream(Reply([*PHASES[phase], gate, Stall()], framing="raw")) as upstream:
            running = drive.start(HTTPRequest(f"{upstream.url}/x", json={}))
            gate.wait_reached()
            began = time.monotonic()
            running.scope.cancel()
            error = running.outcome()
            assert isinstance(error, errors.ProviderError)
            assert error.retry_safe is False
            return upstream.wait_closed().at - began

    quick(attempt)


@pytest.mark.parametrize("how", ["close", "drop"])
@pytest.mark.parametrize("phase", ["between-chunks", "length", "until-the-end"])
def test_reader_that_leaves_hangs_up(drive, phase, how, quick) -> None:
    """Closing a reader in the middle of a body, or dropping it, closes the connection."""

    def attempt() -> float:
        with Upstream(Reply([*PHASES[phase], Stall()], framing="raw")) as upstream:
            reader = drive.open(HTTPRequest(f"{upstream.url}/x", json={}))
            assert reader.next() == b"Hel"
            began = time.monotonic()
            getattr(reader, how)()
            gc.collect()
            return upstream.wait_closed().at - began

    quick(attempt)


@pytest.mark.parametrize("phase", PHASES)
def test_cancelled_task_hangs_up(async_drive, phase, quick) -> None:
    """A task that is cancelled while it waits is cancelled, and its connection is closed at once."""

    async def read(url):
        async for _ in astream(HTTPRequest(url, json={})):
            pass

    def attempt() -> float:
        gate = Gate()
        with Upstream(Reply([*PHASES[phase], gate, Stall()], framing="raw")) as upstream:
            future = asyncio.run_coroutine_threadsafe(read(f"{upstream.url}/x"), async_drive._loop)
            gate.wait_reached()
            began = time.monotonic()
            future.cancel()
            return upstream.wait_closed().at - began

    quick(attempt)


def test_silent_handshake_is_cancelled(drive, listen, quick) -> None:
    """A cancel ends the wait for a service that accepts the connection and never speaks TLS."""

    def attempt() -> float:
        seen = []

        def serve(listener, client):
            while client.recv(65536):
                pass
            seen.append(time.monotonic())
            listener.accepted.release()

        silent = listen(serve)
        running = drive.start(HTTPRequest(f"https://127.0.0.1:{silent.port}/x", json={}))
        assert silent.accepted.acquire(timeout=5)
        time.sleep(0.02)  # no event signals that the client waits for the handshake
        began = time.monotonic()
        running.scope.cancel()
        error = running.outcome()
        assert isinstance(error, errors.ProviderConnectionError)
        assert error.retry_safe
        assert silent.accepted.acquire(timeout=5)
        return seen[0] - began

    quick(attempt)


def test_tls_connection_is_closed_without_waiting_for_the_other_side(drive, tls, monkeypatch, quick) -> None:
    """A close of a TLS connection reaches the service at once, without a close notification."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.ca))

    def attempt() -> float:
        tls.gone.clear()
        reader = drive.open(HTTPRequest(f"https://127.0.0.1:{tls.port}/stall", json={}))
        assert reader.next() == b"Hel"
        began = time.monotonic()
        reader.close()
        assert tls.gone.wait(5)
        return tls.closed_at - began

    quick(attempt)


def test_call_cancelled_before_sends_nothing(drive) -> None:
    """An exchange of a cancelled call opens no connection, and its error is `retry_safe`."""
    scope = CancelScope()
    scope.cancel()
    with Upstream() as upstream:
        error = drive.start(HTTPRequest(f"{upstream.url}/x", json={}), scope).outcome()
        assert isinstance(error, errors.ProviderConnectionError)
        assert error.retry_safe
        assert upstream.connections == 0


def test_cancel_after_the_end_touches_nothing(drive) -> None:
    """A cancel after the end of an answer does not break the next exchange on the same connection."""
    gate = Gate()
    with Upstream([Reply(b"one"), Reply([b"t", gate, b"wo"])]) as upstream:
        first = drive.start(HTTPRequest(f"{upstream.url}/x", json={}))
        assert first.outcome() is None
        reader = drive.open(HTTPRequest(f"{upstream.url}/x", json={}))
        assert reader.next() == b"t"
        first.scope.cancel()
        gate.open()
        assert reader.rest() == b"wo"
        assert upstream.connections == 1


def test_nothing_is_sent_before_the_first_piece_is_asked_for(drive) -> None:
    """Creating and closing a reader opens no connection."""
    with Upstream() as upstream:
        drive.open(HTTPRequest(f"{upstream.url}/x", json={})).close()
        drive.open(HTTPRequest(f"{upstream.url}/x", json={})).drop()
        assert upstream.connections == 0


def test_unread_answers_do_not_fill_the_memory(drive) -> None:
    """A slow reader slows the service down: the amount of data that is read ahead is bounded."""
    written = 0

    def endless():
        nonlocal written
        while True:
            written += 1
            yield b"x" * 65536

    with Upstream(Reply(endless), send_buffer=65536) as upstream:
        reader = drive.open(HTTPRequest(f"{upstream.url}/x", json={}))
        reader.next()
        before = -1
        while written != before:  # until the service cannot write any more
            before = written
            time.sleep(0.05)
        assert written < 200  # 13 MB, nearly all of it in the kernel's buffers
        reader.close()
        upstream.wait_closed()


def test_answer_that_is_closed_while_it_is_sent_is_not_read_to_its_end(drive) -> None:
    """A connection with an unfinished answer carries no other exchange."""
    with Upstream([Reply([b"first", Stall()]), Reply(b"second")]) as upstream:
        reader = drive.open(HTTPRequest(f"{upstream.url}/x", json={}))
        assert reader.next() == b"first"
        reader.close()
        assert drive.all(HTTPRequest(f"{upstream.url}/x", json={})) == b"second"
        assert [request.connection for request in upstream.requests] == [1, 2]
