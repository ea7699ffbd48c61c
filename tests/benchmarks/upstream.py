"""A service that costs next to nothing: precomputed bytes on a loopback socket, in a process of its own.

``POST /call`` and ``/api/generateStream`` answer 1 KB at once; with the prompt "stream", 2,000 chunks;
with "endless", chunks until the client disconnects.
"""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

CHUNKS = 2000
_ANSWER = b"x" * 1024
_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_ANSWER),
    _ANSWER,
)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
_CHUNK = b"8\r\nabcdefg \r\n"
_STREAM = _HEAD + _CHUNK * CHUNKS + b"0\r\n\r\n"


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start the service; yield its base URL."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _serve(client: socket.socket) -> None:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with client, contextlib.suppress(OSError):
        buffer = b""
        while data := client.recv(65536):
            buffer += data
            while b"\r\n\r\n" in buffer:
                head, _, rest = buffer.partition(b"\r\n\r\n")
                length = _length(head)
                if len(rest) < length:
                    break
                _answer(client, rest[:length])
                buffer = rest[length:]


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _answer(client: socket.socket, body: bytes) -> None:
    if b'"stream"' in body:
        client.sendall(_STREAM)
    elif b'"endless"' in body:
        client.sendall(_HEAD)
        while True:
            client.sendall(_CHUNK)
    else:
        client.sendall(_WHOLE)


def main() -> None:
    """Listen, print the port, and serve until killed."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main()
