"""PAIR: one exclusive peer (RFC 31)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, is_quiet, last_endpoint, send_until_full
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@TRANSPORTS
def test_both_sides_talk_at_any_time(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    first, second = new_socket.pair_up(zmq.PAIR, zmq.PAIR, endpoint(scheme))
    second.send(b"one")
    second.send_multipart([b"", b"two", b""])
    first.send(b"three")
    assert first.recv() == b"one"
    assert first.recv_multipart() == [b"", b"two", b""]
    assert second.recv() == b"three"


@TRANSPORTS
def test_a_second_peer_is_not_heard(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    first, second = new_socket.pair_up(zmq.PAIR, zmq.PAIR, endpoint(scheme))
    second.send(b"I was first")
    assert first.recv() == b"I was first"
    intruder = new_socket(zmq.PAIR)
    intruder.connect(last_endpoint(first))
    with suppress(zmq.Again):  # whether it is told of the refusal before it sends is a race
        intruder.send(b"intruder", zmq.DONTWAIT)
    first.send(b"for the first")
    assert second.recv() == b"for the first"
    assert is_quiet(first, intruder)
    second.send(b"still here")
    assert first.recv() == b"still here"


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_the_place_of_a_peer_that_left_is_free(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    first, second = new_socket.pair_up(zmq.PAIR, zmq.PAIR, endpoint(scheme))
    second.send(b"hello")
    assert first.recv() == b"hello"
    address = last_endpoint(first)
    second.close()

    def successor_is_heard() -> bool:
        # Refused while the bound side has not noticed the end of the first peer.
        successor = new_socket(zmq.PAIR)
        successor.connect(address)
        successor.send(b"successor")
        return bool(first.poll(50))

    wait_until(successor_is_heard)
    assert first.recv() == b"successor"


def test_send_without_a_peer_fails_or_blocks(zmq: Any, new_socket: SocketFactory) -> None:
    # RFC 31: SHALL block on sending, or return a suitable error, when it has no available peer.
    lonely = new_socket(zmq.PAIR, sndtimeo=30)
    with pytest.raises(zmq.Again):
        lonely.send(b"x", zmq.DONTWAIT)
    with pytest.raises(zmq.Again):
        lonely.send(b"x")


def test_a_full_queue_refuses_and_loses_nothing(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    receiver = new_socket(zmq.PAIR, rcvhwm=2)
    sender = new_socket(zmq.PAIR, sndhwm=3)
    sender.connect(bind(receiver, endpoint("inproc")))
    assert send_until_full(sender, zmq, b"kept") == 5
    assert [receiver.recv() for _ in range(5)] == [b"kept"] * 5
    assert is_quiet(receiver)
