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

Each message ends with the next step. Each error carries its facts as attributes, can be pickled,
and holds no secret: upstream text is redacted and cut short before it comes here.
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
    """The base of every error that g4f_lite raises.

    Attributes:
        hint: the next step, as one sentence; also the end of the message.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.hint = hint

    @property
    def message(self) -> str:
        """The message, under the name that the `openai` package's errors have for it."""
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from their positional arguments alone; ours have more, and an error
        # that cannot cross a process pool turns there into an unrelated TypeError.
        return (_rebuild, (type(self), self.args, self.__dict__))


def _rebuild(cls: type[G4FLiteError], args: tuple[Any, ...], state: dict[str, Any]) -> G4FLiteError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


# --- a provider cannot be had -------------------------------------------------------------------


class RegistryError(G4FLiteError):
    """A provider cannot be had.

    Attributes:
        provider: the name that was asked for.
    """

    provider: str


class ProviderNotFoundError(RegistryError, LookupError):
    """No installed or registered provider has the name that was asked for.

    Attributes:
        available: the names that could have been asked for.
        suggestions: those of them that look like the one that was.
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
    """The name is claimed by more than one distribution, so it names nothing for sure.

    Attributes:
        claims: the full names, ``"distribution:name"``, each of which addresses one claimant.
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
    """The provider is installed, but ``G4F_LITE_PLUGINS`` or ``G4F_LITE_BLOCK`` keeps it out.

    Attributes:
        variable: the environment variable that does.
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
    """The provider's module could not be imported; other providers are not affected.

    Attributes:
        distribution: the distribution that brought it, and its `version`.
        location: ``file:line`` of what failed, as near to the plugin's own code as is known.
        reason: what its import raised, as one line.
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
        problems: all that is wrong with it, each with its place and its fix.
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
    """The call cannot be made as asked; nothing was sent."""


class InvalidArgumentError(RequestError, ValueError):
    """An argument has the wrong type or value.

    Attributes:
        argument: its name.
    """

    def __init__(self, argument: str, message: str, *, hint: str = "") -> None:
        self.argument = argument
        super().__init__(message, hint=hint)


class InvalidMessageError(InvalidArgumentError):
    """One of the messages is not what a chat message has to be.

    Attributes:
        index: its place in the list, from 0; None when the list itself is wrong.
    """

    def __init__(self, index: int | None, message: str, *, hint: str = "") -> None:
        self.index = index
        super().__init__("messages", message, hint=hint)


class ModelNotFoundError(RequestError, LookupError):
    """The provider does not offer the model; or, when none was named, no usable provider does.

    Attributes:
        model: what was asked for; `provider`: who was asked, None for "anyone".
        available: the models that could have been asked for.
        suggestions: those of them that look like the one that was.
    """

    def __init__(
        self, model: str, available: Iterable[str], *, provider: str | None = None, note: str = ""
    ) -> None:
        self.model = model
        self.provider = provider
        self.available = tuple(available)
        self.suggestions = find_similar_names(model, self.available)
        who = f"The provider {provider!r} does not offer" if provider else "No usable provider offers"
        super().__init__(
            f"{who} the model {shorten(repr(model), 100)}.{format_suggestion(self.suggestions)} "
            f"Available: {join_names(self.available)}.{note}",
            hint="`g4f-lite models` lists every model and who offers it.",
        )


class MissingAuthError(RequestError):
    """The provider needs a key, and neither the call, the environment nor the key store has one.

    Attributes:
        provider: who needs it; `variable`: the environment variable it is looked for in.
        others: where only a model was named, who else offers it and lacks a key, by name, with its variable.
    """

    def __init__(self, provider: str, variable: str, *, others: Iterable[tuple[str, str]] = ()) -> None:
        self.provider = provider
        self.variable = variable
        self.others = dict(others)
        if self.others:
            who = join_names(f"{name} ({key})" for name, key in {provider: variable, **self.others}.items())
            message = f"Each provider that offers the model needs a key, and there is none: {who}."
            hint = "Set one of these environment variables, or run `g4f-lite keys set` with one of the names."
        else:
            message = f"The provider {provider!r} needs a key and none was given."
            hint = f"Pass auth=..., set the environment variable {variable}, or run `g4f-lite keys set {provider}`."
        super().__init__(message, hint=hint)


