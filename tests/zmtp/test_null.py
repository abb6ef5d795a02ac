"""The NULL handshake: READY, ERROR, metadata, and what is refused."""

from __future__ import annotations

from itertools import product

import pytest

from core.zmtp import (
    Connection,
    ConnectionConfig,
    ConnectionState,
    FailureReason,
    HandshakeFailed,
    HandshakeSucceeded,
    PeerInfo,
    ProtocolError,
)
from core.zmtp.connection import MAX_HANDSHAKE_SIZE
from core.zmtp.mechanism import MechanismStatus
from core.zmtp.null import NullMechanism
from core.zmtp.socket_types import COMPATIBLE
from tests.zmtp import wire

PUSH_READY = wire.ready(b"PUSH")


@pytest.fixture(params=wire.WAYS)
def speak(request: pytest.FixtureRequest) -> wire.Speak:
    return wire.WAYS[request.param]


def answer(ready: bytes, socket_type: str = "PULL", speak: wire.Speak = wire.whole) -> Connection:
    connection = Connection(ConnectionConfig(socket_type), now=0.0)
    connection.receive_data(wire.greeting()[:11])
    connection.data_to_send()
    speak(connection, wire.greeting()[11:] + ready)
    return connection


def refusal(connection: Connection) -> FailureReason:
    assert connection.state is ConnectionState.CLOSED
    event = connection.next_event()
    assert isinstance(event, HandshakeFailed)
    assert connection.next_event() is None
    return event.reason


@pytest.mark.parametrize("trailing", [b"", b"\x00", wire.frame(b"first")])
def test_success_is_told_once_with_the_peer(speak: wire.Speak, trailing: bytes) -> None:
    connection = answer(wire.ready(b"PUSH", X_Name=b"\x00\xff") + trailing, speak=speak)
    properties = {"Socket-Type": b"PUSH", "X-Name": b"\x00\xff"}
    peer = PeerInfo("PUSH", b"", properties, (3, 1))
    assert connection.next_event() == HandshakeSucceeded(peer)
    assert connection.next_event() is None
    assert connection.peer == peer
    expected = [b"first"] if len(trailing) > 1 else []
    assert connection.receive_messages(10) == expected


def test_the_peers_properties_cannot_be_changed() -> None:
    peer = answer(PUSH_READY).peer
    assert peer is not None
    with pytest.raises(TypeError):
        peer.properties["Socket-Type"] = b"PUB"  # type: ignore[index]


@pytest.mark.parametrize(("ours", "theirs"), list(product(COMPATIBLE, COMPATIBLE)))
def test_every_pair_of_socket_types(ours: str, theirs: str) -> None:
    connection = answer(wire.ready(theirs.encode()), ours)
    if theirs in COMPATIBLE[ours]:
        assert connection.state is ConnectionState.READY
    else:
        assert refusal(connection) is FailureReason.INCOMPATIBLE_SOCKET_TYPE
        assert theirs in str(connection.failure)
        assert ours in str(connection.failure)


def test_compatibility_is_mutual() -> None:
    for ours, partners in COMPATIBLE.items():
        assert all(ours in COMPATIBLE[theirs] for theirs in partners)


@pytest.mark.parametrize("theirs", [b"NONSENSE", b"push", b"PUSH ", b"\xff\xff", b"P" * 60000])
def test_unknown_socket_types_are_refused(speak: wire.Speak, theirs: bytes) -> None:
    connection = answer(wire.ready(theirs), speak=speak)
    assert refusal(connection) is FailureReason.INCOMPATIBLE_SOCKET_TYPE
    assert len(str(connection.failure)) < 300


def test_a_peer_of_the_wrong_type_is_told_why() -> None:
    # RFC 37 §the Socket-Type property: errors SHOULD be answered by an ERROR command.
    connection = answer(wire.ready(b"PUB"))
    sent = connection.data_to_send()
    assert sent.startswith(wire.ready(b"PULL"))
    error = sent.removeprefix(wire.ready(b"PULL"))
    assert error[:8] == bytes([4, len(error) - 2, 5]) + b"ERROR"
    assert b"PUB" in error


