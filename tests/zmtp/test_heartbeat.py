"""Heartbeats on a clock that the test turns."""

from __future__ import annotations

import pytest

from core.zmtp import Connection, ConnectionConfig, ConnectionState, Disconnected, FailureReason
from tests.zmtp import wire

PING = wire.command(b"PING", b"\0\0")
PONG = wire.command(b"PONG")

SILENT = Disconnected(FailureReason.HEARTBEAT_TIMEOUT)


def beating(interval: float = 1.0, timeout: float = 3.0, ttl: float = 0.0) -> Connection:
    """A ready connection whose heartbeat has begun at time 10."""
    config = ConnectionConfig(
        "PULL",
        heartbeat_interval=interval,
        heartbeat_timeout=timeout,
        heartbeat_ttl=ttl,
    )
    connection = wire.connect(config)
    # The handshake ended at a time that nobody told: the heartbeat asks for it at once.
    assert connection.next_deadline == 0.0
    connection.handle_timeout(10.0)
    assert connection.data_to_send() == b""
    return connection


def run(connection: Connection, until: float) -> list[float]:
    """Let the time pass from deadline to deadline; return when PINGs were sent."""
    pings = []
    while (deadline := connection.next_deadline) is not None and deadline <= until:
        connection.handle_timeout(deadline)
        if connection.data_to_send() == PING:
            pings.append(deadline)
    return pings


def test_without_an_interval_there_is_nothing_to_wait_for() -> None:
    connection = wire.pull()
    assert connection.next_deadline is None
    connection.handle_timeout(1e9)
    assert connection.data_to_send() == b""
    assert connection.state is ConnectionState.READY


def test_a_ping_every_interval_while_the_peer_answers() -> None:
    connection = beating()
    pings = []
    for _ in range(3):
        deadline = connection.next_deadline
        assert deadline is not None
        connection.handle_timeout(deadline)
        assert connection.data_to_send() == PING
        connection.receive_data(PONG)
        pings.append(deadline)
    assert pings == [11.0, 12.0, 13.0]


def test_ping_carries_our_ttl() -> None:
    connection = beating(ttl=2.5)
    connection.handle_timeout(11.0)
    assert connection.data_to_send() == wire.command(b"PING", b"\x00\x19")


def test_silence_after_a_ping_ends_the_connection() -> None:
    connection = beating(interval=1.0, timeout=3.0)
    assert run(connection, until=100.0) == [11.0, 12.0, 13.0]
    assert connection.state is ConnectionState.CLOSED
    assert connection.next_event() == SILENT
    assert connection.next_event() is None


@pytest.mark.parametrize("sign", [PONG, wire.frame(b"message"), b"\0", PING])
def test_any_byte_is_a_sign_of_life(sign: bytes) -> None:
    # RFC 37 §connection heartbeating: a peer SHOULD treat any incoming traffic as a sign of life.
    connection = beating(interval=1.0, timeout=3.0)
    assert run(connection, until=12.5) == [11.0, 12.0]
    connection.receive_data(sign)
    connection.receive_messages(10)
    # The deadline of 14.0 is gone; the PING at 13.0 starts a new one.
    connection.data_to_send()
    assert run(connection, until=15.9) == [13.0, 14.0, 15.0]
    assert run(connection, until=100.0) == []
    assert connection.next_event() == SILENT


def test_a_timeout_of_zero_waits_for_ever() -> None:
    connection = beating(timeout=0.0)
    assert len(run(connection, until=1009.0)) == 999
    assert connection.state is ConnectionState.READY


def test_the_timeout_is_the_interval_unless_it_is_given() -> None:
    connection = beating(interval=2.0, timeout=-1.0)
    assert run(connection, until=100.0) == [12.0]
    assert connection.next_event() == SILENT


def test_pings_that_nobody_takes_do_not_pile_up() -> None:
    connection = beating(timeout=0.0)
    for now in range(11, 1000):
        connection.handle_timeout(float(now))
    assert connection.data_to_send() == PING


def test_being_called_late_sends_one_ping() -> None:
    connection = beating(timeout=100.0)
    connection.handle_timeout(50.0)
    assert connection.data_to_send() == PING
    assert connection.next_deadline == 51.0


