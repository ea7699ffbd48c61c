"""The HTTP exchange on real sockets: every failure is typed, nothing is left open, nothing leaks."""

import os
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import count

import pytest

from g4f_lite import errors
from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.kit.http import check_timeout, check_url, stream
from g4f_lite.kit.http._request import HTTPRequest
from g4f_lite.testing import Gate, Reply, Reset, Stall, Upstream

KEY = "planted-0c1b7e55-key"


def _request(upstream: Upstream, **changes: object) -> HTTPRequest:
    return HTTPRequest(**{"url": f"{upstream.url}/x", "json": {"a": 1}, **changes})


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
@pytest.mark.parametrize("drip", [False, True])
def test_body_arrives_whole(drive, framing: str, encoding: str, *, drip: bool) -> None:
    """For each framing, encoding and split, the bytes are those that were sent."""
    body = "größer 😀\r\n".encode() * 20
    with Upstream(Reply([body[:33], body[33:]], framing=framing, encoding=encoding, drip=drip)) as upstream:
        assert drive.all(_request(upstream)) == body


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_piece_arrives_before_the_next_is_sent(drive, framing: str, encoding: str) -> None:
    """A piece without a line break is yielded while the service still waits to send the next one."""
    gate = Gate()
    with Upstream(Reply([b"Hel", gate, b"lo"], framing=framing, encoding=encoding)) as upstream:
        pieces = drive.open(_request(upstream))
        assert pieces.next() == b"Hel"
        gate.open()
        assert pieces.rest() == b"lo"


@pytest.mark.parametrize("status", [100, 102, 103])
def test_informational_responses_are_skipped(drive, status: int) -> None:
    """Any number of informational responses is skipped, and the connection is kept."""
    interim = f"HTTP/1.1 {status} Wait\r\nLink: </x>\r\n\r\n".encode()
    answer = [interim, interim, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]
    with Upstream(Reply(answer, framing="raw")) as upstream:
        assert drive.all(_request(upstream)) == b"ok"


