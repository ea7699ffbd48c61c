"""Each failure of the service, on a real socket: a typed error, never an answer."""

import time
import traceback

import pytest

from g4f_lite import (
    AuthenticationError,
    EmptyAnswerError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderConnectionError,
    ProviderError,
    ProviderResponseError,
    ProviderStatusError,
    ProviderTimeoutError,
    RateLimitError,
    ServiceUnavailableError,
)
from g4f_lite.testing import Gate, HangUp, Raw, Reply, Reset, Stall, Upstream, html_page
from g4f_lite_providers.yqcloud import INSTRUCTION

HTML = {"Content-Type": "text/html; charset=utf-8"}
both_ways = pytest.mark.parametrize("streamed", [True, False], ids=["stream", "whole"])


@pytest.fixture
def failure(ask, stream):
    """Return the error of a call, and the text that came before it."""

    def create(kind, *, streamed=True, **options):
        got = []
        with pytest.raises(ProviderError) as caught:
            got.extend(stream(**options) if streamed else [ask(**options)])
        assert isinstance(caught.value, kind), repr(caught.value)
        assert caught.value.partial_text == "".join(got) or not streamed
        assert caught.value.provider == "yqcloud"
        return caught.value

    return create


@both_ways
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (429, RateLimitError),
        (500, ServiceUnavailableError),
        (502, ServiceUnavailableError),
        (503, ServiceUnavailableError),
        (599, ServiceUnavailableError),
    ],
)
def test_status_gives_the_typed_error(upstream, failure, status, kind, streamed):
    """Every status but 2xx raises its typed error, which quotes the body in one short line."""
    upstream.script(Reply(html_page(f"{status} Oops"), status=status, headers=HTML))
    error = failure(kind, streamed=streamed)
    assert type(error) is kind
    assert error.status == status
    assert error.partial_text == ""
    assert "Oops" in error.body
    assert "\n" not in error.body


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("0", 0.0), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("-3", 0.0)],
)
def test_retry_after_is_read(upstream, failure, value, seconds):
    """`Retry-After` is a number of seconds or a date; any other value is ignored."""
    upstream.script(Reply("Slow down", status=429, headers={"Retry-After": value}))
    assert failure(RateLimitError).retry_after == seconds


@both_ways
def test_page_with_status_200_is_an_error(upstream, failure, streamed):
    """A page of a proxy or a portal raises an error, even with status 200."""
    page = html_page("Just a moment...")
    upstream.script(Reply([page[:3], page[3:]], headers=HTML))
    error = failure(ProviderResponseError, streamed=streamed)
    assert "web page" in str(error)
    assert error.partial_text == ""


@both_ways
def test_redirect_is_not_followed(upstream, failure, streamed):
    """A redirect raises an error with its address, and the conversation is not sent there."""
    with Upstream(Reply("Stolen.")) as elsewhere:
        upstream.script(Reply(status=307, headers={"Location": f"{elsewhere.url}/x"}))
        error = failure(ProviderStatusError, streamed=streamed)
        assert f"{elsewhere.url}/x" in str(error)
        assert not elsewhere.connections


@both_ways
@pytest.mark.parametrize("silent", [True, False], ids=["never-answers", "stalls"])
def test_silence_times_out(upstream, failure, silent, streamed):
    """If no byte arrives for the given time, before or in the answer, the call times out."""
    upstream.script(Reply([Stall()], framing="raw") if silent else Reply(["Hel", Stall()]))
    began = time.monotonic()
    error = failure(ProviderTimeoutError, streamed=streamed, timeout=(5, 0.3))
    assert (error.phase, error.seconds) == ("read", 0.3)
    assert error.partial_text == ("" if silent else "Hel")
    assert 0.2 < time.monotonic() - began < 20
    assert upstream.wait_closed()


def test_text_in_time_does_not_time_out(upstream, stream):
    """The time limit is for the time between bytes, not for the whole answer."""
    gates = [Gate() for _ in range(3)]
    upstream.script(Reply(["1", gates[0], "2", gates[1], "3", gates[2], "4"]))
    text = ""
    answer = stream(timeout=1.5)
    for gate in gates:
        text += next(answer)
        time.sleep(0.55)  # The passing of time is the subject of the test.
        gate.open()
    assert text + "".join(answer) == "1234"


def test_reset_keeps_the_text(upstream, stream):
    """If the connection breaks inside a character, the complete characters before it are kept."""
    gate = Gate()
    upstream.script(Reply(["日本".encode()[:5], gate, Reset()]))
    answer = stream()
    assert next(answer) == "日"
    gate.open()
    with pytest.raises(ProviderConnectionError) as caught:
        list(answer)
    assert caught.value.partial_text == "日"


def test_reset_before_the_answer_is_an_error(upstream, failure):
    """A connection that breaks before the first byte raises a connection error."""
    upstream.script(Reply([Reset()], framing="raw"))
    failure(ProviderConnectionError)


