"""Who a call asks at the moment, what with, and what stands on record of it."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from g4f_lite._core.calls.accumulator import contract_error
from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._core.calls.error_mapping import call_secrets
from g4f_lite._core.calls.operation import Operation
from g4f_lite._core.registry.hooks import HookCaller, call_hooks
from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.errors import G4FLiteError
from g4f_lite.results import Attempt, Completion, Outcome, Provenance

if TYPE_CHECKING:
    from g4f_lite._core.calls.attempt_planner import AttemptPlanner
    from g4f_lite.contract import Request

__all__ = ["AttemptState"]


class AttemptState:
    """The attempt that a call is at.

    Attributes:
        tries: what decides on further attempts, None for a call that has one, or had one so far.
        after: makes `tries` when the first attempt has failed, None if there is nothing more to decide.
        gathered: what has come of the answer.
        continued: whether the attempt goes on from the text of those before it.
        streamed: whether the answer comes as it is made; `whole`: whether it does not, and the caller
            wanted that.
    """

    __slots__ = (
        "_candidate",
        "_ended",
        "_error",
        "_hook_errors",
        "_hooks",
        "_is_on_record",
        "_outcome",
        "_request",
        "_started",
        "_template",
        "_waited",
        "accumulator",
        "is_continuation",
        "is_emulated_stream",
        "is_streaming",
        "make_planner",
        "operation",
        "planner",
        "scope",
        "stream",
    )

    def __init__(
        self,
        candidate: Candidate,
        operation: Operation,
        *,
        stream: bool,
        hooks: Mapping[str, tuple[HookCaller, ...]],
        tries: "AttemptPlanner | None",
        after: "Callable[[], AttemptPlanner] | None",
    ) -> None:
        self.scope = CancelScope()
        self.operation = operation
        self.stream = stream
        self.planner = tries
        self.make_planner = after
        self.is_continuation = False
        self.accumulator = operation.new_accumulator()
        self._hooks = hooks
        self._hook_errors: list[str] = []
        self._reset(candidate, candidate if tries is None and after is None else _private_copy(candidate))
        self._is_on_record = tries is not None  # nobody is asked before `take_turn`

    def _reset(self, origin: Candidate, candidate: Candidate) -> None:
        self._template = origin
        self._candidate = candidate  # each attempt's own: a provider may change what it is given
        # One rule for a provider that cannot stream: it is asked for its answer whole, and a stream
        # of that is one chunk.
        self.is_streaming = self.stream and candidate.provider.supports_stream
        self.is_emulated_stream = self.stream and not self.is_streaming
        self._started = time.monotonic()
        self._ended: float | None = None
        self._outcome: Outcome = "pending"
        self._error: str | None = None
        self._request: Request | None = None
        self._is_on_record = False
        self._waited = 0.0

    def start_attempt(self, candidate: Candidate) -> None:
        """Ask another candidate than before, or the same again."""
        tries = self.planner
        assert tries is not None  # noqa: S101 - only then is there another
        own = _private_copy(candidate)
        if self.is_continuation:
            own = own._replace(
                payload=self.operation.continuation_payload(own.payload, self.accumulator.text)
            )
        self._reset(candidate, own)
        self._waited, tries.waited = tries.waited, 0.0

    def call_kwargs(self) -> dict[str, Any]:
        """Return what the provider is called with, by keyword; tells the hooks that it is about to be."""
        candidate = self._candidate
        self._call_hooks("g4f_lite_before_request")
        model = {"model": candidate.model} if self.operation.names_model else {}
        return {
            **model,
            **self.operation.arguments(candidate.payload, stream=self.is_streaming),
            **candidate.options,
        }

    def open(self, scope: CancelScope | None = None) -> Iterator[Any]:
        """Call the provider's synchronous function; return an iterator over what it answers.

        Raises whatever the provider raises; a generator raises nothing yet.
        """
        token = _current.set(scope or self.scope)
        try:
            return self._iterator(self.operation.create(self._candidate.provider)(**self.call_kwargs()))
        finally:
            _current.reset(token)

    def open_async(self) -> tuple[Any, bool]:
        """Call the provider on the event loop; return its iterator, and whether that is asynchronous.

        It is not where the client that it needs for that is not installed. Nothing was read of it yet.
        """
        provider = self._candidate.provider
        acreate = self.operation.acreate(provider)
        if acreate is not None:
            source = acreate(**self.call_kwargs())
            if hasattr(source, "__anext__"):
                return source, True
            raise contract_error(f"{self.operation.aname} returned", source, "an asynchronous generator")
        token = _current.set(self.scope)
        try:
            source = self.operation.create(provider)(**self.call_kwargs())
        finally:
            _current.reset(token)
        if getattr(source, "native", False):
            return source.__aiter__(), True
        return self._iterator(source), False

    @property
    def runs_on_event_loop(self) -> bool:
        """Whether the provider may be asked on the event loop."""
        provider = self._candidate.provider
        return self.operation.acreate(provider) is not None or self.operation.is_dual_iterable(provider)

    def _iterator(self, answer: Any) -> Iterator[Any]:
        if isinstance(answer, str):  # the loader warns about this; here it is a stream of one chunk
            self.is_streaming = False
            return iter((answer,))
        if answer is None or isinstance(answer, (bytes, dict)) or not hasattr(answer, "__iter__"):
            raise contract_error(f"{self.operation.name} returned", answer, "an iterator over str")
        return iter(answer)

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now."""
        candidate = self._candidate
        provider = candidate.provider
        served = self.accumulator.served
        return Provenance(
            provider.name,
            provider.distribution,
            provider.version,
            candidate.model_asked,
            served.model if served else candidate.model,
            self.is_streaming,
            self._attempts(),
            candidate.dropped,
            tuple(self._hook_errors),
            candidate.plan.way if candidate.plan is not None else None,
        )

    def _attempts(self) -> tuple[Attempt, ...]:
        before = self._candidate.skipped if self.planner is None else self.planner.log
        return tuple(before) if self._is_on_record else (*before, self._attempt())

    def _attempt(self) -> Attempt:
        candidate = self._candidate
        return Attempt(
            candidate.provider.full_name,
            candidate.model,
            self._outcome,
            (self._ended or time.monotonic()) - self._started,
            self._error,
            candidate.key or None,
            self._waited,
            self.is_continuation,
        )

    def _call_hooks(self, hook: str, **arguments: Completion | G4FLiteError) -> None:
        callers = self._hooks.get(hook)
        if callers:
            if self._request is None:
                from g4f_lite._core.calls.hook_request import build_hook_request

                shown = self.operation.hook_messages(self._candidate.payload)
                self._request = build_hook_request(self._candidate, shown, stream=self.stream)
            self._hook_errors += call_hooks(callers, hook, request=self._request, **arguments)

    def _secrets(self) -> tuple[str, ...]:
        candidate = self._candidate
        more = () if self.planner is None else self.planner.secrets
        return call_secrets(
            candidate.options, candidate.provider.name, candidate.provider.key_variables, more
        )


def _private_copy(candidate: Candidate) -> Candidate:
    """Return a candidate with a payload and options of its own."""
    return candidate._replace(
        payload=_copy_containers(candidate.payload), options=_copy_containers(candidate.options)
    )


def _copy_containers(value: Any) -> Any:
    """Return a copy of what plain data can be changed; the rest is shared."""
    kind = type(value)
    if kind is list:
        return [_copy_containers(item) for item in value]
    if kind is dict:
        return {name: item if type(item) is str else _copy_containers(item) for name, item in value.items()}
    return kind(value) if kind in (set, bytearray) else value
