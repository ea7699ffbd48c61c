"""`Client`: the OpenAI client's shape over every provider."""

from collections.abc import Iterable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, overload

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite.client import types
from g4f_lite.client._base import BaseClient
from g4f_lite.client._conversion import chat_completion
from g4f_lite.client._request import prepared
from g4f_lite.client._resources import Embeddings, Models
from g4f_lite.client._settings import Defaults
from g4f_lite.client._streaming.chunk_stream import Stream
from g4f_lite.client._unsupported import UnsupportedAttributes

if TYPE_CHECKING:
    from g4f_lite.client._records.base import Parsed
    from g4f_lite.client._streaming.event_stream import ChatCompletionStreamManager

__all__ = ["Client"]


class Client(BaseClient):
    """A client with the `openai` package's shape, and any provider behind it.

    ::

        client = Client(provider="groq")
        answer = client.chat.completions.create(model="llama-3.3-70b-versatile", messages=[...])
        print(answer.choices[0].message.content)

    It takes the arguments of `BaseClient`. It holds no connection, so it need not be closed; `close` and
    `with` are there for programs that do.
    """

    def close(self) -> None:
        """Do nothing but note it: connections belong to the library and are shared."""
        self._is_closed = True

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def chat(self) -> "Chat":
        """The conversations: ``client.chat.completions.create``."""
        return Chat(Defaults(self._settings))

    @cached_property
    def embeddings(self) -> Embeddings:
        """Texts as vectors: ``client.embeddings.create``."""
        return Embeddings(Defaults(self._settings))

    @cached_property
    def models(self) -> Models:
        """The models: ``client.models.list``."""
        return Models(Defaults(self._settings))

    @cached_property
    def beta(self) -> "Beta":
        """An older place of `chat`: ``client.beta.chat.completions.parse``."""
        return Beta(self.chat)


class Beta(UnsupportedAttributes):
    """``client.beta``."""

    _offers = "`chat`"

    def __init__(self, chat: "Chat") -> None:
        self.chat = chat


class Chat(UnsupportedAttributes):
    """``client.chat``."""

    _offers = "`completions`"

    def __init__(self, defaults: Defaults) -> None:
        self.completions = Completions(defaults)


class Completions(UnsupportedAttributes):
    """``client.chat.completions``."""

    _offers = "`create`, `parse` and `stream`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    @overload
    def create(
        self,
        *,
        messages: Iterable[Any] = ...,
        model: str | None = None,
        stream: Literal[False] | None = None,
        **options: Any,
    ) -> types.ChatCompletion: ...
    @overload
    def create(
        self,
        *,
        messages: Iterable[Any] = ...,
        model: str | None = None,
        stream: Literal[True],
        **options: Any,
    ) -> Stream[types.ChatCompletionChunk]: ...
    @overload
    def create(
        self,
        *,
        messages: Iterable[Any] = ...,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | Stream[types.ChatCompletionChunk]: ...
    def create(
        self,
        *,
        messages: Iterable[Any] | None = None,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | Stream[types.ChatCompletionChunk]:
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
        arguments, with_usage = prepared(self._defaults, messages, model, stream, options)
        answer: Any = ChatCompletion.create(**arguments)
        if isinstance(answer, CompletionStream):
            return Stream(answer, with_usage=with_usage)
        return chat_completion(answer.completion)

    @overload
    def parse(
        self,
        *,
        messages: Iterable[Any],
        response_format: "type[Parsed]",
        model: str | None = None,
        **options: Any,
    ) -> "types.ChatCompletion[Parsed]": ...
    @overload
    def parse(
        self,
        *,
        messages: Iterable[Any],
        response_format: Any = None,
        model: str | None = None,
        **options: Any,
    ) -> types.ChatCompletion: ...
    def parse(
        self,
        *,
        messages: Iterable[Any],
        response_format: Any = None,
        model: str | None = None,
        **options: Any,
    ) -> types.ChatCompletion:
        """Ask for an object: it is ``answer.choices[0].message.parsed``.

        Args:
            messages: as `create` takes them.
            response_format: a dataclass, a TypedDict, a pydantic model or a JSON schema.
            model: as `create` takes it.
            **options: as `create` takes them. The arguments of tools that are ``strict`` are parsed too:
                ``tool_calls[0].function.parsed_arguments``.

        Raises:
            StructuredOutputError: the answer is no such object.
        """
        from g4f_lite.client._parsing import parsing_of

        options["response_format"] = response_format
        parsing = parsing_of(options)
        arguments, _ = prepared(self._defaults, messages, model, False, options)
        return parsing.answer(ChatCompletion.create(**arguments).completion)

    @overload
    def stream(
        self,
        *,
        messages: Iterable[Any],
        response_format: "type[Parsed]",
        model: str | None = None,
        **options: Any,
    ) -> "ChatCompletionStreamManager[Parsed]": ...
    @overload
    def stream(
        self,
        *,
        messages: Iterable[Any],
        response_format: Any = None,
        model: str | None = None,
        **options: Any,
    ) -> "ChatCompletionStreamManager[Any]": ...
    def stream(
        self,
        *,
        messages: Iterable[Any],
        response_format: Any = None,
        model: str | None = None,
        **options: Any,
    ) -> "ChatCompletionStreamManager[Any]":
        """Ask, and read the answer as events; to be entered with ``with``, which is when it asks.

        ::

            with client.chat.completions.stream(model=..., messages=[...]) as stream:
                for event in stream:
                    if event.type == "content.delta":
                        print(event.delta, end="")
            answer = stream.get_final_completion()

        Args:
            messages: as `create` takes them.
            response_format: as `parse` takes it.
            model: as `create` takes it.
            **options: as `parse` takes them.
        """
        from g4f_lite.client._parsing import parsing_of
        from g4f_lite.client._streaming.event_stream import ChatCompletionStreamManager

        options["response_format"] = response_format
        parsing = parsing_of(options)
        return ChatCompletionStreamManager(
            lambda: self.create(messages=messages, model=model, stream=True, **options), parsing
        )
