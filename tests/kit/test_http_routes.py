"""Headers, bodies, proxies and certificates, which are the same in the sync and the async client."""

import base64
import importlib.util
import shutil
import socket

import pytest

from g4f_lite import __version__, errors
from g4f_lite.kit.http import stream
from g4f_lite.kit.http._request import HTTPRequest
from g4f_lite.testing import Reply, Stall, Upstream

SERVICE = "http://service.example/v1/chat"
LOGIN = base64.b64encode("mé:p@ss".encode("latin-1")).decode()


@pytest.fixture
def forwarder():
    """Return a forward proxy that answers without a service."""
    with Upstream(lambda request: Reply(f"through the proxy: {request.target}")) as running:
        yield running


# --- what is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"json": {"a": [1, "ä", None], "b": {}}},
        {"json": {}, "headers": {"Authorization": "Bearer x", "X-Other": "1", "user-agent": "me"}},
        {"json": [], "headers": {"content-type": "application/x-other", "ACCEPT": "text/event-stream"}},
        {"json": "x" * 100_000},
        {"method": "GET"},
        {"method": "GET", "headers": {"authorization": "Bearer x"}},
        {"method": "DELETE"},
        {"method": "PUT", "json": {}},
    ],
    ids=repr,
)
def test_both_clients_send_the_same_bytes(async_drive, request_) -> None:
    """The request line, the headers (in the same order, except for Host) and the body are equal."""
    with Upstream(Reply(b"x")) as upstream:
        request = HTTPRequest(f"{upstream.url}/v1/a%20b?c=d&e=%C3%A9", **request_)
        assert b"".join(stream(request)) == async_drive.all(request) == b"x"
        sync, own = upstream.requests
    assert (sync.method, sync.target, sync.body) == (own.method, own.target, own.body)
    assert sorted((name.lower(), value) for name, value in sync.headers) == sorted(
        (name.lower(), value) for name, value in own.headers
    )
    given = [name for name, _ in sync.headers if name != "Host"]
    assert [name for name, _ in own.headers if name != "Host"] == given


def test_headers_are_few_and_say_who_asks(drive) -> None:
    """In addition to the headers of the provider, only those of the client, the encodings and the body are sent."""
    with Upstream(Reply(b"x")) as upstream:
        drive.all(HTTPRequest(f"{upstream.url}/x", json={}))
        (received,) = upstream.requests
    assert dict(received.headers) == {
        "Host": f"127.0.0.1:{upstream.port}",
        "User-Agent": f"g4f-lite/{__version__}",
        "Accept-Encoding": "gzip, deflate",
        "Accept": "*/*",
        "Connection": "keep-alive",
        "Content-Length": "2",
        "Content-Type": "application/json",
    }


@pytest.mark.parametrize("path", ["/ä ö", "/a%2Fb", "/a//b/../c", "/?q=a b", "/a+b;c,d@e"])
def test_urls_are_quoted_alike(drive, path) -> None:
    """Characters that a URL must not contain are quoted, and quoted characters are unchanged."""
    import requests

    with Upstream(Reply(b"x")) as upstream:
        drive.all(HTTPRequest(upstream.url + path, json={}))
        expected = requests.Request("POST", upstream.url + path).prepare().path_url
        assert upstream.requests[0].target == expected


