"""The base of the contract suite: its attributes and its fixtures."""

import contextlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

import pytest

from g4f_lite import registry
from g4f_lite.testing._call_variants import CallVariants
from g4f_lite.testing._fake_service import FakeService
from g4f_lite.testing._generator_tracker import GeneratorTracker
from g4f_lite.testing._provider_under_test import ProviderUnderTest, open_provider
from g4f_lite.testing.network import no_network
from g4f_lite.testing.upstream import Upstream
from g4f_lite.testing.wires import Wire

__all__ = ["PLANTED_KEY", "SAMPLE", "ContractBase", "overridden_tests", "remaining_threads"]

PLANTED_KEY = "Pl4nted-S3cret-7f3a9c-never-to-be-shown"

SAMPLE = (
    "Zu\u0308rich \u65e5\u672c \U0001d11e \U0001f469\u200d\U0001f469\u200d\U0001f467 "
    "\u0627\u064e\u0644\r\n\tinside:\ufeff|\x00|\u2028 <b>&amp;</b> end"
)
"""A text that is easily damaged: combining marks, characters of two to four bytes, joined emoji, right to left,
CRLF, a byte order mark and a NUL inside, and HTML."""

_TRACKED_NAME = "tracked"


class ContractBase:
    """The attributes and fixtures of the suite. `ProviderContract` documents the attributes."""

    provider: Any = None
    model: str | None = None
    options: Mapping[str, Any] = {}
    messages: Sequence[Mapping[str, Any]] = ({"role": "user", "content": "Hello, how are you?"},)
    wire: Wire | None = None
    offline: bool = True
    deterministic: bool = True
    network: bool = False
    seconds: float = 60.0
    hang_up_seconds: float = 2.0
    timeout_option: str = "timeout"

    @pytest.fixture
    def subject(self) -> Iterator[ProviderUnderTest]:
        """The provider under test, as the registry loads it."""
        if self.provider is None:
            pytest.fail(
                f"Set `provider` in {type(self).__name__}: a name, a .py file, a module or an object."
            )
        guard = contextlib.nullcontext() if self.network else no_network()
        with guard, open_provider(self.provider) as subject:
            yield subject

    @pytest.fixture
    def tracker(self, subject: ProviderUnderTest) -> Iterator[GeneratorTracker]:
        """The tracked provider, alone in an isolated registry."""
        if subject.loaded is None:
            pytest.skip("the provider cannot be used: test_verdict_is_valid says why")
        if self.wire is None and not self.offline:
            pytest.skip("the provider needs its service: give the suite a `wire` to test its calls")
        tracker = GeneratorTracker(subject.loaded.plugin)
        with registry.isolated():
            registry.register(tracker, name=_TRACKED_NAME)
            yield tracker

    @pytest.fixture
    def caller(self, tracker: GeneratorTracker, monkeypatch: pytest.MonkeyPatch) -> Iterator[CallVariants]:  # noqa: ARG002
        """The ways to call the provider. If there is a wire, a fake service answers."""
        wire = self.wire
        if wire is None:
            yield self.create_caller(None, monkeypatch)
            return
        texts = ["Fine, ", SAMPLE]
        with Upstream(lambda request: wire.reply(wire.pieces(texts, request))) as upstream:
            yield self.create_caller(upstream, monkeypatch)

    @pytest.fixture
    def service(self, tracker: GeneratorTracker, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:  # noqa: ARG002
        """The fake service of the provider; the test sets what it answers."""
        if self.wire is None:
            pytest.skip("no `wire` says how to point the provider at a loopback server")
        with Upstream() as upstream:
            # Without it, a provider that waits for ever would keep the test from ending.
            watchdog = threading.Timer(self.seconds, upstream.close)
            watchdog.daemon = True
            watchdog.start()
            yield FakeService(
                upstream, self.wire, self.create_caller(upstream, monkeypatch), self.timeout_option
            )
            watchdog.cancel()

    def create_caller(self, upstream: Upstream | None, monkeypatch: pytest.MonkeyPatch) -> CallVariants:
        """Return the ways to call the tracked provider, pointed at `upstream` if there is one."""
        loaded = registry.get(_TRACKED_NAME)
        options = dict(self.options)
        if self.wire is not None and upstream is not None:
            for variable in ("no_proxy", "NO_PROXY"):  # A proxy cannot reach a loopback server.
                monkeypatch.setenv(variable, "127.0.0.1")
            options.update(self.wire.options(upstream.url))
            for variable, value in self.wire.environment(upstream.url).items():
                monkeypatch.setenv(variable, value)
        return CallVariants(
            _TRACKED_NAME,
            loaded,
            self.model or loaded.models[0],
            self.messages,
            options,
            PLANTED_KEY if loaded.needs_auth else None,
        )


def remaining_threads(before: Collection[threading.Thread], seconds: float) -> list[str]:
    """Return the names of threads that are not in `before` and outlive `seconds`. Blocks."""
    started = [thread for thread in threading.enumerate() if thread not in before]
    for thread in started:
        thread.join(seconds / max(len(started), 1))
    return [thread.name for thread in started if thread.is_alive()]


def overridden_tests(cls: type) -> list[str]:
    """Return the tests of the suite that `cls` overrides without an ``xfail(reason=...)``."""
    suite = next(base for base in cls.__mro__ if vars(base).get("_is_suite"))
    subclasses = cls.__mro__[: cls.__mro__.index(suite)]
    tests = {name for name in dir(suite) if name.startswith("test_")}
    return sorted(
        f"{base.__name__}.{name}"
        for base in subclasses
        for name, value in vars(base).items()
        if name in tests and not _is_expected_failure(value)
    )


def _is_expected_failure(value: object) -> bool:
    marks = getattr(value, "pytestmark", ()) if isinstance(value, FunctionType) else ()
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)
