"""Receiving into memory of the program's own: recv_into."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.loops import Face, Runner
from tests.support.sockets import SocketFactory


def test_as_much_as_there_is_room_for(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    push, pull = new_socket.pair_up(zmq.PUSH, zmq.PULL, endpoint("tcp"))
    push.send_multipart([b"fits", b"is cut", b"is cut, too", b"is lost", b""])
    words = array("Q", [0])
    assert pull.recv_into(words) == 4
    assert words.tobytes()[:4] == b"fits"
    short = bytearray(3)
    assert pull.recv_into(short) == 6
    assert short == b"is "
    limited = bytearray(b"..........")
    assert pull.recv_into(limited, nbytes=6) == 11
    assert limited == b"is cut...."
    assert pull.recv_into(bytearray()) == 7
    assert pull.recv_into(limited) == 0
    assert limited == b"is cut...."
    assert not pull.get(zmq.RCVMORE)


@pytest.mark.parametrize(
    ("buffer", "nbytes", "error"),
    [
        (b"read-only", 0, BufferError),
        (memoryview(bytearray(10))[::2], 0, BufferError),
        (bytearray(10), -1, ValueError),
        (bytearray(10), 11, ValueError),
        ("text", 0, TypeError),
    ],
)
def test_what_is_refused_costs_no_message(
    zmq: Any,
    new_socket: SocketFactory,
    endpoint: Endpoints,
    buffer: Any,
    nbytes: int,
    error: type[Exception],
) -> None:
    push, pull = new_socket.pair_up(zmq.PUSH, zmq.PULL, endpoint("inproc"))
    push.send(b"still there")
    with pytest.raises(error):
        pull.recv_into(buffer, nbytes=nbytes)
    assert pull.recv() == b"still there"


def test_nothing_to_receive(zmq: Any, new_socket: SocketFactory) -> None:
    with pytest.raises(zmq.Again):
        new_socket(zmq.PULL).recv_into(bytearray(5), flags=zmq.DONTWAIT)


def test_asyncio(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face.pair_up(zmq.PUSH, zmq.PULL, "tcp")
        await push.send(b"message")
        memory = bytearray(4)
        assert await pull.recv_into(memory) == 7
        assert memory == b"mess"

    run(test)
