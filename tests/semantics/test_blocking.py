"""Blocking, timed and non-blocking calls: who waits how long, and what wakes them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, send_until_full
from tests.support.waiting import Background

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


def seconds_until_again(zmq: Any, call: Any, *arguments: Any) -> float:
    begin = time.monotonic()
    with pytest.raises(zmq.Again) as caught:
        call(*arguments)
    assert caught.value.errno == zmq.EAGAIN
    return time.monotonic() - begin


@pytest.mark.parametrize("timeout", [0, 30, 120])
def test_timed_receive(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, timeout: int
) -> None:
    pull = new_socket(zmq.PULL, rcvtimeo=timeout)
    bind(pull, endpoint("tcp"))
    for call in (pull.recv, pull.recv_multipart):
        assert timeout / 1000 * 0.9 <= seconds_until_again(zmq, call) < timeout / 1000 + 2


@pytest.mark.parametrize("timeout", [0, 30, 120])
def test_timed_send(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, timeout: int) -> None:
    push = new_socket(zmq.PUSH, sndtimeo=timeout)
    for arguments in ((push.send, b"x"), (push.send_multipart, [b"x", b"y"])):
        assert timeout / 1000 * 0.9 <= seconds_until_again(zmq, *arguments) < timeout / 1000 + 2


def test_non_blocking_calls_return_at_once_whatever_the_timeouts(
    zmq: Any, new_socket: SocketFactory
) -> None:
    pair = new_socket(zmq.PAIR, rcvtimeo=-1, sndtimeo=-1)
    assert seconds_until_again(zmq, pair.recv, zmq.DONTWAIT) < 1
    assert seconds_until_again(zmq, pair.send, b"x", zmq.DONTWAIT) < 1
    assert seconds_until_again(zmq, pair.recv, zmq.NOBLOCK) < 1


@TRANSPORTS
def test_receive_without_a_timeout_waits_for_the_message(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme), rcvtimeo=-1)
    waiting = Background(pull.recv)
    waiting.wait_until_blocked()
    push.send(b"at last")
    assert waiting.result() == b"at last"


@TRANSPORTS
def test_send_without_a_timeout_waits_for_a_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH, sndtimeo=-1)
    address = bind(push, endpoint(scheme))
    waiting = Background(push.send, b"at last")
    waiting.wait_until_blocked()
    pull = new_socket(zmq.PULL)
    pull.connect(address)
    assert pull.recv() == b"at last"
    waiting.result()


def test_send_that_timed_out_was_not_sent(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=1)
    push = new_socket(zmq.PUSH, sndhwm=1, sndtimeo=30)
    push.connect(bind(pull, endpoint("inproc")))
    accepted = send_until_full(push, zmq, b"accepted")
    assert seconds_until_again(zmq, push.send, b"refused") >= 0.02
    assert [pull.recv() for _ in range(accepted)] == [b"accepted"] * accepted
    push.send(b"later")
    assert pull.recv() == b"later"


def test_a_timeout_changed_later_counts_at_the_next_call(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, rcvtimeo=0)
    bind(pull, endpoint("tcp"))
    assert seconds_until_again(zmq, pull.recv) < 1
    pull.rcvtimeo = 50
    assert seconds_until_again(zmq, pull.recv) >= 0.045


def test_silence_of_other_sockets_does_not_matter(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    """Two blocked receivers in two threads, each woken by its own message only."""
    pairs = [new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp")) for _ in range(2)]
    waiting = [Background(pull.recv) for pull, _ in pairs]
    for thread in waiting:
        thread.wait_until_blocked()
    pairs[1][1].send(b"second")
    assert waiting[1].result() == b"second"
    assert waiting[0].running
    pairs[0][1].send(b"first")
    assert waiting[0].result() == b"first"


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_one_message_followed_by_silence_leaves_at_once(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    """Coalescing must not hold a lone message back until the next one."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    push.send(b"warm")
    assert pull.recv() == b"warm"
    for burst in (1, 2, 5, 50):
        for _ in range(burst):
            push.send(b"x")
        begin = time.monotonic()
        for _ in range(burst):
            pull.recv()
        assert time.monotonic() - begin < 1


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_message_leaves_while_the_sender_computes(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    push.send(b"warm")
    assert pull.recv() == b"warm"
    receiver = Background(lambda: [pull.recv() for _ in range(100)])
    receiver.wait_until_blocked()
    for _ in range(100):
        push.send(b"x")
    begin = time.monotonic()
    while receiver.running:  # pure computation: this thread never calls the library again
        assert time.monotonic() - begin < 5
    assert receiver.result() == [b"x"] * 100
