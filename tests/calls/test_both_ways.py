"""Functions whose result is read either way, and operations other than the chat."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

import g4f_lite
from g4f_lite import ChatCompletion, Registry, current_scope
from g4f_lite._core.calls.accumulator import ResponseAccumulator
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.operation import Operation
from g4f_lite._core.calls.preparation import (
    CallSettings,
    prepare_call,
    prepare_call_async,
    start_deadline_timer,
)
from g4f_lite._core.streams.async_stream import AsyncCompletionStream
from g4f_lite._core.streams.stream import iterate_text, open_first_attempt
from g4f_lite.contract import LoadedProvider
from g4f_lite.errors import ServiceUnavailableError
from g4f_lite.testing import ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]


class Both(Iterator[Any], AsyncIterator[Any]):
    """What is read in a ``for`` or in an ``async for``, and says where and how."""

    def __init__(self, script: list[Any], *, native: bool, seen: list[str]) -> None:
        self.script = iter(script)
        self.native = native
        self.seen = seen

    def _next(self, how: str) -> Any:
        self.seen.append(f"{how} {threading.current_thread() is threading.main_thread()}")
        assert current_scope() is not None
        item = next(self.script)
        if isinstance(item, BaseException):
            raise item
        return item

    def __next__(self) -> Any:
        return self._next("sync")

    async def __anext__(self) -> Any:
        try:
            return self._next("async")
        except StopIteration:
            raise StopAsyncIteration from None

    def close(self) -> None:
        self.seen.append("closed")

    async def aclose(self) -> None:
        self.seen.append("aclosed")


def provider(*scripts: list[Any], native: bool) -> tuple[Any, list[str]]:
    """A provider that returns `Both`, and what its results saw."""
    seen: list[str] = []
    waiting = list(scripts)

    def _create_completion(model: str, messages: list, stream: bool, **kwargs: Any) -> Both:
        return Both(waiting.pop(0), native=native, seen=seen)

    scripted = ScriptedProvider()
    scripted._create_completion = _create_completion
    return scripted, seen


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize("native", [False, True])
def test_what_can_be_read_natively_is(
    g4f_lite_registry: Registry, clock: Any, retries: int, *, native: bool
) -> None:
    """`create` reads it synchronously; `acreate` on the loop where it can be, and else in a thread."""
    scripted, seen = provider(["a", "b"], ["a", "b"], native=native)
    loaded = g4f_lite_registry.register(scripted, name="scripted")
    assert loaded.both_ways
    assert ChatCompletion.create(provider="scripted", messages=HELLO, retries=retries) == "ab"
    assert set(seen) - {"closed"} == {"sync True"}
    seen.clear()
    assert asyncio.run(ChatCompletion.acreate(provider="scripted", messages=HELLO, retries=retries)) == "ab"
    assert set(seen) - {"closed", "aclosed"} == ({"async True"} if native else {"sync False"})


@pytest.mark.parametrize("native", [False, True])
def test_it_is_closed_and_asked_again(g4f_lite_registry: Registry, clock: Any, *, native: bool) -> None:
    """A failed attempt is closed before the next one is begun, whichever way it was read."""
    scripted, seen = provider([ServiceUnavailableError(503)], ["ok"], native=native)
    g4f_lite_registry.register(scripted, name="scripted")
    assert asyncio.run(ChatCompletion.acreate(provider="scripted", messages=HELLO, retries=1)) == "ok"
    closed = "aclosed" if native else "closed"
    assert seen.index(closed) == 1
    assert seen[2] == ("async True" if native else "sync False")


# --- another operation ----------------------------------------------------------------------------


class _Vectors(ResponseAccumulator):
    def add(self, item: Any) -> str:
        if isinstance(item, list):
            item = g4f_lite.events.Vector(len(self.vectors), item)
        return super().add(item)


class _Embedding(Operation):
    __slots__ = ()

    models = "embedding_models"

    def signature_of(self, provider: LoadedProvider) -> Any:
        if provider.embed is None:
            raise g4f_lite.InvalidArgumentError(
                "provider", f"{provider.name} makes no embeddings.", hint="Ask another."
            )
        return provider.embed

    def create(self, provider: LoadedProvider) -> Callable[..., Any]:
        assert provider.embed is not None
        return provider.embed.call

    def acreate(self, provider: LoadedProvider) -> None:
        return None

    def is_dual_iterable(self, provider: LoadedProvider) -> bool:
        return provider.embed is not None and provider.embed.both_ways

    def arguments(self, payload: Any, *, stream: bool) -> dict[str, Any]:
        return {"input": payload}

    def new_accumulator(self) -> ResponseAccumulator:
        return _Vectors()

    def adapt_payload(self, payload: Any, provider: LoadedProvider) -> Any:
        return payload

    def hook_messages(self, payload: Any) -> list[Any]:
        return []


@pytest.mark.parametrize("asynchronous", [False, True])
def test_another_function_has_the_same_call(
    g4f_lite_registry: Registry, clock: Any, *, asynchronous: bool
) -> None:
    """An operation of its own has routes, retries and provenance of the call, without any of its own."""

    class Embedder(ScriptedProvider):
        embedding_model = ("e-1",)
        tries = 0

        def _create_embedding(self, model: str, input: list, *, dimensions: int = 2) -> Iterator[list[float]]:
            self.tries += 1
            if self.tries == 1:
                raise ServiceUnavailableError(503)
            for _ in input:
                yield [0.5] * dimensions

    g4f_lite_registry.register(ScriptedProvider(), name="none")
    g4f_lite_registry.register(Embedder(), name="embedder")
    wishes = CallSettings(None, ["none", "embedder"], retries=1)
    operation, options = _Embedding(), {"dimensions": 3}

    def synchronously() -> Call:
        call = prepare_call(operation, ["a", "b"], wishes, options)
        start_deadline_timer(call)
        for _ in iterate_text(call, open_first_attempt(call)):
            pass
        return call

    async def natively() -> Call:
        stream = AsyncCompletionStream(lambda: prepare_call_async(operation, ["a", "b"], wishes, options))
        async for _ in stream:
            pass
        return stream._require_call()

    call = asyncio.run(natively()) if asynchronous else synchronously()
    assert call.accumulator.vectors == {0: [0.5] * 3, 1: [0.5] * 3}
    assert [item.outcome for item in call.provenance.attempts] == ["skipped", "error", "ok"]
    assert [item.model for item in call.provenance.attempts] == ["", "e-1", "e-1"]
