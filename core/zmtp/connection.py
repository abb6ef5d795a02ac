"""One ZMTP connection without its socket: bytes in, messages, events and bytes out.

Theory of operation: `receive_data` never raises for what a peer sent. Until the handshake is done
it parses at once; afterwards it only stores, and `receive_messages` decodes as much as it is asked
for. A fault ends this connection: state CLOSED, `failure` set, one event, everything else that
comes is discarded. What `data_to_send` returns must be written whole and between whole batches of
`encode`, because a command may not appear inside a message (RFC 37 §formal grammar).

Nothing here knows the time: it comes in as an argument, in seconds on any clock that only moves
forward.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from core.zmtp.commands import (
    build_command,
    build_error,
    build_ping,
    build_pong,
    parse_error,
    parse_ping,
)
from core.zmtp.config import ConnectionConfig, PeerInfo
from core.zmtp.decoder import FrameDecoder
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.events import Disconnected, Event, HandshakeFailed, HandshakeSucceeded
from core.zmtp.frames import Message, encode, encode_frame, encode_parts
from core.zmtp.greeting import GREETING_SIZE, Greeting, build_greeting, check_prefix, parse_greeting
from core.zmtp.heartbeat import Heartbeat
from core.zmtp.mechanism import Mechanism, MechanismStatus, find_property
from core.zmtp.null import NullMechanism
from core.zmtp.socket_types import TAKES_SUBSCRIPTIONS
from core.zmtp.state import ConnectionState, Signal, next_state

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MAX_HANDSHAKE_SIZE", "Connection"]

#: How many bytes of commands a peer may send before it is ready. ZMQ_MAXMSGSIZE is about messages
#: and is not applied here: unlike libzmq, we let a peer in whose READY is larger than a message.
MAX_HANDSHAKE_SIZE = 65536

#: How many PONGs may wait for a peer that sends PINGs and does not read: the rest is dropped.
_MAX_WAITING_PONGS = 16

#: Faults that the peer is told of (RFC 37 §the Socket-Type property: it SHOULD get an ERROR).
_TOLD = frozenset({FailureReason.INCOMPATIBLE_SOCKET_TYPE, FailureReason.INVALID_IDENTITY})


class Connection:
    """The protocol side of one connection; see the module's text for how to drive it.

    config: settings; now: the time in seconds, from which the handshake's deadline counts.

    Attributes to read: `state`; `peer`, None until the handshake is done; `failure`, None until
    the connection has failed.
    """

    __slots__ = (
        "_beats",
        "_config",
        "_control",
        "_decoder",
        "_ended",
        "_events",
        "_greeting",
        "_handshake_deadline",
        "_handshake_room",
        "_heartbeat",
        "_last_time",
        "_mechanism",
        "_ping",
        "_pongs",
        "_received",
        "attention",
        "failure",
        "peer",
        "state",
    )

    def __init__(self, config: ConnectionConfig, now: float) -> None:
        self.state = ConnectionState.GREETING
        self.peer: PeerInfo | None = None
        self.failure: ProtocolError | None = None
        self._config = config
        self._mechanism: Mechanism = (config.mechanism or NullMechanism)(config)
        self._greeting: Greeting | None = None
        self._control = [build_greeting(self._mechanism.name, self._mechanism.as_server)]
        self._ping = build_ping(config.heartbeat_ttl)
        self._pongs: list[bytes] = []
        # Whether `data_to_send` or `next_event` may have something: one look on the hot path.
        self.attention = True
        self._beats = config.heartbeat_interval > 0  # somebody asks for signs of life
        self._events: list[Event] = []
        self._received = bytearray()
        self._handshake_room = MAX_HANDSHAKE_SIZE
        self._ended = False
        self._decoder = FrameDecoder(config.max_message_size, self._on_command)
        self._heartbeat = Heartbeat(config.heartbeat_interval, config.heartbeat_timeout)
        self._last_time = now
        timeout = config.handshake_timeout
        self._handshake_deadline = now + timeout if timeout > 0 else None

    # Input

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the peer. Never raises for them; discards them once CLOSED."""
        if self._ended or self.state is ConnectionState.CLOSED:
            return
        if self.state is ConnectionState.READY:
            if self._beats:
                self._heartbeat.traffic_received()
            self._decoder.feed(data)
            return
        self._received += data
        try:
            self._receive_handshake()
        except ProtocolError as error:
            self._fail(error)

    def receive_ready(self, data: bytes, limit: int) -> list[Message]:
        """`receive_data` and `receive_messages` in one step, for a connection that is READY."""
        if self._beats:
            self._heartbeat.traffic_received()
        decoder = self._decoder
        messages = decoder.take(data, limit)
        if decoder.failure is not None:
            self._fail(decoder.failure)
        return messages

    def space(self) -> memoryview | None:
        """Return where to read the rest of a large frame, instead of `receive_data`; else None."""
        return self._decoder.space() if self.state is ConnectionState.READY else None

    def filled(self, count: int) -> None:
        """`count` bytes were read into the beginning of `space`."""
        if self._beats:
            self._heartbeat.traffic_received()
        self._decoder.filled(count)

    def receive_eof(self) -> None:
        """The peer will send no more. Complete messages that wait can still be received."""
        self._ended = True
        self._end_when_drained()

    def receive_messages(self, limit: int) -> list[Message]:
        """Return at most `limit` messages of those that have arrived, in order.

        Commands on the way are carried out. SUBSCRIBE and CANCEL appear among the messages, as
        b"\\x01" + topic and b"\\x00" + topic, when our type is PUB or XPUB.
        """
        decoder = self._decoder
        messages = decoder.messages(limit)
        if decoder.failure is not None:
            self._fail(decoder.failure)
        elif self._ended:
            self._end_when_drained()
        return messages

    @property
    def mechanism(self) -> str:
        """Name of the security mechanism: "NULL", "PLAIN", "CURVE"."""
        return self._mechanism.name

    @property
    def has_input(self) -> bool:
        """Whether at least one more complete frame waits to be decoded."""
        return self._decoder.has_frame

    @property
    def bytes_wanted(self) -> int:
        """How many bytes the frame that has begun to arrive still lacks; 0 when none has."""
        return self._decoder.bytes_wanted

    # Output

    def data_to_send(self) -> bytes:
        """Return and forget the greeting, handshake and heartbeat bytes that wait; b"" if none.

        Also after the connection has failed: the last words tell the peer why.
        """
        self.attention = bool(self._events)
        if not self._control and not self._pongs:
            return b""
        data = b"".join(self._control + self._pongs)
        self._control.clear()
        self._pongs.clear()
        return data

    def encode(self, messages: Sequence[Message]) -> bytes:
        """Return a batch of messages as one bytes object to send."""
        return encode(messages)

    def encode_parts(self, messages: Sequence[Message]) -> list[bytes]:
        """Return a batch as buffers for a gathering write; bodies of 8 KiB up are not copied."""
        return encode_parts(messages)

    def encode_subscription(self, subscribe: bool, topic: bytes) -> bytes:
        """Return what tells the peer that we subscribe to `topic`, or no longer do."""
        if self._greeting is not None and self._greeting.takes_subscription_commands:
            return build_command(b"SUBSCRIBE" if subscribe else b"CANCEL", topic)
        # RFC 23 §the publish-subscribe pattern: a message whose first octet is 1 or 0.
        return encode_frame((b"\x01" if subscribe else b"\x00") + topic)

    # Events and time

    def next_event(self) -> Event | None:
        """Return the next event, None when there is none."""
        return self._events.pop(0) if self._events else None

    @property
    def next_deadline(self) -> float | None:
        """When to call `handle_timeout` at the latest, None = never.

        It can come nearer during `handle_timeout`, when the state changes, and when a received
        PING makes `data_to_send` non-empty; a moment in the past means at once.
        """
        if self.state is ConnectionState.READY:
            return self._heartbeat.next_deadline(self._last_time)
        return None if self.state is ConnectionState.CLOSED else self._handshake_deadline

    def handle_timeout(self, now: float) -> None:
        """Do what is due at `now`; calling too early or too often does no harm."""
        self._last_time = now
        if self.state is ConnectionState.READY:
            self._handle_heartbeat(now)
        elif self._handshake_deadline is not None and now >= self._handshake_deadline:
            detail = f"in state {self.state.value}"
            self._fail(ProtocolError(FailureReason.HANDSHAKE_TIMEOUT, detail))

    def _handle_heartbeat(self, now: float) -> None:
        heartbeat = self._heartbeat
        if heartbeat.expired(now):
            if not self.has_input:
                self._fail(ProtocolError(FailureReason.HEARTBEAT_TIMEOUT))
                return
            # Unlike libzmq, do not blame the peer for input that waits for a slow application.
            heartbeat.postpone(now)
        # A PING that still waits to be written makes another one pointless.
        if heartbeat.tick(now) and self._ping not in self._control:
            self._control.append(self._ping)
            self.attention = True

    # Handshake

    def _receive_handshake(self) -> None:
        if self.state is ConnectionState.GREETING:
            self._receive_greeting()
        while self.state is ConnectionState.HANDSHAKE:
            body = self._next_handshake_frame()
            if body is None:
                return
            self._mechanism.process_handshake_command(body)
            self._advance_handshake()

    def _receive_greeting(self) -> None:
        check_prefix(bytes(self._received[:GREETING_SIZE]))
        if len(self._received) < GREETING_SIZE:
            return
        greeting = parse_greeting(bytes(self._received[:GREETING_SIZE]))
        del self._received[:GREETING_SIZE]
        # RFC 37 §authentication: a mechanism that does not exactly match MUST end the connection.
        if greeting.mechanism != self._mechanism.name:
            detail = f"ours is {self._mechanism.name}, the peer's is {greeting.mechanism!r}"
            raise ProtocolError(FailureReason.MECHANISM_MISMATCH, detail)
        self._greeting = greeting
        self.state = next_state(self.state, Signal.GREETING_ACCEPTED)
        self._advance_handshake()

    def _next_handshake_frame(self) -> bytes | None:
        """Cut the next frame off the input; None while it is incomplete.

        The COMMAND flag is not looked at: libzmq tells handshake commands by their body alone.
        """
        received = self._received
        if not received:
            return None
        start = 9 if received[0] & 2 else 2
        if len(received) < start:
            return None
        size = int.from_bytes(received[1:start], "big")
        if size > self._handshake_room:
            detail = f"a frame of {size} bytes, allowed are {self._handshake_room}"
            raise ProtocolError(FailureReason.HANDSHAKE_TOO_LARGE, detail)
        if len(received) < start + size:
            return None
        body = bytes(received[start : start + size])
        del received[: start + size]
        self._handshake_room -= size
        return body

    def _advance_handshake(self) -> None:
        """Queue what the mechanism has to say, and finish when it is ready."""
        while (command := self._mechanism.next_handshake_command()) is not None:
            self._control.append(command)
            self.attention = True
        if self._mechanism.status is MechanismStatus.READY:
            self._become_ready()

    def _become_ready(self) -> None:
        assert self._greeting is not None
        properties = self._mechanism.peer_properties
        self.peer = PeerInfo(
            socket_type=find_property(properties, "Socket-Type").decode("latin-1"),
            identity=find_property(properties, "Identity"),
            properties=MappingProxyType(dict(properties)),
            version=self._greeting.version,
        )
        self.state = next_state(self.state, Signal.HANDSHAKE_COMPLETED)
        self._events.append(HandshakeSucceeded(self.peer))
        self.attention = True
        self._decoder.feed(bytes(self._received))
        self._received.clear()

    # Traffic

    def _on_command(self, body: bytes) -> bytes | None:
        """Carry out a command; return the message that stands for it, if any.

        Malformed and unknown commands are ignored, as libzmq ignores them.
        """
        if not body or len(body) < 1 + body[0]:
            return None
        name, data = body[1 : 1 + body[0]], body[1 + body[0] :]
        if name == b"PING":
            self._answer_ping(data)
        elif name == b"SUBSCRIBE" and self._config.socket_type in TAKES_SUBSCRIPTIONS:
            return b"\x01" + data
        elif name == b"CANCEL" and self._config.socket_type in TAKES_SUBSCRIPTIONS:
            return b"\x00" + data
        elif name == b"ERROR":
            # RFC 37 §error handling: an incoming ERROR is fatal. libzmq ignores it this late; its
            # sender is about to close anyway, and so the reason is not lost.
            raise parse_error(data)
        return None

    def _answer_ping(self, data: bytes) -> None:
        ttl, context = parse_ping(data)
        if ttl:
            self._beats = True
            self._heartbeat.ttl_received(ttl)
        if len(self._pongs) == _MAX_WAITING_PONGS:
            del self._pongs[0]
        self._pongs.append(build_pong(context))
        self.attention = True

    # The end

    def _end_when_drained(self) -> None:
        if not self._decoder.has_frame:
            detail = "in the middle of a message" if self._decoder.is_mid_message else ""
            self._fail(ProtocolError(FailureReason.PEER_CLOSED, detail))

    def _fail(self, error: ProtocolError) -> None:
        if self.state is ConnectionState.CLOSED:
            return
        if error.reason in _TOLD:
            self._control.append(build_error(str(error)))
        if self.state is ConnectionState.READY:
            self._events.append(Disconnected(error.reason, error.detail))
        else:
            self._events.append(HandshakeFailed(error.reason, error.detail))
        self.failure = error
        self.attention = True
        self.state = next_state(self.state, Signal.FAILED)
        self._decoder.clear()
        self._received.clear()
