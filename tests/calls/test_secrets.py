"""A planted key is in no part of an error that a caller can see."""

import pickle
import time
import traceback
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest

import g4f_lite
from g4f_lite import ChatCompletion
from g4f_lite._utils.redaction import redact
from g4f_lite.kit import http, text
from g4f_lite.testing import Reply, ScriptedProvider, Upstream, isolated_registry

HELLO = [{"role": "user", "content": "Hello"}]
KEY = "planted/7d1f+0a9c=key"


def _error_report(error: BaseException) -> str:
    """Return everything that a report of the error could contain, including its chain."""
    chain, step = [], error
    while step is not None and step not in chain:
        chain.append(step)
        step = step.__cause__ or step.__context__
    parts = [
        f"{item} {item!r} {vars(item)} {getattr(item, '__notes__', '')}"
        for item in chain
        if not isinstance(item, _UnprintableError)
    ]
    return "".join([*parts, *traceback.format_exception(type(error), error, error.__traceback__)])


def _error_of_call(provider: object, **options: object) -> g4f_lite.G4FLiteError:
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        with pytest.raises(g4f_lite.G4FLiteError) as caught:
            ChatCompletion.create(provider="scripted", messages=HELLO, **options)
    return caught.value


def _chained_error(key: str) -> g4f_lite.ProviderResponseError:
    error = g4f_lite.ProviderResponseError("odd")
    error.__cause__ = ValueError(key)
    return error


class _UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError(KEY)


@pytest.mark.parametrize(
    "raised",
    [ValueError(f"bad {KEY}"), _chained_error(KEY), _UnprintableError()],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize(
    "options",
    [{"auth": KEY}, {"auth": ("user", KEY)}, {"auth": KEY.encode()}, {"api_key": KEY}, {"auth": f"{KEY}\n"}],
)
def test_key_in_an_option_is_not_shown(raised: BaseException, options: dict[str, object]) -> None:
    """A key from any option is removed from the caller's error, in whatever form the provider's error has it."""
    error = _error_of_call(ScriptedProvider(["Hel", raised]), **options)
    assert KEY not in _error_report(error)
    assert KEY.encode() not in pickle.dumps(error)


@pytest.mark.parametrize(
    "options",
    [
        {"extra_headers": {"Authorization": f"Bearer {KEY}"}},
        {"extra_headers": {"X-Own": f"Basic {KEY}"}},
        {"extra_query": {"api_key": KEY}},
        {"extra_body": {"gateway": {"token": KEY}}},
    ],
)
def test_key_in_an_extra_part_of_a_request_is_not_shown(options: dict[str, object]) -> None:
    """A key in a header (after the scheme), a query parameter or a body field is removed on its own too."""
    assert KEY not in _error_report(_error_of_call(ScriptedProvider([ValueError(f"bad {KEY}")]), **options))


def test_extra_values_that_are_not_keys_are_shown() -> None:
    """Values with names that do not suggest a key stay in the error."""
    added = {"extra_body": {"style": "verbose", "properties": {"token": {"type": "verbose"}}}}
    assert "verbose" in str(_error_of_call(ScriptedProvider([ValueError("it is verbose")]), **added))


def test_key_from_the_environment_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value of the variable that a provider names is a secret even if it is never passed as an option."""
    monkeypatch.setenv("SCRIPTED_API_KEY", KEY)
    assert KEY not in _error_report(_error_of_call(ScriptedProvider([ValueError(KEY)])))


def test_key_in_a_note_is_not_shown() -> None:
    """A note of a provider's exception is redacted like its text."""
    raised = ValueError("bad")
    raised.__notes__ = [f"with {KEY}"]
    assert KEY not in _error_report(_error_of_call(ScriptedProvider([raised]), auth=KEY))


def test_key_in_a_cleanup_error_is_not_shown() -> None:
    """An error of the provider's cleanup is redacted before it is recorded in the provenance."""

    def rude(model: str, messages: list, stream: bool, **kwargs: object):
        try:
            yield "a"
        finally:
            raise ValueError(KEY)

    provider = ScriptedProvider()
    provider._create_completion = rude
    with isolated_registry() as registry:
        registry.register(provider, name="rude")
        stream = ChatCompletion.create(provider="rude", messages=HELLO, stream=True, auth=KEY)
        next(stream)
        stream.close()
        assert "while closing: ValueError" in str(stream.provenance.attempts[0].error)
        assert KEY not in repr(stream.provenance)


class _Service:
    url = "https://service.example"
    model = ("m",)
    supports_stream = True
    needs_auth = True
    auth_env = "SERVICE_KEY"

    def __init__(self, base: str) -> None:
        self.base = base

    def _create_completion(
        self, model: str, messages: list, stream: bool, *, auth: str = ""
    ) -> Iterator[str]:
        request = http.HTTPRequest(
            f"{self.base}/v1?key={quote(auth)}",
            json={},
            headers={"x-api-key": auth},
            secrets=(auth,),
            timeout=2,
        )
        return text.decode(http.stream(request), text.Utf8Decoder())


ECHOES = [KEY, quote(KEY, safe=""), b64encode(KEY.encode()).decode(), repr(KEY)]


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("status", [200, 302, 401, 500])
def test_key_that_the_service_echoes_is_not_shown(echo: str, status: int) -> None:
    """A key that the service sends back, plain, quoted or encoded, is not in the error."""
    replies = {
        200: Reply([f"{echo} ".encode(), b"\xff"]),
        302: Reply(b"", status=302, headers={"Location": f"https://thief.example/?k={echo}"}),
    }
    with Upstream(replies.get(status) or Reply(f"no such key: {echo}", status=status)) as upstream:
        error = _error_of_call(_Service(upstream.url), auth=KEY)
    if status == 200:
        assert error.partial_text == f"{echo} "  # the text of an answer is not redacted
        error.partial_text = ""
    shown = _error_report(error)
    assert echo not in shown
    assert KEY not in shown


def test_key_with_a_line_break_is_not_shown() -> None:
    """A key that a header cannot contain is refused without being shown; surrounding white space is stripped."""
    with Upstream(Reply("ok")) as upstream:
        error = _error_of_call(_Service(upstream.url), auth="planted\nkey-7d1f0a9c")
        assert "7d1f0a9c" not in _error_report(error)
        assert upstream.requests == []
        with isolated_registry() as registry:
            registry.register(_Service(upstream.url), name="service")
            assert ChatCompletion.create(provider="service", messages=HELLO, auth=f" {KEY}\n") == "ok"
        assert upstream.requests[0].header("x-api-key") == KEY


def test_key_is_not_in_the_context_of_a_connection_error() -> None:
    """The exception of the HTTP library, which has the whole request, is not chained to the error."""
    with Upstream() as upstream:
        url = upstream.url
    error = _error_of_call(_Service(url), auth=KEY)
    assert isinstance(error, g4f_lite.ProviderConnectionError)
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer abcdef0123456789",
        "https://user:abcdef0123456789@host/x",
        "https://:abcdef0123456789@host/x",
        "https://abcdef0123456789@host/x",
        "https://u:p@abcdef0123456789@host/x",
        "?client_secret=abcdef0123456789&x=1",
        '{"my_api_key": "abcdef0123456789"}',
        "Cookie: session=abcdef0123456789",
        "key sk-abcdef0123456789abcdef",
    ],
)
def test_unknown_key_is_redacted_by_its_position(line: str) -> None:
    """An unknown key is removed from a text because of its position in the text."""
    assert "abcdef0123456789" not in redact(line)


