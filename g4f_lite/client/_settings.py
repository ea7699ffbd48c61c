"""What a client was made with, and what that makes of the arguments of a call."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from g4f_lite.errors import InvalidArgumentError, UnsupportedOptionError

__all__ = ["Settings", "changed", "merged", "readable_messages"]

_ELSEWHERE = {
    "http_client": "Pass proxy=... and timeout=...; the connections are the library's.",
    "default_query": "Put the parameters into base_url's path, or ask for the provider that needs them.",
    "project": "Pass project=... to the provider: Client(provider='openai', project=...) sends it.",
}


class Settings(NamedTuple):
    """A client's defaults; each can be given anew in a call.

    Attributes:
        provider: whom to ask: a name, a list of names, or a `Route`; None: whoever offers the model.
        api_key: the key, or several that are rotated.
        base_url: the service's address; without a provider, that of the ``openai`` provider.
        model: the model for calls that name none.
        timeout: seconds between bytes, or (connect, read); deadline: seconds for a whole call.
        max_retries: how often the same provider is asked again where that is safe.
        default_headers: further headers for every request.
        limits: requests, tokens and calls at once that the client keeps to.
        drop_options: drop what a provider does not take, and record it.
        options: whatever else is passed to the provider in every call.
    """

    provider: Any = None
    api_key: str | Sequence[str] | None = None
    base_url: str | None = None
    model: str | None = None
    timeout: float | tuple[float, float] | None = None
    deadline: float | None = None
    max_retries: Any = 2
    default_headers: Mapping[str, str] | None = None
    limits: Any = None
    drop_options: bool = False
    options: Mapping[str, Any] = {}

    def __repr__(self) -> str:
        # Without the key, the headers and the options, any of which may hold one.
        return f"Settings(provider={self.provider!r}, model={self.model!r})"


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return the settings with some of them replaced; what is no setting is an option for the provider.

    Raises:
        UnsupportedOptionError: an argument of the `openai` package's client that has another form here.
    """
    for name, where in _ELSEWHERE.items():
        if name in changes and name != "project":
            raise _elsewhere(name, where)
    own = {name: value for name, value in changes.items() if name in Settings._fields and name != "options"}
    others = {name: value for name, value in changes.items() if name not in own and name != "options"}
    settings = settings._replace(**own, options={**settings.options, **others})
    if settings.base_url is not None and settings.provider is None:
        return settings._replace(provider="openai")  # who gives an address means this protocol
    return settings


def _elsewhere(name: str, where: str) -> UnsupportedOptionError:
    error = UnsupportedOptionError("Client", [name], Settings._fields)
    error.args = (f"`Client` does not take `{name}`. {where}",)
    error.hint = where
    return error


def merged(settings: Settings, call: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments for the library's function: the call's, and the client's where it has none.

    What is None, or the `openai` package's marker for "not given", counts as left out.
    """
    given = {name: value for name, value in call.items() if not _is_left_out(value)}
    headers = {**(settings.default_headers or {}), **given.pop("extra_headers", {})}
    defaults = {
        "provider": settings.provider,
        "auth": settings.api_key,
        "base_url": settings.base_url,
        "model": settings.model,
        "timeout": settings.timeout,
        "deadline": settings.deadline,
        "retries": settings.max_retries,
        "limits": settings.limits,
        "drop_options": settings.drop_options,
        "extra_headers": headers or None,
    }
    arguments = {name: value for name, value in defaults.items() if value is not None}
    return {**arguments, **settings.options, **given}


def _is_left_out(value: Any) -> bool:
    return value is None or type(value).__name__ in ("NotGiven", "Omit")


def readable_messages(messages: Any) -> Any:
    """Return the messages with the records of answers in them as dictionaries.

    Programs put ``response.choices[0].message`` back as it is.

    Raises:
        InvalidArgumentError: `messages` was left out.
    """
    if messages is None:
        raise InvalidArgumentError(
            "messages", "`messages` was left out.", hint='Pass [{"role": "user", "content": "Hello"}].'
        )
    if not isinstance(messages, Sequence) or isinstance(messages, (str, bytes)):
        return messages  # refused further down, with what it has to be
    return [_readable(message) for message in messages]


def _readable(message: Any) -> Any:
    dump = getattr(message, "model_dump", None)
    if dump is None or isinstance(message, Mapping):
        return message
    dumped = dump(exclude_none=True)
    # What an answer has and a request has not.
    for name in ("annotations", "audio", "function_call", "images", "parsed", "reasoning_content"):
        dumped.pop(name, None)
    dumped.setdefault("content", None)
    return dumped
