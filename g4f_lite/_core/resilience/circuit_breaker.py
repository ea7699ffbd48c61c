"""Which providers fail again and again, and when each may be asked again: a circuit breaker for each key and address.

closed: it is asked. open ("cooling"): routes pass it over. half-open: the time is over, and one call at a
time may try whether it answers again; its success closes the circuit, its failure opens it for longer.

A provider of which no failure is known has no record, and its calls come here for nothing.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from g4f_lite._utils.clock import clock
from g4f_lite._utils.redaction import fingerprint
from g4f_lite.errors import (
    AuthenticationError,
    DeadlineError,
    G4FLiteError,
    ProviderConnectionError,
    ProviderStatusError,
    ProviderTimeoutError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)

__all__ = [
    "BreakerRecord",
    "CircuitBreakers",
    "Permit",
    "UpstreamKey",
    "circuit_breakers",
    "counts_as_failure",
    "upstream_key",
]

UpstreamKey = tuple[str, str]
"""A provider's full name, and with which key it is asked at which address: see `identity`."""

State = Literal["ok", "cooling", "half-open"]

THRESHOLD = 3
"""Failures in a row that open the circuit."""

_FIRST = 30.0
_LONGEST = 600.0
_USELESS_KEY = 3600.0
_MOST_RECORDS = 1024


class BreakerRecord(NamedTuple):
    """What is known of one provider with one key at one address; times are seconds since 1970, None: not yet.

    Attributes:
        provider: its full name; `key`: the key's fingerprint, `""` without one, and the address: see `identity`.
        failures: how many in a row; `until`: when it may be asked again, if it is cooling.
        error: the last failure's class, and its status.
    """

    provider: str
    key: str
    state: State
    failures: int
    until: float | None
    error: str
    failed: float | None
    succeeded: float | None


class Permit:
    """The leave to ask a provider. While the one of a probe is held, no other probe is let through."""

    __slots__ = ("__weakref__",)


class _Circuit:
    """What is known of one provider with one key at one address; `until` is on the monotonic scale."""

    __slots__ = ("error", "failed", "failures", "openings", "probe", "succeeded", "until")

    def __init__(self) -> None:
        self.failures = 0
        self.openings = 0
        self.until: float | None = None
        self.probe: weakref.ref[Permit] | None = None
        self.error = ""
        self.failed: float | None = None
        self.succeeded: float | None = None

    def state(self, now: float) -> State:
        if self.until is None:
            return "ok"
        return "cooling" if now < self.until else "half-open"

    def open(self, seconds: float, now: float) -> None:
        self.openings += 1
        self.until = max(self.until or 0.0, now + seconds)


