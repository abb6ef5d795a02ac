"""PEER: numbered peers on both sides, and connects that say which number (RFC 51)."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, bind_again
from tests.support.waiting import wait_until

pytestmark = pytest.mark.draft
TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


def error_of(zmq: Any, call: Callable[[], Any]) -> int:
    with pytest.raises(zmq.ZMQError) as caught:
        call()
    return int(caught.value.errno)


@TRANSPORTS
def test_both_sides_know_each_other_by_number(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    one, two = new_socket(zmq.PEER), new_socket(zmq.PEER)
    number = two.connect_peer(bind(one, endpoint(scheme)))
    assert 0 < number < 2**32
    two.send(b"hello", routing_id=number)
    hello = one.recv(copy=False)
    assert bytes(hello) == b"hello"
    one.send(b"back", routing_id=hello.routing_id)
    back = two.recv(copy=False)
    assert (bytes(back), back.routing_id) == (b"back", number)


def test_every_connect_has_its_own_number(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    peers = [new_socket(zmq.PEER) for _ in range(3)]
    middle = new_socket(zmq.PEER)
    numbers = [middle.connect_peer(bind(peer, endpoint("tcp"))) for peer in peers]
    assert len(set(numbers)) == 3
    for number in reversed(numbers):
        middle.send(b"you are %d" % number, routing_id=number)
    assert [peer.recv() for peer in peers] == [b"you are %d" % number for number in numbers]


def test_sending_may_begin_before_the_peer_is_there(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        early = new_socket(zmq.PEER, reconnect_ivl=10)
        early.send(b"early", routing_id=early.connect_peer(address))
        late = new_socket(zmq.PEER)
        bind_again(zmq, late, address)
        assert late.recv() == b"early"


def test_plain_connect_works_too(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    one, two = new_socket(zmq.PEER), new_socket(zmq.PEER, hello_msg=b"here I am")
    two.connect(bind(one, endpoint("tcp")))
    one.send(one.recv(copy=False))
    assert two.recv() == b"here I am"


def test_immediate_leaves_no_number_to_return(zmq: Any, new_socket: SocketFactory) -> None:
    peer = new_socket(zmq.PEER, immediate=1)
    assert error_of(zmq, lambda: peer.connect_peer("tcp://127.0.0.1:9")) == errno.EFAULT


@pytest.mark.parametrize("kind", ["DEALER", "CLIENT", "SERVER"])
def test_other_types_cannot_connect_to_a_peer(
    zmq: Any, new_socket: SocketFactory, kind: str
) -> None:
    socket = new_socket(getattr(zmq, kind))
    assert error_of(zmq, lambda: socket.connect_peer("tcp://127.0.0.1:9")) == errno.ENOTSUP


def test_wrong_endpoint_is_refused_as_by_connect(zmq: Any, new_socket: SocketFactory) -> None:
    peer = new_socket(zmq.PEER)
    assert error_of(zmq, lambda: peer.connect_peer("nonsense")) == errno.EINVAL


def test_parts_are_refused(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    one, two = new_socket(zmq.PEER), new_socket(zmq.PEER)
    number = two.connect_peer(bind(one, endpoint("inproc")))
    send = lambda: two.send(b"X", zmq.SNDMORE, routing_id=number)  # noqa: E731
    assert error_of(zmq, send) == errno.EINVAL


def test_peer_that_was_sent_away_cannot_be_reached(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    one, two = new_socket(zmq.PEER), new_socket(zmq.PEER)
    two.send(b"X", routing_id=two.connect_peer(bind(one, endpoint("tcp"))))
    number = one.recv(copy=False).routing_id
    one.disconnect_peer(number)

    def refused() -> bool:
        one.poll(0)  # libzmq says EAGAIN for a moment
        try:
            one.send(b"HELLO", zmq.DONTWAIT, routing_id=number)
        except zmq.ZMQError as error:
            return bool(error.errno == errno.EHOSTUNREACH)
        return False

    wait_until(refused)


def test_sending_nobody_away(zmq: Any, new_socket: SocketFactory) -> None:
    peer, client = new_socket(zmq.PEER), new_socket(zmq.CLIENT)
    assert error_of(zmq, lambda: peer.disconnect_peer(4_000_000_000)) == errno.EHOSTUNREACH
    assert error_of(zmq, lambda: client.disconnect_peer(1)) == errno.ENOTSUP


@pytest.mark.core_only  # libzmq leaves the connection open, and without a use
def test_connect_that_was_ended_by_its_number_is_not_made_again(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    one = new_socket(zmq.PEER, disconnect_msg=b"gone", hello_msg=b"hello")
    two = new_socket(zmq.PEER, reconnect_ivl=1)
    number = two.connect_peer(bind(one, endpoint("tcp")))
    assert two.recv() == b"hello"
    two.disconnect_peer(number)
    assert one.recv() == b"gone"
    assert two.poll(50) == 0


def test_messages_of_the_engine(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    # DISCONNECT_MSG for whom we accepted, HICCUP_MSG for whom we connected to.
    one = new_socket(zmq.PEER, hello_msg=b"H1", disconnect_msg=b"D1", hiccup_msg=b"wrong")
    two = new_socket(zmq.PEER, hello_msg=b"H2", disconnect_msg=b"wrong", hiccup_msg=b"I2")
    number = two.connect_peer(bind(one, endpoint("tcp")))
    assert one.recv() == b"H2"
    hello = two.recv(copy=False)
    assert (bytes(hello), hello.routing_id) == (b"H1", number)
    one.close()
    hiccup = two.recv(copy=False)
    assert (bytes(hiccup), hiccup.routing_id) == (b"I2", number)
    again = new_socket(zmq.PEER, disconnect_msg=b"D1")
    third = new_socket(zmq.PEER, hello_msg=b"H3")
    third.connect(bind(again, endpoint("tcp")))
    name = again.recv(copy=False).routing_id
    third.close()
    gone = again.recv(copy=False)
    assert (bytes(gone), gone.routing_id) == (b"D1", name)
