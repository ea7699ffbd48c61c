"""The rounds of a conversation with tools: what is asked next, and the functions that are called in between."""

import contextvars
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from g4f_lite.errors import InvalidArgumentError, StreamStateError
from g4f_lite.results import Completion
from g4f_lite.tools._conversation import Conversation, ToolRun
from g4f_lite.tools._invocation import PendingToolCall, ToolResult

if TYPE_CHECKING:  # most programs run tools without it
    import asyncio

__all__ = ["OnCall", "ToolLoop"]

OnCall = Callable[[str, dict[str, Any]], Any]
"""Told a tool's name and its checked arguments before it is called; if it returns False, it is not called."""

_REFUSED = "The user refused this call."


class ToolLoop:
    """A conversation with tools while it goes on; whoever drives it asks the model.

    Args:
        conversation: what has been said.
        request: what `ChatCompletion.create` takes, the messages and the tools apart.
        on_call: as `run_tools` takes it.
        parallel: likewise.

    Raises:
        InvalidArgumentError: `parallel` is no number that can be used.
    """

    def __init__(
        self,
        conversation: Conversation,
        request: Mapping[str, Any],
        on_call: OnCall | None,
        parallel: int,
    ) -> None:
        self._conversation = conversation
        self._request = request
        self._on_call = on_call
        self._parallel = _checked_parallel(parallel)
        self._run: ToolRun | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what the model is asked with next."""
        conversation = self._conversation
        return {**self._request, "messages": conversation.messages, "tools": conversation.tools.dictionaries}

    @property
    def run(self) -> ToolRun:
        """The whole conversation.

        Raises:
            StreamStateError: it has not come to its end.
        """
        if self._run is None:
            raise StreamStateError(
                "The model has not given its answer yet.", hint="Read the stream to its end first."
            )
        return self._run

    def step(self, completion: Completion) -> list[ToolResult]:
        """Take what the model answered, and call what it asks for; return nothing if that is the end.

        Raises:
            ToolRoundsError: it asks for more than is allowed.
        """
        pending = self._conversation.take(completion)
        results = _run_tools([_allowed(item, self._on_call) for item in pending], self._parallel)
        return self._told(completion, results)

    async def step_async(self, completion: Completion) -> list[ToolResult]:
        """Do the same without blocking the event loop."""
        import asyncio

        pending = self._conversation.take(completion)
        allowed = [await _allowed_async(item, self._on_call) for item in pending]
        results = await _run_tools_async(allowed, asyncio.Semaphore(self._parallel))
        return self._told(completion, results)

    def _told(self, completion: Completion, results: list[ToolResult]) -> list[ToolResult]:
        self._conversation.answer(results)
        if not results:
            self._run = self._conversation.ended(completion)
        return results


def _checked_parallel(parallel: object) -> int:
    if type(parallel) is int and parallel >= 1:
        return parallel
    raise InvalidArgumentError(
        "parallel",
        f"`parallel` has to be a whole number from 1, not {parallel!r}.",
        hint="It is how many tools may run at once.",
    )


def _allowed(pending: PendingToolCall, on_call: OnCall | None) -> PendingToolCall:
    if on_call is None or pending.tool is None:
        return pending
    return pending.refused(_REFUSED) if on_call(pending.call.name, pending.arguments) is False else pending


def _run_tools(pending: Sequence[PendingToolCall], workers: int) -> list[ToolResult]:
    if workers == 1 or len(pending) <= 1:
        return [item.perform() for item in pending]
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(min(workers, len(pending)), thread_name_prefix="g4f-lite-tool")
    try:
        running = [pool.submit(contextvars.copy_context().run, item.perform) for item in pending]
        return [item.result() for item in running]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def _allowed_async(pending: PendingToolCall, on_call: OnCall | None) -> PendingToolCall:
    if on_call is None or pending.tool is None:
        return pending
    verdict = on_call(pending.call.name, pending.arguments)
    if isinstance(verdict, Awaitable):
        verdict = await verdict
    return pending.refused(_REFUSED) if verdict is False else pending


async def _run_tools_async(
    pending: Sequence[PendingToolCall], limit: "asyncio.Semaphore"
) -> list[ToolResult]:
    import asyncio

    async def perform(item: PendingToolCall) -> ToolResult:
        async with limit:
            return await item.perform_async()

    tasks = [asyncio.ensure_future(perform(item)) for item in pending]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
