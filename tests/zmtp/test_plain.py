"""The PLAIN handshake (RFC 24): the bytes of each command, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.zmtp import ConnectionState, FailureReason, HandshakeSucceeded
from core.zmtp.zap import Credentials, ZapPolicy
from tests.zmtp import security, wire

GREETING = wire.greeting(mechanism=b"PLAIN")
HELLO = wire.command(b"HELLO", b"\x04anna\x06secret")
INITIATE = wire.command(b"INITIATE", wire.metadata(Socket_Type=b"DEALER", Identity=b""))
READY = wire.command(b"READY", wire.metadata(Socket_Type=b"DEALER", Identity=b""))
WELCOME = wire.command(b"WELCOME")


@pytest.fixture(params=wire.WAYS)
def speak(request: pytest.FixtureRequest) -> wire.Speak:
    return wire.WAYS[request.param]


def test_the_clients_bytes(speak: wire.Speak) -> None:
    client = security.open_connection(security.plain_client())
    assert client.data_to_send() == wire.SIGNATURE + GREETING[10:]
    speak(client, GREETING)
    assert client.data_to_send() == HELLO
    speak(client, WELCOME)
    assert client.data_to_send() == INITIATE
    speak(client, READY)
    assert client.state is ConnectionState.READY
    assert client.encode([b"in clear text"]) == wire.message(b"in clear text")


def test_the_servers_bytes(speak: wire.Speak) -> None:
    server = security.open_connection(security.plain_server())
    # RFC 37: the as-server field says who is the server.
    assert server.data_to_send() == wire.SIGNATURE + GREETING[10:32] + b"\x01" + GREETING[33:]
    speak(server, GREETING + HELLO)
    assert server.data_to_send() == b""  # the handler was not heard yet
    server.authenticate(security.reply())
    assert server.data_to_send() == WELCOME
    speak(server, INITIATE + wire.message(b"first"))
    assert server.data_to_send() == READY
    assert server.state is ConnectionState.READY
    assert server.receive_messages(10) == [b"first"]


def test_the_handler_is_asked_about_name_and_password() -> None:
    client = security.open_connection(security.plain_client(b"", b"\xff" * 255))
    server = security.open_connection(security.plain_server())
    (question,) = security.talk(client, server)
    assert question.credentials == Credentials("PLAIN", (b"", b"\xff" * 255))
    assert client.state is server.state is ConnectionState.READY


def test_the_peer_has_what_the_handler_said() -> None:
    client = security.open_connection(security.plain_client())
    server = security.open_connection(security.plain_server())
    security.talk(client, server, security.reply(metadata=wire.metadata(Hello=b"World")))
    success = [event for event in wire.events(server) if isinstance(event, HandshakeSucceeded)]
    assert success[0].peer.user_properties == {"User-Id": b"anna", "Hello": b"World"}
    assert client.peer is not None
    assert client.peer.user_properties == {}


@pytest.mark.parametrize("policy", [ZapPolicy(), ZapPolicy(b"domain"), ZapPolicy(b"d", True)])
def test_without_a_handler_nobody_comes_in(policy: ZapPolicy) -> None:
    server = security.open_connection(security.plain_server(policy))
    server.receive_data(GREETING + HELLO)
    server.authenticate(security.NO_HANDLER)
    assert security.refusal(server) is FailureReason.ZAP_NO_HANDLER


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", FailureReason.MALFORMED_HELLO),
        (b"\x04ann", FailureReason.MALFORMED_HELLO),
        (b"\x04anna", FailureReason.MALFORMED_HELLO),
        (b"\x04anna\x06secre", FailureReason.MALFORMED_HELLO),
        (b"\x04anna\x06secret!", FailureReason.MALFORMED_HELLO),
    ],
)
def test_a_malformed_hello(speak: wire.Speak, data: bytes, reason: FailureReason) -> None:
    server = security.open_connection(security.plain_server())
    speak(server, GREETING + wire.command(b"HELLO", data))
    assert security.refusal(server) is reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (wire.frame(b""), FailureReason.MALFORMED_COMMAND),
        (wire.frame(b"\x05"), FailureReason.MALFORMED_COMMAND),
        (wire.frame(b"\x05HELL"), FailureReason.MALFORMED_COMMAND),
        (READY, FailureReason.UNEXPECTED_COMMAND),
        (INITIATE, FailureReason.UNEXPECTED_COMMAND),
        (wire.command(b"hello", b"\0\0"), FailureReason.UNEXPECTED_COMMAND),
        (HELLO + HELLO, FailureReason.COMMAND_OUT_OF_TURN),
    ],
)
def test_what_a_server_does_not_take(speak: wire.Speak, said: bytes, reason: FailureReason) -> None:
    server = security.open_connection(security.plain_server())
    speak(server, GREETING + said)
    assert security.refusal(server) is reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (READY, FailureReason.UNEXPECTED_COMMAND),
        (WELCOME + WELCOME, FailureReason.UNEXPECTED_COMMAND),
        (wire.command(b"WELCOME", b"!"), FailureReason.MALFORMED_WELCOME),
        (WELCOME + wire.command(b"READY", b"\x01"), FailureReason.MALFORMED_METADATA),
        (WELCOME + wire.ready(b"PULL"), FailureReason.INCOMPATIBLE_SOCKET_TYPE),
        (wire.command(b"ERROR", b"\x03400"), FailureReason.AUTHENTICATION_FAILED),
        (wire.command(b"ERROR", b"\x03300"), FailureReason.AUTHENTICATION_UNAVAILABLE),
        (wire.command(b"ERROR", b"\x03500"), FailureReason.AUTHENTICATION_ERROR),
        (WELCOME + wire.command(b"ERROR", b"\x02no"), FailureReason.REFUSED_BY_PEER),
        (wire.command(b"ERROR", b"\x05no"), FailureReason.MALFORMED_ERROR),
        (wire.command(b"ERROR"), FailureReason.MALFORMED_ERROR),
    ],
)
def test_what_a_client_does_not_take(speak: wire.Speak, said: bytes, reason: FailureReason) -> None:
    client = security.open_connection(security.plain_client())
    speak(client, GREETING + said)
    assert security.refusal(client) is reason


def test_two_clients_are_told_apart() -> None:
    client = security.open_connection(security.plain_client())
    client.receive_data(GREETING + HELLO)
    assert security.refusal(client) is FailureReason.UNEXPECTED_COMMAND
    assert "one side has to be the server" in str(client.failure)


def test_two_servers_are_told_at_once() -> None:
    one, other = (security.open_connection(security.plain_server()) for _ in range(2))
    one.receive_data(other.data_to_send())
    assert security.refusal(one) is FailureReason.SAME_ROLE


@given(st.sampled_from([0, 1, 2]), st.lists(st.binary(max_size=60), max_size=4), st.booleans())
def test_garbage_in_every_state(steps: int, garbage: list[bytes], server_side: bool) -> None:
    """Whatever comes, a connection stays or fails; it never raises."""
    mechanism = security.plain_server() if server_side else security.plain_client()
    connection = security.open_connection(mechanism)
    script = [HELLO, INITIATE] if server_side else [WELCOME, READY]
    connection.receive_data(GREETING + b"".join(script[:steps]))
    if server_side:
        connection.authenticate(security.reply())
    for body in garbage:
        connection.receive_data(wire.frame(body, flags=4))
    connection.receive_messages(100)
