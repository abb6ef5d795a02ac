"""The asyncio socket: the blocking socket's methods, awaited, driven by the running loop."""

from __future__ import annotations

import asyncio
import threading
from asyncio import Future, current_task, get_running_loop
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, overload

from core.asyncio.event_stream import EventStream
from core.asyncio.readiness import ReadinessMixin
from core.asyncio.sending import Batch, Job, OneMessage, SendQueue
from core.asyncio.waiter import Waiter, running_loop
from core.constants import EAGAIN, EFSM
from core.convenience_async import AsyncSendReceiveMixin, failing_when_awaited
from core.enums import PollEvent
from core.errors import ZMQError, error_from_errno
from core.event_stream import LIMIT
from core.frame import Frame, MessageTracker, as_bytes, tracker_after_send
from core.patterns import Message
from core.runtime.engine import Engine
from core.runtime.readiness import Wanted
from core.socket import DONTWAIT, GRACE, SNDMORE, EndpointInUse, SocketBase, as_batch

if TYPE_CHECKING:
    from core.context import BaseContext

T = TypeVar("T")

# So many calls in a row may go without a wait before other tasks get their turn.
STREAK = 16


def _never() -> bool:
    return False


class Socket(SocketBase, AsyncSendReceiveMixin, ReadinessMixin):
    """An asyncio socket. Made by ``core.asyncio.Context.socket``.

    Cancelling a receive loses no message: a message is taken only when its receiver runs.
    ``async for message in socket`` yields messages as lists of frames.
    """

    __slots__ = (
        "_flush_is_due",
        "_held",
        "_loop",
        "_sends",
        "_sent",
        "_streak",
        "_turning",
        "_waiters",
    )

    def __init__(
        self,
        context: BaseContext[Any] | SocketBase | None = None,
        socket_type: int | Engine = -1,
        *,
        shadow: int | SocketBase = 0,
    ) -> None:
        super().__init__(context, socket_type, shadow=shadow)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sent: Future[Any]  # done: what every send returns that had room at once
        self._sends: SendQueue | None = None  # while there are any without room
        self._held = False  # something waits that no message may overtake
        self._waiters: list[Waiter | SendQueue] = []
        self._flush_is_due = _never
        self._streak = 0
        self._turning = False

    @classmethod
    def from_socket(cls, socket: SocketBase, io_loop: Any = None) -> Self:
        """Return an asyncio shadow of a socket: see `shadow`.

        :param io_loop: accepted for pyzmq's sake: the running loop drives it
        """
        return cls.shadow(socket)

    @overload
    def connect(self, addr: str, wait: None = None) -> EndpointInUse[Self]: ...
    @overload
    def connect(self, addr: str, wait: float) -> Awaitable[EndpointInUse[Self]]: ...
    def connect(self, addr: str, wait: float | None = None) -> Any:
        """Look for a peer: see `core.Socket.connect`. To be awaited if ``wait`` is given."""
        return super().connect(addr) if wait is None else self._connect_and_wait(addr, wait)

    async def _connect_and_wait(self, addr: str, wait: float) -> EndpointInUse[Self]:
        endpoint = self._engine.connect(addr)
        await self._await(Wanted(self._engine, endpoint=endpoint), wait)
        return self._connected(addr)

    # Sending

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> Future[MessageTracker | None]:
        """Send one frame: see `core.Socket.send`. What has room is on its way at once.

        Returns a future, which need not be awaited: what has no room is sent when there is, before
        everything that is sent later. Cancelled means that it was not sent, and will not be.
        Messages of one turn of the loop leave together, at its end.
        """
        engine = self._engine
        if data.__class__ is bytes and not flags and copy:
            if len(engine.outbox) < engine.burst_limit:
                if not self._flush_is_due():
                    self._flush_soon()
                engine.outbox.append(data)
                return self._sent
            if self._sent_at_once(data):
                return self._sent
        return self._send_frame(data, flags, copy, track)

    def _sent_at_once(self, message: Message) -> bool:
        """Whether nothing stood in the way; if something did, the long way says what."""
        if self._held or self._loop is not get_running_loop() or self._streak >= STREAK:
            return False
        try:
            sent = self._engine.try_send(message)
        except ZMQError:
            return False
        if sent:
            self._streak += 1
            if self._waiters and not self._engine.pattern.bursts:
                self._wake_waiters()  # a turn has passed: see _pass_turn
        return sent

    @failing_when_awaited
    def _send_frame(
        self, data: Any, flags: int, copy: bool, track: bool
    ) -> Future[MessageTracker | None]:
        frame = as_bytes(data)
        tracker = None if copy else tracker_after_send(data, copy, track)
        return self._start(OneMessage(self, frame, bool(flags & SNDMORE), tracker), flags)

    @failing_when_awaited
    def _send_message(
        self, message: Message, flags: int, tracker: MessageTracker | None
    ) -> Future[MessageTracker | None]:
        engine = self._engine
        if flags & SNDMORE or self._held or len(engine.outbox) >= engine.burst_limit:
            return self._start(OneMessage(self, message, bool(flags & SNDMORE), tracker), flags)
        if not self._flush_is_due():
            self._flush_soon()
        engine.outbox.append(message)
        return self._done(tracker)

    @failing_when_awaited
    def send_many(self, messages: Sequence[bytes | Sequence[bytes]], flags: int = 0) -> Future[int]:
        """Send many messages with one call: see `core.Socket.send_many`.

        Returns a future, as `send` does. Cancelled means that no more of them will be sent.
        """
        return self._start(Batch(self._engine, as_batch(messages)), flags)

    def _start(self, job: Job, flags: int) -> Future[Any]:
        """Send what has room; what has none goes on by itself, after all that was called before."""
        self._attach()
        timeout = 0.0 if flags & DONTWAIT else self._engine.send_timeout
        if self._sends is not None:
            self._sends.go_on()
        if self._sends is not None or self._streak >= STREAK:
            return self._send_later(job, timeout)
        if not job.attempt():
            if timeout != 0:
                return self._send_later(job, timeout)
            self._engine.turn()
            if not job.attempt():
                no_room = error_from_errno(EAGAIN, self._engine.why_again(True))
                return self._done(job.outcome(no_room))
        self._streak += 1
        self._pass_turn()
        return self._done(job.outcome(None))

    def _done(self, result: T) -> Future[T]:
        if result is None:
            return self._sent
        done: Future[T] = get_running_loop().create_future()
        done.set_result(result)
        return done

    def _send_later(self, job: Job, timeout: float | None) -> Future[Any]:
        loop = get_running_loop()
        if self._sends is None:
            self._sends = SendQueue(self, loop)
            self._waiters.append(self._sends)
            self._hold()
        if self._streak >= STREAK and not self._sends.done:
            self._sends.resume_soon()  # there may be room, but others have their turn first
        return self._sends.add(job, timeout)

    def _end_queue(self, queue: SendQueue) -> None:
        """Nothing is pending any more."""
        if queue is self._sends:
            self._sends = None
            self._waiters.remove(queue)
            self._hold()
            self._pass_turn()

    def _try_part(self, frame: bytes, more: bool) -> bool:
        """Send a part of a message, if there is room for one that begins so."""
        if more and not self._parts and not self._engine.has_room_for(frame):
            return False
        message = self._collect(frame, SNDMORE | DONTWAIT if more else DONTWAIT)
        if message is not None:
            if not self._engine.try_send(message):
                return False
            self._parts.clear()
        self._hold()
        return True

    def _hold(self) -> None:
        """Close the fast path while something waits that a message may not overtake."""
        self._held = bool(self._parts) or self._sends is not None
        self._engine.hold(self._held)

    def _pass_turn(self) -> None:
        """Who waits for the other turn, of a REQ or REP socket, must look."""
        if self._waiters and not self._engine.pattern.bursts:
            self._wake_waiters()

    def _flush_soon(self) -> None:
        """Send what is in the outbox at the end of this turn of the loop.

        That is still due as long as this loop runs: to ask for the running loop in each send
        would cost more than all the rest of it (a getpid until CPython 3.13).
        """
        self._attach()
        assert self._loop is not None
        self._loop.call_soon(self._flush)
        self._flush_is_due = self._loop.is_running

    def _flush(self) -> None:
        self._flush_is_due = _never
        self._on_ready()

    # Receiving

    @overload
    async def recv(
        self, flags: int = 0, copy: Literal[True] = True, track: bool = False
    ) -> bytes: ...
    @overload
    async def recv(self, flags: int = 0, *, copy: Literal[False], track: bool = False) -> Frame: ...
    @overload
    async def recv(self, flags: int, copy: Literal[False], track: bool = False) -> Frame: ...
    @overload
    async def recv(
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> bytes | Frame: ...
    async def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """Receive one frame: see `core.Socket.recv`."""
        inbox = self._engine.inbox
        message = inbox.popleft() if inbox else await self._recv_message(flags)
        if message.__class__ is bytes and copy:
            return message
        return self._split(message, copy)

    async def _recv_message(self, flags: int) -> Message:
        engine = self._engine
        if engine.inbox:
            return engine.inbox.popleft()
        if self._streak >= STREAK:
            await self._pause()
        self._streak += 1
        message: Message = await self._until(engine.try_receive, flags)
        if len(engine.inbox) >= STREAK:
            self._streak = STREAK
        return message

    async def recv_many(self, max_messages: int = 1000, flags: int = 0) -> list[Message]:
        """Receive what is there, waiting only for the first: see `core.Socket.recv_many`."""
        engine = self._engine
        await self._pause()
        return await self._until(lambda: engine.try_receive_many(max_messages), flags)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[bytes]:
        try:
            return await self.recv_multipart()
        except ZMQError:
            if self.closed:  # the end of the messages, not of the program
                raise StopAsyncIteration from None
            raise

    def monitor_events(self, limit: int = LIMIT) -> EventStream:
        """Return what happens from now on: ``async for event in socket.monitor_events()``.

        :param limit: see `core.Socket.monitor_events`
        """
        return EventStream(self._engine, limit)

    async def poll(self, timeout: float | None = None, flags: int = PollEvent.POLLIN) -> int:
        """Wait for events: see `core.Socket.poll`."""
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        self._attach()
        if found := self._engine.look(flags):
            return found
        try:
            return await self._wait_for(lambda: self._engine.look(flags) or None, seconds)
        except TimeoutError:
            return 0

    # Waiting

    async def _pause(self) -> None:
        """Let other tasks run now and then, however much there is to send or to receive."""
        self._streak += 1
        if self._streak > STREAK:
            self._streak = 0
            await asyncio.sleep(0)

    async def _until(self, attempt: Callable[[], T | None], flags: int) -> T:
        """Return what `attempt` returns once it is not None; raises Again when time is over."""
        self._attach()
        try:
            result = attempt()
        except ZMQError as error:
            self._raise_unless_sending(error)
            attempt, result = partial(self._attempt_after_sends, attempt), None
        if result is None:
            timeout = self._engine.receive_timeout
            try:
                result = await self._wait_for(attempt, 0.0 if flags & DONTWAIT else timeout)
            except TimeoutError:
                raise error_from_errno(EAGAIN, self._engine.why_again(False)) from None
        if self._waiters and not self._engine.pattern.bursts:
            self._wake_waiters()  # a turn has passed: who waits for the other turn must look
        return result

    def _attempt_after_sends(self, attempt: Callable[[], T | None]) -> T | None:
        try:
            return attempt()
        except ZMQError as error:
            self._raise_unless_sending(error)
            return None

    def _raise_unless_sending(self, error: ZMQError) -> None:
        """A receive is not out of turn if a send that waits for room comes before it."""
        if error.errno != EFSM or self._sends is None:
            raise error

    async def _wait_for(self, attempt: Callable[[], T | None], seconds: float | None) -> T:
        """Return what `attempt`, which has just returned None, returns once something happened."""
        if seconds is None:
            while True:
                await self._something_happens()
                result = attempt()
                if result is not None:
                    return result
        if seconds == 0:
            self._engine.turn()
            result = attempt()
            if result is None:
                raise TimeoutError
            return result
        async with asyncio.timeout(seconds):
            return await self._wait_for(attempt, None)

    async def _step_until(self, step: Callable[[], T | None], limit: float | None) -> T | None:
        self._attach()
        result = self._engine.try_step(step)
        if result is not None:
            return result
        try:
            return await self._wait_for(lambda: self._engine.try_step(step), limit)
        except TimeoutError:
            return None

    async def _something_happens(self) -> None:
        assert self._loop is not None
        waiter = Waiter(self._loop)
        waiters = self._waiters
        waiters.append(waiter)
        try:
            await waiter
        finally:
            waiters.remove(waiter)
            self._streak = 0
        if waiters is not self._waiters and not self._engine.closed:
            raise RuntimeError("this socket is used in another event loop now")

    def _attach(self) -> None:
        """Have the running loop drive this socket."""
        loop = get_running_loop()
        if loop is not self._loop:
            self._detach()
            self._leave_waiters()
            self._engine.begin_loop(self)
            self._loop = loop
            self._sent = loop.create_future()
            self._sent.set_result(None)
            loop.add_reader(self._engine.selector.fileno(), self._on_ready)

    def _detach(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None:
            self._engine.end_observing(self)
        if loop is not None and not loop.is_closed():
            heir = None if self._faces is None else self._faces.heir(self, loop)
            if heir is None:
                loop.remove_reader(self._engine.selector.fileno())
            else:
                loop.add_reader(self._engine.selector.fileno(), heir._on_ready)

    def _leave_waiters(self) -> None:
        """Whoever waits in another loop must not wait for ever."""
        waiters, self._waiters = self._waiters, []
        if self._sends is not None:
            self._sends = None
            self._hold()
        for waiter in waiters:
            waiter.resume_elsewhere()

    def _on_ready(self) -> None:
        self._turning = True
        try:
            self._engine.turn()
        finally:
            self._turning = False
        if current_task() is None:  # else somebody runs a loop within a task
            for waiter in tuple(self._waiters):
                if not waiter.done:
                    waiter.resume()
        else:
            self._wake_waiters()

    def wake(self) -> None:
        """Engine: a call of somebody else did what the waiters wait for (it took the events)."""
        loop = self._loop
        if loop is None or self._turning:
            return
        if loop.is_closed():
            self._loop = None
            self._engine.lose_loop(self)
        elif self._waiters:
            with suppress(RuntimeError):  # closed just now
                loop.call_soon_threadsafe(self._wake_waiters)

    def _wake_waiters(self) -> None:
        for waiter in self._waiters:
            if not waiter.done:
                waiter.resume_soon()

    @overload
    def close(self, linger: int | None = None, wait: None = None) -> None: ...
    @overload
    def close(self, *, wait: int) -> Awaitable[int]: ...
    def close(self, linger: int | None = None, wait: int | None = None) -> Any:
        """Close: see `core.Socket.close`. To be awaited if ``wait`` is given.

        Whoever still waits gets ``ZMQError(ENOTSOCK)``.
        """
        if not self._engine.closed:
            if self._sends is not None:
                self._sends.go_on()
            self._detach()
            self._engine.end_loop()
            super().close(linger if wait is None else wait)
            self._wake_waiters()
        return None if wait is None else self._left_behind(wait)

    def _let_go(self) -> None:
        loop = self._loop
        if loop is None:
            return
        if loop.is_running() and loop is not running_loop():
            gone = threading.Event()

            def detach() -> None:
                self._detach()
                gone.set()

            with suppress(RuntimeError):  # closed just now
                loop.call_soon_threadsafe(detach)
                gone.wait(GRACE)
        else:
            self._detach()
        self._engine.end_loop()

    def _end_waits(self) -> None:
        self._leave_waiters()

    async def _left_behind(self, wait: int) -> int:
        """Nothing of the socket is left for the loop to drive: wait beside it."""
        await asyncio.to_thread(self._engine.finish_in_time, wait / 1000 + GRACE)
        return self._engine.left_behind()


__all__ = ["Socket"]
