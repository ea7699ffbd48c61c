"""What this program allows itself to ask of each provider with each key at each address: requests, tokens, at once.

A minute is any minute: what was asked in the last 60 seconds is on record one by one, so no service that
counts by the minute, whenever its minutes begin, counts more than the limit.
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
_MOST_BUCKETS = 1024


class LimitReached(NamedTuple):
    """There is no room now.

    Attributes:
        seconds: when there will be; None: when a request that runs has ended.
        reason: which limit it is.
    """

    seconds: float | None
    reason: str


def _reached(most: int, what: str, when: str) -> str:
    return f"its limit of {most} {what}{'s' if most != 1 else ''} {when} is reached"


class _Entry:
    """A request on record."""

    __slots__ = ("tokens", "when")

    def __init__(self, when: float, tokens: int) -> None:
        self.when = when
        self.tokens = tokens


class _Bucket:
    """What one provider was asked with one key at one address in the last minute, and what runs now."""

    __slots__ = ("log", "most", "running", "waiting")

    def __init__(self) -> None:
        self.log: deque[_Entry] = deque()
        # A set of slots' ids and no count: what garbage collection or a signal handler gives back in the
        # middle of a change must not be lost.
        self.running: set[int] = set()
        self.waiting: deque[Callable[[], None]] = deque()
        self.most: int | None = None

    def prune(self, now: float) -> None:
        while self.log and self.log[0].when <= now - _MINUTE:
            self.log.popleft()

    def limit_reached(self, limits: Limits, tokens: int, now: float) -> LimitReached | None:
        """Return what is in the way of a request, None if it may go."""
        most = limits.concurrency
        if most is not None and len(self.running) >= most:
            return LimitReached(None, _reached(most, "request", "at once"))
        waits = [self._requests_wait(limits.requests_per_minute, now)]
        waits.append(self._tokens_wait(limits.tokens_per_minute, tokens, now))
        longest = max(waits, key=lambda full: full.seconds or 0.0)
        return longest if longest.seconds else None

    def _requests_wait(self, most: int | None, now: float) -> LimitReached:
        if most is None or len(self.log) < most:
            return LimitReached(0.0, "")
        return LimitReached(self._until(self.log[-most], now), _reached(most, "request", "a minute"))

    def _tokens_wait(self, most: int | None, tokens: int, now: float) -> LimitReached:
        if most is None:
            return LimitReached(0.0, "")
        room = max(most - tokens, 0)  # one that is larger than the limit goes alone
        used = 0
        for entry in reversed(self.log):
            used += entry.tokens
            if used > room:
                return LimitReached(self._until(entry, now), _reached(most, "token", "a minute"))
        return LimitReached(0.0, "")

    @staticmethod
    def _until(entry: _Entry, now: float) -> float:
        return max(entry.when + _MINUTE - now, 0.001)


class Lease:
    """The room that one request takes; given back once, at the latest when nobody holds it any more."""

    __slots__ = ("__weakref__", "_bucket", "_entry", "_limiter")

    def __init__(self, limiter: "RateLimiter", bucket: _Bucket, entry: _Entry) -> None:
        self._limiter = limiter
        self._bucket: _Bucket | None = bucket
        self._entry = entry

    def release(self, tokens: int | None = None) -> None:
        """The request has ended; correct the estimate by the tokens that were counted."""
        bucket, self._bucket = self._bucket, None
        if bucket is not None:
            if tokens is not None:
                self._entry.tokens = tokens
            bucket.running.discard(id(self._entry))
            self._limiter.wake_next(bucket)

    def __del__(self) -> None:
        self.release()


class RateLimiter:
    """The buckets of all providers, keys and addresses. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._buckets: dict[UpstreamKey, _Bucket] = {}

    def try_acquire(self, who: UpstreamKey, limits: Limits, tokens: int) -> Lease | LimitReached:
        """Take room for a request of so many tokens, or say what is in the way."""
        now = clock().monotonic()
        with self._lock:
            bucket = self._bucket(who, now)
            bucket.prune(now)
            bucket.most = limits.concurrency
            full = bucket.limit_reached(limits, tokens, now)
            if full is not None:
                return full
            entry = _Entry(now, tokens)
            bucket.log.append(entry)
            bucket.running.add(id(entry))
            return Lease(self, bucket, entry)

    def add_waiter(self, who: UpstreamKey, wake: Callable[[], None]) -> Callable[[], None]:
        """Be woken once when a request ends; return what leaves the line, to be called in any case."""
        with self._lock:
            bucket = self._bucket(who, clock().monotonic())
            bucket.waiting.append(wake)
        self.wake_next(bucket)  # one may have ended since
        return lambda: self._leave(bucket, wake)

    def _leave(self, bucket: _Bucket, wake: Callable[[], None]) -> None:
        with self._lock:
            if wake in bucket.waiting:
                bucket.waiting.remove(wake)
                return
        self.wake_next(bucket)  # it was woken: if it does not take the room, the next may

    def wake_next(self, bucket: _Bucket) -> None:
        """Wake the first in the line, if there is room."""
        while True:
            with self._lock:
                has_room = bucket.most is None or len(bucket.running) < bucket.most
                if not has_room or not bucket.waiting:
                    return
                wake = bucket.waiting.popleft()
            try:
                wake()
            except RuntimeError:  # its event loop is closed: nobody waits there any more
                continue
            return

    def _bucket(self, who: UpstreamKey, now: float) -> _Bucket:
        bucket = self._buckets.get(who)
        if bucket is None:
            if len(self._buckets) >= _MOST_BUCKETS:
                self._forget_idle(now)
            bucket = self._buckets[who] = _Bucket()
        return bucket

    def _forget_idle(self, now: float) -> None:
        for who, bucket in list(self._buckets.items()):
            bucket.prune(now)
            if not (bucket.log or bucket.running or bucket.waiting):
                del self._buckets[who]


limiter = RateLimiter()


def check_limits(limits: object) -> None:
    """Check what `limits=` says.

    Raises:
        InvalidArgumentError: it is no `Limits`, or one of something else than whole numbers from 1 up.
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
