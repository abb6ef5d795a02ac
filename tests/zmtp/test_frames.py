"""Encoding, checked against the obvious loop of `wire.messages`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.zmtp import BIG_FRAME, Message, frames
from core.zmtp.frames import encode, encode_frame, encode_message, encode_parts
from tests.zmtp import wire

SIZES = [0, 1, 10, 127, 128, 254, 255, 256, 257, 1000, 65535, 65536, BIG_FRAME - 1, BIG_FRAME]

BATCHES: dict[str, Sequence[Message]] = {
    "nothing": [],
    "one": [b"hello"],
    "one empty": [b""],
    "one of many frames": [[b"a", b"", b"c"]],
    "three": [b"a", b"bb", b"ccc"],
    "equal": [b"0123456789"] * 300,
    "equal and empty": [b""] * 10,
    "equal and long": [b"x" * 256] * 10,
    "equal and big": [b"x" * BIG_FRAME] * 5,
    "all short sizes": [b"x" * size for size in range(256)],
    "short and long": [b"x" * size for size in range(250, 262)],
    "more sizes than are remembered": [b"x" * size for size in range(200, 5000)],
    "equal frames": [[b"a", b"b"], [b"c", b"d"], [b"", b"f"], [b"g", b"h" * 300]],
    "unequal frames": [[b"a", b"b"], [b"c"], [b"d", b"e", b"f"], [b"", b""]],
    "first one, then many": [b"a", b"b", b"c", [b"d", b"e"], b"f"],
    "first many, then one": [[b"a", b"b"], b"cd", b"ef", b"gh", b"ij"],
    "as many frames as bytes": [[b"a", b"b"], b"cd", [b"e", b"f"], [b"g", b"h"]],
    "as many bytes as frames": [b"cd", [b"a", b"b"], [b"e", b"f"], [b"g", b"h"]],
    "lists of one frame": [[b"a"], [b"b"], [b"c"], [b"d"]],
    "a tuple of messages": (b"a", b"b", b"c", b"d", b"e"),
}


@pytest.mark.parametrize("batch", BATCHES)
def test_batches(batch: str) -> None:
    expected = wire.messages(BATCHES[batch])
    assert encode(BATCHES[batch]) == expected
    assert b"".join(encode_parts(BATCHES[batch])) == expected


@pytest.mark.parametrize("size", SIZES)
def test_sizes(size: int) -> None:
    body = b"x" * size
    for batch in ([body], [body] * 5, [body, b"", body, b"1", b"22"], [[body, body]] * 5):
        expected = wire.messages(batch)
        assert encode(batch) == expected
        assert b"".join(encode_parts(batch)) == expected
    assert encode_frame(body) == wire.frame(body)
    for message in (body, [body, b"", body]):
        assert encode_message(message) == wire.message(message)


def test_big_bodies_are_not_copied() -> None:
    big, other = b"x" * BIG_FRAME, b"y" * BIG_FRAME
    batch: list[Message] = [b"a", big, b"b", b"c", [b"d", other, b"e"]]
    parts = encode_parts(batch)
    assert [part for part in parts if len(part) >= BIG_FRAME] == [big, other]
    assert parts[1] is big
    assert parts[3] is other
    # Everything between two big bodies is one buffer.
    assert len(parts) == 5


def test_a_batch_that_ends_with_a_big_body_has_no_empty_buffer() -> None:
    assert all(encode_parts([b"x" * BIG_FRAME] * 3))
    assert encode_parts([]) == []


def test_the_memory_of_headers_is_bounded() -> None:
    encode(BATCHES["more sizes than are remembered"])
    assert len(frames._LAST_HEADERS) <= 256 + frames._MOST_LONG_HEADERS


def test_the_batch_is_left_alone() -> None:
    batch: list[Message] = [[b"a", b"b"], b"c", [b"d", b"e"], b"f"]
    encode(batch)
    encode_parts(batch)
    assert batch == [[b"a", b"b"], b"c", [b"d", b"e"], b"f"]
