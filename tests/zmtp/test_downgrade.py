"""Peers of ZMTP 1.0 and 2.0: recognised octet by octet, and spoken with in their own way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.zmtp import (
    Connection,
    ConnectionConfig,
    ConnectionState,
    FailureReason,
    HandshakeFailed,
    HandshakeSucceeded,
    Message,
)
from core.zmtp.downgrade import recognise
from core.zmtp.null import NullMechanism
from tests.support.old_peers import TYPES, frame, greeting, signature
from tests.zmtp import wire

VERSIONS = {1: (1, 0), 2: (2, 0)}
YOUNG = ["STREAM", "CLIENT", "SERVER", "RADIO", "DISH", "SCATTER", "GATHER", "PEER", "CHANNEL"]


@pytest.fixture(params=wire.WAYS)
def speak(request: pytest.FixtureRequest) -> wire.Speak:
    return wire.WAYS[request.param]


@pytest.fixture(params=[1, 2], ids=["ZMTP 1.0", "ZMTP 2.0"])
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def failure(connection: Connection) -> FailureReason:
    event = connection.next_event()
    assert isinstance(event, HandshakeFailed)
    assert connection.state is ConnectionState.CLOSED
    return event.reason


@pytest.mark.parametrize("trailing", [b"", b"tail"])
@pytest.mark.parametrize("identity", [b"", b"me", b"i" * 253, b"i" * 254, b"i" * 255])
def test_a_peer_becomes_ready(
    version: int, identity: bytes, trailing: bytes, speak: wire.Speak
) -> None:
    connection = Connection(ConnectionConfig("ROUTER"), now=0.0)
    speak(connection, greeting(version, "DEALER", identity))
    if trailing:
        speak(connection, frame(version, trailing))
    event = connection.next_event()
    assert isinstance(event, HandshakeSucceeded)
    assert (event.peer.version, event.peer.identity) == (VERSIONS[version], identity)
    assert event.peer.socket_type == ("DEALER" if version == 2 else "")
    assert connection.receive_messages(5) == ([trailing] if trailing else [])


@pytest.mark.parametrize("kind", TYPES)
def test_what_we_say_to_zmtp_2(kind: str, speak: wire.Speak) -> None:
    identity = b"me" if kind == "DEALER" else b""
    connection = Connection(ConnectionConfig(kind, identity=identity), now=0.0)
    speak(connection, signature() + b"\x01\xff")  # an unknown type is nobody's business
    expected = signature(identity) + bytes((3, TYPES[kind], 0, len(identity))) + identity
    assert connection.data_to_send() == expected


@pytest.mark.parametrize("identity", [b"", b"me", b"n" * 255])
def test_what_we_say_to_zmtp_1(identity: bytes, speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig("DEALER", identity=identity), now=0.0)
    said = connection.data_to_send()
    assert said == signature(identity)
    speak(connection, greeting(1, "ROUTER"))
    # Our signature is the header of the frame, in its long form.
    assert connection.data_to_send() == identity


def test_revision_0_is_zmtp_1_behind_a_greeting(speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig("PULL", identity=b"me"), now=0.0)
    speak(connection, signature() + bytes((0, TYPES["PUSH"])) + frame(1, b"") + frame(1, b"hello"))
    assert connection.data_to_send() == signature(b"me") + bytes((3, TYPES["PULL"])) + b"\x03\0me"
    assert connection.receive_messages(5) == [b"hello"]


def test_a_long_identity_frame_is_no_signature(speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig("ROUTER"), now=0.0)
    speak(connection, b"\xff" + (5).to_bytes(8, "big") + b"\0name" + frame(1, b"hello"))
    assert connection.peer is not None
    assert connection.peer.identity == b"name"
    assert connection.receive_messages(5) == [b"hello"]


def test_only_enough_octets_tell() -> None:
    assert recognise(b"") is None
    assert recognise(b"\x05") is None
    assert recognise(b"GE") is None
    whole = greeting(2, "PUSH")
    assert [recognise(whole[:size]) for size in range(12)] == [None] * 12
    assert recognise(whole[:12]) is not None
    assert recognise(wire.greeting()) is None


def test_the_revision_waits_for_a_peer_that_could_not_bear_it() -> None:
    connection = Connection(ConnectionConfig("PUSH"), now=0.0)
    connection.data_to_send()
    connection.receive_data(b"\x01")
    assert connection.data_to_send() == b""
    connection.receive_data(b"\x00")
    assert connection.data_to_send() == b""  # the identity is empty, and said already
    assert connection.state is ConnectionState.READY


@pytest.mark.parametrize("kind", ["PUB", "XPUB"])
def test_zmtp_1_subscribers_get_everything(kind: str, speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig(kind), now=0.0)
    speak(connection, greeting(1, "SUB"))
    assert connection.receive_messages(5) == [b"\x01"]
    connection = Connection(ConnectionConfig(kind), now=0.0)
    speak(connection, greeting(2, "SUB") + frame(2, b"\x01news"))
    assert connection.receive_messages(5) == [b"\x01news"]


def test_subscriptions_are_messages(version: int) -> None:
    connection = Connection(ConnectionConfig("SUB"), now=0.0)
    connection.receive_data(greeting(version, "PUB"))
    assert connection.encode_subscription(True, b"news") == frame(version, b"\x01news")
    assert connection.encode_subscription(False, b"news") == frame(version, b"\x00news")


def test_there_are_no_heartbeats(version: int) -> None:
    config = ConnectionConfig("PULL", heartbeat_interval=1.0, heartbeat_timeout=2.0)
    connection = Connection(config, now=0.0)
    connection.receive_data(greeting(version, "PUSH"))
    connection.data_to_send()
    assert connection.next_deadline is None
    for now in (1.0, 10.0, 100.0):
        connection.handle_timeout(now)
    assert connection.data_to_send() == b""
    assert connection.state is ConnectionState.READY


def test_commands_mean_nothing_to_zmtp_2(speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig("PUB"), now=0.0)
    connection.receive_data(greeting(2, "SUB"))
    connection.data_to_send()
    speak(connection, wire.command(b"PING", b"\0\1") + wire.command(b"SUBSCRIBE", b"a"))
    speak(connection, frame(2, b"\x01b"))
    assert connection.receive_messages(5) == [b"\x01b"]
    assert connection.data_to_send() == b""


def test_who_shares_what_we_encode(version: int) -> None:
    connection = Connection(ConnectionConfig("PUB"), now=0.0)
    assert not connection.own_bytes
    connection.receive_data(greeting(version, "SUB"))
    assert connection.own_bytes is (version == 1)
    batch: list[Message] = [b"x" * 300, [b"a", b"b"]]
    expected = frame(version, b"x" * 300) + frame(version, b"a", more=True) + frame(version, b"b")
    assert connection.encode(batch) == b"".join(connection.encode_parts(batch)) == expected


@pytest.mark.parametrize("kind", YOUNG)
def test_types_that_did_not_exist_then(kind: str, version: int, speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig(kind), now=0.0)
    speak(connection, greeting(version, "PAIR"))
    assert failure(connection) is FailureReason.UNSUPPORTED_VERSION
    assert connection.failure is not None
    assert f"no {kind} sockets" in connection.failure.detail


def test_who_wants_security_does_not_go_down(version: int, speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig("PULL", mechanism=NullMechanism), now=0.0)
    speak(connection, greeting(version, "PUSH"))
    assert failure(connection) is FailureReason.UNSUPPORTED_VERSION
    assert connection.failure is not None
    assert f"ZMTP {version}.0, which cannot authenticate" in connection.failure.detail


def test_a_peer_of_the_wrong_type_is_refused(speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    speak(connection, greeting(2, "PUB"))
    assert failure(connection) is FailureReason.INCOMPATIBLE_SOCKET_TYPE


def test_an_identity_that_is_too_long(version: int, speak: wire.Speak) -> None:
    connection = Connection(ConnectionConfig("ROUTER"), now=0.0)
    start = b"" if version == 1 else greeting(2, "DEALER")[:12]
    speak(connection, start + frame(version, b"i" * 256))
    assert failure(connection) is FailureReason.INVALID_IDENTITY


def test_a_handshake_that_is_not_finished_in_time(version: int) -> None:
    connection = Connection(ConnectionConfig("PULL", handshake_timeout=3.0), now=0.0)
    connection.receive_data(greeting(version, "PUSH", b"me")[:-1])
    connection.handle_timeout(3.0)
    assert failure(connection) is FailureReason.HANDSHAKE_TIMEOUT


@given(
    st.sampled_from([1, 2]),
    st.binary(max_size=255),
    st.lists(st.binary(max_size=300), max_size=5),
    st.lists(st.integers(1, 20), max_size=30),
)
def test_however_it_is_cut(
    version: int, identity: bytes, bodies: list[bytes], cuts: list[int]
) -> None:
    data = greeting(version, "DEALER", identity)
    data += b"".join(frame(version, body) for body in bodies)
    connection = Connection(ConnectionConfig("ROUTER"), now=0.0)
    for size in cuts:
        connection.receive_data(data[:size])
        data = data[size:]
    connection.receive_data(data)
    assert connection.peer is not None
    assert connection.peer.identity == identity
    assert connection.receive_messages(100) == bodies


@given(st.sampled_from([1, 2]), st.binary(max_size=100))
def test_whatever_follows_ends_one_connection_at_most(version: int, garbage: bytes) -> None:
    connection = Connection(ConnectionConfig("PUB"), now=0.0)
    connection.receive_data(greeting(version, "SUB") + garbage)
    connection.receive_messages(100)
    connection.receive_eof()
    connection.receive_messages(100)
    assert connection.state is ConnectionState.CLOSED
