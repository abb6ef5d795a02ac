"""Runs of like messages are found, cut right, and never mistaken."""

from __future__ import annotations

import pytest

from core.zmtp import Message, runs
from core.zmtp.runs import take_run
from tests.zmtp import wire

UNLIMITED = 2**63 - 1


def take(data: bytes, room: int = 10**9, max_size: int = UNLIMITED) -> tuple[list[Message], int]:
    messages: list[Message] = []
    end = take_run(data, 0, messages, room, max_size)
    return messages, end


SHAPES: list[Message] = [
    b"",
    b"0123456789",
    b"x" * 255,
    b"x" * 256,
    b"x" * 5000,
    [b"", b"0123456789"],
    [b"topic", b"", b"x" * 300],
    [b"x" * 256, b""],
    [b"x"] * 16,
]


@pytest.mark.parametrize("count", [8, 9, 40, 41, 168, 680, 2000])
@pytest.mark.parametrize("message", SHAPES)
def test_a_run_is_taken_but_for_a_few(message: Message, count: int) -> None:
    one = wire.message(message)
    messages, end = take(one * count)
    taken = len(messages)
    assert count - 8 < taken <= count
    assert messages == [message] * taken
    assert end == taken * len(one)


@pytest.mark.parametrize("message", SHAPES)
@pytest.mark.parametrize("room", [0, 7, 8, 20, 100, 1000])
def test_no_more_than_there_is_room_for(message: Message, room: int) -> None:
    messages, _ = take(wire.message(message) * 1000, room=room)
    assert room - 8 < len(messages) <= room


@pytest.mark.parametrize("message", SHAPES)
@pytest.mark.parametrize("at", [0, 1, 7, 8, 39, 40, 100, 200])
def test_a_stranger_ends_the_run(message: Message, at: int) -> None:
    """Change a byte of the message at `at`: in a header it ends the run, in a body it stays."""
    one = wire.message(message)
    for offset in range(min(len(one), 11)):
        data = bytearray(one * 300)
        data[at * len(one) + offset] ^= 0x40
        messages, end = take(bytes(data))
        assert messages == reference(bytes(data), end)
        if is_header(message, offset):
            assert len(messages) <= max(at, 8)
        else:
            assert len(messages) > 290


def is_header(message: Message, index: int) -> bool:
    start = 0
    for part in message if isinstance(message, list) else [message]:
        width = 2 if len(part) < 256 else 9
        if start <= index < start + width:
            return True
        start += width + len(part)
    return False


def reference(data: bytes, end: int) -> list[Message]:
    """The messages in `data[:end]`, by the obvious loop."""
    found: list[Message] = []
    parts: list[bytes] = []
    position = 0
    while position < end:
        flags = data[position]
        width = 9 if flags & 2 else 2
        size = int.from_bytes(data[position + 1 : position + width], "big")
        parts.append(data[position + width : position + width + size])
        position += width + size
        if not flags & 1:
            found.append(parts if len(parts) > 1 else parts[0])
            parts = []
    assert position == end
    assert not parts
    return found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\0\0" * 4,
        b"\4\1x" * 100,
        b"\x08\1x" * 100,
        wire.message([b"x"] * 17) * 100,
        b"\2" + b"\xff" * 8 + b"\0" * 100,
        b"\1\1x" * 10,
        wire.messages([bytes(i) for i in range(100)]),
        wire.message(b"0123456789") * 7,
    ],
)
def test_where_there_is_no_run(data: bytes) -> None:
    assert take(data) == ([], 0)


def test_frames_that_are_too_large_are_left_to_be_refused() -> None:
    assert take(wire.message(b"x" * 300) * 100, max_size=299) == ([], 0)
    assert take(wire.message(b"x" * 300) * 100, max_size=300)[0] != []


def test_the_memory_of_shapes_is_bounded() -> None:
    for size in range(300):
        messages, _ = take(wire.message(bytes(size)) * 20)
        assert messages == [bytes(size)] * 16
    assert len(runs._shapes) <= runs._MOST_SHAPES


@pytest.mark.parametrize("message", SHAPES)
def test_a_message_that_is_cut_short_leaves_no_false_memory(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_shapes", {})
    one = wire.message(message)
    for cut in range(min(len(one), 400)):
        assert take(one[:cut]) == ([], 0)
    assert take(one * 40) == ([message] * 40, 40 * len(one))
    # A long header of which only some bytes are there looks like that of a smaller frame.
    smaller = b"\x02" + bytes(7) + b"\x01x"
    assert take(smaller * 40) == ([b"x"] * 40, 40 * len(smaller))