def test_being_called_early_sends_none() -> None:
    connection = beating()
    connection.handle_timeout(10.5)
    assert connection.data_to_send() == b""
    assert connection.next_deadline == 11.0


def test_input_that_waits_for_us_is_no_silence() -> None:
    connection = beating(interval=1.0, timeout=1.0)
    connection.handle_timeout(11.0)
    connection.receive_data(wire.messages([b"a", b"b"]))
    connection.handle_timeout(12.0)
    connection.handle_timeout(13.0)
    connection.handle_timeout(14.0)
    assert connection.state is ConnectionState.READY
    assert connection.receive_messages(10) == [b"a", b"b"]
    run(connection, until=20.0)
    assert connection.next_event() == SILENT


def ttl_ping(tenths: int) -> bytes:
    return wire.command(b"PING", tenths.to_bytes(2, "big"))


def test_a_ttl_from_the_peer_counts_from_when_we_learn_the_time() -> None:
    connection = wire.pull()
    connection.handle_timeout(5.0)
    connection.receive_data(ttl_ping(20))
    connection.receive_messages(1)
    assert connection.next_deadline == 5.0
    connection.handle_timeout(7.0)
    assert connection.next_deadline == 9.0
    connection.handle_timeout(9.0)
    assert connection.next_event() == SILENT


def test_the_longest_ttl_is_what_it_says() -> None:
    # libzmq computes it in 16 bits of milliseconds, which is a slip and not followed.
    connection = wire.pull()
    connection.receive_data(ttl_ping(65535))
    connection.receive_messages(1)
    connection.handle_timeout(0.0)
    assert connection.next_deadline == 6553.5


@pytest.mark.parametrize("armed", [True, False])
def test_traffic_revokes_a_ttl(armed: bool) -> None:
    connection = wire.pull()
    connection.receive_data(ttl_ping(20))
    connection.receive_messages(1)
    if armed:
        connection.handle_timeout(1.0)
    connection.receive_data(wire.frame(b"x"))
    assert connection.receive_messages(10) == [b"x"]
    connection.handle_timeout(100.0)
    assert connection.state is ConnectionState.READY
    assert connection.next_deadline is None


def test_a_ttl_does_not_count_against_input_that_waits_for_us() -> None:
    connection = wire.pull()
    connection.receive_data(ttl_ping(20) + wire.messages([b"a", b"b"]))
    assert connection.receive_messages(1) == [b"a"]
    connection.handle_timeout(1.0)
    connection.handle_timeout(3.0)
    assert connection.receive_messages(1) == [b"b"]
    # What is forgiven must not be due for ever, or the caller's timer would spin.
    assert connection.next_deadline is None


def test_a_ttl_of_zero_asks_for_nothing() -> None:
    connection = wire.pull()
    connection.receive_data(ttl_ping(0))
    connection.receive_messages(1)
    assert connection.next_deadline is None


def test_a_3_0_peer_gets_pings_too() -> None:
    # libzmq 4.2 answers them and announces 3.0.
    config = ConnectionConfig("PULL", heartbeat_interval=1.0)
    connection = wire.connect(config, version=(3, 0))
    connection.handle_timeout(0.0)
    connection.handle_timeout(1.0)
    assert connection.data_to_send() == PING


@pytest.mark.parametrize("timeout", [0.0, 30.0])
@pytest.mark.parametrize("said", [b"", wire.greeting()[:5], wire.greeting()])
def test_the_handshake_has_a_deadline(said: bytes, timeout: float) -> None:
    connection = Connection(ConnectionConfig("PULL", handshake_timeout=timeout), now=5.0)
    connection.receive_data(said)
    assert connection.next_deadline == (35.0 if timeout else None)
    connection.handle_timeout(34.9)
    seen = [connection.failure]
    connection.handle_timeout(35.0)
    seen.append(connection.failure)
    reasons = [failure and failure.reason for failure in seen]
    assert reasons == [None, FailureReason.HANDSHAKE_TIMEOUT if timeout else None]


def test_a_finished_handshake_has_none() -> None:
    connection = wire.connect(ConnectionConfig("PULL", handshake_timeout=30.0))
    assert connection.next_deadline is None
    connection.handle_timeout(30.0)
    assert connection.state is ConnectionState.READY
