"""Frames of the backend: buffers, copies, loans of the program's memory."""

from __future__ import annotations

import copy
from threading import Event

import pytest
import zmq

from core.pyzmq_backend.frame import Frame, Lent, Loan

pytestmark = pytest.mark.interop


def test_content() -> None:
    frame = Frame(bytearray(b"content"))
    assert (len(frame), frame.bytes, frame.buffer.tobytes()) == (7, b"content", b"content")
    assert frame.bytes is frame.bytes
    view = frame.buffer
    assert frame.buffer is view
    assert not view.readonly
    view[0] = ord("C")
    assert frame.outgoing() == b"Content"
    assert Frame().bytes == b""


def test_equal_to_itself_only() -> None:
    first, second = Frame(b"same"), Frame(b"same")
    assert first == first
    assert first != second
    assert len({first, second}) == 2


@pytest.mark.parametrize("data", ["text", 5, object()])
def test_what_is_no_buffer(data: object) -> None:
    with pytest.raises(TypeError):
        Frame(data)
    with pytest.raises(BufferError):
        Frame(memoryview(bytearray(4))[::2])


def test_what_a_frame_copies_it_forgets() -> None:
    memory = bytearray(b"before")
    frame = Frame(memory)
    memory[:] = b"after!"
    assert frame.outgoing() == b"before"
    assert Frame(memory, track=True).tracker.done


def test_what_it_borrows_it_sends_as_it_is_then() -> None:
    memory = bytearray(b"before")
    frame = Frame(memory, copy=False, track=True)
    memory[:] = b"after!"
    sent = frame.outgoing()
    assert isinstance(sent, Lent)
    assert sent == b"after!"
    tracker = frame.tracker
    twin = copy.copy(frame)
    assert twin.tracker is tracker
    del frame
    assert not tracker.done
    del twin
    assert not tracker.done  # the engine still has it
    del sent
    assert tracker.done


def test_large_content_is_borrowed_unless_it_is_to_be_copied() -> None:
    large = bytes(zmq.COPY_THRESHOLD)
    assert Frame(large).outgoing() is large
    assert Frame(large, copy=True).outgoing() is not large
    assert Frame(b"small", copy_threshold=1).outgoing() == b"small"


def test_a_loan_is_known_to_pyzmq_while_it_lasts() -> None:
    from zmq.utils.garbage import gc

    before, event = set(gc.refs), Event()
    loan = Loan(b"lent", event)
    [key] = set(gc.refs) - before
    assert gc.refs[key].obj == b"lent"
    del loan
    assert key not in gc.refs
    assert event.is_set()


def test_properties() -> None:
    frame = Frame.received(b"x", more=True, properties={"Peer-Address": "127.0.0.1"})
    assert frame.get(zmq.MORE) == 1
    assert frame.get("Peer-Address") == frame.get(b"Peer-Address") == "127.0.0.1"
    frame.set("routing_id", 5)
    frame.set("group", "news")
    assert frame.destination() == {"routing_id": 5, "group": "news"}
    for wrong in ("User-Id", "routing id"):
        with pytest.raises(zmq.ZMQError) as caught:
            frame.get(wrong)
        assert caught.value.errno == zmq.EINVAL
    with pytest.raises(zmq.ZMQError, match="cannot be set"):
        frame.set("Peer-Address", "elsewhere")
