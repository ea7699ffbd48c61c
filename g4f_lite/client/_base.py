"""The common base of `Client` and `AsyncClient`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from g4f_lite.client._settings import SETTINGS, Settings, replace_settings
from g4f_lite.client._unsupported import UnsupportedAttributes

if TYPE_CHECKING:
    from g4f_lite.client._sentinels import TimeoutParts

__all__ = ["BaseClient"]

_Self = TypeVar("_Self", bound="BaseClient")


class BaseClient(UnsupportedAttributes):
    """The settings of a client; each one is also an attribute.

    Args:
        provider: the name of a provider, a list of names for fallback, or a `Route`; if it is omitted, each
            call uses a provider that offers the call's model.
        api_key: the API key, or several for rotation; the default is the key in the environment, then the one
            in the key store.
        base_url: the address of the service; without `provider`, the service must use OpenAI's protocol.
        model: the model of calls that do not name one.
        timeout: seconds between bytes, a tuple (connect, read) in seconds, or an object with the attributes
            `connect` and `read`.
        deadline: seconds for a whole call, including its retries.
        max_retries: number of retries with the same provider, where a retry is safe; or a `Retry`.
        default_headers: additional headers for every request.
        limits: a `Limits`: requests and tokens per minute, and concurrent calls.
        drop_options: whether to drop and record options that a provider does not support, instead of raising
            an error.
        **options: additional options that every call passes to the provider.

    Raises:
        InvalidArgumentError: an argument is one that only clients of the `openai` package have, such as
            ``http_client``, is a misspelled setting, or is an empty key.
    """

    _supported = "`chat`, `embeddings` and `models`"
    _is_closed = False

    if TYPE_CHECKING:  # at run time, `__getattr__` reads them from the settings
        api_key: str | Sequence[str] | None
        base_url: str | None
        timeout: Any
        max_retries: Any
        default_headers: Mapping[str, str] | None
        provider: Any
        model: str | None

    def __init__(
        self,
        *,
        provider: Any = None,
        api_key: str | Sequence[str] | None = None,
        base_url: str | None = None,
        model: str | None = None,
        timeout: "float | tuple[float, float] | TimeoutParts | None" = None,
        deadline: float | None = None,
        max_retries: Any = 2,
        default_headers: Mapping[str, str] | None = None,
        limits: Any = None,
        drop_options: bool = False,
        **options: Any,
    ) -> None:
        settings = {
            "provider": provider,
            "api_key": api_key,
            "base_url": base_url,
            "model": model,
            "timeout": timeout,
            "deadline": deadline,
            "max_retries": max_retries,
            "default_headers": default_headers,
            "limits": limits,
            "drop_options": drop_options,
        }
        self._settings = replace_settings(Settings(), {**settings, **options})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings!r})"

    def __setattr__(self, name: str, value: Any) -> None:
        settings: Any = self.__dict__.get("_settings")
        if name in SETTINGS or (settings is not None and name in settings.options):
            raise AttributeError(
                f"A client's {name!r} is not changed: write client = client.with_options({name}=...)."
            )
        super().__setattr__(name, value)

    def with_options(self: _Self, **changes: Any) -> _Self:  # noqa: PYI019 - Self comes with Python 3.11
        """Return a copy of the client with some of the constructor's arguments changed.

        If `provider` changes, the key, the address, the model, the headers and the additional options are not
        copied: they belong to the previous provider.
        """
        client = type(self).__new__(type(self))
        client._settings = replace_settings(self._settings, changes)
        return client

    copy = with_options

    def is_closed(self) -> bool:
        """Whether `close` was called; a closed client can still be used, because it holds no connection."""
        return self._is_closed

    if not TYPE_CHECKING:  # a type checker has to report unknown attributes

        def __getattr__(self, name: str) -> Any:
            if name in SETTINGS:
                return getattr(self._settings, name)
            if not name.startswith("_") and name in self._settings.options:
                return self._settings.options[name]
            return self._raise_unsupported(name)
