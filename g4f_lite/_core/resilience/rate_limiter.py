"""The rate limiter: requests and tokens a minute, and requests at once, per provider, key and address.

A minute is any 60 seconds: each request of the last 60 seconds is logged. So a service that counts by the
minute never counts more than the limit, whenever its minutes begin.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from g4f_lite._core.resilience.circuit_breaker import UpstreamKey
from g4f_lite._utils.clock import clock
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.routes import Limits

__all__ = [
    "Lease",
    "LimitReached",
    "RateLimiter",
    "UpstreamKey",
    "check_limits",
    "limiter",
]


_MINUTE = 60.0
_MAX_BUCKETS = 1024
"""Buckets that are kept before idle ones are removed."""


class LimitReached(NamedTuple):
    """The refusal of a request that would exceed a limit.

    Attributes:
        seconds: the seconds until the limit permits it, or None if it has to wait for the end of a request.
        reason: the limit, for a message.
    """

    seconds: float | None
    reason: str


def _reached_reason(limit: int, unit: str, period: str) -> str:
    return f"its limit of {limit} {unit}{'s' if limit != 1 else ''} {period} is reached"


class _LogEntry:
    """A request of the last minute: when it was permitted, and its tokens."""

    __slots__ = ("time", "tokens")

    def __init__(self, time: float, tokens: int) -> None:
        self.time = time
        self.tokens = tokens


class _Bucket:
    """The requests to one upstream in the last minute, those that run now, and the waiters for a lease."""

    __slots__ = ("log", "max_running", "running", "waiters")

    def __init__(self) -> None:
        self.log: deque[_LogEntry] = deque()
        # A set of the entries' ids, and not a count: garbage collection or a signal handler may release a
        # lease in the middle of a change, and that release must not be lost.
        self.running: set[int] = set()
        self.waiters: deque[Callable[[], None]] = deque()
        self.max_running: int | None = None

    def prune(self, now: float) -> None:
        while self.log and self.log[0].time <= now - _MINUTE:
            self.log.popleft()

    def limit_reached(self, limits: Limits, tokens: int, now: float) -> LimitReached | None:
        """Return the limit that refuses a request longest, or None if the request may start."""
        concurrency = limits.concurrency
        if concurrency is not None and len(self.running) >= concurrency:
            return LimitReached(None, _reached_reason(concurrency, "request", "at once"))
        refusals = (
            self._request_limit_reached(limits.requests_per_minute, now),
            self._token_limit_reached(limits.tokens_per_minute, tokens, now),
        )
        longest = max(refusals, key=lambda refusal: refusal.seconds or 0.0)
        return longest if longest.seconds else None

    def _request_limit_reached(self, limit: int | None, now: float) -> LimitReached:
        if limit is None or len(self.log) < limit:
            return LimitReached(0.0, "")
        seconds = self._seconds_until_expiry(self.log[-limit], now)
        return LimitReached(seconds, _reached_reason(limit, "request", "a minute"))

    def _token_limit_reached(self, limit: int | None, tokens: int, now: float) -> LimitReached:
        if limit is None:
            return LimitReached(0.0, "")
        room = max(limit - tokens, 0)  # a request that is larger than the limit runs alone
        used = 0
        for entry in reversed(self.log):
            used += entry.tokens
            if used > room:
                seconds = self._seconds_until_expiry(entry, now)
                return LimitReached(seconds, _reached_reason(limit, "token", "a minute"))
        return LimitReached(0.0, "")

    @staticmethod
    def _seconds_until_expiry(entry: _LogEntry, now: float) -> float:
        return max(entry.time + _MINUTE - now, 0.001)


class Lease:
    """The permission to run one request. Released once, at the latest when it is garbage-collected."""

    __slots__ = ("__weakref__", "_bucket", "_entry", "_limiter")

    def __init__(self, limiter: "RateLimiter", bucket: _Bucket, entry: _LogEntry) -> None:
        self._limiter = limiter
        self._bucket: _Bucket | None = bucket
        self._entry = entry

    def release(self, tokens: int | None = None) -> None:
        """End the request, and replace the estimate of its tokens by `tokens`, if these were counted."""
        bucket, self._bucket = self._bucket, None
        if bucket is not None:
            if tokens is not None:
                self._entry.tokens = tokens
            bucket.running.discard(id(self._entry))
            self._limiter.wake_next(bucket)

    def __del__(self) -> None:
        self.release()


class RateLimiter:
    """The buckets of all upstreams. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._buckets: dict[UpstreamKey, _Bucket] = {}

    def try_acquire(self, upstream: UpstreamKey, limits: Limits, tokens: int) -> Lease | LimitReached:
        """Return a lease for a request of `tokens` tokens, or the limit that refuses it."""
        now = clock().monotonic()
        with self._lock:
            bucket = self._get_or_create(upstream, now)
            bucket.prune(now)
            bucket.max_running = limits.concurrency
            refusal = bucket.limit_reached(limits, tokens, now)
            if refusal is not None:
                return refusal
            entry = _LogEntry(now, tokens)
            bucket.log.append(entry)
            bucket.running.add(id(entry))
            return Lease(self, bucket, entry)

    def add_waiter(self, upstream: UpstreamKey, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` once when a lease is released. Return a function that removes the waiter.

        Call that function in a `finally`, because a waiter that does not take its turn has to pass it on.
        """
        with self._lock:
            bucket = self._get_or_create(upstream, clock().monotonic())
            bucket.waiters.append(wake)
        self.wake_next(bucket)  # a lease may have been released meanwhile
        return lambda: self._remove_waiter(bucket, wake)

    def _remove_waiter(self, bucket: _Bucket, wake: Callable[[], None]) -> None:
        with self._lock:
            if wake in bucket.waiters:
                bucket.waiters.remove(wake)
                return
        self.wake_next(bucket)  # it was woken already: if it has not taken a lease, the next waiter may

    def wake_next(self, bucket: _Bucket) -> None:
        """Wake the first waiter, if a lease is available."""
        while True:
            with self._lock:
                has_room = bucket.max_running is None or len(bucket.running) < bucket.max_running
                if not has_room or not bucket.waiters:
                    return
                wake = bucket.waiters.popleft()
            try:
                wake()
            except RuntimeError:  # its event loop is closed, so the waiter no longer exists
                continue
            return

    def _get_or_create(self, upstream: UpstreamKey, now: float) -> _Bucket:
        bucket = self._buckets.get(upstream)
        if bucket is None:
            if len(self._buckets) >= _MAX_BUCKETS:
                self._remove_idle(now)
            bucket = self._buckets[upstream] = _Bucket()
        return bucket

    def _remove_idle(self, now: float) -> None:
        for upstream, bucket in list(self._buckets.items()):
            bucket.prune(now)
            if not (bucket.log or bucket.running or bucket.waiters):
                del self._buckets[upstream]


limiter = RateLimiter()
"""The rate limiter of the process."""


def check_limits(limits: object) -> None:
    """Check the `limits` of a call or a step.

    Raises:
        InvalidArgumentError: `limits` is neither None nor a `Limits` of whole numbers from 1 up.
    """
    if limits is None:
        return
    if not isinstance(limits, Limits) or not all(
        value is None or (type(value) is int and value > 0) for value in limits
    ):
        raise InvalidArgumentError(
            "limits",
            "`limits` has to be a Limits of whole numbers from 1 up.",
            hint="Pass limits=Limits(requests_per_minute=60, tokens_per_minute=90_000, concurrency=4).",
        )
