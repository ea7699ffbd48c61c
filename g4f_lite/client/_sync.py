"""`Client`: the OpenAI client's shape over every provider."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any, Literal, overload

from g4f_lite.client import types
from g4f_lite.client._base import BaseClient
from g4f_lite.client._messages import readable_messages
from g4f_lite.client._resources import Embeddings, Models
from g4f_lite.client._results import chat_completion
from g4f_lite.client._settings import Settings, is_left_out, merged
from g4f_lite.client._streams import Stream
from g4f_lite.completion import ChatCompletion
from g4f_lite.streams import CompletionStream

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
    ) -> Stream: ...
    @overload
    def create(
        self,
        *,
        messages: Iterable[Any] = ...,
        model: str | None = None,
        stream: bool | None = None,
        **options: Any,
    ) -> types.ChatCompletion | Stream: ...
    def create(
        self,
        *,
        messages: Iterable[Any] | None = None,
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
        arguments, with_usage = prepared(self._settings, messages, model, stream, options)
        answer: Any = ChatCompletion.create(**arguments)
        if isinstance(answer, CompletionStream):
            return Stream(answer, with_usage=with_usage)
        return chat_completion(answer.completion)

    def parse(
        self, *, messages: Iterable[Any], response_format: Any, model: str | None = None, **options: Any
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
    settings: Settings, messages: Any, model: str | None, stream: Any, options: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Return the arguments for the library's function, and whether a stream ends with a chunk of the counts."""
    call = {"messages": readable_messages(messages), "model": model, **options}
    arguments = merged(settings, call)
    arguments["stream"] = False if is_left_out(stream) else stream
    # The counts are always asked for and kept; whether they come as a chunk is the caller's choice.
    wishes = arguments.pop("stream_options", None)
    if not isinstance(wishes, Mapping):
        return arguments, False
    others = {name: value for name, value in wishes.items() if name != "include_usage"}
    if others:
        arguments["stream_options"] = others
    return arguments, bool(wishes.get("include_usage"))
