"""What the convenience methods put into messages and read out of them, without any socket.

The blocking and the asyncio face share these pairs, so that they differ by ``await`` only.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from core.frame import Frame, as_bytes

#: How the engine holds a message: one frame as bytes, several as a list of bytes.
Message = bytes | list[bytes]

# Frames in an error message are cut to this many characters.
_SHOWN = 32


def to_message(parts: Iterable[object]) -> Message:
    """Return the message of these frames, with every frame as bytes.

    All frames are checked before any is sent, so that a bad one does not cut a message in two.

    :raises TypeError: a frame is str, or has no buffer; the error tells which
    :raises BufferError: the buffer of a frame has gaps
    :raises IndexError: there is no frame at all
    """
    frames = [
        part if type(part) is bytes else _frame(index, part) for index, part in enumerate(parts)
    ]
    if not frames:
        raise IndexError("a message has at least one frame, and this one has none")
    return frames if len(frames) > 1 else frames[0]


def _frame(index: int, part: object) -> bytes:
    try:
        return as_bytes(part)
    except TypeError:
        shown = repr(part)
        if len(shown) > _SHOWN:
            shown = shown[:_SHOWN] + "..."
        what_to_do = " Encode text first." if isinstance(part, str) else ""
        raise TypeError(
            f"Frame {index} ({shown}) does not support the buffer interface.{what_to_do}"
        ) from None


def to_frames(message: Message) -> list[bytes]:
    """Return the message as a plain list of its frames."""
    if isinstance(message, bytes):
        return [message]
    return message if type(message) is list else list(message)


def to_frame_objects(
    message: Message, properties: Mapping[str, str | int], track: bool
) -> list[Frame]:
    """Return the message as frame objects that know about the peer and about what follows."""
    frames = to_frames(message)
    last = len(frames) - 1
    return [
        Frame.received(frame, more=index < last, properties=properties, track=track)
        for index, frame in enumerate(frames)
    ]


def writable_bytes(buffer: Any, nbytes: int) -> memoryview:
    """Return the bytes of a buffer that a frame is to be received into.

    :param nbytes: how many, 0: as many as there are
    :raises TypeError: ``buffer`` has no buffer
    :raises BufferError: it cannot be written to, or has gaps
    :raises ValueError: ``nbytes`` is negative, or more than there are
    """
    view = memoryview(buffer)
    if view.readonly or not view.c_contiguous:
        raise BufferError(f"the buffer {'is read-only' if view.readonly else 'is not contiguous'}")
    if not 0 <= nbytes <= view.nbytes:
        raise ValueError(f"nbytes={nbytes} must be between 0 and the {view.nbytes} of the buffer")
    view = view.cast("B") if view.nbytes else memoryview(bytearray())
    return view[:nbytes] if nbytes else view


def copy_into(view: memoryview, frame: bytes) -> int:
    """Copy as much of the frame as there is room for, and return the size of the whole frame."""
    room = view.nbytes
    view[: len(frame)] = frame if len(frame) <= room else memoryview(frame)[:room]
    return len(frame)


def encode_string(u: str, encoding: str) -> bytes:
    """Encode text.

    :raises TypeError: ``u`` is not str
    :raises UnicodeEncodeError: the encoding cannot express it
    """
    if not isinstance(u, str):
        raise TypeError("str objects only")
    return u.encode(encoding)


def encode_json(obj: object, options: Mapping[str, Any]) -> bytes:
    """Encode an object as JSON in UTF-8; ``options`` are those of ``json.dumps``."""
    import json

    return json.dumps(obj, **options).encode()


def decode_json(frame: bytes, options: Mapping[str, Any]) -> Any:
    """Decode JSON in UTF-8; ``options`` are those of ``json.loads``.

    :raises json.JSONDecodeError: the frame is not JSON
    :raises UnicodeDecodeError: the frame is not UTF-8
    """
    import json

    return json.loads(frame.decode(), **options)


def encode_object(obj: object, protocol: int | None) -> bytes:
    """Pickle an object; a protocol of None is pickle's own default."""
    import pickle

    return pickle.dumps(obj, protocol)


def decode_object(frame: bytes) -> Any:
    """Unpickle an object. The sender can make this run any code: for trusted peers only."""
    import pickle

    return pickle.loads(frame)


def split_send_options(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Take the options that belong to ``send`` out of the keyword arguments of ``send_json``."""
    return {name: kwargs.pop(name) for name in ("routing_id", "group") if name in kwargs}
