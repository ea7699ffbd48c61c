"""One call, whoever drives it: how its attempts end, and it itself."""

import copy
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from g4f_lite._core.calls.attempt import Asking
from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._core.calls.error_mapping import as_error
from g4f_lite._core.calls.operation import Operation
from g4f_lite._core.calls.surrogates import rest
from g4f_lite._core.registry.hooks import HookCaller
from g4f_lite._utils.text import shorten
from g4f_lite._utils.untrusted import leaks, said
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
    from g4f_lite._core.calls.attempt_planner import Attempts

__all__ = ["Call"]

_ERROR_LENGTH = 1000
"""Characters of an error that its attempt keeps; enough for the next step, which comes last."""


class Call(Asking):
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
        "ends_at",
        "events",
        "handed",
        "parsed",
        "stop_timer",
        "told",
    )

    def __init__(
        self,
        candidate: Candidate,
        operation: Operation,
        *,
        stream: bool,
        hooks: Mapping[str, tuple[HookCaller, ...]],
        tries: "Attempts | None" = None,
        after: "Callable[[], Attempts] | None" = None,
        deadline: float | None = None,
        ends_at: float | None = None,
    ) -> None:
        super().__init__(candidate, operation, stream=stream, hooks=hooks, tries=tries, after=after)
        self.deadline = deadline
        self.ends_at = ends_at
        self.stop_timer: Callable[[], object] | None = None
        self.events = self.told = False
        self.handed = 0
        self.parsed: Any = None
        self._completion: Completion | None = None

    @property
    def holds(self) -> bool:
        """Whether the text is handed out at the end, in one piece."""
        return self.whole and not self.events

    @property
    def has_failed(self) -> bool:
        """Whether its error is known to the caller, or about to be."""
        return self._outcome == "error"

    def lacking(self) -> ProviderResponseError | None:
        """Return what is wrong with the whole answer: there is none, or not the one asked for; else None."""
        if self.gathered.is_empty:
            return EmptyAnswerError("The answer is empty.", hint="Ask again, or ask another provider.")
        plan = self._candidate.plan
        if plan is not None:
            try:
                self.parsed = plan.parsed(self.gathered.choices()[0])
            except StructuredOutputError as error:
                return error
        return self.operation.fault(self._candidate.payload, self.gathered)

    def finish(self) -> list[Any]:
        """The answer is whole; return what of it has been held back."""
        gathered = self.gathered
        late = rest(gathered.halves) if gathered.halves else []
        gathered.parts += (item for item in late if type(item) is str)
        if "g4f_lite._core.resilience.circuit_breaker" in sys.modules:
            from g4f_lite._core.calls.breaker_reports import succeeded

            succeeded(self._candidate)
        self._end("ok", gathered.finish)
        if not self.holds:
            return late if self.events else [item for item in late if type(item) is str]
        text = "".join(gathered.parts[self.handed :])
        return [text] if text else []

    def cancelled(self, trouble: BaseException | None = None) -> None:
        """The caller closed it; what had come is its completion.

        `trouble` is what closing the provider raised. It is noted, since closing must not raise.
        """
        if self._outcome == "pending" and self._completion is None:
            if trouble is not None:
                self._error = f"while closing: {said(trouble, 200, self._secrets())}"
            self._end("cancelled", "cancelled")

    def fail(self, error: BaseException) -> None:
        """Note that the attempt failed; returns if there may be another one.

        It is to be called outside the `except` that caught `error`: as a context, that would be shown too.

        Raises:
            G4FLiteError: what `error` comes to, with the provider, the partial text and the provenance.
        """
        if self.after is not None:
            self.tries, self.after = self.after(), None
            self.tries.begin_with(self._origin)
        typed = self._failed(error)
        tries = self.tries
        if tries is None or isinstance(typed, DeadlineError):
            raise self._over(typed)
        keeps = bool(
            self.stream and ((self.gathered.parts and not self.holds) or self.told or self.continued)
        )
        is_whole = isinstance(typed, StructuredOutputError)  # nothing of it is left to go on with
        if keeps and not (tries.carries_on and self._can_continue and not is_whole):
            raise self._over(typed)
        if not tries.goes_on(self._origin, typed):
            raise self._over(tries.final_error())
        self._start_over(keeps=keeps)

    def give_up(self) -> G4FLiteError:
        """Return the error of a call that finds nobody else to ask."""
        assert self.tries is not None  # noqa: S101 - only then is there somebody else
        return self._over(self.tries.final_error())

    def overdue(self, trouble: BaseException | None = None) -> G4FLiteError:
        """Return the error of a call whose deadline has passed; `trouble` as for `cancelled`."""
        if trouble is not None:
            self._hook_errors += [f"while closing: {said(trouble, 200, self._secrets())}"]
        limit = "" if self.tries is None else self.tries.limit
        return self._over(self._failed(DeadlineError(self.deadline or 0.0, limit=limit)))

    @property
    def _can_continue(self) -> bool:
        """Whether what was handed out is text alone, which another provider can go on from."""
        gathered = self.gathered
        return bool(gathered.parts) and not any(
            choice.position or choice.tool_calls or choice.finish_reason for choice in gathered.choices()
        )

    def _start_over(self, *, keeps: bool) -> None:
        # What was held back by an attempt that failed is not a part of the answer.
        parts = self.gathered.parts[: self.handed if self.holds else None] if keeps else []
        self.gathered = self.operation.gather()
        self.gathered.parts = parts
        self.handed = self.gathered.carried = len(parts)
        self.continued = keeps
        self._outcome, self._error = "pending", None

    def _failed(self, error: BaseException) -> G4FLiteError:
        """Return the error that `error` comes to, and put the attempt on record."""
        secrets = self._secrets()
        typed = as_error(error, secrets)
        if isinstance(typed, ProviderError) and typed.provenance is not None:
            typed = copy.copy(typed)  # the provider raises the same object again and again
        self._outcome, self._error = "error", shorten(str(typed), _ERROR_LENGTH)
        self._ended = time.monotonic()
        self._settle()
        if isinstance(typed, ProviderError):
            typed.provider = typed.provider or self._candidate.provider.name
            typed.model = typed.model or self._candidate.model
            typed.partial_text = self.gathered.text
            typed.provenance = self.provenance
        if "g4f_lite_on_error" in self._hooks:
            self._tell("g4f_lite_on_error", error=typed)
            if isinstance(typed, ProviderError):
                typed.provenance = self.provenance  # with what the hooks raised
        if typed is not error:
            typed.__cause__ = None if leaks(error, secrets) else error
        elif leaks(error.__cause__, secrets) or leaks(error.__context__, secrets):
            typed.__cause__ = typed.__context__ = None
        from g4f_lite._core.calls.breaker_reports import failed

        failed(self._candidate, typed)
        return typed

    def _over(self, error: G4FLiteError) -> G4FLiteError:
        """Return the error that the caller sees: nothing follows it."""
        self._outcome, self._error = "error", shorten(str(error), _ERROR_LENGTH)
        self._release()
        if isinstance(error, ProviderError):
            error.provenance = self.provenance
        return error

    def _settle(self) -> None:
        """The attempt has ended: it goes on record, and gives back what it took."""
        tries = self.tries
        if tries is not None and not self._is_on_record:
            self._is_on_record = True
            tries.log.append(self._attempt())
            usage = self.gathered.usage
            tries.ended(usage.total_tokens if usage is not None else None)

    def _release(self) -> None:
        if self.tries is not None:
            self.tries.ended()
        if self.stop_timer is not None:
            self.stop_timer()
            self.stop_timer = None
        self.scope.release()

    def _end(self, outcome: Literal["ok", "cancelled"], reason: FinishReason | None) -> None:
        self._outcome = outcome
        self._ended = time.monotonic()
        self._settle()
        self._release()
        self._completion = self._complete(reason)
        if "g4f_lite_after_response" in self._hooks:
            self._tell("g4f_lite_after_response", completion=self._completion)
            self._completion = self._complete(reason)  # with what the hooks raised

    def _complete(self, reason: FinishReason | None) -> Completion:
        gathered = self.gathered
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
