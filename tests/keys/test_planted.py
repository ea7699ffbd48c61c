"""A planted key is shown nowhere, whatever its source is and whatever the service or the provider does.

`SUBJECTS` are the providers, `SOURCES` the sources of the key, `FAULTS` the faults of the service, and `CRASHES`
the exceptions of a provider's own code. All calls use real sockets.
"""

import asyncio
import contextlib
import copy
import logging
import pickle
import traceback
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote

import pytest

from g4f_lite import ChatCompletion, G4FLiteError, ProviderError, ProviderStatusError
from g4f_lite._core.keys.store_updates import store_key
from g4f_lite.kit import http, text
from g4f_lite.testing import HangUp, Raw, Reply, Reset, ScriptedProvider, Stall, Upstream, isolated_registry

pytestmark = pytest.mark.slow  # a thousand failing calls

HELLO = [{"role": "user", "content": "Hello"}]

MARK = "7d1f0a9c5e"
KEY = f"planted/{MARK}+x=key"
OTHER = "other-key-b2c41d"
LOGIN = f"user:{quote(KEY, safe='')}"
"""The key as the password of a proxy."""

TRACES = (MARK, *(b64encode(item.encode()).decode()[4:-4] for item in (KEY, f"user:{KEY}", f"Bearer {KEY}")))
"""The middle of the key in each way of writing it: as it is, in a URL or in base64."""

ECHOES = (
    KEY,
    quote(KEY, safe=""),
    b64encode(KEY.encode()).decode(),
    repr(KEY),
    f"user:{KEY}",
    f"Bearer {KEY}",
)


# --- subjects ---------------------------------------------------------------------------------------


class _Kit:
    """A provider as it should be: on the HTTP kit, with the key in a header."""

    url = "https://kit.example"
    model: ClassVar[list[str]] = ["m"]
    supports_stream = True
    needs_auth = True
    auth_env = "SUBJECT_API_KEY"
    params = "g4f_lite.providers.kit supports: (model: str, messages: list, stream: bool)"

    def _create_completion(
        self,
        model: str,
        messages: list,
        stream: bool,
        *,
        auth: str = "",
        base_url: str = "",
        extra_headers: dict | None = None,
        proxy: str | None = None,
        timeout: float = 5,
    ) -> Iterator[str]:
        request = http.HTTPRequest(
            f"{http.check_url('base_url', base_url)}/v1/chat",
            json={"model": model},
            headers={"Authorization": f"Bearer {auth}", **(extra_headers or {})},
            secrets=(auth,),
            proxy=proxy,
            timeout=timeout,
        )
        return text.decode(http.stream(request), text.Utf8Decoder())


class _Careless(_Kit):
    """A provider that uses `requests` itself, and does not catch its exceptions."""

    def _create_completion(
        self,
        model: str,
        messages: list,
        stream: bool,
        *,
        auth: str = "",
        base_url: str = "",
        extra_headers: dict | None = None,
        proxy: str | None = None,
        timeout: float = 5,
    ) -> Iterator[str]:
        import requests

        with requests.post(
            base_url,
            headers={"X-Api-Key": auth, **(extra_headers or {})},
            proxies={"http": proxy} if proxy else None,
            timeout=timeout,
            stream=True,
            allow_redirects=False,
        ) as response:
            if not response.ok:
                raise requests.HTTPError(f"{response.text} {response.headers} for {auth}", response=response)
            for piece in response.iter_content(None):
                yield piece.decode()


