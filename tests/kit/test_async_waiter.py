"""The waiter of a connection: a task wakes, is cancelled and ends as with a future of asyncio."""

import asyncio

import pytest

pytest.importorskip("httptools")

from g4f_lite.kit.http._async.waiter import Waiter


async def start_waiting(waiter, log):
    """Return a task that waits twice, and notes each wake-up."""

    async def wait():
        for number in (1, 2):
            await waiter
            log.append(number)

    task = asyncio.ensure_future(wait())
    await asyncio.sleep(0)
    assert waiter.has_task
    return task


def test_callback_of_the_loop_runs_the_task_at_once() -> None:
    """`wake_now` in a callback runs the task up to its next wait before it returns."""

    async def main():
        waiter, log, seen = Waiter(asyncio.get_running_loop()), [], []
        task = await start_waiting(waiter, log)
        for _ in range(2):
            asyncio.get_running_loop().call_soon(lambda: (waiter.wake_now(), seen.append(list(log))))
            await asyncio.sleep(0)
        await task
        assert seen == [[1], [1, 2]]
        assert not waiter.has_task

    asyncio.run(main())


def test_task_does_not_run_inside_of_another_task() -> None:
    """`wake_now` in a task leaves the waiting task to the next iteration of the loop."""

    async def main():
        waiter, log = Waiter(asyncio.get_running_loop()), []
        task = await start_waiting(waiter, log)
        waiter.wake_now()
        waiter.wake_now()
        assert log == []
        await asyncio.sleep(0)
        assert log == [1]
        task.cancel()

    asyncio.run(main())


def test_waiting_task_keeps_its_context() -> None:
    """A task that a callback wakes sees its own context variables, not those of the callback."""
    import contextvars

    variable = contextvars.ContextVar("variable", default="")

    async def main():
        waiter, seen = Waiter(asyncio.get_running_loop()), []

        async def wait():
            variable.set("of the task")
            await waiter
            seen.append(variable.get())

        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        variable.set("of the callback")
        asyncio.get_running_loop().call_soon(waiter.wake_now)
        await task
        assert seen == ["of the task"]
        assert variable.get() == "of the callback"

    asyncio.run(main())


@pytest.mark.parametrize("is_woken", [False, True])
def test_cancel_of_a_waiting_task_is_not_lost(is_woken) -> None:
    """A waiting task is cancelled with the message of the cancel, also if it is woken in the same moment."""

    async def main():
        waiter, log = Waiter(asyncio.get_running_loop()), []
        task = await start_waiting(waiter, log)
        if is_woken:
            waiter.wake()
        task.cancel("enough")
        waiter.wake_now()
        with pytest.raises(asyncio.CancelledError, match="enough"):
            await task
        assert log == []
        assert not waiter.has_task

    asyncio.run(main())


@pytest.mark.parametrize("failure", [SystemExit, KeyboardInterrupt])
def test_exit_in_a_woken_task_stops_the_loop(failure) -> None:
    """What ends a program ends it also in a task that a callback wakes."""
    after = []

    async def main():
        loop = asyncio.get_running_loop()
        waiter = Waiter(loop)
        loop.call_soon(lambda: loop.call_soon(lambda: (waiter.wake_now(), after.append("callback"))))
        await waiter
        raise failure

    with pytest.raises(failure):
        asyncio.run(main())
    assert after == ["callback"]
