"""ROUTER: every message starts with the identity of the peer (RFC 28)."""

from __future__ import annotations

import errno
from functools import partial
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import (
    SocketFactory,
    bind,
    bind_again,
    drain,
    is_quiet,
    last_endpoint,
    let_go,
)
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


def send_error(zmq: Any, router: Any, peer: bytes) -> int:
    """The errno of a non-blocking send to `peer`; 0 when it was accepted."""
    try:
        router.send_multipart([peer, b"x"], zmq.DONTWAIT)
    except zmq.ZMQError as error:
        return int(error.errno)
    return 0


@TRANSPORTS
def test_identity_chosen_by_the_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    router = new_socket(zmq.ROUTER)
    dealer = new_socket(zmq.DEALER, identity=b"peer \x00\xff")
    dealer.connect(bind(router, endpoint(scheme)))
    dealer.send_multipart([b"", b"hello"])
    assert router.recv_multipart() == [b"peer \x00\xff", b"", b"hello"]
    router.send_multipart([b"peer \x00\xff", b"back"])
    assert dealer.recv_multipart() == [b"back"]


@TRANSPORTS
def test_identity_made_up_for_the_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    router = new_socket(zmq.ROUTER)
    address = bind(router, endpoint(scheme))
    dealers = [new_socket(zmq.DEALER) for _ in range(3)]
    for number, dealer in enumerate(dealers):
        dealer.connect(address)
        dealer.send(b"%d" % number)
    identities = {body: peer for peer, body in (router.recv_multipart() for _ in dealers)}
    assert len(set(identities.values())) == 3
    # libzmq: a zero byte and a 32-bit number. RFC 28 leaves a first byte of zero to the system.
    assert {(len(peer), peer[0]) for peer in identities.values()} == {(5, 0)}
    for body, peer in identities.items():
        router.send_multipart([peer, b"you are " + body])
    assert [dealer.recv() for dealer in dealers] == [b"you are %d" % n for n in range(3)]


def test_message_to_an_unknown_peer_is_dropped(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER, sndtimeo=0)
    dealer = new_socket(zmq.DEALER, identity=b"known")
    dealer.connect(bind(router, endpoint("tcp")))
    dealer.send(b"here I am")
    router.recv_multipart()
    router.send_multipart([b"unknown", b"lost", b"all of it"])
    router.send_multipart([b"known", b"found"])
    assert dealer.recv_multipart() == [b"found"]
    assert is_quiet(dealer)


def test_mandatory_refuses_an_unknown_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER, router_mandatory=1)
    dealer = new_socket(zmq.DEALER, identity=b"X")
    address = bind(router, endpoint("tcp"))
    assert send_error(zmq, router, b"X") == errno.EHOSTUNREACH
    dealer.connect(address)
    dealer.send(b"hello")
    assert router.recv_multipart() == [b"X", b"hello"]
    assert send_error(zmq, router, b"X") == 0
    assert dealer.recv() == b"x"


def test_mandatory_refuses_a_full_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER, router_mandatory=1, sndhwm=2)
    dealer = new_socket(zmq.DEALER, identity=b"X", rcvhwm=3)
    dealer.connect(bind(router, endpoint("inproc")))
    dealer.send(b"hello")
    router.recv_multipart()
    assert [send_error(zmq, router, b"X") for _ in range(6)] == [0] * 5 + [errno.EAGAIN]
    assert len(drain(dealer)) == 5
    wait_until(lambda: send_error(zmq, router, b"X") == 0)


def test_full_peer_loses_messages_and_never_blocks(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 28: SHALL NOT block on sending.
    router = new_socket(zmq.ROUTER, sndhwm=2, sndtimeo=0)
    slow = new_socket(zmq.DEALER, identity=b"slow", rcvhwm=3)
    quick = new_socket(zmq.DEALER, identity=b"quick", rcvhwm=3)
    address = bind(router, endpoint("inproc"))
    for dealer in (slow, quick):
        dealer.connect(address)
        dealer.send(b"hello")
        router.recv_multipart()
    for number in range(20):
        router.send_multipart([b"slow", b"%d" % number])
    router.send_multipart([b"quick", b"not held up"])
    assert quick.recv() == b"not held up"
    assert drain(slow) == [[b"%d" % number] for number in range(5)]


def test_second_peer_with_the_same_identity_is_ignored(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER)
    address = bind(router, endpoint("tcp"))
    first, second = (new_socket(zmq.DEALER, identity=b"X") for _ in range(2))
    first.connect(address)
    first.send(b"first")
    assert router.recv_multipart() == [b"X", b"first"]
    second.connect(address)
    second.send(b"second")
    assert is_quiet(router)
    router.send_multipart([b"X", b"for the first"])
    assert first.recv() == b"for the first"
    assert is_quiet(second)


def test_handover_gives_the_identity_to_the_newcomer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER, router_handover=1)
    address = bind(router, endpoint("tcp"))
    first, second = (new_socket(zmq.DEALER, identity=b"X") for _ in range(2))
    first.connect(address)
    first.send(b"first")
    assert router.recv_multipart() == [b"X", b"first"]
    second.connect(address)
    second.send(b"second")
    assert router.recv_multipart() == [b"X", b"second"]
    router.send_multipart([b"X", b"for the second"])
    assert second.recv() == b"for the second"
    assert is_quiet(first)


