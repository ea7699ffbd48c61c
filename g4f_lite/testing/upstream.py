"""A service to point providers at: HTTP/1.1 on a real loopback socket, misbehaving on command.

::

    with Upstream(Reply(["Hel", "lo"])) as upstream:
        text = ChatCompletion.create(provider="yqcloud", messages=..., base_url=upstream.url)
    assert upstream.requests[0].json()["prompt"] == "always respond in english | Hi"

It records each request to the byte, and of each connection when and how the client closed it.
"""

import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType

from g4f_lite.testing._server_connection import ClientClosed, Connection
from g4f_lite.testing.received import ReceivedRequest
from g4f_lite.testing.replies import Reply

__all__ = ["Script", "Upstream"]

Script = Reply | Iterable[Reply] | Callable[[ReceivedRequest], Reply]
"""One reply for every request; replies used up one by one; or a function that makes each of them."""

_BACKLOG = 512
_JOIN_TIMEOUT = 10.0


class Upstream:
    """A programmable server, listening while its ``with`` block runs.

    Args:
        script: what it answers. A request that finds a list used up is answered with status 500, and
            leaving the ``with`` block then raises.
        send_buffer: the size of the kernel's send buffer in bytes. Small, what was written is near to what
            the client has read.

    Leaving the block closes every connection, ends every thread, and raises the first error of the
    script, unless the block itself raised.
    """

    def __init__(self, script: Script = (), *, send_buffer: int | None = None) -> None:
        self._function: Callable[[ReceivedRequest], Reply] | None = None
        self._queue: deque[Reply] = deque()
        self._send_buffer = send_buffer
        self._changed = threading.Condition()
        self.script(script)
        self._requests: list[ReceivedRequest] = []
        self._connections: list[Connection] = []
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []
        self._stopping = False

    # --- life -------------------------------------------------------------------------------------

    def __enter__(self) -> "Upstream":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept, "g4f-lite upstream")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if error is None and self._errors:
            raise self._errors[0]

    def close(self) -> None:
        """Stop listening, close every connection, end every thread; a second time does nothing."""
        with self._changed:
            if self._stopping:
                return
            self._stopping = True
            connections = list(self._connections)
        self._wake_writer.send(b"\0")
        for connection in connections:
            connection.stop()
        for thread in self._threads:
            thread.join(_JOIN_TIMEOUT)
        for sock in (self._listener, self._wake_reader, self._wake_writer):
            sock.close()
        if any(thread.is_alive() for thread in self._threads):
            raise RuntimeError("A function of the upstream's script did not come back.")

    @property
    def url(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self.port}"

    def _start(self, target: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while not self._stopping:
                selector.select()
                self._admit()

    def _admit(self) -> None:
        with self._changed:
            if self._stopping:
                return
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:  # who knocked has gone again
                return
            if self._send_buffer is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
            connection = Connection(
                sock, len(self._connections) + 1, answer=self._answer, changed=self._announce
            )
            self._connections.append(connection)
            self._start(lambda: self._serve(connection), f"g4f-lite upstream, connection {connection.number}")

    def _serve(self, connection: Connection) -> None:
        try:
            connection.run()
        except Exception as error:
            self._errors.append(error)

    def _announce(self) -> None:
        with self._changed:
            self._changed.notify_all()

    # --- the script -------------------------------------------------------------------------------

    def script(self, script: Script) -> None:
        """Answer from `script` from now on, whatever was told before; replies under way go on."""
        with self._changed:
            self._queue.clear()
            self._function = None
            if isinstance(script, Reply):
                self._function = lambda _request: script
            elif callable(script):
                self._function = script
            else:
                self._queue.extend(script)

    def enqueue(self, *replies: Reply) -> None:
        """Answer the next requests with these, after those that are still in the list."""
        with self._changed:
            self._function = None
            self._queue.extend(replies)

    def _answer(self, request: ReceivedRequest) -> Reply:
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
            function = self._function
            if function is None and self._queue:
                return self._queue.popleft()
        if function is not None:
            return function(request)
        self._errors.append(
            AssertionError(
                f"No reply was left for request {len(self._requests)}: {request.method} {request.target}"
            )
        )
        return Reply("The script of this upstream has no reply left.", status=500)

    # --- what the client did ----------------------------------------------------------------------

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests received so far, in the order in which they were complete."""
        with self._changed:
            return list(self._requests)

    @property
    def connections(self) -> int:
        """How many connections were made so far."""
        with self._changed:
            return len(self._connections)

    @property
    def open_connections(self) -> list[int]:
        """The numbers of the connections that neither side has closed."""
        with self._changed:
            return [item.number for item in self._connections if not item.closed and not item.ended]

    def wait_for_requests(self, count: int = 1, timeout: float = 10.0) -> list[ReceivedRequest]:
        """Wait until `count` requests have come in all, and return them.

        Raises:
            AssertionError: if they have not within `timeout` seconds.
        """
        with self._changed:
            if self._changed.wait_for(lambda: len(self._requests) >= count, timeout):
                return list(self._requests)
            raise AssertionError(
                f"{len(self._requests)} of {count} requests came within {timeout:g} seconds."
            )

    def wait_closed(self, connection: int | None = None, timeout: float = 10.0) -> ClientClosed:
        """Wait until the client has closed a connection, and return how and when it did.

        Args:
            connection: its number; None for the newest.
            timeout: seconds.

        Raises:
            AssertionError: if it has not within `timeout` seconds, or if the upstream closed it first.
        """
        with self._changed:
            number = len(self._connections) if connection is None else connection
            if not 1 <= number <= len(self._connections):
                raise AssertionError(f"There is no connection {number}: {len(self._connections)} were made.")
            one = self._connections[number - 1]
            self._changed.wait_for(lambda: one.closed or one.ended, timeout)
            if one.closed is None:
                who = "the upstream ended it itself" if one.ended else f"{timeout:g} seconds have passed"
                raise AssertionError(f"The client did not close connection {number}: {who}.")
            return one.closed

    def wait_all_closed(self, timeout: float = 10.0) -> None:
        """Wait until no connection is open.

        Raises:
            AssertionError: naming those that still are after `timeout` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(
                lambda: all(item.closed or item.ended for item in self._connections), timeout
            ):
                raise AssertionError(f"Connections {self.open_connections} are still open.")