def test_connections_are_reused_after_each_framing(drive) -> None:
    """A body that is read to its end returns its connection to the pool; one that is not closes it."""
    replies = [
        Reply(b"x", framing=framing, encoding=packed)
        for framing in ("chunked", "length")
        for packed in ("", "gzip")
    ]
    with Upstream([*replies, Reply([b"a", Stall()]), Reply(b"x")]) as upstream:
        for _ in replies:
            assert drive.all(_request(upstream)) == b"x"
        assert upstream.connections == 1
        pieces = drive.open(_request(upstream))
        assert pieces.next()
        pieces.close()
        upstream.wait_closed(1)
        assert drive.all(_request(upstream)) == b"x"
        assert upstream.connections == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.ProviderStatusError),
        (401, errors.AuthenticationError),
        (403, errors.AuthenticationError),
        (404, errors.ProviderStatusError),
        (429, errors.RateLimitError),
        (500, errors.ProviderStatusError),
        (503, errors.ProviderStatusError),
    ],
)
def test_status_is_an_error_with_a_short_clean_body(
    drive, status: int, error: type[errors.ProviderStatusError]
) -> None:
    """A status other than 2xx raises its class, with the beginning of the body and without the key."""
    body = f"<html>no: {KEY}, Bearer abcdefghijklmnop" + "x" * 1_000_000
    with Upstream(Reply(body, status=status)) as upstream, pytest.raises(error) as caught:
        drive.all(_request(upstream, headers={"authorization": f"Bearer {KEY}"}, secrets=(KEY,)))
    assert caught.value.status == status
    assert caught.value.body.startswith("<html>no: ***, Bearer ***")
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(drive, status: int) -> None:
    """A redirect is an error that names its target. Neither the key nor the conversation is sent there."""
    with Upstream(Reply(b"stolen")) as thief:
        reply = Reply(b"", status=status, headers={"Location": f"{thief.url}/y?key={KEY}"})
        with (
            Upstream(reply) as upstream,
            pytest.raises(errors.ProviderStatusError, match="redirects") as caught,
        ):
            drive.all(_request(upstream, secrets=(KEY,)))
        assert KEY not in str(caught.value)
        assert thief.requests == []


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        (600, 500, 600),
        (-600, 0, 0),
        ("soon", None, None),
        ("", None, None),
    ],
)
def test_retry_after_is_seconds(drive, value: str | int, low: float | None, high: float | None) -> None:
    """`Retry-After` as seconds or a date becomes seconds from now; any other value is ignored."""
    if isinstance(value, int):
        value = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=value), usegmt=True)
    reply = Reply(b"", status=429, headers={"Retry-After": value})
    with Upstream(reply) as upstream, pytest.raises(errors.RateLimitError) as caught:
        drive.all(_request(upstream))
    if low is None:
        assert caught.value.retry_after is None
    else:
        assert caught.value.retry_after is not None
        assert low <= caught.value.retry_after <= high


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply([b"Hel", Reset()]), errors.ProviderConnectionError),
        (Reply([b"Hel", Reset()], framing="length", declared_length=9), errors.ProviderConnectionError),
        (
            Reply(b"Hel", framing="length", declared_length=9, keep_alive=False),
            errors.ProviderConnectionError,
        ),
        (
            Reply([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHel\r\n"], framing="raw"),
            errors.ProviderConnectionError,
        ),
        (
            Reply(
                [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHel\r\nzz\r\n"], framing="raw"
            ),
            errors.ProviderConnectionError,
        ),
        (Reply([b"Hel", Stall()]), errors.ProviderTimeoutError),
        (
            Reply(
                [
                    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHel\r\n0\r\n\r\n"
                ],
                framing="raw",
            ),
            errors.ProviderResponseError,
        ),
        (Reply([b"what is this"], framing="raw"), errors.ProviderConnectionError),
        (Reply([b""], framing="raw"), errors.ProviderConnectionError),
        (Reply([Stall()], framing="raw"), errors.ProviderTimeoutError),
    ],
)
def test_broken_answers_are_typed_errors(drive, reply: Reply, error: type[errors.ProviderError]) -> None:
    """Each way of breaking off is an error of g4f_lite that names the host."""
    with Upstream(reply) as upstream:
        with pytest.raises(error) as caught:
            drive.all(_request(upstream, timeout=(5, 0.3)))
        assert f"127.0.0.1:{upstream.port}" in str(caught.value)
        upstream.wait_all_closed()


def test_refused_connection_is_a_connection_error(drive) -> None:
    """A port without a listener is a `ProviderConnectionError` that names it."""
    with Upstream() as upstream:
        url = upstream.url
    with pytest.raises(errors.ProviderConnectionError, match=url.removeprefix("http://")):
        drive.all(HTTPRequest(f"{url}/x"))


def test_missing_certificates_are_a_setup_error(drive, monkeypatch: pytest.MonkeyPatch) -> None:
    """`REQUESTS_CA_BUNDLE` is used: a missing file is an error that names the variable."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(errors.ProviderSetupError, match="REQUESTS_CA_BUNDLE"):
        drive.all(HTTPRequest("https://127.0.0.1:1/x"))


@pytest.mark.parametrize("proxy", ["http://", "http://["])
def test_wrong_proxy_is_named(drive, proxy: str) -> None:
    """A proxy that is not a URL is an error of g4f_lite."""
    with pytest.raises(errors.G4FLiteError, match=r"(?i)proxy|URL"):
        drive.all(HTTPRequest("http://127.0.0.1:1/x", proxy=proxy))


def test_cancel_does_not_touch_a_connection_given_back() -> None:
    """A cancel after the end of the answer does not break the next call on the same connection."""
    scope = CancelScope()
    token = _current.set(scope)
    gate = Gate()
    with Upstream([Reply(b"one"), Reply([b"t", gate, b"wo"])]) as upstream:
        assert b"".join(stream(_request(upstream))) == b"one"
        _current.reset(token)
        pieces = stream(_request(upstream))
        assert next(pieces) == b"t"
        scope.cancel()
        gate.open()
        assert b"".join(pieces) == b"wo"
        assert upstream.connections == 1


def test_threads_share_the_pool() -> None:
    """Forty threads at once each get their own answer."""
    numbers = count()
    got: list[bytes] = []

    def ask() -> None:
        for _ in range(5):
            body = str(next(numbers)).encode()
            got.append(b"".join(stream(HTTPRequest(f"{upstream.url}/{body.decode()}"))).removeprefix(b"/"))

    with Upstream(lambda request: Reply(request.target)) as upstream:
        threads = [threading.Thread(target=ask) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sorted(map(int, got)) == list(range(200))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_child_opens_its_own_connection() -> None:
    """A forked child does not use a connection of its parent."""
    with Upstream(Reply(b"x")) as upstream:
        assert list(stream(_request(upstream))) == [b"x"]
        pid = os.fork()
        if pid == 0:
            os._exit(0 if list(stream(_request(upstream))) == [b"x"] else 1)
        assert os.waitpid(pid, 0)[1] == 0
        assert upstream.connections == 2
        assert list(stream(_request(upstream))) == [b"x"]
        assert upstream.connections == 2


def test_missing_server_has_its_own_hint(drive) -> None:
    """If nothing listens, the hint is to start the server, which is often on this machine."""
    with Upstream(Reply("ok")) as upstream:
        gone = _request(upstream)
    with pytest.raises(errors.ProviderConnectionError, match="Nothing listens there") as caught:
        drive.all(gone)
    assert caught.value.retry_safe


def _nested(levels: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(levels):
        value = {"more": value}
    return value


@pytest.mark.parametrize(
    "body",
    [{"a": float("nan")}, {"a": {1, 2}}, {("a",): 1}, _nested(100_000)],
    ids=["nan", "set", "key", "deep"],
)
def test_a_body_that_json_does_not_have_is_refused(drive, body: object) -> None:
    """A value that JSON does not have, or that is nested too deep, is an error of the caller. Nothing is sent."""
    with Upstream(Reply("ok")) as upstream:
        with pytest.raises(errors.InvalidArgumentError, match="cannot be written as JSON"):
            drive.all(HTTPRequest(f"{upstream.url}/x", json=body))
        assert upstream.requests == []


@pytest.mark.parametrize(
    "value", [0, -1, "5", None, True, float("inf"), float("nan"), (1,), (1, 2, 3), (1, 0)]
)
def test_wrong_timeouts_are_named(value: object) -> None:
    """A timeout is a positive number or a pair of them. Any other value is an error that shows it."""
    with pytest.raises(errors.InvalidArgumentError, match="timeout"):
        check_timeout(value)
    assert check_timeout(3) == (3.0, 3.0)
    assert check_timeout((1, 2.5)) == (1.0, 2.5)


@pytest.mark.parametrize(
    "value", ["", "example.org", "ftp://example.org", "http://", "http://[", "http://x:99999", None, 7]
)
def test_wrong_urls_are_named(value: object) -> None:
    """A base URL is an absolute http or https URL. Any other value is an error that names the argument."""
    with pytest.raises(errors.InvalidArgumentError, match="base_url"):
        check_url("base_url", value)
    assert check_url("base_url", "https://example.org/v1/") == "https://example.org/v1"
