"""`AsyncClient`: the asynchronous twin of `Client`."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, Literal, overload

from g4f_lite.client import types
from g4f_lite.client._resources import AsyncEmbeddings, AsyncModels
from g4f_lite.client._results import chat_completion
from g4f_lite.client._settings import Settings, changed
from g4f_lite.client._streams import AsyncStream
from g4f_lite.client._sync import prepared
from g4f_lite.completion import ChatCompletion

__all__ = ["AsyncClient"]


class AsyncClient:
    """The asynchronous twin of `Client`; it takes the same arguments.

    ::

        client = AsyncClient(provider="groq")
        async for chunk in await client.chat.completions.create(model=..., messages=[...], stream=True):
            print(chunk.choices[0].delta.content or "", end="")
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
        given = {name: value for name, value in locals().items() if name not in ("self", "options")}
        self._settings = changed(Settings(), {**given, **options})

    def __repr__(self) -> str:
        return f"AsyncClient({self._settings!r})"

    def with_options(self, **changes: Any) -> "AsyncClient":
        """Return a client that differs in these of the constructor's arguments."""
        client = AsyncClient()
        client._settings = changed(self._settings, changes)
        return client

    copy = with_options

    async def close(self) -> None:
        """Do nothing: connections belong to the library and are shared."""

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @cached_property
    def chat(self) -> "AsyncChat":
        """The conversations: ``client.chat.completions.create``."""
        return AsyncChat(self._settings)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Texts as vectors: ``client.embeddings.create``."""
        return AsyncEmbeddings(self._settings)

    @cached_property
    def models(self) -> AsyncModels:
        """The models: ``client.models.list``."""
        return AsyncModels(self._settings)


class AsyncChat:
    """``client.chat``."""

    def __init__(self, settings: Settings) -> None:
        self.completions = AsyncCompletions(settings)


class AsyncCompletions:
    """``client.chat.completions``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @overload
    async def create(
        self,
        *,
        messages: Sequence[Any] = ...,
        model: str | None = None,
        stream: Literal[False] | None = None,
        **options: Any,
    ) -> types.ChatCompletion: ...
    @overload
    async def create(
        self,
        *,
        messages: Sequence[Any] = ...,
        model: str | None = None,
        stream: Literal[True],
        **options: Any,
    ) -> AsyncStream: ...
    @overload
    async def create(
        self,
        *,
        messages: Sequence[Any] = ...,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | AsyncStream: ...
    async def create(
        self,
        *,
        messages: Sequence[Any] | None = None,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | AsyncStream:
        """Ask a model, as `Client.chat.completions.create` does, without blocking the event loop."""
        arguments, maker = prepared(self._settings, messages, model, options)
        if stream:
            return AsyncStream(await ChatCompletion.acreate(stream=True, **arguments), maker)
        answer = await ChatCompletion.acreate(**arguments)
        return chat_completion(answer.completion)

    async def parse(
        self, *, messages: Sequence[Any], response_format: Any, model: str | None = None, **options: Any
    ) -> types.ChatCompletion:
        """Ask for an object, as `Client.chat.completions.parse` does."""
        answer: types.ChatCompletion = await self.create(
            messages=messages, model=model, response_format=response_format, **options
        )
        return answer
