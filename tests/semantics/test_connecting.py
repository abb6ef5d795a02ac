"""Attempts to connect: how long one may take, and how long to wait before the next."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Self

import pytest

from tests.support.endpoints import unused_port
from tests.support.sockets import SAFETY_TIMEOUT, SocketFactory

CLOSED, CONNECT_RETRIED = 128, 4


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port at which nobody answers: its queue of connections is full."""
    if sys.platform != "linux":
        pytest.skip("other systems refuse when the queue is full")
    with ExitStack() as opened:
        listener = opened.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            filler = opened.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


class Retries:
    """What a monitor says of attempts that came to nothing."""

    def __init__(self, zmq: Any, watched: Any) -> None:
        self._zmq = zmq
        self._monitor = watched.get_monitor_socket(CLOSED | CONNECT_RETRIED)
        self._monitor.rcvtimeo = SAFETY_TIMEOUT

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._monitor.close(linger=0)

    def next(self) -> int:
        """Milliseconds until the next attempt."""
        while True:
            event, value = struct.unpack("=hi", self._monitor.recv_multipart()[0])
            if event == CONNECT_RETRIED:
                return int(value)


def test_an_attempt_may_take_so_long(zmq: Any, new_socket: SocketFactory, silent_port: int) -> None:
    push = new_socket(zmq.PUSH, connect_timeout=30, reconnect_ivl=10)
    with Retries(zmq, push) as retries:
        push.connect(f"tcp://127.0.0.1:{silent_port}")
        for _ in range(3):
            assert retries.next() >= 10
        push.close(linger=0)


def test_pauses_double_up_to_the_limit(zmq: Any, new_socket: SocketFactory) -> None:
    base, limit = 4, 20
    with unused_port() as port:
        push = new_socket(zmq.PUSH, reconnect_ivl=base, reconnect_ivl_max=limit)
        with Retries(zmq, push) as retries:
            push.connect(f"tcp://127.0.0.1:{port}")
            for expected in (4, 8, 16, 20, 20, 20):
                assert expected <= retries.next() <= expected + base
            push.close(linger=0)


def test_without_a_limit_pauses_stay_as_they_are(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        push = new_socket(zmq.PUSH, reconnect_ivl=5)
        with Retries(zmq, push) as retries:
            push.connect(f"tcp://127.0.0.1:{port}")
            for _ in range(6):
                assert 5 <= retries.next() <= 10
            push.close(linger=0)


@pytest.mark.core_only  # as libzmq's manual has it; libzmq 4.3.5 itself takes the lower one
def test_a_limit_below_the_pause_means_nothing(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        push = new_socket(zmq.PUSH, reconnect_ivl=20, reconnect_ivl_max=5)
        with Retries(zmq, push) as retries:
            push.connect(f"tcp://127.0.0.1:{port}")
            for _ in range(3):
                assert 20 <= retries.next() <= 40
            push.close(linger=0)
