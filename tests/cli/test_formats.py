"""What a format prints: golden lines, and that the same format reads it again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.formats import decoder, encoder, message_from_arguments
from core.cli.sources import Splitter
from core.patterns import Message

MESSAGES: list[Message] = [b"one", [b"topic", b""], b"\xff\x00", [b"", b'"\n"']]
PRINTED = {
    "text": b'one\ntopic\t\n\xff\x00\n\t"\n"\n',
    "raw": b'onetopic\t\xff\x00\t"\n"',
    "quoted": b'"one"\n"topic" ""\n"\\xff\\x00"\n"" "\\"\\n\\""\n',
    "hex": b"6f6e65\n746f706963 \nff00\n 220a22\n",
    "json": (
        b'{"frames": ["one"]}\n{"frames": ["topic", ""]}\n'
        b'{"frames": [{"base64": "/wA="}]}\n{"frames": ["", "\\"\\n\\""]}\n'
    ),
    "none": b"",
}


@pytest.mark.parametrize("name", PRINTED)
def test_printed(name: str) -> None:
    assert encoder(name, None, b"\t", terminal=False)(MESSAGES) == PRINTED[name]


def test_messages_of_one_frame_are_joined_as_they_are() -> None:
    assert encoder("text", b"\0", b"\t", terminal=False)([b"a", b"b"]) == b"a\0b\0"
    assert encoder("raw", b"--", b"\t", terminal=False)([b"a", b"b"]) == b"a--b--"
    assert encoder("json", b"\0", b"\t", terminal=False)([b"a"]) == b'{"frames": ["a"]}\0'


def test_on_a_terminal_text_shows_what_cannot_be_printed() -> None:
    encode = encoder("text", None, b"\t", terminal=True)
    assert encode([b"\x1b[2J", [b"a", b"\xff"]]) == b"\\x1b[2J\na\t\\xff\n"


message = st.one_of(st.binary(), st.lists(st.binary(), min_size=2))


@pytest.mark.parametrize("name", ["quoted", "hex", "json"])
@given(messages=st.lists(message, min_size=1))
def test_what_is_printed_can_be_read(name: str, messages: list[Message]) -> None:
    printed = encoder(name, None, b"\t", terminal=False)(messages)
    read = decoder(name, None)
    assert [read(line) for line in Splitter(b"\n").feed(printed)] == messages


def test_text_reads_frames_at_the_separator() -> None:
    assert decoder("text", None)(b"a,b") == b"a,b"
    assert decoder("text", b",")(b"a,b") == [b"a", b"b"]
    assert decoder("text", b",")(b"ab") == b"ab"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'"one"', b"one"),
        (b'["a", {"base64": "AA=="}]', [b"a", b"\0"]),
        (b'{"frames": ["a"]}', b"a"),
        (b'{"frames": "a"}', b"a"),
    ],
)
def test_json_as_people_write_it(text: bytes, expected: Message) -> None:
    assert decoder("json", None)(text) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("json", b"{"),
        ("json", b"[]"),
        ("json", b"[1]"),
        ("json", b'{"base64": "!"}'),
        ("json", b"\xff"),
        ("hex", b"abc"),
        ("hex", b"\xff"),
        ("quoted", b"word"),
    ],
)
def test_input_that_is_not_in_the_format(name: str, text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoder(name, None)(text)


def test_messages_on_the_command_line() -> None:
    assert message_from_arguments("text", [b"a\\n"]) == b"a\\n"
    assert message_from_arguments("quoted", [b"a\\n", b"b"]) == [b"a\n", b"b"]
    assert message_from_arguments("hex", [b"00ff"]) == b"\x00\xff"
    assert message_from_arguments("json", [b'["a", "b"]']) == [b"a", b"b"]
