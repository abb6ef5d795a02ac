"""Bytes as text: everything can be shown, and what is shown can be read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.text import escape, quote, unescape, unquote, visible


@pytest.mark.parametrize(
    ("frame", "shown"),
    [
        (b"", ""),
        (b"plain text", "plain text"),
        (b'say "hi"', r"say \"hi\""),
        (b"back\\slash", r"back\\slash"),
        (b"\n\r\t\0", r"\n\r\t\x00"),
        ("grün →".encode(), "grün →"),
        (b"\xff\x1b[2J", r"\xff\x1b[2J"),
        ("\u202e".encode(), r"\xe2\x80\xae"),  # turns the direction of what follows
    ],
)
def test_escape(frame: bytes, shown: str) -> None:
    assert escape(frame) == shown
    assert unescape(shown.encode()) == frame


@given(st.binary())
def test_what_is_escaped_comes_back(frame: bytes) -> None:
    shown = escape(frame)
    assert shown.isprintable()
    assert unescape(shown.encode()) == frame


@given(st.lists(st.binary(), min_size=1))
def test_what_is_quoted_comes_back(frames: list[bytes]) -> None:
    assert unquote(" ".join(map(quote, frames)).encode()) == frames


@pytest.mark.parametrize("text", [rb"\q", rb"\x0g", b"\\"])
def test_escapes_that_do_not_exist(text: bytes) -> None:
    with pytest.raises(ValueError, match="unknown escape"):
        unescape(text)


@pytest.mark.parametrize("line", [b"", b"bare", b'"a', b'"a" b', b'"a""b"', b' "a"', b'"a\\"'])
def test_lines_that_are_not_quoted(line: bytes) -> None:
    with pytest.raises(ValueError, match="double quotes"):
        unquote(line)


@given(st.binary())
def test_a_terminal_is_never_commanded(text: bytes) -> None:
    assert all(each.isprintable() or each in "\n\t" for each in visible(text))
