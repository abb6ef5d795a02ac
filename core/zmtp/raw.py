"""A connection to a peer that does not speak ZMTP: the verbs of `Connection`, without the protocol.

ZMQ_STREAM and ZMQ_ROUTER_RAW: what one read brings is one message, and a message goes out as it is.
The peer is ready from the start, and nothing that it sends can be wrong.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from core.zmtp.config import PeerInfo
from core.zmtp.errors import FailureReason
from core.zmtp.events import Disconnected, Event, HandshakeSucceeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.zmtp.frames import Message

__all__ = ["RawConnection"]

_NOBODY = PeerInfo(socket_type="", identity=b"", properties=MappingProxyType({}), version=(0, 0))


class RawConnection:
    """See `Connection` for what each verb promises; messages are single frames here."""

    __slots__ = ("_ended", "_events", "_waiting", "attention")

    own_bytes = True
    bytes_wanted = 0
    next_deadline = None
    mechanism = ""
    peer = _NOBODY

    def __init__(self) -> None:
        self.attention = True
        self._events: list[Event] = [HandshakeSucceeded(_NOBODY)]
        self._waiting: list[bytes] = []
        self._ended = False

    def size_of(self, message: Message) -> int:
        """Return how many bytes a message is on the wire."""
        return len(self.encode([message]))

    # Input

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the peer."""
        if not self._ended:
            self._waiting.append(data)

    def receive_ready(self, data: bytes, limit: int) -> list[Message]:
        """`receive_data` and `receive_messages` in one step."""
        if limit > 0 and not self._waiting:
            return [data]
        self.receive_data(data)
        return self.receive_messages(limit)

    def receive_eof(self) -> None:
        """The peer will send no more; what waits can still be received."""
        self._ended = True
        self._end_when_drained()

    def receive_messages(self, limit: int) -> list[Message]:
        """Return at most `limit` of the reads that wait, in order."""
        taken: list[Message] = list(self._waiting[: max(limit, 0)])
        del self._waiting[: len(taken)]
        if self._ended:
            self._end_when_drained()
        return taken

    @property
    def has_input(self) -> bool:
        """Whether at least one more read waits."""
        return bool(self._waiting)

    def space(self) -> memoryview | None:
        """Return None: there are no frames, so none is read into its place."""
        return None

    def filled(self, count: int) -> None:
        """Never called, as there is no `space`."""

    # Output

    def data_to_send(self) -> bytes:
        """Return nothing: there is no protocol that would have something to say."""
        self.attention = bool(self._events)
        return b""

    def encode(self, messages: Sequence[Message]) -> bytes:
        """Return a batch as one bytes object to send."""
        return b"".join(self.encode_parts(messages))

    def encode_parts(self, messages: Sequence[Message]) -> list[bytes]:
        """Return a batch as buffers for a gathering write."""
        return [*messages]  # type: ignore[list-item]  # single frames, all of them

    # Events and time

    def next_event(self) -> Event | None:
        """Return the next event, None when there is none."""
        return self._events.pop(0) if self._events else None

    def handle_timeout(self, now: float) -> None:
        """Do nothing: there are neither handshakes nor heartbeats."""

    def _end_when_drained(self) -> None:
        if not self._waiting and not self._events:
            self._events.append(Disconnected(FailureReason.PEER_CLOSED))
            self.attention = True
