"""What happens to a socket's connections, as values: what ``Socket.monitor_events`` yields."""

from enum import IntEnum
from typing import NamedTuple

__all__ = ["EventKind", "SocketEvent"]


class EventKind(IntEnum):
    """What happened. Up to `PIPES_STATS` the numbers are libzmq's (zmq_socket_monitor).

    The others are this engine's own: `Socket.monitor_events` reports them, monitor sockets do not.
    """

    CONNECTED = 0x1
    CONNECT_DELAYED = 0x2
    CONNECT_RETRIED = 0x4
    LISTENING = 0x8
    BIND_FAILED = 0x10
    ACCEPTED = 0x20
    ACCEPT_FAILED = 0x40
    CLOSED = 0x80
    CLOSE_FAILED = 0x100
    DISCONNECTED = 0x200
    MONITOR_STOPPED = 0x400
    HANDSHAKE_FAILED_NO_DETAIL = 0x800
    HANDSHAKE_SUCCEEDED = 0x1000
    HANDSHAKE_FAILED_PROTOCOL = 0x2000
    HANDSHAKE_FAILED_AUTH = 0x4000
    PIPES_STATS = 0x10000
    """The lengths of the queues; only monitor sockets of version 2 report it, when asked to."""

    GAVE_UP = 0x100000
    """A connecting endpoint tries no more; `reason` says why."""
    MESSAGES_DROPPED = 0x200000
    """For one peer; told of the 1st message, the 10th, the 100th, ... `value`: how many so far."""
    EVENTS_LOST = 0x400000
    """The reader of the events was too slow; `value`: how many are missing here."""


class SocketEvent(NamedTuple):
    """One event.

    :param kind: what happened
    :param endpoint: of ours, as it was bound or connected; "" when there is none
    :param value: libzmq's number for it: a descriptor, an errno, milliseconds until the next
        attempt, a protocol error (``zmq.PROTOCOL_ERROR_...``), a ZAP status code
    :param reason: the same in words, for people; may be empty
    :param local: our end of the connection, such as "tcp://127.0.0.1:51322"; "" when there is none
    :param peer: the peer's end; "" when there is none
    :param timestamp: seconds since the epoch
    """

    kind: EventKind
    endpoint: str
    value: int = 0
    reason: str = ""
    local: str = ""
    peer: str = ""
    timestamp: float = 0.0

    def __str__(self) -> str:
        peer = f" (peer {self.peer})" if self.peer and self.peer != self.endpoint else ""
        why = f": {self.reason}" if self.reason else ""
        return f"{self.kind.name} {self.endpoint}{peer}{why}"
