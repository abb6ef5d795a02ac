"""The verbs of a connection, for peers that do not speak ZMTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.zmtp import Disconnected, FailureReason, HandshakeSucceeded, RawConnection


def begun() -> RawConnection:
    connection = RawConnection()
    event = connection.next_event()
    assert isinstance(event, HandshakeSucceeded)
    assert (event.peer.socket_type, event.peer.identity) == ("", b"")
    assert connection.data_to_send() == b""
    return connection


def test_ready_from_the_start_and_silent() -> None:
    assert RawConnection().attention
    connection = begun()
    assert not connection.attention
    assert connection.next_event() is None
    assert connection.next_deadline is None
    connection.handle_timeout(1e9)
    assert connection.next_event() is None


def test_one_read_is_one_message() -> None:
    connection = begun()
    assert connection.receive_ready(b"one", 10) == [b"one"]
    assert connection.receive_ready(b"\x00\x05two", 10) == [b"\x00\x05two"]
    assert not connection.has_input


@pytest.mark.parametrize("limit", [0, -3])
def test_what_is_not_wanted_waits_in_order(limit: int) -> None:
    connection = begun()
    assert connection.receive_ready(b"one", limit) == []
    assert connection.has_input
    connection.receive_data(b"two")
    assert connection.receive_ready(b"three", 2) == [b"one", b"two"]
    assert connection.receive_messages(5) == [b"three"]
    assert not connection.has_input


def test_the_end_comes_after_what_waits() -> None:
    connection = begun()
    connection.receive_data(b"last")
    connection.receive_eof()
    connection.receive_data(b"too late")
    assert connection.next_event() is None
    assert connection.receive_messages(1) == [b"last"]
    assert connection.attention
    assert connection.next_event() == Disconnected(FailureReason.PEER_CLOSED)


def test_peer_that_is_gone_before_anybody_looked() -> None:
    connection = RawConnection()
    connection.receive_eof()
    assert isinstance(connection.next_event(), HandshakeSucceeded)
    assert connection.receive_messages(1) == []
    assert isinstance(connection.next_event(), Disconnected)


def test_messages_leave_as_they_are() -> None:
    connection = begun()
    messages: list[bytes | list[bytes]] = [b"GET ", b"/", b"x" * 9000]
    assert connection.encode(messages) == b"GET /" + b"x" * 9000
    assert connection.encode_parts(messages) == messages


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=8), st.integers(-1, 3)), max_size=20))
def test_every_byte_comes_once_and_in_order(reads: list[tuple[bytes, int]]) -> None:
    connection = begun()
    got = [it for data, limit in reads for it in connection.receive_ready(data, limit)]
    connection.receive_eof()
    while connection.has_input:
        got += connection.receive_messages(1)
    assert got == [data for data, _ in reads]
    assert connection.next_event() == Disconnected(FailureReason.PEER_CLOSED)
    assert connection.next_event() is None
