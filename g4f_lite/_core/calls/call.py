"""The state of one call: its current attempt, its policy on failures, and its result."""

import copy
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from g4f_lite._core.calls.attempt import AttemptState, copy_candidate
from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._core.calls.error_mapping import call_secrets, to_g4f_error
from g4f_lite._core.calls.operation import Operation
from g4f_lite._core.calls.surrogates import flush_surrogates
from g4f_lite._core.registry.hook_dispatch import HookImpl, call_hooks
from g4f_lite._utils.text import shorten
from g4f_lite._utils.untrusted import describe_exception, exposes_secret
from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.errors import (
    DeadlineError,
    EmptyAnswerError,
    G4FLiteError,
    ProviderError,
    ProviderResponseError,
    StreamStateError,
    StructuredOutputError,
)
from g4f_lite.events import FinishReason
from g4f_lite.results import Attempt, Completion, Provenance

if TYPE_CHECKING:
    from g4f_lite._core.calls.attempt_planner import AttemptPlanner

__all__ = ["Call"]

_ERROR_LENGTH = 1000
"""Characters of an error that its attempt keeps; enough for the hint, which is at the end."""


class Call:
    """The state of a call. One thread at a time drives it; `scope` may be cancelled from any thread.

    Attributes:
        attempt: the current attempt, or the last one while the call waits for the next.
        accumulator: what the answer consists of so far. Replaced when an attempt fails.
        planner: decides on further attempts, None for a call that has only one, or has had no failure yet.
        make_planner: makes `planner` when the first attempt fails, None if there is nothing to decide.
        deadline: the seconds that the caller allows, None for no limit.
        ends_at: the time of the deadline on the clock's monotonic scale.
        stop_timer: stops the timer of the deadline.
        stream: whether the caller wants the answer as it arrives.
        events: whether the caller wants events besides text.
        has_emitted_event: whether the caller has received an event that is a part of the answer.
        parsed: the object that `response_format` describes, None until the answer is complete.
    """

    __slots__ = (
        "_completion",
        "_error",
        "_hook_errors",
        "_hooks",
        "accumulator",
        "attempt",
        "deadline",
        "ends_at",
        "events",
        "has_emitted_event",
        "make_planner",
        "operation",
        "parsed",
        "planner",
        "scope",
        "stop_timer",
        "stream",
    )

    def __init__(
        self,
        candidate: Candidate,
        operation: Operation,
        *,
        stream: bool,
        hooks: Mapping[str, tuple[HookImpl, ...]],
        planner: "AttemptPlanner | None" = None,
        make_planner: "Callable[[], AttemptPlanner] | None" = None,
        deadline: float | None = None,
        ends_at: float | None = None,
    ) -> None:
        self.scope = CancelScope()
        self.operation = operation
        self.stream = stream
        self.planner = planner
        self.make_planner = make_planner
        self.accumulator = operation.new_accumulator()
        self.deadline = deadline
        self.ends_at = ends_at
        self.stop_timer: Callable[[], object] | None = None
        self.events = self.has_emitted_event = False
        self.parsed: Any = None
        self._hooks = hooks
        self._hook_errors: list[str] = []
        self._completion: Completion | None = None
        self._error: str | None = None
        has_one_attempt = planner is None and make_planner is None
        self.attempt = AttemptState(
            operation,
            candidate,
            candidate if has_one_attempt else copy_candidate(candidate),
            stream=stream,
            is_logged=planner is not None,  # only `start_attempt` starts it
        )

    # --- opening an attempt --------------------------------------------------------------------

    def start_attempt(self, candidate: Candidate) -> None:
        """Make an attempt with `candidate` the current one."""
        planner = self.planner
        assert planner is not None  # noqa: S101 - only a planner chooses a candidate
        own = copy_candidate(candidate)
        is_continuation = bool(self.accumulator.inherited_parts)
        if is_continuation:
            own = own._replace(
                payload=self.operation.continuation_payload(own.payload, self.accumulator.text)
            )
        self.attempt = AttemptState(
            self.operation,
            candidate,
            own,
            stream=self.stream,
            is_continuation=is_continuation,
            waited=planner.take_waited(),
        )

    def open(self, scope: CancelScope | None = None) -> Iterator[Any]:
        """Call the provider's synchronous function and return an iterator over its items.

        Calls the hooks first. Raises whatever the provider raises; a generator raises nothing yet.
        """
        token = _current.set(scope or self.scope)
        try:
            self._call_hooks("g4f_lite_before_request")
            return self.attempt.open()
        finally:
            _current.reset(token)

    def open_async(self) -> tuple[Any, bool]:
        """Call the provider on the event loop; return its iterator, and whether that is asynchronous.

        Calls the hooks first. The iterator is synchronous if the client that asynchronous reading needs is
        not installed. Nothing has been read from it yet.
        """
        if self.attempt.has_async_function:
            self._call_hooks("g4f_lite_before_request")
            return self.attempt.open_async(), True
        token = _current.set(self.scope)
        try:
            self._call_hooks("g4f_lite_before_request")
            return self.attempt.open_dual()
        finally:
            _current.reset(token)

    # --- the end of an attempt -----------------------------------------------------------------

    @property
    def is_buffered(self) -> bool:
        """Whether the caller receives the text at the end, in one piece."""
        return self.attempt.is_emulated_stream and not self.events

    @property
    def has_failed(self) -> bool:
        """Whether the call has ended with an error, which the caller receives."""
        return self._error is not None

    def validate_response(self) -> ProviderResponseError | None:
        """Return what is wrong with the complete answer, or None if nothing is.

        Sets `parsed` if the caller asked for a `response_format`.
        """
        if self.accumulator.is_empty:
            return EmptyAnswerError("The answer is empty.", hint="Ask again, or ask another provider.")
        candidate = self.attempt.candidate
        if candidate.plan is not None:
            try:
                self.parsed = candidate.plan.parsed(self.accumulator.choices()[0])
            except StructuredOutputError as error:
                return error
        return self.operation.validate(candidate.payload, self.accumulator)

    def complete(self) -> list[Any]:
        """End the call with a complete answer, and return the items of it that were held back."""
        accumulator = self.accumulator
        late = flush_surrogates(accumulator.pending_surrogates) if accumulator.pending_surrogates else []
        accumulator.parts += (item for item in late if type(item) is str)
        if "g4f_lite._core.resilience.circuit_breaker" in sys.modules:
            from g4f_lite._core.calls.breaker_reports import report_success

            report_success(self.attempt.candidate)
        self._finalize("ok", accumulator.finish)
        if not self.is_buffered:
            return late if self.events else [item for item in late if type(item) is str]
        text = "".join(accumulator.parts[accumulator.inherited_parts :])
        return [text] if text else []

    def mark_cancelled(self, close_error: BaseException | None = None) -> None:
        """End the call because the caller closed it, unless it has ended already.

        The attempt records `close_error`, the exception raised by closing the provider: closing must not raise.
        """
        if self._error is None and self._completion is None:
            if close_error is not None:
                self.attempt.error = self._describe_close_error(close_error)
            self._finalize("cancelled", "cancelled")

    def handle_failure(self, error: BaseException) -> None:
        """Record that the attempt failed; return if another attempt may follow.

        To be called outside the `except` that caught `error`: `error` as a context would be shown too.

        Raises:
            G4FLiteError: the call has failed. It has the provider, the partial text and the provenance.
        """
        if self.make_planner is not None:
            self.planner, self.make_planner = self.make_planner(), None
            self.planner.mark_started(self.attempt.template)
        failure = self._normalize_error(error)
        planner = self.planner
        if planner is None or not self._may_try_again(planner, failure):
            raise self._finish_with_error(failure)
        if not planner.record_failure(self.attempt.template, failure):
            raise self._finish_with_error(planner.final_error())
        self._reset_accumulator(keep_text=self._has_emitted)

    def exhausted_error(self) -> G4FLiteError:
        """End the call because no candidate is left, and return its error."""
        assert self.planner is not None  # noqa: S101 - only a planner runs out of candidates
        return self._finish_with_error(self.planner.final_error())

    def deadline_error(self, close_error: BaseException | None = None) -> G4FLiteError:
        """End the call because its deadline has passed, and return its error; `close_error` as above."""
        if close_error is not None:
            self._hook_errors.append(self._describe_close_error(close_error))
        limit = "" if self.planner is None else self.planner.limit
        return self._finish_with_error(
            self._normalize_error(DeadlineError(self.deadline or 0.0, limit=limit))
        )

    # --- the policy on failures ----------------------------------------------------------------

    def _may_try_again(self, planner: "AttemptPlanner", failure: G4FLiteError) -> bool:
        if isinstance(failure, DeadlineError):
            return False
        return not self._has_emitted or planner.may_continue(self.accumulator, failure)

    @property
    def _has_emitted(self) -> bool:
        """Whether the caller has received a part of the answer, so that no other answer may begin."""
        return self.stream and (
            self.attempt.is_continuation
            or self.has_emitted_event
            or (bool(self.accumulator.parts) and not self.is_buffered)
        )

    def _reset_accumulator(self, *, keep_text: bool) -> None:
        """Replace the accumulator; keep the text that the caller has received if `keep_text`."""
        old, new = self.accumulator, self.operation.new_accumulator()
        if keep_text:
            # Text that a failed attempt held back is not a part of the answer.
            new.parts = old.parts[: old.inherited_parts] if self.is_buffered else old.parts
            new.inherited_parts = len(new.parts)
        self.accumulator = new

    # --- bookkeeping ---------------------------------------------------------------------------

    def _normalize_error(self, error: BaseException) -> G4FLiteError:
        """Return `error` as an error of g4f_lite, and end the attempt with it.

        Logs the attempt, calls the hooks and reports to the circuit breaker.
        """
        secrets = self._secrets()
        failure = to_g4f_error(error, secrets)
        if isinstance(failure, ProviderError) and failure.provenance is not None:
            failure = copy.copy(failure)  # a provider may raise the same object again and again
        attempt = self.attempt
        attempt.error = shorten(str(failure), _ERROR_LENGTH)
        attempt.finish("error")
        self._log_attempt()
        if isinstance(failure, ProviderError):
            failure.provider = failure.provider or attempt.candidate.provider.name
            failure.model = failure.model or attempt.candidate.model
            failure.partial_text = self.accumulator.text
            failure.provenance = self.provenance
        if "g4f_lite_on_error" in self._hooks:
            self._call_hooks("g4f_lite_on_error", error=failure)
            if isinstance(failure, ProviderError):
                failure.provenance = self.provenance  # with the errors of the hooks
        if failure is not error:
            failure.__cause__ = None if exposes_secret(error, secrets) else error
        elif exposes_secret(error.__cause__, secrets) or exposes_secret(error.__context__, secrets):
            failure.__cause__ = failure.__context__ = None
        from g4f_lite._core.calls.breaker_reports import report_failure

        report_failure(attempt.candidate, failure)
        return failure

    def _finish_with_error(self, error: G4FLiteError) -> G4FLiteError:
        """End the call with `error`, and return it as the caller receives it."""
        self._error = self.attempt.error = shorten(str(error), _ERROR_LENGTH)
        self._release()
        if isinstance(error, ProviderError):
            error.provenance = self.provenance
        return error

    def _finalize(self, outcome: Literal["ok", "cancelled"], reason: FinishReason | None) -> None:
        """End the call without an error."""
        self.attempt.finish(outcome)
        self._log_attempt()
        self._release()
        self._completion = self.accumulator.to_completion(reason, self.provenance, self.parsed)
        if "g4f_lite_after_response" in self._hooks:
            self._call_hooks("g4f_lite_after_response", completion=self._completion)
            # Built again, with the errors of the hooks.
            self._completion = self.accumulator.to_completion(reason, self.provenance, self.parsed)

    def _log_attempt(self) -> None:
        """Have the planner log the ended attempt, and give back the lease and permit that it took."""
        planner, attempt = self.planner, self.attempt
        if planner is not None and not attempt.is_logged:
            attempt.is_logged = True
            usage = self.accumulator.usage
            planner.end_attempt(attempt.to_record(), usage.total_tokens if usage is not None else None)

    def _release(self) -> None:
        if self.planner is not None:
            self.planner.release()
        if self.stop_timer is not None:
            self.stop_timer()
            self.stop_timer = None
        self.scope.release()

    def _call_hooks(self, hook: str, **arguments: Completion | G4FLiteError) -> None:
        implementations = self._hooks.get(hook)
        if implementations:
            request = self.attempt.to_hook_request()
            self._hook_errors += call_hooks(implementations, hook, request=request, **arguments)

    def _describe_close_error(self, error: BaseException) -> str:
        return f"while closing: {describe_exception(error, 200, self._secrets())}"

    def _secrets(self) -> tuple[str, ...]:
        candidate = self.attempt.candidate
        more = () if self.planner is None else self.planner.secrets
        return call_secrets(
            candidate.options, candidate.provider.name, candidate.provider.key_variables, more
        )

    # --- the result ----------------------------------------------------------------------------

    @property
    def provenance(self) -> Provenance:
        """Where the answer comes from, as far as is known now."""
        candidate = self.attempt.candidate
        provider = candidate.provider
        served = self.accumulator.served
        return Provenance(
            provider.name,
            provider.distribution,
            provider.version,
            candidate.model_asked,
            served.model if served else candidate.model,
            self.attempt.is_streaming,
            self._attempt_records(),
            candidate.dropped,
            tuple(self._hook_errors),
            candidate.plan.way if candidate.plan is not None else None,
        )

    def _attempt_records(self) -> tuple[Attempt, ...]:
        attempt = self.attempt
        before = attempt.candidate.skipped if self.planner is None else self.planner.log.attempts
        return tuple(before) if attempt.is_logged else (*before, attempt.to_record())

    @property
    def completion(self) -> Completion:
        """The completion of a call that has ended.

        Raises:
            StreamStateError: the call has not ended, or has failed.
        """
        if self._completion is not None:
            return self._completion
        if self._error is not None:
            raise StreamStateError(
                f"There is no completion: the call failed ({self._error}).",
                hint="The error that was raised has the text so far as `partial_text`.",
            )
        raise StreamStateError(
            "The answer has not ended yet, so there is no completion.",
            hint="Read the stream to its end, or close it, first.",
        )
