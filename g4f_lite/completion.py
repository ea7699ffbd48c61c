"""`ChatCompletion`: the one function, synchronous and asynchronous."""

import os
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from g4f_lite._call import Call
from g4f_lite._options import check_options
from g4f_lite._registry import registry
from g4f_lite._routing import find_route, is_warm
from g4f_lite.contract import LoadedProvider
from g4f_lite.errors import InvalidArgumentError, MissingAuthError
from g4f_lite.messages import Message, check_messages
from g4f_lite.results import Answer
from g4f_lite.streams import CompletionStream, pieces

if TYPE_CHECKING:  # asyncio is half of what importing this module would cost
    from g4f_lite.async_streams import AsyncCompletionStream

__all__ = ["ChatCompletion"]

Messages = Sequence[Mapping[str, Any]]


class ChatCompletion:
    """Ask a chat model, whoever provides it."""

    @overload
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = ...,
        provider: str | None = None,
        stream: Literal[False] = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        drop_options: bool = False,
        **options: Any,
    ) -> Answer: ...
    @overload
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = ...,
        provider: str | None = None,
        *,
        stream: Literal[True],
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        drop_options: bool = False,
        **options: Any,
    ) -> CompletionStream: ...
    @overload
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = ...,
        provider: str | None = None,
        stream: bool = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        drop_options: bool = False,
        **options: Any,
    ) -> Answer | CompletionStream: ...
    @staticmethod
    def create(
        model: str | None = None,
        messages: Messages = (),
        provider: str | None = None,
        stream: bool = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        drop_options: bool = False,
        **options: Any,
    ) -> Answer | CompletionStream:
        """Ask a model; return its answer, or with `stream=True` the answer as it is made.

        Args:
            model: a model's name, or ``"provider/model"``. Left out: the provider's default model.
            messages: the conversation, ``[{"role": "user", "content": "Hello"}]``.
            provider: a provider's name, ``"distribution:name"``, or ``"provider/model"``. Left out: a
                provider that offers the model; without a model, ``G4F_LITE_PROVIDER`` or else the
                embedded model, ``local``.
            stream: whether to get the answer piece by piece. A provider that cannot stream gives one piece.
            auth: the provider's key; else the environment variable that the provider names.
            timeout: seconds, for providers that take it: one number, or connect and read.
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
        checked = _check(messages, stream, drop_options)
        call = _prepare(model, checked, provider, stream, _all_options(options, auth, timeout), drop_options)
        if stream:
            return CompletionStream(call)
        for _ in pieces(call, call.open()):
            pass
        return Answer(call.completion)

    @overload
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = ...,
        provider: str | None = None,
        stream: Literal[False] = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        drop_options: bool = False,
        **options: Any,
    ) -> Coroutine[Any, Any, Answer]: ...
    @overload
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = ...,
        provider: str | None = None,
        *,
        stream: Literal[True],
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        drop_options: bool = False,
        **options: Any,
    ) -> "AsyncCompletionStream": ...
    @overload
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = ...,
        provider: str | None = None,
        stream: bool = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        drop_options: bool = False,
        **options: Any,
    ) -> "Coroutine[Any, Any, Answer] | AsyncCompletionStream": ...
    @staticmethod
    def acreate(
        model: str | None = None,
        messages: Messages = (),
        provider: str | None = None,
        stream: bool = False,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        drop_options: bool = False,
        **options: Any,
    ) -> "Coroutine[Any, Any, Answer] | AsyncCompletionStream":
        """Ask a model without blocking the event loop; the asynchronous twin of `create`.

        Takes what `create` takes. ``await`` it for an `Answer`; with `stream=True` it can be awaited,
        read with ``async for``, or entered with ``async with``.

        A provider without an asynchronous function runs in a thread. Wrong messages raise at the call;
        what finding the provider raises comes when it is awaited or first read, since that may import it.
        """
        import asyncio

        from g4f_lite.async_streams import AsyncCompletionStream

        checked = _check(messages, stream, drop_options)

        async def prepare() -> Call:
            arguments = (model, checked, provider, stream, _all_options(options, auth, timeout), drop_options)
            if is_warm(provider):
                return _prepare(*arguments)
            return await asyncio.to_thread(_prepare, *arguments)

        answer = AsyncCompletionStream(prepare)
        return answer if stream else _collected(answer)


async def _collected(answer: "AsyncCompletionStream") -> Answer:
    async for _ in answer:
        pass
    return Answer(answer.completion)


def _check(messages: object, stream: object, drop_options: object) -> list[Message]:
    for name, value in (("stream", stream), ("drop_options", drop_options)):
        if not isinstance(value, bool):
            raise InvalidArgumentError(
                name,
                f"`{name}` has to be True or False, not {type(value).__name__}.",
                hint=f"Pass {name}=True.",
            )
    return check_messages(messages)


def _all_options(options: Mapping[str, Any], auth: object, timeout: object) -> dict[str, Any]:
    if isinstance(auth, str):
        # Read from a file it has a line break; read from a variable that is not set, it is empty.
        auth = auth.strip() or None
    given = {"auth": auth, "timeout": timeout}
    return {**options, **{name: value for name, value in given.items() if value is not None}}


def _prepare(
    model: str | None,
    messages: list[Message],
    provider: str | None,
    stream: bool,
    options: dict[str, Any],
    drop_options: bool,
) -> Call:
    route = find_route(provider, model, has_auth="auth" in options)
    chosen = _with_key(route.provider, options)
    kept, dropped = check_options(route.provider, chosen, drop=drop_options)
    return Call(
        route,
        messages,
        stream=stream,
        options=kept,
        dropped=dropped,
        model_asked=model,
        hooks=registry.hooks(),
    )


def _with_key(provider: LoadedProvider, options: dict[str, Any]) -> dict[str, Any]:
    """Add the key from the environment where the provider needs one and the call has none."""
    if not provider.needs_auth or "auth" in options:
        return options
    key = os.environ.get(provider.auth_env, "").strip()
    if not key:
        raise MissingAuthError(provider.name, provider.auth_env)
    if "auth" in provider.options or provider.any_option:
        return {**options, "auth": key}
    return options
