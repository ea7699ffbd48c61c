"""A guard that keeps tests off the network: only loopback and local sockets work."""

import contextlib
import ipaddress
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

__all__ = ["NetworkForbiddenError", "no_network"]


class NetworkForbiddenError(RuntimeError):
    """Code tried to reach another machine while `no_network` was active.

    It is neither an `OSError` nor a `G4FLiteError` on purpose: code that handles network failures must not mistake
    it for one, retry, and hide it.

    Attributes:
        address: the host, or host and port, of the attempt.
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
    """Forbid this process to resolve, connect to, or send to anything but this machine.

    This covers all threads and asyncio's event loops, until the end of the ``with`` block. Blocks may be nested.
    Child processes are not covered.

    The guard is an audit hook of the interpreter, so neither an earlier copy of ``socket.getaddrinfo`` nor another
    library's socket class can bypass it. An audit hook cannot be removed: outside the block it does nothing.

    Raises:
        NetworkForbiddenError: in the forbidden call, with the address.
    """
    global _depth, _installed  # noqa: PLW0603 - audit hooks are global
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
        return  # Families like AF_UNIX stay on this machine; `sendmsg` on a connected socket has no address.
    if not is_local(address[0]):
        raise NetworkForbiddenError(f"{address[0]}:{address[1]}")


def _check_host(host: Any, port: Any) -> None:
    # Servers resolve no host, or the unspecified address, before they listen.
    if host in (None, "", b"", "0.0.0.0", "::") or is_local(host):  # noqa: S104 - a comparison
        return
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    raise NetworkForbiddenError(name if port in (None, 0, "") else f"{name}:{port}")


def is_local(host: str | bytes) -> bool:
    """Return whether a host name or address is the loopback of this machine. No I/O."""
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
