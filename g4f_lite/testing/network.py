"""A guard that keeps tests off the network: loopback and local sockets work, everything else raises."""

import contextlib
import ipaddress
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

__all__ = ["NetworkForbiddenError", "no_network"]


class NetworkForbiddenError(RuntimeError):
    """Something wanted to reach beyond this machine while `no_network` was in force.

    It is no `OSError` and no `G4FLiteError` on purpose: code that handles failing networks must not take
    it for one, retry, and hide it.

    Attributes:
        address: the host, or host and port, that was wanted.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(
            f"The network is forbidden here, and something wanted to reach {address}. "
            "Point it at a g4f_lite.testing.Upstream."
        )


_lock = threading.Lock()
_depth = 0
_installed = False


@contextlib.contextmanager
def no_network() -> Iterator[None]:
    """Forbid this process to resolve names of, connect to, or send to anything but this machine.

    It holds for all threads and for asyncio's event loops, may be nested, and ends with the ``with`` block.
    Child processes are not covered.

    It listens to the interpreter's own audit events, so that neither a copy of ``socket.getaddrinfo`` made
    earlier nor a socket class of another library gets around it. A hook of that kind cannot be taken back:
    outside the block it stays and does nothing.

    Raises:
        NetworkForbiddenError: from the offending call, naming the address.
    """
    global _depth, _installed  # noqa: PLW0603 - audit hooks are the interpreter's, so is their state
    with _lock:
        if not _installed:
            sys.addaudithook(_audit)
            _installed = True
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not _depth or not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        _check_address(args[0], args[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        _check_host(args[0], args[1] if event == "socket.getaddrinfo" else None)


def _check_address(sock: Any, address: Any) -> None:
    if sock.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return  # AF_UNIX and its like stay on this machine; `sendmsg` on a connected socket has no address
    if not is_local(address[0]):
        raise NetworkForbiddenError(f"{address[0]}:{address[1]}")


def _check_host(host: Any, port: Any) -> None:
    # No host, or the unspecified address, is what servers resolve before they listen.
    if host in (None, "", b"", "0.0.0.0", "::") or is_local(host):  # noqa: S104 - nobody listens there
        return
    shown = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    raise NetworkForbiddenError(shown if port in (None, 0, "") else f"{shown}:{port}")


def is_local(host: str | bytes) -> bool:
    """Return whether a host name or address is the loopback of this machine, without asking anyone."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    name = name.lower().rstrip(".").partition("%")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