class CircuitBreakers:
    """The circuits of all providers, keys and addresses. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._circuits: OrderedDict[UpstreamKey, _Circuit] = OrderedDict()
        self._names: set[str] = set()

    def has_failures(self, provider: str) -> bool:
        """Whether a failure of a provider is known, with whatever key."""
        return provider in self._names

    def try_acquire(self, who: UpstreamKey) -> Permit | str:
        """Return the leave to ask, or why it is better not to."""
        circuit = self._circuits.get(who)
        if circuit is None:
            return Permit()
        with self._lock:
            now = clock().monotonic()
            state = circuit.state(now)
            if state == "cooling":
                left = (circuit.until or now) - now
                return f"it cools down for another {max(1, round(left))} seconds, after {circuit.error}"
            leave = Permit()
            if state == "half-open":
                if circuit.probe is not None and circuit.probe() is not None:
                    return f"another call tries whether it answers again, after {circuit.error}"
                circuit.probe = weakref.ref(leave)
            return leave

    def record_failure(self, who: UpstreamKey, error: G4FLiteError, *, has_other_keys: bool = False) -> bool:
        """Note a failure; return whether it was one that counts."""
        if not counts_as_failure(error):
            return False
        with self._lock:
            now = clock().monotonic()
            circuit = self._circuit(who)
            state = circuit.state(now)
            circuit.failures += 1
            circuit.error = _described(error)
            circuit.failed = clock().time()
            circuit.probe = None
            seconds = _immediate_open_seconds(error, has_other_keys=has_other_keys)
            if seconds is not None:
                circuit.open(seconds, now)
            elif state == "half-open" or (state == "ok" and circuit.failures >= THRESHOLD):
                circuit.open(min(_LONGEST, _FIRST * 2.0 ** min(circuit.openings, 10)), now)
        return True

    def record_success(self, who: UpstreamKey) -> bool:
        """Note a success; return whether there was trouble that it ended."""
        circuit = self._circuits.get(who)
        if circuit is None:
            return False
        with self._lock:
            circuit.succeeded = clock().time()
            was_troubled = bool(circuit.failures)
            circuit.failures = circuit.openings = 0
            circuit.until = circuit.probe = None
        return was_troubled

    def records(self) -> list[BreakerRecord]:
        """Return what is known, of those that have failed."""
        with self._lock:
            moment, today = clock().monotonic(), clock().time()
            return [
                BreakerRecord(
                    *who,
                    circuit.state(moment),
                    circuit.failures,
                    None if circuit.until is None else today + circuit.until - moment,
                    circuit.error,
                    circuit.failed,
                    circuit.succeeded,
                )
                for who, circuit in self._circuits.items()
            ]

    def reset(self) -> None:
        """Forget everything: for tests, and for a program that knows that the trouble is over."""
        with self._lock:
            self._circuits.clear()
            self._names.clear()

    def _circuit(self, who: UpstreamKey) -> _Circuit:
        circuit = self._circuits.get(who)
        if circuit is None:
            circuit = self._circuits[who] = _Circuit()
            if len(self._circuits) > _MOST_RECORDS:
                self._circuits.popitem(last=False)
                self._names = {name for name, _ in self._circuits}
            self._names.add(who[0])
        self._circuits.move_to_end(who)
        return circuit


def upstream_key(full_name: str, options: Mapping[str, Any]) -> UpstreamKey:
    """Return who is asked: the provider, and ``"key"`` or ``"key@host:port#address"``, of fingerprints.

    Neither the key nor what may be one in the address can be read from it.
    """
    key = fingerprint(options.get("auth"))
    address = options.get("base_url")
    return full_name, f"{key}@{_place(address)}" if isinstance(address, str) and address else key


@lru_cache(maxsize=256)
def _place(address: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        place = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:  # no address, as asking it will show
        place = ""
    return f"{place}#{fingerprint(address.rstrip('/'))}"


def counts_as_failure(error: G4FLiteError) -> bool:
    """Whether a failure says something about the service or the key, and not about this one request."""
    if isinstance(error, DeadlineError):  # the caller's own
        return False
    kinds = (ProviderConnectionError, ProviderTimeoutError, ServiceUnavailableError)
    if isinstance(error, (*kinds, RateLimitError, AuthenticationError)):
        return True
    return isinstance(error, ProviderStatusError) and error.status == 408  # noqa: PLR2004 - a timeout


def _immediate_open_seconds(error: G4FLiteError, *, has_other_keys: bool) -> float | None:
    """Return for how long a single failure opens the circuit, None if it takes several."""
    if isinstance(error, QuotaExceededError):
        return _USELESS_KEY
    if isinstance(error, RateLimitError):
        if error.retry_after is not None and error.retry_after > 0:
            return min(error.retry_after, _USELESS_KEY)
        return _FIRST if has_other_keys else None
    if isinstance(error, AuthenticationError):
        # 403 may be about one model, or about this machine: less than a key that is plainly wrong.
        return _USELESS_KEY if error.status == 401 else _FIRST  # noqa: PLR2004
    return None


def _described(error: G4FLiteError) -> str:
    status = getattr(error, "status", None)
    return f"{type(error).__name__} {status}" if isinstance(status, int) else type(error).__name__


circuit_breakers = CircuitBreakers()
