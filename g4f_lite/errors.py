"""Every error that g4f_lite raises, in one tree.

::

    G4FLiteError
    ├── RegistryError               a provider cannot be had
    │   ├── ProviderNotFoundError   no installed provider has that name
    │   ├── ProviderConflictError   two distributions claim that name
    │   ├── ProviderBlockedError    the environment's lists keep it out
    │   ├── ProviderLoadError       its module could not be imported
    │   └── InvalidProviderError    it does not fulfil the contract
    ├── RequestError                the call cannot be made as asked
    │   ├── InvalidArgumentError    an argument has the wrong type or value
    │   │   └── InvalidMessageError one of the messages does
    │   ├── ModelNotFoundError      no usable provider offers that model
    │   ├── MissingAuthError        the provider needs a key and none was found
    │   ├── UnsupportedOptionError  the provider does not take that option
    │   ├── MissingExtraError       what it needs is an extra that is not installed
    │   └── KeyStoreError           the key store cannot be read or written
    ├── ProviderError               the provider was asked and failed
    │   ├── ProviderSetupError      something it needs on this machine is missing
    │   ├── ProviderConnectionError the service could not be reached, or hung up
    │   │   └── ProviderTimeoutError    it did not answer in time
    │   │       └── DeadlineError           the time of the whole call ran out
    │   ├── ProviderStatusError     the service answered with an HTTP error status
    │   │   ├── AuthenticationError     401: the key is wrong
    │   │   │   └── PermissionDeniedError   403: the key may not do this
    │   │   ├── InvalidRequestError     400, 413, 422 and the like
    │   │   │   ├── ContextLengthError      the conversation is too long for the model
    │   │   │   └── ContentFilterError      the service refuses its content
    │   │   ├── NotFoundError           404: it knows no such model or address
    │   │   ├── RateLimitError          429
    │   │   │   └── QuotaExceededError      402, or 429 for good: nothing is left to spend
    │   │   └── ServiceUnavailableError 5xx
    │   ├── ProviderResponseError   the service's answer breaks its own format
    │   │   ├── EmptyAnswerError        it ended without any text
    │   │   └── StructuredOutputError   it does not fit what `response_format` asked for
    │   ├── ProviderCrashError      the provider's code raised something else
    │   └── AllProvidersFailedError several were asked or skipped, and none answered
    ├── ToolError                   tools cannot be used as asked
    │   └── ToolRoundsError         the model went on calling tools beyond the bound
    └── StreamStateError            a stream was asked for what it does not have yet

Each message ends with a hint for the next step. Each error has its facts as attributes, can be pickled, and
contains no secret: the text of a service is redacted and shortened before an error is created::

    try:
        answer = ChatCompletion.create(provider="openai", messages=messages)
    except RateLimitError as error:
        time.sleep(error.retry_after or 10)
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import g4f_lite
from g4f_lite._utils.text import (
    find_similar_names,
    format_suggestion,
    format_wait,
    join_names,
    shorten,
    without_full_stop,
)

if TYPE_CHECKING:
    from g4f_lite._utils.error_response import ErrorResponse
    from g4f_lite.contract import Problem
    from g4f_lite.results import Attempt

__all__ = [
    "AllProvidersFailedError",
    "AuthenticationError",
    "ContentFilterError",
    "ContextLengthError",
    "DeadlineError",
    "EmptyAnswerError",
    "G4FLiteError",
    "InvalidArgumentError",
    "InvalidMessageError",
    "InvalidProviderError",
    "InvalidRequestError",
    "KeyStoreError",
    "MissingAuthError",
    "MissingExtraError",
    "ModelNotFoundError",
    "NotFoundError",
    "PermissionDeniedError",
    "ProviderBlockedError",
    "ProviderConflictError",
    "ProviderConnectionError",
    "ProviderCrashError",
    "ProviderError",
    "ProviderLoadError",
    "ProviderNotFoundError",
    "ProviderResponseError",
    "ProviderSetupError",
    "ProviderStatusError",
    "ProviderTimeoutError",
    "QuotaExceededError",
    "RateLimitError",
    "RegistryError",
    "RequestError",
    "ServiceUnavailableError",
    "StreamStateError",
    "StructuredOutputError",
    "ToolError",
    "ToolRoundsError",
    "UnsupportedOptionError",
]


class G4FLiteError(Exception):
    """The base class of all errors of g4f_lite.

    Attributes:
        hint: the next step, as one sentence. It is also the end of the message.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.hint = hint

    @property
    def message(self) -> str:
        """The message, as in the errors of the `openai` package."""
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # `pickle` rebuilds an exception from its positional arguments only. These errors have keyword arguments
        # too, and an error that cannot be pickled becomes an unrelated TypeError in a process pool.
        return (_rebuild, (type(self), self.args, self.__dict__))


