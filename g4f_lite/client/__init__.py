"""Clients with the interface of the `openai` package for every provider: `Client` and `AsyncClient`.

The module `types` has the records that they return. Each name is imported at its first use, so that a
program that only uses `Client` does not load asyncio.
"""

TYPE_CHECKING = False  # type checkers treat it as typing.TYPE_CHECKING, and `typing` is not imported
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
