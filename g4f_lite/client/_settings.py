"""What a client was made with, and what that makes of the arguments of a call."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from g4f_lite._core.keys.auth_argument import normalize_auth
from g4f_lite._utils.text import _suggestion
from g4f_lite.errors import InvalidArgumentError

__all__ = ["SETTINGS", "Defaults", "Settings", "changed", "is_left_out"]

_LEAVE_OUT = "Leave it out."
_ELSEWHERE = {
    "http_client": "The connections are the library's: pass proxy=... and timeout=... .",
    "default_query": "Pass extra_query={...}, which goes with every request to a provider that takes it.",
    "api_base": "Write base_url=... .",
    "azure_endpoint": 'Pass provider="azure" and base_url=... .',
    "azure_ad_token": 'Pass provider="azure" and api_key=... .',
    "azure_ad_token_provider": "Pass the token as api_key=..., in with_options() when it is a new one.",
    "admin_api_key": _LEAVE_OUT,
    "workload_identity": _LEAVE_OUT,
    "webhook_secret": _LEAVE_OUT,
    "websocket_base_url": _LEAVE_OUT,
    "data_residency": "Pass the region's address as base_url=... .",
    "_strict_response_validation": _LEAVE_OUT,
}
"""Arguments of the `openai` package's clients that these do not have, and what to do instead."""

_SAME = {"auth": "api_key", "retries": "max_retries", "extra_headers": "default_headers"}
"""What the library's functions call a setting."""

_CALLED = {"api_key": "auth", "max_retries": "retries"}
_DAY = 86400.0
_MARKERS = ("NotGiven", "Omit")
_ALIKE = 0.75
"""How much a name has to be like a setting's to be taken for a slip of it, and not for a provider's option."""

_OF_A_PROVIDER: dict[str, Any] = {
    "api_key": None,
    "base_url": None,
    "model": None,
    "default_headers": None,
    "options": {},
}
"""Settings that are meant for one provider, and must not reach another: a key above all."""


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
    timeout: Any = None
    deadline: float | None = None
    max_retries: Any = 2
    default_headers: Mapping[str, str] | None = None
    limits: Any = None
    drop_options: bool = False
    options: Mapping[str, Any] = {}

    def __repr__(self) -> str:
        # Without the key, the headers, the address and the options, any of which may hold one.
        return f"provider={self.provider!r}, model={self.model!r}"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client holds a key, and is not pickled: make one in each process.")

    def __deepcopy__(self, memo: object) -> "Settings":
        return self  # nothing in it is changed


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return the settings with some of them replaced; what is no setting is an option for the provider.

    Raises:
        InvalidArgumentError: an argument that no client has, or an empty key.
    """
    given = {_SAME.get(name, name): value for name, value in changes.items() if not _is_marker(value)}
    own = {name: value for name, value in given.items() if name in SETTINGS}
    others = {name: value for name, value in given.items() if name not in own}
    for name in others:
        _check_name(name)
    if settings.provider is not None and own.get("provider", settings.provider) != settings.provider:
        settings = settings._replace(**_OF_A_PROVIDER)
    if settings.default_headers and isinstance(own.get("default_headers"), Mapping):
        own["default_headers"] = {**settings.default_headers, **own["default_headers"]}
    if "api_key" in own:
        own["api_key"] = normalize_auth(_listed(own["api_key"]), "api_key")
    settings = settings._replace(**own, options={**settings.options, **others})
    if settings.base_url is not None and settings.provider is None:
        return settings._replace(provider="openai")  # who gives an address means this protocol
    return settings


SETTINGS = tuple(name for name in Settings._fields if name != "options")


def _check_name(name: str) -> None:
    if name in _ELSEWHERE:
        what = f"A client here has no {name!r}, which clients of the `openai` package have."
        raise InvalidArgumentError(name, what, hint=_ELSEWHERE[name])
    import difflib  # only here: most clients are made without options

    near = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=_ALIKE)
    if near:
        raise InvalidArgumentError(
            name, f"A client has no argument {name!r}.{_suggestion(near)}", hint="Correct its name."
        )


class Defaults:
    """A client's settings as the arguments of the library's functions, worked out once for many calls."""

    __slots__ = ("_arguments", "settings")

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._arguments = _arguments(settings)

    def __deepcopy__(self, memo: object) -> "Defaults":
        return self  # nothing in it is changed

    def merged(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments for the library's function: the call's, and the client's where it has none.

        What is None, or the `openai` package's marker for "not given", counts as left out. If the call names
        another provider than the client, what was meant for the client's is not used.
        """
        given = {
            _CALLED.get(name, name): value
            for name, value in call.items()
            if value is not None and type(value).__name__ not in _MARKERS
        }
        own, provider = self._arguments, self.settings.provider
        if provider is not None and given.get("provider", provider) != provider:
            own = _arguments(self.settings._replace(**_OF_A_PROVIDER))
        arguments = {**own, **given}
        if "timeout" in given:
            arguments["timeout"] = _plain(given["timeout"])
        if isinstance(arguments.get("extra_headers"), Mapping):  # else it is refused further down
            arguments["extra_headers"] = {**own.get("extra_headers", {}), **given.get("extra_headers", {})}
        return arguments


def _arguments(settings: Settings) -> dict[str, Any]:
    named = {
        "provider": settings.provider,
        "auth": _listed(settings.api_key),
        "base_url": settings.base_url,
        "model": settings.model,
        "timeout": _plain(settings.timeout),
        "deadline": settings.deadline,
        "retries": settings.max_retries,
        "limits": settings.limits,
        "drop_options": settings.drop_options,
        "extra_headers": settings.default_headers or None,
    }
    return {**{name: value for name, value in named.items() if value is not None}, **settings.options}


def _plain(timeout: Any) -> Any:
    """Return a timeout of the `openai` package as (connect, read), any other as it is.

    There, a part that is None has no end; a day comes to that.
    """
    if hasattr(timeout, "connect") and hasattr(timeout, "read"):
        return tuple(_DAY if part is None else part for part in (timeout.connect, timeout.read))
    return timeout


def _listed(keys: Any) -> Any:
    return list(keys) if isinstance(keys, tuple) else keys


def _is_marker(value: Any) -> bool:
    return type(value).__name__ in _MARKERS


def is_left_out(value: Any) -> bool:
    """Whether an argument says nothing: None, or the `openai` package's marker for that."""
    return value is None or _is_marker(value)
