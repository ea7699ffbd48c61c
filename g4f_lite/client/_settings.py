"""The settings of a client, and their merge with the arguments of a call."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from g4f_lite._core.keys.auth_argument import normalize_auth
from g4f_lite._utils.text import format_suggestion
from g4f_lite.errors import InvalidArgumentError

__all__ = ["SETTINGS", "Defaults", "Settings", "is_omitted", "replace_settings"]

_LEAVE_OUT = "Leave it out."
_UNSUPPORTED_ARGUMENTS = {
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
"""Arguments that only the `openai` package's clients have, with the hint for the error."""

_SETTING_OF_ALIAS = {"auth": "api_key", "retries": "max_retries", "extra_headers": "default_headers"}
"""Names of arguments of the library's functions, and the settings that they are aliases of."""

_ARGUMENT_OF_SETTING = {"api_key": "auth", "max_retries": "retries"}
"""Settings, and the names of these arguments where they differ."""

_NO_TIMEOUT = 86400.0
"""Seconds that replace a timeout of None from the `openai` package, where None means no limit: one day."""
_SENTINEL_TYPES = ("NotGiven", "Omit")
"""Type names of the sentinels for an omitted argument, of this library and of the `openai` package."""
_TYPO_CUTOFF = 0.75
"""Similarity (0 to 1) from which an unknown name is a misspelled setting and not a provider's option."""

_PROVIDER_SETTINGS: dict[str, Any] = {
    "api_key": None,
    "base_url": None,
    "model": None,
    "default_headers": None,
    "options": {},
}
"""Settings for one provider, with their defaults; they must not reach another provider, above all a key."""


class Settings(NamedTuple):
    """The defaults of a client; each call can override them.

    Attributes:
        provider: the name of a provider, a list of names, or a `Route`; None for any provider that offers the
            model.
        api_key: the API key, or several for rotation.
        base_url: the address of the service; without `provider`, the provider is ``openai``.
        model: the model of calls that do not name one.
        timeout: seconds between bytes, a tuple (connect, read), or an object with these two attributes.
        deadline: seconds for a whole call.
        max_retries: number of retries with the same provider, where a retry is safe; or a `Retry`.
        default_headers: additional headers for every request.
        limits: the limits of requests, tokens and concurrent calls.
        drop_options: whether to drop and record options that a provider does not support.
        options: additional options that every call passes to the provider.
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
        # Without the key, and without the headers, the address and the options, which may contain a key.
        return f"provider={self.provider!r}, model={self.model!r}"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client holds a key, and is not pickled: make one in each process.")

    def __deepcopy__(self, memo: object) -> "Settings":
        return self  # it is never modified


def replace_settings(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return the settings with some of them replaced; a name that is not a setting becomes an option.

    Raises:
        InvalidArgumentError: an argument is one that only clients of the `openai` package have, is a
            misspelled setting, or is an empty key.
    """
    given = {
        _SETTING_OF_ALIAS.get(name, name): value for name, value in changes.items() if not _is_sentinel(value)
    }
    replaced = {name: value for name, value in given.items() if name in SETTINGS}
    options = {name: value for name, value in given.items() if name not in SETTINGS}
    for name in options:
        _check_name(name)
    if settings.provider is not None and replaced.get("provider", settings.provider) != settings.provider:
        settings = settings._replace(**_PROVIDER_SETTINGS)
    if settings.default_headers and isinstance(replaced.get("default_headers"), Mapping):
        replaced["default_headers"] = {**settings.default_headers, **replaced["default_headers"]}
    if "api_key" in replaced:
        replaced["api_key"] = normalize_auth(_tuple_to_list(replaced["api_key"]), "api_key")
    settings = settings._replace(**replaced, options={**settings.options, **options})
    if settings.base_url is not None and settings.provider is None:
        return settings._replace(provider="openai")  # an address alone implies OpenAI's protocol
    return settings


SETTINGS = tuple(name for name in Settings._fields if name != "options")


def _check_name(name: str) -> None:
    if name in _UNSUPPORTED_ARGUMENTS:
        message = f"A client here has no {name!r}, which clients of the `openai` package have."
        raise InvalidArgumentError(name, message, hint=_UNSUPPORTED_ARGUMENTS[name])
    import difflib  # imported here: most clients have no options

    matches = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=_TYPO_CUTOFF)
    if matches:
        raise InvalidArgumentError(
            name, f"A client has no argument {name!r}.{format_suggestion(matches)}", hint="Correct its name."
        )


class Defaults:
    """A client's settings as arguments of the library's functions, computed once for many calls."""

    __slots__ = ("_arguments", "settings")

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._arguments = _to_arguments(settings)

    def __deepcopy__(self, memo: object) -> "Defaults":
        return self  # it is never modified

    def merge(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments for the library's function: those of the call, then the client's defaults.

        None and the sentinels of the `openai` package count as omitted. If the call names another provider
        than the client, the settings for the client's provider are not used.
        """
        given = {
            _ARGUMENT_OF_SETTING.get(name, name): value
            for name, value in call.items()
            if not is_omitted(value)
        }
        defaults, provider = self._arguments, self.settings.provider
        if provider is not None and given.get("provider", provider) != provider:
            defaults = _to_arguments(self.settings._replace(**_PROVIDER_SETTINGS))
        arguments = {**defaults, **given}
        if "timeout" in given:
            arguments["timeout"] = _normalize_timeout(given["timeout"])
        if isinstance(arguments.get("extra_headers"), Mapping):  # otherwise the call raises the error
            headers = {**defaults.get("extra_headers", {}), **given.get("extra_headers", {})}
            arguments["extra_headers"] = headers
        return arguments


def _to_arguments(settings: Settings) -> dict[str, Any]:
    arguments = {
        "provider": settings.provider,
        "auth": _tuple_to_list(settings.api_key),
        "base_url": settings.base_url,
        "model": settings.model,
        "timeout": _normalize_timeout(settings.timeout),
        "deadline": settings.deadline,
        "retries": settings.max_retries,
        "limits": settings.limits,
        "drop_options": settings.drop_options,
        "extra_headers": settings.default_headers or None,
    }
    return {**{name: value for name, value in arguments.items() if value is not None}, **settings.options}


def _normalize_timeout(timeout: Any) -> Any:
    """Return a timeout object of the `openai` package as a tuple (connect, read), any other unchanged.

    In such an object, a part that is None has no limit; `_NO_TIMEOUT` replaces it.
    """
    if hasattr(timeout, "connect") and hasattr(timeout, "read"):
        return tuple(_NO_TIMEOUT if part is None else part for part in (timeout.connect, timeout.read))
    return timeout


def _tuple_to_list(keys: Any) -> Any:
    return list(keys) if isinstance(keys, tuple) else keys


def _is_sentinel(value: Any) -> bool:
    return type(value).__name__ in _SENTINEL_TYPES


def is_omitted(value: Any) -> bool:
    """Whether an argument is omitted: None, or a sentinel of the `openai` package."""
    return value is None or _is_sentinel(value)
