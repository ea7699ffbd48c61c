"""`Client`: the OpenAI client's shape over every provider."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, Literal, overload

from g4f_lite.client import types
from g4f_lite.client._resources import Embeddings, Models
from g4f_lite.client._results import ChunkMaker, chat_completion
from g4f_lite.client._settings import Settings, changed, merged, readable_messages
from g4f_lite.client._streams import Stream
from g4f_lite.completion import ChatCompletion
from g4f_lite.streams import CompletionStream

__all__ = ["Client"]


class Client:
    """A client with the `openai` package's shape, and any provider behind it.

    ::

        client = Client(provider="groq")
        answer = client.chat.completions.create(model="llama-3.3-70b-versatile", messages=[...])
        print(answer.choices[0].message.content)

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

    It holds no connection, so it need not be closed; `close` and `with` are there for programs that do.
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
        return f"Client({self._settings!r})"

    def with_options(self, **changes: Any) -> "Client":
        """Return a client that differs in these of the constructor's arguments."""
        client = Client()
        client._settings = changed(self._settings, changes)
        return client

    copy = with_options

    def close(self) -> None:
        """Do nothing: connections belong to the library and are shared."""

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def chat(self) -> "Chat":
        """The conversations: ``client.chat.completions.create``."""
        return Chat(self._settings)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Texts as vectors: ``client.embeddings.create``."""
        return Embeddings(self._settings)

    @cached_property
    def models(self) -> Models:
        """The models: ``client.models.list``."""
        return Models(self._settings)


class Chat:
    """``client.chat``."""

    def __init__(self, settings: Settings) -> None:
        self.completions = Completions(settings)


class Completions:
    """``client.chat.completions``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @overload
    def create(
        self,
        *,
        messages: Sequence[Any] = ...,
        model: str | None = None,
        stream: Literal[False] | None = None,
        **options: Any,
    ) -> types.ChatCompletion: ...
    @overload
    def create(
        self,
        *,
        messages: Sequence[Any] = ...,
        model: str | None = None,
        stream: Literal[True],
        **options: Any,
    ) -> Stream: ...
    @overload
    def create(
        self,
        *,
        messages: Sequence[Any] = ...,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | Stream: ...
    def create(
        self,
        *,
        messages: Sequence[Any] | None = None,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | Stream:
        """Ask a model; return its answer, or with `stream=True` the chunks of it as they come.

        Args:
            messages: the conversation; messages of earlier answers can stand in it as they came.
            model: the model's name, or ``"provider/model"``.
            stream: whether to get the answer as it is made.
            **options: what OpenAI's API names (``temperature``, ``tools``, ``response_format`` ...), and what
                `g4f_lite.ChatCompletion.create` takes (``provider``, ``deadline``, ``retries`` ...).

        Raises:
            G4FLiteError: as `g4f_lite.ChatCompletion.create` does.
        """
        arguments, maker = prepared(self._settings, messages, model, options)
        answer: Any = ChatCompletion.create(stream=bool(stream), **arguments)
        if isinstance(answer, CompletionStream):
            return Stream(answer, maker)
        return chat_completion(answer.completion)

    def parse(
        self, *, messages: Sequence[Any], response_format: Any, model: str | None = None, **options: Any
    ) -> types.ChatCompletion:
        """Ask for an object: it is ``answer.choices[0].message.parsed``.

        Args:
            messages: as `create` takes them.
            response_format: a dataclass, a TypedDict, a pydantic model or a JSON schema.
            model: as `create` takes it.
            **options: as `create` takes them.

        Raises:
            StructuredOutputError: the answer is no such object.
        """
        answer: types.ChatCompletion = self.create(
            messages=messages, model=model, response_format=response_format, **options
        )
        return answer


def prepared(
    settings: Settings, messages: Any, model: str | None, options: Mapping[str, Any]
) -> tuple[dict[str, Any], ChunkMaker]:
    """Return the arguments for the library's function, and what makes chunks of its events."""
    call = {"messages": readable_messages(messages), "model": model, **options}
    arguments = merged(settings, call)
    # The counts are always asked for and kept; whether they come as a chunk is the caller's choice.
    wishes = arguments.pop("stream_options", None) or {}
    maker = ChunkMaker(str(arguments.get("model") or ""), with_usage=bool(wishes.get("include_usage")))
    return arguments, maker
