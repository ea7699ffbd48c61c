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
    │   └── UnsupportedOptionError  the provider does not take that option
    ├── ProviderError               the provider was asked and failed
    │   ├── ProviderSetupError      something it needs on this machine is missing
    │   ├── ProviderConnectionError the service could not be reached, or hung up
    │   ├── ProviderTimeoutError    the service did not answer in time
    │   ├── ProviderStatusError     the service answered with an HTTP error status
    │   │   ├── AuthenticationError     401 or 403
    │   │   └── RateLimitError          429
    │   ├── ProviderResponseError   the service's answer breaks its own format
    │   │   └── EmptyAnswerError    it ended without any text
    │   └── ProviderCrashError      the provider's code raised something else
    └── StreamStateError            a stream was asked for what it does not have yet

Each message ends with the next step. Each error carries its facts as attributes, can be pickled,
and holds no secret: upstream text is redacted and cut short before it comes here.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from g4f_lite._text_safety import listing, shorten

if TYPE_CHECKING:
    from g4f_lite.contract import Problem
    from g4f_lite.results import Provenance

__all__ = [
    "AuthenticationError",
    "EmptyAnswerError",
    "G4FLiteError",
    "InvalidArgumentError",
    "InvalidMessageError",
    "InvalidProviderError",
    "MissingAuthError",
    "ModelNotFoundError",
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
    "RateLimitError",
    "RegistryError",
    "RequestError",
    "StreamStateError",
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

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from their positional arguments alone; ours have more, and an error
        # that cannot cross a process pool turns there into an unrelated TypeError.
        return (_rebuild, (type(self), self.args, self.__dict__))


def _rebuild(cls: type[G4FLiteError], args: tuple[Any, ...], state: dict[str, Any]) -> G4FLiteError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def _did_you_mean(name: str, known: Iterable[str]) -> tuple[str, ...]:
    import difflib  # only here: it is for the unlucky

    folded = {item.lower(): item for item in known}
    near = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.6)
    return tuple(folded[item] for item in near)


