"""Messages to bytes: the hot half of sending.

RFC 37 §framing: a frame is a flags octet (1 MORE, 2 LONG, 4 COMMAND), its size in one octet or,
when LONG is set, in eight, and the body. The budget is some hundredths of a microsecond for a small
message, so a batch is encoded by a handful of calls into C rather than by a loop: batches of
equal-size frames by joining them with their common header, batches of small frames by one pass of
table look-ups; only what is left (long frames of mixed sizes, multipart messages) is looped over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BIG_FRAME", "Message", "encode", "encode_frame", "encode_parts"]

#: A message of one frame is its bytes; one of two and more frames is a list of them.
Message = bytes | list[bytes]

#: From this size on, in bytes, a body is worth a buffer of its own in a gathering write.
BIG_FRAME = 8192

_MORE = 1
_LONG = 2

#: Headers of the 256 short frames that end a message, and of those with more to follow.
_LAST_HEADERS = [bytes((0, size)) for size in range(256)]
_MORE_HEADERS = [bytes((_MORE, size)) for size in range(256)]

#: From this size on one more copy of a batch costs more than one more list.
_COPY_LIMIT = 128


def _header(flags: int, size: int) -> bytes:
    if size < 256:
        return _MORE_HEADERS[size] if flags else _LAST_HEADERS[size]
    return bytes((flags | _LONG,)) + size.to_bytes(8, "big")


def encode_frame(body: bytes, more: bool = False) -> bytes:
    """Return one message frame."""
    return _header(_MORE if more else 0, len(body)) + body


def encode(messages: Sequence[Message]) -> bytes:
    """Return a whole batch as one bytes object."""
    try:
        sizes = set(map(len, messages))
        if len(sizes) == 1:
            return _encode_equal(messages, sizes.pop())
        return _encode_small(messages)
    except (TypeError, IndexError):
        # A list does not pass for bytes in join, and a long frame is not in the header table.
        return b"".join(_parts(messages))


def _encode_equal(messages: Sequence[Message], size: int) -> bytes:
    header = _header(0, size)
    if size < _COPY_LIMIT:
        return header + header.join(messages)  # type: ignore[arg-type]
    return header.join((b"", *messages))  # type: ignore[arg-type]


def _encode_small(messages: Sequence[Message]) -> bytes:
    parts: list[Message] = [b""] * (2 * len(messages))
    parts[::2] = map(_LAST_HEADERS.__getitem__, map(len, messages))
    parts[1::2] = messages
    return b"".join(parts)  # type: ignore[arg-type]


def _parts(messages: Sequence[Message]) -> list[bytes]:
    parts: list[bytes] = []
    append = parts.append
    for message in messages:
        if isinstance(message, list):
            for body in message[:-1]:
                append(_header(_MORE, len(body)))
                append(body)
            body = message[-1]
        else:
            body = message
        append(_header(0, len(body)))
        append(body)
    return parts


def encode_parts(messages: Sequence[Message]) -> list[bytes]:
    """Return a batch as buffers for a gathering write; big bodies appear as they are, uncopied.

    Headers and small bodies between two big bodies are joined to one buffer.
    """
    buffers: list[bytes] = []
    small: list[bytes] = []
    for part in _parts(messages):
        if len(part) < BIG_FRAME:
            small.append(part)
        else:
            buffers.append(b"".join(small))
            buffers.append(part)
            small.clear()
    if small:
        buffers.append(b"".join(small))
    return buffers