def _rebuild(cls: type[G4FLiteError], args: tuple[Any, ...], state: dict[str, Any]) -> G4FLiteError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


# --- a provider cannot be had -------------------------------------------------------------------


class RegistryError(G4FLiteError):
    """The provider cannot be found, loaded or used.

    Attributes:
        provider: the requested name.
    """

    provider: str


class ProviderNotFoundError(RegistryError, LookupError):
    """No installed or registered provider has the requested name.

    Attributes:
        available: the names of all providers.
        suggestions: the available names that resemble the requested name.
    """

    def __init__(self, provider: str, available: Iterable[str], *, note: str = "") -> None:
        self.provider = provider
        self.available = tuple(available)
        self.suggestions = find_similar_names(provider, self.available)
        super().__init__(
            f"There is no provider {shorten(repr(provider), 100)}.{format_suggestion(self.suggestions)} "
            f"Available: {join_names(self.available)}.{note}",
            hint="Install the plugin that offers it, or pick one that `g4f-lite providers` lists.",
        )


class ProviderConflictError(RegistryError):
    """More than one distribution claims the name, so that it is ambiguous.

    Attributes:
        claims: the full names, ``"distribution:name"``, which are unambiguous.
    """

    def __init__(self, provider: str, claims: Iterable[str]) -> None:
        self.provider = provider
        self.claims = tuple(claims)
        super().__init__(
            f"The provider name {provider!r} is claimed by {len(self.claims)} entry points: "
            f"{join_names(self.claims)}.",
            hint=f"Ask for one by its full name (provider={self.claims[0]!r}), or uninstall or block "
            "the other (G4F_LITE_BLOCK=distribution).",
        )


class ProviderBlockedError(RegistryError):
    """The provider is installed, but ``G4F_LITE_PLUGINS`` or ``G4F_LITE_BLOCK`` excludes it.

    Attributes:
        distribution: the distribution of the provider.
        variable: the environment variable that excludes it.
    """

    def __init__(self, provider: str, distribution: str, variable: str) -> None:
        self.provider = provider
        self.distribution = distribution
        self.variable = variable
        step = (
            f"Take {provider!r} and {distribution!r} out of it"
            if variable == "G4F_LITE_BLOCK"
            else f"Add {provider!r} or {distribution!r} to it, or unset it"
        )
        super().__init__(
            f"The provider {provider!r} of the distribution {distribution!r} is kept out by {variable}.",
            hint=f"{step} to use this provider.",
        )


class ProviderLoadError(RegistryError):
    """The module of the provider could not be imported. Other providers are not affected.

    Attributes:
        distribution: the distribution of the provider.
        version: the version of the distribution.
        location: ``file:line`` of the failure, as close to the plugin's own code as it is known.
        reason: the exception of the import, as one line.
    """

    def __init__(
        self, provider: str, *, distribution: str, version: str, location: str, reason: str, fix: str
    ) -> None:
        self.provider = provider
        self.distribution = distribution
        self.version = version
        self.location = location
        self.reason = reason
        where = f" at {location}" if location else ""
        super().__init__(
            f"The provider {provider!r} of {f'{distribution} {version}'.strip()} could not be loaded: {reason}{where}.",
            hint=fix,
        )


