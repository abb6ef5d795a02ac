"""Where a socket's events go: nowhere at all until somebody asks.

Events are rare: beginnings and ends of connections, never messages. They are recorded with the
engine's lock held, so a sink must not wait and must not call the engine back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from core.events import EventKind

if TYPE_CHECKING:
    from core.events import SocketEvent
    from core.zmtp import FailureReason


class Sink(Protocol):
    """Takes events."""

    def take(self, event: SocketEvent) -> bool:
        """Take one; False: nobody reads here any more."""

    def end(self) -> None:
        """No more will come. Idempotent."""


class Journal:
    """The sinks of one socket."""

    __slots__ = ("_sinks",)

    def __init__(self) -> None:
        self._sinks: list[Sink] = []

    def add(self, sink: Sink) -> None:
        self._sinks.append(sink)

    def remove(self, sink: Sink) -> None:
        if sink in self._sinks:
            self._sinks.remove(sink)
            sink.end()

    def record(self, event: SocketEvent) -> None:
        self._sinks = [sink for sink in self._sinks if sink.take(event)]

    def end(self) -> None:
        for sink in self._sinks:
            sink.end()
        self._sinks.clear()


def handshake_failure(reason: FailureReason, number: int) -> tuple[EventKind, int]:
    """libzmq's event for a handshake that failed, and its value.

    :param number: errno, for failures of which libzmq tells no more than that
    """
    if reason.status_code:
        return EventKind.HANDSHAKE_FAILED_AUTH, reason.status_code
    if reason.event_code:
        return EventKind.HANDSHAKE_FAILED_PROTOCOL, reason.event_code
    return EventKind.HANDSHAKE_FAILED_NO_DETAIL, number


def words(error: OSError) -> str:
    """What happened, without the number."""
    return error.strerror or str(error)


def is_power_of_ten(count: int) -> bool:
    """What happens over and over is told the first time, the tenth, the hundredth, ..."""
    return str(count).strip("0") == "1"
