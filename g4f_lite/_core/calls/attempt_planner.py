"""Who is asked next, and when: the course of a call that may have several attempts.

It decides and keeps the story; it neither waits nor asks. Only calls with a route, several keys, retries or
limits have one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from g4f_lite._core.calls.accumulator import ResponseAccumulator
from g4f_lite._core.calls.candidates import CallSpec, Candidate, resolve_candidates
from g4f_lite._core.calls.error_mapping import call_secrets
from g4f_lite._core.registry.registry import registry
from g4f_lite._core.resilience.circuit_breaker import Permit, UpstreamKey, circuit_breakers, upstream_key
from g4f_lite._core.resilience.rate_limiter import Lease, LimitReached, limiter
from g4f_lite._core.resilience.retry import backoff_seconds, is_key_error, is_retryable
from g4f_lite._utils.clock import clock
from g4f_lite._utils.redaction import iter_strings, redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import AllProvidersFailedError, G4FLiteError, StructuredOutputError
from g4f_lite.results import Attempt
from g4f_lite.routes import Retry, Step

__all__ = ["AttemptPlanner", "WaitFor"]


class _UnresolvedStep(NamedTuple):
    """A step whose provider has not been looked for yet."""

    step: int
    of: Step


class WaitFor(NamedTuple):
    """There is nothing to do for so long, or until a request to one of `whose` has ended.

    Attributes:
        seconds: how long; None: until one has ended.
    """

    seconds: float | None
    whose: tuple[UpstreamKey, ...] = ()


class AttemptPlanner:
    """The attempts of one call. One thread at a time drives it.

    Attributes:
        log: those that have ended, and who was passed over, in order.
        errors: what they raised.
        ends_at: the deadline, on the clock's monotonic scale.
        carries_on: whether an answer that broke off may be continued by another attempt.
        waited: seconds that were waited since the last attempt.
        limit: what is waited for now if that is room, in words; else `""`.
    """

    def __init__(
        self,
        asked: CallSpec,
        steps: Sequence[Step | Candidate],
        retry: Retry,
        *,
        carries_on: bool = False,
        ends_at: float | None = None,
    ) -> None:
        self.log: list[Attempt] = []
        self.errors: list[G4FLiteError] = []
        self.continue_partial = carries_on
        self.ends_at = ends_at
        self.waited = 0.0
        self.limit = ""
        self._asked = asked
        self._retry = retry
        self._left: list[Candidate | _UnresolvedStep] = [
            item if isinstance(item, Candidate) else _UnresolvedStep(number, item)
            for number, item in enumerate(steps)
        ]
        self._several = len({item.step for item in self._left}) > 1
        self._is_only_candidate = len(steps) == 1  # with nobody else to ask, no circuit matters
        self._cooling: list[Candidate] = []
        self._noted: set[tuple[int, str]] = set()
        self._repeats: dict[int, int] = {}
        self._pause: float | None = None
        self._repeated: Candidate | None = None
        self._was_asked = False
        self._attempted: set[UpstreamKey] = set()
        self._permit: Permit | None = None
        self._slot: Lease | None = None
        self._known = [item for item in self._left if isinstance(item, Candidate)]
        self._given = [asked.auth, *(item.auth for item in steps if isinstance(item, Step))]
        if self._known:
            self.log += self._known[0].skipped

    # --- what is known -----------------------------------------------------------------------

    def first_candidate(self) -> Candidate:
        """Return who would be asked first, found and checked; nobody is asked yet.

        Raises:
            G4FLiteError: nobody can be.
        """
        while self._left:
            if isinstance(self._left[0], Candidate):
                return self._left[0]
            self._resolve(0)
        raise self.final_error()

    @property
    def can_start_immediately(self) -> bool:
        """Whether the first can be asked without a leave or a wait."""
        return self._is_only_candidate and len(self._left) == 1 and self.first_candidate().limits is None

    @property
    def is_loaded(self) -> bool:
        """Whether `move` would import nothing."""
        return all(isinstance(item, Candidate) or registry.is_ready(item.of.provider) for item in self._left)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys of all its steps, as far as they are known."""
        found = list(iter_strings(self._given))
        for candidate in self._known:
            provider = candidate.provider
            found += call_secrets(candidate.options, provider.name, provider.key_variables)
        return tuple(dict.fromkeys(found))

    def final_error(self) -> G4FLiteError:
        """Return the error of all: that of the only step, else one that names them all."""
        if not self._several and self.errors:
            return self.errors[-1]
        error = AllProvidersFailedError(self.log, self.errors)
        error.__cause__ = self.errors[-1] if self.errors else None
        error.partial_text = getattr(error.__cause__, "partial_text", "")
        return error

    def mark_started(self, candidate: Candidate) -> None:
        """Note that the first was asked already: most calls make this object when that has failed."""
        self._left.remove(candidate)
        self._was_asked = True
        self._attempted.add(_who(candidate))

    # --- what is next ------------------------------------------------------------------------

    def next_action(self) -> Candidate | WaitFor | None:
        """Return whom to ask now, or how long to wait first; None: nobody is left.

        May import providers.
        """
        self.limit = ""
        if self._pause is not None:
            pause, self._pause = self._pause, None
            return WaitFor(pause)
        full: list[tuple[Candidate, LimitReached]] = []
        place = 0
        while place < len(self._left):
            item = self._left[place]
            if not isinstance(item, Candidate):
                self._resolve(place)
                continue
            found = self._try_acquire(item)
            if isinstance(found, LimitReached):
                full.append((item, found))
                place += 1
                continue
            del self._left[place]
            if found is None:
                for other, obstacle in full:
                    self._note_skip(other, f"{obstacle.reason}.")
                self._was_asked = True
                self._attempted.add(_who(item))
                return item
            self._cooling.append(item)
            self._note_skip(item, f"{found}.")
        if full:
            self.limit = "; ".join(f"{item.provider.name!r}: {obstacle.reason}" for item, obstacle in full)
            times = [obstacle.seconds for _, obstacle in full if obstacle.seconds is not None]
            return WaitFor(
                min(times, default=None),
                tuple(_who(item) for item, obstacle in full if obstacle.seconds is None),
            )
        return self._fall_back_to_cooling()

    def _fall_back_to_cooling(self) -> Candidate | WaitFor | None:
        """Ask those that cool down after all, if nobody else could be asked at all."""
        if self._was_asked or not self._cooling:
            return None
        self._left = list(self._cooling)
        self._cooling, self._is_only_candidate = [], True
        return self.next_action()

    def _resolve(self, place: int) -> None:
        """Put the candidates of a step in its place; none, if it cannot be asked."""
        item = self._left[place]
        assert not isinstance(item, Candidate)  # noqa: S101 - asked before
        number, step = item
        try:
            found = resolve_candidates(self._asked, step.provider, step, number)
        except G4FLiteError as error:
            found = []
            self.errors.append(error)
            self.log.append(
                Attempt(
                    _plain(step), step.model or self._asked.model or "", "skipped", 0.0, self._told(error)
                )
            )
        self._left[place : place + 1] = found
        self._is_only_candidate = self._is_only_candidate and len(found) == 1
        self._known += found

    def _try_acquire(self, candidate: Candidate) -> LimitReached | str | None:
        """Take the leave and the room for an attempt; return what is in the way, None if nothing is."""
        leave: Permit | None = None
        # What this call's own failures opened does not end it: a repetition is no choice any more, and a
        # further step to the same provider, for another model or address, is there for just this case.
        if (
            not self._is_only_candidate
            and candidate is not self._repeated
            and _who(candidate) not in self._attempted
        ):
            found = circuit_breakers.try_acquire(_who(candidate))
            if isinstance(found, str):
                return found
            leave = found
        limits = candidate.limits
        if limits is not None:
            slot = limiter.try_acquire(_who(candidate), limits, self._estimate(candidate))
            if isinstance(slot, LimitReached):
                return slot
            self._slot = slot
        self._permit = leave
        self._repeated = None
        return None

    def _estimate(self, candidate: Candidate) -> int:
        allowance = candidate.options.get("max_tokens")
        tokens = self._asked.operation.estimate_tokens(candidate.payload)
        return tokens + (allowance if type(allowance) is int and allowance > 0 else 0)

    def _note_skip(self, candidate: Candidate, reason: str) -> None:
        if (candidate.step, candidate.key) not in self._noted:
            self._noted.add((candidate.step, candidate.key))
            name, key = candidate.provider.full_name, candidate.key or None
            self.log.append(
                Attempt(name, candidate.model, "skipped", 0.0, reason[:1].upper() + reason[1:], key)
            )

    def _told(self, error: G4FLiteError) -> str:
        return shorten(redact(str(error), self.secrets), 1000)

    def may_continue(self, accumulator: ResponseAccumulator, failure: G4FLiteError) -> bool:
        """Whether another attempt may continue an answer that the caller has received in part."""
        if not self.continue_partial:
            return False
        if isinstance(failure, StructuredOutputError):  # the answer is complete: nothing is left to continue
            return False
        # Only text can be continued by another provider.
        return bool(accumulator.parts) and not any(
            choice.position or choice.tool_calls or choice.finish_reason for choice in accumulator.choices()
        )

    def take_waited(self) -> float:
        """Return the seconds waited since the last attempt, and count from zero again."""
        waited, self.waited = self.waited, 0.0
        return waited

    # --- what has been -----------------------------------------------------------------------

    def release(self, tokens: int | None = None) -> None:
        """An attempt has ended, however it did; give back what it took."""
        if self._slot is not None:
            self._slot.release(tokens)
        self._slot = self._permit = None
        self.waited = 0.0

    def has_other_keys(self, candidate: Candidate) -> bool:
        """Whether the step has keys that were not tried yet."""
        return any(isinstance(item, Candidate) and item.step == candidate.step for item in self._left)

    def record_failure(self, candidate: Candidate, error: G4FLiteError) -> bool:
        """Note the failure of an attempt; return whether another one may follow."""
        self.errors.append(error)
        if not (is_key_error(error) and self.has_other_keys(candidate)) and is_retryable(error):
            self._repeat(candidate, error)
        return bool(self._left) or self._pause is not None

    def _repeat(self, candidate: Candidate, error: G4FLiteError) -> None:
        """Put the same provider in the first place once more, if it may be, and the wait is not too long."""
        done = self._repeats.get(candidate.step, 0)
        if done >= self._retry.attempts:
            return
        wait = backoff_seconds(done + 1, self._retry, error, clock().random())
        left = None if self.ends_at is None else self.ends_at - clock().monotonic()
        if wait is None or (left is not None and wait >= left):
            return
        self._repeats[candidate.step] = done + 1
        self._pause, self._repeated = wait, candidate
        self._left.insert(0, candidate)


def _who(candidate: Candidate) -> UpstreamKey:
    return upstream_key(candidate.provider.full_name, candidate.options)


def _plain(step: Step) -> str:
    return shorten(step.provider.partition("/")[0], 100)
