"""The contract of closing: when the caller stops reading, the connection is closed at once."""

import asyncio
import contextlib
import gc
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from g4f_lite import CompletionStream
from g4f_lite.testing._fake_service import FakeService
from g4f_lite.testing.contract.base import ContractBase
from g4f_lite.testing.replies import Reply, Stall

__all__ = ["ClosingContract"]

_PATIENT_SECONDS = 10.0
_FIRST_TEXT = "The beginning, "


class ClosingContract(ContractBase):
    """The requirements on calls that are closed or cancelled."""

    def test_close_hangs_up(self, service: FakeService) -> None:
        """`close()` after the first text closes the connection."""
        set_stall(service)
        stream = service.caller.stream()
        assert next(stream) == _FIRST_TEXT
        with self.expect_hang_up(service):
            stream.close()

    def test_leaving_the_with_hangs_up(self, service: FakeService) -> None:
        """Leaving the ``with`` block, here by an exception, closes the connection."""
        set_stall(service)
        with self.expect_hang_up(service), contextlib.suppress(KeyError), service.caller.stream() as stream:
            next(stream)
            raise KeyError

    def test_close_from_another_thread_hangs_up(self, service: FakeService) -> None:
        """`close()` while another thread waits for text closes the connection and ends the wait."""
        set_stall(service)
        stream = service.caller.stream()
        next(stream)
        reader = threading.Thread(target=_read_quietly, args=(stream,))
        reader.start()
        with self.expect_hang_up(service):
            stream.close()
        reader.join(self.hang_up_seconds)
        assert not reader.is_alive(), "The thread that was reading still waits"

    def test_garbage_collection_hangs_up(self, service: FakeService) -> None:
        """A stream that is garbage-collected closes its connection."""
        set_stall(service)
        stream = service.caller.stream()
        next(stream)
        with self.expect_hang_up(service):
            del stream
            gc.collect()

    @pytest.mark.parametrize("silent", [False, True], ids=["streaming", "before-the-first-byte"])
    def test_cancelled_task_hangs_up(self, service: FakeService, silent: bool) -> None:
        """Cancelling the task that reads closes the connection, even before the first byte."""
        set_stall(service, silent=silent)

        async def main() -> None:
            first_text = asyncio.Event()
            task = asyncio.ensure_future(_read_all(service, first_text))
            await asyncio.to_thread(service.upstream.wait_for_requests)
            if not silent:
                await asyncio.wait_for(first_text.wait(), _PATIENT_SECONDS)
            await self.cancel_and_expect_hang_up(task, service)

        asyncio.run(main())

    def test_cancelled_whole_answer_hangs_up(self, service: FakeService) -> None:
        """Cancelling the task that waits for a whole answer closes the connection."""
        set_stall(service, silent=True)

        async def main() -> None:
            task = asyncio.ensure_future(service.caller.answer_async())
            await asyncio.to_thread(service.upstream.wait_for_requests)
            await self.cancel_and_expect_hang_up(task, service)

        asyncio.run(main())

    def test_aclose_hangs_up(self, service: FakeService) -> None:
        """`aclose()` after the first text closes the connection."""
        set_stall(service)

        async def main() -> None:
            stream = await service.caller.stream_async()
            assert await anext(stream) == _FIRST_TEXT
            await stream.aclose()
            await asyncio.to_thread(service.upstream.wait_closed, None, self.hang_up_seconds)

        asyncio.run(main())

    def test_failed_call_leaves_no_connection_in_use(self, service: FakeService) -> None:
        """An error in the middle of an answer closes the connection, which is not reused half read."""
        service.upstream.script(
            lambda request: service.wire.reply([*service.wire.broken_pieces(request), Stall()])
        )
        with self.expect_hang_up(service), contextlib.suppress(Exception):
            list(service.caller.stream())

    @contextlib.contextmanager
    def expect_hang_up(self, service: FakeService) -> Iterator[None]:
        """Expect that the ``with`` block makes the client close its newest connection at once."""
        start = time.monotonic()
        yield
        seconds = service.upstream.wait_closed(timeout=self.hang_up_seconds).at - start
        assert seconds < self.hang_up_seconds, f"The connection was closed {seconds:.1f} seconds later"

    async def cancel_and_expect_hang_up(self, task: "asyncio.Future[Any]", service: FakeService) -> None:
        """Cancel the task, and expect that the client closes its newest connection at once."""
        task.cancel()
        await asyncio.to_thread(service.upstream.wait_closed, None, self.hang_up_seconds)
        await asyncio.wait({task}, timeout=self.seconds)


def set_stall(service: FakeService, *, silent: bool = False) -> None:
    """Make the service stall after the first text, or before the first byte if `silent`."""
    if silent:
        service.set_reply(Reply([Stall()], framing="raw"))
    else:
        service.require_streaming()
        service.set_texts([_FIRST_TEXT, "the end."], Stall(), only=1)


def _read_quietly(stream: CompletionStream) -> None:
    with contextlib.suppress(Exception):  # It only has to end, with or without an error.
        list(stream)


async def _read_all(service: FakeService, first_text: asyncio.Event) -> None:
    async for _ in await service.caller.stream_async():
        first_text.set()
