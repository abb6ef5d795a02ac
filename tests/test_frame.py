"""Frames and message trackers."""

import array
import copy
import pickle
import threading
from errno import EINVAL
from typing import Any

import pytest

from core import constants as c
from core.errors import NotDone, ZMQError
from core.frame import (
    FINISHED_TRACKER,
    Frame,
    Message,
    MessageTracker,
    as_bytes,
    tracker_after_parts,
    tracker_after_send,
)

FACTS = {"Peer-Address": "127.0.0.1", "Socket-Type": "PUSH"}


@pytest.mark.parametrize(
    "data",
    [b"abcd", bytearray(b"abcd"), memoryview(b"abcd"), memoryview(b"xabcdx")[1:5], Frame(b"abcd")],
)
def test_anything_with_a_buffer_becomes_bytes(data: object) -> None:
    assert (as_bytes(data), type(as_bytes(data))) == (b"abcd", bytes)
    assert Frame(data).bytes == b"abcd"


def test_items_wider_than_a_byte_become_their_bytes() -> None:
    numbers = array.array("I", [1, 2])
    assert as_bytes(numbers) == numbers.tobytes()
    assert len(Frame(numbers)) == 2 * numbers.itemsize


def test_bytes_are_not_copied() -> None:
    data = b"x" * 1000
    assert as_bytes(data) is data


def test_text_is_refused() -> None:
    with pytest.raises(TypeError, match="unicode not allowed"):
        Frame("abc")


@pytest.mark.parametrize("data", [5, ["a"], object()])
def test_what_has_no_buffer_is_refused(data: object) -> None:
    with pytest.raises(TypeError, match="bytes or has the buffer protocol"):
        as_bytes(data)


def test_buffer_with_gaps_is_refused() -> None:
    with pytest.raises(BufferError, match="not contiguous"):
        Frame(memoryview(b"abcdef")[::2])


def test_content() -> None:
    frame = Frame(b"abc")
    assert (len(frame), bytes(frame), frame.bytes, frame.buffer.tobytes()) == (3, *[b"abc"] * 3)
    assert memoryview(frame).readonly
    assert type(frame.bytes) is bytes


def test_empty_frame() -> None:
    assert Frame().bytes == Frame(None).bytes == b""
    assert not Frame()


def test_frames_compare_by_content() -> None:
    assert Frame(b"a") == Frame(b"a") == b"a"
    assert Frame(b"a") != Frame(b"b")
    assert len({Frame(b"a"), Frame(b"a")}) == 1


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (3, "<zmq.Frame(b'xxx')>"),
        (16, "<zmq.Frame(b'xxxxxxxxxxxxxxxx')>"),
        (17, "<zmq.Frame(b'xxxxxxxxxxxx'...17B)>"),
        (5000, "<zmq.Frame(b'xxxxxxxxxxxx'...5kB)>"),
        (3_000_000, "<zmq.Frame(b'xxxxxxxxxxxx'...3MB)>"),
    ],
)
def test_text_form_is_short(size: int, text: str) -> None:
    frame = Frame(b"x" * size)
    assert str(frame) == repr(frame) == text


def test_new_frame_knows_nothing_about_a_peer() -> None:
    frame = Frame(b"x")
    assert (frame.more, frame.tracker, frame.get(c.MORE), frame.get(c.SHARED)) == (
        False,
        None,
        0,
        0,
    )
    with pytest.raises(ZMQError, match="only received frames have them") as caught:
        frame.get("Peer-Address")
    assert caught.value.errno == EINVAL


def test_received_frame_knows_its_peer() -> None:
    frame = Frame.received(b"x", more=True, properties=FACTS)
    assert (frame.more, frame.get(c.MORE)) == (True, 1)
    assert frame["Peer-Address"] == frame.get("Peer-Address") == "127.0.0.1"
    assert frame[b"Socket-Type"] == "PUSH"
    with pytest.raises(ZMQError, match="'User-Id'; it has Peer-Address, Socket-Type"):
        frame["User-Id"]


