"""`AsyncClient`: the asynchronous twin of `Client`."""

from collections.abc import Iterable
from functools import cached_property
from types import TracebackType
from typing import Any, Literal, overload

from g4f_lite.client import types
from g4f_lite.client._async_resources import AsyncEmbeddings, AsyncModels
from g4f_lite.client._async_streams import AsyncStream
from g4f_lite.client._base import BaseClient
from g4f_lite.client._results import chat_completion
from g4f_lite.client._settings import Settings
from g4f_lite.client._sync import prepared
from g4f_lite.completion import ChatCompletion

__all__ = ["AsyncClient"]


class AsyncClient(BaseClient):
    """The asynchronous twin of `Client`; it takes the same arguments.

    ::

        client = AsyncClient(provider="groq")
        async for chunk in await client.chat.completions.create(model=..., messages=[...], stream=True):
            print(chunk.choices[0].delta.content or "", end="")
    """

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
        messages: Iterable[Any] = ...,
        model: str | None = None,
        stream: Literal[False] | None = None,
        **options: Any,
    ) -> types.ChatCompletion: ...
    @overload
    async def create(
        self,
        *,
        messages: Iterable[Any] = ...,
        model: str | None = None,
        stream: Literal[True],
        **options: Any,
    ) -> AsyncStream: ...
    @overload
    async def create(
        self,
        *,
        messages: Iterable[Any] = ...,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | AsyncStream: ...
    async def create(
        self,
        *,
        messages: Iterable[Any] | None = None,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | AsyncStream:
        """Ask a model, as `Client.chat.completions.create` does, without blocking the event loop."""
        arguments, with_usage = prepared(self._settings, messages, model, stream, options)
        if arguments["stream"] is True:
            return AsyncStream(await ChatCompletion.acreate(**arguments), with_usage=with_usage)
        answer: Any = await ChatCompletion.acreate(**arguments)
        return chat_completion(answer.completion)

    async def parse(
        self, *, messages: Iterable[Any], response_format: Any, model: str | None = None, **options: Any
    ) -> types.ChatCompletion:
        """Ask for an object, as `Client.chat.completions.parse` does."""
        answer: types.ChatCompletion = await self.create(
            messages=messages, model=model, response_format=response_format, **options
        )
        return answer
