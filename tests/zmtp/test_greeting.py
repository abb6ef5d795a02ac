"""The first 64 bytes: ours, and everybody else's."""

from __future__ import annotations

import pytest

from core.zmtp import Connection, ConnectionConfig, ConnectionState, FailureReason, HandshakeFailed
from core.zmtp.greeting import GREETING_SIZE, build_greeting, check_prefix, parse_greeting
from core.zmtp.null import NullMechanism
from tests.zmtp import wire


def failure_of(data: bytes, speak: wire.Speak = wire.whole) -> tuple[FailureReason, str]:
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    speak(connection, data)
    event = connection.next_event()
    assert isinstance(event, HandshakeFailed)
    assert connection.failure is not None
    assert (event.reason, event.detail) == (connection.failure.reason, connection.failure.detail)
    return event.reason, event.detail


def test_our_greeting_has_64_bytes_and_asks_for_3_1() -> None:
    greeting = build_greeting("NULL", as_server=False)
    assert greeting == wire.SIGNATURE + wire.greeting((3, 1))[10:]
    assert len(greeting) == GREETING_SIZE


def test_the_padding_tells_old_peers_the_size_of_our_identity() -> None:
    greeting = build_greeting("NULL", as_server=False, identity_size=255)
    assert greeting[:10] == b"\xff\0\0\0\0\0\0\x01\x00\x7f"


def test_as_server_is_the_33rd_byte() -> None:
    greeting = build_greeting("CURVE", as_server=True)
    assert greeting[32] == 1
    assert parse_greeting(greeting).as_server
    assert parse_greeting(greeting).mechanism == "CURVE"


def test_the_signature_goes_out_before_the_peer_says_anything_and_once() -> None:
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    assert connection.data_to_send() == wire.SIGNATURE
    assert connection.data_to_send() == b""


def test_what_follows_waits_for_what_the_peer_is() -> None:
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    connection.data_to_send()
    said = []
    for value in wire.greeting()[:63]:
        connection.receive_data(bytes((value,)))
        said.append(connection.data_to_send())
    assert said[9] == b"\x03"
    assert said[10] == wire.greeting()[11:]
    assert b"".join(said) == wire.greeting()[10:]


def test_with_a_mechanism_nothing_waits() -> None:
    connection = Connection(ConnectionConfig("PULL", mechanism=NullMechanism), now=0.0)
    assert connection.data_to_send() == wire.SIGNATURE + wire.greeting()[10:]
    connection.receive_data(wire.greeting())
    assert connection.data_to_send() == wire.ready(b"PULL")


def test_null_is_never_a_server() -> None:
    # RFC 37 §the NULL security mechanism: the as-server field MUST be zero.
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    connection.receive_data(wire.greeting())
    assert connection.data_to_send()[32] == 0


@pytest.mark.parametrize("way", wire.WAYS)
@pytest.mark.parametrize("version", [(3, 0), (3, 1), (3, 2), (3, 255), (4, 0), (255, 255), (2, 0)])
def test_versions_that_are_accepted(version: tuple[int, int], way: str) -> None:
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    wire.WAYS[way](connection, wire.handshake("PULL", version))
    assert connection.peer is not None
    assert connection.peer.version == version


@pytest.mark.parametrize("trailing", [b"", b"\x02" * 100])
@pytest.mark.parametrize("way", wire.WAYS)
@pytest.mark.parametrize(
    ("data", "reason", "told"),
    [
        (b"GET / HTTP/1.1\r\n", FailureReason.NOT_ZMTP, "HTTP"),
        (b"POST / HTTP/1.1\r\n", FailureReason.NOT_ZMTP, "HTTP"),
        (b"HTTP/1.1 400 Bad Request", FailureReason.NOT_ZMTP, "HTTP"),
        (b"PRI * HTTP/2.0\r\n", FailureReason.NOT_ZMTP, "HTTP"),
        (b"SSH-2.0-OpenSSH", FailureReason.NOT_ZMTP, "SSH"),
        (b"\x16\x03\x01\x02\x00\x01", FailureReason.NOT_ZMTP, "TLS"),
        (b"hello, world", FailureReason.NOT_ZMTP, "hell"),
        (b"\x00" * 64, FailureReason.NOT_ZMTP, "\\x00"),
        (wire.greeting(mechanism=b"PLAIN"), FailureReason.MECHANISM_MISMATCH, "PLAIN"),
        (wire.greeting(mechanism=b"CURVE"), FailureReason.MECHANISM_MISMATCH, "CURVE"),
        (wire.greeting(mechanism=b"null"), FailureReason.MECHANISM_MISMATCH, "null"),
        (wire.greeting(mechanism=b"NULL\0X"), FailureReason.MECHANISM_MISMATCH, "X"),
        (wire.greeting(mechanism=b""), FailureReason.MECHANISM_MISMATCH, "''"),
        (wire.greeting(mechanism=b"\xff" * 20), FailureReason.MECHANISM_MISMATCH, "ÿ"),
    ],
)
def test_peers_that_are_refused(
    data: bytes, reason: FailureReason, told: str, way: str, trailing: bytes
) -> None:
    seen, detail = failure_of(data + trailing, wire.WAYS[way])
    assert seen is reason
    assert told in detail


@pytest.mark.parametrize("data", [b"G", b"GET", b"\x00", b"\x00\x00\x00", b"\x05"])
def test_too_little_to_tell_anything(data: bytes) -> None:
    connection = Connection(ConnectionConfig("PULL", handshake_timeout=3.0), now=0.0)
    connection.receive_data(data)
    assert connection.state is ConnectionState.GREETING
    connection.handle_timeout(3.0)
    assert connection.next_event() == HandshakeFailed(
        FailureReason.HANDSHAKE_TIMEOUT, "in state greeting"
    )


@pytest.mark.parametrize("size", range(GREETING_SIZE))
def test_less_than_a_greeting_decides_nothing(size: int) -> None:
    check_prefix(wire.greeting()[:size])
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    connection.receive_data(wire.greeting()[:size])
    seen = [connection.state]
    connection.receive_data(wire.greeting()[size:])
    seen.append(connection.state)
    assert seen == [ConnectionState.GREETING, ConnectionState.HANDSHAKE]


def test_padding_filler_and_as_server_are_not_looked_at() -> None:
    # RFC 37 §version negotiation: a peer MUST NOT interpret the padding in any way whatsoever.
    greeting = bytearray(wire.greeting())
    greeting[1:9] = b"\xaa" * 8
    greeting[9] = 0x01
    greeting[32:] = b"\x55" * 32
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    connection.receive_data(bytes(greeting) + wire.ready(b"PUSH"))
    assert connection.state is ConnectionState.READY


def test_our_ready_follows_the_peers_greeting_and_not_before() -> None:
    connection = Connection(ConnectionConfig("PULL"), now=0.0)
    connection.receive_data(wire.greeting()[:-1])
    connection.data_to_send()
    connection.receive_data(wire.greeting()[-1:])
    assert connection.data_to_send() == wire.ready(b"PULL")


@pytest.mark.parametrize(
    ("version", "as_command"), [((3, 0), False), ((3, 1), True), ((3, 2), True), ((4, 0), True)]
)
def test_who_gets_subscriptions_as_commands(version: tuple[int, int], as_command: bool) -> None:
    assert parse_greeting(wire.greeting(version)).takes_subscription_commands is as_command
