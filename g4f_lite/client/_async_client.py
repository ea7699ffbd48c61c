"""`AsyncClient`: the asynchronous twin of `Client`."""

from collections.abc import Iterable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, overload

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite.client import types
from g4f_lite.client._async_resources import AsyncEmbeddings, AsyncModels
from g4f_lite.client._base import BaseClient
from g4f_lite.client._conversion import chat_completion
from g4f_lite.client._request import prepared
from g4f_lite.client._settings import Defaults
from g4f_lite.client._streaming.async_chunk_stream import AsyncStream
from g4f_lite.client._unsupported import UnsupportedAttributes

if TYPE_CHECKING:
    from g4f_lite.client._records.base import Parsed
    from g4f_lite.client._streaming.async_event_stream import AsyncChatCompletionStreamManager

__all__ = ["AsyncClient"]


class AsyncClient(BaseClient):
    """The asynchronous twin of `Client`; it takes the same arguments.

    ::

        client = AsyncClient(provider="groq")
        async for chunk in await client.chat.completions.create(model=..., messages=[...], stream=True):
            print(chunk.choices[0].delta.content or "", end="")
    """

    async def close(self) -> None:
        """Do nothing but note it: connections belong to the library and are shared."""
        self._is_closed = True

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @cached_property
    def chat(self) -> "AsyncChat":
        """The conversations: ``client.chat.completions.create``."""
        return AsyncChat(Defaults(self._settings))

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Texts as vectors: ``client.embeddings.create``."""
        return AsyncEmbeddings(Defaults(self._settings))

    @cached_property
    def models(self) -> AsyncModels:
        """The models: ``client.models.list``."""
        return AsyncModels(Defaults(self._settings))

    @cached_property
    def beta(self) -> "AsyncBeta":
        """An older place of `chat`: ``client.beta.chat.completions.parse``."""
        return AsyncBeta(self.chat)


class AsyncBeta(UnsupportedAttributes):
    """``client.beta``."""

    _offers = "`chat`"

    def __init__(self, chat: "AsyncChat") -> None:
        self.chat = chat


class AsyncChat(UnsupportedAttributes):
    """``client.chat``."""

    _offers = "`completions`"

    def __init__(self, defaults: Defaults) -> None:
        self.completions = AsyncCompletions(defaults)


class AsyncCompletions(UnsupportedAttributes):
    """``client.chat.completions``."""

    _offers = "`create`, `parse` and `stream`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

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
    ) -> AsyncStream[types.ChatCompletionChunk]: ...
    @overload
    async def create(
        self,
        *,
        messages: Iterable[Any] = ...,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | AsyncStream[types.ChatCompletionChunk]: ...
    async def create(
        self,
        *,
        messages: Iterable[Any] | None = None,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | AsyncStream[types.ChatCompletionChunk]:
        """Ask a model, as `Client.chat.completions.create` does, without blocking the event loop."""
        arguments, with_usage = prepared(self._defaults, messages, model, stream, options)
        if arguments["stream"] is True:
            return AsyncStream(await ChatCompletion.acreate(**arguments), with_usage=with_usage)
        answer: Any = await ChatCompletion.acreate(**arguments)
        return chat_completion(answer.completion)

    @overload
    async def parse(
        self,
        *,
        messages: Iterable[Any],
        response_format: "type[Parsed]",
        model: str | None = None,
        **options: Any,
    ) -> "types.ChatCompletion[Parsed]": ...
    @overload
    async def parse(
        self,
        *,
        messages: Iterable[Any],
        response_format: Any = None,
        model: str | None = None,
        **options: Any,
    ) -> types.ChatCompletion: ...
    async def parse(
        self,
        *,
        messages: Iterable[Any],
        response_format: Any = None,
        model: str | None = None,
        **options: Any,
    ) -> types.ChatCompletion:
        """Ask for an object, as `Client.chat.completions.parse` does."""
        from g4f_lite.client._parsing import parsing_of

        options["response_format"] = response_format
        parsing = parsing_of(options)
        arguments, _ = prepared(self._defaults, messages, model, False, options)
        answer: Any = await ChatCompletion.acreate(**arguments)
        return parsing.answer(answer.completion)

    @overload
    def stream(
        self,
        *,
        messages: Iterable[Any],
        response_format: "type[Parsed]",
        model: str | None = None,
        **options: Any,
    ) -> "AsyncChatCompletionStreamManager[Parsed]": ...
    @overload
    def stream(
        self,
        *,
        messages: Iterable[Any],
        response_format: Any = None,
        model: str | None = None,
        **options: Any,
    ) -> "AsyncChatCompletionStreamManager[Any]": ...
    def stream(
        self,
        *,
        messages: Iterable[Any],
        response_format: Any = None,
        model: str | None = None,
        **options: Any,
    ) -> "AsyncChatCompletionStreamManager[Any]":
        """Ask, and read the answer as events, as `Client.chat.completions.stream` has them.

        ::

            async with client.chat.completions.stream(model=..., messages=[...]) as stream:
                async for event in stream:
                    ...
            answer = await stream.get_final_completion()
        """
        from g4f_lite.client._parsing import parsing_of
        from g4f_lite.client._streaming.async_event_stream import AsyncChatCompletionStreamManager

        options["response_format"] = response_format
        parsing = parsing_of(options)
        return AsyncChatCompletionStreamManager(
            lambda: self.create(messages=messages, model=model, stream=True, **options), parsing
        )
