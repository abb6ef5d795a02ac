"""Bytes recorded from libzmq: what it sends we understand, and what it would send we send."""

from __future__ import annotations

import pytest

from core.zmtp import Connection, ConnectionConfig, ConnectionState, Message
from core.zmtp.commands import build_ping
from tests.zmtp import golden, wire

BATCH: list[Message] = [b"", b"hello", b"x" * 255, b"y" * 256, [b"a", b"", b"b" * 300]]

SUBSCRIBED = [(True, b"topic"), (False, b"topic"), (True, b"t" * 250), (True, b"")]


@pytest.fixture(params=wire.WAYS)
def speak(request: pytest.FixtureRequest) -> wire.Speak:
    return wire.WAYS[request.param]


@pytest.mark.parametrize(
    ("ours", "greeting", "ready", "peer_type", "identity"),
    [
        ("PULL", golden.GREETING, golden.READY_PUSH, "PUSH", b""),
        ("PUSH", golden.GREETING, golden.READY_PULL, "PULL", b""),
        ("PUB", golden.GREETING, golden.READY_SUB, "SUB", b""),
        ("SUB", golden.GREETING, golden.READY_XPUB, "XPUB", b""),
        ("REP", golden.GREETING, golden.READY_REQ, "REQ", b""),
        ("DEALER", golden.GREETING, golden.READY_ROUTER, "ROUTER", b""),
        ("ROUTER", golden.GREETING_WITH_IDENTITY, golden.READY_DEALER, "DEALER", b"id-7"),
        ("SERVER", golden.GREETING, golden.READY_CLIENT, "CLIENT", b""),
        ("CLIENT", golden.GREETING, golden.READY_SERVER, "SERVER", b""),
        ("DISH", golden.GREETING, golden.READY_RADIO, "RADIO", b""),
        ("RADIO", golden.GREETING, golden.READY_DISH, "DISH", b""),
        ("GATHER", golden.GREETING, golden.READY_SCATTER, "SCATTER", b""),
        ("SCATTER", golden.GREETING, golden.READY_GATHER, "GATHER", b""),
        ("PEER", golden.GREETING, golden.READY_PEER, "PEER", b""),
        ("CHANNEL", golden.GREETING, golden.READY_CHANNEL, "CHANNEL", b""),
    ],
)
def test_handshake(
    speak: wire.Speak, ours: str, greeting: bytes, ready: bytes, peer_type: str, identity: bytes
) -> None:
    connection = Connection(ConnectionConfig(ours), now=0.0)
    speak(connection, greeting + ready)
    assert connection.peer is not None
    assert connection.peer.socket_type == peer_type
    assert connection.peer.identity == identity
    assert connection.peer.version == (3, 1)


@pytest.mark.parametrize(
    ("ours", "identity", "ready"),
    [
        ("PUSH", b"", golden.READY_PUSH),
        ("PULL", b"", golden.READY_PULL),
        ("SUB", b"", golden.READY_SUB),
        ("XPUB", b"", golden.READY_XPUB),
        ("REQ", b"", golden.READY_REQ),
        ("ROUTER", b"", golden.READY_ROUTER),
        ("DEALER", b"id-7", golden.READY_DEALER),
        ("CLIENT", b"", golden.READY_CLIENT),
        ("SERVER", b"", golden.READY_SERVER),
        ("RADIO", b"", golden.READY_RADIO),
        ("DISH", b"", golden.READY_DISH),
        ("SCATTER", b"", golden.READY_SCATTER),
        ("GATHER", b"", golden.READY_GATHER),
        ("PEER", b"", golden.READY_PEER),
        ("CHANNEL", b"", golden.READY_CHANNEL),
    ],
)
def test_we_greet_as_libzmq_does(ours: str, identity: bytes, ready: bytes) -> None:
    connection = Connection(ConnectionConfig(ours, identity=identity), now=0.0)
    connection.receive_data(golden.GREETING)
    greeting = golden.GREETING_WITH_IDENTITY if identity else golden.GREETING
    assert connection.data_to_send() == greeting + ready


