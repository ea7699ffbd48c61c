"""Whoever stops reading hangs up: the service sees the connection closed at once."""

import asyncio
import contextlib
import gc
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from g4f_lite import CompletionStream
from g4f_lite.testing._fake_service import Service
from g4f_lite.testing.contract.base import ContractBase
from g4f_lite.testing.replies import Reply, Stall

__all__ = ["ClosingContract"]

_GENEROUS = 10.0
_FIRST = "The beginning, "


class ClosingContract(ContractBase):
    """An answer that nobody waits for is not waited for."""

    def test_close_hangs_up(self, service: Service) -> None:
        """`close()` after the first text closes the connection."""
        stall(service)
        stream = service.caller.stream()
        assert next(stream) == _FIRST
        with self.hung_up(service):
            stream.close()

    def test_leaving_the_with_hangs_up(self, service: Service) -> None:
        """Leaving the ``with`` block, here by an exception, closes the connection."""
        stall(service)
        with self.hung_up(service), contextlib.suppress(KeyError), service.caller.stream() as stream:
            next(stream)
            raise KeyError

    def test_close_from_another_thread_hangs_up(self, service: Service) -> None:
        """`close()` while another thread waits for more text closes the connection and ends the wait."""
        stall(service)
        stream = service.caller.stream()
        next(stream)
        waiting = threading.Thread(target=_read_quietly, args=(stream,))
        waiting.start()
        with self.hung_up(service):
            stream.close()
        waiting.join(self.hang_up_seconds)
        assert not waiting.is_alive(), "The thread that was reading still waits"

    def test_garbage_collection_hangs_up(self, service: Service) -> None:
        """A stream that is dropped closes its connection."""
        stall(service)
        stream = service.caller.stream()
        next(stream)
        with self.hung_up(service):
            del stream
            gc.collect()

    @pytest.mark.parametrize("silent", [False, True], ids=["streaming", "before-the-first-byte"])
    def test_cancelled_task_hangs_up(self, service: Service, silent: bool) -> None:
        """Cancelling the task that reads closes the connection, even before anything has come."""
        stall(service, silent=silent)

        async def main() -> None:
            begun = asyncio.Event()
            task = asyncio.ensure_future(_read_all(service, begun))
            await asyncio.to_thread(service.upstream.wait_for_requests)
            if not silent:
                await asyncio.wait_for(begun.wait(), _GENEROUS)
            await self.cancel(task, service)

        asyncio.run(main())

    def test_cancelled_whole_answer_hangs_up(self, service: Service) -> None:
        """Cancelling the task that waits for a whole answer closes the connection."""
        stall(service, silent=True)

        async def main() -> None:
            task = asyncio.ensure_future(service.caller.awhole())
            await asyncio.to_thread(service.upstream.wait_for_requests)
            await self.cancel(task, service)

        asyncio.run(main())

    def test_aclose_hangs_up(self, service: Service) -> None:
        """`aclose()` after the first text closes the connection."""
        stall(service)

        async def main() -> None:
            stream = await service.caller.astream()
            assert await anext(stream) == _FIRST
            await stream.aclose()
            await asyncio.to_thread(service.upstream.wait_closed, None, self.hang_up_seconds)

        asyncio.run(main())

    def test_failed_call_leaves_no_connection_in_use(self, service: Service) -> None:
        """After an error in the middle the connection is closed, not put aside half read."""
        service.upstream.script(
            lambda request: service.wire.reply([*service.wire.broken_pieces(request), Stall()])
        )
        with self.hung_up(service), contextlib.suppress(Exception):
            list(service.caller.stream())

    @contextlib.contextmanager
    def hung_up(self, service: Service) -> Iterator[None]:
        """Demand that the body makes the client close its newest connection at once."""
        began = time.monotonic()
        yield
        seconds = service.upstream.wait_closed(timeout=self.hang_up_seconds).at - began
        assert seconds < self.hang_up_seconds, f"The connection was closed {seconds:.1f} seconds later"

    async def cancel(self, task: "asyncio.Future[Any]", service: Service) -> None:
        """Cancel the task and demand that the client closes its newest connection at once."""
        task.cancel()
        await asyncio.to_thread(service.upstream.wait_closed, None, self.hang_up_seconds)
        await asyncio.wait({task}, timeout=self.seconds)


def stall(service: Service, *, silent: bool = False) -> None:
    """Let the service stop for ever, after the first text or before anything."""
    if silent:
        service.answers(Reply([Stall()], framing="raw"))
    else:
        service.needs_streaming()
        service.says([_FIRST, "the end."], Stall(), only=1)


def _read_quietly(stream: CompletionStream) -> None:
    with contextlib.suppress(Exception):  # that it ends is what counts, not how
        list(stream)


async def _read_all(service: Service, begun: asyncio.Event) -> None:
    async for _ in await service.caller.astream():
        begun.set()
