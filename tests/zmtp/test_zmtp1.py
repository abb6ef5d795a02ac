"""Frames of ZMTP 1.0: golden octets, every cut of the input, and everything that is no frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.zmtp import FailureReason, Message
from core.zmtp.zmtp1 import Zmtp1Decoder, encode, encode_parts, read_header

#: As libzmq 4.3.5's PUSH sends them to a peer that began with 01 00.
GOLDEN: list[tuple[Message, bytes]] = [
    (b"", b"\x01\x00"),
    (b"hello", b"\x06\x00hello"),
    (b"x" * 253, b"\xfe\x00" + b"x" * 253),
    (b"x" * 254, b"\xff\0\0\0\0\0\0\x00\xff\x00" + b"x" * 254),
    (b"x" * 300, b"\xff\0\0\0\0\0\0\x01\x2d\x00" + b"x" * 300),
    ([b"a", b"", b"b" * 300], b"\x02\x01a\x01\x01\xff\0\0\0\0\0\0\x01\x2d\x00" + b"b" * 300),
]
ALL = b"".join(wire for _, wire in GOLDEN)
MESSAGES = [message for message, _ in GOLDEN]
ANY_MESSAGE = st.one_of(
    st.binary(max_size=300), st.lists(st.binary(max_size=300), min_size=2, max_size=4)
)


@pytest.mark.parametrize(("message", "wire"), GOLDEN)
def test_messages_become_octets(message: Message, wire: bytes) -> None:
    assert encode([message]) == wire


def test_big_bodies_are_not_copied() -> None:
    body = bytes(100_000)
    parts = encode_parts([b"small", body, b"small"])
    assert any(part is body for part in parts)
    assert b"".join(parts) == encode([b"small", body, b"small"])


def test_octets_become_messages_whole() -> None:
    decoder = Zmtp1Decoder(-1)
    assert decoder.take(ALL, 100) == MESSAGES
    assert not decoder.has_frame
    assert not decoder.is_mid_message


def test_octets_become_messages_one_by_one() -> None:
    decoder = Zmtp1Decoder(-1)
    received: list[Message] = []
    for value in ALL:
        received += decoder.take(bytes((value,)), 100)
    assert received == MESSAGES


def test_no_more_is_decoded_than_asked_for() -> None:
    decoder = Zmtp1Decoder(-1)
    decoder.feed(ALL)
    received: list[Message] = []
    while decoder.has_frame:
        received += decoder.messages(1)
    assert received == MESSAGES
    assert decoder.messages(0) == []


def test_what_stands_before_the_peers_messages() -> None:
    decoder = Zmtp1Decoder(-1, [b"\x01"])
    assert decoder.has_frame
    assert decoder.messages(0) == []
    assert decoder.take(b"\x02\x00a", 1) == [b"\x01"]
    assert decoder.messages(5) == [b"a"]


def test_how_much_is_missing() -> None:
    decoder = Zmtp1Decoder(-1)
    assert decoder.bytes_wanted == 0
    decoder.feed(b"\xff\0\0\0\0\0\0\x01\x2d\x00" + b"x" * 100)
    assert decoder.bytes_wanted == 200
    assert decoder.is_mid_message
    decoder.clear()
    assert not decoder.is_mid_message


@pytest.mark.parametrize(
    ("wire", "limit", "reason"),
    [
        (b"\x00", -1, None),  # the header is not complete
        (b"\x00\x00", -1, FailureReason.MALFORMED_MESSAGE),
        (b"\xff" + bytes(8) + b"\x00", -1, FailureReason.MALFORMED_MESSAGE),
        (b"\x06\x00", 5, None),
        (b"\x07\x00", 5, FailureReason.FRAME_TOO_LARGE),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", -1, FailureReason.FRAME_TOO_LARGE),
    ],
)
def test_what_is_refused_on_its_announcement(
    wire: bytes, limit: int, reason: FailureReason | None
) -> None:
    decoder = Zmtp1Decoder(limit)
    decoder.feed(wire)
    assert decoder.has_frame is (reason is not None)
    assert decoder.bytes_wanted >= 0
    decoder = Zmtp1Decoder(limit)
    assert decoder.take(b"\x03\x00ok" + wire, 10) == [b"ok"]
    assert (decoder.failure.reason if decoder.failure else None) is reason
    assert not decoder.has_frame


def test_unknown_flags_are_not_looked_at() -> None:
    assert Zmtp1Decoder(-1).take(b"\x02\xfea", 5) == [b"a"]


def test_a_header_that_is_cut() -> None:
    for size in range(10):
        assert read_header(b"\xff\0\0\0\0\0\0\x01\x2d\x01"[:size], 0) is None
    assert read_header(b"\xff\0\0\0\0\0\0\x01\x2d\x01", 0) == (10, 300, 1)


@given(st.lists(ANY_MESSAGE, max_size=8), st.lists(st.integers(1, 50), max_size=40))
def test_whatever_is_sent_arrives_however_it_is_cut(batch: list[Message], cuts: list[int]) -> None:
    wire = encode(batch)
    decoder = Zmtp1Decoder(-1)
    received: list[Message] = []
    for size in cuts:
        received += decoder.take(wire[:size], 3)
        wire = wire[size:]
    received += decoder.take(wire, 1000)
    assert received == batch


@given(st.binary(max_size=200))
def test_garbage_raises_nothing(data: bytes) -> None:
    whole, pieces = Zmtp1Decoder(1000), Zmtp1Decoder(1000)
    received = whole.take(data, 1000)
    again: list[Message] = []
    for value in data:
        again += pieces.take(bytes((value,)), 1000)
    assert again == received
    assert (whole.failure is None) == (pieces.failure is None)