def _suggestion(near: Sequence[str]) -> str:
    return f" Did you mean {' or '.join(repr(item) for item in near)}?" if near else ""


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
        self.suggestions = _did_you_mean(provider, self.available)
        super().__init__(
            f"There is no provider {shorten(repr(provider), 100)}.{_suggestion(self.suggestions)} "
            f"Available: {listing(self.available)}.{note}",
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
            f"{listing(self.claims)}.",
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
            f"The provider {provider!r} of {distribution} {version} could not be loaded: {reason}{where}.",
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
            f"The provider {provider!r} of {distribution} {version} does not fulfil the contract "
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
        self.suggestions = _did_you_mean(model, self.available)
        who = f"The provider {provider!r} does not offer" if provider else "No usable provider offers"
        super().__init__(
            f"{who} the model {shorten(repr(model), 100)}.{_suggestion(self.suggestions)} "
            f"Available: {listing(self.available)}.{note}",
            hint="`g4f-lite models` lists every model and who offers it.",
        )


class MissingAuthError(RequestError):
    """The provider needs a key, and neither the call nor the environment has one.

    Attributes:
        provider: who needs it; `variable`: the environment variable it is looked for in.
    """

    def __init__(self, provider: str, variable: str) -> None:
        self.provider = provider
        self.variable = variable
        super().__init__(
            f"The provider {provider!r} needs a key and none was given.",
            hint=f"Pass auth=..., or set the environment variable {variable}.",
        )


class UnsupportedOptionError(RequestError, TypeError):
    """The provider does not take an option that the call has.

    Attributes:
        provider: who was asked; `options`: the names it does not take; `accepted`: those it does.
    """

    def __init__(self, provider: str, options: Iterable[str], accepted: Iterable[str]) -> None:
        self.provider = provider
        self.options = tuple(options)
        self.accepted = tuple(accepted)
        near = [match for option in self.options for match in _did_you_mean(option, self.accepted)]
        many = "s" if len(self.options) != 1 else ""
        names = ", ".join(repr(option) for option in self.options)
        super().__init__(
            f"The provider {provider!r} does not take the option{many} {names}.{_suggestion(near)} "
            f"It takes: {listing(self.accepted)}.",
            hint="Leave it out, or pass drop_options=True to have it dropped and recorded.",
        )


# --- the provider was asked and failed ----------------------------------------------------------


class ProviderError(G4FLiteError):
    """The provider was asked and failed.

    Attributes:
        provider: who was asked; `model`: for what. Filled in by the call when the provider left them out.
        partial_text: the text that had already come, `""` if none had. It is not sent again.
        provenance: who was tried and how it went, or None where the error was raised outside a call.
    """

    provider: str | None = None
    model: str | None = None
    partial_text: str = ""
    provenance: "Provenance | None" = None

    def __str__(self) -> str:
        message = super().__str__()
        return f"[{self.provider}] {message}" if self.provider else message


class ProviderSetupError(ProviderError):
    """Something that the provider needs on this machine is missing: an extra, a library, a file, disk space."""


class ProviderConnectionError(ProviderError):
    """The service could not be reached, or the connection broke before the answer was whole."""


class ProviderTimeoutError(ProviderError):
    """The service did not answer in time.

    Attributes:
        phase: ``"connect"`` or ``"read"``; `seconds`: the limit that ran out, where it is known.
    """

    def __init__(self, message: str, *, phase: str, seconds: float | None, hint: str = "") -> None:
        self.phase = phase
        self.seconds = seconds
        super().__init__(message, hint=hint)


class ProviderStatusError(ProviderError):
    """The service answered with an HTTP status that is not a success.

    Attributes:
        status: the HTTP status code.
        body: the beginning of what came with it, secrets removed.
        retry_after: seconds that the service asks to wait, None when it does not say.
    """

    def __init__(
        self,
        status: int,
        *,
        body: str = "",
        retry_after: float | None = None,
        detail: str = "",
        hint: str = "",
    ) -> None:
        self.status = status
        self.body = body
        self.retry_after = retry_after
        what = detail or f"The service answered with HTTP status {status}"
        super().__init__(
            f"{what}{f': {body}' if body else ''}.", hint=hint or _status_hint(status, retry_after)
        )

    @staticmethod
    def of(status: int, *, body: str = "", retry_after: float | None = None) -> "ProviderStatusError":
        """Return the class of this tree that `status` belongs to, filled in."""
        cls = {401: AuthenticationError, 403: AuthenticationError, 429: RateLimitError}.get(
            status, ProviderStatusError
        )
        return cls(status, body=body, retry_after=retry_after)


def _status_hint(status: int, retry_after: float | None) -> str:
    if status in (401, 403):
        return "Check the key, and whether the service admits this machine's address."
    if status == 429:  # noqa: PLR2004 - RFC 6585, section 4
        wait = f"in {retry_after:g} seconds" if retry_after is not None else "later"
        return f"Try again {wait}, or ask another provider."
    if status >= 500:  # noqa: PLR2004 - RFC 9110, section 15.6
        return "The fault is the service's: try again later, or ask another provider."
    return "Check the request's options against the provider's documentation."


class AuthenticationError(ProviderStatusError):
    """The service refused the key, or refuses this caller (HTTP 401 or 403)."""


class RateLimitError(ProviderStatusError):
    """The service was asked too often (HTTP 429)."""


class ProviderResponseError(ProviderError):
    """The service's answer breaks its own format: wrong encoding, a page instead of text, a wrong type."""


class EmptyAnswerError(ProviderResponseError):
    """The answer ended without any text, and nothing says that this is meant."""


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


class StreamStateError(G4FLiteError, RuntimeError):
    """A stream was asked for something that it has only after its end, or only before it."""
