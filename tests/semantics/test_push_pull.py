"""PUSH and PULL: a pipeline that shares work out and loses none of it (RFC 30)."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import (
    QUIET,
    SocketFactory,
    attach_all,
    bind,
    bind_again,
    drain,
    is_quiet,
    last_endpoint,
    let_go,
    send_until_full,
)
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@TRANSPORTS
def test_work_is_shared_round_robin_by_the_connecting_side(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH)
    pulls = [new_socket(zmq.PULL) for _ in range(5)]
    for pull in pulls:
        push.connect(bind(pull, endpoint(scheme)))
    for round_number in range(3):
        for number in range(len(pulls)):
            push.send(b"%d %d" % (round_number, number))
    shares = [[pull.recv() for _ in range(3)] for pull in pulls]
    assert sorted(shares) == [[b"%d %d" % (r, n) for r in range(3)] for n in range(5)]


@TRANSPORTS
def test_work_is_shared_round_robin_by_the_binding_side(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH)
    address = bind(push, endpoint(scheme))
    pulls = [new_socket(zmq.PULL) for _ in range(5)]
    for pull in pulls:
        pull.connect(address)
    attach_all(push, pulls)
    for letters in (b"ABC", b"DEF"):
        for _ in pulls:
            push.send(letters)
    for pull in pulls:
        assert [pull.recv(), pull.recv()] == [b"ABC", b"DEF"]
    assert is_quiet(*pulls, timeout=5)


@pytest.mark.parametrize("peers", [4, 100])
def test_results_are_taken_by_turns(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, peers: int
) -> None:
    # RFC 30: SHALL receive incoming messages from its peers using a fair-queuing strategy.
    pull = new_socket(zmq.PULL)
    address = bind(pull, endpoint("inproc"))
    for number in range(peers):
        push = new_socket(zmq.PUSH)
        push.connect(address)
        for _ in range(3):
            push.send(b"%d" % number)
        let_go(push)
    order = [pull.recv() for _ in range(3 * peers)]
    assert sorted(order[:peers], key=int) == [b"%d" % number for number in range(peers)]
    assert order == order[:peers] * 3


def test_a_crowd_of_busy_peers_is_served_by_turns(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    """However much waits of many peers: nobody gets far ahead, and nothing is lost."""
    peers, each = 50, 1000
    pull = new_socket(zmq.PULL, rcvhwm=0)
    address = bind(pull, endpoint("inproc"))
    for number in range(peers):
        push = new_socket(zmq.PUSH, sndhwm=0)
        push.connect(address)
        for count in range(each):
            push.send(b"%d %d" % (number, count))
        let_go(push)
    taken = [0] * peers
    for _ in range(peers * each):
        number, count = map(int, pull.recv().split())
        assert count == taken[number], "messages of a peer keep their order"
        taken[number] += 1
        assert count - min(taken) <= 130, "a peer is far ahead of another"
    assert taken == [each] * peers


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_flood_does_not_hold_up_a_single_message(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=1000)
    address = bind(pull, endpoint(scheme))
    flood, single = new_socket(zmq.PUSH, sndhwm=1000), new_socket(zmq.PUSH)
    for push in (flood, single):
        push.connect(address)
        push.send(b"ready")
        assert pull.recv() == b"ready"
    while flood.poll(QUIET, zmq.POLLOUT):  # until every queue and buffer on the way is full
        send_until_full(flood, zmq, b"flood" * 2000)
    single.send(b"single")
    taken = 0
    while pull.recv() != b"single":
        taken += 1
        # libzmq looks for newly active peers once in a hundred receives.
        assert taken < 300, "it has to wait for the thousand messages that came before it"
        single.poll(1, zmq.POLLIN)  # gives the message time to arrive


def test_order_of_one_sender_is_kept(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"), sndhwm=0, rcvhwm=0)
    messages = [b"%d" % number * (number % 50) for number in range(2000)]
    for message in messages:
        push.send(message)
    assert [pull.recv() for _ in messages] == messages


def test_push_without_peers_refuses(zmq: Any, new_socket: SocketFactory) -> None:
    # RFC 30: SHALL block on sending, or return a suitable error, when it has no available peers.
    push = new_socket(zmq.PUSH, sndtimeo=30)
    with pytest.raises(zmq.Again):
        push.send(b"", zmq.DONTWAIT)
    with pytest.raises(zmq.Again):
        push.send(b"")
    assert push.poll(0, zmq.POLLOUT) == 0


def test_bound_push_without_peers_refuses(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    push = new_socket(zmq.PUSH)
    bind(push, endpoint("tcp"))
    with pytest.raises(zmq.Again):
        push.send(b"", zmq.DONTWAIT)


def test_queue_exists_before_the_connection(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        push = new_socket(zmq.PUSH, sndhwm=4, reconnect_ivl=10)
        push.connect(f"tcp://127.0.0.1:{port}")
        assert send_until_full(push, zmq, b"early") == 4
        pull = new_socket(zmq.PULL)
        pull.bind(f"tcp://127.0.0.1:{port}")
        assert [pull.recv() for _ in range(4)] == [b"early"] * 4


def test_immediate_push_queues_only_for_connections(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    with unused_port() as port:
        push = new_socket(zmq.PUSH, immediate=1)
        push.connect(f"tcp://127.0.0.1:{port}")  # nobody there
        pull = new_socket(zmq.PULL)
        push.connect(bind(pull, endpoint("tcp")))
        for number in range(10):
            push.send(b"%d" % number)
        assert [pull.recv() for _ in range(10)] == [b"%d" % number for number in range(10)]


def test_full_peers_are_passed_over(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    push = new_socket(zmq.PUSH, sndhwm=1)
    small, large = new_socket(zmq.PULL, rcvhwm=1), new_socket(zmq.PULL, rcvhwm=9)
    push.connect(bind(small, endpoint("inproc")))
    push.connect(bind(large, endpoint("inproc")))
    assert send_until_full(push, zmq) == 12
    assert (len(drain(small)), len(drain(large))) == (2, 10)


def test_queue_of_a_peer_that_left_is_gone(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 30: If this peer disconnects, the PUSH socket SHALL destroy its queue and SHALL discard
    # any messages it contains.
    push = new_socket(zmq.PUSH, sndhwm=2)
    pull = new_socket(zmq.PULL, rcvhwm=2)
    address = bind(push, endpoint("inproc"))
    pull.connect(address)
    assert send_until_full(push, zmq, b"old") == 4
    pull.disconnect(address)
    wait_until(lambda: not push.poll(0, zmq.POLLOUT))
    drain(pull)  # what had already crossed may still be delivered; what was queued may not
    pull.connect(address)
    wait_until(lambda: push.poll(0, zmq.POLLOUT))
    assert send_until_full(push, zmq, b"new") == 4
    assert drain(pull) == [[b"new"]] * 4


def test_wrong_direction_is_not_supported(zmq: Any, new_socket: SocketFactory) -> None:
    calls: tuple[Callable[[], Any], ...] = (
        lambda: new_socket(zmq.PUSH).recv(),
        lambda: new_socket(zmq.PUSH).recv_multipart(zmq.DONTWAIT),
        lambda: new_socket(zmq.PULL).send(b"x"),
        lambda: new_socket(zmq.PULL).send_multipart([b"x", b"y"], zmq.DONTWAIT),
    )
    for call in calls:
        with pytest.raises(zmq.ZMQError) as caught:
            call()
        assert caught.value.errno == errno.ENOTSUP


def test_conflate_keeps_the_newest_only(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, conflate=1)
    push = new_socket(zmq.PUSH)
    bind(pull, endpoint("tcp"))
    push.connect(last_endpoint(pull))
    for number in range(50):
        push.send(b"%d" % number)

    def newest_arrived() -> bool:
        return bool(pull.recv() == b"49")

    wait_until(newest_arrived)
    assert is_quiet(pull)


@TRANSPORTS
def test_multipart_messages_stay_whole_and_together(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=0)
    address = bind(pull, endpoint(scheme))
    sent = []
    for number in range(3):
        push = new_socket(zmq.PUSH, sndhwm=0)
        push.connect(address)
        for length in range(1, 30):
            message = [b"%d" % number] * length
            sent.append(message)
            push.send_multipart(message)
    received = [pull.recv_multipart() for _ in sent]
    assert sorted(received) == sorted(sent)


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_large_and_small_messages_that_waited_for_the_peer_come_in_order(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH)
    sizes = [100_000] * 20 + [10] * 20 + [300_000, 5, 70_000] * 5
    sent = [number.to_bytes(4, "big") + bytes(size) for number, size in enumerate(sizes)]
    pull = new_socket(zmq.PULL)
    address = bind(pull, endpoint(scheme))
    push.connect(address)
    for message in sent:
        push.send(message)  # the first ones before the connection is there
    assert [pull.recv() for _ in sent] == sent


def test_half_of_the_work_waits_for_a_peer_that_never_comes(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    with unused_port() as port:
        push = new_socket(zmq.PUSH)
        push.connect(f"tcp://127.0.0.1:{port}")  # nobody there
        pull = new_socket(zmq.PULL)
        push.connect(bind(pull, endpoint("tcp")))
        for number in range(10):
            push.send(b"%d" % number)
        assert [pull.recv() for _ in range(5)] == [b"%d" % number for number in range(1, 10, 2)]
        assert is_quiet(pull)


@pytest.mark.parametrize("kind", ["DEALER", "PUSH"])
def test_immediate_sockets_have_no_queue_while_the_peer_is_away(
    zmq: Any, new_socket: SocketFactory, kind: str
) -> None:
    partner = zmq.DEALER if kind == "DEALER" else zmq.PULL
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        sender = new_socket(getattr(zmq, kind), immediate=1, reconnect_ivl=10)
        sender.connect(address)
        for _ in range(2):
            with pytest.raises(zmq.Again):
                sender.send(b"too early", zmq.DONTWAIT)
            server = new_socket(partner)
            bind_again(zmq, server, address)
            sender.send(b"hello")
            assert server.recv() == b"hello"
            server.close()
            wait_until(lambda: not sender.poll(1, zmq.POLLOUT))
