"""The OpenAI client's shape over every provider: `Client`, `AsyncClient`, and what they return (`types`).

Each name is fetched when it is first asked for: who uses `Client` need not load asyncio.
"""

TYPE_CHECKING = False  # what type checkers take for typing.TYPE_CHECKING, without importing typing
if TYPE_CHECKING:
    from g4f_lite.client._async_client import AsyncClient as AsyncClient
    from g4f_lite.client._client import Client as Client
    from g4f_lite.client._streaming.async_chunk_stream import AsyncStream as AsyncStream
    from g4f_lite.client._streaming.async_event_stream import (
        AsyncChatCompletionStream as AsyncChatCompletionStream,
    )
    from g4f_lite.client._streaming.chunk_stream import Stream as Stream
    from g4f_lite.client._streaming.event_stream import ChatCompletionStream as ChatCompletionStream

_MODULE_OF = {
    "AsyncChatCompletionStream": "_streaming.async_event_stream",
    "AsyncClient": "_async_client",
    "AsyncStream": "_streaming.async_chunk_stream",
    "ChatCompletionStream": "_streaming.event_stream",
    "Client": "_client",
    "Stream": "_streaming.chunk_stream",
}

__all__ = [
    "AsyncChatCompletionStream",
    "AsyncClient",
    "AsyncStream",
    "ChatCompletionStream",
    "Client",
    "Stream",
]


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'g4f_lite.client' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"g4f_lite.client.{module}"), name)
    globals()[name] = value
    return value
