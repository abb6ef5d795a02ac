"""One peer as a pattern sees it: a queue of messages each way, bounded by the high-water marks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from .drops import DropReason, Drops

Message = bytes | list[bytes]

UNLIMITED = 1 << 62
NO_FACTS: Mapping[str, str | int] = MappingProxyType({})


def frames_of(message: Message) -> list[bytes]:
    return message if isinstance(message, list) else [message]


class Pipe:
    """The two queues between a socket and one peer.

    `outgoing` holds *batches* (lists of messages that nobody mutates once they are in), so that
    a fan-out shares one batch between all its pipes and queueing a batch costs the same whatever
    its length. `incoming` holds decoded messages that the pattern has not taken yet.
    """

    # Behind it is a byte stream, whose beginning and end the application may be told of.
    streams: ClassVar[bool] = True

    __slots__ = (
        "active",
        "attached",
        "connected",
        "dirty",
        "drops",
        "facts",
        "given_identity",
        "identity",
        "in_flight",
        "incoming",
        "link",
        "outgoing",
        "queued",
        "ready",
        "receive_hwm",
        "received",
        "send_hwm",
        "sent",
        "taken",
        "transmit",
        "watcher",
    )

    def __init__(self, send_hwm: int, receive_hwm: int) -> None:
        self.set_marks(send_hwm, receive_hwm)
        self.outgoing: deque[list[Message]] = deque()
        self.queued = 0  # messages in `outgoing`
        self.in_flight = 0  # messages encoded, but not wholly with the kernel
        self.incoming: list[Message] = []
        self.taken = 0  # messages of this pipe that the last collect moved into the inbox
        self.identity = b""
        self.given_identity = b""  # what a ROUTER calls the peer, also after reconnections
        self.connected = False  # made by a connect, not accepted
        self.ready = False  # the peer's handshake is done
        self.attached = False
        self.active = False  # stands in a fair queue's list
        self.dirty = False  # stands in the pattern's list of pipes to flush
        # Counted once per batch, where batches are taken.
        self.sent = 0  # wholly with the kernel, or with the channel
        self.received = 0  # decoded
        self.drops = Drops()
        # Is told of drops: (pipe, reason, how many).
        self.watcher: Callable[[Pipe, DropReason, int], None] | None = None
        self.facts = NO_FACTS  # about the peer, as frames tell them: Peer-Address, Socket-Type, ...
        self.link: Any = None  # the runtime's side of this pipe
        # Sends one message at once, past the empty queue; False when it cannot.
        self.transmit: Callable[[Message], bool] | None = None

    def set_marks(self, send_hwm: int, receive_hwm: int) -> None:
        self.send_hwm = send_hwm or UNLIMITED
        self.receive_hwm = receive_hwm or UNLIMITED

    def room(self) -> int:
        """How many more messages fit below the send high-water mark (ZMQ_SNDHWM)."""
        return self.send_hwm - self.queued - self.in_flight

    def put(self, batch: list[Message]) -> None:
        """Queue a batch; from here on the list belongs to the pipe and is never changed."""
        self.outgoing.append(batch)
        self.queued += len(batch)

    def offer(self, batch: list[Message]) -> None:
        """Queue what fits and count the rest as dropped: RFC 29, a slow subscriber's messages."""
        room = self.room()
        if room < len(batch):
            self.drop(DropReason.QUEUE_FULL, len(batch) - max(room, 0))
            batch = batch[: max(room, 0)]
        if batch:
            self.put(batch)

    def take_outgoing(self) -> list[Message]:
        """All queued messages as one batch; the very same list when there is only one."""
        outgoing = self.outgoing
        if len(outgoing) == 1:
            batch = outgoing.popleft()
        else:
            batch = [message for part in outgoing for message in part]
            outgoing.clear()
        self.queued = 0
        return batch

    def take_first(self, most: int) -> list[Message]:
        """At most so many of the queued messages, of the first batch only."""
        batch = self.outgoing[0]
        if len(batch) <= most:
            self.outgoing.popleft()
        else:
            self.outgoing[0] = batch[most:]
            batch = batch[:most]
        self.queued -= len(batch)
        return batch

    def requeue(self, batch: list[Message]) -> None:
        """Put messages that never left back to the front."""
        self.outgoing.appendleft(batch)
        self.queued += len(batch)

    def discard_outgoing(self, why: DropReason) -> None:
        """Forget what is queued."""
        count = self.queued
        self.outgoing.clear()
        self.queued = 0
        self.drop(why, count)

    def withdraw(self, message: Message) -> None:
        """Take back one message, if it is still queued."""
        for batch in self.outgoing:
            if len(batch) == 1 and batch[0] is message:
                self.outgoing.remove(batch)
                self.queued -= 1
                self.drop(DropReason.WITHDRAWN)
                return

    def drop(self, why: DropReason, count: int = 1) -> None:
        """Count messages that will not arrive."""
        if count > 0:
            self.drops.note(why, count)
            if self.watcher is not None:
                self.watcher(self, why, count)

    def take_incoming(self, limit: int = UNLIMITED) -> list[Message]:
        """At most `limit` of the messages that have come."""
        batch = self.incoming
        if len(batch) <= limit:
            self.incoming = []
        else:
            batch, self.incoming = batch[:limit], batch[limit:]
        self.taken = len(batch)
        return batch
