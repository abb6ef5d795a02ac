r"""Bytes as text that people can read, type and send back: ``\n``, ``\\``, ``\xNN`` and friends."""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.|$)", re.DOTALL)
_MEANING = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0", b'"': b'"', b"\\": b"\\"}
_NAME = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_PLAIN = re.compile(rb"[ !#-\[\]-~]*")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"(?: +|$)', re.DOTALL)


def unescape(text: bytes) -> bytes:
    """Undo `escape`.

    :raises ValueError: an escape that does not exist
    """
    return _ESCAPE.sub(_meaning, text)


def _meaning(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if len(code) == 3:
        return bytes.fromhex(code[1:].decode())
    if code not in _MEANING:
        known = r"\n \r \t \0 \\ \" \xNN"
        raise ValueError(f"unknown escape {match[0].decode(errors='replace')!r}; there are {known}")
    return _MEANING[code]


def escape(frame: bytes) -> str:
    """Text as it is, quotes and backslashes escaped, and so whatever cannot be printed."""
    if _PLAIN.fullmatch(frame):
        return frame.decode("ascii")
    return "".join(map(_escape_character, frame.decode("utf-8", "surrogateescape")))


def _escape_character(character: str) -> str:
    if character in _NAME:
        return _NAME[character]
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


def visible(text: bytes) -> str:
    """For a terminal: text as it is, and as escapes what could play tricks with the terminal."""
    characters = text.decode("utf-8", "surrogateescape")
    return "".join(
        each if each.isprintable() or each in "\n\t" else _escape_character(each)
        for each in characters
    )


def quote(frame: bytes) -> str:
    """A frame in double quotes, escaped."""
    return f'"{escape(frame)}"'


def unquote(line: bytes) -> list[bytes]:
    """The frames of a line of quoted ones.

    :raises ValueError: it is not such a line
    """
    frames = []
    end = 0
    while match := _QUOTED.match(line, end):
        frames.append(unescape(match[1]))
        end = match.end()
        if end == len(line):
            break
    if not frames or end != len(line):
        raise ValueError('it is not a line of frames in double quotes, such as "topic" "text"')
    return frames


__all__ = ["escape", "quote", "unescape", "unquote", "visible"]
