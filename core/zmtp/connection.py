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

from core.zmtp import zmtp1
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
from core.zmtp.downgrade import IdentityExchange, OldPeer, recognise, socket_type_octet
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.events import (
    AuthenticationNeeded,
    Disconnected,
    Event,
    HandshakeFailed,
    HandshakeSucceeded,
)
from core.zmtp.frames import Message, encode, encode_parts, read_header
from core.zmtp.greeting import (
    GREETING_SIZE,
    SIGNATURE_SIZE,
    Greeting,
    build_greeting,
    check_prefix,
    parse_greeting,
)
from core.zmtp.heartbeat import Heartbeat
from core.zmtp.mechanism import Mechanism, MechanismStatus, find_property
from core.zmtp.null import NullMechanism
from core.zmtp.socket_types import TAKES_SUBSCRIPTIONS
from core.zmtp.state import ConnectionState, Signal, next_state
from core.zmtp.zap import parse_reply
from core.zmtp.zmtp1 import Zmtp1Decoder

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
        "_asked",
        "_beats",
        "_config",
        "_control",
        "_decoder",
        "_encode",
        "_encode_parts",
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
        "_read_header",
        "_received",
        "_unsaid",
        "attention",
        "failure",
        "own_bytes",
        "peer",
        "state",
    )

    def __init__(self, config: ConnectionConfig, now: float) -> None:
        self.state = ConnectionState.GREETING
        self.peer: PeerInfo | None = None
        self.failure: ProtocolError | None = None
        self._config = config
        self._mechanism: Mechanism = (config.mechanism or NullMechanism)(config)
        self._asked = False  # the ZAP handler, about the peer
        self._greeting: Greeting | None = None
        greeting = build_greeting(
            self._mechanism.name, self._mechanism.as_server, len(config.identity)
        )
        # A security mechanism is not to be had from old peers: nothing of the greeting need wait.
        first = SIGNATURE_SIZE if config.mechanism is None else GREETING_SIZE
        self._control = [greeting[:first]]
        self._unsaid = greeting[first:]
        # What differs with old peers: how messages become bytes and back.
        self._encode = encode
        self._encode_parts = encode_parts
        self._read_header = read_header
        #: Whether what `encode` returns is for this peer only.
        self.own_bytes = False
        self._ping = build_ping(config.heartbeat_ttl)
        self._pongs: list[bytes] = []
        # Whether `data_to_send` or `next_event` may have something: one look on the hot path.
        self.attention = True
        self._beats = config.heartbeat_interval > 0  # somebody asks for signs of life
        self._events: list[Event] = []
        self._received = bytearray()
        self._handshake_room = MAX_HANDSHAKE_SIZE
        self._ended = False
        self._decoder: FrameDecoder | Zmtp1Decoder = FrameDecoder(
            config.max_message_size, self._on_command
        )
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
        b"\\x01" + topic and b"\\x00" + topic, when our type is PUB or XPUB; so do JOIN and LEAVE
        with their groups when it is RADIO.
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
        return self._encode(messages)

    def encode_parts(self, messages: Sequence[Message]) -> list[bytes]:
        """Return a batch as buffers for a gathering write; bodies of 8 KiB up are not copied."""
        return self._encode_parts(messages)

    def size_of(self, message: Message) -> int:
        """Return how many bytes a message is on the wire."""
        return len(self._encode([message]))

    def encode_subscription(self, subscribe: bool, topic: bytes) -> bytes:
        """Return what tells the peer that we subscribe to `topic`, or no longer do.

        A DISH joins and leaves groups.
        """
        if self._config.socket_type == "DISH":
            return build_command(b"JOIN" if subscribe else b"LEAVE", topic)  # RFC 48
        if self._greeting is not None and self._greeting.takes_subscription_commands:
            return build_command(b"SUBSCRIBE" if subscribe else b"CANCEL", topic)
        # RFC 23 §the publish-subscribe pattern: a message whose first octet is 1 or 0.
        return self._encode([(b"\x01" if subscribe else b"\x00") + topic])

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
            if self._asked and self.state is ConnectionState.HANDSHAKE:
                detail = "the ZAP handler has not answered"
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
        if (old_peer := recognise(self._received)) is not None:
            self._go_down_to(old_peer)
            return
        self._greet_on()
        if len(self._received) < GREETING_SIZE:
            return
        greeting = parse_greeting(bytes(self._received[:GREETING_SIZE]))
        del self._received[:GREETING_SIZE]
        # RFC 37 §authentication: a mechanism that does not exactly match MUST end the connection.
        if greeting.mechanism != self._mechanism.name:
            detail = f"ours is {self._mechanism.name}, the peer's is {greeting.mechanism!r}"
            raise ProtocolError(FailureReason.MECHANISM_MISMATCH, detail)
        # libzmq neither announces the role nor looks at it: two servers wait for each other there.
        if greeting.as_server and self._mechanism.as_server:
            raise ProtocolError(FailureReason.SAME_ROLE, "both are servers")
        self._greeting = greeting
        self.state = next_state(self.state, Signal.GREETING_ACCEPTED)
        self._advance_handshake()

    def _greet_on(self) -> None:
        """Say as much of our greeting as the peer's allows: see `greeting`."""
        known = len(self._received) - SIGNATURE_SIZE
        if known < 0 or not self._unsaid:
            return
        # The revision at once, the rest once the peer's is known.
        if len(self._unsaid) == GREETING_SIZE - SIGNATURE_SIZE:
            self._say(self._unsaid[:1])
            self._unsaid = self._unsaid[1:]
        if known == 0:
            return
        if self._received[SIGNATURE_SIZE] > 1:
            self._say(self._unsaid)
        else:
            self._say(socket_type_octet(self._config.socket_type))
        self._unsaid = b""

    def _say(self, data: bytes) -> None:
        self._control.append(data)
        self.attention = True

    def _go_down_to(self, peer: OldPeer) -> None:
        """Speak ZMTP 1.0 or 2.0 with this peer."""
        config = self._config
        if config.mechanism is not None:
            detail = f"ZMTP {peer.version[0]}.0, which cannot authenticate"
            raise ProtocolError(FailureReason.UNSUPPORTED_VERSION, detail)
        if peer.greeting_size:
            self._greet_on()
        else:
            socket_type_octet(config.socket_type)  # our type must have existed then
        del self._received[: peer.greeting_size]
        self._greeting = Greeting(peer.version, "", as_server=False, is_old=True)
        self._mechanism = IdentityExchange(config, peer)
        self._beats = False
        self._heartbeat = Heartbeat(0, 0)
        if peer.version == (1, 0):
            self._speak_zmtp1(peer)
        else:
            self._decoder = FrameDecoder(config.max_message_size, _ignore)
        self.state = next_state(self.state, Signal.GREETING_ACCEPTED)
        self._advance_handshake()

    def _speak_zmtp1(self, peer: OldPeer) -> None:
        config = self._config
        everything = peer.wants_everything and config.socket_type in TAKES_SUBSCRIPTIONS
        self._decoder = Zmtp1Decoder(config.max_message_size, [b"\x01"] if everything else [])
        self._encode = zmtp1.encode
        self._encode_parts = zmtp1.encode_parts
        self._read_header = zmtp1.read_header
        self.own_bytes = True

    def _next_handshake_frame(self) -> bytes | None:
        """Cut the next frame off the input; None while it is incomplete.

        The COMMAND flag is not looked at: libzmq tells handshake commands by their body alone.
        """
        received = self._received
        header = self._read_header(received, 0)
        if header is None:
            return None
        start, size, _ = header
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
        status = self._mechanism.status
        if status is MechanismStatus.READY:
            self._become_ready()
        elif status is MechanismStatus.AUTHENTICATING and not self._asked:
            self._asked = True
            assert self._mechanism.credentials is not None
            self._events.append(
                AuthenticationNeeded(self._mechanism.credentials, self._mechanism.policy)
            )
            self.attention = True

    def authenticate(self, reply: Message | None) -> None:
        """Go on with what the ZAP handler said, after an `AuthenticationNeeded` event.

        reply: the handler's message as it came; None: there is no handler.
        """
        if self.state is not ConnectionState.HANDSHAKE:
            return
        try:
            self._mechanism.authenticate(None if reply is None else parse_reply(reply))
            self._advance_handshake()
            self._receive_handshake()
        except ProtocolError as error:
            self._fail(error)

    def authentication_failed(self, error: ProtocolError) -> None:
        """End the connection: the question to the ZAP handler came to nothing."""
        self._fail(error)

    def _become_ready(self) -> None:
        assert self._greeting is not None
        properties = self._mechanism.peer_properties
        self.peer = PeerInfo(
            socket_type=find_property(properties, "Socket-Type").decode("latin-1"),
            identity=find_property(properties, "Identity"),
            properties=MappingProxyType(dict(properties)),
            version=self._greeting.version,
            user_properties=MappingProxyType(dict(self._mechanism.user_properties)),
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
        elif name == b"JOIN" and self._config.socket_type == "RADIO":
            return b"\x01" + data
        elif name == b"LEAVE" and self._config.socket_type == "RADIO":
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
            detail = "in the middle of a message" if self._is_mid_message() else ""
            if self.state is ConnectionState.HANDSHAKE:
                detail = self._mechanism.hint()
            self._fail(ProtocolError(FailureReason.PEER_CLOSED, detail))

    def _is_mid_message(self) -> bool:
        return self._decoder.is_mid_message

    def _fail(self, error: ProtocolError) -> None:
        if self.state is ConnectionState.CLOSED:
            return
        if error.tell or error.reason in _TOLD:
            self._control.append(build_error(error.tell or str(error)))
        if self.state is ConnectionState.READY:
            self._events.append(Disconnected(error.reason, error.detail))
        else:
            self._events.append(HandshakeFailed(error.reason, error.detail))
        self.failure = error
        self.attention = True
        self.state = next_state(self.state, Signal.FAILED)
        self._decoder.clear()
        self._received.clear()


def _ignore(body: bytes) -> None:
    """A frame with the COMMAND flag from a peer that knows none: libzmq drops it."""
