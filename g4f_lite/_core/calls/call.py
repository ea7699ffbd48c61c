"""One call, whoever drives it: how its attempts end, and it itself."""

import copy
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from g4f_lite._core.calls.attempt import AttemptState
from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._core.calls.error_mapping import to_g4f_error
from g4f_lite._core.calls.operation import Operation
from g4f_lite._core.calls.surrogates import flush_surrogates
from g4f_lite._core.registry.hooks import HookCaller
from g4f_lite._utils.text import shorten
from g4f_lite._utils.untrusted import describe_exception, exposes_secret
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
from g4f_lite.results import Completion

if TYPE_CHECKING:
    from g4f_lite._core.calls.attempt_planner import AttemptPlanner

__all__ = ["Call"]

_ERROR_LENGTH = 1000
"""Characters of an error that its attempt keeps; enough for the next step, which comes last."""


class Call(AttemptState):
    """The state of a call. One thread at a time drives it; `scope` may be cancelled from any.

    Attributes:
        deadline: the seconds that it was given, None for no end; `ends_at`: when they are over, on the
            clock's monotonic scale.
        stop_timer: takes the deadline's timer back.
        events: whether the caller wants events beside text; `told`: whether one was handed out.
        handed: how many of the text's parts earlier attempts have handed out.
        parsed: the object that `response_format` asked for, once it is there.
    """

    __slots__ = (
        "_completion",
        "deadline",
        "emitted_parts",
        "ends_at",
        "events",
        "has_emitted_event",
        "parsed",
        "stop_timer",
    )

    def __init__(
        self,
        candidate: Candidate,
        operation: Operation,
        *,
        stream: bool,
        hooks: Mapping[str, tuple[HookCaller, ...]],
        tries: "AttemptPlanner | None" = None,
        after: "Callable[[], AttemptPlanner] | None" = None,
        deadline: float | None = None,
        ends_at: float | None = None,
    ) -> None:
        super().__init__(candidate, operation, stream=stream, hooks=hooks, tries=tries, after=after)
        self.deadline = deadline
        self.ends_at = ends_at
        self.stop_timer: Callable[[], object] | None = None
        self.events = self.has_emitted_event = False
        self.emitted_parts = 0
        self.parsed: Any = None
        self._completion: Completion | None = None

    @property
    def is_buffered(self) -> bool:
        """Whether the text is handed out at the end, in one piece."""
        return self.is_emulated_stream and not self.events

    @property
    def has_failed(self) -> bool:
        """Whether its error is known to the caller, or about to be."""
        return self._outcome == "error"

    def validate_response(self) -> ProviderResponseError | None:
        """Return what is wrong with the whole answer: there is none, or not the one asked for; else None."""
        if self.accumulator.is_empty:
            return EmptyAnswerError("The answer is empty.", hint="Ask again, or ask another provider.")
        plan = self._candidate.plan
        if plan is not None:
            try:
                self.parsed = plan.parsed(self.accumulator.choices()[0])
            except StructuredOutputError as error:
                return error
        return self.operation.validate(self._candidate.payload, self.accumulator)

    def complete(self) -> list[Any]:
        """The answer is whole; return what of it has been held back."""
        gathered = self.accumulator
        late = flush_surrogates(gathered.pending_surrogates) if gathered.pending_surrogates else []
        gathered.parts += (item for item in late if type(item) is str)
        if "g4f_lite._core.resilience.circuit_breaker" in sys.modules:
            from g4f_lite._core.calls.breaker_reports import report_success

            report_success(self._candidate)
        self._finalize("ok", gathered.finish)
        if not self.is_buffered:
            return late if self.events else [item for item in late if type(item) is str]
        text = "".join(gathered.parts[self.emitted_parts :])
        return [text] if text else []

    def mark_cancelled(self, trouble: BaseException | None = None) -> None:
        """The caller closed it; what had come is its completion.

        `trouble` is what closing the provider raised. It is noted, since closing must not raise.
        """
        if self._outcome == "pending" and self._completion is None:
            if trouble is not None:
                self._error = f"while closing: {describe_exception(trouble, 200, self._secrets())}"
            self._finalize("cancelled", "cancelled")

    def handle_failure(self, error: BaseException) -> None:
        """Note that the attempt failed; returns if there may be another one.

        It is to be called outside the `except` that caught `error`: as a context, that would be shown too.

        Raises:
            G4FLiteError: what `error` comes to, with the provider, the partial text and the provenance.
        """
        if self.make_planner is not None:
            self.planner, self.make_planner = self.make_planner(), None
            self.planner.mark_started(self._template)
        typed = self._normalize_error(error)
        tries = self.planner
        if tries is None or isinstance(typed, DeadlineError):
            raise self._finish_with_error(typed)
        keeps = bool(
            self.stream
            and (
                (self.accumulator.parts and not self.is_buffered)
                or self.has_emitted_event
                or self.is_continuation
            )
        )
        is_whole = isinstance(typed, StructuredOutputError)  # nothing of it is left to go on with
        if keeps and not (tries.continue_partial and self._can_continue and not is_whole):
            raise self._finish_with_error(typed)
        if not tries.record_failure(self._template, typed):
            raise self._finish_with_error(tries.final_error())
        self._reset_for_retry(keeps=keeps)

    def exhausted_error(self) -> G4FLiteError:
        """Return the error of a call that finds nobody else to ask."""
        assert self.planner is not None  # noqa: S101 - only then is there somebody else
        return self._finish_with_error(self.planner.final_error())

    def deadline_error(self, trouble: BaseException | None = None) -> G4FLiteError:
        """Return the error of a call whose deadline has passed; `trouble` as for `cancelled`."""
        if trouble is not None:
            self._hook_errors += [f"while closing: {describe_exception(trouble, 200, self._secrets())}"]
        limit = "" if self.planner is None else self.planner.limit
        return self._finish_with_error(
            self._normalize_error(DeadlineError(self.deadline or 0.0, limit=limit))
        )

    @property
    def _can_continue(self) -> bool:
        """Whether what was handed out is text alone, which another provider can go on from."""
        gathered = self.accumulator
        return bool(gathered.parts) and not any(
            choice.position or choice.tool_calls or choice.finish_reason for choice in gathered.choices()
        )

    def _reset_for_retry(self, *, keeps: bool) -> None:
        # What was held back by an attempt that failed is not a part of the answer.
        parts = self.accumulator.parts[: self.emitted_parts if self.is_buffered else None] if keeps else []
        self.accumulator = self.operation.new_accumulator()
        self.accumulator.parts = parts
        self.emitted_parts = self.accumulator.inherited_parts = len(parts)
        self.is_continuation = keeps
        self._outcome, self._error = "pending", None

    def _normalize_error(self, error: BaseException) -> G4FLiteError:
        """Return the error that `error` comes to, and put the attempt on record."""
        secrets = self._secrets()
        typed = to_g4f_error(error, secrets)
        if isinstance(typed, ProviderError) and typed.provenance is not None:
            typed = copy.copy(typed)  # the provider raises the same object again and again
        self._outcome, self._error = "error", shorten(str(typed), _ERROR_LENGTH)
        self._ended = time.monotonic()
        self._close_attempt()
        if isinstance(typed, ProviderError):
            typed.provider = typed.provider or self._candidate.provider.name
            typed.model = typed.model or self._candidate.model
            typed.partial_text = self.accumulator.text
            typed.provenance = self.provenance
        if "g4f_lite_on_error" in self._hooks:
            self._call_hooks("g4f_lite_on_error", error=typed)
            if isinstance(typed, ProviderError):
                typed.provenance = self.provenance  # with what the hooks raised
        if typed is not error:
            typed.__cause__ = None if exposes_secret(error, secrets) else error
        elif exposes_secret(error.__cause__, secrets) or exposes_secret(error.__context__, secrets):
            typed.__cause__ = typed.__context__ = None
        from g4f_lite._core.calls.breaker_reports import report_failure

        report_failure(self._candidate, typed)
        return typed

    def _finish_with_error(self, error: G4FLiteError) -> G4FLiteError:
        """Return the error that the caller sees: nothing follows it."""
        self._outcome, self._error = "error", shorten(str(error), _ERROR_LENGTH)
        self._release()
        if isinstance(error, ProviderError):
            error.provenance = self.provenance
        return error

    def _close_attempt(self) -> None:
        """The attempt has ended: it goes on record, and gives back what it took."""
        tries = self.planner
        if tries is not None and not self._is_on_record:
            self._is_on_record = True
            tries.log.append(self._attempt())
            usage = self.accumulator.usage
            tries.release(usage.total_tokens if usage is not None else None)

    def _release(self) -> None:
        if self.planner is not None:
            self.planner.release()
        if self.stop_timer is not None:
            self.stop_timer()
            self.stop_timer = None
        self.scope.release()

    def _finalize(self, outcome: Literal["ok", "cancelled"], reason: FinishReason | None) -> None:
        self._outcome = outcome
        self._ended = time.monotonic()
        self._close_attempt()
        self._release()
        self._completion = self._build_completion(reason)
        if "g4f_lite_after_response" in self._hooks:
            self._call_hooks("g4f_lite_after_response", completion=self._completion)
            self._completion = self._build_completion(reason)  # with what the hooks raised

    def _build_completion(self, reason: FinishReason | None) -> Completion:
        gathered = self.accumulator
        served = gathered.served
        return Completion(
            gathered.text,
            reason,
            gathered.usage,
            self.provenance,
            choices=gathered.choices(),
            citations=tuple(gathered.citations),
            media=tuple(gathered.media),
            metadata=dict(gathered.metadata),
            id=served.id if served else None,
            created=served.created if served else None,
            parsed=self.parsed,
        )

    @property
    def completion(self) -> Completion:
        """The completion, once there is one."""
        if self._completion is not None:
            return self._completion
        if self._outcome == "error":
            raise StreamStateError(
                f"There is no completion: the call failed ({self._error}).",
                hint="The error that was raised has the text so far as `partial_text`.",
            )
        raise StreamStateError(
            "The answer has not ended yet, so there is no completion.",
            hint="Read the stream to its end, or close it, first.",
        )
