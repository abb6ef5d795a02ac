"""How messages are printed, and how what is printed is read again.

Both directions of every format stand side by side, because each can read what it prints.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

from core.cli.text import quote, unescape, unquote, visible
from core.patterns import Message

#: What a format makes of messages that arrived together.
Encoder = Callable[[Sequence[Message]], bytes]
#: The message in one piece of input; ValueError says what is wrong with it.
Decoder = Callable[[bytes], Message]

FORMATS = ("text", "raw", "quoted", "hex", "json")


def frames_of(message: Message) -> Sequence[bytes]:
    """The frames of a message."""
    return (message,) if isinstance(message, bytes) else message


def message_of(frames: Sequence[bytes]) -> Message:
    """The message of these frames."""
    return frames[0] if len(frames) == 1 else list(frames)


# Printing


def encoder(name: str, delimiter: bytes | None, separator: bytes, terminal: bool) -> Encoder:
    """Make the encoder of a format.

    :param delimiter: after each message; None: what is usual for the format
    :param separator: between the frames of a message, in `text` and `raw`
    :param terminal: somebody looks at it: what cannot be printed is shown as an escape
    """
    if name == "none":
        return lambda messages: b""
    default = b"" if name == "raw" else b"\n"
    plain = _plain(default if delimiter is None else delimiter, separator)
    if name == "text" and terminal:
        return lambda messages: visible(plain(messages)).encode()
    if name in ("text", "raw"):
        return plain
    line = _LINES[name]
    return lambda messages: plain([line(frames_of(message)).encode() for message in messages])


def _plain(delimiter: bytes, separator: bytes) -> Encoder:
    def encode(messages: Sequence[Message]) -> bytes:
        try:
            body = delimiter.join(messages)  # type: ignore[arg-type]
        except TypeError:  # some have several frames
            body = delimiter.join([separator.join(frames_of(each)) for each in messages])
        return body + delimiter

    return encode


def _json(frames: Sequence[bytes]) -> str:
    return json.dumps({"frames": [_json_frame(frame) for frame in frames]}, ensure_ascii=False)


def _json_frame(frame: bytes) -> object:
    try:
        return frame.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(frame).decode()}


_LINES: dict[str, Callable[[Sequence[bytes]], str]] = {
    "quoted": lambda frames: " ".join(map(quote, frames)),
    "hex": lambda frames: " ".join(frame.hex() for frame in frames),
    "json": _json,
}


# Reading


def decoder(name: str, separator: bytes | None) -> Decoder:
    """Make the decoder of a format.

    :param separator: what stands between the frames of a message in `text` and `raw`; None: a
        piece of input is one frame
    """
    if name in ("text", "raw"):
        return bytes if separator is None else lambda piece: message_of(piece.split(separator))
    return _DECODERS[name]


def _read_hex(piece: bytes) -> Message:
    return message_of([bytes.fromhex(frame.decode("ascii")) for frame in piece.split(b" ")])


def _read_json(piece: bytes) -> Message:
    value: Any = json.loads(piece)
    frames = value["frames"] if isinstance(value, dict) and "frames" in value else value
    if not isinstance(frames, list):
        frames = [frames]
    if not frames:
        raise ValueError("a message has at least one frame")
    return message_of([_read_json_frame(frame) for frame in frames])


def _read_json_frame(frame: object) -> bytes:
    if isinstance(frame, str):
        return frame.encode()
    if isinstance(frame, dict) and isinstance(encoded := frame.get("base64"), str):
        try:
            return base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError(f"not base64: {error}") from None
    raise ValueError(f'a frame is "text" or {{"base64": "..."}}, not {json.dumps(frame)}')


_DECODERS: dict[str, Decoder] = {
    "quoted": lambda piece: message_of(unquote(piece)),
    "hex": _read_hex,
    "json": _read_json,
}
_ARGUMENTS: dict[str, Callable[[bytes], list[bytes]]] = {
    "text": lambda argument: [argument],
    "raw": lambda argument: [argument],
    "quoted": lambda argument: [unescape(argument)],
    "hex": lambda argument: [bytes.fromhex(argument.decode("ascii"))],
    "json": lambda argument: list(frames_of(_read_json(argument))),
}


def message_from_arguments(name: str, arguments: Sequence[bytes]) -> Message:
    """The message of the frames that stand on the command line, in this format.

    :raises ValueError: one of them is not in the format
    """
    read = _ARGUMENTS[name]
    return message_of([frame for argument in arguments for frame in read(argument)])


__all__ = [
    "FORMATS",
    "Decoder",
    "Encoder",
    "decoder",
    "encoder",
    "frames_of",
    "message_from_arguments",
    "message_of",
]
