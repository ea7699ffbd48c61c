"""The guard `no_network`."""

import asyncio
import socket
import threading

import pytest
import requests

from g4f_lite.testing import NetworkForbiddenError, Reply, Upstream, no_network
from g4f_lite.testing.network import is_local

early_copy = socket.getaddrinfo
OUTSIDE = ("192.0.2.1", 9)  # TEST-NET-1, RFC 5737: assigned to no host


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    """Switch off the guard of all other tests: this file tests it."""


def connect(address):
    with socket.socket() as sock:
        sock.settimeout(0.05)
        sock.connect(address)


def connect_ex(address):
    with socket.socket() as sock:
        sock.settimeout(0.05)
        sock.connect_ex(address)


def send(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", address)


def send_message(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendmsg([b"x"], [], 0, address)


@pytest.mark.parametrize("reach", [connect, connect_ex, send, send_message])
def test_addresses_outside_are_refused(reach):
    """Connecting and sending to another machine raises, and names the address."""
    with no_network(), pytest.raises(NetworkForbiddenError, match=r"192\.0\.2\.1:9") as caught:
        reach(OUTSIDE)
    assert caught.value.address == "192.0.2.1:9"


@pytest.mark.parametrize(
    "look_up", [socket.getaddrinfo, early_copy, lambda host, _: socket.gethostbyname(host)]
)
def test_names_are_not_resolved(look_up):
    """Resolving a name raises without a request, also by an old copy of the function."""
    with no_network(), pytest.raises(NetworkForbiddenError, match=r"example\.org"):
        look_up("example.org", 443)


def test_host_as_bytes_is_named():
    """The error names a host that is given as bytes as text."""
    with no_network(), pytest.raises(NetworkForbiddenError, match=r"wanted to reach example\.org:443"):
        socket.getaddrinfo(b"example.org", 443)


def test_asyncio_is_covered():
    """The guard covers asyncio's event loops, for names and for addresses."""

    async def main(host):
        with pytest.raises(NetworkForbiddenError):
            await asyncio.open_connection(host, 9)

    with no_network():
        asyncio.run(main("example.org"))
        asyncio.run(main("192.0.2.1"))


def test_requests_is_covered():
    """`requests` raises the guard's error itself, not a connection error."""
    with no_network(), pytest.raises(NetworkForbiddenError, match=r"example\.org:80"):
        requests.Session().get("http://example.org/", proxies={"http": ""})


def test_other_threads_are_covered():
    """The guard covers all threads of the process."""
    caught = []

    def reach():
        try:
            connect(OUTSIDE)
        except NetworkForbiddenError as error:
            caught.append(error)

    with no_network():
        thread = threading.Thread(target=reach)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_loopback_may_be_resolved_and_reached():
    """Loopback can be resolved by name, and connected to."""
    with no_network(), Upstream(Reply("ok")) as upstream, socket.socket() as sock:
        assert socket.getaddrinfo("localhost", upstream.port)
        sock.connect(("127.0.0.1", upstream.port))


@pytest.mark.parametrize(
    "host",
    ["127.9.9.9", "LOCALHOST.", b"localhost", "a.localhost", "::1", "::ffff:127.0.0.1", "::1%lo"],
)
def test_every_name_of_loopback_is_local(host):
    """Every name and address of loopback is local."""
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "10.0.0.1", "0.0.0.0", "::", "::ffff:8.8.8.8"]
)
def test_other_hosts_are_not_local(host):
    """A host that only looks like loopback is not local."""
    assert not is_local(host)


def test_listening_works():
    """A server may resolve the unspecified address, which it listens on."""
    with no_network(), socket.create_server(("", 0)):
        assert socket.getaddrinfo(None, 80, flags=socket.AI_PASSIVE)


def test_unix_sockets_work(tmp_path):
    """Unix sockets work, since they never leave this machine."""
    with no_network(), socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def test_it_nests_and_ends():
    """The guard is active until the outermost block ends."""
    with no_network():
        with no_network():
            pass
        with pytest.raises(NetworkForbiddenError):
            connect(OUTSIDE)
    with pytest.raises(OSError, match=r"."):
        connect(OUTSIDE)


def test_it_ends_after_an_error():
    """The guard ends after an exception, too."""
    with pytest.raises(KeyError), no_network():
        raise KeyError
    send(("127.0.0.1", 9))
    with pytest.raises(OSError, match=r"."):
        connect(OUTSIDE)
