"""What a socket tells of itself: events, counts, and what went wrong."""

from __future__ import annotations

import errno
import time
from typing import TYPE_CHECKING, TypeVar

from core.errors import error_from_errno
from core.events import EventKind
from core.patterns import DropReason
from core.runtime import log
from core.runtime.journal import Journal, Sink, is_power_of_ten
from core.runtime.ledger import Ledger
from core.runtime.monitor import Monitor, check
from core.runtime.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.enums import SocketType
    from core.options import OptionValues
    from core.patterns import Message, Pipe
    from core.patterns.inquiry import Inquiry, Lost
    from core.runtime.census import Census
    from core.runtime.reactor import Reactor
    from core.runtime.wiring import Endpoint
    from core.zmtp import FailureReason


T = TypeVar("T")


class Observed(Traffic):
    """Counts what is gone, and passes events on to whoever asked for them."""

    def __init__(self, reactor: Reactor, socket_type: SocketType, options: OptionValues) -> None:
        super().__init__(reactor, socket_type, options)
        self.ledger = Ledger()
        self._monitor: Monitor | None = None

    # Sinks of events

    def add_sink(self, sink: Sink) -> None:
        """Record events there from now on."""
        with self.lock:
            self.check_open()
            self._add_sink(sink)

    def _add_sink(self, sink: Sink) -> None:
        if self.journal is None:
            self.journal = Journal()
        self.journal.add(sink)

    def remove_sink(self, sink: Sink) -> None:
        with self.lock:
            self._remove_sink(sink)

    def _remove_sink(self, sink: Sink) -> None:
        if self.journal is not None:
            self.journal.remove(sink)

    def start_monitor(self, endpoint: str, events: int, version: int, kind: SocketType) -> None:
        """Send events as messages to an inproc endpoint (zmq_socket_monitor_versioned)."""
        check(endpoint, events, version, kind)
        with self.lock:
            self.check_open()
            self._stop_monitor()
            self._monitor = Monitor(self.reactor, endpoint, events, version, kind)
            self._add_sink(self._monitor)

    def stop_monitor(self) -> None:
        with self.lock:
            self.check_open()
            self._stop_monitor()

    def _stop_monitor(self) -> None:
        monitor, self._monitor = self._monitor, None
        if monitor is not None:
            self._remove_sink(monitor)

    def send_pipes_stats(self) -> None:
        """Have the monitor send the lengths of all queues (zmq_socket_monitor_pipes_stats)."""
        with self.lock:
            self.check_open()
            monitor = self._monitor
            if monitor is None or not monitor.events & EventKind.PIPES_STATS:
                raise error_from_errno(
                    errno.EINVAL, "this socket has no monitor that asked for EVENT_PIPES_STATS"
                )
            if not self.pattern.pipes:
                raise error_from_errno(errno.EAGAIN, "this socket has no peers")
            monitor.send_stats(map(self._queues, self.pattern.pipes))

    def _queues(self, pipe: Pipe) -> tuple[int, int, str, str]:
        local, peer = ("", "") if pipe.link is None else pipe.link.ends
        return pipe.queued + pipe.in_flight, self.queued_in(pipe), local, peer

    def queued_in(self, pipe: Pipe) -> int:
        """Messages that came from this peer and were not received yet."""
        return len(pipe.incoming) + self.pattern.queue.origins.waiting(pipe, len(self.inbox))

    def ready_peers(self) -> int:
        """How many peers have finished their handshake."""
        return sum(pipe.ready for pipe in self.pattern.pipes)

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        return self._endpoints

    def take_stock(self) -> Census:
        """Look at all peers; what waits in the outbox goes to them first. The lock is held."""
        from core.runtime.census import Census

        if not self._unusable:
            self.flush()
        return Census(self)

    # Waiting for others

    def wait_until(self, step: Callable[[], T | None], timeout: float | None) -> T | None:
        """Return what `step` returns, as soon as that is not None; None when time is over."""
        with self.lock:
            self.check_open()
            self.flush()
            deadline = None if timeout is None else time.monotonic() + timeout
            in_time = True
            while (result := self._step(step)) is None and in_time:
                in_time = self._wait(deadline)
            return result

    def try_step(self, step: Callable[[], T | None]) -> T | None:
        """Do what there is to do at present, and `step`."""
        with self.lock:
            self.check_open()
            self._process(self.selector.wait(0))
            return self._step(step)

    def _step(self, step: Callable[[], T | None]) -> T | None:
        result = step()
        self._flush_dirty()
        return result

    def inquire(self, message: Message, retries: int) -> Inquiry:
        """Begin a request that may be sent several times."""
        from core.patterns.inquiry import Inquiry
        from core.patterns.request_reply import ReqPattern

        with self.lock:
            self.check_open()
            if not isinstance(self.pattern, ReqPattern):
                why = f"a {self.pattern.name} socket cannot: request() is for REQ sockets"
                raise error_from_errno(errno.ENOTSUP, why)
            return Inquiry(self.pattern, message, retries)

    def step_of(self, inquiry: Inquiry) -> Message | Lost | None:
        """Look for the reply, wherever it stands. The lock is held."""
        if self.stalled:
            self._resume_stalled()
        return inquiry.step()

    def ask_again(self, inquiry: Inquiry, why: str) -> None:
        """An attempt has failed; raises NoReply when there is none left."""
        from core.runtime.readiness import describe_absent

        with self.lock:
            if not inquiry.has_asked:
                why = why.replace("no answer", "no peer was ready", 1)
                why = f"{why} ({describe_absent(self)})"
            inquiry.retry(why)

    def end_inquiry(self, inquiry: Inquiry) -> None:
        with self.lock:
            inquiry.end()

    # The end

    def finish_in_time(self, timeout: float) -> None:
        """Closed already: wait until all that was queued has left, or was dropped."""
        self.reactor.wait_until_gone(self, timeout)

    def left_behind(self) -> int:
        """Of a closed socket: messages that were dropped by closing, or are still queued."""
        return self.ledger.drops.get(DropReason.CLOSED, 0) + self.unsent()

    def _destroy(self) -> None:
        lost = self.ledger.drops.get(DropReason.CLOSED, 0)
        # With a linger of 0 it was asked for.
        if lost and self.options.linger != 0 and not (self._destroyed or self._leading):
            many = "1 message" if lost == 1 else f"{lost} messages"
            text = "%s: closed with %s unsent: LINGER, %d ms, was over"
            log.warning(text, self._name(), many, self.options.linger)
        super()._destroy()

    def _name(self) -> str:
        made = f" made at {self.made_at}" if self.made_at else ""
        return f"{self.pattern.name}{made} on {self.last_endpoint or 'no endpoint'}"

    # What went wrong

    def gave_up(self, endpoint: str, why: str) -> None:
        """A connecting endpoint tries no more."""
        self.ledger.gave_up(endpoint, why)
        self.report(EventKind.GAVE_UP, endpoint, reason=why)
        self._waker.wake()  # who waits for this peer waits in vain

    def refused(self, endpoint: str, peer: str, reason: FailureReason, detail: str) -> None:
        """A peer that came to us was not let in; the log has the first, the tenth, ..."""
        count = self.ledger.refuse(reason.value)
        if not reason.is_transient and is_power_of_ten(count):
            times = f" ({count} times so far)" if count > 1 else ""
            why = f"{reason.value}: {detail}" if detail else reason.value
            log.warning("%s: the peer %s was refused: %s%s", endpoint, peer, why, times)

    def note_drop(self, pipe: Pipe, why: DropReason, count: int) -> None:
        """Tell of the first message dropped for a peer, the tenth, the hundredth, ..."""
        total = pipe.drops[why]
        if total < pipe.drops.told * 10:
            return
        pipe.drops.told = total
        peer = "" if pipe.link is None else pipe.link.remote
        self.report(EventKind.MESSAGES_DROPPED, self.last_endpoint, total, why.value, peer=peer)
        if why is DropReason.QUEUE_FULL:
            text = "%s: %d messages dropped for %s: %s"
            log.warning(text, self.pattern.name, total, peer or self.last_endpoint, why.value)


__all__ = ["Observed"]
