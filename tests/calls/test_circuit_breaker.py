"""Circuit breakers: a route skips a provider that fails again and again, and later one call probes it."""

import asyncio
import json
import re
import stat
import threading
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from g4f_lite import ChatCompletion, Registry
from g4f_lite._core.resilience import breaker_file
from g4f_lite._core.resilience.breaker_file import read_records
from g4f_lite._core.resilience.circuit_breaker import (
    THRESHOLD,
    CircuitBreakers,
    Permit,
    circuit_breakers,
    upstream_key,
)
from g4f_lite._utils import clock as _clock
from g4f_lite.errors import (
    AllProvidersFailedError,
    AuthenticationError,
    DeadlineError,
    G4FLiteError,
    InvalidRequestError,
    ProviderConnectionError,
    ProviderCrashError,
    ProviderResponseError,
    ProviderTimeoutError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)
from g4f_lite.paths import cache_dir
from g4f_lite.routes import Step
from g4f_lite.testing import Gate, ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]
WHO = ("(program):scripted", "")


def ask(provider: Any, **options: Any) -> Any:
    """The synchronous call."""
    return ChatCompletion.create(provider=provider, messages=HELLO, **options)


@pytest.fixture
def pair(g4f_lite_registry: Registry) -> tuple[ScriptedProvider, ScriptedProvider]:
    """A provider that fails as the test sets it, and one that answers."""
    first, second = ScriptedProvider([ServiceUnavailableError(503)]), ScriptedProvider(["second"])
    g4f_lite_registry.register(first, name="scripted")
    g4f_lite_registry.register(second, name="second")
    return first, second


ROUTE = ["scripted", "second"]


def test_after_three_failures_routes_pass_it_over(pair: Any, clock: Any) -> None:
    """The third failure in a row opens the circuit: a route calls the next provider at once and records why."""
    first, _ = pair
    for _ in range(5):
        answer = ask(ROUTE)
    assert len(first.calls) == 3
    skipped = answer.provenance.attempts[0]
    assert skipped.outcome == "skipped"
    assert "cools down for another 30 seconds, after ServiceUnavailableError 503" in str(skipped.error)


def test_each_address_has_a_circuit_of_its_own(g4f_lite_registry: Registry, clock: Any) -> None:
    """Of two servers that differ only in `base_url`, the failures of one do not affect the other."""

    def script(call: Any) -> Any:
        if "9001" in call.options.get("base_url", ""):
            raise ServiceUnavailableError(503)
        yield "ok"

    provider = ScriptedProvider(script)
    g4f_lite_registry.register(provider, name="scripted")
    down, up = "http://planted-key-aaaa@127.0.0.1:9001/v1/planted-key-bbbb", "http://127.0.0.1:9002/v1"
    steps = [Step("scripted", options={"base_url": url}) for url in (down, up)]
    for _ in range(5):
        answer = ask(steps)
    assert [item.outcome for item in answer.provenance.attempts] == ["skipped", "ok"]
    assert sum(call.options["base_url"] == down for call in provider.calls) == 3
    assert ask([Step("scripted", options={"base_url": up})], auth="planted-key-cccc") == "ok"
    with pytest.raises(ServiceUnavailableError):
        ask("scripted", base_url=f"{down}/", auth="planted-key-dddd")
    [bare, keyed] = sorted(read_records(), key=lambda item: len(item.key))
    assert re.fullmatch("@127.0.0.1:9001#[0-9a-f]{8}", bare.key)
    assert re.fullmatch("[0-9a-f]{8}@127.0.0.1:9001#[0-9a-f]{8}", keyed.key)
    assert keyed.key.endswith(bare.key)
    assert (bare.failures, bare.state, keyed.failures) == (3, "cooling", 1)
    assert "planted" not in (cache_dir() / "health.json").read_text("utf-8")


