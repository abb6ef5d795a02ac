"""High-water marks: exactly how many messages are taken before a sender has to wait."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, drain, send_until_full
from tests.support.waiting import Background, wait_until

PAIRS = pytest.mark.parametrize(
    ("sender", "receiver"),
    [("PUSH", "PULL"), ("DEALER", "DEALER"), ("PAIR", "PAIR"), ("DEALER", "ROUTER")],
)


@PAIRS
@pytest.mark.parametrize(("send_mark", "receive_mark"), [(1, 1), (2, 5), (10, 3), (1000, 1000)])
def test_inproc_takes_the_sum_of_both_marks(
    zmq: Any,
    new_socket: SocketFactory,
    endpoint: Endpoints,
    sender: str,
    receiver: str,
    send_mark: int,
    receive_mark: int,
) -> None:
    pull = new_socket(getattr(zmq, receiver), rcvhwm=receive_mark)
    push = new_socket(getattr(zmq, sender), sndhwm=send_mark)
    push.connect(bind(pull, endpoint("inproc")))
    assert send_until_full(push, zmq) == send_mark + receive_mark
    assert len(drain(pull)) == send_mark + receive_mark
    push.send(b"room again")
    assert pull.recv_multipart()[-1] == b"room again"


def test_inproc_counts_the_same_when_connected_first(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    address = endpoint("inproc")
    push = new_socket(zmq.PUSH, sndhwm=2)
    push.connect(address)
    assert send_until_full(push, zmq) == 2  # nobody has added a receive queue yet
    pull = new_socket(zmq.PULL, rcvhwm=3)
    pull.bind(address)
    wait_until(lambda: push.poll(0, zmq.POLLOUT))
    assert send_until_full(push, zmq) == 3
    assert len(drain(pull)) == 5


@pytest.mark.parametrize(("send_mark", "receive_mark"), [(0, 1), (1, 0), (0, 0)])
def test_inproc_is_unlimited_when_one_side_is(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, send_mark: int, receive_mark: int
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=receive_mark)
    push = new_socket(zmq.PUSH, sndhwm=send_mark)
    push.connect(bind(pull, endpoint("inproc")))
    for _ in range(5000):
        push.send(b"x", zmq.DONTWAIT)
    for _ in range(5000):
        pull.recv(zmq.DONTWAIT)


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
@pytest.mark.parametrize("kind", ["PUSH", "DEALER", "PAIR"])
def test_queue_to_a_peer_that_is_not_there_yet(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str, kind: str
) -> None:
    with unused_port() as port:
        sender = new_socket(getattr(zmq, kind), sndhwm=7)
        sender.connect(f"tcp://127.0.0.1:{port}" if scheme == "tcp" else endpoint("ipc"))
        assert send_until_full(sender, zmq) == 7


def test_multipart_messages_count_as_one(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=2)
    push = new_socket(zmq.PUSH, sndhwm=3)
    push.connect(bind(pull, endpoint("inproc")))
    for _ in range(5):
        push.send_multipart([b"a", b"b", b"c"], zmq.DONTWAIT)
    with pytest.raises(zmq.Again):
        push.send_multipart([b"a", b"b", b"c"], zmq.DONTWAIT)
    assert drain(pull) == [[b"a", b"b", b"c"]] * 5


def test_a_refused_multipart_message_leaves_nothing_behind(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=1)
    push = new_socket(zmq.PUSH, sndhwm=1)
    push.connect(bind(pull, endpoint("inproc")))
    assert send_until_full(push, zmq) == 2
    with pytest.raises(zmq.Again):
        push.send_multipart([b"refused", b"refused"], zmq.DONTWAIT)
    assert drain(pull) == [[b"x"]] * 2
    push.send(b"next")
    assert pull.recv_multipart() == [b"next"]


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_receiver_that_does_not_read_stops_the_sender(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    size = 65536
    pull = new_socket(zmq.PULL, rcvhwm=10, rcvbuf=size)
    push = new_socket(zmq.PUSH, sndhwm=10, sndbuf=size)
    push.connect(bind(pull, endpoint(scheme)))
    sent = 0
    while push.poll(100, zmq.POLLOUT):  # what a reader elsewhere takes, it takes at once
        sent += send_until_full(push, zmq, b"x" * size)
    # Both queues, and what the system's buffers and a reader's own hold besides.
    assert 20 <= sent <= 20 + 16
    assert len(drain(pull)) == sent


@pytest.mark.core_only
@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_small_messages_do_not_overrun_the_mark(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    """One read may bring thousands of messages; the receive mark holds all the same.

    The bytes that may wait undecoded are bounded by what the buffers of the system hold, so with
    those kept small the number of messages the sender gets rid of is bounded as well.
    """
    pull = new_socket(zmq.PULL, rcvhwm=10, rcvbuf=4096)
    push = new_socket(zmq.PUSH, sndhwm=10, sndbuf=4096)
    push.connect(bind(pull, endpoint(scheme)))
    sent = 0
    while push.poll(100, zmq.POLLOUT):
        sent += send_until_full(push, zmq, b"x" * 100)
    assert sent < 20 + 1_000_000 // 100
    assert len(drain(pull)) == sent


def test_a_blocked_sender_goes_on_when_the_receiver_reads(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=2)
    push = new_socket(zmq.PUSH, sndhwm=2)
    push.connect(bind(pull, endpoint("inproc")))
    assert send_until_full(push, zmq) == 4
    blocked = Background(push.send, b"last")
    blocked.wait_until_blocked()
    assert [pull.recv() for _ in range(5)] == [b"x"] * 4 + [b"last"]
    blocked.result()


def test_a_mark_set_later_counts_for_later_connections(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    first, second = new_socket(zmq.PULL, rcvhwm=1), new_socket(zmq.PULL, rcvhwm=1)
    push = new_socket(zmq.PUSH, sndhwm=1)
    push.connect(bind(first, endpoint("inproc")))
    assert send_until_full(push, zmq) == 2
    push.sndhwm = 5
    push.connect(bind(second, endpoint("inproc")))
    assert send_until_full(push, zmq) >= 6
    assert len(drain(second)) == 6


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
@pytest.mark.parametrize("mark", [100, 1000])
def test_a_publisher_loses_nothing_below_its_mark(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str, mark: int
) -> None:
    xpub, sub = new_socket.pair_up(zmq.XPUB, zmq.SUB, endpoint(scheme))
    xpub.sndhwm = mark
    sub.subscribe(b"")
    assert xpub.recv() == b"\x01"
    for _ in range(2):  # what was received makes room for as many again
        xpub.poll(0, zmq.POLLOUT)  # libzmq may otherwise be late to learn of the room
        for number in range(mark):
            xpub.send(b"%d" % number, zmq.DONTWAIT)
        assert [sub.recv() for _ in range(mark)] == [b"%d" % number for number in range(mark)]


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_a_publisher_that_must_not_drop_delivers_everything(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    xpub, sub = new_socket.pair_up(zmq.XPUB, zmq.SUB, endpoint(scheme), rcvhwm=10)
    xpub.sndhwm = 20
    xpub.xpub_nodrop = 1
    sub.subscribe(b"")
    assert xpub.recv() == b"\x01"
    large = bytes(10_000)
    received = refused = 0
    for number in range(2000):
        while True:
            try:
                xpub.send_multipart([b"%d" % number, large], zmq.DONTWAIT)
                break
            except zmq.Again:
                refused += 1
                while sub.poll(1):
                    assert sub.recv_multipart()[0] == b"%d" % received
                    received += 1
    assert refused
    for expected in range(received, 2000):
        assert sub.recv_multipart()[0] == b"%d" % expected
