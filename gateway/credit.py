"""Credit as pure arithmetic: absolute limits in messages and bytes, for both directions.

Limits never fall and are never increments: an announcement that is repeated, merged with a later
one or reordered can neither leak credit nor mint it.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import out_of_protocol
from gateway.v1 import gateway_pb2 as pb


class DeliveryCredit:
    """What the client allows the gateway to deliver."""

    def __init__(self) -> None:
        self.delivered = 0  # messages, so also the last sequence number
        self.acknowledged = 0
        self._bytes = 0
        self._limit = 0
        self._limit_bytes = 0  # 0: any number

    def announce(self, window: pb.ReceiveWindow) -> None:
        """Take an announcement; GatewayError (EPROTO) when it acknowledges what never went out."""
        if window.ack_through > self.delivered:
            said = f"ack_through {window.ack_through}, but only {self.delivered} were delivered"
            raise out_of_protocol(said)
        self.acknowledged = max(self.acknowledged, window.ack_through)
        self._limit = max(self._limit, window.limit_seq)
        if window.limit_bytes:
            self._limit_bytes = max(self._limit_bytes, window.limit_bytes)

    def messages(self) -> int:
        """How many messages may be taken from the socket now."""
        if self._limit_bytes and self._bytes >= self._limit_bytes:
            return 0
        return self._limit - self.delivered

    def covers(self, sizes: Sequence[int]) -> int:
        """How many messages of these sizes may be delivered now.

        A message may start while there is a byte left, so that one larger than the whole window
        passes too, when its turn comes.
        """
        count = min(len(sizes), self._limit - self.delivered)
        if not self._limit_bytes or self._bytes + sum(sizes) < self._limit_bytes:
            return count
        total = self._bytes
        for index in range(count):
            if total >= self._limit_bytes:
                return index
            total += sizes[index]
        return count

    def spend(self, sizes: Sequence[int]) -> None:
        """Account for messages that were delivered."""
        self.delivered += len(sizes)
        self._bytes += sum(sizes)


class SendCredit:
    """What the gateway allows the client to send, and what has become of it."""

    def __init__(self, window_bytes: int) -> None:
        self.received = 0  # messages the client has sent, so also the last sequence number
        self.accepted = 0  # messages the socket has taken over or refused
        self._window_bytes = window_bytes
        self._received_bytes = 0
        self._accepted_bytes = 0
        self._limit = 0
        self._limit_bytes = 0
        self._announced = (0, 0, 0)  # accepted, limit, limit in bytes

    def receive(self, sizes: Sequence[int]) -> None:
        """Account for messages that the client has sent."""
        self.received += len(sizes)
        self._received_bytes += sum(sizes)

    def exceeded_by(self, sizes: Sequence[int]) -> bool:
        """Whether the client would send more than it was told that it may."""
        _, limit, limit_bytes = self._announced
        if self.received + len(sizes) > limit:
            return True
        return self._received_bytes + sum(sizes) - sizes[-1] >= limit_bytes

    def accept(self, sizes: Sequence[int]) -> None:
        """Account for messages that the socket has taken over or refused."""
        self.accepted += len(sizes)
        self._accepted_bytes += sum(sizes)

    def open(self, window: int) -> None:
        """The socket is writable: allow `window` messages beyond the accepted ones."""
        self._limit = max(self._limit, self.accepted + window)
        self._limit_bytes = max(self._limit_bytes, self._accepted_bytes + self._window_bytes)

    def news(self) -> pb.SendWindow | None:
        """What the client does not know yet, or None; from now on it counts as told."""
        current = (self.accepted, self._limit, self._limit_bytes)
        if current == self._announced:
            return None
        self._announced = current
        return pb.SendWindow(
            accepted_through=self.accepted, limit_seq=self._limit, limit_bytes=self._limit_bytes
        )

    @property
    def urgent(self) -> bool:
        """Whether the client should hear now: half of what it may send is news to it."""
        _, known, known_bytes = self._announced
        news = self._limit - known
        if news and news >= known - self.received:
            return True
        return self._limit_bytes - known_bytes >= self._window_bytes // 2