class _Bare(_Kit):
    """A provider on the standard library, with the request in its exceptions."""

    def _create_completion(
        self,
        model: str,
        messages: list,
        stream: bool,
        *,
        auth: str = "",
        base_url: str = "",
        extra_headers: dict | None = None,
        timeout: float = 5,
    ) -> Iterator[str]:
        from http.client import HTTPConnection

        headers = {"X-Api-Key": auth, **(extra_headers or {})}
        connection = HTTPConnection(base_url.removeprefix("http://"), timeout=timeout)
        try:
            connection.request("POST", "/", headers=headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise RuntimeError(headers, answer, response.headers.as_string())
            yield answer.decode()
        except Exception as error:
            error.__notes__ = [f"sent {headers}"]
            raise
        finally:
            connection.close()


class Subject(NamedTuple):
    """One provider under test.

    Attributes:
        name: the name of the provider.
        make: creates the provider, which is then registered, or None if it is installed.
        variable: the environment variable of its key.
        sources: the `SOURCES` from which it can take a key.
    """

    name: str
    make: Callable[[], object] | None
    variable: str
    sources: tuple[str, ...]


KEYED = ("auth", "environment", "plural", "store")
SUBJECTS = [
    Subject("kit", _Kit, "SUBJECT_API_KEY", (*KEYED, "extra_headers", "proxy", "environment_proxy")),
    Subject(
        "careless", _Careless, "SUBJECT_API_KEY", (*KEYED, "extra_headers", "proxy", "environment_proxy")
    ),
    Subject("bare", _Bare, "SUBJECT_API_KEY", (*KEYED, "extra_headers")),
    Subject("yqcloud", None, "", ("proxy", "environment_proxy")),
]
"""Another provider that takes `base_url` is one more line here."""


# --- sources of the key -----------------------------------------------------------------------------


def _planted(subject: Subject, source: str, base: str, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Plant the key, and return the options of the call."""
    options: dict[str, Any] = {"base_url": base}
    if source in ("auth", "extra_headers", "proxy", "environment_proxy") and subject.variable:
        options["auth"] = KEY if source == "auth" else OTHER
    if source == "environment":
        patch.setenv(subject.variable, f" {KEY}\n")
    elif source == "plural":
        patch.setenv(f"{subject.variable}S", f"{KEY}, {KEY}2")
    elif source == "store":
        store_key(subject.name, KEY)
    elif source == "extra_headers":
        options["extra_headers"] = {"X-Own": KEY}
    elif source == "proxy":
        options |= {"proxy": base.replace("://", f"://{LOGIN}@"), "base_url": "http://127.0.0.1:9"}
    elif source == "environment_proxy":
        patch.setenv("http_proxy", base.replace("://", f"://{LOGIN}@"))
        options["base_url"] = "http://127.0.0.1:9"
    return options


def _arrived(upstream: Upstream) -> bool:
    raw = b"".join(request.raw for request in upstream.requests)
    return any(trace.encode() in raw for trace in TRACES)


# --- faults of the service --------------------------------------------------------------------------


def _echoing() -> Iterator[tuple[str, Reply]]:
    bodies: dict[str, Callable[[str], str]] = {
        "json": lambda echo: f'{{"error": {{"message": "Incorrect API key provided: {echo}"}}}}',
        "html": lambda echo: f"<html><title>{echo}</title><p>No such key as {echo}</p></html>",
        "text": lambda echo: echo,
    }
    everything = " ".join(ECHOES)
    for status in (400, 401, 403, 404, 407, 429, 500):
        for form, body in bodies.items():
            yield f"{status}-{form}", Reply(body(everything), status=status)
        headers = {"X-Echo": everything, "WWW-Authenticate": f"Bearer {KEY}", "Retry-After": KEY}
        yield f"{status}-headers", Reply(b"", status=status, headers=headers, reason=f"No {KEY}")
    place = f"http://thief.example/?k={quote(KEY)}"
    yield "302", Reply(everything, status=302, headers={"Location": place})
    yield "cut-in-status-body", Reply(["{", everything, Reset()], status=401)
    yield "long", Reply("x" * 295 + f" {everything}", status=500)  # where the text of an error is cut


def _broken() -> Iterator[tuple[str, Reply]]:
    raw = KEY.encode()
    yield "fine", Reply(["Hel", "lo"])
    yield "empty", Reply(b"", headers={"X-Echo": KEY})
    yield "reset", Reply([Reset()])
    yield "reset-at-once", Reply([Reset()], framing="raw")
    yield "reset-later", Reply(["Hel", Reset()])
    yield "hang-up", Reply(["Hel", HangUp()])
    yield "stall", Reply(["Hel", Stall()])
    yield "stall-at-once", Reply([Stall()], framing="raw")
    yield "short", Reply("Hel", framing="length", declared_length=99, keep_alive=False)
    yield "no-utf8", Reply([b"\xff" + raw])
    yield "bad-chunk", Reply(["Hel", Raw(raw + b"\r\n")])
    yield "bad-gzip", Reply([raw], headers={"Content-Encoding": "gzip"})
    yield "cut-gzip", Reply([zlib.compress(raw)[:-6]], headers={"Content-Encoding": "deflate"})
    yield "no-http", Reply([raw + b" is no HTTP\r\n\r\n", HangUp()], framing="raw")
    yield "bad-status", Reply([b"HTTP/1.1 " + raw + b"\r\n\r\n", HangUp()], framing="raw")
    yield "bad-header", Reply([b"HTTP/1.1 200 OK\r\n" + raw + b"\r\n\r\nHello", HangUp()], framing="raw")
    yield "bad-length", Reply([b"HTTP/1.1 200 OK\r\nContent-Length: " + raw + b"\r\n\r\nx"], framing="raw")


FAULTS = {**dict(_echoing()), **dict(_broken())}


# --- places that could show the key -----------------------------------------------------------------


def error_texts(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield every text that a report of an error could have in it, and its place."""
    waiting: list[tuple[str, BaseException]] = [("error", error)]
    seen: set[int] = set()
    while waiting:
        place, step = waiting.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        facts = {name: value for name, value in vars(step).items() if name != "partial_text"}
        for name, show in {"str": str, "repr": repr, "args": lambda e: repr(e.args)}.items():
            yield f"{name} of {place}", show(step)
        yield f"vars of {place}", repr(facts)
        yield f"notes of {place}", repr(getattr(step, "__notes__", ""))
        links = {"__cause__": step.__cause__, "__context__": step.__context__}
        waiting += [(f"{place}.{name}", item) for name, item in links.items() if item is not None]
        waiting += [(f"{place}.exceptions", item) for item in getattr(step, "exceptions", None) or ()]
    yield "traceback", "".join(traceback.format_exception(type(error), error, error.__traceback__))
    bare = copy.copy(error)
    if isinstance(bare, ProviderError):
        bare.partial_text = ""
    yield "pickle", pickle.dumps(bare).decode("latin-1")


class _Watcher:
    """A plugin that records the arguments of its hooks."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def g4f_lite_before_request(self, request: Any) -> None:
        self.seen.append(("request of a hook", repr(request)))

    def g4f_lite_after_response(self, request: Any, completion: Any) -> None:
        self.seen.append(("completion of a hook", repr(completion).replace(repr(completion.text), "''")))

    def g4f_lite_on_error(self, request: Any, error: Any) -> None:
        self.seen.append(
            ("error of a hook", f"{error!r} {error} {vars(error)}".replace(error_text(error), ""))
        )


def error_text(error: BaseException) -> str:
    """The text of the answer so far, which may contain anything."""
    return getattr(error, "partial_text", "") or "\0"


def _create(**arguments: Any) -> Iterator[tuple[str, Any]]:
    answer = ChatCompletion.create(**arguments)
    yield from (("answer", answer.completion), ("provenance", answer.provenance))


def _stream(**arguments: Any) -> Iterator[tuple[str, Any]]:
    stream = ChatCompletion.create(stream=True, **arguments)
    yield "stream", stream
    try:
        for _ in stream:
            yield "stream under way", stream
        yield "completion", stream.completion
    finally:
        yield "ended stream", stream
        yield "its provenance", stream.provenance


def _acreate(**arguments: Any) -> Iterator[tuple[str, Any]]:
    async def ask() -> Any:
        return await ChatCompletion.acreate(**arguments)

    answer = asyncio.run(ask())
    yield from (("answer", answer.completion), ("provenance", answer.provenance))


def _astream(**arguments: Any) -> Iterator[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []
    collect = seen.append

    async def ask() -> None:
        stream = ChatCompletion.acreate(stream=True, **arguments)
        try:
            async for _ in stream:
                collect(("stream under way", repr(stream)))
            collect(("completion", stream.completion))
        finally:
            collect(("ended stream", repr(stream)))

    try:
        asyncio.run(ask())
    finally:
        yield from seen


WAYS = {"create": _create, "stream": _stream, "acreate": _acreate, "astream": _astream}


def _ways(subject: Subject, source: str, fault: str) -> Iterator[str]:
    """Distribute the ways of calling over the sources, in another manner for each fault and subject.

    So each subject has every fault with every way, and every source with every way.
    """
    hands = min(len(subject.sources), len(WAYS))
    deal = SUBJECTS.index(subject) + list(FAULTS).index(fault)
    for number, way in enumerate(WAYS):
        if (number + deal) % hands == subject.sources.index(source) % hands:
            yield way


def _exhibits(
    way: str, arguments: dict[str, Any], log: pytest.LogCaptureFixture
) -> Iterator[tuple[str, str]]:
    """Make the call and yield everything that is visible of it, except for the text of the answer."""
    formatter = logging.Formatter()
    log.clear()
    try:
        for place, value in WAYS[way](**arguments):
            text = getattr(value, "text", "")  # the text of an answer may contain anything
            yield place, repr(value).replace(repr(text), "''")
    except G4FLiteError as error:
        yield from error_texts(error)
    for record in log.records:
        if record.name == "urllib3.connection" and record.levelno == logging.WARNING:
            continue  # it quotes a malformed header of the answer, which may contain anything
        yield f"log of {record.name}", f"{formatter.format(record)} {record.args!r}"


def leaks(exhibits: Iterator[tuple[str, str]]) -> list[str]:
    """Return the places that show the key, with the text around it."""
    leaked = []
    for place, exhibit in exhibits:
        for trace in TRACES:
            at = exhibit.find(trace)
            if at >= 0:
                leaked.append(f"{place}: ...{exhibit[max(at - 60, 0) : at + 60]!r}...")
                break
    return leaked


def _files(*folders: Path) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and path.name != "keys.json":
                yield str(path), path.read_bytes().decode("latin-1")


def _output(capfd: pytest.CaptureFixture[str]) -> Iterator[tuple[str, str]]:
    out, err = capfd.readouterr()
    yield from (("stdout", out), ("stderr", err))


# --- the tests --------------------------------------------------------------------------------------

PLANTINGS = [
    pytest.param(subject, source, id=f"{subject.name}-{source}")
    for subject in SUBJECTS
    for source in subject.sources
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("subject", "source"), PLANTINGS)
def test_no_failure_of_the_service_shows_the_key(
    subject: Subject,
    source: str,
    fault: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    """Whatever the service answers, even the key itself, the caller gets nothing that has the key."""
    caplog.set_level(logging.DEBUG)
    leaked: list[str] = []
    watcher = _Watcher()
    with Upstream(FAULTS[fault]) as upstream:
        arguments = {"provider": subject.name, "messages": HELLO}
        arguments |= _planted(subject, source, upstream.url, monkeypatch)
        # A service on a busy machine may see a request only after an impatient client has gone.
        patiences = ({"timeout": 0.05}, {"timeout": 1}, {"timeout": 10}) if "stall" in fault else ({},)
        with _registered(subject, watcher):
            for way in _ways(subject, source, fault):
                for patience in patiences:
                    exhibits = _exhibits(way, {**arguments, **patience}, caplog)
                    leaked += [f"{way}: {leak}" for leak in leaks(exhibits)]
                    if _arrived(upstream):
                        break
        assert _arrived(upstream), "the key was not used, so this shows nothing"
    leaked += leaks(iter(watcher.seen))
    leaked += leaks(_output(capfd)) + leaks(_files(tmp_path))
    assert leaked == []


@contextlib.contextmanager
def _registered(subject: Subject, watcher: object) -> Iterator[None]:
    """The subject and the watcher, in a registry of their own unless the subject is an installed one."""
    if subject.make is None:
        yield
        return
    with isolated_registry() as registry:
        registry.register(subject.make(), name=subject.name)
        registry.add_hooks(watcher)
        yield


@pytest.mark.parametrize(
    "source", ["auth", "environment", "plural", "store", "extra_headers", "proxy", "environment_proxy"]
)
def test_no_connection_shows_the_key(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """If no service listens at the address, the error has no key."""
    caplog.set_level(logging.DEBUG)
    with Upstream() as upstream:
        closed = upstream.url
    for subject in SUBJECTS:
        if source in subject.sources:
            arguments = {"provider": subject.name, "messages": HELLO}
            arguments |= _planted(subject, source, closed, monkeypatch)
            with _registered(subject, _Watcher()):
                for way in WAYS:
                    exhibits = list(_exhibits(way, arguments, caplog))
                    assert any(place == "traceback" for place, _ in exhibits)
                    assert leaks(iter(exhibits)) == []
    assert leaks(_files(tmp_path)) == []


@pytest.mark.parametrize(
    "subject", [item for item in SUBJECTS if item.name in ("kit", "yqcloud")], ids=lambda s: s.name
)
def test_a_login_in_the_address_is_refused(subject: Subject, caplog: pytest.LogCaptureFixture):
    """A base URL with a login is refused before a request is sent, and is not shown."""
    caplog.set_level(logging.DEBUG)
    with Upstream() as upstream, _registered(subject, _Watcher()):
        arguments: dict[str, Any] = {"provider": subject.name, "messages": HELLO}
        arguments |= {"auth": OTHER} if subject.variable else {}
        arguments["base_url"] = upstream.url.replace("://", f"://{LOGIN}@")
        for way in WAYS:
            exhibits = list(_exhibits(way, arguments, caplog))
            assert any("InvalidArgumentError" in text for place, text in exhibits if place == "repr of error")
            assert leaks(iter(exhibits)) == []
        assert upstream.requests == []


# --- crashes of the provider ------------------------------------------------------------------------


class _OddError(Exception):
    """An exception with the key in an attribute and in its `repr`, and not in its text."""

    def __init__(self, key: str) -> None:
        super().__init__("odd")
        self.key = key

    def __repr__(self) -> str:
        return f"_OddError({self.key})"


class _GroupError(Exception):
    """An exception that has others in it, as exception groups do."""

    def __init__(self, *errors: BaseException) -> None:
        super().__init__("several")
        self.exceptions = errors


def _linked(
    outer: BaseException, *, cause: BaseException | None = None, context: BaseException | None = None
) -> BaseException:
    outer.__cause__, outer.__context__ = cause, context
    return outer


def _noted(error: BaseException, note: str) -> BaseException:
    error.__notes__ = [note]
    return error


def _ours(**attributes: Any) -> G4FLiteError:
    error = ProviderError("odd", hint=attributes.pop("hint", ""))
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


CRASHES: dict[str, Callable[[], BaseException]] = {
    "text": lambda: ValueError(f"bad key {KEY}"),
    "long-text": lambda: ValueError("x" * 290 + KEY),
    "bytes": lambda: ValueError(b"bad " + KEY.encode()),
    "args": lambda: ValueError(1, {"headers": {"x": KEY}}),
    "attribute": lambda: _OddError(KEY),
    "cause": lambda: _linked(ValueError("bad"), cause=KeyError(KEY)),
    "context": lambda: _linked(ValueError("bad"), context=KeyError(KEY)),
    "deep": lambda: _linked(ValueError("bad"), cause=_linked(KeyError("x"), context=OSError(KEY))),
    "note": lambda: _noted(ValueError("bad"), f"with {KEY}"),
    "note-of-cause": lambda: _linked(ValueError("bad"), cause=_noted(KeyError("x"), KEY)),
    "group": lambda: _GroupError(ValueError("x"), _linked(KeyError("y"), cause=OSError(KEY))),
    "os-error": lambda: OSError(2, "No such file", f"/secret/{KEY}"),
    "connection": lambda: ConnectionResetError(f"while sending {KEY}"),
    "timeout": lambda: TimeoutError(KEY),
    "exit": lambda: SystemExit(KEY),
    "unicode": lambda: UnicodeDecodeError("utf-8", KEY.encode(), 1, 2, "bad byte"),
    "ours": lambda: ProviderError(f"bad {KEY}", hint=f"not {KEY}"),
    "ours-status": lambda: ProviderStatusError(401, body=KEY, detail=KEY),
    "ours-attribute": lambda: _ours(detail=KEY, headers={"x-api-key": KEY}, request=[KEY]),
    "ours-cause": lambda: _linked(ProviderError("bad"), cause=_OddError(KEY)),
    "ours-note": lambda: _noted(ProviderError("bad"), KEY),
    "ours-model": lambda: _ours(model=KEY, provider=KEY),
}


@pytest.mark.parametrize("native", [False, True], ids=["plain", "native"])
@pytest.mark.parametrize("source", KEYED)
@pytest.mark.parametrize("crash", CRASHES)
def test_no_crash_of_the_provider_shows_the_key(
    crash: str,
    source: str,
    native: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    """Wherever the provider's exception has the key, at once or after some text, nothing shows it."""
    caplog.set_level(logging.DEBUG)
    subject = Subject("scripted", None, "SCRIPTED_API_KEY", ())
    options = _planted(subject, source, "", monkeypatch)
    del options["base_url"]
    watcher = _Watcher()
    leaked: list[str] = []
    for before in ((), ("Hel",)):
        provider = ScriptedProvider(
            lambda _, before=before: [*before, CRASHES[crash]()], needs_auth=True, native_async=native
        )
        with isolated_registry() as registry:
            registry.register(provider, name="scripted")
            registry.add_hooks(watcher)
            for way in WAYS:
                exhibits = list(
                    _exhibits(way, {"provider": "scripted", "messages": HELLO, **options}, caplog)
                )
                assert any(place == "traceback" for place, _ in exhibits)
                leaked += [f"{way}: {leak}" for leak in leaks(iter(exhibits))]
        assert provider.calls[0].options["auth"].startswith(KEY)
    leaked += leaks(iter(watcher.seen)) + leaks(_output(capfd)) + leaks(_files(tmp_path))
    assert leaked == []


def test_a_key_that_cannot_be_sent_is_not_shown(caplog: pytest.LogCaptureFixture):
    """The kit refuses a key with a line break, and does not show it."""
    caplog.set_level(logging.DEBUG)
    with Upstream(Reply("Hello")) as upstream, isolated_registry() as registry:
        registry.register(_Kit(), name="kit")
        arguments = {
            "provider": "kit",
            "messages": HELLO,
            "base_url": upstream.url,
            "auth": f"{KEY}\r\nX: {KEY}",
        }
        for way in WAYS:
            exhibits = list(_exhibits(way, arguments, caplog))
            assert any(place == "traceback" for place, _ in exhibits)
            assert leaks(iter(exhibits)) == []
        assert upstream.requests == []


def test_a_key_in_another_argument_is_not_shown():
    """An error about another argument does not show a key that was given for it."""
    leaked = []
    for wrong in (
        {"timeout": KEY},
        {"proxy": KEY},
        {"proxy": f"ftp://{LOGIN}@x"},
        {"base_url": KEY},
        {"extra_headers": {"X-Own": f"{KEY}\n"}},
        {"extra_headers": KEY},
        {"api_key": KEY},
    ):
        with isolated_registry() as registry:
            registry.register(_Kit(), name="kit")
            arguments: dict[str, Any] = {"base_url": "http://127.0.0.1:9", "auth": OTHER, **wrong}
            with pytest.raises(G4FLiteError) as caught:
                ChatCompletion.create(provider="kit", messages=HELLO, **arguments)
        leaked += [f"{next(iter(wrong))}: {leak}" for leak in leaks(error_texts(caught.value))]
    assert leaked == []


def test_the_search_finds_a_planted_key():
    """In each place that is searched, a planted key would be found."""
    error = ProviderError(f"bad {KEY}")
    error.__notes__ = [KEY]
    error.facts = {"key": KEY}
    error.__cause__ = _OddError(quote(KEY))
    error.__context__ = ValueError(b64encode(f"Bearer {KEY}".encode()).decode())
    places = {leak.partition(":")[0] for leak in leaks(error_texts(error))}
    assert places == {
        "str of error",
        "repr of error",
        "args of error",
        "vars of error",
        "notes of error",
        "repr of error.__cause__",
        "vars of error.__cause__",
        "str of error.__context__",
        "repr of error.__context__",
        "args of error.__context__",
        "traceback",
        "pickle",
    }
