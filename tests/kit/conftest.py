"""One handle for the sync and the async HTTP client, so that each test of the exchange tests both."""

import asyncio
import concurrent.futures
import contextlib
import importlib.util
import selectors
import socket
import ssl
import threading
import time

import pytest
from raw_http import read_head

from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.kit.http import astream, stream

WAIT = 30.0
"""Seconds that a test waits for something that happens immediately."""


class SyncReader:
    """An exchange that is read step by step."""

    def __init__(self, request) -> None:
        self._pieces = stream(request)

    def next(self) -> bytes:
        return next(self._pieces)

    def rest(self) -> bytes:
        return b"".join(self._pieces)

    def close(self) -> None:
        self._pieces.close()

    def drop(self) -> None:
        del self._pieces


class Background:
    """An exchange that is read to its end in the background, with a scope that cancels it."""

    def __init__(self, future, scope) -> None:
        self._future = future
        self.scope = scope or CancelScope()
        self.pieces: list[bytes] = []

    def outcome(self) -> BaseException | None:
        """Return the exception of the exchange, or None if it succeeded."""
        return self._future.exception(WAIT)


class SyncDrive:
    """The sync client: it runs exchanges in this thread, or each in its own thread."""

    name = "sync"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def all(self, request) -> bytes:
        return b"".join(stream(request))

    def open(self, request) -> SyncReader:
        return SyncReader(request)

    def start(self, request, scope=None) -> Background:
        future = concurrent.futures.Future()
        running = Background(future, scope)

        def work():
            _current.set(running.scope)
            try:
                running.pieces.extend(stream(request))
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(None)

        threading.Thread(target=work, daemon=True).start()
        return running


class AsyncReader:
    """An exchange that is read step by step in the drive's event loop."""

    def __init__(self, run, request) -> None:
        self._run = run
        self._pieces = astream(request)

    def next(self) -> bytes:
        pieces = self._pieces

        async def step():
            return await anext(pieces)

        return self._run(step())

    def rest(self) -> bytes:
        pieces = self._pieces

        async def collect():
            return b"".join([data async for data in pieces])

        return self._run(collect())

    def close(self) -> None:
        self._run(self._pieces.aclose())

    def drop(self) -> None:
        del self._pieces


class AsyncDrive:
    """The async client: it runs exchanges in an event loop in a thread, as a server does."""

    name = "async"

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.run(self._loop.shutdown_asyncgens())
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(WAIT)

    def all(self, request) -> bytes:
        return self.open(request).rest()

    def open(self, request) -> AsyncReader:
        return AsyncReader(self.run, request)

    def start(self, request, scope=None) -> Background:
        async def work():
            _current.set(running.scope)
            async for data in astream(request):
                running.pieces.append(data)

        running = Background(None, scope)
        running._future = asyncio.run_coroutine_threadsafe(work(), self._loop)
        return running


def _drives():
    yield SyncDrive
    yield pytest.param(
        AsyncDrive,
        marks=pytest.mark.skipif(
            importlib.util.find_spec("httptools") is None, reason="needs the extra `async`"
        ),
    )


@pytest.fixture(params=_drives(), ids=lambda drive: drive.name)
def drive(request):
    """Return the sync or the async client."""
    with request.param() as running:
        yield running


@pytest.fixture
def async_drive():
    """Return the async client."""
    pytest.importorskip("httptools")
    with AsyncDrive() as running:
        yield running


@pytest.fixture
def quick():
    """Return a check that the seconds of one of several tries are at most 0.1, or at most five times that.

    A busy machine delays some of the tries, but a step that is always slow is slow in each.
    """

    def check(attempt, tries=10):
        took = [attempt()]
        while took[-1] > 0.1 and len(took) < tries:
            took.append(attempt())
        assert min(took) <= 0.5, took

    return check


class Listener:
    """A small server that calls a function for each connection, in a thread."""

    def __init__(self, serve) -> None:
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.accepted = threading.Semaphore(0)
        self.heads: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                self.accepted.release()
                threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client):
        with client, contextlib.suppress(OSError):
            self._serve(self, client)

    def close(self):
        self._socket.close()


def tunnel(listener, client):
    """Serve CONNECT as a proxy does."""
    head = read_head(client)
    listener.heads.append(head)
    host, _, port = head.split(b" ")[1].decode().rpartition(":")
    target = "127.0.0.1" if host.rstrip(".") == "service.example" else host
    with socket.create_connection((target, int(port))) as service:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ends = {client: service, service: client}
        with selectors.DefaultSelector() as selector:
            for end in ends:
                selector.register(end, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    ends[key.fileobj].sendall(data)


@pytest.fixture
def listen():
    """Return a function that starts a `Listener`."""
    with contextlib.ExitStack() as stack:
        yield lambda serve: stack.enter_context(contextlib.closing(Listener(serve)))


@pytest.fixture
def tunnel_proxy(listen):
    """Return a tunnelling proxy, for which ``service.example`` is this machine."""
    return listen(tunnel)


@pytest.fixture
def tls(listen, tmp_path):
    """Return a TLS service that answers "secret", with its `port`, `ca` (a file) and `heads`."""
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "service.example").configure_cert(context)

    def serve(listener, client):
        with context.wrap_socket(client, server_side=True) as secured:
            while True:
                head = read_head(secured)
                listener.heads.append(head)
                if b"/stall" in head:
                    secured.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHel\r\n")
                    with contextlib.suppress(OSError):
                        while secured.recv(65536):  # the request's body, then the end
                            pass
                    listener.closed_at = time.monotonic()
                    listener.gone.set()
                    return
                secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")

    listener = listen(serve)
    listener.gone = threading.Event()
    listener.ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(listener.ca))
    return listener
