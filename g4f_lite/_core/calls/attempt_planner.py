"""Planner of a call's attempts: which candidate is next, and how long to wait first.

A state machine without I/O; `streams/attempt_runner.py` drives it. Made only for calls with a route, several
keys, retries or limits.
"""

from collections.abc import Iterable, Sequence
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


class WaitFor(NamedTuple):
    """The instruction to wait until a time has passed, or a request to an upstream has ended.

    Attributes:
        seconds: the longest wait, None for no limit.
        upstreams: the upstreams whose requests are waited for.
    """

    seconds: float | None
    upstreams: tuple[UpstreamKey, ...] = ()


class AttemptLog:
    """The record of a call's attempts.

    Attributes:
        attempts: ended attempts and skipped candidates, in order.
        errors: the errors of the attempts, and of steps that could not be resolved.
    """

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.errors: list[G4FLiteError] = []
        self._skipped: set[tuple[int, str]] = set()

    def add_skipped_candidate(self, candidate: Candidate, reason: str) -> None:
        """Record, once, that `candidate` was not called for `reason`."""
        if (candidate.step, candidate.key) not in self._skipped:
            self._skipped.add((candidate.step, candidate.key))
            reason = f"{reason[:1].upper()}{reason[1:]}."
            self._add_skipped(candidate.provider.full_name, candidate.model, reason, candidate.key or None)

    def add_skipped_step(self, step: Step, model: str, error: G4FLiteError, secrets: tuple[str, ...]) -> None:
        """Record that the provider of `step` cannot be called: `error` says why."""
        self.errors.append(error)
        name = shorten(step.provider.partition("/")[0], 100)
        self._add_skipped(name, model, shorten(redact(str(error), secrets), 1000))

    def _add_skipped(self, provider: str, model: str, reason: str, key: str | None = None) -> None:
        self.attempts.append(Attempt(provider, model, "skipped", 0.0, reason, key))


class _UnresolvedStep(NamedTuple):
    step: int
    definition: Step


