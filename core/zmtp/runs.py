"""Runs of messages that look alike, cut out of the input by a few calls into C.

Senders tend to repeat themselves: the same number of frames, of the same sizes, message after
message. Such messages stand at equal distances, so a strided slice collects the same header byte of
all of them, and one comparison tells whether it is the same in all. When every header byte of the
first message repeats at every stride, so does every frame boundary, by induction from the first
message; `struct` then cuts all bodies in one call. That is several times faster than a loop.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.zmtp.frames import Message

__all__ = ["take_run"]

_MORE = 1
_LONG = 2

#: A run is proved and cut in pieces of so many messages: small ones first, so that a run which ends
#: soon costs little, then larger ones. The largest two are for messages of one frame.
_PIECES = (8, 32, 128, 512)
_TOP_SINGLE = 3
_TOP_MULTIPART = 1

#: Messages of more frames than this are left to the plain loop.
_MOST_FRAMES = 16

#: How many shapes are remembered: enough for any real traffic, too few for a peer to fill memory.
_MOST_SHAPES = 64


class _Shape:
    """What all messages of a run have in common.

    layout: one message in the language of `struct`, headers skipped.
    message: one whole message, frame headers included.
    """

    __slots__ = ("_columns", "_cutters", "_frames", "_layout", "stride", "top")

    def __init__(self, layout: str, message: bytes) -> None:
        self._layout = layout
        self._frames = layout.count("s")
        self.stride = len(message)
        self.top = _TOP_SINGLE if self._frames == 1 else _TOP_MULTIPART
        # The header bytes of so many messages, for each place that has one.
        self._columns = [
            [(offset, bytes((message[offset],)) * count) for offset in _header_offsets(message)]
            for count in _PIECES
        ]
        self._cutters: list[Struct | None] = [None] * len(_PIECES)

    def fits(self, buffer: bytes, position: int, level: int) -> bool:
        """Whether the next `_PIECES[level]` messages at `position` have this shape."""
        stride = self.stride
        end = position + _PIECES[level] * stride
        for offset, column in self._columns[level]:
            if buffer[position + offset : end : stride] != column:
                return False
        return True

    def cut(self, buffer: bytes, position: int, level: int, messages: list[Message]) -> None:
        """Append the next `_PIECES[level]` messages at `position`."""
        cutter = self._cutters[level]
        if cutter is None:
            cutter = self._cutters[level] = Struct(self._layout * _PIECES[level])
        bodies = cutter.unpack_from(buffer, position)
        if self._frames == 1:
            messages += bodies
        else:
            messages += map(list, zip(*[iter(bodies)] * self._frames, strict=True))


def _header_offsets(message: bytes) -> list[int]:
    """Return where the header bytes of a message's frames are."""
    offsets: list[int] = []
    start = 0
    while start < len(message):
        body = start + (9 if message[start] & _LONG else 2)
        offsets += range(start, body)
        start = body + int.from_bytes(message[start + 1 : body], "big")
    return offsets


_shapes: dict[str, _Shape] = {}


def _shape_at(buffer: bytes, position: int, max_size: int) -> _Shape | None:
    """Return the shape of the message at `position`; None when it cannot begin a run."""
    layout = ""
    start = position
    for _ in range(_MOST_FRAMES):
        if start + 2 > len(buffer) or buffer[start] > _MORE | _LONG:
            return None
        flags = buffer[start]
        width = 9 if flags & _LONG else 2
        size = int.from_bytes(buffer[start + 1 : start + width], "big")
        layout += f"{width}x{size}s"
        start += width + size
        # Only a message that is whole shows its shape.
        if start > len(buffer) or size > max_size:
            return None
        if not flags & _MORE:
            return _shapes.get(layout) or _remember(layout, buffer[position:start])
    return None


def _remember(layout: str, message: bytes) -> _Shape:
    if len(_shapes) >= _MOST_SHAPES:
        _shapes.clear()
    shape = _shapes[layout] = _Shape(layout, message)
    return shape


def take_run(
    buffer: bytes, position: int, messages: list[Message], room: int, max_size: int
) -> int:
    """Append the run of messages at `position`, at most `room` of them, and return its end.

    buffer: raw frames, `position` at the start of a message. max_size: largest frame accepted, in
    bytes. Returns `position` itself when there is no run worth the effort.
    """
    shape = _shape_at(buffer, position, max_size)
    if shape is None:
        return position
    stride = shape.stride
    left = min(room, (len(buffer) - position) // stride)
    level = 0
    rising = True
    while level >= 0:
        count = _PIECES[level]
        if count <= left and shape.fits(buffer, position, level):
            shape.cut(buffer, position, level, messages)
            position += count * stride
            left -= count
            if rising and level < shape.top:
                level += 1
        else:
            rising = False
            level -= 1
    return position
