"""XPUB and XSUB: subscriptions as messages that the application sees and sends (RFC 29)."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import (
    SocketFactory,
    bind,
    drain,
    is_quiet,
    send_until_full,
    synchronise,
)
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@TRANSPORTS
def test_xpub_receives_first_subscriptions_and_last_cancellations(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.XPUB)
    address = bind(publisher, endpoint(scheme))
    first, second = new_socket(zmq.SUB), new_socket(zmq.SUB)
    first.connect(address)
    second.connect(address)
    first.subscribe(b"A")
    assert publisher.recv() == b"\x01A"
    second.subscribe(b"A")
    first.subscribe(b"A")
    second.subscribe(b"B")  # proves that the two before it arrived
    assert publisher.recv() == b"\x01B"
    first.unsubscribe(b"A")
    first.unsubscribe(b"A")
    first.subscribe(b"C")
    assert publisher.recv() == b"\x01C"
    second.unsubscribe(b"A")
    assert publisher.recv() == b"\x00A"
    assert is_quiet(publisher)


@TRANSPORTS
def test_a_subscriber_that_leaves_is_unsubscribed(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    # RFC 29: SHALL, if the subscriber peer disconnects prematurely, generate a suitable
    # unsubscribe request for the calling application.
    publisher = new_socket(zmq.XPUB)
    address = bind(publisher, endpoint(scheme))
    leaver, stayer = new_socket(zmq.SUB), new_socket(zmq.SUB)
    leaver.connect(address)
    stayer.connect(address)
    for topic in (b"A", b"B", b"shared"):
        leaver.subscribe(topic)
        assert publisher.recv() == b"\x01" + topic
    stayer.subscribe(b"shared")
    stayer.subscribe(b"mine")
    assert publisher.recv() == b"\x01mine"
    leaver.close()
    assert {publisher.recv(), publisher.recv()} == {b"\x00A", b"\x00B"}
    assert is_quiet(publisher)


def test_verbose_passes_every_subscription(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_verbose=1)
    address = bind(publisher, endpoint("tcp"))
    for _ in range(2):
        new_socket(zmq.SUB, subscribe=b"A").connect(address)
        assert publisher.recv() == b"\x01A"


def test_verboser_passes_every_cancellation_too(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_verboser=1)
    address = bind(publisher, endpoint("tcp"))
    subscribers = [new_socket(zmq.SUB) for _ in range(2)]
    for subscriber in subscribers:
        subscriber.connect(address)
        subscriber.subscribe(b"A")
        assert publisher.recv() == b"\x01A"
    for subscriber in subscribers:
        subscriber.unsubscribe(b"A")
        assert publisher.recv() == b"\x00A"


@TRANSPORTS
def test_xsub_subscribes_by_sending(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher, subscriber = new_socket.pair_up(zmq.XPUB, zmq.XSUB, endpoint(scheme))
    subscriber.send(b"\x01A")
    assert publisher.recv() == b"\x01A"
    publisher.send(b"B")
    publisher.send_multipart([b"AB", b"", b"body"])
    assert subscriber.recv_multipart() == [b"AB", b"", b"body"]
    subscriber.send(b"\x00A")
    assert publisher.recv() == b"\x00A"
    publisher.send(b"A")
    assert is_quiet(subscriber)


@TRANSPORTS
def test_xsub_sends_messages_upstream(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    subscriber = new_socket(zmq.XSUB)
    publishers = [new_socket(zmq.XPUB) for _ in range(2)]
    for publisher in publishers:
        subscriber.connect(bind(publisher, endpoint(scheme)))
    subscriber.send(b"\x01A")  # once this arrives, the connection is up
    assert [publisher.recv() for publisher in publishers] == [b"\x01A"] * 2
    # RFC 29: SHALL send all messages to all connected publishers.
    subscriber.send(b"hello up there")
    subscriber.send_multipart([b"two", b"", b"parts"])
    for publisher in publishers:
        assert publisher.recv_multipart() == [b"hello up there"]
        assert publisher.recv_multipart() == [b"two", b"", b"parts"]


def test_pub_discards_what_subscribers_send(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 29: SHALL silently discard any messages that subscribers send it.
    publisher, subscriber = new_socket.pair_up(zmq.PUB, zmq.XSUB, endpoint("tcp"))
    subscriber.send(b"hello up there")
    subscriber.send(b"\x01news")

    def subscribed() -> bool:
        publisher.send(b"news")
        return bool(subscriber.poll(5))

    wait_until(subscribed)
    with pytest.raises(zmq.ZMQError) as caught:
        publisher.recv(zmq.DONTWAIT)
    assert caught.value.errno == errno.ENOTSUP


def test_a_chain_of_xsub_and_xpub_forwards_both_ways(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    back, publisher = new_socket.pair_up(zmq.XSUB, zmq.XPUB, endpoint("tcp"))
    front, subscriber = new_socket.pair_up(zmq.XPUB, zmq.SUB, endpoint("ipc"))
    subscriber.subscribe(b"A")
    back.send(front.recv())
    assert publisher.recv() == b"\x01A"
    publisher.send_multipart([b"A", b"body"])
    front.send_multipart(back.recv_multipart())
    assert subscriber.recv_multipart() == [b"A", b"body"]
    subscriber.close()
    back.send(front.recv())
    assert publisher.recv() == b"\x00A"


@pytest.mark.parametrize("scheme", ["inproc"])
def test_nodrop_refuses_instead_of_losing(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_nodrop=1, sndhwm=4)
    subscriber = new_socket(zmq.SUB, rcvhwm=3, subscribe=b"")
    subscriber.connect(bind(publisher, endpoint(scheme)))
    assert publisher.recv() == b"\x01"
    assert send_until_full(publisher, zmq, b"kept") == 7
    assert drain(subscriber) == [[b"kept"]] * 7
    publisher.send(b"room again")
    assert subscriber.recv() == b"room again"


def test_welcome_message_greets_subscribers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB)
    publisher.setsockopt(zmq.XPUB_WELCOME_MSG, b"welcome")
    address = bind(publisher, endpoint("tcp"))
    subscriber = new_socket(zmq.SUB, subscribe=b"welcome")
    subscriber.connect(address)
    assert publisher.recv() == b"\x01welcome"
    assert subscriber.recv() == b"welcome"


def test_manual_lets_the_application_choose_the_topic(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_manual=1)
    subscriber = new_socket(zmq.XSUB)
    subscriber.connect(bind(publisher, endpoint("tcp")))
    subscriber.send(b"\x01A")
    assert publisher.recv() == b"\x01A"
    publisher.setsockopt(zmq.SUBSCRIBE, b"XA")
    publisher.send(b"A")
    publisher.send(b"XA")
    assert subscriber.recv() == b"XA"
    assert is_quiet(subscriber)


def test_many_topics_reach_their_subscribers_only(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.PUB, sndhwm=0)
    address = bind(publisher, endpoint("tcp"))
    subscribers = [new_socket(zmq.SUB, rcvhwm=0) for _ in range(4)]
    for number, subscriber in enumerate(subscribers):
        subscriber.connect(address)
        for topic in range(number, 1000, len(subscribers)):
            subscriber.subscribe(b"%04d" % topic)
    synchronise(publisher, *subscribers)
    for topic in range(1000):
        publisher.send(b"%04d" % topic)
    for number, subscriber in enumerate(subscribers):
        expected = [[b"%04d" % topic] for topic in range(number, 1000, len(subscribers))]
        assert drain(subscriber) == expected


@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_topics_around_the_size_of_a_short_frame(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    xpub, sub = new_socket.pair_up(zmq.XPUB, zmq.SUB, endpoint(scheme))
    for size in (0, 1, 244, 245, 246, 247, 254, 255, 256, 1000):
        topic = size * b"t"
        sub.subscribe(topic)
        assert xpub.recv() == b"\x01" + topic
        sub.unsubscribe(topic)
        assert xpub.recv() == b"\x00" + topic
