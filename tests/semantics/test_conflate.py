"""CONFLATE: only the newest message is kept, of each peer and for each peer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.implementations import is_core
from tests.support.sockets import SocketFactory, bind, drain, is_quiet, synchronise
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
STREAMS = pytest.mark.parametrize("scheme", ["tcp", "ipc"])
COUNT = 2000


def numbers_until(zmq: Any, sender: Any, receiver: Any, last: int) -> list[int]:
    """What is received up to the message `last`, which must not be lost."""
    numbers: list[int] = []
    while not numbers or numbers[-1] != last:
        if not is_core(zmq) and not receiver.poll(500):
            # libzmq 4.3.5 has been seen to forget the reader of such a pipe.
            sender.send(b"%d" % last)
        numbers.append(int(receiver.recv()))
    return numbers


@TRANSPORTS
def test_pull_keeps_the_newest(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    sender = new_socket(zmq.PUSH, sndhwm=0)
    receiver = new_socket(zmq.PULL, conflate=1)
    receiver.connect(bind(sender, endpoint(scheme)))
    for number in range(COUNT):
        sender.send(b"%d" % number)
    numbers = numbers_until(zmq, sender, receiver, COUNT - 1)
    assert numbers == sorted(numbers)
    assert len(numbers) < COUNT / 2
    assert is_quiet(receiver)


@STREAMS
def test_push_sends_the_newest_of_what_has_waited(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    receiver, sender = new_socket(zmq.PULL), new_socket(zmq.PUSH, conflate=1, reconnect_ivl=10)
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}" if scheme == "tcp" else endpoint(scheme)
        sender.connect(address)
        for number in range(5000):  # beyond any high-water mark: it is always writable
            sender.send(b"%d" % number, zmq.DONTWAIT)
        receiver.bind(address)
        assert receiver.recv() == b"4999"
        assert is_quiet(receiver)


def test_push_deals_to_its_peers_in_turn_all_the_same(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    sender = new_socket(zmq.PUSH, conflate=1, reconnect_ivl=10)
    receivers = [new_socket(zmq.PULL) for _ in range(2)]
    addresses = [endpoint("ipc") for _ in receivers]
    for address in addresses:
        sender.connect(address)
    for number in range(100):
        sender.send(b"%d" % number)
    for receiver, address in zip(receivers, addresses, strict=True):
        receiver.bind(address)
    assert sorted(receiver.recv() for receiver in receivers) == [b"98", b"99"]
    assert is_quiet(*receivers)


def test_newest_of_each_peer(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    receiver = new_socket(zmq.PULL, conflate=1)
    senders = [new_socket(zmq.PUSH, conflate=1) for _ in range(3)]
    for number, sender in enumerate(senders):
        receiver.connect(bind(sender, endpoint("inproc")))
        for _ in range(10):
            sender.send(b"old")
        sender.send(b"new %d" % number)
    assert sorted(receiver.recv() for _ in senders) == [b"new 0", b"new 1", b"new 2"]
    assert is_quiet(receiver)


def test_a_message_is_replaced_after_it_was_seen(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    sender, receiver = (new_socket(zmq.DEALER, conflate=1) for _ in range(2))
    receiver.connect(bind(sender, endpoint("inproc")))
    for number in range(100):
        sender.send(b"seen")
        assert receiver.poll()
        sender.send(b"%d" % number)
        assert receiver.recv() == b"%d" % number
        assert not receiver.poll(0)


@STREAMS
def test_a_message_is_replaced_while_nobody_receives(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    sender, receiver = new_socket(zmq.PUSH), new_socket(zmq.PULL, conflate=1)
    receiver.connect(bind(sender, endpoint(scheme)))
    sender.send(b"first")
    assert receiver.recv() == b"first"
    for run in range(20):
        sender.send(b"seen")
        assert receiver.poll()
        sender.send(b"newer %d" % run)
        # The I/O thread replaces it sooner or later; what is there is never lost.
        assert drain(receiver, timeout=20)[-1] == [b"newer %d" % run]


@TRANSPORTS
def test_sub_keeps_the_newest_and_all_its_subscriptions(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.PUB, sndhwm=0)
    subscriber = new_socket(zmq.SUB, conflate=1, subscribe=b"")
    subscriber.connect(bind(publisher, endpoint(scheme)))
    wait_until(lambda: publisher.send(b"-1") or subscriber.poll(1))
    for number in range(COUNT):
        publisher.send(b"%d" % number)
    numbers = numbers_until(zmq, publisher, subscriber, COUNT - 1)
    assert len(numbers) < COUNT / 2
    assert is_quiet(subscriber)


@pytest.mark.core_only  # in libzmq, subscriptions replace each other as well
@TRANSPORTS
def test_subscriptions_do_not_replace_each_other(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher = new_socket(zmq.PUB, conflate=1)
    subscriber = new_socket(zmq.SUB, conflate=1)
    subscriber.connect(bind(publisher, endpoint(scheme)))
    topics = [b"%03d" % number for number in range(100)]
    for topic in topics:
        subscriber.subscribe(topic)
    synchronise(publisher, subscriber)
    for topic in topics:
        publisher.send(topic)
        assert subscriber.recv() == topic


def test_unwanted_message_is_not_delivered_after_the_fact(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.PUB)
    subscriber = new_socket(zmq.SUB, conflate=1, subscribe=b"A")
    subscriber.connect(bind(publisher, endpoint("inproc")))
    wait_until(lambda: publisher.send(b"A") or subscriber.poll(1))
    assert subscriber.recv() == b"A"
    publisher.send(b"A not wanted any more")
    subscriber.unsubscribe(b"A")
    assert is_quiet(subscriber)


@pytest.mark.parametrize("scheme", ["inproc"])
def test_pub_keeps_the_newest(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    publisher, subscriber = new_socket(zmq.PUB, conflate=1), new_socket(zmq.SUB, subscribe=b"")
    publisher.connect(bind(subscriber, endpoint(scheme)))
    wait_until(lambda: publisher.send(b"first") or subscriber.poll(1))
    assert subscriber.recv() == b"first"
    for number in range(COUNT):
        publisher.send(b"%d" % number)
    assert subscriber.recv() == b"%d" % (COUNT - 1)
    assert is_quiet(subscriber)


@TRANSPORTS
def test_dealer_keeps_the_newest_both_ways(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    peer = new_socket(zmq.DEALER, sndhwm=0, rcvhwm=0)
    dealer = new_socket(zmq.DEALER, conflate=1)
    dealer.connect(bind(peer, endpoint(scheme)))
    dealer.send(b"hello")
    assert peer.recv() == b"hello"
    for number in range(COUNT):
        peer.send(b"%d" % number)
        dealer.send(b"%d" % number)
    numbers = numbers_until(zmq, peer, dealer, COUNT - 1)
    assert numbers == sorted(numbers)
    assert len(numbers) < COUNT / 2
    numbers = numbers_until(zmq, dealer, peer, COUNT - 1)
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("kind", ["PAIR", "ROUTER"])
def test_option_has_no_effect_on_other_types(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, kind: str
) -> None:
    receiver = new_socket(getattr(zmq, kind), conflate=1)
    sender = new_socket(zmq.PAIR if kind == "PAIR" else zmq.DEALER)
    receiver.connect(bind(sender, endpoint("inproc")))
    for number in range(100):
        sender.send(b"%d" % number)
    assert [receiver.recv_multipart()[-1] for _ in range(100)] == [b"%d" % n for n in range(100)]


@pytest.mark.core_only  # libzmq keeps one *part*, so that messages are mixed up
def test_messages_of_several_parts_stay_whole(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    sender, receiver = (new_socket(kind, conflate=1) for kind in (zmq.PUSH, zmq.PULL))
    receiver.connect(bind(sender, endpoint("inproc")))
    for number in range(10):
        sender.send_multipart([b"%d" % number, b"", b"end"])
    assert receiver.recv() == b"9"
    sender.send_multipart([b"next", b"part"])
    assert receiver.recv_multipart() == [b"", b"end"]
    assert receiver.recv_multipart() == [b"next", b"part"]
    assert is_quiet(receiver)


@pytest.mark.core_only  # in libzmq, on inproc only the option of the connecting side counts
def test_bound_side_may_ask_for_it_on_inproc(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    receiver, sender = new_socket(zmq.PULL, conflate=1), new_socket(zmq.PUSH)
    sender.connect(bind(receiver, endpoint("inproc")))
    for number in range(5000):
        sender.send(b"%d" % number)
    assert len(numbers_until(zmq, sender, receiver, 4999)) < 2500


@pytest.mark.core_only  # in libzmq, nothing arrives at all
def test_what_waited_for_a_late_bind_on_inproc(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    sender, receiver = new_socket(zmq.PUSH, conflate=1), new_socket(zmq.PULL)
    address = endpoint("inproc")
    sender.connect(address)
    for number in range(5000):
        sender.send(b"%d" % number, zmq.DONTWAIT)
    receiver.bind(address)
    assert receiver.recv() == b"4999"
    assert is_quiet(receiver)