@pytest.mark.parametrize("address", ["http://[", "nonsense", "http://h:99999", "", None, 5])
def test_any_address_tells_apart(address: Any) -> None:
    """Any text can be an address; the empty one is like no address."""
    name, key = upstream_key("a:b", {"base_url": address, "auth": "key"})
    assert name == "a:b"
    assert ("@" in key) == (isinstance(address, str) and bool(address))
    assert upstream_key("a:b", {"auth": "key"})[1] == key.partition("@")[0]


def test_a_provider_named_alone_is_always_asked(pair: Any, clock: Any) -> None:
    """A provider that is named alone is called even if its circuit is open, and its failures still count."""
    first, _ = pair
    for _ in range(5):
        with pytest.raises(ServiceUnavailableError):
            ask("scripted")
    assert len(first.calls) == 5
    ask(ROUTE)
    assert len(first.calls) == 5


def test_when_all_circuits_are_open_all_are_called(pair: Any, clock: Any) -> None:
    """If every circuit of a route is open, its providers are called in their order."""
    first, _ = pair
    for _ in range(3):
        ask(ROUTE)
    with pytest.raises(AllProvidersFailedError) as caught:
        ask(["scripted", "nobody"])
    assert len(first.calls) == 4
    assert [item.outcome for item in caught.value.attempts] == ["skipped", "skipped", "error"]


def test_the_cooldown_grows_and_ends(pair: Any, clock: Any, g4f_lite_registry: Registry) -> None:
    """After 30 seconds one call probes the provider; each failure doubles the time, and a success closes the circuit."""
    first, _ = pair
    for _ in range(3):
        ask(ROUTE)
    for number, seconds in enumerate((30, 60, 120, 240, 480, 600, 600), 4):
        clock.advance(seconds - 0.5)
        ask(ROUTE)
        assert len(first.calls) == number - 1
        clock.advance(0.6)
        ask(ROUTE)
        assert len(first.calls) == number
    g4f_lite_registry.unregister("scripted")
    g4f_lite_registry.register(ScriptedProvider(["back"]), name="scripted")
    clock.advance(601)
    assert [ask(ROUTE) for _ in range(2)] == ["back", "back"]
    (record,) = circuit_breakers.records()
    assert (record.state, record.failures) == ("ok", 0)


def test_one_call_at_a_time_probes(g4f_lite_registry: Registry, clock: Any) -> None:
    """While one call probes the provider, other calls use the next one; the probe's success ends that."""
    gate = Gate()
    down = [[ServiceUnavailableError(503)]] * 3
    first = ScriptedProvider(*down, [gate, "back"], ["back"])
    g4f_lite_registry.register(first, name="scripted")
    g4f_lite_registry.register(ScriptedProvider(["second"]), name="second")
    for _ in range(3):
        ask(ROUTE)
    clock.advance(31)
    got: list[str] = []
    prober = threading.Thread(target=lambda: got.append(ask(ROUTE)))
    prober.start()
    gate.wait_reached()
    answer = ask(ROUTE)
    assert answer == "second"
    assert "Another call tries" in str(answer.provenance.attempts[0].error)
    gate.open()
    prober.join(10)
    assert got == ["back"]
    assert ask(ROUTE) == "back"


@pytest.mark.parametrize("how", ["close", "drop"])
def test_an_abandoned_probe_lets_the_next_one_in(g4f_lite_registry: Registry, clock: Any, how: str) -> None:
    """A probe that its caller closes or drops does not block the next probe."""
    down = [[ServiceUnavailableError(503)]] * 3
    g4f_lite_registry.register(ScriptedProvider(*down, ["a", "b"]), name="scripted")
    g4f_lite_registry.register(ScriptedProvider(["second"]), name="second")
    for _ in range(3):
        ask(ROUTE)
    clock.advance(31)
    stream = ask(ROUTE, stream=True)
    assert next(stream) == "a"
    assert ask(ROUTE) == "second"
    if how == "close":
        stream.close()
    del stream
    assert ask(ROUTE) == "ab"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (AuthenticationError(401), 3600),
        (AuthenticationError(403), 30),
        (QuotaExceededError(429), 3600),
        (RateLimitError(429, retry_after=77), 77),
        (RateLimitError(429, retry_after=10**9), 3600),
    ],
    ids=repr,
)
def test_some_failures_open_the_circuit_at_once(clock: Any, error: G4FLiteError, seconds: float) -> None:
    """A wrong key, an exhausted quota and a `retry_after` open the circuit with one failure."""
    own = CircuitBreakers()
    own.record_failure(WHO, error)
    clock.advance(seconds - 1)
    assert isinstance(own.try_acquire(WHO), str)
    clock.advance(2)
    assert isinstance(own.try_acquire(WHO), Permit)