class CandidateQueue:
    """The candidates that a call may still try, in order.

    A step of a route is resolved when it is first in the queue, since that may import its provider.

    Attributes:
        has_several_steps: whether the call began with several steps.
        has_alternatives: whether the call has, or may have, more than one candidate.
    """

    def __init__(self, spec: CallSpec, steps: Sequence[Step | Candidate], log: AttemptLog) -> None:
        self._spec = spec
        self._log = log
        self._items: list[Candidate | _UnresolvedStep] = [
            item if isinstance(item, Candidate) else _UnresolvedStep(number, item)
            for number, item in enumerate(steps)
        ]
        self._resolved = [item for item in self._items if isinstance(item, Candidate)]
        self._auth = [spec.auth, *(item.auth for item in steps if isinstance(item, Step))]
        if self._resolved:
            log.attempts += self._resolved[0].skipped
        # Several keys of one provider make several candidates, but one step.
        self.has_several_steps = len({item.step for item in self._items}) > 1
        self.has_alternatives = len(steps) > 1

    def __len__(self) -> int:
        return len(self._items)

    @property
    def is_loaded(self) -> bool:
        """Whether resolving the queue would import nothing."""
        return all(
            isinstance(item, Candidate) or registry.is_ready(item.definition.provider) for item in self._items
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys of all steps, as far as they are known."""
        secrets = list(iter_strings(self._auth))
        for candidate in self._resolved:
            provider = candidate.provider
            secrets += call_secrets(candidate.options, provider.name, provider.key_variables)
        return tuple(dict.fromkeys(secrets))

    def peek(self) -> Candidate | None:
        """Return the first candidate, or None if none is left. May import providers."""
        while self._items:
            item = self._items[0]
            if isinstance(item, Candidate):
                return item
            self._items[:1] = self._resolve(item)
        return None

    def pop(self) -> Candidate | None:
        """Remove and return the first candidate, or return None if none is left. May import providers."""
        candidate = self.peek()
        if candidate is not None:
            del self._items[0]
        return candidate

    def push_front(self, candidates: Iterable[Candidate]) -> None:
        """Put `candidates` before all others."""
        self._items[:0] = candidates

    def remove(self, candidate: Candidate) -> None:
        """Remove `candidate`."""
        self._items.remove(candidate)

    def has_other_keys(self, candidate: Candidate) -> bool:
        """Whether the step of `candidate` has keys that were not tried yet."""
        return any(isinstance(item, Candidate) and item.step == candidate.step for item in self._items)

    def _resolve(self, unresolved: _UnresolvedStep) -> list[Candidate]:
        """Return the candidates of a step, none if its provider cannot be called."""
        step = unresolved.definition
        try:
            candidates = resolve_candidates(self._spec, step.provider, step=step, step_index=unresolved.step)
        except G4FLiteError as error:
            candidates = []
            self._log.add_skipped_step(step, step.model or self._spec.model or "", error, self.secrets)
        self.has_alternatives = self.has_alternatives or len(candidates) != 1
        self._resolved += candidates
        return candidates


class RetryState:
    """The retries of a call: how many each step has had, and the next one.

    Attributes:
        candidate: the candidate to retry, None if no retry is scheduled.
    """

    def __init__(self, policy: Retry, ends_at: float | None) -> None:
        self.candidate: Candidate | None = None
        self._policy = policy
        self._ends_at = ends_at
        self._retries_by_step: dict[int, int] = {}
        self._pause: float | None = None

    def schedule(self, candidate: Candidate, error: G4FLiteError) -> bool:
        """Schedule a retry; return False if the policy does not allow one, or it would miss the deadline."""
        done = self._retries_by_step.get(candidate.step, 0)
        if done >= self._policy.attempts:
            return False
        pause = backoff_seconds(done + 1, self._policy, error, clock().random())
        if pause is None or (self._ends_at is not None and pause >= self._ends_at - clock().monotonic()):
            return False
        self._retries_by_step[candidate.step] = done + 1
        self._pause, self.candidate = pause, candidate
        return True

    def take_pause(self) -> float | None:
        """Return the seconds to wait before the scheduled retry, once; else None."""
        pause, self._pause = self._pause, None
        return pause


class AttemptPlanner:
    """The planner of one call. One thread at a time drives it.

    Attributes:
        log: the record of the attempts.
        waited: seconds waited since the last attempt.
        limit: the limits that are waited for now, as text; `""` if the call waits for none.
    """

    def __init__(
        self,
        spec: CallSpec,
        steps: Sequence[Step | Candidate],
        retry: Retry,
        *,
        continue_partial: bool = False,
        ends_at: float | None = None,
    ) -> None:
        self.log = AttemptLog()
        self.waited = 0.0
        self.limit = ""
        self._spec = spec
        self._continue_partial = continue_partial
        self._queue = CandidateQueue(spec, steps, self.log)
        self._retries = RetryState(retry, ends_at)
        self._attempted: set[UpstreamKey] = set()
        self._cooling: list[Candidate] = []
        self._is_last_resort = False
        self._permit: Permit | None = None
        self._lease: Lease | None = None

    # --- what the call needs to know -----------------------------------------------------------

    def first_candidate(self) -> Candidate:
        """Return the candidate that is first in the queue, without starting an attempt.

        Raises:
            G4FLiteError: no step can be resolved.
        """
        candidate = self._queue.peek()
        if candidate is None:
            raise self.final_error()
        return candidate

    @property
    def can_start_immediately(self) -> bool:
        """Whether the first attempt needs neither a permit nor a lease."""
        return (
            not self._queue.has_alternatives
            and len(self._queue) == 1
            and self.first_candidate().limits is None
        )

    @property
    def is_loaded(self) -> bool:
        """Whether `next_action` would import nothing."""
        return self._queue.is_loaded

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys of all steps, as far as they are known."""
        return self._queue.secrets

    def may_continue(self, accumulator: ResponseAccumulator, failure: G4FLiteError) -> bool:
        """Whether another attempt may continue an answer that the caller has received in part."""
        if not self._continue_partial:
            return False
        if isinstance(failure, StructuredOutputError):  # the answer is complete: nothing is left to continue
            return False
        # Only text can be continued by another provider.
        return bool(accumulator.parts) and not any(
            choice.position or choice.tool_calls or choice.finish_reason for choice in accumulator.choices()
        )

    def final_error(self) -> G4FLiteError:
        """Return the error of the call: that of the only step, else one that lists all attempts."""
        errors = self.log.errors
        if errors and not self._queue.has_several_steps:
            return errors[-1]
        error = AllProvidersFailedError(self.log.attempts, errors)
        error.__cause__ = errors[-1] if errors else None
        error.partial_text = getattr(error.__cause__, "partial_text", "")
        return error

    # --- the next attempt ----------------------------------------------------------------------

    def next_action(self) -> Candidate | WaitFor | None:
        """Return the candidate to call now, a wait that comes first, or None if no candidate is left.

        Takes the candidate's permit and lease. May import providers.
        """
        self.limit = ""
        pause = self._retries.take_pause()
        if pause is not None:
            return WaitFor(pause)
        candidate, limited = self._acquire_first()
        if candidate is not None:
            for other, limit in limited:
                self.log.add_skipped_candidate(other, limit.reason)
            self._attempted.add(_upstream_of(candidate))
            return candidate
        if limited:
            return self._wait_for_room(limited)
        return self._try_cooling()

    def _acquire_first(self) -> tuple[Candidate | None, list[tuple[Candidate, LimitReached]]]:
        """Take the first candidate that may be called now from the queue, with its permit and lease.

        Returns that candidate, or None, and the candidates before it that have reached a limit; they keep
        their place in the queue. Candidates whose circuit is open leave the queue.
        """
        limited: list[tuple[Candidate, LimitReached]] = []
        while (candidate := self._queue.pop()) is not None:
            obstacle = self._try_acquire(candidate)
            if obstacle is None:
                break
            if isinstance(obstacle, LimitReached):
                limited.append((candidate, obstacle))
            else:
                self._cooling.append(candidate)
                self.log.add_skipped_candidate(candidate, obstacle)
        self._queue.push_front([other for other, _ in limited])
        return candidate, limited

    def _try_acquire(self, candidate: Candidate) -> LimitReached | str | None:
        """Take the permit and lease of `candidate`; return the obstacle, or None if there is none."""
        upstream = _upstream_of(candidate)
        permit: Permit | None = None
        if self._needs_permit(candidate, upstream):
            result = circuit_breakers.try_acquire(upstream)
            if isinstance(result, str):
                return result
            permit = result
        if candidate.limits is not None:
            lease = limiter.try_acquire(upstream, candidate.limits, self._estimate_tokens(candidate))
            if isinstance(lease, LimitReached):
                return lease
            self._lease = lease
        self._permit = permit
        self._retries.candidate = None
        return None

    def _needs_permit(self, candidate: Candidate, upstream: UpstreamKey) -> bool:
        if not self._queue.has_alternatives or self._is_last_resort:
            return False
        # An upstream that this call has tried needs none: the call's own failures must not end it. A retry has
        # been decided on already, and a later step to the same provider (another model, another address) exists
        # for exactly this case.
        return candidate is not self._retries.candidate and upstream not in self._attempted

    def _estimate_tokens(self, candidate: Candidate) -> int:
        max_tokens = candidate.options.get("max_tokens")
        tokens = self._spec.operation.estimate_tokens(candidate.payload)
        return tokens + (max_tokens if type(max_tokens) is int and max_tokens > 0 else 0)

    def _wait_for_room(self, limited: list[tuple[Candidate, LimitReached]]) -> WaitFor:
        self.limit = "; ".join(f"{candidate.provider.name!r}: {limit.reason}" for candidate, limit in limited)
        times = [limit.seconds for _, limit in limited if limit.seconds is not None]
        upstreams = [_upstream_of(candidate) for candidate, limit in limited if limit.seconds is None]
        return WaitFor(min(times, default=None), tuple(upstreams))

    def _try_cooling(self) -> Candidate | WaitFor | None:
        """Try the candidates whose circuit is open, if no candidate was called at all."""
        if self._attempted or not self._cooling:
            return None
        self._queue.push_front(self._cooling)
        self._cooling, self._is_last_resort = [], True
        return self.next_action()

    def take_waited(self) -> float:
        """Return the seconds waited since the last attempt, and count from zero again."""
        waited, self.waited = self.waited, 0.0
        return waited

    # --- the end of an attempt -----------------------------------------------------------------

    def mark_started(self, candidate: Candidate) -> None:
        """Record that `candidate` was called before this planner was made, as in most calls that fail."""
        self._queue.remove(candidate)
        self._attempted.add(_upstream_of(candidate))

    def end_attempt(self, record: Attempt, tokens: int | None) -> None:
        """Add an ended attempt to the log, and give back what it took; `tokens` are those it has used."""
        self.log.attempts.append(record)
        self.release(tokens)

    def release(self, tokens: int | None = None) -> None:
        """Give back the permit and the lease of the attempt, if it has any."""
        if self._lease is not None:
            self._lease.release(tokens)
        self._lease = self._permit = None

    def record_failure(self, candidate: Candidate, error: G4FLiteError) -> bool:
        """Record the failure of an attempt; return whether another one may follow."""
        self.log.errors.append(error)
        has_next_key = is_key_error(error) and self._queue.has_other_keys(candidate)
        if not has_next_key and is_retryable(error) and self._retries.schedule(candidate, error):
            self._queue.push_front([candidate])
        return len(self._queue) > 0


def _upstream_of(candidate: Candidate) -> UpstreamKey:
    return upstream_key(candidate.provider.full_name, candidate.options)
