"""inproc: who comes first, who leaves first, and who never comes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, drain, is_quiet, send_until_full, terminate
from tests.support.waiting import Background, wait_until


def test_default_marks_add_up_to_two_thousand(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("inproc"))
    assert send_until_full(push, zmq) == 2000
    assert len(drain(pull)) == 2000


def test_what_was_sent_and_closed_before_the_bind_arrives(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    address = endpoint("inproc")
    push = new_socket(zmq.PUSH, sndhwm=3, linger=-1)
    push.connect(address)
    assert send_until_full(push, zmq) == 3
    push.close()
    pull = new_socket(zmq.PULL, rcvhwm=0)
    pull.bind(address)
    assert drain(pull) == [[b"x"]] * 3


def test_a_publisher_that_connects_before_the_subscriber_binds(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    address = endpoint("inproc")
    pub = new_socket(zmq.PUB)
    pub.connect(address)
    pub.send(b"before")
    sub = new_socket(zmq.SUB, subscribe=b"")
    sub.bind(address)

    def arrives() -> bool:
        pub.send(b"after")
        return bool(sub.poll(1))

    wait_until(arrives)
    assert sub.recv() == b"after"


def test_connections_that_never_meet_anybody_hold_nothing_up(zmq: Any, endpoint: Endpoints) -> None:
    context = zmq.Context()
    for kind in (zmq.ROUTER, zmq.PUSH, zmq.PAIR, zmq.SUB) * 5:
        with context.socket(kind) as socket:
            socket.connect(endpoint("inproc"))
    terminate(context)


def test_many_threads_meet_one_socket(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    address = endpoint("inproc")

    def push() -> None:
        with new_socket.context.socket(zmq.PUSH) as socket:
            socket.linger = -1
            socket.connect(address)
            socket.send(b"foobar")

    threads = [Background(push) for _ in range(30)]
    pull = new_socket(zmq.PULL)
    pull.bind(address)
    assert [pull.recv() for _ in range(30)] == [b"foobar"] * 30
    for thread in threads:
        thread.result()


def test_bind_and_connect_at_the_same_moment(zmq: Any, context: Any, endpoint: Endpoints) -> None:
    def bind(address: str) -> None:
        with context.socket(zmq.PAIR) as socket:
            socket.linger = -1
            socket.bind(address)
            socket.send(b"foobar")

    def connect(address: str) -> bytes:
        with context.socket(zmq.PAIR) as socket:
            socket.rcvtimeo = 10_000
            socket.connect(address)
            return bytes(socket.recv())

    addresses = [endpoint("inproc") for _ in range(50)]
    binders = [Background(bind, address) for address in addresses]
    connecters = [Background(connect, address) for address in addresses]
    assert [thread.result() for thread in connecters] == [b"foobar"] * 50
    for thread in binders:
        thread.result()


def test_a_router_names_a_dealer_that_connected_first(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    address = endpoint("inproc")
    dealer = new_socket(zmq.DEALER)
    dealer.connect(address)
    router = new_socket(zmq.ROUTER)
    router.bind(address)
    dealer.send_multipart([b"A", b"B"])
    name, *message = router.recv_multipart()
    assert (len(name), message) == (5, [b"A", b"B"])


def test_an_unbound_name_is_free(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    address = endpoint("inproc")
    first, second, client = (new_socket(zmq.PAIR) for _ in range(3))
    first.bind(address)
    first.unbind(address)
    second.bind(address)
    client.connect(address)
    client.send(b"foobar")
    assert second.recv() == b"foobar"


@pytest.mark.core_only  # pyzmq has no Context.shutdown
def test_shutdown_while_a_connection_waits(zmq: Any, endpoint: Endpoints) -> None:
    context = zmq.Context()
    pair = context.socket(zmq.PAIR)
    pair.connect(endpoint("inproc"))
    context.shutdown()
    with pytest.raises(zmq.ContextTerminated):
        pair.recv()
    pair.close()
    terminate(context)


def test_a_subscriber_that_disconnects_is_unsubscribed(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    address = endpoint("inproc")
    xpub = new_socket(zmq.XPUB)
    xpub.bind(address)
    sub = new_socket(zmq.SUB, subscribe=b"foo")
    xpub.send_multipart([b"foo", b"nobody there"])
    sub.connect(address)
    assert xpub.recv() == b"\x01foo"
    for _ in range(3):
        xpub.send_multipart([b"foo", b"this is foo!"])
    assert [sub.recv_multipart() for _ in range(3)] == [[b"foo", b"this is foo!"]] * 3
    sub.disconnect(address)
    # libzmq needs both sockets to be looked at.
    wait_until(lambda: not sub.poll(0) and xpub.poll(1))
    assert xpub.recv() == b"\x00foo"
    xpub.send_multipart([b"foo", b"gone"])
    assert is_quiet(sub)
