"""Decoding: order, limits, partial frames at every split, commands on the way, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from core.zmtp import FailureReason, Message, ProtocolError
from core.zmtp.decoder import FrameDecoder
from tests.zmtp import wire

STREAMS: dict[str, list[Message]] = {
    "one": [b"hello"],
    "empty": [b"", b"", b""],
    "equal": [b"0123456789"] * 2000,
    "equal and empty": [b""] * 1000,
    "equal and long": [b"x" * 300] * 200,
    "runs of 12": [bytes(10 + i // 12 % 5) for i in range(600)],
    "runs of 5": [bytes(10 + i // 5 % 5) for i in range(600)],
    "all sizes": [bytes(size) for size in range(600)],
    "long ones": [bytes(size) for size in (255, 256, 65535, 65536, 70000, 1)],
    "two frames": [[b"", b"0123456789"]] * 300,
    "five frames": [[b"a", b"", b"ccc", b"d" * 300, b"e"]] * 100,
    "twenty frames": [[b"frame"] * 20] * 50,
    "changing numbers of frames": [[b"x"] * (2 + i % 5) for i in range(300)],
    "one and many in turn": [b"one" if i % 2 else [b"many", b"x" * i] for i in range(300)],
    "last frame empty": [[b"a", b""]] * 100,
    "headers in bodies": [*[b"\x00\x0a" * 5] * 100, *[b"\x00\x0b" * 5 + b"x"] * 100],
    "a run with one stranger": [*[b"0123456789"] * 500, b"x", *[b"0123456789"] * 500],
    "a run, then long": [*[b"0123456789"] * 100, *[b"x" * 256] * 100],
    "a run, then many": [*[b"0123456789"] * 100, *[[b"012345678", b""]] * 100],
}


def no_command(body: bytes) -> bytes | None:
    raise AssertionError(f"command {body!r}")


def decoder(max_size: int = -1) -> FrameDecoder:
    return FrameDecoder(max_size, no_command)


def drain(decoder: FrameDecoder, limit: int = 1000) -> Iterator[Message]:
    while batch := decoder.messages(limit):
        assert len(batch) <= limit
        yield from batch
    assert not decoder.has_frame


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("max_size", [-1, 100_000])
@pytest.mark.parametrize("limit", [1, 3, 8, 100, 1000, 10**9])
@pytest.mark.parametrize("stream", STREAMS)
def test_whole(stream: str, limit: int, max_size: int) -> None:
    tested = decoder(max_size)
    tested.feed(wire.messages(STREAMS[stream]))
    assert list(drain(tested, limit)) == STREAMS[stream]
    assert not tested.is_mid_message


@pytest.mark.parametrize("size", [1, 2, 7, 11, 12, 13, 100, 4096, 65536])
@pytest.mark.parametrize("stream", STREAMS)
def test_in_reads_of_a_size(stream: str, size: int) -> None:
    tested = decoder()
    received: list[Message] = []
    for piece in pieces(wire.messages(STREAMS[stream][:300]), size):
        tested.feed(piece)
        received += drain(tested)
    assert received == STREAMS[stream][:300]
    assert not tested.is_mid_message


@pytest.mark.parametrize("stream", STREAMS)
def test_small_limits_of_size_use_no_short_cut(stream: str) -> None:
    longest = max(
        len(part) for m in STREAMS[stream] for part in (m if isinstance(m, list) else [m])
    )
    tested = decoder(max_size=longest)
    tested.feed(wire.messages(STREAMS[stream]))
    assert list(drain(tested)) == STREAMS[stream]


#: Short and long, single and of several frames, little input and much.
SPLIT: list[Message] = [
    b"a",
    [b"b", b"c" * 256, b""],
    b"d" * 256,
    b"",
    [b"", b"e"],
    b"f" * 11,
    b"g" * 600,
    [b"h" * 600, b"i" * 600],
    b"j" * 255,
    b"k" * 255,
    b"l" * 255,
    [b"m" * 255, b"n" * 255, b"o" * 255],
    b"p" * 600,
]


@pytest.mark.parametrize("decode_in_between", [True, False])
def test_every_split(decode_in_between: bool) -> None:
    data = wire.messages(SPLIT)
    for cut in range(len(data) + 1):
        tested = decoder()
        tested.feed(data[:cut])
        before = list(drain(tested)) if decode_in_between else []
        tested.feed(data[cut:])
        assert before + list(drain(tested)) == SPLIT


def test_nothing_is_decoded_beyond_the_limit() -> None:
    tested = decoder()
    tested.feed(wire.messages([b"0123456789"] * 100 + [b"x"]))
    assert tested.messages(0) == []
    assert tested.messages(-1) == []
    assert len(tested.messages(99)) == 99
    assert tested.has_frame
    assert tested.messages(1) == [b"0123456789"]
    assert tested.has_frame
    assert tested.messages(1) == [b"x"]
    assert not tested.has_frame


@pytest.mark.parametrize("limit", [1, 1000])
def test_input_that_comes_while_some_waits(limit: int) -> None:
    tested = decoder()
    received: list[Message] = []
    for _ in range(100):
        tested.feed(wire.messages([b"0123456789"] * 10))
        received += tested.messages(limit)
    received += drain(tested, limit)
    assert received == [b"0123456789"] * 1000


@pytest.mark.parametrize(
    ("data", "waits"),
    [
        (b"", False),
        (b"\0", False),
        (b"\0\1", False),
        (b"\0\0", True),
        (b"\0\1x", True),
        (b"\1\1x", True),
        (b"\4\1x", True),
        (b"\2" + b"\0" * 7, False),
        (b"\2" + b"\0" * 8, True),
        (b"\2" + b"\0" * 7 + b"\2x", False),
        (b"\2" + b"\0" * 7 + b"\2xy", True),
        (b"\2" + b"\xff" * 8 + b"\0\0", False),
    ],
)
def test_has_frame_before_anything_is_decoded(data: bytes, waits: bool) -> None:
    tested = decoder()
    tested.feed(data)
    assert tested.has_frame is waits


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", 0),
        (b"\0", 0),
        (b"\0\5", 5),
        (b"\0\5ab", 3),
        (b"\0\2ab", 0),
        (b"\2\0\0\0", 0),
        (b"\2" + (1 << 20).to_bytes(8, "big"), 1 << 20),
        (b"\2" + (1 << 20).to_bytes(8, "big") + b"abc", (1 << 20) - 3),
        (b"\1\1x\0\5", 5),
        (b"\0\1x" * 600 + b"\0\5ab", 3),
    ],
)
def test_bytes_wanted(data: bytes, wanted: int) -> None:
    tested = decoder()
    tested.feed(data)
    list(drain(tested))
    assert tested.bytes_wanted == wanted
    assert tested.is_mid_message is (data[-1:] not in (b"", b"b") or wanted > 0)


def test_a_big_frame_in_many_pieces_is_joined_once() -> None:
    body = bytes(range(256)) * 16384
    tested = decoder()
    for piece in pieces(wire.frame(body), 65536):
        assert tested.messages(10) == []
        tested.feed(piece)
    assert tested.bytes_wanted == 0
    assert tested.has_frame
    assert tested.messages(10) == [body]


def test_pieces_of_a_frame_are_not_joined_while_they_come() -> None:
    # 4 MiB in reads of 64 bytes: joining at each would move 128 GiB and run into the time limit.
    body = b"x" * (4 << 20)
    tested = decoder()
    for piece in pieces(wire.frame(body), 64):
        tested.feed(piece)
        tested.messages(1)
    assert not tested.has_frame
    assert not tested.is_mid_message


LARGE = [(100, 101), (254, 255), (255, 256), (0, 1), (1000, 1001), (-1, 2**63), (-1, 2**64 - 1)]


@pytest.mark.parametrize("before", [0, 1, 600])
@pytest.mark.parametrize("flags", [0, 1, 4, 0x80])
@pytest.mark.parametrize(("max_size", "size"), LARGE)
def test_too_large_is_refused_on_the_announcement(
    max_size: int, size: int, flags: int, before: int
) -> None:
    header = bytes([flags, size]) if size < 256 else bytes([flags | 2]) + size.to_bytes(8, "big")
    tested = decoder(max_size)
    tested.feed(b"\0\0" * before + header)
    assert tested.messages(10_000) == [b""] * before
    assert tested.failure is not None
    assert tested.failure.reason is FailureReason.FRAME_TOO_LARGE
    assert str(size) in tested.failure.detail


@pytest.mark.parametrize("padding", [0, 1000])
@pytest.mark.parametrize(("max_size", "size"), [case for case in LARGE if case[0] >= 0])
def test_too_large_is_refused_although_it_is_there(max_size: int, size: int, padding: int) -> None:
    tested = decoder(max_size)
    tested.feed(wire.messages([bytes(size)] * 10) + b"\0\0" * padding)
    assert tested.messages(10_000) == []
    assert tested.failure is not None
    assert tested.failure.reason is FailureReason.FRAME_TOO_LARGE


@pytest.mark.parametrize("max_size", [size for size, _ in LARGE if size >= 0])
def test_the_largest_allowed_is_accepted(max_size: int) -> None:
    tested = decoder(max_size)
    tested.feed(wire.messages([bytes(max_size)] * 100))
    assert list(drain(tested)) == [bytes(max_size)] * 100


@pytest.mark.parametrize("flags", [0x08, 0x10, 0x20, 0x40, 0x80, 0xF8])
def test_reserved_flags_are_not_looked_at_as_in_libzmq(flags: int) -> None:
    tested = decoder()
    parts = [wire.frame(b"a", flags | 1), wire.frame(b"b" * 300, flags), wire.frame(b"c", flags)]
    tested.feed(b"".join(parts))
    assert list(drain(tested)) == [[b"a", b"b" * 300], b"c"]


def answering(body: bytes) -> bytes | None:
    if body == b"fail":
        raise ProtocolError(FailureReason.MALFORMED_COMMAND, "as asked")
    return body.upper() if body.startswith(b"say") else None


def with_command(stream: Sequence[Message], body: bytes, flags: int = 4) -> bytes:
    """The stream with the command after each message."""
    return b"".join(wire.message(message) + wire.frame(body, flags) for message in stream)


@pytest.mark.parametrize("max_size", [-1, 254])
@pytest.mark.parametrize("flags", [4, 5, 0x84])
@pytest.mark.parametrize("feed", [1, 10, 100_000])
def test_commands_between_messages(feed: int, flags: int, max_size: int) -> None:
    tested = FrameDecoder(max_size, answering)
    stream: list[Message] = [b"a", [b"b", b"c"], b"d" * 200] * 50
    received: list[Message] = []
    for piece in pieces(with_command(stream, b"quiet", flags), feed):
        tested.feed(piece)
        received += drain(tested, 7)
    assert received == stream


@pytest.mark.parametrize("feed", [1, 10, 100_000])
@pytest.mark.parametrize("body", [b"say", b"say" * 100])
def test_answers_to_commands_take_their_place_in_the_stream(body: bytes, feed: int) -> None:
    tested = FrameDecoder(-1, answering)
    stream: list[Message] = [b"a", [b"b", b"c"], b"d" * 300] * 50
    received: list[Message] = []
    for piece in pieces(with_command(stream, body), feed):
        tested.feed(piece)
        received += drain(tested, 7)
    assert received[::2] == stream
    assert received[1::2] == [body.upper()] * len(stream)


def test_answers_count_towards_the_limit() -> None:
    tested = FrameDecoder(-1, answering)
    tested.feed(wire.frame(b"say", 4) * 10)
    assert tested.messages(3) == [b"SAY"] * 3
    assert tested.has_frame


@pytest.mark.parametrize("feed", [1, 100_000])
def test_a_command_inside_a_message_is_carried_out_as_in_libzmq(feed: int) -> None:
    tested = FrameDecoder(-1, answering)
    received: list[Message] = []
    data = wire.frame(b"a", 1) + wire.frame(b"say", 4) + wire.frame(b"b") + wire.frame(b"c")
    for piece in pieces(data, feed):
        tested.feed(piece)
        received += drain(tested)
    assert received == [b"SAY", [b"a", b"b"], b"c"]


@pytest.mark.parametrize("before", range(20))
def test_a_run_after_a_command_inside_a_message(before: int) -> None:
    tested = FrameDecoder(-1, answering)
    stream = b"\0\1x" * before + wire.frame(b"a", 1) + wire.frame(b"say", 4) + b"\0\1b" * 300
    tested.feed(stream)
    expected = [*[b"x"] * before, b"SAY", [b"a", b"b"], *[b"b"] * 299]
    assert list(drain(tested)) == expected


@pytest.mark.parametrize("feed", [1, 100_000])
def test_a_command_that_fails_ends_the_stream_there(feed: int) -> None:
    tested = FrameDecoder(-1, answering)
    received: list[Message] = []
    for piece in pieces(b"\0\1a" * 200 + wire.frame(b"fail", 4) + b"\0\1b", feed):
        tested.feed(piece)
        received += tested.messages(1000)
        if tested.failure is not None:
            break
    assert received == [b"a"] * 200
    assert tested.failure is not None
    assert tested.failure.detail == "as asked"


@pytest.mark.parametrize(
    "begin",
    [
        lambda tested: None,
        lambda tested: tested.messages(1),
        lambda tested: tested.messages(1000),
    ],
)
def test_clear_discards_everything(begin: Callable[[FrameDecoder], object]) -> None:
    tested = decoder()
    tested.feed(b"\0\1a" * 300 + b"\1\1b" + b"\0\5ab")
    begin(tested)
    tested.clear()
    assert not tested.has_frame
    assert not tested.is_mid_message
    assert tested.bytes_wanted == 0
    assert tested.messages(10) == []
    tested.feed(b"\0\1x")
    assert tested.messages(10) == [b"x"]


def test_drained_input_is_not_kept_alive() -> None:
    # Ten thousand idle connections must not hold ten thousand read buffers.
    tested = decoder()
    tested.feed(wire.messages([b"0123456789"] * 1000))
    list(drain(tested))
    assert tested._buffer == b""