@pytest.mark.parametrize(
    "error",
    [
        InvalidRequestError(400),
        ProviderResponseError("odd"),
        ProviderCrashError("ValueError"),
        DeadlineError(5),
    ],
    ids=repr,
)
def test_errors_that_do_not_concern_the_service_do_not_count(clock: Any, error: G4FLiteError) -> None:
    """A wrong request, a fault of the plugin and the caller's own deadline open no circuit."""
    own = CircuitBreakers()
    for _ in range(10):
        assert own.record_failure(WHO, error) is False
    assert own.records() == []


def test_memory_is_bounded(clock: Any) -> None:
    """However many keys fail, only the latest 1024 circuits are kept."""
    own = CircuitBreakers()
    for number in range(3000):
        own.record_failure(("p", str(number)), ProviderConnectionError("gone"))
    assert len(own.records()) == 1024
    assert own.records()[-1].key == "2999"


class CircuitBreakerMachine(RuleBasedStateMachine):
    """The circuit breakers against a model: closed, open, half-open, and one probe at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = _ManualClock()
        self.own = CircuitBreakers()
        self.failures = 0
        self.openings = 0
        self.until: float | None = None
        self.probe: Permit | None = None
        self.leaves: list[Permit] = []

    @property
    def is_half_open(self) -> bool:
        return self.until is not None and self.clock.now >= self.until

    @rule(seconds=st.sampled_from([0.5, 10.0, 29.9, 30.0, 61.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def somebody_asks(self) -> None:
        with _clock.override_clock(self.clock):
            leave = self.own.try_acquire(WHO)
        allowed = self.until is None or (self.is_half_open and self.probe is None)
        assert isinstance(leave, Permit) is allowed
        if isinstance(leave, Permit) and self.is_half_open:
            self.probe = leave

    @rule(kind=st.sampled_from([ServiceUnavailableError, ProviderTimeoutError]))
    def it_fails(self, kind: type) -> None:
        error = kind(500) if kind is ServiceUnavailableError else kind("t", phase="read", seconds=1)
        was_half_open, was_closed = self.is_half_open, self.until is None
        self.failures += 1
        if was_half_open or (was_closed and self.failures >= THRESHOLD):
            self.until = self.clock.now + min(600.0, 30.0 * 2**self.openings)
            self.openings += 1
        self.probe = None
        with _clock.override_clock(self.clock):
            assert self.own.record_failure(WHO, error)

    @rule()
    def it_answers(self) -> None:
        was_troubled = self.failures > 0
        with _clock.override_clock(self.clock):
            assert self.own.record_success(WHO) is was_troubled
        self.failures = self.openings = 0
        self.until = self.probe = None

    @precondition(lambda self: self.probe is not None)
    @rule()
    def the_probe_is_given_up(self) -> None:
        self.probe = None

    @invariant()
    def it_says_what_it_is(self) -> None:
        with _clock.override_clock(self.clock):
            records = self.own.records()
        if records:
            state = "ok" if self.until is None else "half-open" if self.is_half_open else "cooling"
            assert (records[0].state, records[0].failures) == (state, self.failures)


class _ManualClock(_clock.Clock):
    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now


TestHealthMachine = CircuitBreakerMachine.TestCase
TestHealthMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


# --- on disk --------------------------------------------------------------------------------------


def test_failures_and_recovery_are_written(pair: Any, clock: Any) -> None:
    """A failing provider is in `health.json`, which only its owner may read; so is its recovery."""
    ask(ROUTE)
    file = cache_dir() / "health.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (record,) = breaker_file.read_records()
    assert (record.provider, record.key, record.state) == ("(program):scripted", "", "ok")
    assert (record.failures, record.error) == (1, "ServiceUnavailableError 503")
    pair[0]._scripts = (("back",),)
    ask(ROUTE)
    (record,) = breaker_file.read_records()
    assert (record.failures, record.succeeded) == (0, clock.time())
    assert not list(cache_dir().glob(".health*"))


def test_success_alone_never_writes(pair: Any, clock: Any) -> None:
    """A success writes nothing, even if another provider has failures."""
    assert ask("second") == "second"
    assert not cache_dir().exists()
    ask(ROUTE)
    file = cache_dir() / "health.json"
    before = file.stat().st_mtime_ns, file.stat().st_ino
    for _ in range(5):
        ask("second")
        clock.advance(10)
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_records_of_other_processes_are_kept(pair: Any, clock: Any) -> None:
    """Records of other processes stay in the file; for the same provider, the newer record replaces the older."""
    cache_dir().mkdir(parents=True)
    row = {
        "provider": "x:other",
        "key": "abcd",
        "state": "cooling",
        "failures": 7,
        "until": 5.0,
        "error": "RateLimitError 429",
        "failed": 4.0,
        "succeeded": None,
    }
    rows = [
        row,
        {**row, "provider": "(program):scripted", "key": ""},
        {"bad": 1},
        7,
        {**row, "failures": "x"},
    ]
    (cache_dir() / "health.json").write_text(json.dumps({"version": 1, "records": rows}), "utf-8")
    ask(ROUTE)
    failures = {record.provider: record.failures for record in breaker_file.read_records()}
    assert failures == {"x:other": 7, "(program):scripted": 1}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000, b'{"records": 5}', b" " * 2_000_000]
)
def test_a_damaged_file_is_not_an_error(pair: Any, clock: Any, content: bytes) -> None:
    """A file with any other content counts as missing, and is replaced."""
    cache_dir().mkdir(parents=True)
    (cache_dir() / "health.json").write_bytes(content)
    assert breaker_file.read_records() == []
    assert ask(ROUTE) == "second"
    assert len(breaker_file.read_records()) == 1


def test_a_folder_that_cannot_be_written_is_not_an_error(
    pair: Any, clock: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """If nothing can be written, calls work all the same."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("G4F_LITE_CACHE", str(blocked))
    assert ask(ROUTE) == "second"


