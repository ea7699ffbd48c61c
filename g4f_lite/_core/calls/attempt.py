"""The state of one attempt: the candidate, how the provider is called, and the outcome."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from g4f_lite._core.calls.accumulator import contract_error
from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._core.calls.operation import Operation
from g4f_lite.results import Attempt, Outcome

if TYPE_CHECKING:
    from g4f_lite.contract import Request

__all__ = ["AttemptState", "copy_candidate"]


class AttemptState:
    """One attempt of a call; the next attempt has another object.

    Attributes:
        template: the candidate as the planner knows it.
        candidate: the candidate that is called. If there may be another attempt, its payload and options are
            copies, since a provider may change them.
        is_streaming: whether the provider is asked for a stream.
        is_emulated_stream: whether the caller wants a stream and the provider cannot stream.
        is_continuation: whether the attempt continues the text of earlier attempts.
        is_logged: whether the planner's log has the attempt, or must not have it, since a planner has not
            started it yet.
        waited: seconds waited before the attempt.
    """

    __slots__ = (
        "_request",
        "_stream",
        "candidate",
        "ended",
        "error",
        "is_continuation",
        "is_emulated_stream",
        "is_logged",
        "is_streaming",
        "operation",
        "outcome",
        "started",
        "template",
        "waited",
    )

    def __init__(
        self,
        operation: Operation,
        template: Candidate,
        candidate: Candidate,
        *,
        stream: bool,
        is_continuation: bool = False,
        is_logged: bool = False,
        waited: float = 0.0,
    ) -> None:
        self.operation = operation
        self.template = template
        self.candidate = candidate
        # A provider that cannot stream is asked for a whole answer, and a stream of that is one chunk.
        self.is_streaming = stream and candidate.provider.supports_stream
        self.is_emulated_stream = stream and not self.is_streaming
        self.is_continuation = is_continuation
        self.is_logged = is_logged
        self.waited = waited
        self.started = time.monotonic()
        self.ended: float | None = None
        self.outcome: Outcome = "pending"
        self.error: str | None = None
        self._stream = stream
        self._request: Request | None = None

    def finish(self, outcome: Outcome) -> None:
        """Record that the attempt has ended now, with `outcome`."""
        self.outcome = outcome
        self.ended = time.monotonic()

    def to_record(self) -> Attempt:
        """Return the attempt as the provenance lists it."""
        candidate = self.candidate
        return Attempt(
            candidate.provider.full_name,
            candidate.model,
            self.outcome,
            (self.ended or time.monotonic()) - self.started,
            self.error,
            candidate.key or None,
            self.waited,
            self.is_continuation,
        )

    def to_hook_request(self) -> "Request":
        """Return the attempt's request as hooks see it. Made once."""
        if self._request is None:
            from g4f_lite._core.calls.hook_request import build_hook_request

            messages = self.operation.hook_messages(self.candidate.payload)
            self._request = build_hook_request(self.candidate, messages, stream=self._stream)
        return self._request

    # --- calling the provider ----------------------------------------------------------------

    @property
    def has_async_function(self) -> bool:
        """Whether the provider has an asynchronous function for the operation."""
        return self.operation.acreate(self.candidate.provider) is not None

    @property
    def runs_on_event_loop(self) -> bool:
        """Whether the provider may be called on the event loop."""
        return self.has_async_function or self.operation.is_dual_iterable(self.candidate.provider)

    def open(self) -> Iterator[Any]:
        """Call the provider's synchronous function and return an iterator over its items.

        Raises whatever the provider raises; a generator raises nothing yet.
        """
        return self._to_iterator(self._call_create())

    def open_async(self) -> Any:
        """Call the provider's asynchronous function and return its asynchronous iterator."""
        acreate = self.operation.acreate(self.candidate.provider)
        assert acreate is not None  # noqa: S101 - `has_async_function` is checked before
        source = acreate(**self._kwargs())
        if hasattr(source, "__anext__"):
            return source
        raise contract_error(f"{self.operation.aname} returned", source, "an asynchronous generator")

    def open_dual(self) -> tuple[Any, bool]:
        """Call the function whose result may be read both ways.

        Returns the iterator, and whether it is asynchronous. It is synchronous if the client that
        asynchronous reading needs is not installed. Nothing has been read from it yet.
        """
        source = self._call_create()
        if getattr(source, "native", False):
            return source.__aiter__(), True
        return self._to_iterator(source), False

    def _call_create(self) -> Any:
        return self.operation.create(self.candidate.provider)(**self._kwargs())

    def _kwargs(self) -> dict[str, Any]:
        candidate = self.candidate
        model = {"model": candidate.model} if self.operation.names_model else {}
        return {
            **model,
            **self.operation.arguments(candidate.payload, stream=self.is_streaming),
            **candidate.options,
        }

    def _to_iterator(self, result: Any) -> Iterator[Any]:
        if isinstance(result, str):  # the loader warns about this; here it is a stream of one chunk
            self.is_streaming = False
            return iter((result,))
        if result is None or isinstance(result, (bytes, dict)) or not hasattr(result, "__iter__"):
            raise contract_error(f"{self.operation.name} returned", result, "an iterator over str")
        return iter(result)


def copy_candidate(candidate: Candidate) -> Candidate:
    """Return `candidate` with copies of its payload and options."""
    return candidate._replace(
        payload=_copy_containers(candidate.payload), options=_copy_containers(candidate.options)
    )


def _copy_containers(value: Any) -> Any:
    """Return `value` with copies of the containers in it that can be changed; the rest is shared."""
    kind = type(value)
    if kind is list:
        return [_copy_containers(item) for item in value]
    if kind is dict:
        return {name: item if type(item) is str else _copy_containers(item) for name, item in value.items()}
    return kind(value) if kind in (set, bytearray) else value
