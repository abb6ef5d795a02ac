"""When something runs short: descriptors, or the patience of one slow peer among many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.processes import PeerProcess
from tests.support.sockets import SocketFactory, bind, let_go, synchronise

PROGRAMS = Path(__file__).parent / "programs"


@pytest.mark.core_only
def test_no_descriptors_left(zmq: Any) -> None:
    with PeerProcess.python(PROGRAMS / "descriptors.py") as program:
        program.expect("rested")
        program.expect("recovered")
        program.wait()


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_slow_subscriber_does_not_slow_its_neighbours(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.PUB, sndhwm=200, sndtimeo=0)
    address = bind(publisher, endpoint(scheme))
    slow, quick = (new_socket(zmq.SUB, rcvhwm=200, subscribe=b"news") for _ in range(2))
    for subscriber in (slow, quick):
        subscriber.connect(address)
    synchronise(publisher, slow, quick)
    news = b"news" + b"x" * 1000
    for _ in range(200):  # 20 MB: more than all buffers on the way to the slow one
        for _ in range(100):
            publisher.send(news)
        for _ in range(100):
            assert quick.recv() == news
        let_go(publisher)  # libzmq: makes it notice that there is room again


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_slow_worker_does_not_hold_up_the_others(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH, sndhwm=10)
    slow, quick = (new_socket(zmq.PULL, rcvhwm=10) for _ in range(2))
    for pull in (slow, quick):
        push.connect(bind(pull, endpoint(scheme)))
    work = b"x" * 20_000
    received = 0
    for _ in range(2000):  # 40 MB, of which the slow one takes a few buffers full
        push.send(work)
        while quick.poll(0):
            quick.recv()
            received += 1
    assert received > 500
