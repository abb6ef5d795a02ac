"""Command frames and the metadata they carry, as bytes and back.

RFC 37 §framing: a command is one frame with the COMMAND flag, whose body is the length of the
command's name, the name, and data that only the command itself understands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.zmtp.errors import FailureReason, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "build_command",
    "build_error",
    "build_ping",
    "build_pong",
    "build_properties",
    "parse_error",
    "parse_ping",
    "parse_properties",
    "split_command",
]

_COMMAND = 0x04
_COMMAND_LONG = 0x06

#: RFC 37 §connection heartbeating: ping-context = 0*16OCTET.
_MAX_PING_CONTEXT = 16

_REFUSALS = {str(reason.status_code): reason for reason in FailureReason if reason.status_code}


def build_command(name: bytes, data: bytes) -> bytes:
    """Return the whole frame of the command `name` (1 to 255 letters) with `data`."""
    size = 1 + len(name) + len(data)
    if size < 256:
        return bytes((_COMMAND, size, len(name))) + name + data
    return bytes((_COMMAND_LONG,)) + size.to_bytes(8, "big") + bytes((len(name),)) + name + data


def split_command(body: bytes) -> tuple[bytes, bytes]:
    """Return name and data of a command's body; ProtocolError when the name is cut short."""
    if not body or len(body) < 1 + body[0]:
        raise ProtocolError(FailureReason.MALFORMED_COMMAND, f"no name in {body[:16]!r}")
    end = 1 + body[0]
    return body[1:end], body[end:]


def build_properties(properties: Mapping[str, bytes]) -> bytes:
    """Return metadata on the wire: length and name, 4-byte length and value, repeated."""
    parts: list[bytes] = []
    for name, value in properties.items():
        encoded = name.encode("latin-1")
        parts += (bytes((len(encoded),)), encoded, len(value).to_bytes(4, "big"), value)
    return b"".join(parts)


def parse_properties(data: bytes) -> dict[str, bytes]:
    """Read metadata; of a name that comes twice the first value counts, as in libzmq.

    Names are not checked against the RFC's alphabet, because libzmq does not check them.
    Raises ProtocolError (MALFORMED_METADATA) when a length points past the end.
    """
    properties: dict[str, bytes] = {}
    position = 0
    while position < len(data):
        name_end = position + 1 + data[position]
        value_start = name_end + 4
        value_end = value_start + int.from_bytes(data[name_end:value_start], "big")
        if value_end > len(data):
            raise ProtocolError(FailureReason.MALFORMED_METADATA, "a property is cut short")
        name = data[position + 1 : name_end].decode("latin-1")
        properties.setdefault(name, data[value_start:value_end])
        position = value_end
    return properties


def build_error(reason: str) -> bytes:
    """Return an ERROR command; the reason is cut to the 255 bytes that fit."""
    text = reason.encode("ascii", "replace")[:255]
    return build_command(b"ERROR", bytes((len(text),)) + text)


def parse_error(data: bytes) -> ProtocolError:
    """Turn the data of a peer's ERROR command into the error it stands for."""
    if not data or len(data) < 1 + data[0]:
        return ProtocolError(FailureReason.MALFORMED_ERROR, f"no reason in {data[:16]!r}")
    text = data[1 : 1 + data[0]].decode("latin-1")
    # libzmq sends the ZAP status code of a refused peer as the reason (RFC 27: 300 temporary
    # error, 400 authentication failure, 500 internal error).
    if text in _REFUSALS:
        return ProtocolError(_REFUSALS[text], f"the peer answered with ZAP status {text}")
    return ProtocolError(FailureReason.REFUSED_BY_PEER, text)


def build_ping(ttl: float) -> bytes:
    """Return a PING with a time to live in seconds and, as in libzmq, no context."""
    return build_command(b"PING", round(ttl * 10).to_bytes(2, "big"))


def parse_ping(data: bytes) -> tuple[float, bytes]:
    """Return (time to live in seconds, context) of a PING.

    A PING without its two TTL bytes is refused: libzmq reads past the end of its buffer there,
    so there is no behaviour to follow.
    """
    if len(data) < 2:
        raise ProtocolError(FailureReason.MALFORMED_COMMAND, "a PING without a time to live")
    # libzmq cuts a context that is too long rather than refusing it.
    return int.from_bytes(data[:2], "big") / 10, data[2 : 2 + _MAX_PING_CONTEXT]


def build_pong(context: bytes) -> bytes:
    """Return the PONG that answers a PING with `context`."""
    return build_command(b"PONG", context)