@pytest.mark.parametrize(
    "url", [f"ftp://{KEY}@x", f"http://u:{KEY}@x", f"http://x/?k={KEY}", f"http://x:{KEY}"]
)
def test_key_in_an_invalid_url_is_not_shown(url: str) -> None:
    """A refused base URL is not shown, because its invalid part may be a key."""
    with pytest.raises(g4f_lite.InvalidArgumentError) as caught:
        http.check_url("base_url", url)
    assert KEY not in _error_report(caught.value)
    assert KEY not in repr(http.HTTPRequest(f"http://x/?key={KEY}", proxy=url, secrets=(KEY,)))


@pytest.mark.parametrize("url", [f"ftp://{KEY}@x", f"http://u:{KEY}@x:99999", f"http://x:{KEY}"])
def test_key_in_an_invalid_proxy_is_not_shown(url: str) -> None:
    """A refused proxy is not shown, because it may contain credentials."""
    with pytest.raises(g4f_lite.InvalidArgumentError) as caught:
        list(http.stream(http.HTTPRequest("http://127.0.0.1:1/", proxy=url)))
    assert KEY not in _error_report(caught.value)


@pytest.mark.parametrize("word", ["x", "-", "key", "token ", "sk-", "://"])
def test_redaction_time_is_linear(word: str) -> None:
    """Redacting the body of an error takes time proportional to its length, for any words in it."""
    started = time.process_time()
    redact(word * (65536 // len(word)), (KEY,))
    assert time.process_time() - started < 2


def test_name_of_a_redacted_field_is_kept() -> None:
    """The whole name of a redacted field stays, so that a reader knows what was removed."""
    assert redact("my_api_key_id-token=abcdef0123") == "my_api_key_id-token=***"
