"""A provider that answers what it was told and remembers what it was asked."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from g4f_lite import Event, current_scope
from g4f_lite.testing.gates import Gate

__all__ = ["Call", "Ended", "ScriptItem", "ScriptedProvider"]

ScriptItem = str | Event | BaseException | Gate
"""Text and events are yielded, exceptions are raised, at a gate the provider waits."""

Ended = Literal["not yet", "exhausted", "closed", "cancelled", "raised"]
"""How a call's generator ended: ``"closed"`` by `close()` or by a cancel while it waited at a gate,
``"cancelled"`` by its task (native async only), ``"raised"`` by an exception of the script."""


@dataclass
class Call:
    """One call that a `ScriptedProvider` was asked for.

    Attributes:
        model, messages, stream, options: what it was asked; `messages` as they were then.
        asynchronous: whether its native asynchronous function was asked.
        thread: the name of the thread in which the generator started.
        ended: how the generator ended.
    """

    model: str
    messages: list[dict[str, Any]]
    stream: bool
    options: Mapping[str, Any]
    asynchronous: bool
    thread: str
    ended: Ended = "not yet"
    _over: threading.Event = field(default_factory=threading.Event, repr=False)

    def wait_ended(self, timeout: float = 10.0) -> Ended:
        """Wait until the generator has ended and return how.

        Raises:
            AssertionError: if it has not within `timeout` seconds.
        """
        if not self._over.wait(timeout):
            raise AssertionError(f"The provider's generator has not ended within {timeout:g} seconds.")
        return self.ended

    def end(self, how: Ended) -> None:
        """Note how the generator ended; the provider's business."""
        self.ended = how
        self._over.set()


Script = Iterable[ScriptItem] | Callable[[Call], Iterable[ScriptItem]]


class ScriptedProvider:
    """A provider for tests, fulfilling the contract as any other does.

    Args:
        scripts: the first call plays the first, the second the second, and so on; the last one is played
            again for all further calls. A function is called with the `Call` and returns a script.
        native_async: whether it has an asynchronous function of its own.
        url, model, supports_stream, needs_auth, working, auth_env: the contract's constants.

    Attributes:
        calls: every `Call`, in order.
    """

    params = "g4f_lite.providers.scripted supports: (model: str, messages: list, stream: bool)"

    def __init__(
        self,
        *scripts: Script,
        native_async: bool = False,
        url: str = "https://scripted.example",
        model: Sequence[str] = ("scripted-1",),
        supports_stream: bool = True,
        needs_auth: bool = False,
        working: bool = True,
        auth_env: str = "SCRIPTED_API_KEY",
    ) -> None:
        self.url = url
        self.model = list(model)
        self.supports_stream = supports_stream
        self.needs_auth = needs_auth
        self.working = working
        self.auth_env = auth_env
        self.calls: list[Call] = []
        self._scripts = scripts or (("Hello",),)
        self._lock = threading.Lock()
        if native_async:
            self._acreate_completion = self._answer_natively

    def _create_completion(
        self, model: str, messages: list[dict[str, Any]], stream: bool, **kwargs: Any
    ) -> Iterator[str | Event]:
        call, script = self._begin(model, messages, stream, kwargs, asynchronous=False)
        try:
            for item in script:
                if isinstance(item, Gate):
                    if not _wait_at(item):
                        call.end("closed")
                        return
                elif isinstance(item, BaseException):
                    raise item
                else:
                    yield item
        except GeneratorExit:
            call.end("closed")
            raise
        except BaseException:
            call.end("raised")
            raise
        call.end("exhausted")

    async def _answer_natively(
        self, model: str, messages: list[dict[str, Any]], stream: bool, **kwargs: Any
    ) -> AsyncIterator[str | Event]:
        call, script = self._begin(model, messages, stream, kwargs, asynchronous=True)
        try:
            for item in script:
                if isinstance(item, Gate):
                    await _wait_at_async(item)
                elif isinstance(item, BaseException):
                    raise item
                else:
                    yield item
        except GeneratorExit:
            call.end("closed")
            raise
        except asyncio.CancelledError:
            call.end("cancelled")
            raise
        except BaseException:
            call.end("raised")
            raise
        call.end("exhausted")

    def _begin(
        self,
        model: str,
        messages: list[dict[str, Any]],
        stream: bool,
        options: Mapping[str, Any],
        *,
        asynchronous: bool,
    ) -> tuple[Call, Iterable[ScriptItem]]:
        copied = [dict(message) for message in messages]
        call = Call(model, copied, stream, dict(options), asynchronous, threading.current_thread().name)
        with self._lock:
            self.calls.append(call)
            script = self._scripts[min(len(self.calls), len(self._scripts)) - 1]
        return call, script(call) if callable(script) else script


def _wait_at(gate: Gate) -> bool:
    """Wait until `gate` opens; return False if the call was cancelled meanwhile."""
    scope = current_scope()
    go_on = threading.Event()
    forget_gate = gate.arrive(go_on.set)
    forget_scope = scope.add(go_on.set) if scope else None
    try:
        go_on.wait()
    finally:
        forget_gate()
        if forget_scope:
            forget_scope()
    return gate.is_open


async def _wait_at_async(gate: Gate) -> None:
    loop = asyncio.get_running_loop()
    go_on = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(go_on.set)

    forget = gate.arrive(wake)
    try:
        await go_on.wait()
    finally:
        forget()
