"""`AsyncClient`: the asynchronous version of `Client`."""

from collections.abc import Iterable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, overload

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite.client import types
from g4f_lite.client._async_resources import AsyncEmbeddings, AsyncModels
from g4f_lite.client._base import BaseClient
from g4f_lite.client._conversion import to_chat_completion
from g4f_lite.client._request import build_chat_arguments
from g4f_lite.client._settings import Defaults
from g4f_lite.client._streaming.async_chunk_stream import AsyncStream
from g4f_lite.client._unsupported import UnsupportedAttributes

if TYPE_CHECKING:
    from g4f_lite.client._records.base import Parsed
    from g4f_lite.client._streaming.async_event_stream import AsyncChatCompletionStreamManager

__all__ = ["AsyncClient"]


class AsyncClient(BaseClient):
    """The asynchronous version of `Client`, with the same arguments.

    ::

        client = AsyncClient(provider="groq")
        async for chunk in await client.chat.completions.create(model=..., messages=[...], stream=True):
            print(chunk.choices[0].delta.content or "", end="")
    """

    async def close(self) -> None:
        """Mark the client as closed; connections stay open, because the library shares them."""
        self._is_closed = True

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @cached_property
    def chat(self) -> "AsyncChat":
        """The chat API: ``client.chat.completions.create``."""
        return AsyncChat(Defaults(self._settings))

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """The embeddings API: ``client.embeddings.create``."""
        return AsyncEmbeddings(Defaults(self._settings))

    @cached_property
    def models(self) -> AsyncModels:
        """The models API: ``client.models.list``."""
        return AsyncModels(Defaults(self._settings))

    @cached_property
    def beta(self) -> "AsyncBeta":
        """The older name of `chat`: ``client.beta.chat.completions.parse``."""
        return AsyncBeta(self.chat)


AsyncClient.__module__ = "g4f_lite.client"


class AsyncBeta(UnsupportedAttributes):
    """``client.beta``."""

    _supported = "`chat`"

    def __init__(self, chat: "AsyncChat") -> None:
        self.chat = chat


class AsyncChat(UnsupportedAttributes):
    """``client.chat``."""

    _supported = "`completions`"

    def __init__(self, defaults: Defaults) -> None:
        self.completions = AsyncCompletions(defaults)


class AsyncCompletions(UnsupportedAttributes):
    """``client.chat.completions``."""

    _supported = "`create`, `parse` and `stream`"

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
        """Do what `Client.chat.completions.create` does, without blocking the event loop."""
        arguments, with_usage = build_chat_arguments(self._defaults, messages, model, stream, options)
        if arguments["stream"] is True:
            return AsyncStream(await ChatCompletion.acreate(**arguments), with_usage=with_usage)
        answer: Any = await ChatCompletion.acreate(**arguments)
        return to_chat_completion(answer.completion)

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
        """Do what `Client.chat.completions.parse` does, without blocking the event loop."""
        from g4f_lite.client._parsing import build_parser

        options["response_format"] = response_format
        parser = build_parser(options)
        arguments, _ = build_chat_arguments(self._defaults, messages, model, False, options)
        answer: Any = await ChatCompletion.acreate(**arguments)
        return parser.parse_completion(answer.completion)

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
        """Return a context manager that streams the answer as events.

        The arguments are those of `Client.chat.completions.stream`.

        ::

            async with client.chat.completions.stream(model=..., messages=[...]) as stream:
                async for event in stream:
                    ...
            answer = await stream.get_final_completion()
        """
        from g4f_lite.client._parsing import build_parser
        from g4f_lite.client._streaming.async_event_stream import AsyncChatCompletionStreamManager

        options["response_format"] = response_format
        parser = build_parser(options)
        return AsyncChatCompletionStreamManager(
            lambda: self.create(messages=messages, model=model, stream=True, **options), parser
        )