CUT = {
    "no-last-chunk": Reply(["Hel", HangUp()]),
    "half-a-chunk": Reply(["Hel", Raw(b"ff\r\nlo"), HangUp()]),
    "no-chunk-size": Reply(["Hel", Raw(b"what\r\n"), HangUp()]),
    "short-length": Reply("Hel", framing="length", declared_length=99, keep_alive=False),
    "cut-gzip": Reply(["Hel", HangUp()], encoding="gzip"),
    "short-gzip": Reply("Hel", encoding="gzip", framing="length", declared_length=99, keep_alive=False),
}


@both_ways
@pytest.mark.parametrize("reply", CUT.values(), ids=CUT)
def test_truncated_body_is_an_error(upstream, failure, reply, streamed):
    """A truncated body, in any framing, raises an error with its text, and gives no answer."""
    upstream.script(reply)
    assert failure(ProviderConnectionError, streamed=streamed).partial_text.startswith("Hel")


def test_broken_compression_is_an_error(upstream, failure):
    """A body that does not have its declared compression raises an error."""
    reply = Reply(b"Hello", headers={"Content-Encoding": "gzip"})
    upstream.script(reply)
    failure(ProviderResponseError)


@both_ways
@pytest.mark.parametrize(
    "bad", [b"\xff", b"\xc3(", b"\xe6\x97"], ids=["no-lead", "no-tail", "cut-at-the-end"]
)
def test_invalid_utf8_is_an_error(upstream, failure, bad, streamed):
    """Bytes that are not UTF-8 raise an error after the text before them; nothing is replaced."""
    upstream.script(Reply([b"Hel", b"lo " + bad]))
    error = failure(ProviderResponseError, streamed=streamed)
    assert error.partial_text == "Hello "


@both_ways
@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize(
    "echo", ["", INSTRUCTION, f"{INSTRUCTION} | "], ids=["nothing", "echo", "echo-with-bar"]
)
def test_empty_body_is_an_error(upstream, failure, framing, echo, streamed):
    """A body without text, or with the echo only, raises an error."""
    upstream.script(Reply(echo, framing=framing))
    failure(EmptyAnswerError, streamed=streamed)


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\x01\r\n\r\n", b"HTTP/1.1 banana\r\n\r\n", b"HTTP/1.1 200 OK\r\nbroken", b"SSH-2.0-x\r\n"],
    ids=ascii,
)
def test_garbage_is_an_error(upstream, failure, garbage):
    """A service that does not speak HTTP raises an error."""
    upstream.script(Reply(garbage, framing="raw"))
    failure(ProviderError)


def test_address_without_a_server_is_an_error(upstream, failure):
    """An address without a server raises a connection error with the address."""
    upstream.close()
    assert f"127.0.0.1:{upstream.port}" in str(failure(ProviderConnectionError))


def test_block_notice_is_a_rate_limit(upstream, failure):
    """The notice that the service blocks this address raises a rate limit error, although its status is 200."""
    upstream.script(Reply("sorry, 您的ip已由于触发防滥用检测而被封禁,本服务网址是x"))
    assert failure(RateLimitError).partial_text == ""


@pytest.mark.parametrize("size", [100, 1_000_000])
def test_body_of_an_error_is_cut_short(upstream, failure, size):
    """Only the beginning of an error's body is read and quoted."""
    upstream.script(Reply([b"x" * 1000] * (size // 100), status=500))
    assert len(str(failure(ProviderStatusError))) < 1000


def test_endless_body_of_an_error_is_left(upstream, failure):
    """An error with an endless body is raised, and the connection is closed."""
    upstream.script(Reply(lambda: iter(lambda: b"x" * 1000, None), status=500))
    failure(ProviderStatusError)
    assert upstream.wait_closed()


def test_stalled_body_of_an_error_is_left(upstream, failure):
    """An error with a body that stalls is raised after the time limit, with its status."""
    upstream.script(Reply(["Oops", Stall()], status=503))
    assert failure(ProviderStatusError, timeout=0.3).status == 503


def test_key_in_an_error_page_is_masked(upstream, failure):
    """An error does not quote text that looks like a key."""
    upstream.script(Reply('{"api_key": "abcdefghijklmnop", "auth": "Bearer qwertyuiopasdf"}', status=401))
    error = failure(AuthenticationError)
    shown = "".join(traceback.format_exception(error))
    assert "abcdefghijklmnop" not in shown
    assert "qwertyuiopasdf" not in shown


def test_service_recovers(upstream, ask, failure):
    """After each failure, the next call succeeds."""
    for reply in (*CUT.values(), Reply([Reset()], framing="raw"), Reply(status=500), Reply(b"\xff")):
        upstream.script(reply)
        failure(ProviderError)
        upstream.script(Reply("Fine."))
        assert ask() == "Fine."
