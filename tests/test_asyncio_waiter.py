"""What asyncio sockets wait with: looks like a future to tasks, and resumes them at once."""

from __future__ import annotations

import asyncio
import contextvars

import pytest

from core.asyncio.waiter import Waiter

name: contextvars.ContextVar[str] = contextvars.ContextVar("name", default="nobody")


async def wait(waiter: Waiter, seen: list[object]) -> None:
    name.set("the task")
    await waiter
    seen += [asyncio.current_task(), name.get()]


async def waiting(waiter: Waiter, seen: list[object]) -> asyncio.Task[None]:
    """A task that has begun to wait."""
    task = asyncio.create_task(wait(waiter, seen))
    await asyncio.sleep(0)
    assert not task.done()
    assert not seen
    return task


def test_a_callback_of_the_loop_resumes_the_task_in_the_same_turn() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        waiter = Waiter(loop)
        seen: list[object] = []
        task = await waiting(waiter, seen)
        order: list[list[object]] = []
        loop.call_soon(waiter.resume)
        loop.call_soon(lambda: order.append(list(seen)))  # next in the same turn
        await task
        assert order == [[task, "the task"]]

    asyncio.run(main())


def test_a_task_can_resume_another_one_in_the_next_turn() -> None:
    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())
        seen: list[object] = []
        task = await waiting(waiter, seen)
        waiter.resume_soon()
        assert not seen
        await task
        assert seen == [task, "the task"]

    asyncio.run(main())


def test_who_comes_after_the_news_does_not_wait() -> None:
    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())
        waiter.resume()
        await waiter

    asyncio.run(main())


@pytest.mark.parametrize("message", [None, "because"])
def test_a_cancelled_task_is_told_so(message: str | None) -> None:
    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())
        seen: list[object] = []
        task = await waiting(waiter, seen)
        task.cancel(message)
        with pytest.raises(asyncio.CancelledError) as error:
            await task
        assert error.value.args == (() if message is None else (message,))
        assert waiter.done
        assert not seen
        assert not waiter.cancel()  # it is over

    asyncio.run(main())


def test_a_task_that_was_cancelled_before_it_waits_never_waits() -> None:
    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())

        async def cancelled() -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await waiter

        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(cancelled())

    asyncio.run(main())


def test_news_that_come_after_a_cancellation_change_nothing() -> None:
    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())
        task = await waiting(waiter, [])
        task.cancel()
        assert waiter.done  # so that nobody resumes it as well
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_timeouts_and_shields_work_on_it() -> None:
    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await waiter
        other = Waiter(asyncio.get_running_loop())
        task = await waiting(other, [])
        shielded = asyncio.shield(task)
        shielded.cancel()
        other.resume_soon()
        await task

    asyncio.run(main())


def test_a_waiter_of_another_loop_is_refused() -> None:
    elsewhere = asyncio.new_event_loop()

    async def main() -> None:
        await Waiter(elsewhere)

    with pytest.raises(RuntimeError, match="different loop"):
        asyncio.run(main())
    elsewhere.close()