def test_peer_that_left_is_forgotten(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER, router_mandatory=1)
    address = bind(router, endpoint("tcp"))
    leaver = new_socket(zmq.DEALER, identity=b"X")
    leaver.connect(address)
    leaver.send(b"hello")
    router.recv_multipart()
    leaver.close()
    wait_until(lambda: send_error(zmq, router, b"X") == errno.EHOSTUNREACH)

    def successor_is_heard() -> bool:
        # Ignored as a duplicate while the router is not quite done with the first.
        successor = new_socket(zmq.DEALER, identity=b"X")
        successor.connect(address)
        successor.send(b"same name")
        if not router.poll(100):
            successor.close()
            return False
        return bool(router.recv_multipart() == [b"X", b"same name"])

    wait_until(successor_is_heard)


def test_requests_are_taken_by_turns(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER)
    address = bind(router, endpoint("inproc"))
    for name in (b"A", b"B", b"C"):
        dealer = new_socket(zmq.DEALER, identity=name)
        dealer.connect(address)
        for part in range(3):
            dealer.send_multipart([b"%d" % part, b"end"])
        let_go(dealer)
    messages = [router.recv_multipart() for _ in range(9)]
    order = [peer for peer, _, _ in messages]
    assert sorted(order[:3]) == [b"A", b"B", b"C"]
    assert order == order[:3] * 3
    for name in (b"A", b"B", b"C"):
        assert [part for peer, part, _ in messages if peer == name] == [b"0", b"1", b"2"]


@TRANSPORTS
def test_routers_talk_to_each_other(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    left = new_socket(zmq.ROUTER, identity=b"left", router_mandatory=1)
    right = new_socket(zmq.ROUTER, identity=b"right", router_mandatory=1)
    right.connect(bind(left, endpoint(scheme)))
    # Neither may speak before it knows the other's name.
    wait_until(lambda: send_error(zmq, left, b"right") == 0)
    assert right.recv_multipart() == [b"left", b"x"]
    wait_until(lambda: send_error(zmq, right, b"left") == 0)
    assert left.recv_multipart() == [b"right", b"x"]


def test_connecting_side_may_name_its_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    dealer = new_socket(zmq.DEALER)
    router = new_socket(zmq.ROUTER)
    address = bind(dealer, endpoint("tcp"))
    router.setsockopt(zmq.CONNECT_ROUTING_ID, b"my dealer")
    router.connect(address)
    router.send_multipart([b"my dealer", b"hello"])  # queued at once: the name is known
    assert dealer.recv() == b"hello"
    dealer.send(b"back")
    assert router.recv_multipart() == [b"my dealer", b"back"]


def test_identity_survives_a_restart_of_the_router(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        # IMMEDIATE makes the loss of the connection visible: there is nobody to send to.
        dealer = new_socket(zmq.DEALER, identity=b"steady", reconnect_ivl=10, immediate=1)
        dealer.connect(address)
        for run in range(3):
            router = new_socket(zmq.ROUTER)
            bind_again(zmq, router, address)
            dealer.send(b"run %d" % run)
            assert router.recv_multipart() == [b"steady", b"run %d" % run]
            router.close()
            wait_until(lambda: not dealer.poll(0, zmq.POLLOUT))


@pytest.mark.parametrize("identity", [b"", b"x" * 256])
def test_identity_has_1_to_255_bytes(zmq: Any, new_socket: SocketFactory, identity: bytes) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        new_socket(zmq.DEALER).setsockopt(zmq.IDENTITY, identity)
    assert caught.value.errno == errno.EINVAL


def test_longest_identity(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    router = new_socket(zmq.ROUTER)
    dealer = new_socket(zmq.DEALER, identity=b"i" * 255)
    dealer.connect(bind(router, endpoint("tcp")))
    dealer.send(b"x")
    assert router.recv_multipart() == [b"i" * 255, b"x"]
    assert dealer.getsockopt(zmq.IDENTITY) == b"i" * 255


def test_probe_announces_the_peer(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    router = new_socket(zmq.ROUTER)
    bind(router, endpoint("tcp"))
    dealer = new_socket(zmq.DEALER, identity=b"X", probe_router=1)
    dealer.connect(last_endpoint(router))
    assert router.recv_multipart() == [b"X", b""]
    router.send_multipart([b"X", b"seen"])
    assert dealer.recv() == b"seen"


def test_one_dealer_after_the_other(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    """A router that is mandatory reaches every one of many short-lived peers by its name."""
    router = new_socket(zmq.ROUTER, router_mandatory=1)
    address = bind(router, endpoint("tcp"))

    def is_reached(name: bytes) -> bool:
        try:
            router.send_multipart([name, b"hello"])
        except zmq.ZMQError as error:
            if error.errno != errno.EHOSTUNREACH:
                raise
            return False
        return True

    for number in range(50):
        name = b"%09d" % number
        dealer = new_socket(zmq.DEALER, routing_id=name)
        dealer.connect(address)
        wait_until(partial(is_reached, name))
        assert dealer.recv() == b"hello"
        dealer.close()