def test_cookies_and_netrc_are_left_alone(drive, monkeypatch, tmp_path) -> None:
    """A cookie of the service is not sent back, and a netrc file is not read."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Upstream(Reply(b"x", headers={"Set-Cookie": "session=1; Path=/"})) as upstream:
        for _ in range(2):
            drive.all(HTTPRequest(f"{upstream.url}/x", json={}))
        assert [request.header("cookie") for request in upstream.requests] == [None, None]
        assert upstream.requests[0].header("authorization") is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_key_never_goes_to_the_target_of_a_redirect(drive, status) -> None:
    """A redirect to the same or another host is refused: nothing is sent to its target."""
    with Upstream(Reply(b"stolen")) as thief:
        for target in (f"{thief.url}/y", "/elsewhere"):
            reply = Reply(b"", status=status, headers={"Location": target})
            with Upstream(reply) as upstream, pytest.raises(errors.ProviderStatusError) as caught:
                drive.all(HTTPRequest(f"{upstream.url}/x", json={}, headers={"authorization": "Bearer x"}))
            assert caught.value.status == status
            assert len(upstream.requests) == 1
        assert thief.connections == 0


def test_response_headers_are_read_in_any_case_and_joined(drive) -> None:
    """`on_headers` gets the headers once, before the body. Repeated headers are joined by commas."""
    seen = []
    raw = b"HTTP/1.1 200 OK\r\nX-One: a\r\nx-two: b\r\nX-ONE: c\r\nContent-Length: 1\r\n\r\nx"
    with Upstream(Reply([raw], framing="raw")) as upstream:
        assert drive.all(HTTPRequest(f"{upstream.url}/x", on_headers=seen.append)) == b"x"
    (headers,) = seen
    assert (headers["x-one"], headers["X-Two"], headers.get("x-three")) == ("a, c", "b", None)
    assert "a, c" not in repr(headers)
    assert {name.lower() for name in headers} == {"x-one", "x-two", "content-length"}


def test_large_heads_are_taken(drive) -> None:
    """A header of 60 KB, such as a long policy, is accepted."""
    with Upstream(Reply(b"x", headers={"Policy": "y" * 60_000})) as upstream:
        assert drive.all(HTTPRequest(f"{upstream.url}/x")) == b"x"


@pytest.mark.parametrize(
    "url",
    [
        "http://a..b/x",
        f"http://{'x' * 64}.example/x",
        "http://a\r\nX: y/x",
        "http://[::1/x",
        "http://127.0.0.1:99999/x",
        "ftp://127.0.0.1/x",
        "127.0.0.1/x",
        "http:///x?key=sk-0123456789",
    ],
)
def test_unusable_url_is_an_argument_error(drive, url) -> None:
    """A URL to which no request can be sent is an argument error that shows no key."""
    with pytest.raises(errors.InvalidArgumentError, match="URL") as caught:
        drive.all(HTTPRequest(url, secrets=("sk-0123456789",)))
    assert "sk-0123456789" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["Content-Length", "content-length", "Transfer-Encoding", "TRANSFER-ENCODING"]
)
def test_headers_that_frame_the_body_are_refused(drive, name) -> None:
    """A header that would split or truncate the request is refused, and nothing is sent."""
    with Upstream(Reply(b"x")) as upstream:
        with pytest.raises(errors.InvalidArgumentError, match="Transfer-Encoding"):
            drive.all(HTTPRequest(f"{upstream.url}/x", json={}, headers={name: "1"}))
        assert upstream.requests == []


@pytest.mark.parametrize("seconds", [1e10, 1e300])
def test_very_long_timeout_means_no_timeout(drive, seconds) -> None:
    """A timeout that is longer than the system supports means no timeout."""
    with Upstream(Reply(b"x")) as upstream:
        assert drive.all(HTTPRequest(f"{upstream.url}/x", timeout=seconds)) == b"x"


# --- proxies --------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_proxy_of_the_environment_is_used(drive, forwarder, monkeypatch, variable) -> None:
    """The proxy of the environment gets the request with the full URL, and only while it is set."""
    monkeypatch.setenv(variable, forwarder.url)
    assert drive.all(HTTPRequest(SERVICE, json={})) == b"through the proxy: " + SERVICE.encode()
    assert forwarder.requests[0].header("host") == "service.example"
    monkeypatch.delenv(variable)
    with Upstream(Reply(b"x")) as upstream:
        assert drive.all(HTTPRequest(f"{upstream.url}/x")) == b"x"


@pytest.mark.parametrize("value", ["127.0.0.1", "127.0.0.0/8", "*", "other.example, 127.0.0.1"])
def test_no_proxy_is_honoured(drive, forwarder, monkeypatch, value) -> None:
    """Hosts and address ranges in NO_PROXY are reached directly."""
    monkeypatch.setenv("HTTP_PROXY", forwarder.url)
    monkeypatch.setenv("NO_PROXY", value)
    with Upstream(Reply(b"directly")) as upstream:
        assert drive.all(HTTPRequest(f"{upstream.url}/x")) == b"directly"
    assert forwarder.connections == 0


def test_proxy_of_the_request_beats_the_environment(drive, forwarder, monkeypatch) -> None:
    """`proxy` is used, with or without a scheme, instead of the proxy of the environment."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    for proxy in (forwarder.url, forwarder.url.removeprefix("http://")):
        assert drive.all(HTTPRequest(SERVICE, proxy=proxy)).startswith(b"through the proxy")


