"""What the matrix does not show: mixed sets of peers, loss, and the limits of the wire."""

from __future__ import annotations

import socket as sockets_of_the_system
from functools import partial
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, attach_all, bind, bind_again, is_quiet, synchronise
from tests.support.waiting import wait_until

pytestmark = pytest.mark.interop


def test_work_is_shared_among_peers_of_both_kinds(
    zmq: Any, libzmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, endpoint: Endpoints
) -> None:
    push = new_socket(zmq.PUSH)
    address = bind(push, endpoint("tcp"))
    pulls = [new_socket(zmq.PULL), new_peer(libzmq.PULL), new_peer(libzmq.PULL)]
    for pull in pulls:
        pull.connect(address)
    attach_all(push, pulls)
    for number in range(9):
        push.send(b"%d" % number)
    shares = sorted([pull.recv() for _ in range(3)] for pull in pulls)
    assert shares == [[b"0", b"3", b"6"], [b"1", b"4", b"7"], [b"2", b"5", b"8"]]


def test_three_libzmq_workers_take_turns_on_our_request(
    zmq: Any, libzmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, endpoint: Endpoints
) -> None:
    request = new_socket(zmq.REQ)
    workers = [new_peer(libzmq.REP) for _ in range(3)]
    for worker in workers:
        request.connect(bind(worker, endpoint("tcp")))
    for worker in workers * 3:
        request.send(b"q")
        assert worker.recv() == b"q"
        worker.send(b"a")
        assert request.recv() == b"a"


@pytest.mark.parametrize("server", ["ours", "theirs"])
def test_server_restarts_and_subscriptions_come_back(
    zmq: Any, libzmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, server: str
) -> None:
    publish, subscribe = (new_socket, new_peer) if server == "ours" else (new_peer, new_socket)
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        subscriber = subscribe(zmq.SUB, subscribe=b"news", reconnect_ivl=10)
        subscriber.connect(address)
        for run in range(3):
            publisher = publish(zmq.XPUB)
            bind_again(publish.zmq, publisher, address)
            # libzmq renews subscriptions when the application next uses the socket.
            wait_until(partial(either_has_something, subscriber, publisher))
            assert publisher.recv() == b"\x01news"
            publisher.send(b"news %d" % run)
            assert subscriber.recv() == b"news %d" % run
            publisher.close()


def either_has_something(first: Any, second: Any) -> bool:
    return bool(first.poll(1) or second.poll(5))


@pytest.mark.parametrize("limited", ["ours", "theirs"])
def test_message_above_the_limit_ends_the_connection(
    zmq: Any,
    libzmq: Any,
    new_socket: SocketFactory,
    new_peer: SocketFactory,
    endpoint: Endpoints,
    limited: str,
) -> None:
    receive, send = (new_socket, new_peer) if limited == "ours" else (new_peer, new_socket)
    pull = receive(zmq.PULL, maxmsgsize=1000)
    push = send(zmq.PUSH, reconnect_ivl=10)
    push.connect(bind(pull, endpoint("tcp")))
    push.send(b"x" * 1000)
    assert pull.recv() == b"x" * 1000
    push.send(b"x" * 1001)
    assert is_quiet(pull)

    def reconnected() -> bool:  # what is sent before the loss is noticed is lost with it
        push.send(b"small")
        return bool(pull.poll(20))

    wait_until(reconnected)
    assert pull.recv() == b"small"


@pytest.mark.parametrize("heart", ["ours", "theirs"])
def test_heartbeats_are_answered(
    zmq: Any,
    libzmq: Any,
    new_socket: SocketFactory,
    new_peer: SocketFactory,
    endpoint: Endpoints,
    heart: str,
) -> None:
    beat: dict[str, Any] = {"heartbeat_ivl": 20, "heartbeat_timeout": 500}
    reply = new_socket(zmq.REP, **(beat if heart == "ours" else {}))
    request = new_peer(libzmq.REQ, **(beat if heart == "theirs" else {}))
    request.connect(bind(reply, endpoint("tcp")))
    for _ in range(5):
        request.send(b"q")
        assert reply.recv() == b"q"
        reply.send(b"a")
        assert request.recv() == b"a"
        assert is_quiet(reply)  # several heartbeats long


def test_identity_made_up_by_libzmq_is_used_to_answer(
    zmq: Any, libzmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_peer(libzmq.ROUTER)
    address = bind(router, endpoint("tcp"))
    dealers = [new_socket(zmq.DEALER) for _ in range(3)]
    for number, dealer in enumerate(dealers):
        dealer.connect(address)
        dealer.send(b"%d" % number)
    for _ in dealers:
        peer, number = router.recv_multipart()
        router.send_multipart([peer, b"re " + number])
    assert [dealer.recv() for dealer in dealers] == [b"re 0", b"re 1", b"re 2"]


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
@pytest.mark.parametrize("sender", ["ours", "theirs"])
def test_ten_thousand_messages_in_order(
    zmq: Any,
    libzmq: Any,
    new_socket: SocketFactory,
    new_peer: SocketFactory,
    endpoint: Endpoints,
    sender: str,
    scheme: str,
) -> None:
    send, receive = (new_socket, new_peer) if sender == "ours" else (new_peer, new_socket)
    pull, push = receive(zmq.PULL, rcvhwm=0), send(zmq.PUSH, sndhwm=0)
    push.connect(bind(pull, endpoint(scheme)))
    messages = [b"%d" % number * (number % 40) for number in range(10_000)]
    for message in messages:
        push.send(message)
    assert [pull.recv() for _ in messages] == messages


def test_many_subscriptions_cross_over(
    zmq: Any, libzmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, endpoint: Endpoints
) -> None:
    for publish, subscribe in ((new_socket, new_peer), (new_peer, new_socket)):
        publisher = publish(zmq.PUB, sndhwm=0)
        # libzmq loses subscriptions beyond the send mark.
        subscriber = subscribe(zmq.SUB, rcvhwm=0, sndhwm=0)
        subscriber.connect(bind(publisher, endpoint("tcp")))
        for topic in range(0, 2000, 2):
            subscriber.subscribe(b"%04d" % topic)
        synchronise(publisher, subscriber)
        for topic in range(2000):
            publisher.send(b"%04d" % topic)
        assert [subscriber.recv() for _ in range(1000)] == [b"%04d" % n for n in range(0, 2000, 2)]


def test_incompatible_types_refuse_each_other(
    zmq: Any, libzmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL)
    stranger = new_peer(libzmq.REQ, immediate=1, reconnect_ivl=-1)
    stranger.connect(bind(pull, endpoint("tcp")))
    their_pull = new_peer(libzmq.PULL)
    our_stranger = new_socket(zmq.REQ, immediate=1, reconnect_ivl=-1)
    our_stranger.connect(bind(their_pull, endpoint("tcp")))
    assert not stranger.poll(50, libzmq.POLLOUT)
    assert not our_stranger.poll(50, zmq.POLLOUT)


def test_noise_does_not_disturb_the_others(
    zmq: Any, libzmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket(zmq.PULL), new_peer(libzmq.PUSH)
    address = bind(pull, endpoint("tcp"))
    push.connect(address)
    port = int(address.rpartition(":")[2])
    for number in range(20):
        with sockets_of_the_system.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(bytes([number * 12]) * (number * 7))
        push.send(b"%d" % number)
        assert pull.recv() == b"%d" % number
