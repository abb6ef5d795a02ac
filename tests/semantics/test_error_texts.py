"""Errors begin with the system's text, on both faces, and ours say what to do."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from tests.support.loops import Face, Runner


def test_a_receive_without_a_message(zmq: Any) -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        with pytest.raises(zmq.Again) as caught:
            socket.recv(zmq.DONTWAIT)
        assert str(caught.value).startswith(zmq.strerror(errno.EAGAIN))


def test_a_receive_without_a_message_with_asyncio(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        with pytest.raises(zmq.Again) as caught:
            await face(zmq.PULL).recv(zmq.DONTWAIT)
        assert str(caught.value).startswith(zmq.strerror(errno.EAGAIN))
        with pytest.raises(zmq.Again) as caught:
            await face(zmq.PULL, rcvtimeo=1).recv()
        assert str(caught.value).startswith(zmq.strerror(errno.EAGAIN))

    run(test)


@pytest.mark.core_only
@pytest.mark.parametrize(
    ("frame", "advice"), [("text", "send_string"), (None, "send_json"), ({}, "send_pyobj")]
)
def test_what_is_no_frame(zmq: Any, frame: object, advice: str) -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        with pytest.raises(TypeError, match=advice):
            socket.send(frame)
        with pytest.raises(TypeError, match="Frame 1 "):
            socket.send_multipart([b"", frame])


@pytest.mark.core_only
def test_text_among_frames(zmq: Any) -> None:
    with (
        zmq.Context() as context,
        context.socket(zmq.PUSH) as socket,
        pytest.raises(TypeError, match="Encode text first"),
    ):
        socket.send_multipart("text")
