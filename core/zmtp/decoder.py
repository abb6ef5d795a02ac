"""Bytes to messages: the hot half of receiving.

Theory of operation: what was read is kept raw until somebody asks for messages, and then decoded
only as far as asked, so that one read of small messages cannot overrun a high-water mark. Three
ways through the buffer, slowest first:

* the plain loop, one frame after the other, with a tight inner loop for small single frames;
* runs of messages of one shape (`runs.py`), cut by one call into C. Looking for one costs something
  where there is none, so after each vain look the plain loop does twice as many messages before
  the next;
* the frame that is cut short by the end of the buffer: its pieces are collected and joined once,
  when it is complete, however large it is and however small the pieces.
"""

from __future__ import annotations

from struct import Struct
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

#: RFC 37 §framing: a long frame has at most 2^63-1 octets.
_MAX_FRAME = 2**63 - 1

#: The largest short frame.
_SHORT = 255

#: The largest size of a short frame.
_LARGEST_SHORT = 255

#: How many messages the plain loop does after a run that was found, and at most after vain looks.
_FIRST_PAUSE = 8
_LONGEST_PAUSE = 1024

_read_size = Struct(">Q").unpack_from


class FrameDecoder:
    """Cuts the traffic of one ready connection into messages.

    max_size: largest frame accepted, in bytes; -1 = no limit.
    on_command: called with the body of each command; returns the message that stands for it in the
        stream, if any, and may raise ProtocolError.

    `failure` is set when the peer has broken a rule.
    """

    __slots__ = (
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
        # The frame under collection: its pieces, how many bytes are missing, its flags.
        self._pieces: list[bytes | memoryview] = []
        self._missing = 0
        self._body_flags = 0
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

    def clear(self) -> None:
        """Discard everything that waits."""
        self._buffer = b""
        self._position = 0
        self._parts = []
        self._pieces = []
        self._missing = 0

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
            self._decode(messages, limit)
        except ProtocolError as error:
            self.failure = error
        return messages

    def _decode(self, messages: list[Message], limit: int) -> None:
        """Decode up to `limit` messages: frame by frame for a while, then a run, and again."""
        while (room := limit - len(messages)) > 0:
            before = len(messages)
            if not self._take_frames(messages, before + min(room, self._countdown)):
                self._keep_partial()
                return
            self._countdown -= len(messages) - before
            if self._countdown <= 0:
                self._look_for_run(messages, limit)

    def _look_for_run(self, messages: list[Message], limit: int) -> None:
        position = self._position
        if not self._parts and self._max_size >= _LARGEST_SHORT:
            room = limit - len(messages)
            self._position = take_run(self._buffer, position, messages, room, self._max_size)
        vain = self._position == position
        self._pause = min(self._pause * 2, _LONGEST_PAUSE) if vain else _FIRST_PAUSE
        # A run that only the limit has cut goes on with the next call.
        self._countdown = 0 if len(messages) == limit and not vain else self._pause

    def _take_frames(self, messages: list[Message], target: int) -> bool:
        """Take frames until there are `target` messages; False when the next is incomplete."""
        while len(messages) < target:
            if not self._take_small(messages, target):
                return False
            if len(messages) < target and not self._take_others(messages, target):
                return False
        return True

    def _take_small(self, messages: list[Message], target: int) -> bool:
        """Take short frames that are whole messages; False when the input ends.

        The loop looks neither at the end of the buffer nor at its own last body: running over the
        end shows afterwards, and is undone.
        """
        if self._parts or self._max_size < _LARGEST_SHORT:
            return True
        buffer = self._buffer
        position = start = self._position
        append = messages.append
        more_input = True
        try:
            for _ in range(target - len(messages)):
                if buffer[position]:
                    break
                start = position + 2
                position = start + buffer[position + 1]
                append(buffer[start:position])
        except IndexError:
            more_input = False
        if position > len(buffer):
            messages.pop()
            position = start - 2
            more_input = False
        self._position = position
        return more_input

    def _take_others(self, messages: list[Message], target: int) -> bool:  # noqa: C901
        """Take frames of any kind until a short single one comes; False when the input ends.

        The loop is long on purpose: a call per frame would double its time.
        """
        buffer = self._buffer
        position = self._position
        total = len(buffer)
        max_size = self._max_size
        leave_small = max_size >= _LARGEST_SHORT
        parts = self._parts
        more_input = False
        while position < total - 1:
            flags = buffer[position]
            if not flags and leave_small and not parts:
                more_input = True
                break
            if flags & _LONG:
                start = position + 9
                if start > total:
                    break
                end = start + _read_size(buffer, position + 1)[0]
            else:
                start = position + 2
                end = start + buffer[position + 1]
            if end - start > max_size:
                raise self._too_large(end - start)
            if end > total:
                break
            body = buffer[start:end]
            position = end
            # Reserved flag bits are not looked at, as in libzmq.
            if flags & _COMMAND:
                answer = self._on_command(body)
                if answer is None:
                    continue
                messages.append(answer)
            elif flags & _MORE:
                parts.append(body)
                continue
            elif parts:
                parts.append(body)
                messages.append(parts)
                parts = self._parts = []
            else:
                messages.append(body)
            if len(messages) == target:
                more_input = True
                break
        self._position = position
        return more_input

    def _too_large(self, size: int) -> ProtocolError:
        detail = f"{size} bytes, allowed are {self._max_size}"
        return ProtocolError(FailureReason.FRAME_TOO_LARGE, detail)

    def _keep_partial(self) -> None:
        """Start to collect the frame that is cut short by the end of the buffer."""
        buffer = self._buffer
        position = self._position
        left = len(buffer) - position
        width = 9 if left and buffer[position] & _LONG else 2
        if left < width:
            # Not even a whole header: at most 8 bytes, for the next read to begin with.
            self._buffer = buffer[position:]
            self._position = 0
            return
        size: int = _read_size(buffer, position + 1)[0] if width == 9 else buffer[position + 1]
        if size > self._max_size:
            raise self._too_large(size)
        self._body_flags = buffer[position]
        self._pieces = [memoryview(buffer)[position + width :]]
        self._missing = size - (left - width)
        self._buffer = b""
        self._position = 0

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
