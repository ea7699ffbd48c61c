"""What `Client` and `AsyncClient` have in common."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from g4f_lite.client._settings import SETTINGS, Settings, changed
from g4f_lite.client._unsupported import UnsupportedAttributes

if TYPE_CHECKING:
    from g4f_lite.client._sentinels import TimeoutParts

__all__ = ["BaseClient"]

_Own = TypeVar("_Own", bound="BaseClient")


class BaseClient(UnsupportedAttributes):
    """A client's settings; each can be read as an attribute.

    Args:
        provider: a provider's name, a list of names to fall back along, or a `Route`; left out: whoever
            offers the model that a call names.
        api_key: the key, or several that are rotated; else the environment's, else the key store's.
        base_url: the service's address; without a provider, one that speaks OpenAI's protocol.
        model: the model for calls that name none.
        timeout: seconds between bytes, or (connect, read); or an object with these two parts.
        deadline: seconds for a whole call, with its retries.
        max_retries: how often the same provider is asked again where that is safe; a number or a `Retry`.
        default_headers: further headers for every request.
        limits: a `Limits`: requests and tokens a minute, calls at once.
        drop_options: drop options that a provider does not take, and record them, instead of raising.
        **options: whatever else is to be passed to the provider in every call.

    Raises:
        InvalidArgumentError: an argument that no client has, such as ``http_client``.
    """

    _offers = "`chat`, `embeddings` and `models`"
    _is_closed = False

    if TYPE_CHECKING:  # at run time these are the settings'
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
        named = {
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
        self._settings = changed(Settings(), {**named, **options})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings!r})"

    def __setattr__(self, name: str, value: Any) -> None:
        known: Any = self.__dict__.get("_settings")
        if name in SETTINGS or (known is not None and name in known.options):
            raise AttributeError(
                f"A client's {name!r} is not changed: write client = client.with_options({name}=...)."
            )
        super().__setattr__(name, value)

    def with_options(self: _Own, **changes: Any) -> _Own:  # noqa: PYI019 - Self comes with Python 3.11
        """Return a client that differs in these of the constructor's arguments.

        If `provider` is another one, the key, the address, the model, the headers and the further options
        are not taken over: they are meant for the one that the client had.
        """
        client = type(self).__new__(type(self))
        client._settings = changed(self._settings, changes)
        return client

    copy = with_options

    def is_closed(self) -> bool:
        """Whether `close` was called, which hinders nothing: a client holds no connection."""
        return self._is_closed

    if not TYPE_CHECKING:  # to a type checker, what is not there is not there

        def __getattr__(self, name: str) -> Any:
            if name in SETTINGS:
                return getattr(self._settings, name)
            if not name.startswith("_") and name in self._settings.options:
                return self._settings.options[name]
            return self._lacks(name)
