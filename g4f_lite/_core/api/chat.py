"""`ChatCompletion`: the one function, synchronous and asynchronous."""

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
    """Ask a chat model, whoever provides it."""

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
        """Ask a model; return its answer, or with `stream=True` the answer as it is made.

        Args:
            model: a model's name, or ``"provider/model"``. Left out: the provider's default model.
            messages: the conversation, ``[{"role": "user", "content": "Hello"}]``.
            provider: a provider's name, ``"distribution:name"``, or ``"provider/model"``; a list of these
                or of `Step`s, which are asked one after the other until one answers; or a `Route`. Left
                out: a provider that offers the model; without a model, ``G4F_LITE_PROVIDER`` or else the
                embedded model, ``local``.
            stream: whether to get the answer piece by piece. A provider that cannot stream gives one piece.
            auth: the provider's key, or a list of keys that take turns; else those of the environment
                variable that the provider names, or of the key store.
            timeout: seconds, for providers that take it: one number, or connect and read.
            deadline: seconds for the whole call, with all waits and attempts.
            retries: how often the same provider is asked once more where that is safe; or a `Retry`.
            limits: what this program allows itself to ask of a provider, in all its calls together.
            continue_from_partial: whether another provider is asked to go on from the text that has come
                when an answer breaks off in the middle of a stream. Otherwise that is an error.
            drop_options: drop options that the provider does not take, and record them in the
                provenance, instead of raising.
            **options: what the provider takes beside these.

        Returns:
            An `Answer`, which is a `str` that knows its `completion` and `provenance`; or a
            `CompletionStream`, which is an iterator over `str` and a context manager.

        Raises:
            RequestError: the call cannot be made as asked.
            RegistryError: the provider cannot be had.
            ProviderError: the provider failed; with `stream=True`, most of these come while reading.
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
        """Ask a model without blocking the event loop; the asynchronous twin of `create`.

        Takes what `create` takes. ``await`` it for an `Answer`; with `stream=True` it can be awaited,
        read with ``async for``, or entered with ``async with``.

        A provider without an asynchronous function runs in a thread. Wrong messages raise at the call;
        what finding the provider raises comes when it is awaited or first read, since that may import it.
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
