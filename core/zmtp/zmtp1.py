"""The frames of ZMTP 1.0 (RFC 13), for peers that run libzmq 2.

A frame is its length, a flags octet and the body. The length counts flags and body, and takes one
octet, or FF and eight octets from 255 on. There are no commands: subscriptions are messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.frames import gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.zmtp.frames import Message

__all__ = ["Zmtp1Decoder", "encode", "encode_parts", "read_header"]

_MORE = 1
_ESCAPE = 0xFF

#: As in later versions: what no machine has.
_MAX_FRAME = 2**63 - 1


def _header(size: int, flags: int) -> bytes:
    length = size + 1
    if length < _ESCAPE:
        return bytes((length, flags))
    return b"\xff" + length.to_bytes(8, "big") + bytes((flags,))


def _parts(messages: Sequence[Message]) -> list[bytes]:
    """Return headers and bodies in turn."""
    parts: list[bytes] = []
    for message in messages:
        frames = message if isinstance(message, list) else [message]
        for body in frames[:-1]:
            parts += (_header(len(body), _MORE), body)
        parts += (_header(len(frames[-1]), 0), frames[-1])
    return parts


def encode(messages: Sequence[Message]) -> bytes:
    """Return a whole batch as one bytes object."""
    return b"".join(_parts(messages))


def encode_parts(messages: Sequence[Message]) -> list[bytes]:
    """Return a batch as buffers for a gathering write; big bodies appear as they are."""
    return gather(_parts(messages))


def read_header(data: bytes | bytearray, position: int) -> tuple[int, int, int] | None:
    """Return (where the body begins, its size, flags) of a frame; None while the header is cut.

    Raises ProtocolError (MALFORMED_MESSAGE) for a frame that lacks its flags octet.
    """
    if position >= len(data):
        return None
    length = data[position]
    start = position + 2
    if length == _ESCAPE:
        start = position + 10
        length = int.from_bytes(data[position + 1 : position + 9], "big")
    if start > len(data):
        return None
    if length == 0:
        raise ProtocolError(FailureReason.MALFORMED_MESSAGE, "a frame of no length")
    return start, length - 1, data[start - 1]


class Zmtp1Decoder:
    """Cuts the traffic of a ZMTP 1.0 peer into messages; the verbs are `FrameDecoder`'s.

    max_size: largest frame accepted, in bytes; -1 = no limit.
    first: messages that stand before everything that the peer sends.
    """

    __slots__ = ("_buffer", "_first", "_max_size", "_parts", "_position", "failure")

    def __init__(self, max_size: int, first: Sequence[bytes] = ()) -> None:
        self._max_size = max_size if max_size >= 0 else _MAX_FRAME
        self._first: list[Message] = list(first)
        self._buffer = bytearray()
        self._position = 0
        self._parts: list[bytes] = []
        self.failure: ProtocolError | None = None

    @property
    def has_frame(self) -> bool:
        """Whether at least one more complete frame waits, or a fault that `messages` will find."""
        try:
            return bool(self._first) or self._body() is not None
        except ProtocolError:
            return True

    @property
    def is_mid_message(self) -> bool:
        """Whether the input so far ends inside a frame or a message of several frames."""
        return bool(self._parts) or self._position < len(self._buffer)

    @property
    def bytes_wanted(self) -> int:
        """How many bytes the frame that has begun to arrive still lacks; 0 when none has."""
        try:
            header = read_header(self._buffer, self._position)
        except ProtocolError:
            return 0
        if header is None:
            return 0
        start, size, _ = header
        return max(0, start + size - len(self._buffer))

    def space(self) -> None:
        """Return None: frames are not read into their place."""

    def filled(self, count: int) -> None:
        """Never called, as there is no `space`."""

    def clear(self) -> None:
        """Discard everything that waits."""
        self._first.clear()
        self._buffer.clear()
        self._position = 0
        self._parts = []

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        self._buffer += data

    def take(self, data: bytes, limit: int) -> list[Message]:
        """`feed` and `messages` in one."""
        self.feed(data)
        return self.messages(limit)

    def messages(self, limit: int) -> list[Message]:
        """Return at most `limit` messages and keep the rest.

        When the peer broke a rule, `failure` is set and what came before is still returned.
        """
        messages = self._first[: max(limit, 0)]
        del self._first[: len(messages)]
        try:
            while len(messages) < limit and (body := self._body()) is not None:
                self._take_frame(*body, messages)
        except ProtocolError as error:
            self.failure = error
        del self._buffer[: self._position]
        self._position = 0
        return messages

    def _body(self) -> tuple[int, int, int] | None:
        """Return (start, end, flags) of the next frame; None while it is incomplete."""
        header = None if self.failure else read_header(self._buffer, self._position)
        if header is None:
            return None
        start, size, flags = header
        if size > self._max_size:
            detail = f"{size} bytes, allowed are {self._max_size}"
            raise ProtocolError(FailureReason.FRAME_TOO_LARGE, detail)
        return (start, start + size, flags) if start + size <= len(self._buffer) else None

    def _take_frame(self, start: int, end: int, flags: int, messages: list[Message]) -> None:
        body = bytes(self._buffer[start:end])
        self._position = end
        # libzmq looks at no other flag.
        if flags & _MORE:
            self._parts.append(body)
        elif self._parts:
            messages.append([*self._parts, body])
            self._parts = []
        else:
            messages.append(body)