def test_login_goes_to_the_proxy_and_nowhere_else(drive, forwarder, tunnel_proxy, tls, monkeypatch) -> None:
    """The login of a proxy is sent to the proxy only, and no error shows it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    proxy = forwarder.url.replace("://", "://m%C3%A9:p%40ss@")
    drive.all(HTTPRequest(SERVICE, json={}, proxy=proxy))
    assert forwarder.requests[0].header("proxy-authorization") == f"Basic {LOGIN}"
    tunnel = f"http://m%C3%A9:p%40ss@127.0.0.1:{tunnel_proxy.port}"
    assert drive.all(HTTPRequest(f"https://service.example:{tls.port}/x", json={}, proxy=tunnel)) == b"secret"
    assert LOGIN.encode() in tunnel_proxy.heads[0]
    assert LOGIN.encode() not in tls.heads[0]


@pytest.mark.parametrize("proxy", ["http://a..b:1", "http://a b:1", "http://a\r\nb:1"])
def test_proxy_with_an_invalid_host_is_an_argument_error(drive, proxy) -> None:
    """A proxy with an invalid host name is an argument error."""
    with pytest.raises(errors.InvalidArgumentError, match="proxy"):
        drive.all(HTTPRequest(SERVICE, proxy=proxy))


def test_proxy_behind_tls_is_verified(drive, tls, monkeypatch) -> None:
    """A TLS proxy is verified even if the service does not use TLS, and gets nothing before."""
    request = HTTPRequest(SERVICE, json={}, proxy=f"https://me:p4ss@127.0.0.1:{tls.port}")
    with pytest.raises(errors.ProviderConnectionError, match=r"(?i)certificate"):
        drive.all(request)
    assert tls.heads == []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    assert drive.all(request) == b"secret"


def test_name_with_the_roots_dot_is_the_same_name(drive, tunnel_proxy, tls, monkeypatch) -> None:
    """A host name with a final dot is verified against the certificate without the dot."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    proxy = f"http://127.0.0.1:{tunnel_proxy.port}"
    assert drive.all(HTTPRequest(f"https://service.example.:{tls.port}/x", json={}, proxy=proxy)) == b"secret"


