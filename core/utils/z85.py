"""Z85: bytes as printable text, 4 bytes in 5 characters (RFC 32). CURVE keys are written so."""

from __future__ import annotations

import struct

__all__ = ["Z85CHARS", "Z85MAP", "decode", "encode"]

Z85CHARS = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
Z85MAP = {character: value for value, character in enumerate(Z85CHARS)}

_LARGEST = 2**32 - 1


def encode(rawbytes: bytes | bytearray | memoryview) -> bytes:
    """Return the Z85 text of bytes.

    :param rawbytes: a multiple of 4 bytes
    :raises ValueError: another length
    """
    data = bytes(rawbytes)
    if len(data) % 4:
        raise ValueError(f"Z85 encodes 4 bytes at a time: {len(data)} bytes are no multiple of 4")
    text = bytearray()
    for (value,) in struct.iter_unpack(">I", data):
        digits = []
        for _ in range(5):
            value, digit = divmod(value, 85)
            digits.append(Z85CHARS[digit])
        text += bytes(reversed(digits))
    return bytes(text)


def decode(z85bytes: str | bytes | bytearray | memoryview) -> bytes:
    """Return the bytes of a Z85 text.

    :param z85bytes: a multiple of 5 characters
    :raises ValueError: another length, a character that is not in the alphabet, or a group of five
        that stands for more than 4 bytes
    """
    try:
        text = z85bytes.encode("ascii") if isinstance(z85bytes, str) else bytes(z85bytes)
    except UnicodeEncodeError:
        raise ValueError("Z85 consists of ASCII characters only") from None
    if len(text) % 5:
        raise ValueError(f"Z85 comes in groups of 5: {len(text)} characters are no multiple of 5")
    return b"".join(_decode_group(text[start : start + 5]) for start in range(0, len(text), 5))


def _decode_group(group: bytes) -> bytes:
    value = 0
    for character in group:
        if character not in Z85MAP:
            raise ValueError(f"{bytes([character])!r} is not a character of Z85")
        value = value * 85 + Z85MAP[character]
    if value > _LARGEST:
        raise ValueError(f"{group!r} stands for more than 4 bytes")
    return value.to_bytes(4, "big")
