"""`Client`: the interface of the `openai` package's client for every provider."""

from collections.abc import Iterable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, overload

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite.client import types
from g4f_lite.client._base import BaseClient
from g4f_lite.client._conversion import to_chat_completion
from g4f_lite.client._request import build_chat_arguments
from g4f_lite.client._resources import Embeddings, Models
from g4f_lite.client._settings import Defaults
from g4f_lite.client._streaming.chunk_stream import Stream
from g4f_lite.client._unsupported import UnsupportedAttributes

if TYPE_CHECKING:
    from g4f_lite.client._records.base import Parsed
    from g4f_lite.client._streaming.event_stream import ChatCompletionStreamManager

__all__ = ["Client"]


class Client(BaseClient):
    """A client with the interface of the `openai` package's client, for any provider.

    ::

        client = Client(provider="groq")
        answer = client.chat.completions.create(model="llama-3.3-70b-versatile", messages=[...])
        print(answer.choices[0].message.content)

    The arguments are those of `BaseClient`. A client holds no connection, so it does not have to be closed;
    `close` and `with` exist for programs that use them.
    """

    def close(self) -> None:
        """Mark the client as closed; connections stay open, because the library shares them."""
        self._is_closed = True

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def chat(self) -> "Chat":
        """The chat API: ``client.chat.completions.create``."""
        return Chat(Defaults(self._settings))

    @cached_property
    def embeddings(self) -> Embeddings:
        """The embeddings API: ``client.embeddings.create``."""
        return Embeddings(Defaults(self._settings))

    @cached_property
    def models(self) -> Models:
        """The models API: ``client.models.list``."""
        return Models(Defaults(self._settings))

    @cached_property
    def beta(self) -> "Beta":
        """The older name of `chat`: ``client.beta.chat.completions.parse``."""
        return Beta(self.chat)


Client.__module__ = "g4f_lite.client"


class Beta(UnsupportedAttributes):
    """``client.beta``."""

    _supported = "`chat`"

    def __init__(self, chat: "Chat") -> None:
        self.chat = chat


class Chat(UnsupportedAttributes):
    """``client.chat``."""

    _supported = "`completions`"

    def __init__(self, defaults: Defaults) -> None:
        self.completions = Completions(defaults)


class Completions(UnsupportedAttributes):
    """``client.chat.completions``."""

    _supported = "`create`, `parse` and `stream`"

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
        """Return the answer of a model, or with `stream=True` a `Stream` of its chunks.

        Args:
            messages: the conversation; it may contain message objects of earlier answers.
            model: the name of the model, or ``"provider/model"``.
            stream: whether to return the chunks as they arrive.
            **options: options of OpenAI's API (``temperature``, ``tools``, ``response_format`` ...), and
                arguments of `g4f_lite.ChatCompletion.create` (``provider``, ``deadline``, ``retries`` ...).

        Raises:
            G4FLiteError: under the same conditions as `g4f_lite.ChatCompletion.create`.
        """
        arguments, with_usage = build_chat_arguments(self._defaults, messages, model, stream, options)
        answer: Any = ChatCompletion.create(**arguments)
        if isinstance(answer, CompletionStream):
            return Stream(answer, with_usage=with_usage)
        return to_chat_completion(answer.completion)

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
        """Return an answer with a parsed object in ``choices[0].message.parsed``.

        Args:
            messages: the same as for `create`.
            response_format: the type of the object: a dataclass, a TypedDict, a pydantic model or a JSON
                schema.
            model: the same as for `create`.
            **options: the same as for `create`. The arguments of tools that are ``strict`` are parsed too:
                ``tool_calls[0].function.parsed_arguments``.

        Raises:
            StructuredOutputError: the answer, or the arguments of a strict tool, do not have the requested
                format.
            G4FLiteError: under the same conditions as `create`.
        """
        from g4f_lite.client._parsing import build_parser

        options["response_format"] = response_format
        parser = build_parser(options)
        arguments, _ = build_chat_arguments(self._defaults, messages, model, False, options)
        return parser.parse_completion(ChatCompletion.create(**arguments).completion)

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
        """Return a context manager that streams the answer as events; ``with`` sends the request.

        ::

            with client.chat.completions.stream(model=..., messages=[...]) as stream:
                for event in stream:
                    if event.type == "content.delta":
                        print(event.delta, end="")
            answer = stream.get_final_completion()

        Args:
            messages: the same as for `create`.
            response_format: the same as for `parse`.
            model: the same as for `create`.
            **options: the same as for `parse`.
        """
        from g4f_lite.client._parsing import build_parser
        from g4f_lite.client._streaming.event_stream import ChatCompletionStreamManager

        options["response_format"] = response_format
        parser = build_parser(options)
        return ChatCompletionStreamManager(
            lambda: self.create(messages=messages, model=model, stream=True, **options), parser
        )
