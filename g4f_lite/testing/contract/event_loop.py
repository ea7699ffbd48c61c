"""A provider called from, and by, an asyncio event loop."""

import asyncio
import threading
import time
from itertools import pairwise

from g4f_lite.testing._call_variants import CallVariants
from g4f_lite.testing._generator_tracker import GeneratorTracker
from g4f_lite.testing.contract.base import ContractBase

__all__ = ["EventLoopContract"]

_BEAT = 0.01
_LONGEST_BLOCK = 1.0


class EventLoopContract(ContractBase):
    """The synchronous call inside a running loop, and the asynchronous one."""

    def test_works_inside_a_running_loop(self, caller: CallVariants) -> None:
        """The synchronous call works where an event loop is running."""

        async def main() -> tuple[str, str]:
            return "".join(caller.stream()), str(caller.whole())

        streamed, whole = asyncio.run(main())
        assert streamed
        assert whole

    def test_answers_asynchronously(self, caller: CallVariants) -> None:
        """`acreate` gives the same text as `create`, streamed and whole."""

        async def main() -> tuple[str, str]:
            stream = await caller.astream()
            return "".join([text async for text in stream]), str(await caller.awhole())

        streamed, whole = asyncio.run(main())
        assert streamed
        assert whole
        if self.deterministic:
            assert streamed == whole == str(caller.whole())

    def test_does_not_block_the_loop(self, caller: CallVariants) -> None:
        """While it works on an answer, the event loop goes on with other tasks."""
        beats: list[float] = []

        async def beat() -> None:
            while True:
                beats.append(time.monotonic())
                await asyncio.sleep(_BEAT)

        async def main() -> None:
            heart = asyncio.ensure_future(beat())
            await asyncio.sleep(0)
            async for _ in await caller.astream():
                pass
            beats.append(time.monotonic())
            heart.cancel()

        asyncio.run(main())
        longest = max(after - before for before, after in pairwise(beats))
        assert longest < _LONGEST_BLOCK, f"The event loop stood still for {longest:.2f} seconds"

    def test_aclose_ends_the_generator(self, caller: CallVariants, witness: GeneratorTracker) -> None:
        """An asynchronous stream closed after its first text ends the provider's generator."""

        async def main() -> None:
            stream = await caller.astream()
            await anext(stream)
            await stream.aclose()

        asyncio.run(main())
        assert witness.begun, "The provider was not asked"
        assert witness.wait_idle(self.seconds), "The provider's generator goes on after aclose()"

    def test_cancelled_task_ends_the_generator(self, caller: CallVariants, witness: GeneratorTracker) -> None:
        """A task cancelled in the middle of an answer ends the provider's generator, wherever it is."""
        begun = threading.Event()

        async def read() -> None:
            async for _ in await caller.astream():
                begun.set()

        async def main() -> None:
            task = asyncio.ensure_future(read())
            await asyncio.to_thread(begun.wait, self.seconds)
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=self.seconds)
            assert done, "The task goes on after it was cancelled"

        asyncio.run(main())
        assert begun.is_set(), "The provider sent nothing"
        assert witness.wait_idle(self.seconds), (
            "The provider's generator goes on after its task was cancelled"
        )
