"""Sends that found no room: they go on by themselves, in the order of the calls.

As long as there are any, their queue stands among the waiters of its socket: what wakes a receiver
also lets them try again. Nothing of this exists while every send has room.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from asyncio import (
    AbstractEventLoop,
    CancelledError,
    Future,
    TimerHandle,
    current_task,
)
from collections import deque
from collections.abc import Generator
from errno import EAGAIN
from typing import TYPE_CHECKING, Any

from core.asyncio.waiter import Waiter
from core.errors import ZMQError, error_from_errno
from core.patterns.pipe import frames_of

if TYPE_CHECKING:
    from core.asyncio.socket import Socket
    from core.frame import MessageTracker
    from core.patterns import Message
    from core.runtime.engine import Engine


# What is to be sent


class Job(ABC):
    """Something that one call sends."""

    __slots__ = ()

    @abstractmethod
    def attempt(self) -> bool:
        """Send what there is room for; whether that was all. Raises what `send` raises."""

    @abstractmethod
    def outcome(self, error: Exception | None) -> Any:
        """Return what the call returns, or raise the error that ended it."""


class OneMessage(Job):
    """A message, or with `more` the beginning of one."""

    __slots__ = ("_frames", "_message", "_more", "_socket", "_tracker")

    def __init__(
        self, socket: Socket, message: Message, more: bool, tracker: MessageTracker | None
    ) -> None:
        self._socket = socket
        self._message = message
        self._more = more
        self._tracker = tracker
        self._frames: list[bytes] | None = None

    def attempt(self) -> bool:
        """Whether a message was begun before is known only when it is this one's turn."""
        if not self._more and not self._socket._parts:
            return self._socket._engine.try_send(self._message)
        if self._frames is None:
            self._frames = list(frames_of(self._message))
        frames = self._frames
        while frames and self._socket._try_part(frames[0], self._more or len(frames) > 1):
            del frames[0]
        return not frames

    def outcome(self, error: Exception | None) -> MessageTracker | None:
        """Return the tracker, if one was asked for."""
        if error is not None:
            raise error
        return self._tracker


class Batch(Job):
    """Many messages: how many were accepted is worth more than what refused the next one."""

    __slots__ = ("_engine", "_messages", "_sent")

    def __init__(self, engine: Engine, messages: list[Message]) -> None:
        self._engine = engine
        self._messages = messages
        self._sent = 0

    def attempt(self) -> bool:
        """Send the next ones; a message that is refused ends the batch before it."""
        rest = self._messages[self._sent :] if self._sent else self._messages
        try:
            self._sent += self._engine.send_many(rest, 0.0)
        except ZMQError:
            if not self._sent:
                raise
            return True
        return self._sent == len(self._messages)

    def outcome(self, error: Exception | None) -> int:
        """Return how many were accepted."""
        if error is not None and not self._sent:
            raise error
        return self._sent


# Who waits for room


class PendingSend(Future[Any]):
    """What a send returns that had no room: done when its message is on its way.

    Cancelled means: it was not sent, and will not be. The task that awaits it is resumed by the
    same callback that sends the message, so it cannot be cancelled in between.
    """

    __slots__ = ("_job", "_queue", "_timer", "waiter")

    def __init__(self, job: Job, queue: SendQueue, loop: AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._job = job
        self._queue = queue
        self._timer: TimerHandle | None = None
        self.waiter: Waiter | None = None

    def __await__(self) -> Generator[Any, None, Any]:
        if self.waiter is None and not self.done():
            yield from self._wait()
            return self.result()
        return (yield from super().__await__())  # done, or another task stands where ours would

    def _wait(self) -> Generator[Any, None, None]:
        self.waiter = Waiter(self.get_loop())
        try:
            yield from self.waiter.__await__()
        except CancelledError as why:
            self.cancel(*why.args)
            raise

    def attempt(self) -> bool:
        """Send if there is room; whether this call is over."""
        if self.waiter is not None and self.waiter.done:
            return self.cancel()  # its task is cancelled, and has not run since
        try:
            sent = self._job.attempt()
        except Exception as error:
            self.end(error)
            return True
        if sent:
            self.end(None)
        return sent

    def end(self, error: Exception | None) -> None:
        """Hand out the result, or the error; the task that waits for it runs at once."""
        try:
            result = self._job.outcome(error)
        except Exception as refusal:
            self.set_exception(refusal)
        else:
            self.set_result(result)
        self._leave()
        waiter = self.waiter
        if waiter is not None:
            if current_task(self.get_loop()) is None and not self.get_loop().is_closed():
                waiter.resume()
            else:
                waiter.resume_soon()  # somebody runs a loop within a task

    def cancel(self, msg: Any = None) -> bool:
        """Do not send; False when it is too late for that."""
        cancelled = super().cancel(msg)
        if cancelled:
            self._leave()
            if self.waiter is not None and not self.waiter.done:
                self.waiter.resume_soon()
        return cancelled

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._queue.remove(self)

    def expire_after(self, seconds: float) -> None:
        """Raise Again if there is no room in time (SNDTIMEO)."""
        self._timer = self.get_loop().call_later(seconds, self._expire)

    def _expire(self) -> None:
        self._queue.socket._engine.turn()  # the time limit may have been too short to see some room
        self._queue.resume()
        if not self.done() and (self.waiter is None or not self.waiter.done):
            self.end(error_from_errno(EAGAIN, self._queue.socket._engine.why_again(True)))


class SendQueue:
    """The pending sends of a socket. Looks to it like one of its waiters."""

    __slots__ = ("_loop", "_sends", "done", "socket")

    def __init__(self, socket: Socket, loop: AbstractEventLoop) -> None:
        self.socket = socket
        self.done = False  # true while it is to be resumed anyway
        self._loop = loop
        self._sends: deque[PendingSend] = deque()

    def add(self, job: Job, seconds: float | None) -> PendingSend:
        """Send after everything else, within so many seconds."""
        pending = PendingSend(job, self, self._loop)
        self._sends.append(pending)
        if seconds is not None:
            pending.expire_after(seconds)
        return pending

    def remove(self, pending: PendingSend) -> None:
        """One of them is over; with the last of them the queue is, too."""
        self._sends.remove(pending)
        if not self._sends:
            self.socket._end_queue(self)

    def go_on(self) -> None:
        """Send what stands before the next call, as far as no task has to be told at once."""
        while self._sends and self._sends[0].waiter is None and self._sends[0].attempt():
            pass

    # What the socket asks of its waiters

    def resume(self) -> None:
        """Send what there is room for now. Only outside of any task."""
        self.done = False
        self.socket._streak = 0
        while self._sends and self._sends[0].attempt():
            pass

    def resume_soon(self) -> None:
        """Send in the loop's next turn."""
        if self._loop.is_closed():
            self.resume()
        else:
            self.done = True
            self._loop.call_soon(self.resume)

    def resume_elsewhere(self) -> None:
        """Another loop drives the socket now: nothing of this one will be sent."""
        try:
            self._loop.call_soon_threadsafe(self._end)
        except RuntimeError:  # closed
            self._end()

    def _end(self) -> None:
        why: Exception = RuntimeError("this socket is used in another event loop now")
        try:
            self.socket._engine.check_open()
        except ZMQError as error:
            why = error
        while self._sends:
            self._sends[0].end(why)


__all__ = ["Batch", "Job", "OneMessage", "PendingSend", "SendQueue"]
