"""The names of the `openai` package for this library's classes, so that a program only changes its imports.

::

    from g4f_lite.client import openai  # was: import openai
    from g4f_lite.client.openai import OpenAI, RateLimitError  # was: from openai import ...
    from g4f_lite.client.types import ChatCompletion  # was: from openai.types.chat import ...

Only the names are those of the other package; the classes are this library's own. A client still needs its
provider: ``OpenAI(provider="openai")``.
"""

from typing import TYPE_CHECKING

from g4f_lite.client._async_client import AsyncClient as AsyncOpenAI
from g4f_lite.client._client import Client as OpenAI
from g4f_lite.client._parsing import pydantic_function_tool
from g4f_lite.client._sentinels import NOT_GIVEN, NotGiven, Omit, Timeout, omit
from g4f_lite.client._streaming.async_chunk_stream import AsyncStream
from g4f_lite.client._streaming.chunk_stream import Stream
from g4f_lite.errors import AuthenticationError, NotFoundError, PermissionDeniedError, RateLimitError
from g4f_lite.errors import G4FLiteError as OpenAIError
from g4f_lite.errors import InvalidRequestError as BadRequestError
from g4f_lite.errors import ProviderConnectionError as APIConnectionError
from g4f_lite.errors import ProviderError as APIError
from g4f_lite.errors import ProviderResponseError as APIResponseValidationError
from g4f_lite.errors import ProviderStatusError as APIStatusError
from g4f_lite.errors import ProviderTimeoutError as APITimeoutError
from g4f_lite.errors import ServiceUnavailableError as InternalServerError

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncClient",
    "AsyncOpenAI",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "InternalServerError",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "OpenAI",
    "OpenAIError",
    "PermissionDeniedError",
    "RateLimitError",
    "Stream",
    "Timeout",
    "UnprocessableEntityError",
    "omit",
    "pydantic_function_tool",
]

AsyncClient = AsyncOpenAI
Client = OpenAI
UnprocessableEntityError = BadRequestError

# Defined in private modules; `g4f_lite/__init__.py` has the reason.
for _value in (NotGiven, Omit, Timeout, pydantic_function_tool):
    _value.__module__ = __name__

_ALTERNATIVES = {
    "AzureOpenAI": 'write OpenAI(provider="azure", base_url=..., api_version=...)',
    "AsyncAzureOpenAI": 'write AsyncOpenAI(provider="azure", base_url=..., api_version=...)',
    "ConflictError": "catch APIStatusError, and look whether its status_code is 409",
    "ContentFilterFinishReasonError": "g4f_lite has StructuredOutputError",
    "LengthFinishReasonError": "g4f_lite has StructuredOutputError",
    "DefaultHttpxClient": "the connections are the library's: pass proxy=... and timeout=...",
    "DefaultAsyncHttpxClient": "the connections are the library's: pass proxy=... and timeout=...",
    "ChatCompletion": "the functions of its first version are no more; make a client",
    "types": "they are in g4f_lite.client.types, without `chat` between",
    **dict.fromkeys(
        ("api_key", "base_url", "organization", "chat", "embeddings", "models"),
        "make a client: OpenAI(provider=...)",
    ),
}


if not TYPE_CHECKING:  # a type checker has to report unknown names

    def __getattr__(name: str) -> object:
        alternative = f": {_ALTERNATIVES[name]}" if name in _ALTERNATIVES else ""
        raise AttributeError(f"module 'g4f_lite.client.openai' has no attribute {name!r}{alternative}.")
