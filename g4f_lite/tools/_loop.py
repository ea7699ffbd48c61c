"""The rounds of a conversation with tools: the next request, and the tool calls after each answer."""

import contextvars
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from g4f_lite.errors import InvalidArgumentError, StreamStateError
from g4f_lite.results import Completion
from g4f_lite.tools._conversation import Conversation, ToolRun
from g4f_lite.tools._invocation import PendingToolCall, ToolResult

if TYPE_CHECKING:  # most programs run tools without asyncio
    import asyncio

__all__ = ["OnCall", "ToolLoop"]

OnCall = Callable[[str, dict[str, Any]], Any]
"""Called with a tool's name and validated arguments before its function; if it returns False, the function is not called."""

_REFUSED = "The user refused this call."


class ToolLoop:
    """The loop of one conversation with tools, without the calls of the model, which its driver makes.

    Args:
        conversation: the messages so far.
        request: the arguments of `ChatCompletion.create`, without `messages` and `tools`.
        on_call: as for `run_tools`.
        parallel: as for `run_tools`.

    Raises:
        InvalidArgumentError: `parallel` is not a positive whole number.
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
        self._parallel = _validate_parallel(parallel)
        self._run: ToolRun | None = None

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `ChatCompletion.create` for the next round."""
        conversation = self._conversation
        return {**self._request, "messages": conversation.messages, "tools": conversation.tools.dictionaries}

    @property
    def run(self) -> ToolRun:
        """The complete conversation.

        Raises:
            StreamStateError: the conversation has not ended.
        """
        if self._run is None:
            raise StreamStateError(
                "The model has not given its answer yet.", hint="Read the stream to its end first."
            )
        return self._run

    def step(self, completion: Completion) -> list[ToolResult]:
        """Add an answer, perform its tool calls, and return their results; an empty list ends the conversation.

        Raises:
            ToolRoundsError: the answer has tool calls, and `max_rounds` is reached.
        """
        pending = self._conversation.add_completion(completion)
        results = _perform_all([_ask_permission(item, self._on_call) for item in pending], self._parallel)
        return self._add_results(completion, results)

    async def step_async(self, completion: Completion) -> list[ToolResult]:
        """Do the same as `step` without blocking the event loop."""
        import asyncio

        pending = self._conversation.add_completion(completion)
        permitted = [await _ask_permission_async(item, self._on_call) for item in pending]
        results = await _perform_all_async(permitted, asyncio.Semaphore(self._parallel))
        return self._add_results(completion, results)

    def _add_results(self, completion: Completion, results: list[ToolResult]) -> list[ToolResult]:
        self._conversation.add_results(results)
        if not results:
            self._run = self._conversation.to_run(completion)
        return results


def _validate_parallel(parallel: object) -> int:
    if type(parallel) is int and parallel >= 1:
        return parallel
    raise InvalidArgumentError(
        "parallel",
        f"`parallel` has to be a whole number from 1, not {parallel!r}.",
        hint="It is how many tools may run at once.",
    )


def _ask_permission(pending: PendingToolCall, on_call: OnCall | None) -> PendingToolCall:
    if on_call is None or pending.tool is None:
        return pending
    return pending.with_error(_REFUSED) if on_call(pending.call.name, pending.arguments) is False else pending


def _perform_all(pending: Sequence[PendingToolCall], workers: int) -> list[ToolResult]:
    if workers == 1 or len(pending) <= 1:
        return [item.perform() for item in pending]
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(min(workers, len(pending)), thread_name_prefix="g4f-lite-tool")
    try:
        running = [pool.submit(contextvars.copy_context().run, item.perform) for item in pending]
        return [item.result() for item in running]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def _ask_permission_async(pending: PendingToolCall, on_call: OnCall | None) -> PendingToolCall:
    if on_call is None or pending.tool is None:
        return pending
    permission = on_call(pending.call.name, pending.arguments)
    if isinstance(permission, Awaitable):
        permission = await permission
    return pending.with_error(_REFUSED) if permission is False else pending


async def _perform_all_async(
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
