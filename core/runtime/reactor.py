"""A context's I/O thread: drives the sockets that nobody else is driving.

It sleeps until a socket that it watches has events, a deadline is due, or, while sockets are hot,
the next tick. An idle context uses no CPU: there are no ticks without hot sockets.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import MutableMapping
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

from core.runtime.selector import READ, new_selector
from core.runtime.waker import Waker

if TYPE_CHECKING:
    from core.runtime.driven import Driven
    from core.runtime.engine import Engine
    from core.runtime.thread_settings import ThreadSettings
    from core.runtime.vigil import Vigil

# How often hot sockets are looked at, in seconds: bounds how long a burst's last messages wait.
TICK = 1e-3
# The same for sockets that were claimed and have nothing to send: how long a claim may lie idle.
SLOW_TICK = 10e-3


class Reactor:
    """One per context. The thread starts with the first socket and ends with the last."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._selector = new_selector()
        self._waker = Waker()
        self._selector.register(self._waker.fileno(), READ)
        self._watched: dict[int, Driven] = {}
        # Weak: a socket that is gone must not stay for a deadline that it no longer has.
        self._deadlines: list[tuple[float, int, weakref.ref[Driven]]] = []
        self._order = count()
        self.hot: set[Driven] = set()
        self.bursting: set[Driven] = set()  # of them, those whose outbox may hold something
        self._vigils: set[Vigil[Any]] = set()
        self._abandoned_engines: deque[Engine] = deque()
        # For the three below and the thread's start. The garbage collector may run while it is
        # held, and close sockets that nobody holds any more.
        self._lock = threading.RLock()
        self._gone = threading.Condition(self._lock)
        self._engines: set[Driven] = set()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._tick: float | None = None  # what the thread sleeps at most
        self._abandoned = False
        self._sleeping_until: float | None = 0.0
        self._pid = os.getpid()
        self.shared: dict[str, MutableMapping[str, Any]] = {}  # per scheme, for transports
        self.shared_lock = threading.RLock()
        _reactors.add(self)

    # Engines come and go

    def add(self, engine: Driven) -> None:
        with self._lock:
            self._engines.add(engine)

    def remove(self, engine: Driven) -> None:
        """The engine's selector is about to be closed."""
        self.unwatch(engine)
        self.cool(engine)
        with self._lock:
            self._engines.discard(engine)
            self._gone.notify_all()

    def close_soon(self, engine: Engine) -> None:
        """Have the I/O thread close it: from any thread, whatever locks that one holds."""
        self._abandoned_engines.append(engine)
        self._waker.wake()

    def is_current(self) -> bool:
        """Whether this is the I/O thread."""
        return self._thread is threading.current_thread()

    def engines(self) -> list[Driven]:
        with self._lock:
            return list(self._engines)

    def wait_until_gone(self, engine: Driven, timeout: float | None) -> bool:
        with self._lock:
            return self._gone.wait_for(lambda: engine not in self._engines, timeout)

    def wait_until_empty(self, timeout: float | None) -> bool:
        with self._lock:
            return self._gone.wait_for(lambda: not self._engines, timeout)

    # Driving; called with the engine's lock held

    def watch(self, engine: Driven) -> None:
        if not engine.watched:
            engine.watched = True
            fd = engine.selector.fileno()
            self._watched[fd] = engine
            self._selector.register(fd, READ)
            if self._thread is None:
                self._start()

    def unwatch(self, engine: Driven) -> None:
        if engine.watched:
            engine.watched = False
            fd = engine.selector.fileno()
            self._selector.unregister(fd)
            self._watched.pop(fd, None)

    def heat(self, engine: Driven) -> None:
        """Look at this engine at every tick until it says that it is idle."""
        if not engine.hot:
            engine.hot = True
            self.hot.add(engine)
            self._start()
        if engine.burst_limit > 0:
            self.bursting.add(engine)
        if self._tick is None or (self._tick is SLOW_TICK and engine.in_a_hurry()):
            self._waker.wake()

    def cool(self, engine: Driven) -> None:
        engine.hot = False
        self.hot.discard(engine)
        self.bursting.discard(engine)

    def flush_others(self, waiting: Driven | None) -> None:
        """A thread is about to wait: what it sent on other sockets must not wait with it."""
        for engine in tuple(self.bursting):
            if engine is not waiting and engine.outbox and engine.lock.acquire(blocking=False):
                try:
                    engine.flush()
                finally:
                    engine.lock.release()

    def keep(self, vigil: Vigil[Any]) -> None:
        """Look in at this poller's vigil at slow ticks, until it rests or is over."""
        self._start()
        with self._lock:
            self._vigils.add(vigil)
            asleep = self._tick is None
        if asleep:
            self._waker.wake()

    def forget(self, vigil: Vigil[Any]) -> None:
        self._vigils.discard(vigil)

    def schedule(self, engine: Driven, when: float) -> None:
        """Make sure that the engine's timers are run at `when`."""
        with self._lock:
            heappush(self._deadlines, (when, next(self._order), weakref.ref(engine)))
            sooner = self._sleeping_until is None or when < self._sleeping_until
        self._start()
        if sooner:
            self._waker.wake()

    # The thread

    def schedule_thread(self, settings: ThreadSettings) -> None:
        """Start the thread, unless it runs already, and have it scheduled so."""
        self._start()
        if self._thread is not None:
            settings.apply(self._thread)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._stopping:
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                if self._thread is None:  # making one may have run the garbage collector
                    self._thread = thread
                    thread.start()

    def _run(self) -> None:
        while not self._stopping and not (self._abandoned and not self._engines):
            for fd, _ in self._selector.wait(self._timeout()):
                engine = self._watched.get(fd)
                if engine is not None:
                    engine.drive()
                elif fd == self._waker.fileno():
                    self._waker.clear()
            while self._abandoned_engines:
                self._abandoned_engines.popleft().close(None)
            self._run_deadlines()
            for engine in tuple(self.hot):
                engine.on_tick()
            for vigil in tuple(self._vigils):
                vigil.on_tick()

    def _timeout(self) -> float | None:
        now = time.monotonic()
        with self._lock:
            until = self._deadlines[0][0] if self._deadlines else None
            self._tick = self._next_tick()
            if self._tick is not None:
                until = now + self._tick if until is None else min(until, now + self._tick)
            self._sleeping_until = until
        return None if until is None else max(until - now, 0.0)

    def _next_tick(self) -> float | None:
        hot = tuple(self.hot)
        if not hot:
            return SLOW_TICK if any(not vigil.resting for vigil in tuple(self._vigils)) else None
        return TICK if any(engine.in_a_hurry() for engine in hot) else SLOW_TICK

    def _run_deadlines(self) -> None:
        now = time.monotonic()
        while self._deadlines and self._deadlines[0][0] <= now:
            with self._lock:
                engine = heappop(self._deadlines)[2]()
            if engine is not None:
                engine.run_timers(now)

    # The end

    def stop(self) -> None:
        """End the thread; all engines are gone."""
        with self._lock:
            first, self._stopping = not self._stopping, True
            thread = self._thread
        self._waker.wake()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        for vigil in tuple(self._vigils):
            vigil.end_if_idle()
        if first:  # several threads may end a context at once
            self._selector.close()
            self._waker.close()

    def stop_when_empty(self) -> None:
        """Nobody holds the context any more: go on until the last message has left."""
        with self._lock:
            self._abandoned = True
            idle = self._thread is None
        if idle:
            self.stop()
        else:
            self._waker.wake()

    def flush_all(self) -> None:
        """The process ends: hand what bursts left behind to the kernel."""
        for engine in self.engines():
            if engine.outbox and engine.lock.acquire(timeout=1.0):
                try:
                    engine.flush()
                finally:
                    engine.lock.release()

    def end_thread(self) -> None:
        """The process ends: stop in time.

        A thread that the interpreter cuts off may die with a lock in its hands, and whoever closes
        a socket after that would wait for ever.
        """
        self._stopping = True
        self._waker.wake()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=1.0)

    def forked(self) -> bool:
        return os.getpid() != self._pid


_reactors: weakref.WeakSet[Reactor] = weakref.WeakSet()


@atexit.register
def _flush_at_exit() -> None:
    for reactor in list(_reactors):
        if not reactor.forked():
            reactor.flush_all()
            reactor.end_thread()


def _after_fork_in_child() -> None:
    """The parent's thread and locks are not here: every call must come to a check that says so."""
    for reactor in list(_reactors):
        for engine in tuple(reactor._engines):
            engine.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
