"""Hypothesis: what goes in comes out, however it is split, and garbage harms nobody else."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from core.zmtp import Connection, ConnectionConfig, ConnectionState, Event, Message
from core.zmtp.frames import encode, encode_parts
from tests.zmtp import wire

bodies = st.one_of(
    st.binary(max_size=20),
    st.integers(0, 300).map(bytes),
    st.sampled_from([b"", b"0123456789", b"x" * 255, b"x" * 256, b"x" * 65536]),
)
single: st.SearchStrategy[Message] = bodies
several: st.SearchStrategy[Message] = st.lists(bodies, min_size=2, max_size=6)
#: A message, and how often it is repeated: runs are where the short cuts are.
runs = st.tuples(st.one_of(single, several), st.sampled_from([1, 1, 2, 9, 50]))
batches = st.lists(runs, max_size=8).map(
    lambda runs: [m for m, count in runs for _ in range(count)]
)
cuts = st.lists(st.integers(0, 5000), max_size=10)
limits = st.sampled_from([1, 2, 9, 100, 1000])


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def receive(connection: Connection, reads: list[bytes], limit: int) -> list[Message]:
    received: list[Message] = []
    for data in reads:
        connection.receive_data(data)
        while batch := connection.receive_messages(limit):
            assert len(batch) <= limit
            received += batch
    return received


@given(batches)
def test_encoding_is_what_the_plain_loop_makes(batch: list[Message]) -> None:
    assert encode(batch) == wire.messages(batch)
    assert b"".join(encode_parts(batch)) == wire.messages(batch)


@given(batches, cuts, limits)
def test_round_trip_however_it_is_split(batch: list[Message], cuts: list[int], limit: int) -> None:
    connection = wire.pull()
    assert receive(connection, split(encode(batch), cuts), limit) == batch
    assert not connection.has_input
    assert connection.bytes_wanted == 0
    connection.receive_eof()
    assert connection.failure is not None
    assert connection.failure.detail == ""


def story(reads: list[bytes], socket_type: str, max_size: int) -> tuple[object, ...]:
    """Everything that a peer's bytes bring about, from the first byte to the end of input."""
    connection = Connection(ConnectionConfig(socket_type, max_message_size=max_size), now=0.0)
    received = receive(connection, reads, 10)
    sent = connection.data_to_send()
    connection.receive_eof()
    received += receive(connection, [b""], 10)
    events: list[Event] = list(wire.events(connection))
    assert connection.state is ConnectionState.CLOSED
    assert connection.failure is not None
    return received, events, str(connection.failure), sent


garbage = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.builds(wire.frame, st.binary(max_size=300), st.integers(0, 255)),
            st.builds(wire.command, st.sampled_from([b"PING", b"PONG", b"ERROR", b"READY"])),
            st.builds(wire.command, st.sampled_from([b"SUBSCRIBE", b"CANCEL"]), st.binary()),
            st.builds(wire.command, st.just(b"PING"), st.binary(min_size=2, max_size=25)),
        ),
        max_size=6,
    ).map(b"".join),
)
beginnings = st.sampled_from(
    [
        b"",
        b"\xff",
        wire.greeting()[:11],
        wire.greeting(),
        wire.greeting((3, 0)),
        wire.greeting() + wire.ready(b"PUSH"),
        wire.greeting() + wire.ready(b"SUB"),
        wire.greeting() + wire.ready(b"PUSH") + wire.messages([b"x"] * 20),
    ]
)


@given(beginnings, garbage, cuts, st.sampled_from(["PULL", "XPUB"]), st.sampled_from([-1, 20, 500]))
@example(wire.handshake("PULL"), b"\0\1a" * 20 + b"\6" + b"\xff" * 8, [70], "PULL", -1)
@example(b"", b"GET / HTTP/1.1\r\n\r\n", [1], "PULL", -1)
def test_garbage_raises_nothing_and_means_the_same_however_it_is_split(
    beginning: bytes, rest: bytes, cuts: list[int], socket_type: str, max_size: int
) -> None:
    data = beginning + rest
    at_once = story([data], socket_type, max_size)
    assert story(split(data, cuts), socket_type, max_size) == at_once
    assert story([bytes([value]) for value in data], socket_type, max_size) == at_once


@given(garbage)
def test_garbage_ends_no_other_connection(rest: bytes) -> None:
    bystander = wire.pull()
    bystander.receive_data(b"\0\1")
    attacked = wire.pull()
    attacked.receive_data(rest)
    attacked.receive_messages(1000)
    attacked.receive_eof()
    bystander.receive_data(b"x" + wire.messages([b"0123456789"] * 50))
    assert bystander.receive_messages(1000) == [b"x"] + [b"0123456789"] * 50
    assert bystander.state is ConnectionState.READY


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=300)), max_size=20), cuts)
def test_subscriptions_arrive_in_order(topics: list[tuple[bool, bytes]], cuts: list[int]) -> None:
    for version in ((3, 0), (3, 1)):
        sub = wire.connect(ConnectionConfig("SUB"), version)
        pub = wire.connect(ConnectionConfig("XPUB"), version)
        data = b"".join(sub.encode_subscription(*one) for one in topics)
        expected = [(b"\x01" if subscribe else b"\x00") + topic for subscribe, topic in topics]
        assert receive(pub, split(data, cuts), 100) == expected
