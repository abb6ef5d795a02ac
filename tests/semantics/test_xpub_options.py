"""XPUB and XSUB options: subscribing peers by hand, what subscribers are greeted with, counts."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, drain, is_quiet, synchronise
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@TRANSPORTS
def test_manual_subscribes_the_peer_whose_request_was_received_last(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_manual=1)
    address = bind(publisher, endpoint(scheme))
    first, second = new_socket(zmq.XSUB), new_socket(zmq.XSUB)
    for subscriber, topic in ((first, b"A"), (second, b"B")):
        subscriber.connect(address)
        subscriber.send(b"\x01" + topic)
        assert publisher.recv() == b"\x01" + topic
        publisher.subscribe(b"for " + topic)
    for message in (b"A", b"B", b"for A", b"for B"):
        publisher.send(message)
    assert drain(first) == [[b"for A"]]
    assert drain(second) == [[b"for B"]]


@TRANSPORTS
def test_manual_unsubscribes_by_hand_too(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_manual=1)
    subscriber = new_socket(zmq.XSUB)
    subscriber.connect(bind(publisher, endpoint(scheme)))
    subscriber.send(b"\x01A")
    assert publisher.recv() == b"\x01A"
    publisher.subscribe(b"A")
    subscriber.send(b"\x00A")
    assert publisher.recv() == b"\x00A"
    publisher.send(b"A1")  # the cancellation has no effect of its own
    assert subscriber.recv() == b"A1"
    publisher.unsubscribe(b"A")
    publisher.send(b"A2")
    assert is_quiet(subscriber)


def test_manual_passes_every_request_on(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_manual=1)
    subscriber = new_socket(zmq.XSUB)
    subscriber.connect(bind(publisher, endpoint("tcp")))
    subscriber.send(b"\x01A")
    assert publisher.recv() == b"\x01A"
    requests = [b"\x01A", b"\x01B", b"\x00B"]
    for request in requests:
        subscriber.send(request)
    assert [publisher.recv() for _ in requests] == requests


@TRANSPORTS
def test_manual_reports_what_a_leaver_had_asked_for(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_manual=1)
    address = bind(publisher, endpoint(scheme))
    leaver, stayer = new_socket(zmq.XSUB), new_socket(zmq.XSUB)
    for subscriber in (leaver, stayer):
        subscriber.connect(address)
        subscriber.send(b"\x01A")
        assert publisher.recv() == b"\x01A"
        publisher.subscribe(b"XA")
    leaver.close()
    # The topic asked for, not the one given; and although somebody else asked for it as well.
    assert publisher.recv() == b"\x00A"
    publisher.subscribe(b"nobody")  # whose request it was is gone: this must not go wrong
    publisher.send(b"XA")
    assert stayer.recv() == b"XA"
    publisher.send(b"nobody")
    assert is_quiet(stayer)


def test_manual_lets_no_message_go_to_a_later_subscriber(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_manual=1, sndhwm=0)
    subscriber = new_socket(zmq.XSUB, rcvhwm=0)
    subscriber.connect(bind(publisher, endpoint("tcp")))
    subscriber.send(b"\x01")
    assert publisher.recv() == b"\x01"
    for number in range(1000):
        publisher.send(b"before %d" % number)
    publisher.subscribe(b"")
    publisher.send(b"after")
    assert subscriber.recv() == b"after"


def test_subscribing_by_hand_needs_the_manual_option(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB)
    for option in (zmq.SUBSCRIBE, zmq.UNSUBSCRIBE):
        with pytest.raises(zmq.ZMQError) as caught:
            publisher.setsockopt(option, b"A")
        assert caught.value.errno == errno.EINVAL


@TRANSPORTS
def test_last_value_goes_to_the_newcomer_alone(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.XPUB)
    publisher.setsockopt(zmq.XPUB_MANUAL_LAST_VALUE, 1)
    address = bind(publisher, endpoint(scheme))
    subscribers = [new_socket(zmq.SUB, subscribe=b"A") for _ in range(2)]
    for number, subscriber in enumerate(subscribers):
        subscriber.connect(address)
        assert publisher.recv() == b"\x01A"
        publisher.subscribe(b"A")
        publisher.send(b"A cached %d" % number)
        assert subscriber.recv() == b"A cached %d" % number
    publisher.send(b"A for all")
    for subscriber in subscribers:
        assert subscriber.recv() == b"A for all"
        assert is_quiet(subscriber)


def test_last_value_in_a_stream_of_messages(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # Quick sends are batched: the message for the newcomer alone must not take others with it.
    publisher = new_socket(zmq.XPUB, sndhwm=0)
    publisher.setsockopt(zmq.XPUB_MANUAL_LAST_VALUE, 1)
    address = bind(publisher, endpoint("tcp"))
    old, new = (new_socket(zmq.SUB, subscribe=b"", rcvhwm=0) for _ in range(2))
    old.connect(address)
    assert publisher.recv() == b"\x01"
    publisher.subscribe(b"")
    publisher.send(b"for the old one")
    expected = [b"for the old one"] + [b"%d" % number for number in range(100)]
    for message in expected[1:]:
        publisher.send(message)
    new.connect(address)
    assert publisher.recv() == b"\x01"
    publisher.subscribe(b"")
    for message in (b"cached", b"all", b"all"):
        publisher.send(message)
    assert [new.recv() for _ in range(3)] == [b"cached", b"all", b"all"]
    assert [old.recv() for _ in range(103)] == [*expected, b"all", b"all"]


@TRANSPORTS
def test_welcome_message_is_for_those_who_subscribe_to_it(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.PUB)
    publisher.setsockopt(zmq.XPUB_WELCOME_MSG, b"\x02welcome")
    address = bind(publisher, endpoint(scheme))
    curious, plain = new_socket(zmq.SUB, subscribe=b"\x02"), new_socket(zmq.SUB)
    unfiltered = new_socket(zmq.XSUB)
    for subscriber in (curious, plain, unfiltered):
        subscriber.connect(address)
    for subscriber in (curious, unfiltered):
        # libzmq meets its peers only when it is called.
        wait_until(lambda: publisher.send(b"\xff") or subscriber.poll(1))  # noqa: B023
        assert subscriber.recv() == b"\x02welcome"
    synchronise(publisher, plain)
    assert is_quiet(curious, plain, unfiltered, timeout=20)


def test_empty_welcome_message_takes_it_back(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB)
    publisher.setsockopt(zmq.XPUB_WELCOME_MSG, b"welcome")
    publisher.setsockopt(zmq.XPUB_WELCOME_MSG, b"")
    subscriber = new_socket(zmq.SUB, subscribe=b"")
    subscriber.connect(bind(publisher, endpoint("tcp")))
    assert publisher.recv() == b"\x01"
    publisher.send(b"first")
    assert subscriber.recv() == b"first"


@TRANSPORTS
def test_xsub_does_not_filter(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher, subscriber = new_socket(zmq.XPUB, xpub_manual=1), new_socket(zmq.XSUB)
    subscriber.connect(bind(publisher, endpoint(scheme)))
    subscriber.send(b"\x01A")
    assert publisher.recv() == b"\x01A"
    publisher.subscribe(b"")
    publisher.send(b"not asked for")
    assert subscriber.recv() == b"not asked for"


def test_xsub_repeats_subscriptions_for_verbose_publishers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_verboser=1)
    subscriber = new_socket(zmq.XSUB)
    subscriber.connect(bind(publisher, endpoint("tcp")))
    subscriber.send(b"\x01A")
    assert publisher.recv() == b"\x01A"
    for request in (b"\x01A", b"\x00A", b"\x00A", b"\x00A", b"\x01A"):
        subscriber.send(request)
    # The first cancellation leaves one subscription standing, and the third cancels nothing.
    assert drain(publisher) == [[b"\x01A"], [b"\x00A"], [b"\x01A"]]


@pytest.mark.draft
def test_xsub_repeats_cancellations_when_asked(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_verboser=1)
    subscriber = new_socket(zmq.XSUB, xsub_verbose_unsubscribe=1)
    subscriber.connect(bind(publisher, endpoint("tcp")))
    subscriber.send(b"\x01A")
    assert publisher.recv() == b"\x01A"
    for request in (b"\x01A", b"\x00A", b"\x00A", b"\x00A"):
        subscriber.send(request)
    assert drain(publisher) == [[b"\x01A"], [b"\x00A"], [b"\x00A"], [b"\x00A"]]


def test_verboser_reports_all_topics_of_a_leaver(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_verboser=1)
    address = bind(publisher, endpoint("tcp"))
    leaver, stayer = (new_socket(zmq.SUB, subscribe=b"shared") for _ in range(2))
    for subscriber in (leaver, stayer):
        subscriber.connect(address)
        assert publisher.recv() == b"\x01shared"
    leaver.close()
    assert publisher.recv() == b"\x00shared"
    publisher.send(b"shared still")
    assert stayer.recv() == b"shared still"


@pytest.mark.parametrize("kind", ["PUB", "XPUB"])
@TRANSPORTS
def test_topics_are_counted(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, kind: str, scheme: str
) -> None:
    publisher = new_socket(getattr(zmq, kind))
    subscriber = new_socket(zmq.SUB)
    assert publisher.getsockopt(zmq.TOPICS_COUNT) == 0
    subscriber.connect(bind(publisher, endpoint(scheme)))
    for topic in (b"A", b"B", b"", b"A"):
        subscriber.subscribe(topic)
    assert subscriber.getsockopt(zmq.TOPICS_COUNT) == 3

    def looks(count: int) -> bool:
        if kind == "XPUB":
            drain(publisher, timeout=0)  # libzmq looks at its pipes only when it is called
        else:
            publisher.send(b"\xff")
        return bool(publisher.getsockopt(zmq.TOPICS_COUNT) == count)

    wait_until(lambda: looks(3))
    subscriber.unsubscribe(b"B")
    assert subscriber.getsockopt(zmq.TOPICS_COUNT) == 2
    wait_until(lambda: looks(2))
    with pytest.raises(zmq.ZMQError) as caught:
        publisher.setsockopt(zmq.TOPICS_COUNT, 1)
    assert caught.value.errno == errno.EINVAL


def test_topics_are_counted_for_publishers_and_subscribers_only(
    zmq: Any, new_socket: SocketFactory
) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        new_socket(zmq.PUSH).getsockopt(zmq.TOPICS_COUNT)
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize(
    ("only_first", "message", "received", "topics"),
    [
        (0, [b"\x01B", b"\x01C"], [[b"\x01B"], [b"\x01C"]], 3),
        (0, [b"\x01B", b"x", b"y"], [[b"\x01B"], [b"x", b"y"]], 2),
        (0, [b"x", b"\x01B", b"y"], [[b"x", b"\x01B"], [b"y"]], 2),
        (0, [b"x", b"\x01A", b"y"], [[b"x", b"y"]], 1),
        (0, [b"\x00A", b"\x01B"], [[b"\x00A"], [b"\x01B"]], 1),
        (1, [b"\x01B", b"\x01C"], [[b"\x01B"], [b"\x01C"]], 3),
        (1, [b"x", b"\x01B", b"y"], [[b"x", b"\x01B", b"y"]], 1),
        (1, [b"x", b"", b"\x00A"], [[b"x", b"", b"\x00A"]], 1),
    ],
)
def test_parts_of_a_message_may_subscribe(
    zmq: Any,
    new_socket: SocketFactory,
    endpoint: Endpoints,
    only_first: int,
    message: list[bytes],
    received: list[list[bytes]],
    topics: int,
) -> None:
    publisher, subscriber = new_socket.pair_up(
        zmq.XPUB, zmq.XSUB, endpoint("tcp"), only_first_subscribe=only_first
    )
    subscriber.send(b"\x01A")
    assert publisher.recv() == b"\x01A"
    subscriber.send_multipart(message)
    assert [publisher.recv_multipart() for _ in received] == received
    assert is_quiet(publisher, timeout=20)
    for socket in (publisher, subscriber):
        assert socket.getsockopt(zmq.TOPICS_COUNT) == topics