_ELSEWHERE = {
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
"""What other libraries call the arguments of a call, by what they are called here."""


class UnsupportedOptionError(RequestError, TypeError):
    """The provider does not take an option that the call has.

    Attributes:
        provider: who was asked; `options`: the names it does not take; `accepted`: those it does.
    """

    def __init__(self, provider: str, options: Iterable[str], accepted: Iterable[str]) -> None:
        self.provider = provider
        self.options = tuple(options)
        self.accepted = tuple(accepted)
        near = [
            match
            for option in self.options
            for match in _ELSEWHERE.get(option, ()) or find_similar_names(option, self.accepted)
        ]
        many = "s" if len(self.options) != 1 else ""
        names = ", ".join(repr(option) for option in self.options)
        super().__init__(
            f"The provider {provider!r} does not take the option{many} {names}.{format_suggestion(near)} "
            f"It takes: {join_names(self.accepted)}.",
            hint="Leave it out, or pass drop_options=True to have it dropped and recorded.",
        )


class MissingExtraError(RequestError, ImportError):
    """What was asked for needs an extra of g4f-lite that is not installed.

    Attributes:
        extra: its name.
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
        provider: who was asked; `model`: for what. Filled in by the call when the provider left them out.
        partial_text: the text that had already come, `""` if none had. It is not sent again.
        provenance: who was tried and how it went, or None where the error was raised outside a call.
        retry_safe: True where the service certainly took nothing, as when no connection came about:
            asking the same service once more can then neither cost nor do anything twice.
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
        """The `kind`, under the name that the `openai` package's errors have for it."""
        return self.kind

    def __str__(self) -> str:
        message = super().__str__()
        return f"[{self.provider}] {message}" if self.provider else message


class ProviderSetupError(ProviderError):
    """Something that the provider needs on this machine is missing: an extra, a library, a file, disk space."""


class ProviderConnectionError(ProviderError):
    """The service could not be reached, or the connection broke before the answer was whole."""


class ProviderTimeoutError(ProviderConnectionError):
    """The service did not answer in time.

    Attributes:
        phase: ``"connect"``, ``"read"``, or ``"total"`` for the whole call; `seconds`: the limit that
            ran out, where it is known.
    """

    def __init__(self, message: str, *, phase: str, seconds: float | None, hint: str = "") -> None:
        self.phase = phase
        self.seconds = seconds
        super().__init__(message, hint=hint)


class DeadlineError(ProviderTimeoutError):
    """The time that the whole call was given (`deadline=`) ran out; `limit`: what was waited for, if a limit was."""

    def __init__(self, seconds: float, *, limit: str = "") -> None:
        self.limit = limit
        what = f"while a limit was waited for: {limit}" if limit else "before the answer was whole"
        step = "larger limits, or another provider beside it" if limit else "or ask a faster provider first"
        message = f"The deadline of {seconds:g} seconds passed {what}."
        super().__init__(message, phase="total", seconds=seconds, hint=f"Pass a larger deadline, {step}.")


class ProviderStatusError(ProviderError):
    """The service answered with an HTTP status that is not a success.

    Attributes:
        status: the HTTP status code.
        body: the beginning of what came with it, secrets removed.
        retry_after: seconds that the service asks to wait, None when it does not say.
        code, kind, param: the service's own code and type of the error, and the parameter it is about;
            None where it does not say.
        headers: of the response's headers, those about limits and the request's name, in small letters.
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
        what = without_full_stop(detail) or f"The service answered with HTTP status {status}"
        super().__init__(
            f"{what}{f': {without_full_stop(body)}' if body else ''}.", hint=hint or self._advice()
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
        """Return the class of this tree that `status`, with the service's `code`, belongs to, filled in."""
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
        """The status, under the name that the `openai` package's errors have for it."""
        return self.status

    @property
    def request_id(self) -> str | None:
        """The request's name at the service, to be told its support; None if it gave none."""
        known = (self.headers.get(name) for name in ("x-request-id", "request-id", "apim-request-id"))
        return next((name for name in known if name), None)

    @property
    def response(self) -> "ErrorResponse":
        """What is kept of the response, in the shape that the `openai` package's errors have."""
        from g4f_lite._utils.error_response import ErrorResponse

        said = {"message": self.body, "type": self.kind, "param": self.param, "code": self.code}
        return ErrorResponse(self.status, self.headers, said)

    def _advice(self) -> str:
        if self.status in (408, 409, 425):  # it could not take the request just now
            return "Try again, or ask another provider."
        if self.status == 413:  # noqa: PLR2004 - RFC 9110, section 15.5.14
            return "Send less: fewer messages, smaller pictures and files."
        return "Check the request's options against the provider's documentation."


class AuthenticationError(ProviderStatusError):
    """The service refused the key (HTTP 401), or refuses this caller: `PermissionDeniedError`."""

    def _advice(self) -> str:
        return "Check the key, and whether the service admits this machine's address."


class PermissionDeniedError(AuthenticationError):
    """The service knows the key, or this machine's address, and does not let it do this (HTTP 403)."""


class InvalidRequestError(ProviderStatusError):
    """The service finds something wrong with the request (HTTP 400, 413, 422 and the like).

    408, 409 and 425 are no such errors: the same request may do at another time.
    """


class ContextLengthError(InvalidRequestError):
    """The conversation, with the answer's allowance, is longer than the model can take."""

    def _advice(self) -> str:
        return "Shorten the conversation or lower max_tokens, or ask a model with a larger context."


class ContentFilterError(InvalidRequestError):
    """The service refuses the request for its content."""

    def _advice(self) -> str:
        return "Word the request otherwise, or ask another provider."


class NotFoundError(ProviderStatusError):
    """The service knows no such model or address (HTTP 404)."""

    def _advice(self) -> str:
        return "Check the model's name and the base URL; `g4f-lite models` lists the models."


class RateLimitError(ProviderStatusError):
    """The service was asked too often (HTTP 429)."""

    def _advice(self) -> str:
        return f"Try again {format_wait(self.retry_after)}, or ask another provider."


class QuotaExceededError(RateLimitError):
    """Nothing is left to spend at the service (HTTP 402, or 429 that waiting does not help)."""

    def _advice(self) -> str:
        return "Check the plan and the balance at the service, or ask another provider."


class ServiceUnavailableError(ProviderStatusError):
    """The service failed, or is too busy (HTTP 5xx)."""

    def _advice(self) -> str:
        return (
            f"The fault is the service's: try again {format_wait(self.retry_after)}, or ask another provider."
        )


_CLASSES: dict[int, type[ProviderStatusError]] = {
    401: AuthenticationError,
    402: QuotaExceededError,
    403: PermissionDeniedError,
    404: NotFoundError,
    # Not the caller's fault, though 4xx: a timeout, a conflict, too early.
    408: ProviderStatusError,
    409: ProviderStatusError,
    425: ProviderStatusError,
    429: RateLimitError,
}
_CODES: dict[tuple[int, str], type[ProviderStatusError]] = {
    # As the OpenAI chat API, and who follows it, words them.
    **dict.fromkeys(
        (
            (429, "insufficient_quota"),
            (429, "billing_hard_limit_reached"),
            (429, "billing_not_active"),
            (429, "quota_exceeded"),
            (429, "exceeded_current_quota_error"),
        ),
        QuotaExceededError,
    ),
    **dict.fromkeys(
        (
            (400, "context_length_exceeded"),
            (400, "exceed_context_size_error"),
            (413, "context_length_exceeded"),
        ),
        ContextLengthError,
    ),
    **dict.fromkeys(
        (
            (400, "content_filter"),
            (400, "content_policy_violation"),
            (403, "content_filter"),
        ),
        ContentFilterError,
    ),
}


def _status_class(status: int, code: str | None, kind: str | None) -> type[ProviderStatusError]:
    for word in (code, kind):
        found = _CODES.get((status, word)) if word is not None else None
        if found is not None:
            return found
    if status in _CLASSES:
        return _CLASSES[status]
    if 400 <= status < 500:  # noqa: PLR2004 - RFC 9110, section 15.5
        return InvalidRequestError
    return ServiceUnavailableError if status >= 500 else ProviderStatusError  # noqa: PLR2004


class ProviderResponseError(ProviderError):
    """The service's answer breaks its own format: wrong encoding, a page instead of text, a wrong type."""


class EmptyAnswerError(ProviderResponseError):
    """The answer ended without any text, and nothing says that this is meant."""


class StructuredOutputError(ProviderResponseError):
    """The answer does not fit what `response_format` asked for.

    Attributes:
        text: the answer; `problems`: what is wrong with it, a line each.
    """

    def __init__(self, message: str, *, text: str = "", problems: Iterable[str] = (), hint: str = "") -> None:
        self.text = text
        self.problems = tuple(problems)
        super().__init__(message, hint=hint)


class ProviderCrashError(ProviderError):
    """The provider's own code raised something that is no error of this tree.

    Attributes:
        reason: what it raised, as one line; the exception itself is the ``__cause__``.
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
    """Every step of a route was asked or skipped, and none gave the answer.

    Attributes:
        attempts: what was tried and passed over, in order.
        errors: what those raised, in the same order; `provider` is None, since it was not one.
    """

    def __init__(self, attempts: Sequence["Attempt"], errors: Sequence[G4FLiteError]) -> None:
        self.attempts = tuple(attempts)
        self.errors = tuple(errors)
        lines = "".join(f"\n  - {_attempt_line(attempt)}" for attempt in self.attempts)
        super().__init__(
            f"None of the providers answered:{lines}\n",
            hint="Correct what the attempts say, add another provider to the route, or try again later.",
        )


def _attempt_line(attempt: "Attempt") -> str:
    where = f" with {attempt.key}" if attempt.key else ""
    return f"{attempt.provider} ({attempt.model}){where}: {shorten(attempt.error or attempt.outcome)}"


# --- tools, keys, streams -----------------------------------------------------------------------


class ToolError(G4FLiteError):
    """Tools cannot be used as asked."""


class ToolRoundsError(ToolError):
    """The model went on calling tools when as many rounds had passed as were allowed.

    Attributes:
        rounds: how many; `messages`: the conversation so far, the calls and their results with it.
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