def test_tunnel_reaches_the_service_and_is_kept(drive, tunnel_proxy, tls, monkeypatch) -> None:
    """A TLS service is reached by CONNECT, its certificate is verified, and its connection is reused."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel_proxy.port}")
    request = HTTPRequest(f"https://service.example:{tls.port}/x", json={}, headers={"authorization": "k3y"})
    with pytest.raises(errors.ProviderConnectionError, match=r"(?i)certificate"):
        drive.all(request)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    for _ in range(2):
        assert drive.all(request) == b"secret"
    assert len(tunnel_proxy.heads) == 2
    assert all(b"k3y" not in head for head in tunnel_proxy.heads)
    assert all(head.startswith(b"CONNECT service.example:") for head in tunnel_proxy.heads)


def test_proxy_that_refuses_is_named(drive) -> None:
    """A proxy that refuses the tunnel is a connection error that names the proxy, and is `retry_safe`."""
    with Upstream(Reply(status=502)) as proxy:
        with pytest.raises(errors.ProviderConnectionError, match="proxy") as caught:
            drive.all(HTTPRequest("https://service.example/x", json={}, proxy=proxy.url))
        assert "502" in str(caught.value)
        assert caught.value.retry_safe
        assert proxy.requests[0].method == "CONNECT"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_is_not_there_is_named(drive, scheme) -> None:
    """A proxy that does not listen is a connection error that names the proxy."""
    with Upstream() as gone:
        url = gone.url
    with pytest.raises(errors.ProviderConnectionError, match="proxy") as caught:
        drive.all(HTTPRequest(f"{scheme}://service.example/x", json={}, proxy=url))
    assert caught.value.retry_safe


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_silent_proxy_times_out(drive, scheme) -> None:
    """A proxy that accepts the request and does not answer is a timeout."""
    with (
        Upstream(Reply([Stall()], framing="raw")) as proxy,
        pytest.raises(errors.ProviderTimeoutError),
    ):
        drive.all(HTTPRequest(f"{scheme}://service.example/x", json={}, proxy=proxy.url, timeout=0.3))


def test_socks_proxy_without_its_package_is_a_setup_error(drive) -> None:
    """A SOCKS proxy without the needed package is a setup error with the command to install it."""
    if drive.name == "sync" and importlib.util.find_spec("socks"):
        pytest.skip("what it needs is installed")
    with pytest.raises(errors.ProviderSetupError, match=r"(?i)socks"):
        drive.all(HTTPRequest(SERVICE, json={}, proxy="socks5://127.0.0.1:9"))


# --- certificates ---------------------------------------------------------------------------------


def test_unknown_authority_is_refused(drive, tls) -> None:
    """A certificate of an unknown authority is not trusted, and no request is sent."""
    with pytest.raises(errors.ProviderConnectionError, match=r"(?i)certificate") as caught:
        drive.all(HTTPRequest(f"https://127.0.0.1:{tls.port}/x", json={}))
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert caught.value.retry_safe
    assert tls.heads == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authority_of_the_environment_is_trusted(drive, tls, monkeypatch, variable) -> None:
    """The bundle that a variable names verifies the service, and the connection is reused."""
    monkeypatch.setenv(variable, str(tls.ca))
    for _ in range(3):
        assert drive.all(HTTPRequest(f"https://127.0.0.1:{tls.port}/x", json={})) == b"secret"
    assert len(tls.heads) == 3
    assert tls.accepted.acquire(blocking=False)
    assert not tls.accepted.acquire(blocking=False)


def test_wrong_name_is_refused(drive, tls, monkeypatch) -> None:
    """A certificate for another name is refused."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.ca))
    with pytest.raises(errors.ProviderConnectionError, match=r"(?i)certificate"):
        drive.all(HTTPRequest(f"https://localhost:{tls.port}/x", json={}))


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_invalid_bundle_is_a_setup_error(drive, monkeypatch, tmp_path, content) -> None:
    """A variable that does not name a file of certificates is an error that names the variables."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(errors.ProviderSetupError, match="SSL_CERT_FILE"):
        drive.all(HTTPRequest("https://127.0.0.1:1/x", json={}))


def test_folder_of_authorities_is_trusted(drive, tls, monkeypatch, tmp_path) -> None:
    """A variable may name a folder in the layout of OpenSSL."""
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl program")
    import subprocess

    folder = tmp_path / "cas"
    folder.mkdir()
    shutil.copy(tls.ca, folder / "own.pem")
    subprocess.run(["openssl", "rehash", str(folder)], check=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder))
    assert drive.all(HTTPRequest(f"https://127.0.0.1:{tls.port}/x", json={})) == b"secret"


def test_plain_service_asked_for_tls_is_a_connection_error(drive, listen) -> None:
    """A service that does not speak TLS is a connection error."""
    plain = listen(lambda listener, client: client.recv(65536) and client.sendall(b"HTTP/1.1 400 No\r\n\r\n"))
    with pytest.raises(errors.ProviderConnectionError) as caught:
        drive.all(HTTPRequest(f"https://127.0.0.1:{plain.port}/x", json={}))
    assert caught.value.retry_safe


def test_names_are_looked_up_once_per_connection_by_the_system(drive, monkeypatch) -> None:
    """Both clients use the resolver of the system, so that its settings apply to them."""
    asked = []
    found = socket.getaddrinfo

    def look_up(host, *args, **kwargs):
        asked.append(host)
        return found("127.0.0.1" if host == "here.localhost" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with Upstream(Reply(b"x")) as upstream:
        for _ in range(2):
            assert drive.all(HTTPRequest(f"http://here.localhost:{upstream.port}/x")) == b"x"
        assert upstream.connections == 1
    assert asked.count("here.localhost") == 1
