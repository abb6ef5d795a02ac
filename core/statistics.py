"""What a socket has counted, and what it knows of its peers: values of ``stats`` and ``peers``."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from core.patterns.drops import DropReason

__all__ = ["DropReason", "PeerState", "PeerStats", "SocketStats"]


class PeerState(Enum):
    """How far a connection is; the value is for people."""

    CONNECTING = "connecting"
    WAITING = "waiting to connect again"
    HANDSHAKE = "shaking hands"
    READY = "ready"
    CLOSING = "sending what is left, then closing"
    GAVE_UP = "given up"


class PeerStats(NamedTuple):
    """One peer: a connection, or an endpoint that has none at present.

    A subscription counts as a message, because it travels as one. What a connected endpoint counts
    goes on over its reconnections.
    """

    endpoint: str
    """Ours, as it was bound or connected."""
    state: PeerState
    seconds: float = 0.0
    """How long it has been in this state."""
    address: str = ""
    """The peer's end of the connection, such as "tcp://192.0.2.7:51322"; "" without one."""
    socket_type: str = ""
    """The peer's, such as "PULL"; "" until its handshake is done."""
    identity: bytes = b""
    """The peer's routing id; a ROUTER's own name for it."""
    mechanism: str = ""
    """Security mechanism: "NULL", "PLAIN", "CURVE"; "" without a connection."""
    user_id: str = ""
    """Who the peer is according to the ZAP handler; "" when there was none."""
    sent: int = 0
    """Messages handed over whole to the operating system, or to an inproc peer."""
    received: int = 0
    """Messages that came from the peer."""
    queued_out: int = 0
    """Messages that wait to leave."""
    queued_in: int = 0
    """Messages that came and were not received yet."""
    dropped: Mapping[DropReason, int] = ()  # type: ignore[assignment]
    """Messages that were lost, by reason."""
    subscriptions: int = 0
    """Of PUB and XPUB: prefixes that the peer has subscribed to."""
    attempts: int = 0
    """Of a connected endpoint: how often it has tried to connect."""
    last_error: str = ""
    """Of a connected endpoint: why its last attempt or connection ended."""

    def __str__(self) -> str:
        who = f" {self.socket_type} at {self.address}" if self.address else ""
        lost = "".join(f", {count} dropped: {why.value}" for why, count in self.dropped.items())
        error = f"; last error: {self.last_error}" if self.last_error else ""
        return (
            f"{self.endpoint}{who}, {self.state.value} for {self.seconds:.1f} s: {self.sent} sent, "
            f"{self.received} received, {self.queued_out} + {self.queued_in} queued{lost}{error}"
        )


class SocketStats(NamedTuple):
    """What one socket has counted since it was made, over all its peers, gone ones included."""

    peers: int
    """Peers that are ready."""
    sent: int
    received: int
    queued_out: int
    queued_in: int
    dropped: Mapping[DropReason, int]
    """Messages that were lost, by reason."""
    refused: Mapping[str, int]
    """Peers that came and were not let in, by reason."""
    subscriptions: int
    """Of PUB and XPUB: subscriptions of all peers together."""

    @property
    def lost_out(self) -> int:
        """Messages that were to be sent and were dropped."""
        return sum(count for why, count in self.dropped.items() if why.is_outgoing)

    @property
    def accepted(self) -> int:
        """Deliveries asked for: sent, still queued, or dropped. A fan-out counts each peer."""
        return self.sent + self.queued_out + self.lost_out
