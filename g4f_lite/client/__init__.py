"""The OpenAI client's shape over every provider: `Client`, `AsyncClient`, and what they return (`types`).

Each name is fetched when it is first asked for: who uses `Client` need not load asyncio.
"""

TYPE_CHECKING = False  # what type checkers take for typing.TYPE_CHECKING, without importing typing
if TYPE_CHECKING:
    from g4f_lite.client._async import AsyncClient as AsyncClient
    from g4f_lite.client._async_helper_streams import AsyncChatCompletionStream as AsyncChatCompletionStream
    from g4f_lite.client._async_streams import AsyncStream as AsyncStream
    from g4f_lite.client._helper_streams import ChatCompletionStream as ChatCompletionStream
    from g4f_lite.client._streams import Stream as Stream
    from g4f_lite.client._sync import Client as Client

_MODULE_OF = {
    "AsyncChatCompletionStream": "_async_helper_streams",
    "AsyncClient": "_async",
    "AsyncStream": "_async_streams",
    "ChatCompletionStream": "_helper_streams",
    "Client": "_sync",
    "Stream": "_streams",
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
