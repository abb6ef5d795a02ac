"""Traffic on a ready connection, and how it ends."""

from __future__ import annotations

from functools import partial

import pytest

from core.zmtp import (
    Connection,
    ConnectionConfig,
    ConnectionState,
    Disconnected,
    FailureReason,
    HandshakeFailed,
    Message,
)
from core.zmtp.connection import MAX_HANDSHAKE_SIZE
from core.zmtp.mechanism import Mechanism, MechanismStatus
from tests.zmtp import wire

PING = wire.command(b"PING", b"\0\0")
PONG = wire.command(b"PONG")


@pytest.fixture(params=wire.WAYS)
def speak(request: pytest.FixtureRequest) -> wire.Speak:
    return wire.WAYS[request.param]


def test_two_connections_talk() -> None:
    push = Connection(ConnectionConfig("PUSH"), now=0.0)
    pull = Connection(ConnectionConfig("PULL"), now=0.0)
    for _ in range(4):
        pull.receive_data(push.data_to_send())
        push.receive_data(pull.data_to_send())
    assert push.peer is not None
    assert push.peer.socket_type == "PULL"
    batch: list[Message] = [b"one", [b"two", b"frames"], b"x" * 100_000]
    pull.receive_data(push.encode(batch))
    pull.receive_data(b"".join(push.encode_parts(batch)))
    assert pull.receive_messages(100) == batch + batch


def test_everything_at_once() -> None:
    """Greeting, READY and messages of an eager peer in one read."""
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    connection.receive_data(wire.handshake("PULL") + wire.messages([b"a", b"b"]))
    assert connection.has_input
    assert connection.receive_messages(10) == [b"a", b"b"]


def test_there_are_no_messages_before_the_handshake_is_done() -> None:
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    connection.receive_data(wire.greeting())
    assert connection.receive_messages(10) == []
    assert not connection.has_input
    assert connection.bytes_wanted == 0


def test_the_limit_is_kept(speak: wire.Speak) -> None:
    connection = wire.pull()
    speak(connection, wire.messages([b"x"] * 30))
    assert connection.receive_messages(0) == []
    assert len(connection.receive_messages(29)) == 29
    assert connection.has_input
    assert len(connection.receive_messages(29)) == 1
    assert not connection.has_input


def test_bytes_wanted_sizes_the_next_read() -> None:
    connection = wire.pull()
    connection.receive_data(wire.frame(b"x" * 100_000)[:1009])
    assert connection.receive_messages(1) == []
    assert connection.bytes_wanted == 99_000


@pytest.mark.parametrize("socket_type", ["PUB", "XPUB"])
@pytest.mark.parametrize("version", [(3, 0), (3, 1)])
def test_subscriptions_become_messages(
    speak: wire.Speak, socket_type: str, version: tuple[int, int]
) -> None:
    connection = wire.connect(ConnectionConfig(socket_type), version)
    speak(connection, wire.command(b"SUBSCRIBE", b"topic") + wire.frame(b"\x01old"))
    speak(connection, wire.command(b"CANCEL", b"topic") + wire.command(b"SUBSCRIBE"))
    expected = [b"\x01topic", b"\x01old", b"\x00topic", b"\x01"]
    assert connection.receive_messages(10) == expected


@pytest.mark.parametrize("socket_type", ["PULL", "SUB", "ROUTER"])
def test_others_do_not_care_for_subscriptions(speak: wire.Speak, socket_type: str) -> None:
    connection = wire.connect(ConnectionConfig(socket_type))
    speak(connection, wire.command(b"SUBSCRIBE", b"topic") + wire.command(b"CANCEL", b"topic"))
    assert connection.receive_messages(10) == []
    assert connection.state is ConnectionState.READY


@pytest.mark.parametrize(
    "command",
    [
        wire.command(b"NONSENSE", b"data"),
        wire.command(b"READY"),
        wire.command(b"JOIN", b"group"),
        wire.command(b"ping", b"\0\0"),
        wire.command(b"PONG", b"context that nobody asked for"),
        wire.command(b"NONSENSE" * 30, b"data" * 100),
        wire.frame(b"", flags=4),
        wire.frame(b"\x09", flags=4),
        wire.frame(b"\xffPING", flags=4),
    ],
)
def test_unknown_and_malformed_commands_are_ignored_as_in_libzmq(
    speak: wire.Speak, command: bytes
) -> None:
    connection = wire.pull()
    speak(connection, wire.frame(b"a") + command + wire.frame(b"b"))
    assert connection.receive_messages(10) == [b"a", b"b"]
    assert connection.data_to_send() == b""


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (wire.command(b"PING"), FailureReason.MALFORMED_COMMAND),
        (wire.command(b"PING", b"\0"), FailureReason.MALFORMED_COMMAND),
        (wire.command(b"ERROR", b"\x02no"), FailureReason.REFUSED_BY_PEER),
        (wire.command(b"ERROR"), FailureReason.MALFORMED_ERROR),
    ],
)
def test_commands_that_end_a_connection(
    speak: wire.Speak, command: bytes, reason: FailureReason
) -> None:
    connection = wire.pull()
    speak(connection, wire.frame(b"a") + command + wire.frame(b"never"))
    assert connection.receive_messages(10) == [b"a"]
    event = connection.next_event()
    assert isinstance(event, Disconnected)
    assert event.reason is reason
    assert connection.receive_messages(10) == []


def test_pongs_that_nobody_takes_do_not_pile_up() -> None:
    connection = wire.pull()
    for context in range(100):
        connection.receive_data(wire.command(b"PING", b"\0\0" + bytes([context])))
        connection.receive_messages(1)
    # The latest count: they are the ones that the peer may still be waiting for.
    expected = [wire.command(b"PONG", bytes([context])) for context in range(84, 100)]
    assert connection.data_to_send() == b"".join(expected)