def test_traffic_is_understood(speak: wire.Speak) -> None:
    connection = wire.pull()
    speak(connection, golden.TRAFFIC)
    assert connection.receive_messages(100) == BATCH


def test_traffic_is_sent_alike() -> None:
    connection = wire.pull()
    assert connection.encode(BATCH) == golden.TRAFFIC
    assert b"".join(connection.encode_parts(BATCH)) == golden.TRAFFIC
    assert connection.encode([[b"", b"hi"]]) == golden.REQUEST


@pytest.mark.parametrize("sent", [golden.SUBSCRIPTIONS, golden.SUBSCRIPTIONS_3_0])
def test_subscriptions_are_understood(speak: wire.Speak, sent: bytes) -> None:
    connection = wire.connect(ConnectionConfig("XPUB"))
    speak(connection, sent)
    expected = [(b"\x01" if subscribe else b"\x00") + topic for subscribe, topic in SUBSCRIBED]
    assert connection.receive_messages(100) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 1), golden.SUBSCRIPTIONS), ((3, 0), golden.SUBSCRIPTIONS_3_0)],
)
def test_subscriptions_are_sent_alike(version: tuple[int, int], expected: bytes) -> None:
    connection = wire.connect(ConnectionConfig("SUB"), version)
    assert b"".join(connection.encode_subscription(*one) for one in SUBSCRIBED) == expected


def test_groups_are_understood(speak: wire.Speak) -> None:
    connection = wire.connect(ConnectionConfig("RADIO"))
    speak(connection, golden.GROUPS)
    assert connection.receive_messages(100) == [b"\x01A", b"\x01" + b"t" * 250, b"\x00A"]


def test_groups_are_sent_alike() -> None:
    connection = wire.connect(ConnectionConfig("DISH"))
    said = [(True, b"A"), (True, b"t" * 250), (False, b"A")]
    assert b"".join(connection.encode_subscription(*one) for one in said) == golden.GROUPS


def test_groups_mean_nothing_to_others(speak: wire.Speak) -> None:
    connection = wire.connect(ConnectionConfig("XPUB"))
    speak(connection, golden.GROUPS + golden.SUBSCRIPTIONS)
    assert len(connection.receive_messages(100)) == len(SUBSCRIBED)


def test_broadcasts_are_understood_and_sent_alike(speak: wire.Speak) -> None:
    batch: list[Message] = [[b"TV", b"hello"], [b"TV", b"y" * 256], [b"", b""]]
    connection = wire.connect(ConnectionConfig("DISH"))
    speak(connection, golden.BROADCAST)
    assert connection.receive_messages(100) == batch
    assert wire.connect(ConnectionConfig("RADIO")).encode(batch) == golden.BROADCAST


def test_ping_is_sent_alike() -> None:
    assert build_ping(2.5) == golden.PING
    assert build_ping(0) == golden.PING_3_0


@pytest.mark.parametrize(
    ("context", "pong"),
    [
        (b"", golden.PONG),
        (b"abc", golden.PONG_ABC),
        (b"0123456789abcdefXYZ", golden.PONG_CUT),
    ],
)
def test_pong_is_sent_alike(speak: wire.Speak, context: bytes, pong: bytes) -> None:
    connection = wire.pull()
    speak(connection, wire.command(b"PING", b"\0\0" + context))
    assert connection.receive_messages(1) == []
    assert connection.data_to_send() == pong
    assert connection.state is ConnectionState.READY


def test_libzmqs_ping_and_pong_are_taken_without_a_word(speak: wire.Speak) -> None:
    connection = wire.pull()
    speak(connection, golden.PONG_ABC + golden.PING_3_0 + golden.PONG)
    assert connection.receive_messages(1) == []
    assert connection.data_to_send() == golden.PONG
