"""What the parts of the contract suite share: the attributes, the provider and the ways to call it."""

import contextlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

import pytest

from g4f_lite import registry
from g4f_lite.testing._call_variants import CallVariants
from g4f_lite.testing._fake_service import Service
from g4f_lite.testing._generator_tracker import GeneratorTracker
from g4f_lite.testing._provider_under_test import ProviderUnderTest, opened
from g4f_lite.testing.network import no_network
from g4f_lite.testing.upstream import Upstream
from g4f_lite.testing.wires import Wire

__all__ = ["PLANTED_KEY", "SAMPLE", "ContractBase", "new_threads", "unsanctioned"]

PLANTED_KEY = "Pl4nted-S3cret-7f3a9c-never-to-be-shown"

SAMPLE = (
    "Zu\u0308rich \u65e5\u672c \U0001d11e \U0001f469\u200d\U0001f469\u200d\U0001f467 "
    "\u0627\u064e\u0644\r\n\tinside:\ufeff|\x00|\u2028 <b>&amp;</b> end"
)
"""Text that goes wrong easily: combining marks, two to four bytes a character, joined emoji, right to left,
CRLF, a byte order mark and a NUL inside, and what looks like HTML."""

_WITNESSED = "witnessed"


class ContractBase:
    """The attributes and fixtures of the suite; `ProviderContract` documents them."""

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
        """The provider as the registry sees it."""
        if self.provider is None:
            pytest.fail(
                f"Set `provider` in {type(self).__name__}: a name, a .py file, a module or an object."
            )
        guard = contextlib.nullcontext() if self.network else no_network()
        with guard, opened(self.provider) as subject:
            yield subject

    @pytest.fixture
    def witness(self, subject: ProviderUnderTest) -> Iterator[GeneratorTracker]:
        """The provider's double in a registry of its own, which notes how generators end."""
        if subject.loaded is None:
            pytest.skip("the provider cannot be used: test_verdict_is_valid says why")
        if self.wire is None and not self.offline:
            pytest.skip("the provider needs its service: give the suite a `wire` to test its calls")
        witness = GeneratorTracker(subject.loaded.plugin)
        with registry.isolated():
            registry.register(witness, name=_WITNESSED)
            yield witness

    @pytest.fixture
    def caller(self, witness: GeneratorTracker, monkeypatch: pytest.MonkeyPatch) -> Iterator[CallVariants]:  # noqa: ARG002
        """The provider, ready to be called; behind it, if there is a wire, a service that answers."""
        wire = self.wire
        if wire is None:
            yield self.calling(None, monkeypatch)
            return
        texts = ["Fine, ", SAMPLE]
        with Upstream(lambda request: wire.reply(wire.pieces(texts, request))) as upstream:
            yield self.calling(upstream, monkeypatch)

    @pytest.fixture
    def service(self, witness: GeneratorTracker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:  # noqa: ARG002
        """A loopback server in place of the provider's service; the test says what it answers."""
        if self.wire is None:
            pytest.skip("no `wire` says how to point the provider at a loopback server")
        with Upstream() as upstream:
            # A provider that waits for ever gets its connection broken, so that the test fails and ends.
            watchdog = threading.Timer(self.seconds, upstream.close)
            watchdog.daemon = True
            watchdog.start()
            yield Service(upstream, self.wire, self.calling(upstream, monkeypatch), self.timeout_option)
            watchdog.cancel()

    def calling(self, upstream: Upstream | None, monkeypatch: pytest.MonkeyPatch) -> CallVariants:
        """Return the caller of the witnessed provider, pointed at `upstream` if there is one."""
        loaded = registry.get(_WITNESSED)
        options = dict(self.options)
        if self.wire is not None and upstream is not None:
            for variable in ("no_proxy", "NO_PROXY"):  # this machine's proxy cannot reach a loopback server
                monkeypatch.setenv(variable, "127.0.0.1")
            options.update(self.wire.options(upstream.url))
            for variable, value in self.wire.environment(upstream.url).items():
                monkeypatch.setenv(variable, value)
        return CallVariants(
            _WITNESSED,
            loaded,
            self.model or loaded.models[0],
            self.messages,
            options,
            PLANTED_KEY if loaded.needs_auth else None,
        )


def new_threads(before: Collection[threading.Thread], seconds: float) -> list[str]:
    """Return the names of threads that are not in `before` and do not end within `seconds`."""
    started = [thread for thread in threading.enumerate() if thread not in before]
    for thread in started:
        thread.join(seconds / max(len(started), 1))
    return [thread.name for thread in started if thread.is_alive()]


def unsanctioned(cls: type) -> list[str]:
    """Return the tests of the suite that `cls` replaces without an ``xfail(reason=...)``."""
    suite = next(base for base in cls.__mro__ if vars(base).get("_is_suite"))
    own = cls.__mro__[: cls.__mro__.index(suite)]
    tests = {name for name in dir(suite) if name.startswith("test_")}
    return sorted(
        f"{base.__name__}.{name}"
        for base in own
        for name, value in vars(base).items()
        if name in tests and not _is_expected_failure(value)
    )


def _is_expected_failure(value: object) -> bool:
    marks = getattr(value, "pytestmark", ()) if isinstance(value, FunctionType) else ()
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)
