"""Many sockets watched by one poller, from one `poll` to the next.

Asking every socket at every call, and claiming each of them only to give it back, makes a call cost
as much as there are sockets. A vigil keeps the claims for as long as polls follow each other, and
looks only at sockets that something happened to: their descriptor is readable, they sent a notice,
or they were ready last time. The I/O thread ends a vigil that lies idle.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from core.runtime.selector import READ, new_selector
from core.runtime.waker import Waker

if TYPE_CHECKING:
    from core.runtime.engine import Engine

Key = TypeVar("Key")


class Notice(Generic[Key]):
    """Observes one socket of a vigil, from any thread."""

    __slots__ = ("_key", "_vigil")

    def __init__(self, vigil: Vigil[Key], key: Key) -> None:
        self._vigil = vigil
        self._key = key

    def wake(self) -> None:
        """Note the socket, then look whether somebody sleeps: `wait` does it the other way."""
        vigil = self._vigil
        vigil.noted[self._key] = None
        if vigil.sleeping:
            vigil.waker.wake()


class Vigil(Generic[Key]):
    """Claims of sockets, by the keys under which a poller knows them.

    `lock` is held while a `poll` goes on, and at first.
    """

    def __init__(self, engines: Mapping[Key, Engine]) -> None:
        self.lock = threading.Lock()
        self.lock.acquire()
        self.waker = Waker()
        self.noted: dict[Key, None] = {}
        self.sleeping = False
        self.ended = False
        self.resting = False  # asleep for so long that the I/O thread has stopped looking in
        self._selector = new_selector()
        self._selector.register(self.waker.fileno(), READ)
        self.fileno = self._selector.fileno
        self._engines = dict(engines)
        self._by_descriptor: dict[int, Key] = {}
        self._notices: dict[Key, Notice[Key]] = {}
        self._reactors = {engine.reactor for engine in engines.values()}
        self._looks = self._looks_seen = 0
        self._process = os.getpid()
        try:
            for key, engine in engines.items():
                self._begin(key, engine)
        except BaseException:
            self.end()
            raise
        for reactor in self._reactors:
            reactor.keep(self)

    def _begin(self, key: Key, engine: Engine) -> None:
        notice = Notice(self, key)
        fd = engine.descriptor()
        engine.begin_watching(notice)
        self._notices[key] = notice
        self._by_descriptor[fd] = key
        self._selector.register(fd, READ)
        self.noted[key] = None

    @property
    def watches_sockets(self) -> bool:
        """Whether there is an I/O thread that ends it."""
        return bool(self._engines)

    def hold(self) -> bool:
        """Take the lock; False when it is over, or another thread's."""
        if self._process != os.getpid() or not self.lock.acquire(blocking=False):
            return False
        if self.ended:
            self.lock.release()
            return False
        return True

    # Called by the poller, with the lock held

    def look(self) -> list[Key]:
        """Do what there is to do at the sockets; which of them may have changed since last time."""
        self._looks += 1
        if self.resting:
            self.resting = False
            for reactor in self._reactors:
                reactor.keep(self)
        for fd, _ in self._selector.wait(0):
            key = self._by_descriptor.get(fd)
            if key is None:
                self.waker.clear()
            else:
                self.noted[key] = None
                self._engines[key].turn()
        changed = list(self.noted)
        for key in changed:
            self.noted.pop(key, None)
        return changed

    def wait(self, sleep: Callable[[float | None], object], timeout: float | None) -> None:
        """Call `sleep`, which watches `fileno()`, unless a notice has come already."""
        for reactor in self._reactors:
            reactor.flush_others(None)
        self.sleeping = True
        try:
            if not self.noted:
                sleep(timeout)
        finally:
            self.sleeping = False

    def doze(self, timeout: float | None) -> None:
        """A `sleep` for when nothing else is waited for."""
        self._selector.wait(timeout)

    # Called by anybody

    def on_tick(self) -> None:
        """The I/O thread looks in: a vigil without polls since the last tick is over."""
        if self._looks != self._looks_seen:
            self._looks_seen = self._looks
        elif not self.end_if_idle():
            self.resting = True

    def end_if_idle(self) -> bool:
        """End it unless a poll goes on."""
        if not self.hold():
            return self.ended
        try:
            self.end()
        finally:
            self.lock.release()
        return True

    def end(self) -> None:
        """Give all sockets back."""
        if self.ended:
            return
        self.ended = True
        for reactor in self._reactors:
            reactor.forget(self)
        for key, notice in self._notices.items():
            self._engines[key].end_watching(notice)
        self._selector.close()
        self.waker.close()
