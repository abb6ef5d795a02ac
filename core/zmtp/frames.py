"""Messages to bytes: the hot half of sending.

RFC 37 §framing: a frame is a flags octet (1 MORE, 2 LONG, 4 COMMAND), its size in one octet or,
when LONG is set, in eight, and the body. The budget is some hundredths of a microsecond for a small
message, so a batch is encoded by a handful of calls into C rather than by a loop: batches of
equal-size frames by joining them with their common header, other batches by one pass of table
look-ups over all headers. Only batches that mix different numbers of frames are looped over.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BIG_FRAME",
    "Message",
    "encode",
    "encode_frame",
    "encode_message",
    "encode_parts",
    "gather",
    "read_header",
]

#: A message of one frame is its bytes; one of two and more frames is a list of them.
Message = bytes | list[bytes]

#: From this size on, in bytes, a body is worth a buffer of its own in a gathering write.
BIG_FRAME = 8192

_MORE = 1
_LONG = 2

#: From this size on one more copy of a batch costs more than one more list.
_COPY_LIMIT = 128

#: Below this many messages looking for what they have in common does not pay.
_FEW = 4

#: How many headers of long frames a table keeps.
_MOST_LONG_HEADERS = 4096


class _HeaderTable(dict[int, bytes]):
    """Frame headers by body size: all the short ones, and the long ones as they are used."""

    def __init__(self, flags: int) -> None:
        super().__init__((size, bytes((flags, size))) for size in range(256))
        self._long = bytes((flags | _LONG,))

    def __missing__(self, size: int) -> bytes:
        header = self._long + size.to_bytes(8, "big")
        if len(self) < 256 + _MOST_LONG_HEADERS:
            self[size] = header
        return header


_LAST_HEADERS = _HeaderTable(0)
_MORE_HEADERS = _HeaderTable(_MORE)

_last_header = _LAST_HEADERS.__getitem__
_more_header = _MORE_HEADERS.__getitem__


def read_header(data: bytes | bytearray, position: int) -> tuple[int, int, int] | None:
    """Return (where the body begins, its size, flags) of a frame; None while the header is cut."""
    if position >= len(data):
        return None
    flags = data[position]
    start = position + (9 if flags & _LONG else 2)
    if start > len(data):
        return None
    return start, int.from_bytes(data[position + 1 : start], "big"), flags


def encode_frame(body: bytes) -> bytes:
    """Return a message of one frame."""
    return _last_header(len(body)) + body


def encode_message(message: Message) -> bytes:
    """Return one message as bytes."""
    if isinstance(message, bytes):
        return _last_header(len(message)) + message
    if len(message) == 2:
        first, last = message
        return _more_header(len(first)) + first + _last_header(len(last)) + last
    return b"".join(_parts((message,)))


def encode(messages: Sequence[Message]) -> bytes:
    """Return a whole batch as one bytes object."""
    if len(messages) < _FEW:
        return b"".join(_parts(messages))
    try:
        # What a message is shows without asking each: `join` refuses a list, `chain` makes
        # integers of bytes, and those have no length.
        if isinstance(messages[0], list):
            return _encode_alike(messages)
        sizes = set(map(len, messages))
        if len(sizes) == 1:
            return _encode_equal(messages, sizes.pop())
        return _encode_singles(messages)
    except TypeError:
        return b"".join(_parts(messages))


def _encode_equal(messages: Sequence[Message], size: int) -> bytes:
    """Encode messages of one frame, all of `size` bytes."""
    header = _last_header(size)
    if size < _COPY_LIMIT:
        return header + header.join(messages)  # type: ignore[arg-type]
    return header.join((b"", *messages))  # type: ignore[arg-type]


def _encode_singles(messages: Sequence[Message]) -> bytes:
    """Encode messages of one frame of any size."""
    parts: list[Message] = [b""] * (2 * len(messages))
    parts[::2] = map(_last_header, map(len, messages))
    parts[1::2] = messages
    return b"".join(parts)  # type: ignore[arg-type]


def _encode_alike(messages: Sequence[Message]) -> bytes:
    """Encode messages that all have the same number of frames; TypeError when they have not."""
    counts = set(map(len, messages))
    if len(counts) != 1:
        raise TypeError("different numbers of frames")
    count = counts.pop()
    bodies: list[bytes] = list(chain.from_iterable(messages))  # type: ignore[arg-type]
    sizes = list(map(len, bodies))
    parts = [b""] * (2 * len(bodies))
    parts[::2] = map(_more_header, sizes)
    parts[2 * count - 2 :: 2 * count] = map(_last_header, sizes[count - 1 :: count])
    parts[1::2] = bodies
    return b"".join(parts)


def _parts(messages: Sequence[Message]) -> list[bytes]:
    """Return headers and bodies in turn, for messages of any kind."""
    parts: list[bytes] = []
    for message in messages:
        if isinstance(message, list):
            for body in message[:-1]:
                parts += (_more_header(len(body)), body)
            message = message[-1]
        parts += (_last_header(len(message)), message)
    return parts


def encode_parts(messages: Sequence[Message]) -> list[bytes]:
    """Return a batch as buffers for a gathering write; big bodies appear as they are, uncopied."""
    return gather(_parts(messages))


def gather(parts: list[bytes]) -> list[bytes]:
    """Join headers and small bodies between two big bodies to one buffer each."""
    buffers: list[bytes] = []
    small: list[bytes] = []
    for part in parts:
        if len(part) < BIG_FRAME:
            small.append(part)
        else:
            buffers.append(b"".join(small))
            buffers.append(part)
            small.clear()
    if small:
        buffers.append(b"".join(small))
    return buffers
