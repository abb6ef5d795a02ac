"""Every state against every signal, and against everything that can happen to a connection."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.zmtp import (
    Connection,
    ConnectionConfig,
    ConnectionState,
    Disconnected,
    HandshakeFailed,
    HandshakeSucceeded,
)
from core.zmtp.connection import MAX_HANDSHAKE_SIZE
from core.zmtp.state import TRANSITIONS, Signal, next_state
from tests.zmtp import wire

CONFIG = ConnectionConfig(
    "PULL",
    handshake_timeout=5.0,
    heartbeat_interval=1.0,
    heartbeat_timeout=3.0,
    max_message_size=1000,
)


def closed() -> Connection:
    connection = wire.connect(CONFIG)
    connection.receive_eof()
    list(wire.events(connection))
    return connection


def shaking_hands() -> Connection:
    connection = Connection(CONFIG, now=0.0)
    connection.receive_data(wire.greeting())
    return connection


MAKERS: dict[ConnectionState, Callable[[], Connection]] = {
    ConnectionState.GREETING: lambda: Connection(CONFIG, now=0.0),
    ConnectionState.HANDSHAKE: shaking_hands,
    ConnectionState.READY: lambda: wire.connect(CONFIG),
    ConnectionState.CLOSED: closed,
}


def receive(data: bytes) -> Callable[[Connection], object]:
    def happen(connection: Connection) -> None:
        connection.receive_data(data)
        connection.receive_messages(10)

    return happen


def pass_time(connection: Connection) -> None:
    for now in (5.0, 10.0, 20.0):
        connection.handle_timeout(now)


HAPPENINGS: dict[str, Callable[[Connection], object]] = {
    "greeting": receive(wire.greeting()),
    "greeting of another mechanism": receive(wire.greeting(mechanism=b"PLAIN")),
    "part of a greeting": receive(wire.greeting()[:20]),
    "READY": receive(wire.ready(b"PUSH")),
    "READY of a wrong type": receive(wire.ready(b"PUB")),
    "ERROR": receive(wire.command(b"ERROR", b"\x02no")),
    "unknown command": receive(wire.command(b"NONSENSE")),
    "PING": receive(wire.command(b"PING", b"\0\0")),
    "malformed PING": receive(wire.command(b"PING")),
    "message": receive(wire.frame(b"hello")),
    "message of two frames": receive(wire.message([b"a", b"b"])),
    "half a message": receive(wire.frame(b"hello")[:4]),
    "announcement of a large frame": receive(b"\x02" + (MAX_HANDSHAKE_SIZE + 1).to_bytes(8, "big")),
    "HTTP": receive(b"GET / HTTP/1.1\r\n\r\n"),
    "garbage": receive(bytes(range(256))),
    "nothing": receive(b""),
    "end of input": Connection.receive_eof,
    "time that does not matter": lambda connection: connection.handle_timeout(0.5),
    "time past all deadlines": pass_time,
    "output taken": Connection.data_to_send,
    "messages encoded": lambda connection: connection.encode([b"x"]),
    "subscription encoded": lambda connection: connection.encode_subscription(True, b"x"),
    "events taken": lambda connection: list(wire.events(connection)),
}


def test_the_table_is_complete() -> None:
    assert set(TRANSITIONS) == set(ConnectionState)
    assert set(MAKERS) == set(ConnectionState)


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("state", ConnectionState)
def test_every_state_and_signal(state: ConnectionState, signal: Signal) -> None:
    if signal in TRANSITIONS[state]:
        assert next_state(state, signal) is TRANSITIONS[state][signal]
    else:
        with pytest.raises(KeyError):
            next_state(state, signal)


def test_nothing_leads_out_of_closed_or_back() -> None:
    order = list(ConnectionState)
    for state, moves in TRANSITIONS.items():
        for target in moves.values():
            assert order.index(target) > order.index(state) or state is ConnectionState.CLOSED
    assert set(TRANSITIONS[ConnectionState.CLOSED].values()) == {ConnectionState.CLOSED}


def reachable(state: ConnectionState) -> set[ConnectionState]:
    found = {state}
    for target in TRANSITIONS[state].values():
        if target not in found:
            found |= reachable(target)
    return found


@pytest.mark.parametrize("happening", HAPPENINGS)
@pytest.mark.parametrize("state", ConnectionState)
def test_every_state_and_happening(state: ConnectionState, happening: str) -> None:
    connection = MAKERS[state]()
    assert connection.state is state
    was_closed = state is ConnectionState.CLOSED
    before = list(wire.events(connection))
    assert before == []
    HAPPENINGS[happening](connection)
    assert connection.state in reachable(state)
    endings = [e for e in wire.events(connection) if not isinstance(e, HandshakeSucceeded)]
    if connection.state is ConnectionState.CLOSED:
        assert connection.failure is not None
        assert connection.next_deadline is None
        if happening != "events taken":
            assert len(endings) == (0 if was_closed else 1)
    else:
        assert connection.failure is None
        assert endings == []


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_a_closed_connection_stays_silent(happening: str) -> None:
    connection = closed()
    failure = connection.failure
    HAPPENINGS[happening](connection)
    assert connection.state is ConnectionState.CLOSED
    assert connection.failure is failure
    assert connection.next_event() is None
    assert connection.receive_messages(10) == []
    assert connection.data_to_send() == b""
    assert not connection.has_input
    assert connection.bytes_wanted == 0


#: What ends a connection in each state. As frames, a greeting and HTTP are odd flags and sizes.
ENDS_IT = {
    ConnectionState.GREETING: {
        *("READY", "READY of a wrong type", "ERROR", "unknown command", "PING", "malformed PING"),
        *("message", "message of two frames", "half a message", "announcement of a large frame"),
        *("greeting of another mechanism", "HTTP", "garbage"),
        *("end of input", "time past all deadlines"),
    },
    ConnectionState.HANDSHAKE: {
        *("READY of a wrong type", "ERROR", "unknown command", "PING", "malformed PING"),
        *("message", "message of two frames", "announcement of a large frame"),
        *("greeting", "greeting of another mechanism", "part of a greeting", "HTTP", "garbage"),
        *("end of input", "time past all deadlines"),
    },
    ConnectionState.READY: {
        *("ERROR", "malformed PING", "announcement of a large frame"),
        *("greeting", "greeting of another mechanism", "part of a greeting", "HTTP", "garbage"),
        *("end of input", "time past all deadlines"),
    },
    ConnectionState.CLOSED: set(HAPPENINGS),
}

MOVES_IT = {
    (ConnectionState.GREETING, "greeting"): ConnectionState.HANDSHAKE,
    (ConnectionState.HANDSHAKE, "READY"): ConnectionState.READY,
}


@pytest.mark.parametrize("happening", HAPPENINGS)
@pytest.mark.parametrize("state", ConnectionState)
def test_where_every_happening_leads(state: ConnectionState, happening: str) -> None:
    connection = MAKERS[state]()
    HAPPENINGS[happening](connection)
    expected = MOVES_IT.get((state, happening), state)
    if happening in ENDS_IT[state]:
        expected = ConnectionState.CLOSED
    assert connection.state is expected


def test_the_ending_is_named_after_the_state_it_ended() -> None:
    for state, ending in [
        (ConnectionState.GREETING, HandshakeFailed),
        (ConnectionState.HANDSHAKE, HandshakeFailed),
        (ConnectionState.READY, Disconnected),
    ]:
        connection = MAKERS[state]()
        connection.receive_eof()
        assert isinstance(connection.next_event(), ending)