def test_every_ping_is_answered(speak: wire.Speak) -> None:
    connection = wire.pull()
    speak(connection, PING + wire.frame(b"a") + PING)
    assert connection.receive_messages(10) == [b"a"]
    assert connection.data_to_send() == PONG + PONG
    assert connection.data_to_send() == b""


def test_too_large_is_refused_on_the_announcement(speak: wire.Speak) -> None:
    connection = wire.pull(max_message_size=1000)
    speak(connection, wire.frame(b"x" * 1000) + b"\x02" + (1001).to_bytes(8, "big"))
    assert connection.receive_messages(10) == [b"x" * 1000]
    event = connection.next_event()
    assert isinstance(event, Disconnected)
    assert event.reason is FailureReason.FRAME_TOO_LARGE
    assert "1001" in event.detail


def test_end_of_input_leaves_complete_messages_to_be_received(speak: wire.Speak) -> None:
    connection = wire.pull()
    speak(connection, wire.messages([b"a", [b"b", b"c"], b"d"]))
    connection.receive_eof()
    assert connection.next_event() is None
    assert connection.receive_messages(2) == [b"a", [b"b", b"c"]]
    assert connection.next_event() is None
    assert connection.receive_messages(10) == [b"d"]
    assert connection.next_event() == Disconnected(FailureReason.PEER_CLOSED)


@pytest.mark.parametrize(
    "rest", [b"\0", b"\0\5hell", b"\2" + bytes(7), wire.frame(b"first of two", flags=1)]
)
def test_end_of_input_inside_a_message(speak: wire.Speak, rest: bytes) -> None:
    connection = wire.pull()
    speak(connection, wire.frame(b"a") + rest)
    assert connection.receive_messages(10) == [b"a"]
    connection.receive_eof()
    expected = Disconnected(FailureReason.PEER_CLOSED, "in the middle of a message")
    assert list(wire.events(connection)) == [expected]
    assert connection.state is ConnectionState.CLOSED


def test_end_of_input_twice_is_one_event() -> None:
    connection = wire.pull()
    connection.receive_eof()
    connection.receive_eof()
    assert list(wire.events(connection)) == [Disconnected(FailureReason.PEER_CLOSED)]


def test_end_of_input_during_the_handshake() -> None:
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    connection.receive_data(wire.greeting()[:10])
    connection.receive_eof()
    assert connection.next_event() == HandshakeFailed(FailureReason.PEER_CLOSED, "")


def test_data_after_the_end_is_discarded() -> None:
    connection = wire.pull()
    connection.receive_data(wire.frame(b"a"))
    connection.receive_eof()
    connection.receive_data(wire.frame(b"b"))
    assert connection.receive_messages(10) == [b"a"]


class Whisper(Mechanism):
    """A mechanism of two rounds: HELLO and WELCOME, then READY each way."""

    name = "WHISPER"

    def __init__(self, config: ConnectionConfig, as_server: bool = False) -> None:
        super().__init__(config)
        self.as_server = as_server
        self.peer_properties = {
            "Socket-Type": b"PAIR",
            "Identity": b"whisperer",
        }
        self._to_send = [] if as_server else [wire.command(b"HELLO")]
        self._answers = {b"HELLO": b"WELCOME", b"WELCOME": b"READY", b"READY": b"READY"}
        self._done = False

    @property
    def status(self) -> MechanismStatus:
        return MechanismStatus.READY if self._done else MechanismStatus.HANDSHAKING

    def next_handshake_command(self) -> bytes | None:
        return self._to_send.pop() if self._to_send else None

    def process_handshake_command(self, body: bytes) -> None:
        name = body[1:]
        self._done = name == b"READY"
        if not (self._done and self.as_server is False):
            self._to_send.append(wire.command(self._answers[name]))


def test_other_mechanisms_have_a_place() -> None:
    client = Connection(ConnectionConfig("PAIR", mechanism=Whisper), now=0.0)
    whispering_server = partial(Whisper, as_server=True)
    server = Connection(ConnectionConfig("PAIR", mechanism=whispering_server), now=0.0)
    for _ in range(4):
        server.receive_data(client.data_to_send())
        client.receive_data(server.data_to_send())
    assert [client.state, server.state] == [ConnectionState.READY] * 2
    assert client.peer is not None
    assert client.peer.identity == b"whisperer"


def test_a_peer_with_another_mechanism_is_refused() -> None:
    connection = Connection(ConnectionConfig("PAIR", mechanism=Whisper), now=0.0)
    assert connection.data_to_send()[12:20] == b"WHISPER\0"
    connection.receive_data(wire.greeting())
    assert connection.next_event() == HandshakeFailed(
        FailureReason.MECHANISM_MISMATCH, "ours is WHISPER, the peer's is 'NULL'"
    )


class Endless(Whisper):
    """A mechanism that takes whatever comes and never has enough."""

    def process_handshake_command(self, body: bytes) -> None:
        assert body


def test_a_handshake_cannot_go_on_for_ever() -> None:
    connection = Connection(ConnectionConfig("PAIR", mechanism=Endless), now=0.0)
    connection.receive_data(wire.greeting(mechanism=b"WHISPER"))
    command = wire.command(b"MORE", b"x" * 995)
    sent = 0
    while connection.state is ConnectionState.HANDSHAKE:
        connection.receive_data(command)
        sent += 1
    assert sent == MAX_HANDSHAKE_SIZE // 1000 + 1
    assert connection.failure is not None
    assert connection.failure.reason is FailureReason.HANDSHAKE_TOO_LARGE
