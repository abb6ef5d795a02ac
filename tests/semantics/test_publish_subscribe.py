"""PUB and SUB: prefix matching on the first frame, loss instead of blocking (RFC 29)."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import (
    SAFETY_TIMEOUT,
    SocketFactory,
    bind,
    bind_again,
    drain,
    is_quiet,
    let_go,
    synchronise,
)
from tests.support.waiting import Background, wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@TRANSPORTS
def test_subscriber_gets_what_starts_with_its_topic(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher, subscriber = new_socket.pair_up(zmq.PUB, zmq.SUB, endpoint(scheme))
    subscriber.subscribe(b"weather")
    subscriber.subscribe(b"\x00\xff")
    synchronise(publisher, subscriber)
    for topic in (
        b"weather",
        b"weathervane",
        b"Weather",
        b"weathe",
        b" weather",
        b"",
        b"\x00\xff!",
    ):
        publisher.send(topic)
    assert drain(subscriber) == [[b"weather"], [b"weathervane"], [b"\x00\xff!"]]


@TRANSPORTS
@pytest.mark.parametrize("binder", ["PUB", "SUB"])
def test_either_side_binds_and_subscribes_before_or_after(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str, binder: str
) -> None:
    publisher, subscriber = new_socket(zmq.PUB), new_socket(zmq.SUB)
    subscriber.subscribe(b"before")
    if binder == "PUB":
        subscriber.connect(bind(publisher, endpoint(scheme)))
    else:
        publisher.connect(bind(subscriber, endpoint(scheme)))
    subscriber.subscribe(b"after")
    synchronise(publisher, subscriber)
    publisher.send(b"before 1")
    publisher.send(b"after 2")
    assert drain(subscriber) == [[b"before 1"], [b"after 2"]]


def test_empty_topic_gets_everything(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher, subscriber = new_socket.pair_up(zmq.PUB, zmq.SUB, endpoint("tcp"))
    subscriber.subscribe(b"")
    synchronise(publisher, subscriber)
    drain(subscriber)  # probes also reach a subscriber to everything after the end marker
    messages = [[b""], [b"", b""], [b"\x00"], [b"a", b"b"]]
    for message in messages:
        publisher.send_multipart(message)
    assert drain(subscriber) == messages


def test_without_a_subscription_nothing_arrives(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher, subscriber = new_socket.pair_up(zmq.PUB, zmq.SUB, endpoint("tcp"))
    synchronise(publisher, subscriber)
    publisher.send(b"")
    publisher.send(b"x")
    assert is_quiet(subscriber)


def test_only_the_first_frame_is_compared(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 29: SHALL perform a binary comparison of the subscription against the start of the first
    # frame of the message.
    publisher, subscriber = new_socket.pair_up(zmq.PUB, zmq.SUB, endpoint("tcp"))
    subscriber.subscribe(b"AB")
    synchronise(publisher, subscriber)
    publisher.send_multipart([b"A", b"B"])
    publisher.send_multipart([b"", b"AB"])
    publisher.send_multipart([b"ABC", b"", b"body"])
    assert drain(subscriber) == [[b"ABC", b"", b"body"]]


@TRANSPORTS
def test_subscriptions_are_counted(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher, subscriber = new_socket.pair_up(zmq.PUB, zmq.SUB, endpoint(scheme))
    subscriber.subscribe(b"A")
    subscriber.subscribe(b"A")
    heard = []
    for _ in range(3):
        synchronise(publisher, subscriber)
        publisher.send(b"A")
        heard.append(drain(subscriber))
        subscriber.unsubscribe(b"A")
    assert heard == [[[b"A"]], [[b"A"]], []]


def test_overlapping_subscriptions_deliver_once(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher, subscriber = new_socket.pair_up(zmq.PUB, zmq.SUB, endpoint("tcp"))
    for topic in (b"a", b"ab", b"abc"):
        subscriber.subscribe(topic)
    synchronise(publisher, subscriber)
    publisher.send(b"abcd")
    assert drain(subscriber) == [[b"abcd"]]
    subscriber.unsubscribe(b"ab")
    subscriber.unsubscribe(b"a")
    synchronise(publisher, subscriber)
    publisher.send(b"ab")
    publisher.send(b"abc")
    assert drain(subscriber) == [[b"abc"]]


def test_unsubscribing_what_was_never_subscribed_changes_nothing(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher, subscriber = new_socket.pair_up(zmq.PUB, zmq.SUB, endpoint("tcp"))
    subscriber.subscribe(b"abc")
    subscriber.unsubscribe(b"ab")
    subscriber.unsubscribe(b"abcd")
    subscriber.unsubscribe(b"")
    synchronise(publisher, subscriber)
    publisher.send(b"abc")
    assert subscriber.recv() == b"abc"


def test_each_subscriber_has_its_own_subscriptions(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.PUB)
    address = bind(publisher, endpoint("tcp"))
    subscribers = {topic: new_socket(zmq.SUB, subscribe=topic) for topic in (b"a", b"b", b"ab")}
    for subscriber in subscribers.values():
        subscriber.connect(address)
    synchronise(publisher, *subscribers.values())
    for message in (b"a", b"b", b"abc"):
        publisher.send(message)
    heard = {topic: drain(subscriber) for topic, subscriber in subscribers.items()}
    assert heard == {b"a": [[b"a"], [b"abc"]], b"b": [[b"b"]], b"ab": [[b"abc"]]}


def test_subscriber_hears_several_publishers_by_turns(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    subscriber = new_socket(zmq.SUB, subscribe=b"n")
    publishers = [new_socket(zmq.PUB) for _ in range(3)]
    for publisher in publishers:
        subscriber.connect(bind(publisher, endpoint("inproc")))
    for publisher in publishers:
        synchronise(publisher, subscriber)
    for number, publisher in enumerate(publishers):
        for _ in range(3):
            publisher.send(b"n%d" % number)
        let_go(publisher)
    subscriber.poll(0)  # libzmq: makes it notice the messages on all three
    order = [subscriber.recv() for _ in range(9)]
    assert sorted(order[:3]) == [b"n0", b"n1", b"n2"]
    assert order == order[:3] * 3


def test_wrong_direction_is_not_supported(zmq: Any, new_socket: SocketFactory) -> None:
    calls: tuple[Callable[[], Any], ...] = (
        lambda: new_socket(zmq.PUB).recv(),
        lambda: new_socket(zmq.PUB).recv(zmq.DONTWAIT),
        lambda: new_socket(zmq.SUB).send(b"x"),
        lambda: new_socket(zmq.SUB).send(b"x", zmq.DONTWAIT),
    )
    for call in calls:
        with pytest.raises(zmq.ZMQError) as caught:
            call()
        assert caught.value.errno == errno.ENOTSUP


def test_only_subscribers_subscribe(zmq: Any, new_socket: SocketFactory) -> None:
    for kind in (zmq.PUB, zmq.PULL, zmq.DEALER, zmq.XSUB):
        with pytest.raises(zmq.ZMQError) as caught:
            new_socket(kind).setsockopt(zmq.SUBSCRIBE, b"x")
        assert caught.value.errno == errno.EINVAL


def test_publishing_to_nobody_never_blocks(zmq: Any, new_socket: SocketFactory) -> None:
    publisher = new_socket(zmq.PUB, sndhwm=1, sndtimeo=0)
    for _ in range(50):
        publisher.send(b"lost")
    assert publisher.poll(0, zmq.POLLOUT) == zmq.POLLOUT


def test_full_subscriber_loses_and_does_not_block(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 29: SHALL silently drop the message if the queue for a subscriber is full; SHALL NOT
    # block on sending.
    publisher = new_socket(zmq.XPUB, xpub_verbose=1, sndhwm=4, sndtimeo=0)
    address = bind(publisher, endpoint("inproc"))
    slow = new_socket(zmq.SUB, rcvhwm=3, subscribe=b"")
    quick = new_socket(zmq.SUB, rcvhwm=100, subscribe=b"")
    for subscriber in (slow, quick):
        subscriber.connect(address)
        assert publisher.recv() == b"\x01"
    messages = [[b"%d" % number] for number in range(50)]
    for (message,) in messages:
        publisher.send(message)
    # First the one that gets all: then nothing is on its way to the slow one either.
    assert drain(quick) == messages
    assert drain(slow) == messages[:7]


def test_dropped_messages_are_dropped_whole(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, sndhwm=2, sndtimeo=0)
    subscriber = new_socket(zmq.SUB, rcvhwm=2, subscribe=b"")
    subscriber.connect(bind(publisher, endpoint("inproc")))
    assert publisher.recv() == b"\x01"
    messages = [[b"%d" % number, b"middle", b"end"] for number in range(10)]
    for message in messages:
        publisher.send_multipart(message)
    let_go(publisher)  # nothing may still be on its way when room is made
    assert drain(subscriber) == messages[:4]


@pytest.mark.parametrize("kind", ["SUB", "XSUB"])
def test_subscriptions_survive_a_restart_of_the_publisher(
    zmq: Any, new_socket: SocketFactory, kind: str
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        subscriber = new_socket(getattr(zmq, kind), reconnect_ivl=10)
        subscriber.connect(address)
        if kind == "SUB":
            subscriber.subscribe(b"news")
        else:
            subscriber.send(b"\x01news")
        for run in range(3):
            publisher = new_socket(zmq.XPUB)
            bind_again(zmq, publisher, address)
            # libzmq renews subscriptions when the application next uses the socket.
            wait_until(partial(either_has_something, subscriber, publisher))
            assert publisher.recv() == b"\x01news"
            publisher.send(b"old %d" % run)
            publisher.send(b"news %d" % run)
            assert subscriber.recv() == b"news %d" % run
            publisher.close()


def either_has_something(first: Any, second: Any) -> bool:
    return bool(first.poll(1) or second.poll(5))


@pytest.mark.core_only
def test_subscriptions_are_renewed_while_the_subscriber_sits_idle(
    zmq: Any, new_socket: SocketFactory
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        subscriber = new_socket(zmq.SUB, reconnect_ivl=10, subscribe=b"news")
        subscriber.connect(address)
        for _ in range(2):
            publisher = new_socket(zmq.XPUB)
            bind_again(zmq, publisher, address)
            assert publisher.recv() == b"\x01news"
            publisher.close()


@pytest.mark.core_only
def test_marks_do_not_lose_subscriptions(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # libzmq drops subscriptions beyond SNDHWM that wait for a connection.
    publisher, subscriber = new_socket(zmq.XPUB), new_socket(zmq.SUB, sndhwm=1)
    address = endpoint("ipc")
    subscriber.connect(address)
    topics = [b"%d" % number for number in range(3000)]
    for topic in topics:
        subscriber.subscribe(topic)
    publisher.bind(address)
    assert sorted(publisher.recv() for _ in topics) == sorted(b"\x01" + topic for topic in topics)


def test_inverted_matching(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    publisher = new_socket(zmq.XPUB, invert_matching=1)
    subscriber = new_socket(zmq.SUB, invert_matching=1, subscribe=b"secret")
    subscriber.connect(bind(publisher, endpoint("tcp")))
    assert publisher.recv() == b"\x01secret"
    for message in (b"public", b"secret", b"secrets", b"sec"):
        publisher.send(message)
    assert drain(subscriber) == [[b"public"], [b"sec"]]


def test_topics_may_be_given_as_text(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher, subscriber = new_socket.pair_up(zmq.XPUB, zmq.SUB, endpoint("inproc"))
    subscriber.subscribe("grün")
    subscriber.setsockopt_string(zmq.SUBSCRIBE, "blau")
    assert publisher.recv() == b"\x01gr\xc3\xbcn"
    assert publisher.recv() == b"\x01blau"
    subscriber.unsubscribe("grün")
    assert publisher.recv() == b"\x00gr\xc3\xbcn"


@pytest.mark.core_only  # over inproc, libzmq does not know a PUSH from a PUB either, and hangs
@pytest.mark.parametrize("rcvhwm", [1, 10, 1000])
@pytest.mark.parametrize("peers", [1, 3])
@pytest.mark.parametrize("look", ["recv", "poll"])
def test_what_is_wanted_is_found_behind_any_number_of_others(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, rcvhwm: int, peers: int, look: str
) -> None:
    # As after an unsubscribe: what is on its way matches no more. A PUSH sends what it likes.
    sub = new_socket(zmq.SUB, rcvhwm=rcvhwm, subscribe=b"wanted")
    address = bind(sub, endpoint("inproc"))
    senders = [new_socket(zmq.PUSH, sndhwm=0) for _ in range(peers)]
    for sender in senders:
        sender.connect(address)
    threads = [
        Background(sender.send_many, [*([b"unwanted"] * 3000), b"wanted"]) for sender in senders
    ]
    for _ in senders:
        assert look == "recv" or sub.poll(SAFETY_TIMEOUT)
        assert sub.recv(zmq.DONTWAIT if look == "poll" else 0) == b"wanted"
    for thread in threads:
        thread.result()
    assert is_quiet(sub)