def test_a_peer_without_a_socket_type_is_accepted_as_libzmq_does(speak: wire.Speak) -> None:
    connection = answer(wire.command(b"READY"), speak=speak)
    assert connection.peer == PeerInfo("", b"", {}, (3, 1))


@pytest.mark.parametrize("size", [0, 1, 254, 255])
def test_identities_up_to_255_bytes(speak: wire.Speak, size: int) -> None:
    connection = answer(wire.ready(b"DEALER", Identity=b"i" * size), "ROUTER", speak)
    assert connection.peer is not None
    assert connection.peer.identity == b"i" * size


def test_a_longer_identity_is_refused_and_the_peer_told(speak: wire.Speak) -> None:
    connection = answer(wire.ready(b"DEALER", Identity=b"i" * 256), "ROUTER", speak)
    assert b"ERROR" in connection.data_to_send()
    assert refusal(connection) is FailureReason.INVALID_IDENTITY


@pytest.mark.parametrize("name", ["socket-type", "SOCKET-TYPE", "Socket-type"])
def test_property_names_are_case_insensitive(name: str) -> None:
    # RFC 37 §connection metadata.
    connection = answer(wire.command(b"READY", wire.metadata(**{name: b"PUB"})))
    assert refusal(connection) is FailureReason.INCOMPATIBLE_SOCKET_TYPE


def test_of_a_property_that_comes_twice_the_first_counts() -> None:
    data = wire.metadata(Socket_Type=b"PUSH") + wire.metadata(Socket_Type=b"PUB")
    peer = answer(wire.command(b"READY", data)).peer
    assert peer is not None
    assert peer.socket_type == "PUSH"


def test_property_names_are_not_checked_just_as_in_libzmq() -> None:
    data = b"\0\0\0\0\x01x" + b"\x01\xe9\0\0\0\0" + wire.metadata(Socket_Type=b"PUSH")
    peer = answer(wire.command(b"READY", data)).peer
    assert peer is not None
    assert peer.properties == {"": b"x", "é": b"", "Socket-Type": b"PUSH"}


@pytest.mark.parametrize("trailing", [b"", PUSH_READY])
@pytest.mark.parametrize("cut", range(1, len(wire.metadata(Socket_Type=b"PUSH"))))
def test_metadata_that_is_cut_short(speak: wire.Speak, cut: int, trailing: bytes) -> None:
    data = wire.metadata(Socket_Type=b"PUSH")[:cut]
    connection = answer(wire.command(b"READY", data) + trailing, speak=speak)
    assert refusal(connection) is FailureReason.MALFORMED_METADATA


