"""Bytes to messages: the hot half of receiving.

Theory of operation: what was read is kept raw until somebody asks for messages, and then decoded
only as far as asked, so that one read of small messages cannot overrun a high-water mark. Three
ways through the buffer, slowest first:

* plain loops, one frame after the other;
* runs of messages of one shape (`runs.py`), cut by one call into C. Looking for one costs something
  where there is none, so after each vain look the plain loop does twice as many messages before
  the next;
* the frame that is cut short by the end of the buffer: its pieces are collected and joined once,
  when it is complete, however large it is and however small the pieces.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.runs import take_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.zmtp.frames import Message

__all__ = ["FrameDecoder"]

_MORE = 1
_LONG = 2
_COMMAND = 4
_MESSAGE_FLAGS = _MORE | _LONG

#: RFC 37 §framing: a long frame has at most 2^63-1 octets.
_MAX_FRAME = 2**63 - 1

#: The largest short frame.
_SHORT = 255

#: The largest size of a short frame.
_LARGEST_SHORT = 255

#: Frames of one message may have this many bytes together whatever the limit for one frame is, and
#: each of them counts as at least so many.
_LARGEST_MESSAGE = 1 << 30
_WEIGHT_OF_FRAME = 64

#: Input up to this many bytes is decoded in the simplest way.
_LITTLE = 512

#: How many messages the plain loop does after a run that was found, and at most after vain looks.
_FIRST_PAUSE = 8
_LONGEST_PAUSE = 1024

#: The empty frame before a request or a reply (RFC 28), and the flags of the short frame after it.
_DELIMITER = b"\x01\x00\x00"

_read_size = struct.Struct(">Q").unpack_from


#: From this many missing bytes on, a frame is read into a kept buffer rather than into new ones,
#: up to frames of this size: beyond, nobody's memory is given away on a mere announcement.
_WORTH_KEEPING = 1 << 18
_LARGEST_KEPT = 1 << 22

#: Buffers of frames that were delivered, for the next ones of the same size.
_spares: list[bytearray] = []
_MOST_SPARES = 4


def _buffer_of(size: int) -> bytearray:
    """Return a buffer of exactly this size, used before if possible: fresh pages are slow."""
    try:
        spare = _spares.pop()
    except IndexError:
        return bytearray(size)
    return spare if len(spare) == size else bytearray(size)


class FrameDecoder:
    """Cuts the traffic of one ready connection into messages.

    max_size: largest frame accepted, in bytes; -1 = no limit.
    on_command: called with the body of each command; returns the message that stands for it in the
        stream, if any, and may raise ProtocolError.

    `failure` is set when the peer has broken a rule.
    """

    __slots__ = (
        "_assembly",
        "_body_flags",
        "_buffer",
        "_countdown",
        "_max_size",
        "_missing",
        "_on_command",
        "_parts",
        "_pause",
        "_pieces",
        "_position",
        "_weighed",
        "_weighed_parts",
        "_weight",
        "failure",
    )

    def __init__(self, max_size: int, on_command: Callable[[bytes], bytes | None]) -> None:
        self._max_size = max_size if max_size >= 0 else _MAX_FRAME
        self._on_command = on_command
        # The raw input and how far it is decoded.
        self._buffer = b""
        self._position = 0
        # The frames so far of a message of several.
        self._parts: list[bytes] = []
        # How much of them was weighed, and what it weighs in bytes.
        self._weighed = self._parts
        self._weighed_parts = 0
        self._weight = 0
        # The frame under collection: its pieces, how many bytes are missing, its flags.
        self._pieces: list[bytes | memoryview] = []
        self._missing = 0
        self._body_flags = 0
        # Where a large frame under collection grows; its only piece is then a view of it.
        self._assembly: bytearray | None = None
        # How many messages until the next look for a run, and how many after that.
        self._countdown = _FIRST_PAUSE
        self._pause = _FIRST_PAUSE
        self.failure: ProtocolError | None = None

    @property
    def has_frame(self) -> bool:
        """Whether at least one more complete frame waits."""
        if self._pieces:
            return self._missing == 0
        buffer = self._buffer
        position = self._position
        left = len(buffer) - position
        if left < 2:
            return False
        if not buffer[position] & _LONG:
            return left >= 2 + buffer[position + 1]
        return left >= 9 and left - 9 >= int(_read_size(buffer, position + 1)[0])

    @property
    def is_mid_message(self) -> bool:
        """Whether the input so far ends inside a frame or a message of several frames."""
        return bool(self._parts or self._pieces or self._position < len(self._buffer))

    @property
    def bytes_wanted(self) -> int:
        """How many bytes the frame under collection still lacks; 0 when there is none."""
        return self._missing

    def space(self) -> memoryview | None:
        """Where to read the rest of a large frame under collection; None for any other input."""
        missing = self._missing
        if self._assembly is None:
            collected = sum(map(len, self._pieces))
            if missing < _WORTH_KEEPING or collected + missing > _LARGEST_KEPT:
                return None
            self._assembly = _buffer_of(collected + missing)
            self._assembly[:collected] = b"".join(self._pieces)
            self._pieces = [memoryview(self._assembly)]
        return memoryview(self._assembly)[-missing:] if missing else None

    def filled(self, count: int) -> None:
        """`count` bytes were read into the beginning of `space`."""
        self._missing -= count

    def clear(self) -> None:
        """Discard everything that waits."""
        self._assembly = None
        self._buffer = b""
        self._position = 0
        self._parts = []
        self._pieces = []
        self._missing = 0

    def take(self, data: bytes, limit: int) -> list[Message]:
        """`feed` and `messages` in one; one small message, as of request-reply, the short way."""
        if (
            len(data) <= _LITTLE
            and not (self._buffer or self._parts or self._pieces)
            and self._max_size >= _LARGEST_SHORT
            and limit > 0
        ):
            size = len(data)
            if size > 1 and data[1] == size - 2 and not data[0]:
                return [data[2:]]
            if size > 3 and data[3] == size - 4 and data.startswith(_DELIMITER):
                return [[b"", data[4:]]]
            if (message := _only_message(data)) is not None:
                return [message]
        self.feed(data)
        return self.messages(limit)

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
        if self._assembly is not None:
            taken = min(len(data), missing)
            start = len(self._assembly) - missing
            self._assembly[start : start + taken] = data[:taken]
            self._missing = missing - taken
            self._buffer = data
            self._position = taken
            return
        if len(data) <= missing:
            self._pieces.append(data)
            self._missing = missing - len(data)
            return
        self._pieces.append(memoryview(data)[:missing])
        self._missing = 0
        self._buffer = data
        self._position = missing

    def messages(self, limit: int) -> list[Message]:
        """Return at most `limit` messages and keep the rest.

        When the peer broke a rule, `failure` is set and what came before is still returned.
        """
        messages: list[Message] = []
        if self._missing or limit <= 0:
            return messages
        try:
            if self._pieces:
                self._take_collected(messages)
            if len(self._buffer) - self._position > _LITTLE or not self._take_few(messages, limit):
                self._decode(messages, limit)
            if self._parts:
                self._weigh_parts()
        except ProtocolError as error:
            self.failure = error
        return messages

    def _weigh_parts(self) -> None:
        """Refuse a message without end, whose frames are all small enough."""
        parts = self._parts
        if parts is not self._weighed:
            self._weighed, self._weighed_parts, self._weight = parts, 0, 0
        new = parts[self._weighed_parts :]
        self._weighed_parts = len(parts)
        self._weight += len(new) * _WEIGHT_OF_FRAME + sum(map(len, new))
        if self._weight > max(self._max_size, _LARGEST_MESSAGE):
            detail = f"a message of {len(parts)} frames so far is longer than one frame may be"
            raise ProtocolError(FailureReason.FRAME_TOO_LARGE, detail)

    def _take_few(self, messages: list[Message], limit: int) -> bool:
        """Take all of a little input, as in request-reply traffic; False when some is left over.

        What the other loops need to be fast on much input would take most of the time here.
        """
        buffer = self._buffer
        position = self._position
        total = len(buffer)
        parts = self._parts
        # With a limit that even a short frame can exceed, every frame is looked at.
        room = limit - len(messages) if self._max_size >= _LARGEST_SHORT else 0
        while room > 0 and position < total - 1 and (flags := buffer[position]) <= _MORE:
            start = position + 2
            end = start + buffer[position + 1]
            if end > total:
                break
            position = end
            if flags:
                parts.append(buffer[start:end])
                continue
            room -= 1
            if parts:
                parts.append(buffer[start:end])
                messages.append(parts)
                parts = self._parts = []
            else:
                messages.append(buffer[start:end])
        if position < total:
            self._position = position
            return False
        self._buffer = b""
        self._position = 0
        return True

    def _decode(self, messages: list[Message], limit: int) -> None:
        """Decode up to `limit` messages: frame by frame for a while, then a run, and again."""
        while (room := limit - len(messages)) > 0:
            before = len(messages)
            if not self._take_frames(messages, before + min(room, self._countdown)):
                if self._position < len(self._buffer):
                    self._keep_partial()
                else:
                    self._buffer = b""
                    self._position = 0
                return
            self._countdown -= len(messages) - before
            if self._countdown <= 0 and len(messages) < limit:
                self._look_for_run(messages, limit)

    def _look_for_run(self, messages: list[Message], limit: int) -> None:
        position = self._position
        if not self._parts:
            room = limit - len(messages)
            self._position = take_run(self._buffer, position, messages, room, self._max_size)
        vain = self._position == position
        self._pause = min(self._pause * 2, _LONGEST_PAUSE) if vain else _FIRST_PAUSE
        # A run that only the limit has cut goes on with the next call.
        self._countdown = 0 if len(messages) == limit and not vain else self._pause

    def _take_frames(self, messages: list[Message], target: int) -> bool:
        """Take frames until there are `target` messages; False when the next is incomplete."""
        buffer = self._buffer
        more_input = True
        while more_input and len(messages) < target:
            if self._position == len(buffer):
                return False
            flags = buffer[self._position]
            # With a limit that even a short frame can exceed, every frame is looked at.
            if flags > _MESSAGE_FLAGS or self._max_size < _LARGEST_SHORT:
                more_input = self._take_frame(messages)
            elif flags & _MORE or self._parts:
                more_input = self._take_multipart(messages, target)
            else:
                more_input = self._take_singles(messages, target)
        return more_input

    def _take_singles(self, messages: list[Message], target: int) -> bool:
        """Take messages of one frame while they come; False when the next is incomplete.

        The loop looks neither at the end of the buffer nor at its own last body: running over the
        end shows afterwards, and is undone.
        """
        buffer = self._buffer
        total = len(buffer)
        position = begin = self._position
        append = messages.append
        more_input = True
        try:
            for _ in range(target - len(messages)):
                flags = buffer[position]
                if not flags:
                    begin = position
                    start = position + 2
                    position = start + buffer[position + 1]
                elif flags == _LONG:
                    start = position + 9
                    end = start + self._long_size(position)
                    if end > total:
                        more_input = False
                        break
                    position = end
                else:
                    break
                append(buffer[start:position])
        except (IndexError, struct.error):
            more_input = False
        if position > total:
            messages.pop()
            position = begin
            more_input = False
        self._position = position
        return more_input

    def _take_multipart(self, messages: list[Message], target: int) -> bool:
        """Take messages of several frames while they come; False when the next is incomplete.

        Like `_take_singles` it runs over the end and undoes that.
        """
        buffer = self._buffer
        total = len(buffer)
        position = begin = self._position
        parts = finished = self._parts
        more_input = True
        try:
            while (flags := buffer[position]) <= _MESSAGE_FLAGS:
                if flags & _LONG:
                    start = position + 9
                    end = start + self._long_size(position)
                    if end > total:
                        more_input = False
                        break
                    position = end
                else:
                    begin = position
                    start = position + 2
                    position = start + buffer[position + 1]
                parts.append(buffer[start:position])
                if not flags & _MORE:
                    messages.append(parts)
                    finished = parts
                    parts = []
                    if len(messages) == target or not buffer[position] & _MORE:
                        break
        except (IndexError, struct.error):
            more_input = False
        if position > total:
            if not parts:
                messages.pop()
                parts = finished
            parts.pop()
            position = begin
            more_input = False
        self._position = position
        self._parts = parts
        return more_input

    def _long_size(self, position: int) -> int:
        """Return the size of a long frame; struct.error when its header is cut short."""
        size: int = _read_size(self._buffer, position + 1)[0]
        if size > self._max_size:
            raise self._too_large(size)
        return size

    def _take_frame(self, messages: list[Message]) -> bool:
        """Take one frame of any kind; False when it is incomplete."""
        buffer = self._buffer
        position = self._position
        start = position + (9 if buffer[position] & _LONG else 2)
        if start > len(buffer):
            return False
        size = self._announced_size(position)
        if start + size > len(buffer):
            return False
        self._position = start + size
        self._deliver(buffer[position], buffer[start : start + size], messages)
        return True

    def _too_large(self, size: int) -> ProtocolError:
        detail = f"{size} bytes, allowed are {self._max_size}"
        return ProtocolError(FailureReason.FRAME_TOO_LARGE, detail)

    def _announced_size(self, position: int) -> int:
        """Return the size in a complete header of any kind; refuse it when it is too large."""
        if self._buffer[position] & _LONG:
            return self._long_size(position)
        size = self._buffer[position + 1]
        if size > self._max_size:
            raise self._too_large(size)
        return size

    def _keep_partial(self) -> None:
        """Start to collect the frame that is cut short by the end of the buffer."""
        buffer = self._buffer
        position = self._position
        start = position + (9 if buffer[position] & _LONG else 2)
        if start <= len(buffer):
            self._missing = self._announced_size(position) - (len(buffer) - start)
            self._body_flags = buffer[position]
            self._pieces = [memoryview(buffer)[start:]]
            position = len(buffer)
        # Of less than a header, at most 8 bytes, the next read makes a new beginning.
        self._buffer = buffer[position:]
        self._position = 0

    def _take_collected(self, messages: list[Message]) -> None:
        """Deliver the frame whose last piece has come."""
        body = b"".join(self._pieces)
        self._pieces = []
        if self._assembly is not None:
            if len(_spares) < _MOST_SPARES:
                _spares.append(self._assembly)
            self._assembly = None
        self._deliver(self._body_flags, body, messages)

    def _deliver(self, flags: int, body: bytes, messages: list[Message]) -> None:
        """Put a frame where it belongs. Reserved flag bits are not looked at, as in libzmq."""
        if flags & _COMMAND:
            answer = self._on_command(body)
            if answer is not None:
                messages.append(answer)
        elif flags & _MORE:
            self._parts.append(body)
        elif self._parts:
            self._parts.append(body)
            messages.append(self._parts)
            self._parts = []
        else:
            messages.append(body)


def _only_message(data: bytes) -> Message | None:
    """Return the message that `data` is, None if it is not exactly one of short frames."""
    total = len(data)
    parts: list[bytes] = []
    start = 0
    while start + 2 <= total:
        flags = data[start]
        end = start + 2 + data[start + 1]
        if not flags:
            if end != total:
                return None
            if not parts:
                return data[2:]
            parts.append(data[start + 2 :])
            return parts
        if flags != _MORE or end > total:
            return None
        parts.append(data[start + 2 : end])
        start = end
    return None
