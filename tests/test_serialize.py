"""Messages from frames and back, and the encodings of the convenience methods."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frame import Frame
from core.serialize import (
    decode_json,
    decode_object,
    encode_json,
    encode_object,
    encode_string,
    split_send_options,
    to_frame_objects,
    to_frames,
    to_message,
)


def test_one_frame_is_plain_bytes_and_several_are_a_list() -> None:
    assert to_message([b"a"]) == b"a"
    assert to_message([b""]) == b""
    assert to_message((b"a", b"", b"c")) == [b"a", b"", b"c"]
    assert to_message(iter([b"a", b"b"])) == [b"a", b"b"]


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5))
def test_frames_survive_both_ways(frames: list[bytes]) -> None:
    assert to_frames(to_message(frames)) == frames


def test_frames_come_in_a_plain_list() -> None:
    class Rest(list[bytes]):
        """The engine marks the rest of a message by a type of its own."""

    frames = to_frames(Rest([b"a", b"b"]))
    assert (frames, type(frames)) == ([b"a", b"b"], list)


def test_every_buffer_becomes_bytes() -> None:
    message = to_message([bytearray(b"a"), memoryview(b"b"), Frame(b"c")])
    assert message == [b"a", b"b", b"c"]
    assert {type(frame) for frame in message} == {bytes}


def test_callers_list_stays_theirs() -> None:
    parts = [b"a", b"b"]
    message = to_message(parts)
    parts.append(b"c")
    assert message == [b"a", b"b"]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (["a"], r"Frame 0 \('a'\) does not support the buffer interface\."),
        ([b"a", 5], r"Frame 1 \(5\) does not support"),
        ([b"a", "é" * 40], r"Frame 1 \('é{31}\.\.\.\) does not support"),
        (b"ab", r"Frame 0 \(97\) does not support"),
        (5, "not iterable"),
    ],
)
def test_bad_frame_is_named(parts: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        to_message(parts)


def test_frame_with_gaps_is_refused() -> None:
    with pytest.raises(BufferError, match="not contiguous"):
        to_message([b"a", memoryview(b"abcd")[::2]])


def test_message_without_frames_is_refused() -> None:
    with pytest.raises(IndexError, match="at least one frame"):
        to_message([])


def test_frame_objects_know_what_follows_and_who_sent_them() -> None:
    frames = to_frame_objects([b"a", b"b"], {"Socket-Type": "PUSH"}, track=True)
    assert [(frame.bytes, frame.more) for frame in frames] == [(b"a", True), (b"b", False)]
    assert {frame["Socket-Type"] for frame in frames} == {"PUSH"}
    assert all(frame.tracker is not None for frame in frames)
    (only,) = to_frame_objects(b"a", {}, track=False)
    assert (only.bytes, only.more, only.tracker) == (b"a", False, None)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_text_is_encoded(text: str) -> None:
    assert encode_string(text, "utf-8").decode() == text


@pytest.mark.parametrize("value", [b"x", 5, None])
def test_only_text_is_encoded_as_text(value: Any) -> None:
    with pytest.raises(TypeError, match="str objects only"):
        encode_string(value, "utf-8")


def test_json_takes_the_options_of_the_json_module() -> None:
    assert encode_json({"a": "é"}, {"separators": (",", ":"), "ensure_ascii": False}) == (
        '{"a":"é"}'.encode()
    )
    assert decode_json(b"[1.5]", {"parse_float": str}) == ["1.5"]


@pytest.mark.parametrize("frame", [b"{", b"\xff", b""])
def test_what_is_not_json_is_a_value_error(frame: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|codec can't decode"):
        decode_json(frame, {})
    assert issubclass(json.JSONDecodeError, ValueError)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_objects_survive_both_ways(value: Any) -> None:
    assert decode_object(encode_object(value, 2)) == value


def test_send_options_are_taken_out() -> None:
    kwargs = {"indent": 1, "group": "g", "routing_id": None}
    assert split_send_options(kwargs) == {"group": "g", "routing_id": None}
    assert kwargs == {"indent": 1}