@pytest.mark.parametrize("size", [b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\0\0\0\2"])
def test_a_property_longer_than_its_command(speak: wire.Speak, size: bytes) -> None:
    connection = answer(wire.command(b"READY", b"\x01X" + size + b"v"), speak=speak)
    assert refusal(connection) is FailureReason.MALFORMED_METADATA


@pytest.mark.parametrize(
    ("command", "reason", "detail"),
    [
        (wire.command(b"ERROR", b"\x02no"), FailureReason.REFUSED_BY_PEER, "no"),
        (wire.command(b"ERROR", b"\x02no way"), FailureReason.REFUSED_BY_PEER, "no"),
        (wire.command(b"ERROR", b"\x00"), FailureReason.REFUSED_BY_PEER, ""),
        (wire.command(b"ERROR", b"\x03400"), FailureReason.AUTHENTICATION_FAILED, "status 400"),
        (
            wire.command(b"ERROR", b"\x03300"),
            FailureReason.AUTHENTICATION_UNAVAILABLE,
            "status 300",
        ),
        (wire.command(b"ERROR", b"\x03500"), FailureReason.AUTHENTICATION_ERROR, "status 500"),
        (wire.command(b"ERROR", b"\x03200"), FailureReason.REFUSED_BY_PEER, "200"),
        (wire.command(b"ERROR"), FailureReason.MALFORMED_ERROR, ""),
        (wire.command(b"ERROR", b"\x05no"), FailureReason.MALFORMED_ERROR, ""),
        (wire.command(b"PING", b"\0\0"), FailureReason.UNEXPECTED_COMMAND, "PING"),
        (wire.command(b"HELLO"), FailureReason.UNEXPECTED_COMMAND, "HELLO"),
        (wire.command(b"READYX"), FailureReason.UNEXPECTED_COMMAND, "READYX"),
        (wire.command(b"ready"), FailureReason.UNEXPECTED_COMMAND, "ready"),
        (wire.frame(b"\x00"), FailureReason.UNEXPECTED_COMMAND, ""),
        (wire.frame(b""), FailureReason.MALFORMED_COMMAND, ""),
        (wire.frame(b"\x06READY", flags=4), FailureReason.MALFORMED_COMMAND, ""),
        (wire.frame(b"hello"), FailureReason.MALFORMED_COMMAND, "hello"),
    ],
)
@pytest.mark.parametrize("trailing", [b"", PUSH_READY])
def test_commands_that_end_the_handshake(
    speak: wire.Speak, command: bytes, reason: FailureReason, detail: str, trailing: bytes
) -> None:
    connection = answer(command + trailing, speak=speak)
    assert connection.failure is not None
    assert detail in connection.failure.detail
    assert refusal(connection) is reason


@pytest.mark.parametrize("flags", [0, 1, 4, 5, 0x80])
def test_ready_is_known_by_its_body_alone_as_in_libzmq(speak: wire.Speak, flags: int) -> None:
    connection = answer(bytes([flags]) + PUSH_READY[1:], speak=speak)
    assert connection.state is ConnectionState.READY


def test_ready_in_a_long_frame(speak: wire.Speak) -> None:
    body = PUSH_READY[2:]
    connection = answer(b"\x06" + len(body).to_bytes(8, "big") + body, speak=speak)
    assert connection.state is ConnectionState.READY


def test_the_handshake_may_have_64_kib(speak: wire.Speak) -> None:
    fixed = len(wire.metadata(Socket_Type=b"PUSH", X=b"")) + len(b"\x05READY")
    fits = wire.ready(b"PUSH", X=b"x" * (MAX_HANDSHAKE_SIZE - fixed))
    assert answer(fits, speak=speak).state is ConnectionState.READY


@pytest.mark.parametrize("size", [MAX_HANDSHAKE_SIZE + 1, 2**31, 2**63 - 1, 2**63, 2**64 - 1])
def test_more_is_refused_on_the_announcement(speak: wire.Speak, size: int) -> None:
    connection = answer(b"\x06" + size.to_bytes(8, "big"), speak=speak)
    assert refusal(connection) is FailureReason.HANDSHAKE_TOO_LARGE


def test_max_message_size_is_about_messages_only() -> None:
    connection = wire.connect(ConnectionConfig("PULL", max_message_size=0))
    assert connection.state is ConnectionState.READY


def test_metadata_of_our_own_is_announced_last() -> None:
    config = ConnectionConfig("DEALER", identity=b"me", metadata={"X-Hello": b"World"})
    expected = wire.ready(b"DEALER", Identity=b"me", X_Hello=b"World")
    assert NullMechanism(config).next_handshake_command() == expected


@pytest.mark.parametrize("socket_type", COMPATIBLE)
def test_who_announces_an_identity(socket_type: str) -> None:
    command = NullMechanism(ConnectionConfig(socket_type, identity=b"me")).next_handshake_command()
    assert command is not None
    assert (b"\x08Identity" in command) is (socket_type in {"REQ", "DEALER", "ROUTER"})


def test_the_mechanism_is_ready_when_both_have_spoken() -> None:
    mechanism = NullMechanism(ConnectionConfig("PULL"))
    mechanism.process_handshake_command(PUSH_READY[2:])
    seen = [mechanism.status]
    assert mechanism.next_handshake_command() == wire.ready(b"PULL")
    seen.append(mechanism.status)
    assert seen == [MechanismStatus.HANDSHAKING, MechanismStatus.READY]
    assert mechanism.next_handshake_command() is None


def test_a_second_ready_is_refused() -> None:
    mechanism = NullMechanism(ConnectionConfig("PULL"))
    mechanism.process_handshake_command(PUSH_READY[2:])
    with pytest.raises(ProtocolError) as caught:
        mechanism.process_handshake_command(PUSH_READY[2:])
    assert caught.value.reason is FailureReason.UNEXPECTED_COMMAND
