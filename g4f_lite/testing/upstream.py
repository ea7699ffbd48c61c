"""A programmable service: HTTP/1.1 on a real loopback socket, with every kind of failure.

::

    with Upstream(Reply(["Hel", "lo"])) as upstream:
        text = ChatCompletion.create(provider="yqcloud", messages=..., base_url=upstream.url)
    assert upstream.requests[0].json()["prompt"] == "always respond in english | Hi"

It records each request byte by byte, and when and how the client closed each connection.
"""

import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType

from g4f_lite.testing._server_connection import ClientClosed, ServerConnection
from g4f_lite.testing.received import ReceivedRequest
from g4f_lite.testing.replies import Reply

__all__ = ["Script", "Upstream"]

Script = Reply | Iterable[Reply] | Callable[[ReceivedRequest], Reply]
"""One reply for every request, a list of one reply each, or a function from the request to its reply."""

_BACKLOG = 512
_JOIN_TIMEOUT = 10.0


class Upstream:
    """A programmable server, listening while its ``with`` block runs.

    Args:
        script: the replies. If a list has no reply left for a request, the answer is status 500, and leaving the
            ``with`` block raises.
        send_buffer: the size of the kernel's send buffer in bytes. With a small one, the server has written little
            more than the client has read.

    Leaving the block closes every connection, ends every thread, and raises the first error of the script, unless
    the block itself raised.
    """

    def __init__(self, script: Script = (), *, send_buffer: int | None = None) -> None:
        self._function: Callable[[ReceivedRequest], Reply] | None = None
        self._queue: deque[Reply] = deque()
        self._send_buffer = send_buffer
        self._changed = threading.Condition()
        self.script(script)
        self._requests: list[ReceivedRequest] = []
        self._connections: list[ServerConnection] = []
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []
        self._is_stopping = False

    # --- listening --------------------------------------------------------------------------------

    def __enter__(self) -> "Upstream":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self.port: int = self._listener.getsockname()[1]
        self._start_thread(self._accept_loop, "g4f-lite upstream")
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
        """Stop listening, close every connection and end every thread. May be called again. Blocks."""
        with self._changed:
            if self._is_stopping:
                return
            self._is_stopping = True
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

    def _start_thread(self, target: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept_loop(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while not self._is_stopping:
                selector.select()
                self._accept()

    def _accept(self) -> None:
        with self._changed:
            if self._is_stopping:
                return
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:  # The client has closed its connection already.
                return
            if self._send_buffer is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
            connection = ServerConnection(
                sock,
                len(self._connections) + 1,
                get_reply=self._next_reply,
                notify_change=self._notify_change,
            )
            self._connections.append(connection)
            self._start_thread(
                lambda: self._serve(connection), f"g4f-lite upstream, connection {connection.number}"
            )

    def _serve(self, connection: ServerConnection) -> None:
        try:
            connection.run()
        except Exception as error:
            self._errors.append(error)

    def _notify_change(self) -> None:
        with self._changed:
            self._changed.notify_all()

    # --- the script -------------------------------------------------------------------------------

    def script(self, script: Script) -> None:
        """Replace the script for all further requests. Replies that are being sent continue."""
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
        """Append replies to the list of replies."""
        with self._changed:
            self._function = None
            self._queue.extend(replies)

    def _next_reply(self, request: ReceivedRequest) -> Reply:
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

    # --- the client -------------------------------------------------------------------------------

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests so far, in the order in which they were completely received."""
        with self._changed:
            return list(self._requests)

    @property
    def connections(self) -> int:
        """The number of connections so far."""
        with self._changed:
            return len(self._connections)

    @property
    def open_connections(self) -> list[int]:
        """The numbers of the connections that neither side has closed."""
        with self._changed:
            return [item.number for item in self._connections if not item.closed and not item.is_ended]

    def wait_for_requests(self, count: int = 1, timeout: float = 10.0) -> list[ReceivedRequest]:
        """Wait until there are `count` requests in total, and return them. Blocks.

        Raises:
            AssertionError: there are fewer after `timeout` seconds.
        """
        with self._changed:
            if self._changed.wait_for(lambda: len(self._requests) >= count, timeout):
                return list(self._requests)
            raise AssertionError(
                f"{len(self._requests)} of {count} requests came within {timeout:g} seconds."
            )

    def wait_closed(self, connection: int | None = None, timeout: float = 10.0) -> ClientClosed:
        """Wait until the client has closed a connection, and return how and when it did. Blocks.

        Args:
            connection: the number of the connection, or None for the newest.
            timeout: seconds to wait.

        Raises:
            AssertionError: the client has not within `timeout` seconds, or the upstream closed it first.
        """
        with self._changed:
            number = len(self._connections) if connection is None else connection
            if not 1 <= number <= len(self._connections):
                raise AssertionError(f"There is no connection {number}: {len(self._connections)} were made.")
            closing = self._connections[number - 1]
            self._changed.wait_for(lambda: closing.closed or closing.is_ended, timeout)
            if closing.closed is None:
                reason = (
                    "the upstream ended it itself" if closing.is_ended else f"{timeout:g} seconds have passed"
                )
                raise AssertionError(f"The client did not close connection {number}: {reason}.")
            return closing.closed

    def wait_all_closed(self, timeout: float = 10.0) -> None:
        """Wait until no connection is open. Blocks.

        Raises:
            AssertionError: some are open after `timeout` seconds. The message has their numbers.
        """
        with self._changed:
            if not self._changed.wait_for(
                lambda: all(item.closed or item.is_ended for item in self._connections), timeout
            ):
                raise AssertionError(f"Connections {self.open_connections} are still open.")
