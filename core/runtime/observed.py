"""What a socket tells of itself: events, counts, and what went wrong."""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING

from core.errors import error_from_errno
from core.events import EventKind
from core.patterns import DropReason
from core.runtime.journal import Journal, Sink
from core.runtime.ledger import Ledger
from core.runtime.monitor import Monitor, check
from core.runtime.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.enums import SocketType
    from core.options import OptionValues
    from core.patterns import Pipe
    from core.runtime.census import Census
    from core.runtime.reactor import Reactor
    from core.runtime.wiring import Endpoint
    from core.zmtp import FailureReason

log = logging.getLogger("babelmq")


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

    # What went wrong

    def gave_up(self, endpoint: str, why: str) -> None:
        """A connecting endpoint tries no more."""
        self.ledger.gave_up(endpoint, why)
        self.report(EventKind.GAVE_UP, endpoint, reason=why)

    def refused(self, endpoint: str, peer: str, reason: FailureReason, detail: str) -> None:
        """A peer that came to us was not let in; the log has the first, the tenth, ..."""
        count = self.ledger.refuse(reason.value)
        if not reason.is_transient and str(count).strip("0") == "1":
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