def test_the_file_can_be_disabled(pair: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`G4F_LITE_HEALTH=off` writes nothing, and the circuits still work."""
    monkeypatch.setenv("G4F_LITE_HEALTH", "off")
    for _ in range(4):
        ask(ROUTE)
    assert not cache_dir().exists()
    assert len(pair[0].calls) == 3


def test_an_outage_is_not_written_a_thousand_times(
    pair: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While only the count of failures changes, the file is written at most once a second."""
    written: list[int] = []
    replace = breaker_file._write
    monkeypatch.setattr(breaker_file, "_write", lambda records: (written.append(1), replace(records)))
    for _ in range(100):
        with pytest.raises(ServiceUnavailableError):
            ask("scripted")
    assert len(written) == 2  # it fails, and it cools down
    clock.advance(1.5)
    with pytest.raises(ServiceUnavailableError):
        ask("scripted")
    assert len(written) == 3


def test_the_loop_is_not_blocked_by_the_disk(pair: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an asynchronous call, a thread other than the event loop's writes the file."""
    threads: list[str] = []
    save = breaker_file._save
    monkeypatch.setattr(
        breaker_file,
        "_save",
        lambda records: (threads.append(threading.current_thread().name), save(records)),
    )
    asyncio.run(ChatCompletion.acreate(provider=ROUTE, messages=HELLO))
    assert threads
    assert threading.main_thread().name not in threads
    assert len(breaker_file.read_records()) == 1
