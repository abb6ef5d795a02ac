"""Bytes to messages: the hot half of receiving.

Theory of operation: what was read is kept raw until somebody asks for messages, and then decoded
only as far as asked, so that one read of small messages cannot overrun a high-water mark. Three
ways through the buffer, fastest first:

* runs of equal small frames: strided slices prove that the next k headers are all the same, and
  one `struct` call cuts the k bodies;
* the plain loop, one frame after the other;
* the frame that is cut short by the end of the buffer: its pieces are collected and joined once,
  when it is complete, however large it is and however small the pieces.

Looking for runs costs something where there are none, so after each vain look the plain loop gets
to do twice as many frames before the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING

from core.zmtp.errors import FailureReason, ProtocolError

if TYPE_CHECKING:
    from core.zmtp.frames import Message

__all__ = ["FrameDecoder"]

_MORE = 1
_LONG = 2
_COMMAND = 4

#: RFC 37 §framing: a long frame has at most 2^63-1 octets.
_MAX_FRAME = 2**63 - 1

#: A run is worth its set-up from this many frames on, and is cut in pieces of these lengths.
_SHORTEST_RUN = 8
_PIECES = (256, 32, 8)

#: How many frames the plain loop does after a run that was found, and at most after vain looks.
_FIRST_PAUSE = 8
_LONGEST_PAUSE = 1024

_ZEROS = bytes(4096)

_Cutter = Callable[[bytes, int], tuple[bytes, ...]]
_cutters: dict[tuple[int, int], _Cutter] = {}


def _cutter(size: int, count: int) -> _Cutter:
    """Return what cuts `count` bodies of `size` bytes, each behind its 2-byte header."""
    cutter = _cutters.get((size, count))
    if cutter is None:
        cutter = Struct(f"2x{size}s" * count).unpack_from
        _cutters[size, count] = cutter
    return cutter


class FrameDecoder:
    """Cuts the traffic of one ready connection into messages.

    max_size: largest frame accepted, in bytes; -1 = no limit.
    on_command: called with the body of each command; returns the message that stands for it in the
        stream, if any, and may raise ProtocolError.
    """

    __slots__ = (
        "_body_flags",
        "_buffer",
        "_max_size",
        "_missing",
        "_on_command",
        "_parts",
        "_pause",
        "_pieces",
        "_position",
        "failure",
    )

    def __init__(self, max_size: int, on_command: Callable[[bytes], bytes | None]) -> None:
        self._max_size = max_size if max_size >= 0 else _MAX_FRAME
        self._on_command = on_command
        self._buffer = b""
        self._position = 0
        self._parts: list[bytes] = []
        self._pieces: list[bytes] = []
        self._missing = 0
        self._body_flags = 0
        self._pause = _FIRST_PAUSE
        self.failure: ProtocolError | None = None

    @property
    def has_frame(self) -> bool:
        """Whether at least one more complete frame waits in the buffer."""
        buffer = self._buffer
        if self._pieces and self._missing == 0:
            return True
        position = self._position
        left = len(buffer) - position
        if left < 2 or self._missing:
            return False
        if not buffer[position] & _LONG:
            return left >= 2 + buffer[position + 1]
        return left - 9 >= int.from_bytes(buffer[position + 1 : position + 9], "big")

    @property
    def is_mid_message(self) -> bool:
        """Whether the input so far ends inside a frame or a message of several frames."""
        return bool(self._parts or self._pieces or self._position < len(self._buffer))

    @property
    def bytes_wanted(self) -> int:
        """How many bytes the frame under collection still lacks; 0 when there is none."""
        return self._missing

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        missing = self._missing
        if missing:
            self._feed_piece(data, missing)
        elif self._position == len(self._buffer):
            self._buffer = data
            self._position = 0
        else:
            self._buffer = self._buffer[self._position :] + data
            self._position = 0

    def _feed_piece(self, data: bytes, missing: int) -> None:
        if len(data) <= missing:
            self._pieces.append(data)
            self._missing = missing - len(data)
            return
        self._pieces.append(data[:missing])
        self._missing = 0
        self._buffer = data
        self._position = missing

    def clear(self) -> None:
        """Discard everything."""
        self._buffer = b""
        self._position = 0
        self._parts = []
        self._pieces = []
        self._missing = 0

    def messages(self, limit: int) -> list[Message]:
        """Return at most `limit` messages and keep the rest.

        When the peer broke a rule, `failure` is set and what came before is still returned.
        """
        messages: list[Message] = []
        try:
            self._decode(messages, limit)
        except ProtocolError as error:
            self.failure = error
        return messages

    def _decode(self, messages: list[Message], limit: int) -> None:
        if self._missing or limit <= 0:
            return
        if self._pieces:
            self._take_collected(messages)
        while len(messages) < limit:
            self._take_run(messages, limit)
            if not self._take_frames(messages, min(limit, len(messages) + self._pause)):
                self._collect_partial()
                return

    def _take_run(self, messages: list[Message], limit: int) -> None:
        """Take a run of equal frames, if one comes next."""
        buffer = self._buffer
        position = self._position
        count = limit - len(messages)
        if self._parts or self._max_size < 255 or len(buffer) - position < 2:
            return
        size = buffer[position + 1]
        stride = size + 2
        count = min(count, (len(buffer) - position) // stride, len(_ZEROS))
        if (
            count < _SHORTEST_RUN
            or buffer[position] != 0
            or buffer[position + stride] != 0
            or buffer[position + stride + 1] != size
        ):
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            return
        count = self._run_length(position, stride, size, count)
        if count < _SHORTEST_RUN:
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            return
        self._pause = _FIRST_PAUSE
        for piece in _PIECES:
            cutter = _cutter(size, piece)
            while count >= piece:
                messages += cutter(buffer, position)
                position += piece * stride
                count -= piece
        self._position = position

    def _run_length(self, position: int, stride: int, size: int, count: int) -> int:
        """Return how many of the next `count` frames are last frames of `size` bytes.

        When the flags and sizes at every stride are right, then so is every frame start, by
        induction from the first.
        """
        buffer = self._buffer
        end = position + count * stride
        flags = buffer[position:end:stride]
        sizes = buffer[position + 1 : end : stride]
        if flags == _ZEROS[:count] and sizes == bytes((size,)) * count:
            return count
        same_flags = count - len(flags.lstrip(b"\0"))
        same_sizes = count - len(sizes.lstrip(bytes((size,))))
        return min(same_flags, same_sizes)

    def _take_frames(self, messages: list[Message], limit: int) -> bool:
        """Take frames one by one up to `limit` messages; False when the next is incomplete.

        The loop is long on purpose: a call per frame would double its time.
        """
        buffer = self._buffer
        position = self._position
        total = len(buffer)
        last_header = total - 2
        parts = self._parts
        append = messages.append
        room = limit - len(messages)
        # A limit below the largest short frame makes every size worth a look.
        unchecked = _MORE if self._max_size >= 255 else -1
        while room > 0 and position <= last_header:
            flags = buffer[position]
            start = position + 2
            if flags <= unchecked:
                end = start + buffer[position + 1]
            else:
                if flags & _LONG:
                    start = position + 9
                    if start > total:
                        break
                end = start + self._announced_size(buffer, position)
            if end > total:
                break
            body = buffer[start:end]
            position = end
            # Reserved flag bits are not looked at, as in libzmq.
            if flags & _COMMAND:
                answer = self._on_command(body)
                if answer is None:
                    continue
                append(answer)
            elif flags & _MORE:
                parts.append(body)
                continue
            elif parts:
                parts.append(body)
                append(parts)
                parts = self._parts = []
            else:
                append(body)
            room -= 1
        self._position = position
        return room <= 0

    def _announced_size(self, buffer: bytes, position: int) -> int:
        """Return the size that a complete header announces; refuse it when it is too large."""
        if buffer[position] & _LONG:
            size = int.from_bytes(buffer[position + 1 : position + 9], "big")
        else:
            size = buffer[position + 1]
        if size > self._max_size:
            detail = f"{size} bytes, allowed are {self._max_size}"
            raise ProtocolError(FailureReason.FRAME_TOO_LARGE, detail)
        return size

    def _collect_partial(self) -> None:
        """Start to collect the frame that is cut short by the end of the buffer."""
        buffer = self._buffer[self._position :]
        self._position = 0
        start = 9 if buffer and buffer[0] & _LONG else 2
        if len(buffer) < start:
            self._buffer = buffer
            return
        self._missing = self._announced_size(buffer, 0) - (len(buffer) - start)
        self._body_flags = buffer[0]
        self._pieces = [buffer[start:]]
        self._buffer = b""

    def _take_collected(self, messages: list[Message]) -> None:
        """Deliver the frame whose last piece has come."""
        body = b"".join(self._pieces)
        self._pieces = []
        if self._body_flags & _COMMAND:
            answer = self._on_command(body)
            if answer is not None:
                messages.append(answer)
        elif self._body_flags & _MORE:
            self._parts.append(body)
        elif self._parts:
            self._parts.append(body)
            messages.append(self._parts)
            self._parts = []
        else:
            messages.append(body)