@pytest.mark.parametrize("option", [99, "", 0])
def test_unknown_property(option: Any) -> None:
    with pytest.raises(ZMQError, match="no property"):
        Frame(b"x")[option]


def test_frame_may_know_where_it_goes() -> None:
    frame = Frame.received(b"x", more=False, properties=FACTS)
    frame.routing_id = 2**32 - 1
    frame.group = b"gr\xc3\xbc\xc3\x9fe"
    assert (frame.routing_id, frame["routing_id"]) == (2**32 - 1, 2**32 - 1)
    assert (frame.group, frame.get("group")) == ("grüße", "grüße")
    assert frame["Peer-Address"] == "127.0.0.1"
    assert FACTS.keys() == {"Peer-Address", "Socket-Type"}  # which other frames share


def test_frame_that_goes_nowhere() -> None:
    assert Frame(b"x").group == ""
    with pytest.raises(ZMQError, match="no property 'routing_id'") as caught:
        Frame(b"x")["routing_id"]
    assert caught.value.errno == EINVAL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("routing_id", 0),
        ("routing_id", -1),
        ("routing_id", 2**32),
        ("routing_id", "1"),
        ("group", 5),
        ("group", "x" * 256),
        ("Peer-Address", "127.0.0.1"),
        (c.MORE, 1),
    ],
)
def test_nothing_else_can_be_set(name: Any, value: object) -> None:
    with pytest.raises(ZMQError) as caught:
        Frame(b"x").set(name, value)
    assert caught.value.errno == EINVAL


@pytest.mark.parametrize("duplicate", [copy.copy, lambda f: pickle.loads(pickle.dumps(f))])
def test_copies_keep_everything(duplicate: Any) -> None:
    frame = duplicate(Frame.received(b"abc", more=True, properties=FACTS))
    assert (type(frame), frame.bytes, frame.more, frame["Socket-Type"]) == (
        Frame,
        b"abc",
        True,
        "PUSH",
    )


def test_old_name() -> None:
    assert Message is Frame


def test_tracked_frame_is_done_at_once() -> None:
    tracker = Frame(b"x", track=True).tracker
    assert tracker is not None
    assert tracker.done
    tracker.wait(0)


def test_tracker_waits_for_its_events() -> None:
    event = threading.Event()
    tracker = MessageTracker(MessageTracker(event), Frame(b"x", track=True))
    with pytest.raises(NotDone):
        tracker.wait(0.01)
    threading.Timer(0.01, event.set).start()
    tracker.wait(10)
    assert tracker.done
    MessageTracker(event).wait()


def test_tracker_of_a_pending_event_is_not_done() -> None:
    assert not MessageTracker(threading.Event()).done


def test_tracker_refuses_what_it_cannot_watch() -> None:
    with pytest.raises(ValueError, match="Not a tracked message"):
        MessageTracker(Frame(b"x"))
    with pytest.raises(TypeError, match="not <class 'int'>"):
        MessageTracker(5)  # type: ignore[arg-type]


def test_tracker_after_send() -> None:
    tracked, plain = Frame(b"x", track=True), Frame(b"x")
    assert tracker_after_send(b"x", True, False) is None
    assert tracker_after_send(b"x", True, True) is None
    assert tracker_after_send(b"x", False, False) is FINISHED_TRACKER
    assert tracker_after_send(plain, True, False) is None
    assert tracker_after_send(tracked, True, True) is tracked.tracker
    with pytest.raises(ValueError, match="Not a tracked message"):
        tracker_after_send(plain, False, True)


def test_tracker_after_parts_is_that_of_the_last() -> None:
    tracked, plain = Frame(b"x", track=True), Frame(b"x")
    assert tracker_after_parts([b"a", tracked], True, True) is tracked.tracker
    assert tracker_after_parts([tracked, b"a"], True, False) is None
    with pytest.raises(ValueError, match="Not a tracked message"):
        tracker_after_parts([plain, tracked], True, True)
