"""What `Client` and `AsyncClient` have in common."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from g4f_lite.client._settings import Settings, changed

__all__ = ["BaseClient"]

_Own = TypeVar("_Own", bound="BaseClient")


class BaseClient:
    """A client's settings.

    Args:
        provider: a provider's name, a list of names to fall back along, or a `Route`; left out: whoever
            offers the model that a call names.
        api_key: the key, or several that are rotated; else the environment's, else the key store's.
        base_url: the service's address; without a provider, one that speaks OpenAI's protocol.
        model: the model for calls that name none.
        timeout: seconds between bytes, or (connect, read).
        deadline: seconds for a whole call, with its retries.
        max_retries: how often the same provider is asked again where that is safe; a number or a `Retry`.
        default_headers: further headers for every request.
        limits: a `Limits`: requests and tokens a minute, calls at once.
        drop_options: drop options that a provider does not take, and record them, instead of raising.
        **options: whatever else is to be passed to the provider in every call.

    Raises:
        InvalidArgumentError: an argument that no client has, such as ``http_client``.
    """

    def __init__(
        self,
        *,
        provider: Any = None,
        api_key: str | Sequence[str] | None = None,
        base_url: str | None = None,
        model: str | None = None,
        timeout: float | tuple[float, float] | None = None,
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

    def with_options(self: _Own, **changes: Any) -> _Own:  # noqa: PYI019 - Self comes with Python 3.11
        """Return a client that differs in these of the constructor's arguments.

        If `provider` is another one, the key, the address, the model, the headers and the further options
        are not taken over: they are meant for the one that the client had.
        """
        client = type(self).__new__(type(self))
        client._settings = changed(self._settings, changes)
        return client

    copy = with_options

    if not TYPE_CHECKING:  # to a type checker, what is not there is not there

        def __getattr__(self, name: str) -> NoReturn:
            step = (
                "pass api='responses' to chat.completions.create"
                if name == "responses"
                else "see docs/client.md"
            )
            raise AttributeError(
                f"{type(self).__name__!r} has no {name!r}: it has `chat`, `embeddings` and `models`; {step}."
            )
