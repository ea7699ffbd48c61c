"""The steps that every public call shares: prepare it, start its deadline, read it to its end."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from g4f_lite._core.calls.preparation import (
    CallSettings,
    prepare_call,
    prepare_call_async,
    start_deadline_timer,
    validate_settings,
)
from g4f_lite._core.streams.stream import iterate_text, open_first_attempt

if TYPE_CHECKING:  # asyncio would be half of the import cost of the public functions
    from g4f_lite._core.calls.call import Call
    from g4f_lite._core.calls.operation import Operation
    from g4f_lite._core.streams.async_stream import AsyncCompletionStream

__all__ = [
    "open_stream_async",
    "read_to_end",
    "read_to_end_async",
    "run_call",
    "run_call_async",
    "start_call",
]


def start_call(
    operation: "Operation", payload: Any, settings: CallSettings, options: Mapping[str, Any]
) -> "Call":
    """Return a call that is prepared and whose deadline runs. May import the provider.

    Args:
        operation: the provider's function to call.
        payload: the validated messages or texts.
        settings: the arguments that are the same for every provider.
        options: the options of the provider.

    Raises:
        RequestError, RegistryError, AllProvidersFailedError: no provider can be called.
    """
    call = prepare_call(operation, payload, settings, options)
    start_deadline_timer(call)
    return call


def read_to_end(call: "Call") -> "Call":
    """Read a started call to its end, and return it. Blocks."""
    for _ in iterate_text(call, open_first_attempt(call)):
        pass
    return call


def run_call(
    operation: "Operation", payload: Any, settings: CallSettings, options: Mapping[str, Any]
) -> "Call":
    """Start a call, read it to its end, and return it. Blocks."""
    return read_to_end(start_call(operation, payload, settings, options))


def open_stream_async(
    operation: "Operation", payload: Any, settings: CallSettings, options: Mapping[str, Any]
) -> "AsyncCompletionStream":
    """Return the stream of a call, which is prepared when the stream is first awaited or read.

    Preparing may import the provider, which must not block the event loop.

    Raises:
        InvalidArgumentError: one of `settings` has the wrong type or value.
    """
    from g4f_lite._core.streams.async_stream import AsyncCompletionStream

    validate_settings(settings)
    return AsyncCompletionStream(partial(prepare_call_async, operation, payload, settings, options))


async def read_to_end_async(stream: "AsyncCompletionStream") -> "Call":
    """Read a stream to its end, and return its call."""
    async for _ in stream:
        pass
    return stream._require_call()


async def run_call_async(
    operation: "Operation", payload: Any, settings: CallSettings, options: Mapping[str, Any]
) -> "Call":
    """Start a call, read it to its end without blocking the event loop, and return it."""
    return await read_to_end_async(open_stream_async(operation, payload, settings, options))
