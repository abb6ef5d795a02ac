"""Large frames read into their place: whatever the cuts, the messages are those that were sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.zmtp.decoder import FrameDecoder
from core.zmtp.frames import Message, encode

BIG = b"0123456789abcdef" * 40_000  # 640,000 bytes


def no_command(body: bytes) -> bytes | None:
    raise AssertionError("no command was sent")


def decode(decoder: FrameDecoder, data: bytes, first: int, step: int) -> list[Message]:
    """Read `data` as a link does: `first` bytes, then into the space or, without one, `step`."""
    messages: list[Message] = []
    position, size = 0, first
    while position < len(data):
        space = decoder.space()
        if space is None:
            chunk = data[position : position + size]
            decoder.feed(chunk)
            position += len(chunk)
        else:
            count = min(len(space), step, len(data) - position)
            space[:count] = data[position : position + count]
            decoder.filled(count)
            position += count
        messages += decoder.messages(1000)
        size = step
    return messages


@pytest.mark.parametrize("first", [1, 2, 9, 10, 1000, len(BIG) + 8, len(BIG) + 9, len(BIG) + 50])
@pytest.mark.parametrize("step", [77_777, 300_000, 10_000_000])
def test_messages_survive_every_cut(first: int, step: int) -> None:
    sent: list[Message] = [BIG, b"small", [b"", BIG, b"end"], BIG[::-1], b""]
    assert decode(FrameDecoder(-1, no_command), encode(sent), first, step) == sent


@given(st.lists(st.integers(5_000, 400_000), min_size=1, max_size=6), st.integers(1, 300_000))
def test_pieces_may_come_either_way(sizes: list[int], first: int) -> None:
    """A stream without `read_into` feeds the rest of a frame that is being collected in place."""
    data = encode([BIG, b"after"])
    decoder = FrameDecoder(-1, no_command)
    decoder.feed(data[:first])
    messages = decoder.messages(10)
    position, turn = first, 0
    while position < len(data):
        size = sizes[turn % len(sizes)]
        space = decoder.space() if turn % 2 else None
        if space is None:
            decoder.feed(data[position : position + size])
        else:
            size = min(size, len(space), len(data) - position)
            space[:size] = data[position : position + size]
            decoder.filled(size)
        position += size
        turn += 1
        messages += decoder.messages(10)
    assert messages == [BIG, b"after"]


def test_a_kept_buffer_does_not_leak_into_the_next_message() -> None:
    decoder = FrameDecoder(-1, no_command)
    first = decode(decoder, encode([BIG]), 100, 300_000)
    second = decode(decoder, encode([BIG.upper()]), 100, 300_000)
    assert (first, second) == ([BIG], [BIG.upper()])


def test_small_and_gigantic_frames_get_no_place() -> None:
    """Memory is not given away on an announcement: a gigantic frame has to arrive to take any."""
    decoder = FrameDecoder(-1, no_command)
    decoder.feed(b"\x00\xff" + b"x" * 10)
    assert decoder.messages(1) == []
    assert decoder.space() is None
    decoder.clear()
    decoder.feed(b"\x02" + (1 << 40).to_bytes(8, "big") + b"x" * 10)
    assert decoder.messages(1) == []
    assert decoder.space() is None
