"""Circuit breakers, one per provider, key and address.

* closed (``"ok"``): calls pass.
* open (``"cooling"``): routes skip the upstream.
* half-open: the time is over, and one call at a time may probe the upstream. Its success closes the circuit,
  and its failure opens it for longer.

An upstream without a known failure has no circuit, and its calls do nothing here.
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
"""A provider's full name, and the key and the address that are used: see `upstream_key`."""

State = Literal["ok", "cooling", "half-open"]

THRESHOLD = 3
"""Failures in a row that open the circuit."""

_FIRST_OPEN = 30.0
"""Seconds that a circuit is open the first time; each further opening doubles them."""

_MAX_OPEN = 600.0
"""Seconds that a circuit is open at most, unless the key is useless or the service names a time."""

_USELESS_KEY_OPEN = 3600.0
"""Seconds that a circuit is open for a key that is wrong or has no quota left."""

_MAX_CIRCUITS = 1024
"""Circuits that are kept; the one used least recently is dropped first."""


class BreakerRecord(NamedTuple):
    """The record of one circuit. A time is in seconds since 1970, or None if there was no such event.

    Attributes:
        provider: the provider's full name.
        key: the fingerprint of the key, `""` without a key, and the address: see `upstream_key`.
        state: the state of the circuit.
        failures: the number of failures in a row.
        until: when the circuit becomes half-open, if it is open.
        error: the class of the last failure, and its status.
        failed: when the last failure was.
        succeeded: when the last success was.
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
    """A permit to call an upstream. While a half-open circuit's permit is alive, no other call passes."""

    __slots__ = ("__weakref__",)


class _Circuit:
    """One circuit. `until` is a time of the monotonic clock."""

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
    """The circuits of all upstreams. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._circuits: OrderedDict[UpstreamKey, _Circuit] = OrderedDict()
        self._names: set[str] = set()

    def has_failures(self, provider: str) -> bool:
        """Whether a failure of a provider is known, with any key at any address."""
        return provider in self._names

    def try_acquire(self, upstream: UpstreamKey) -> Permit | str:
        """Return a permit, or the reason why the circuit is open."""
        circuit = self._circuits.get(upstream)
        if circuit is None:
            return Permit()
        with self._lock:
            now = clock().monotonic()
            state = circuit.state(now)
            if state == "cooling":
                seconds = (circuit.until or now) - now
                return f"it cools down for another {max(1, round(seconds))} seconds, after {circuit.error}"
            permit = Permit()
            if state == "half-open":
                if circuit.probe is not None and circuit.probe() is not None:
                    return f"another call tries whether it answers again, after {circuit.error}"
                circuit.probe = weakref.ref(permit)
            return permit

    def record_failure(
        self, upstream: UpstreamKey, error: G4FLiteError, *, has_other_keys: bool = False
    ) -> bool:
        """Record a failure, and return whether it counts: see `counts_as_failure`."""
        if not counts_as_failure(error):
            return False
        with self._lock:
            now = clock().monotonic()
            circuit = self._get_or_create(upstream)
            state = circuit.state(now)
            circuit.failures += 1
            circuit.error = _error_name(error)
            circuit.failed = clock().time()
            circuit.probe = None
            seconds = _immediate_open_seconds(error, has_other_keys=has_other_keys)
            if seconds is not None:
                circuit.open(seconds, now)
            elif state == "half-open" or (state == "ok" and circuit.failures >= THRESHOLD):
                circuit.open(min(_MAX_OPEN, _FIRST_OPEN * 2.0 ** min(circuit.openings, 10)), now)
        return True

    def record_success(self, upstream: UpstreamKey) -> bool:
        """Record a success, and return whether there were failures before it."""
        circuit = self._circuits.get(upstream)
        if circuit is None:
            return False
        with self._lock:
            circuit.succeeded = clock().time()
            had_failures = bool(circuit.failures)
            circuit.failures = circuit.openings = 0
            circuit.until = circuit.probe = None
        return had_failures

    def records(self) -> list[BreakerRecord]:
        """Return the records of all circuits."""
        with self._lock:
            moment, today = clock().monotonic(), clock().time()
            return [
                BreakerRecord(
                    *upstream,
                    circuit.state(moment),
                    circuit.failures,
                    None if circuit.until is None else today + circuit.until - moment,
                    circuit.error,
                    circuit.failed,
                    circuit.succeeded,
                )
                for upstream, circuit in self._circuits.items()
            ]

    def reset(self) -> None:
        """Forget all circuits, for tests and for a program that knows that the services work again."""
        with self._lock:
            self._circuits.clear()
            self._names.clear()

    def _get_or_create(self, upstream: UpstreamKey) -> _Circuit:
        circuit = self._circuits.get(upstream)
        if circuit is None:
            circuit = self._circuits[upstream] = _Circuit()
            if len(self._circuits) > _MAX_CIRCUITS:
                self._circuits.popitem(last=False)
                self._names = {name for name, _ in self._circuits}
            self._names.add(upstream[0])
        self._circuits.move_to_end(upstream)
        return circuit


def upstream_key(full_name: str, options: Mapping[str, Any]) -> UpstreamKey:
    """Return the provider's name, and ``"key"`` or ``"key@host:port#address"``, with fingerprints.

    The fingerprints do not reveal the key, nor a key that is a part of the address.
    """
    key = fingerprint(options.get("auth"))
    address = options.get("base_url")
    return full_name, f"{key}@{_host_and_fingerprint(address)}" if isinstance(
        address, str
    ) and address else key


@lru_cache(maxsize=256)
def _host_and_fingerprint(address: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        host = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:  # it is not an address, which the call will report
        host = ""
    return f"{host}#{fingerprint(address.rstrip('/'))}"


def counts_as_failure(error: G4FLiteError) -> bool:
    """Whether an error concerns the service or the key, and not just this one request."""
    if isinstance(error, DeadlineError):  # the caller has set the deadline
        return False
    kinds = (ProviderConnectionError, ProviderTimeoutError, ServiceUnavailableError)
    if isinstance(error, (*kinds, RateLimitError, AuthenticationError)):
        return True
    return isinstance(error, ProviderStatusError) and error.status == 408  # noqa: PLR2004 - request timeout


def _immediate_open_seconds(error: G4FLiteError, *, has_other_keys: bool) -> float | None:
    """Return the seconds that a single failure opens the circuit for, or None if it takes several failures."""
    if isinstance(error, QuotaExceededError):
        return _USELESS_KEY_OPEN
    if isinstance(error, RateLimitError):
        if error.retry_after is not None and error.retry_after > 0:
            return min(error.retry_after, _USELESS_KEY_OPEN)
        return _FIRST_OPEN if has_other_keys else None
    if isinstance(error, AuthenticationError):
        # 401 means that the key is wrong. 403 may concern one model or this machine only, hence a shorter time.
        return _USELESS_KEY_OPEN if error.status == 401 else _FIRST_OPEN  # noqa: PLR2004
    return None


def _error_name(error: G4FLiteError) -> str:
    status = getattr(error, "status", None)
    return f"{type(error).__name__} {status}" if isinstance(status, int) else type(error).__name__


circuit_breakers = CircuitBreakers()
