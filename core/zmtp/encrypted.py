"""A connection whose traffic is encrypted: `Connection` with CURVE between frames and messages.

The handshake is the ordinary one. Afterwards every frame body that comes is opened before it is
looked at, and everything that leaves is sealed in the order in which it is handed out: messages,
subscriptions, PING and PONG. Unlike a plain connection's, the bytes of a batch are for this peer
only and must be sent once, in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.zmtp.connection import Connection
from core.zmtp.curve_traffic import OVERHEAD, CurveTraffic
from core.zmtp.decoder import FrameDecoder
from core.zmtp.errors import ProtocolError
from core.zmtp.state import ConnectionState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.zmtp.config import ConnectionConfig
    from core.zmtp.frames import Message

__all__ = ["EncryptedConnection"]

_LONG = 2
_COMMAND = 4


class EncryptedConnection(Connection):
    """The protocol side of one CURVE connection; the verbs are `Connection`'s."""

    __slots__ = ("_handshake", "_traffic")

    def __init__(self, config: ConnectionConfig, now: float) -> None:
        super().__init__(config, now)
        limit = config.max_message_size
        # ZMQ_MAXMSGSIZE is about messages. libzmq applies it to the boxes, which are larger.
        limit = limit + OVERHEAD if limit >= 0 else limit
        self._decoder = FrameDecoder(limit, _as_message)
        self._handshake = b""
        self._traffic: CurveTraffic | None = None

    # Input

    def receive_ready(self, data: bytes, limit: int) -> list[Message]:
        """`receive_data` and `receive_messages` in one step, for a connection that is READY."""
        if self._beats:
            self._heartbeat.traffic_received()
        self._decoder.feed(data)
        return self.receive_messages(limit)

    def receive_messages(self, limit: int) -> list[Message]:
        """Return at most `limit` messages of those that have arrived, in order."""
        messages: list[Message] = []
        traffic, decoder = self._traffic, self._decoder
        if traffic is None:
            return messages
        try:
            while (room := limit - len(messages)) > 0 and (frames := decoder.messages(room)):
                traffic.decode(_bodies(frames), messages, self._on_command)
        except ProtocolError as error:
            self._fail(error)
            return messages
        if decoder.failure is not None:
            self._fail(decoder.failure)
        elif self._ended:
            self._end_when_drained()
        return messages

    # Output

    def data_to_send(self) -> bytes:
        """Return and forget what waits; what is sealed here goes out before the next `encode`."""
        if self._traffic is None:
            return super().data_to_send()
        handshake, self._handshake = self._handshake, b""
        frames = self._control + self._pongs
        super().data_to_send()
        return handshake + b"".join(map(self._seal, frames))

    def encode(self, messages: Sequence[Message]) -> bytes:
        """Return a batch of messages, encrypted."""
        assert self._traffic is not None
        return self._traffic.encode(messages)

    def encode_parts(self, messages: Sequence[Message]) -> list[bytes]:
        """Return a batch, encrypted, as buffers for a gathering write."""
        assert self._traffic is not None
        return self._traffic.encode_parts(messages)

    def encode_subscription(self, subscribe: bool, topic: bytes) -> bytes:
        """Return what tells the peer that we subscribe to `topic`, or no longer do."""
        return self._seal(super().encode_subscription(subscribe, topic))

    def size_of(self, message: Message) -> int:
        """Return how many bytes a message is on the wire."""
        plain = super().size_of(message)
        frames = message if isinstance(message, list) else [message]
        return plain + sum(
            OVERHEAD + (7 if len(body) < 256 <= len(body) + OVERHEAD else 0) for body in frames
        )

    def _seal(self, frame: bytes) -> bytes:
        """Encrypt a whole frame, a command or a message of one."""
        assert self._traffic is not None
        flags, body = frame[0], frame[9 if frame[0] & _LONG else 2 :]
        if flags & _COMMAND:
            return self._traffic.encode_command(body)
        return self._traffic.encode([body])

    # The handshake is done

    def _become_ready(self) -> None:
        self._handshake = b"".join(self._control)
        self._control.clear()
        self._traffic = self._mechanism.traffic
        self.own_bytes = True
        super()._become_ready()

    def _is_mid_message(self) -> bool:
        parts = self._traffic is not None and bool(self._traffic.parts)
        return parts or super()._is_mid_message()

    def _fail(self, error: ProtocolError) -> None:
        if self.state is not ConnectionState.CLOSED and self._traffic is not None:
            self._control.clear()
            self._pongs.clear()
        super()._fail(error)


def _as_message(body: bytes) -> bytes:
    """Treat a frame with a COMMAND flag outside the box like any other."""
    return body


def _bodies(frames: list[Message]) -> list[bytes]:
    """Return the bodies in order: a MORE flag outside the box means nothing either."""
    if set(map(type, frames)) == {bytes}:
        return frames  # type: ignore[return-value]
    return [body for frame in frames for body in (frame if isinstance(frame, list) else [frame])]
