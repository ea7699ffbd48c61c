"""One call to one provider, whoever drives it: what it asks, what has come, and how it ended."""

import copy
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from g4f_lite._failures import as_error, is_interrupt, is_secret_name, leaks, secrets_of
from g4f_lite._foreign import or_else, said
from g4f_lite._gathered import Gathered, wrong
from g4f_lite._plugins import HookCaller, call_hooks
from g4f_lite._routing import Route
from g4f_lite._text_safety import shorten
from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.contract import Request
from g4f_lite.errors import (
    EmptyAnswerError,
    G4FLiteError,
    ProviderError,
    StreamStateError,
)
from g4f_lite.events import FinishReason
from g4f_lite.messages import Message
from g4f_lite.results import Attempt, Completion, Outcome, Provenance

__all__ = ["Call"]

_ERROR_LENGTH = 1000
"""Characters of an error that its attempt keeps; enough for the next step, which comes last."""


class Call:
    """The state of a call. One thread at a time drives it; `scope` may be cancelled from any."""

    __slots__ = (
        "_completion",
        "_dropped",
        "_ended",
        "_error",
        "_hook_errors",
        "_hooks",
        "_model_asked",
        "_options",
        "_outcome",
        "_request",
        "_route",
        "_started",
        "gathered",
        "messages",
        "scope",
        "stream",
        "streamed",
        "whole",
    )

    def __init__(
        self,
        route: Route,
        messages: list[Message],
        *,
        stream: bool,
        options: dict[str, Any],
        dropped: tuple[str, ...],
        model_asked: str | None,
        hooks: Mapping[str, tuple[HookCaller, ...]],
    ) -> None:
        self.scope = CancelScope()
        self.messages = messages
        self.stream = stream
        self.gathered = Gathered()
        # One rule for a provider that cannot stream: it is asked for its answer whole, and a stream
        # of that is one chunk.
        self.whole = stream and not route.provider.supports_stream
        self.streamed = stream and route.provider.supports_stream
        self._route = route
        self._options = options
        self._dropped = dropped
        self._model_asked = model_asked
        self._hooks = hooks
        self._hook_errors: list[str] = []
        self._started = time.monotonic()
        self._ended: float | None = None
        self._outcome: Outcome = "pending"
        self._error: str | None = None
        self._completion: Completion | None = None
        self._request: Request | None = None

    # --- asking ------------------------------------------------------------------------------

    def arguments(self) -> dict[str, Any]:
        """Return what the provider is called with, by keyword; tells the hooks that it is about to be."""
        self._tell("g4f_lite_before_request")
        return {
            "model": self._route.model,
            "messages": self.messages,
            "stream": self.stream and not self.whole,
            **self._options,
        }

    def open(self) -> Iterator[Any]:
        """Call the provider's synchronous function; return an iterator over what it answers.

        Raises:
            G4FLiteError: what it raises at once; a generator raises nothing yet.
        """
        token = _current.set(self.scope)
        try:
            return self._iterator(self._route.provider.create(**self.arguments()))
        except BaseException as error:
            if is_interrupt(error):
                raise
            failure = error
        finally:
            _current.reset(token)
        raise self.failed(failure)

    def open_async(self) -> Any:
        """Call the provider's asynchronous function; return its asynchronous iterator."""
        acreate = self._route.provider.acreate
        assert acreate is not None  # noqa: S101 - asked before
        try:
            source = acreate(**self.arguments())
            if hasattr(source, "__anext__"):
                return source
            failure: BaseException = wrong(
                "_acreate_completion returned", source, "an asynchronous generator"
            )
        except BaseException as error:
            if is_interrupt(error):
                raise
            failure = error
        raise self.failed(failure)

    @property
    def is_native(self) -> bool:
        """Whether the provider has an asynchronous function."""
        return self._route.provider.acreate is not None

    def _iterator(self, answer: Any) -> Iterator[Any]:
        if isinstance(answer, str):  # the loader warns about this; here it is a stream of one chunk
            self.streamed = False
            return iter((answer,))
        if answer is None or isinstance(answer, (bytes, dict)) or not hasattr(answer, "__iter__"):
            raise wrong("_create_completion returned", answer, "an iterator over str")
        return iter(answer)

    # --- ending ------------------------------------------------------------------------------

    def finish(self) -> None:
        """The answer is whole.

        Raises:
            EmptyAnswerError: there is none.
        """
        if self.gathered.is_empty:
            hint = "Ask again, or ask another provider."
            raise self.failed(EmptyAnswerError("The answer is empty.", hint=hint))
        self._end("ok", self.gathered.finish)

    def cancelled(self, trouble: BaseException | None = None) -> None:
        """The caller closed it; what had come is its completion.

        `trouble` is what closing the provider raised. It is noted, since closing must not raise.
        """
        if self._outcome == "pending":
            if trouble is not None:
                self._error = f"while closing: {said(trouble, 200, self._secrets())}"
            self._end("cancelled", "cancelled")

    def failed(self, error: BaseException) -> G4FLiteError:
        """Return the error that `error` comes to, with the provider, the partial text and the provenance.

        It is to be raised outside the `except` that caught `error`: as a context, that would be shown too.
        """
        secrets = self._secrets()
        typed = as_error(error, secrets)
        if isinstance(typed, ProviderError) and typed.provenance is not None:
            typed = copy.copy(typed)  # the provider raises the same object again and again
        self._outcome, self._error = "error", shorten(str(typed), _ERROR_LENGTH)
        self._ended = time.monotonic()
        self.scope.release()
        if isinstance(typed, ProviderError):
            typed.provider = typed.provider or self._route.provider.name
            typed.model = typed.model or self._route.model
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
        return typed

    def _secrets(self) -> tuple[str, ...]:
        return secrets_of(self._options, self._route.provider.auth_env)

    def _end(self, outcome: Literal["ok", "cancelled"], reason: FinishReason | None) -> None:
        self._outcome = outcome
        self._ended = time.monotonic()
        self.scope.release()
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
        )

    # --- telling -----------------------------------------------------------------------------

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

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now."""
        provider = self._route.provider
        served = self.gathered.served
        seconds = (self._ended or time.monotonic()) - self._started
        attempt = Attempt(provider.full_name, self._route.model, self._outcome, seconds, self._error)
        return Provenance(
            provider=provider.name,
            distribution=provider.distribution,
            version=provider.version,
            model_asked=self._model_asked,
            model_served=served.model if served else self._route.model,
            streamed=self.streamed,
            attempts=(*self._route.skipped, attempt),
            dropped_options=self._dropped,
            hook_errors=tuple(self._hook_errors),
        )

    def _tell(self, hook: str, **arguments: Completion | G4FLiteError) -> None:
        callers = self._hooks.get(hook)
        if callers:
            self._hook_errors += call_hooks(callers, hook, request=self._described(), **arguments)

    def _described(self) -> Request:
        """Return the request as hooks are shown it: a copy through and through, without what may be a key."""
        if self._request is None:
            provider = self._route.provider
            self._request = Request(
                provider=provider.name,
                distribution=provider.distribution,
                model=self._route.model,
                messages=tuple(_copied(self.messages)),
                stream=self.stream,
                options=MappingProxyType(
                    {
                        name: _copied(value)
                        for name, value in self._options.items()
                        if not is_secret_name(name)
                    }
                ),
            )
        return self._request


def _copied(value: Any) -> Any:
    """Return a deep copy; what cannot be copied is shown as it is."""
    return or_else(value, lambda: copy.deepcopy(value))
