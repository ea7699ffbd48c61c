"""The OpenAI client's shape over every provider: `Client`, `AsyncClient`, and what they return (`types`)."""

from g4f_lite.client._async import AsyncClient
from g4f_lite.client._streams import AsyncStream, Stream
from g4f_lite.client._sync import Client

__all__ = ["AsyncClient", "AsyncStream", "Client", "Stream"]