class InvalidProviderError(RegistryError):
    """The provider was imported and does not fulfil the contract.

    Attributes:
        distribution: the distribution of the provider.
        version: the version of the distribution.
        problems: all violations of the contract, each with its location and its fix.
    """

    def __init__(
        self, provider: str, *, distribution: str, version: str, problems: Sequence["Problem"]
    ) -> None:
        self.provider = provider
        self.distribution = distribution
        self.version = version
        self.problems = tuple(problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(
            f"The provider {provider!r} of {f'{distribution} {version}'.strip()} does not fulfil the contract "
            f"({len(self.problems)} problem{'s' if len(self.problems) != 1 else ''}):{lines}\n",
            hint="If it is yours, fix these and run `g4f-lite check`; if not, tell its author.",
        )


# --- the call cannot be made as asked -----------------------------------------------------------


class RequestError(G4FLiteError):
    """The call has an invalid argument or lacks something. Nothing was sent."""


class InvalidArgumentError(RequestError, ValueError):
    """An argument has the wrong type or value.

    Attributes:
        argument: the name of the argument.
    """

    def __init__(self, argument: str, message: str, *, hint: str = "") -> None:
        self.argument = argument
        super().__init__(message, hint=hint)


class InvalidMessageError(InvalidArgumentError):
    """One of the messages is not a valid chat message.

    Attributes:
        index: the index of the message, from 0, or None if the list itself is invalid.
    """

    def __init__(self, index: int | None, message: str, *, hint: str = "") -> None:
        self.index = index
        super().__init__("messages", message, hint=hint)


class ModelNotFoundError(RequestError, LookupError):
    """The provider does not offer the model, or no usable provider does if the call names none.

    Attributes:
        model: the requested model.
        provider: the requested provider, or None if the call names none.
        available: the available models.
        suggestions: the available models that resemble the requested one.
    """

    def __init__(
        self, model: str, available: Iterable[str], *, provider: str | None = None, note: str = ""
    ) -> None:
        self.model = model
        self.provider = provider
        self.available = tuple(available)
        self.suggestions = find_similar_names(model, self.available)
        subject = f"The provider {provider!r} does not offer" if provider else "No usable provider offers"
        super().__init__(
            f"{subject} the model {shorten(repr(model), 100)}.{format_suggestion(self.suggestions)} "
            f"Available: {join_names(self.available)}.{note}",
            hint="`g4f-lite models` lists every model and who offers it.",
        )


class MissingAuthError(RequestError):
    """The provider needs a key, and neither the call, the environment nor the key store has one.

    Attributes:
        provider: the provider that needs the key.
        variable: the environment variable of the key.
        others: if the call names only a model, the other providers that offer it and have no key, each with its
            environment variable.
    """

    def __init__(self, provider: str, variable: str, *, others: Iterable[tuple[str, str]] = ()) -> None:
        self.provider = provider
        self.variable = variable
        self.others = dict(others)
        if self.others:
            names = join_names(f"{name} ({key})" for name, key in {provider: variable, **self.others}.items())
            message = f"Each provider that offers the model needs a key, and there is none: {names}."
            hint = "Set one of these environment variables, or run `g4f-lite keys set` with one of the names."
        else:
            message = f"The provider {provider!r} needs a key and none was given."
            hint = f"Pass auth=..., set the environment variable {variable}, or run `g4f-lite keys set {provider}`."
        super().__init__(message, hint=hint)


_FOREIGN_NAMES = {
    "access_token": ("auth",),
    "api_base": ("base_url",),
    "api_key": ("auth",),
    "drop_params": ("drop_options",),
    "fallbacks": ("provider",),
    "functions": ("tools",),
    "key": ("auth",),
    "max_retries": ("retries",),
    "num_retries": ("retries",),
    "request_timeout": ("timeout",),
    "token": ("auth",),
}
"""Names of arguments in other libraries, with the names of the same arguments in g4f_lite."""


class UnsupportedOptionError(RequestError, TypeError):
    """The provider does not accept an option of the call.

    Attributes:
        provider: the requested provider.
        options: the names of the options that it does not accept.
        accepted: the names of the options that it accepts.
    """

    def __init__(self, provider: str, options: Iterable[str], accepted: Iterable[str]) -> None:
        self.provider = provider
        self.options = tuple(options)
        self.accepted = tuple(accepted)
        suggestions = [
            match
            for option in self.options
            for match in _FOREIGN_NAMES.get(option, ()) or find_similar_names(option, self.accepted)
        ]
        plural = "s" if len(self.options) != 1 else ""
        names = ", ".join(map(repr, self.options))
        super().__init__(
            f"The provider {provider!r} does not take the option{plural} {names}.{format_suggestion(suggestions)} "
            f"It takes: {join_names(self.accepted)}.",
            hint="Leave it out, or pass drop_options=True to have it dropped and recorded.",
        )


class MissingExtraError(RequestError, ImportError):
    """The call needs an extra of g4f-lite that is not installed.

    Attributes:
        extra: the name of the extra.
    """

    def __init__(self, extra: str, what: str = "This") -> None:
        self.extra = extra
        super().__init__(
            f"{what} needs the extra {extra!r}, which is not installed.",
            hint=f"Run `pip install 'g4f-lite[{extra}]'`.",
        )


# --- the provider was asked and failed ----------------------------------------------------------


class ProviderError(G4FLiteError):
    """The provider was asked and failed.

    Attributes:
        provider: the provider that failed. The call fills it in if the provider did not.
        model: the requested model. The call fills it in if the provider did not.
        partial_text: the text that had arrived before, or `""`. It is not sent again.
        provenance: all attempts of the call, or None if the error was raised outside a call.
        retry_safe: whether the service certainly received nothing, as when the connection failed. Then a retry
            neither costs nor does anything twice.
        code: the service's code of the error, or None if it sends none.
        kind: the service's type of the error, or None if it sends none.
        param: the parameter that the error is about, or None if the service does not name one.
    """

    provider: str | None = None
    model: str | None = None
    partial_text: str = ""
    provenance: "g4f_lite.Provenance | None" = None
    retry_safe: bool = False
    code: str | None = None
    kind: str | None = None
    param: str | None = None

    @property
    def type(self) -> str | None:
        """The `kind`, as in the errors of the `openai` package."""
        return self.kind

    def __str__(self) -> str:
        message = super().__str__()
        return f"[{self.provider}] {message}" if self.provider else message


class ProviderSetupError(ProviderError):
    """The provider lacks something on this machine: an extra, a library, a file, disk space."""


class ProviderConnectionError(ProviderError):
    """The service could not be reached, or the connection broke before the answer was complete."""


class ProviderTimeoutError(ProviderConnectionError):
    """The service did not answer in time.

    Attributes:
        phase: ``"connect"``, ``"read"``, or ``"total"`` for the whole call.
        seconds: the timeout that ran out, or None if it is not known.
    """

    def __init__(self, message: str, *, phase: str, seconds: float | None, hint: str = "") -> None:
        self.phase = phase
        self.seconds = seconds
        super().__init__(message, hint=hint)


class DeadlineError(ProviderTimeoutError):
    """The deadline of the whole call (`deadline=`) passed.

    Attributes:
        limit: the limit that the call was waiting for, or `""` if it was not waiting for one.
    """

    def __init__(self, seconds: float, *, limit: str = "") -> None:
        self.limit = limit
        circumstance = f"while a limit was waited for: {limit}" if limit else "before the answer was whole"
        step = "larger limits, or another provider beside it" if limit else "or ask a faster provider first"
        message = f"The deadline of {seconds:g} seconds passed {circumstance}."
        super().__init__(message, phase="total", seconds=seconds, hint=f"Pass a larger deadline, {step}.")


class ProviderStatusError(ProviderError):
    """The service answered with an HTTP status other than 2xx.

    Attributes:
        status: the HTTP status code.
        body: the beginning of the response's body, without secrets.
        retry_after: seconds that the service asks to wait, or None if it does not.
        headers: the headers of the response about limits and the request's identifier, with lower-case names.
    """

    headers: Mapping[str, str] = {}

    def __init__(
        self,
        status: int,
        *,
        body: str = "",
        retry_after: float | None = None,
        detail: str = "",
        hint: str = "",
        code: str | None = None,
        kind: str | None = None,
        param: str | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.retry_after = retry_after
        self.code = code
        self.kind = kind
        self.param = param
        summary = without_full_stop(detail) or f"The service answered with HTTP status {status}"
        super().__init__(
            f"{summary}{f': {without_full_stop(body)}' if body else ''}.", hint=hint or self._default_hint()
        )

    @staticmethod
    def of(
        status: int,
        *,
        body: str = "",
        retry_after: float | None = None,
        detail: str = "",
        hint: str = "",
        code: str | None = None,
        kind: str | None = None,
        param: str | None = None,
    ) -> "ProviderStatusError":
        """Return an error of the subclass for `status` and the service's `code` or `kind`."""
        return _status_class(status, code, kind)(
            status,
            body=body,
            retry_after=retry_after,
            detail=detail,
            hint=hint,
            code=code,
            kind=kind,
            param=param,
        )

    @property
    def status_code(self) -> int:
        """The status, as in the errors of the `openai` package."""
        return self.status

    @property
    def request_id(self) -> str | None:
        """The service's identifier of the request, for its support, or None if it sent none."""
        values = (self.headers.get(name) for name in ("x-request-id", "request-id", "apim-request-id"))
        return next((value for value in values if value), None)

    @property
    def response(self) -> "ErrorResponse":
        """The part of the response that is kept, as in the errors of the `openai` package."""
        from g4f_lite._utils.error_response import ErrorResponse

        error = {"message": self.body, "type": self.kind, "param": self.param, "code": self.code}
        return ErrorResponse(self.status, self.headers, error)

    def _default_hint(self) -> str:
        if self.status in (408, 409, 425):  # the same request may succeed later
            return "Try again, or ask another provider."
        if self.status == 413:  # noqa: PLR2004 - RFC 9110, section 15.5.14
            return "Send less: fewer messages, smaller pictures and files."
        return "Check the request's options against the provider's documentation."


class AuthenticationError(ProviderStatusError):
    """The service refused the key (HTTP 401), or, in the subclass, refuses this caller (HTTP 403)."""

    def _default_hint(self) -> str:
        return "Check the key, and whether the service admits this machine's address."


class PermissionDeniedError(AuthenticationError):
    """The service does not permit this to the key or to this machine's address (HTTP 403)."""


class InvalidRequestError(ProviderStatusError):
    """The service rejects the request as invalid (HTTP 4xx other than 408, 409 and 425, which may pass later)."""


class ContextLengthError(InvalidRequestError):
    """The conversation and `max_tokens` together are longer than the model's context."""

    def _default_hint(self) -> str:
        return "Shorten the conversation or lower max_tokens, or ask a model with a larger context."


class ContentFilterError(InvalidRequestError):
    """The service refuses the request because of its content."""

    def _default_hint(self) -> str:
        return "Word the request otherwise, or ask another provider."


class NotFoundError(ProviderStatusError):
    """The service does not know the model or the address (HTTP 404)."""

    def _default_hint(self) -> str:
        return "Check the model's name and the base URL; `g4f-lite models` lists the models."


class RateLimitError(ProviderStatusError):
    """The service received too many requests (HTTP 429)."""

    def _default_hint(self) -> str:
        return f"Try again {format_wait(self.retry_after)}, or ask another provider."


class QuotaExceededError(RateLimitError):
    """The quota or the balance is used up (HTTP 402, or a 429 for which waiting does not help)."""

    def _default_hint(self) -> str:
        return "Check the plan and the balance at the service, or ask another provider."


class ServiceUnavailableError(ProviderStatusError):
    """The service failed or is overloaded (HTTP 5xx)."""

    def _default_hint(self) -> str:
        wait = format_wait(self.retry_after)
        return f"The fault is the service's: try again {wait}, or ask another provider."


_CLASS_BY_STATUS: dict[int, type[ProviderStatusError]] = {
    401: AuthenticationError,
    402: QuotaExceededError,
    403: PermissionDeniedError,
    404: NotFoundError,
    # These 4xx are not faults of the caller: a timeout, a conflict, a request that is too early.
    408: ProviderStatusError,
    409: ProviderStatusError,
    425: ProviderStatusError,
    429: RateLimitError,
}
_CLASS_BY_CODE: dict[tuple[int, str], type[ProviderStatusError]] = {
    # The codes of OpenAI's chat API and of compatible services.
    (429, "insufficient_quota"): QuotaExceededError,
    (429, "billing_hard_limit_reached"): QuotaExceededError,
    (429, "billing_not_active"): QuotaExceededError,
    (429, "quota_exceeded"): QuotaExceededError,
    (429, "exceeded_current_quota_error"): QuotaExceededError,
    (400, "context_length_exceeded"): ContextLengthError,
    (400, "exceed_context_size_error"): ContextLengthError,
    (413, "context_length_exceeded"): ContextLengthError,
    (400, "content_filter"): ContentFilterError,
    (400, "content_policy_violation"): ContentFilterError,
    (403, "content_filter"): ContentFilterError,
}


def _status_class(status: int, code: str | None, kind: str | None) -> type[ProviderStatusError]:
    for word in (code, kind):
        if word is not None and (status, word) in _CLASS_BY_CODE:
            return _CLASS_BY_CODE[status, word]
    if status in _CLASS_BY_STATUS:
        return _CLASS_BY_STATUS[status]
    if 400 <= status < 500:  # noqa: PLR2004 - RFC 9110, section 15.5
        return InvalidRequestError
    return ServiceUnavailableError if status >= 500 else ProviderStatusError  # noqa: PLR2004


class ProviderResponseError(ProviderError):
    """The answer violates the service's format: a wrong encoding, a web page, a wrong type."""


class EmptyAnswerError(ProviderResponseError):
    """The answer ended without text, and nothing indicates that this is intended."""


class StructuredOutputError(ProviderResponseError):
    """The answer does not fit `response_format`.

    Attributes:
        text: the text of the answer.
        problems: the deviations from `response_format`, one line each.
    """

    def __init__(self, message: str, *, text: str = "", problems: Iterable[str] = (), hint: str = "") -> None:
        self.text = text
        self.problems = tuple(problems)
        super().__init__(message, hint=hint)


class ProviderCrashError(ProviderError):
    """The provider's code raised an exception that is not a `G4FLiteError`.

    Attributes:
        reason: the exception as one line. The exception itself is the ``__cause__``.
        location: ``file:line`` of the failure, or `""` if it is not known.
    """

    def __init__(self, reason: str, *, location: str = "") -> None:
        self.reason = reason
        self.location = location
        where = f" at {location}" if location else ""
        super().__init__(
            f"The provider's code failed: {reason}{where}.",
            hint="This is a fault of the provider: tell its author, or ask another provider.",
        )


class AllProvidersFailedError(ProviderError):
    """Every step of a route was asked or skipped, and none gave the answer. `provider` is None.

    Attributes:
        attempts: all attempts, including the skipped ones, in order.
        errors: the errors of the attempts, in the same order.
    """

    def __init__(self, attempts: Sequence["Attempt"], errors: Sequence[G4FLiteError]) -> None:
        self.attempts = tuple(attempts)
        self.errors = tuple(errors)
        lines = "".join(f"\n  - {_format_attempt(attempt)}" for attempt in self.attempts)
        super().__init__(
            f"None of the providers answered:{lines}\n",
            hint="Correct what the attempts say, add another provider to the route, or try again later.",
        )


def _format_attempt(attempt: "Attempt") -> str:
    key = f" with {attempt.key}" if attempt.key else ""
    return f"{attempt.provider} ({attempt.model}){key}: {shorten(attempt.error or attempt.outcome)}"


# --- tools, keys, streams -----------------------------------------------------------------------


class ToolError(G4FLiteError):
    """The tools or their use are invalid."""


class ToolRoundsError(ToolError):
    """The model requested tool calls in every round, up to the limit, and gave no answer.

    Attributes:
        rounds: the number of rounds.
        messages: the conversation so far, including the tool calls and their results.
    """

    def __init__(self, rounds: int, messages: Sequence[Any]) -> None:
        self.rounds = rounds
        self.messages = list(messages)
        super().__init__(
            f"The model called tools in each of {rounds} rounds and gave no answer.",
            hint="Allow more rounds, or ask for the answer itself.",
        )


class KeyStoreError(RequestError):
    """The key store cannot be read or written."""


class StreamStateError(G4FLiteError, RuntimeError):
    """A stream was asked for something that it has only after its end, or only before it."""
