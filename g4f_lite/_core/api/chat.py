"""`ChatCompletion`: calls of chat models, synchronous and asynchronous."""

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Literal, TypeAlias, overload

import g4f_lite
from g4f_lite._core.api.call_runner import open_stream_async, read_to_end, read_to_end_async, start_call
from g4f_lite._core.calls.operation import CHAT
from g4f_lite._core.calls.preparation import CallSettings
from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite.messages import check_messages
from g4f_lite.results import Answer, Parsed

__all__ = ["ChatCompletion"]

Messages = Sequence[Mapping[str, Any]]
Provider: TypeAlias = "str | g4f_lite.Step | g4f_lite.Route | Sequence[str | g4f_lite.Step] | None"


class ChatCompletion:
    """Call a chat model of any provider."""

    @overload
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = ...,
        provider: Provider = None,
        stream: Literal[False] = False,
        *,
        response_format: type[Parsed],
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> Answer[Parsed]: ...
    @overload
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = ...,
        provider: Provider = None,
        stream: Literal[False] = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> Answer: ...
    @overload
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = ...,
        provider: Provider = None,
        *,
        stream: Literal[True],
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> CompletionStream: ...
    @overload
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = ...,
        provider: Provider = None,
        stream: bool = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> Answer | CompletionStream: ...
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = (),
        provider: Provider = None,
        stream: bool = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> Answer | CompletionStream:
        """Return a model's answer, or with `stream=True` a stream of it. Blocks.

        Args:
            model: the name of a model, or ``"provider/model"``. By default the provider's default model.
            messages: the conversation, ``[{"role": "user", "content": "Hello"}]``.
            provider: the name of a provider, ``"distribution:name"``, or ``"provider/model"``; a list of
                these or of `Step` objects, which are tried in order until one answers; or a `Route`. By
                default a provider that offers the model; without a model, the provider of
                ``G4F_LITE_PROVIDER``, or else the embedded model, ``local``.
            stream: whether to return the answer piece by piece. A provider that cannot stream yields one piece.
            auth: the API key, or a list of API keys to rotate. By default the keys in the environment
                variable that the provider names, or in the key store.
            timeout: seconds, for providers that accept it: one number, or one to connect and one to read.
            deadline: seconds for the whole call, with all waits and attempts.
            retries: how often a failed attempt at the same provider is repeated where that is safe; or a
                `Retry`.
            limits: the limits of this program's requests to a provider, over all its calls together.
            continue_from_partial: whether another provider continues the text received so far if an answer
                breaks off in the middle of a stream. Otherwise the call raises.
            drop_options: whether to drop options that the provider does not accept, and record them in the
                provenance, instead of raising.
            **options: further options of the provider.

        Returns:
            An `Answer`, a `str` with the attributes `completion` and `provenance`; or a `CompletionStream`,
            an iterator over `str` and a context manager.

        Raises:
            RequestError: an argument, a message or an option is invalid.
            RegistryError: the provider cannot be found or loaded.
            ProviderError: the provider failed; with `stream=True`, most of these are raised while reading.
        """
        settings = CallSettings(
            model,
            provider,
            stream,
            auth,
            timeout,
            deadline,
            retries,
            limits,
            continue_from_partial,
            drop_options,
        )
        call = start_call(CHAT, check_messages(messages), settings, options)
        return CompletionStream(call) if stream else Answer(read_to_end(call).completion)

    @overload
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = ...,
        provider: Provider = None,
        stream: Literal[False] = False,
        *,
        response_format: type[Parsed],
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> Coroutine[Any, Any, Answer[Parsed]]: ...
    @overload
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = ...,
        provider: Provider = None,
        stream: Literal[False] = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> Coroutine[Any, Any, Answer]: ...
    @overload
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = ...,
        provider: Provider = None,
        *,
        stream: Literal[True],
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> "g4f_lite.AsyncCompletionStream": ...
    @overload
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = ...,
        provider: Provider = None,
        stream: bool = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> "Coroutine[Any, Any, Answer] | g4f_lite.AsyncCompletionStream": ...
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = (),
        provider: Provider = None,
        stream: bool = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        continue_from_partial: bool = False,
        drop_options: bool = False,
        **options: Any,
    ) -> "Coroutine[Any, Any, Answer] | g4f_lite.AsyncCompletionStream":
        """Do the same as `create` without blocking the event loop.

        Accepts the arguments of `create`. ``await`` it for an `Answer`; with `stream=True` it can be awaited,
        read with ``async for``, or entered with ``async with``.

        A provider without an asynchronous function runs in a thread. Invalid messages raise at the call.
        Errors in finding the provider are raised when the result is awaited or first read, because finding
        it may import it.
        """
        settings = CallSettings(
            model,
            provider,
            stream,
            auth,
            timeout,
            deadline,
            retries,
            limits,
            continue_from_partial,
            drop_options,
        )
        answer = open_stream_async(CHAT, check_messages(messages), settings, options)
        return answer if stream else _read_answer(answer)


ChatCompletion.__module__ = "g4f_lite"


async def _read_answer(stream: "g4f_lite.AsyncCompletionStream") -> Answer:
    return Answer((await read_to_end_async(stream)).completion)
