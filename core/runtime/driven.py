"""Who drives a socket, and how its callers wait.

Of several threads blocked in one socket, one waits on the selector (`_leading`) and the others on
`_turn`. A claim is kept for a moment after the call, because the next call is likely to follow.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.runtime.selector import Events
from core.runtime.timers import Timer
from core.runtime.wiring import Observer, Wiring

if TYPE_CHECKING:
    from core.enums import SocketType
    from core.options import OptionValues
    from core.runtime.reactor import Reactor

# A thread may have been suspended between looking at `burst_limit` and appending: for so many ticks
# after a burst the I/O thread still looks whether something stands in the outbox.
TICKS_AFTER_BURST = 20
# Blocking calls that follow each other within this many seconds keep their claim.
CLAIM_GAP = 2e-3

_NOTHING: Events = []
_ONCE = (True,)


class Driven(Wiring):
    """Driven by its callers, by an asyncio loop, or by the context's I/O thread."""

    def __init__(self, reactor: Reactor, socket_type: SocketType, options: OptionValues) -> None:
        self.watched = False  # by the I/O thread
        self.hot = False  # the I/O thread looks in at every tick
        self.blocked = 0  # above 0: connections wait until they can be written to
        self._followers = 0  # threads that wait for the leading one
        self._pollers = 0  # threads that wait on several sockets, this one among them
        self._uses = 0
        self._uses_seen = 0
        self._flushes_seen = 0
        self._last_wait = 0.0
        self._rest = 0  # ticks until an idle socket is left alone
        super().__init__(reactor, socket_type, options)
        self._turn = threading.Condition(self.lock)

    # The caller waits

    def _wait(self, deadline: float | None) -> bool:
        """Let time pass until something happened; False when the deadline is over.

        Even then it does what there is to do at present, so look again before you give up. The
        lock is held on entry and exit, but not while waiting.
        """
        try:
            return self._stay(deadline)
        finally:
            if not self.hot:
                self._give_back()

    def _stay(self, deadline: float | None) -> bool:
        """`_wait`, for a call that waits again and gives the socket back at its end.

        In between, the I/O thread would come for what this thread is about to look at.
        """
        timeout = None if deadline is None else deadline - time.monotonic()
        if timeout is not None and timeout <= 0:
            self.reactor.flush_others(self)
            self._process(self.selector.wait(0))
            return False
        if self._leading:
            self._follow(timeout)
        else:
            self._lead(timeout)
        return True

    def _follow(self, timeout: float | None) -> None:
        self._followers += 1
        try:
            self._turn.wait(timeout)
        finally:
            self._followers -= 1
        if self._unusable:
            self.check_open()

    def _lead(self, timeout: float | None) -> None:
        self._uses += 1
        if self.watched:
            self.reactor.unwatch(self)
        if self.bursting:
            self.reactor.flush_others(self)
        events: Events = _NOTHING
        lock = self.lock
        held: list[bool] = []
        interrupt: BaseException | None = None
        try:
            # A signal may come as soon as any call returns: from the first on, the lock is free.
            self._leading = True
            lock.release()
            if self._posted:
                self._waker.wake()
            events = self.selector.wait(timeout)
        finally:
            while not held:
                try:
                    # No signal comes between taking the lock and knowing that we have it.
                    held.extend(map(lock.acquire, _ONCE))
                except BaseException as error:
                    interrupt = error
            self._leading = False
            self._process(events)
            if interrupt is not None:
                raise interrupt
            if self._unusable:
                self._end_wait()

    def _end_wait(self) -> None:
        """The socket was closed meanwhile: the waiting thread is the last to leave."""
        if self.closed and not self._endpoints:
            self._destroy()
        self.check_open()

    def _process(self, events: Events) -> None:
        """Act on events. The lock is held."""
        if self._posted and not self._destroyed:
            self._run_posted()
        handlers = self._handlers  # of a socket that was destroyed: none
        fd = -1
        try:
            for fd, mask in events:
                if fd in handlers:
                    handlers[fd](mask)
        except BaseException:
            self._interrupted(fd)
            raise
        if self._followers or self.outbox or self.pattern.dirty or self.observers or self._leading:
            self._after_events(events)

    def _interrupted(self, fd: int) -> None:
        """Ctrl-C came while a handler was at work: it may have taken bytes that nobody knows of."""
        link = getattr(self._handlers.get(fd), "__self__", None)
        break_off = getattr(link, "break_off", None)
        if break_off is not None:
            break_off()

    def _after_events(self, events: Events) -> None:
        if events or self.outbox or self.pattern.dirty:
            self._after_work()
        if events and self._leading:
            self._waker.wake()  # another thread waits for what has just been taken away from it

    def _after_work(self) -> None:
        if self.outbox:
            self._empty_outbox()
        self._flush_dirty()
        if self._followers:
            self._turn.notify_all()
        for observer in self.observers:
            observer.wake()

    def _wake_all(self) -> None:
        self._turn.notify_all()
        self._waker.wake()
        for observer in self.observers:
            observer.wake()

    # Claims

    def _claim(self) -> None:
        self._uses += 1
        if self.watched:
            self.reactor.unwatch(self)

    def _give_back(self) -> None:
        """The call is over that may have claimed the socket."""
        if not (self.watched or self.hot or self._leading):
            self._unclaim()

    def _unclaim(self) -> None:
        """Keep the claim if calls follow each other quickly, else give the socket back."""
        if self.hot or self._destroyed or self.loop_driven or self._pollers or self.closed:
            self._ensure_driven()
            return
        now = time.monotonic()
        if now - self._last_wait < CLAIM_GAP and not self.pattern.conflates:
            self.reactor.heat(self)
        else:
            self.reactor.watch(self)
        self._last_wait = now

    def _ensure_driven(self) -> None:
        if not (self.hot or self._leading or self._pollers or self.loop_driven or self._destroyed):
            self.reactor.watch(self)

    # A poller waits on this socket among others

    def descriptor(self) -> int:
        """What another selector can watch to learn that something happened here."""
        with self.lock:
            self.check_open()
            return self.selector.fileno()

    def begin_watching(self, observer: Observer) -> None:
        """A poller waits on this socket's selector, among others."""
        with self.lock:
            self.check_open()
            self.leave_burst()
            self._pollers += 1
            self.observe(observer)
            self._claim()

    def observe(self, observer: Observer) -> None:
        """Tell from now on whenever something happens. The lock is held."""
        self.observers.append(observer)
        if self._posted:
            self._waker.wake()

    def end_observing(self, observer: Observer) -> None:
        with self.lock:
            self._forget(observer)

    def _forget(self, observer: Observer) -> None:
        """Perhaps while all of them are told: that goes through the old list."""
        self.observers = [other for other in self.observers if other is not observer]

    def end_watching(self, observer: Observer) -> None:
        with self.lock:
            self._pollers -= 1
            self._forget(observer)
            self._unclaim()

    # An asyncio loop drives

    def begin_loop(self, observer: Observer) -> None:
        """An asyncio loop watches the selector from now on, and calls `turn`."""
        with self.lock:
            self.check_open()
            self.loop_driven = True
            self.observe(observer)
            self.reactor.unwatch(self)
            self._refresh_burst()

    def end_loop(self) -> None:
        with self.lock:
            if self.loop_driven:
                self.loop_driven = False
                self.leave_burst()
                self.flush()
                self._ensure_driven()

    def lose_loop(self, observer: Observer) -> None:
        """The loop was closed without a word. The lock is held."""
        self._forget(observer)
        self.loop_driven = False
        self.leave_burst()
        self._ensure_driven()

    def turn(self) -> None:
        """The loop's turn: the selector has events, or there is something to flush."""
        with self.lock:
            if not self._destroyed:
                self._process(self.selector.wait(0))
                self._clear_outbox()

    # The I/O thread drives

    def at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back at a `time.monotonic` time, with the lock held."""
        timer = self._timers.at(when, callback)
        self.reactor.schedule(self, when)
        return timer

    def drive(self) -> None:
        """The I/O thread's turn: something happened while nobody claimed the socket."""
        with self.lock:
            if self.watched:
                self._process(self.selector.wait(0))

    def run_timers(self, now: float) -> None:
        """Run what is due."""
        with self.lock:
            if not self._destroyed:
                self._timers.run_due(now)
                self._after_work()

    def in_a_hurry(self) -> bool:
        """Whether messages may be waiting for the I/O thread to look in."""
        return self.burst_limit > 0 or self.blocked > 0 or bool(self.outbox)

    def on_tick(self) -> None:
        """The I/O thread looks in: flush what a burst left behind, take back an idle claim."""
        active = False
        if self.burst_limit > 0 or self.outbox:
            active = True
            self._rest = TICKS_AFTER_BURST
            if self._flushes == self._flushes_seen:
                self._end_burst()
            self._flushes_seen = self._flushes
        if self._uses != self._uses_seen:
            self._uses_seen = self._uses
            active = True
        if not active:
            self._rest -= 1
            if self._rest <= 0:
                self._cool_down()

    def _end_burst(self) -> None:
        """The sender did not fill a batch within a tick."""
        with self.lock:
            if not self.outbox:
                self.leave_burst()
                return
            self.flush()
            self._refresh_burst()
            if self._leading or self._followers:
                self._wake_all()  # they may have waited behind the outbox

    def _cool_down(self) -> None:
        with self.lock:
            if self.burst_limit > 0 or self.outbox or self._uses != self._uses_seen:
                return  # a call came in while this one waited for the lock
            self.reactor.cool(self)
            self._ensure_driven()

    # The end

    def terminate(self) -> None:
        """The context ends: every blocking call raises ContextTerminated."""
        with self.lock:
            self._terminated = self._unusable = True
            self.leave_burst()
            self._wake_all()

    def _destroy(self) -> None:
        if self._destroyed or self._leading:
            return  # a thread still waits on the selector: it wakes up and comes by here
        self._destroyed = True
        if self.journal is not None:
            self.journal.end()
        self._timers.clear()
        self._handlers.clear()
        self.pattern.hang_up = None
        self.reactor.remove(self)
        self.selector.close()
        self._waker.close()
        if self._event_waker is not None:
            self._event_waker.close()
