"""A provider that plays a script and records its calls."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from g4f_lite import Event, current_scope
from g4f_lite.testing.gates import Gate

__all__ = ["Call", "Ended", "ScriptItem", "ScriptedProvider"]

ScriptItem = str | Event | BaseException | Gate
"""The provider yields text and events, raises exceptions, and waits at gates."""

Ended = Literal["not yet", "exhausted", "closed", "cancelled", "raised"]
"""How the generator of a call ended.

``"closed"``: by `close()`, or by a cancel while it waited at a gate. ``"cancelled"``: by its task (native async
only). ``"raised"``: by an exception of the script.
"""


@dataclass
class Call:
    """One call of a `ScriptedProvider`.

    Attributes:
        model: the model of the call.
        messages: a copy of the messages at the time of the call.
        stream: whether the caller wanted a stream.
        options: the options of the call.
        asynchronous: whether the native asynchronous function was called.
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
    _ended_event: threading.Event = field(default_factory=threading.Event, repr=False)

    def wait_ended(self, timeout: float = 10.0) -> Ended:
        """Wait until the generator has ended, and return how. Blocks.

        Raises:
            AssertionError: it has not ended within `timeout` seconds.
        """
        if not self._ended_event.wait(timeout):
            raise AssertionError(f"The provider's generator has not ended within {timeout:g} seconds.")
        return self.ended

    def end(self, how: Ended) -> None:
        """Record how the generator ended. Only the provider calls this."""
        self.ended = how
        self._ended_event.set()


Script = Iterable[ScriptItem] | Callable[[Call], Iterable[ScriptItem]]


class ScriptedProvider:
    """A provider for tests that plays scripts and fulfils the contract.

    Args:
        scripts: the first call plays the first script, the second call the second, and so on; all further calls
            play the last one. A function is called with the `Call` and returns a script.
        native_async: whether the provider has an asynchronous function of its own.
        url: the constant `url` of the contract.
        model: the constant `model` of the contract.
        supports_stream: the constant `supports_stream` of the contract.
        needs_auth: the constant `needs_auth` of the contract.
        working: the constant `working` of the contract.
        auth_env: the constant `auth_env` of the contract.

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
            self._acreate_completion = self._create_completion_async

    def _create_completion(
        self, model: str, messages: list[dict[str, Any]], stream: bool, **kwargs: Any
    ) -> Iterator[str | Event]:
        call, script = self._start_call(model, messages, stream, kwargs, asynchronous=False)
        try:
            for item in script:
                if isinstance(item, Gate):
                    if not _wait_at_gate(item):
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

    async def _create_completion_async(
        self, model: str, messages: list[dict[str, Any]], stream: bool, **kwargs: Any
    ) -> AsyncIterator[str | Event]:
        call, script = self._start_call(model, messages, stream, kwargs, asynchronous=True)
        try:
            for item in script:
                if isinstance(item, Gate):
                    await _wait_at_gate_async(item)
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

    def _start_call(
        self,
        model: str,
        messages: list[dict[str, Any]],
        stream: bool,
        options: Mapping[str, Any],
        *,
        asynchronous: bool,
    ) -> tuple[Call, Iterable[ScriptItem]]:
        messages = [dict(message) for message in messages]
        thread = threading.current_thread().name
        call = Call(model, messages, stream, dict(options), asynchronous, thread)
        with self._lock:
            self.calls.append(call)
            script = self._scripts[min(len(self.calls), len(self._scripts)) - 1]
        return call, script(call) if callable(script) else script


def _wait_at_gate(gate: Gate) -> bool:
    """Wait until `gate` opens, or return False if the call is cancelled first. Blocks."""
    scope = current_scope()
    woken = threading.Event()
    remove_gate_waker = gate.arrive(woken.set)
    remove_scope_waker = scope.add(woken.set) if scope else None
    try:
        woken.wait()
    finally:
        remove_gate_waker()
        if remove_scope_waker:
            remove_scope_waker()
    return gate.is_open


async def _wait_at_gate_async(gate: Gate) -> None:
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    remove_waker = gate.arrive(wake)
    try:
        await woken.wait()
    finally:
        remove_waker()
