"""send_many and recv_many: the same queues and the same rules, many messages to a call."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, drain, send_until_full
from tests.support.waiting import Background, wait_until

pytestmark = pytest.mark.core_only
TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
MIXED = [b"", b"one", [b"two", b"", b"parts"], b"x" * 300, [b"a"] * 9, b"y" * 100_000]


def receive_all(socket: Any, total: int, at_most: int = 1000) -> list[Any]:
    received: list[Any] = []
    while len(received) < total:
        batch = socket.recv_many(at_most)
        assert 0 < len(batch) <= at_most
        received += batch
    return received


@TRANSPORTS
def test_everything_arrives_in_order(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    messages = MIXED * 20
    sending = Background(push.send_many, messages)
    assert receive_all(pull, len(messages), at_most=7) == messages
    assert sending.result() == len(messages)


def test_a_batch_of_one_or_none(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    assert push.send_many([]) == 0
    assert push.send_many([b"x"]) == 1
    assert push.send_many([[b"single frame in a list"]]) == 1
    assert receive_all(pull, 2) == [b"x", b"single frame in a list"]


def test_both_faces_mix(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    push.send(b"1")
    push.send_many([b"2", [b"3", b"three"]])
    push.send_multipart([b"4", b"four"])
    push.send_many([b"5"])
    assert pull.recv() == b"1"
    assert receive_all(pull, 1, at_most=1) == [b"2"]
    assert pull.recv_multipart() == [b"3", b"three"]
    assert receive_all(pull, 2) == [[b"4", b"four"], b"5"]


def test_non_blocking_send_takes_what_fits(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=3)
    push = new_socket(zmq.PUSH, sndhwm=4)
    with pytest.raises(zmq.Again):
        push.send_many([b"no", b"peer"], zmq.DONTWAIT)
    push.connect(bind(pull, endpoint("inproc")))
    messages = [b"%d" % number for number in range(20)]
    assert push.send_many(messages, zmq.DONTWAIT) == 7
    with pytest.raises(zmq.Again):
        push.send_many(messages[7:], zmq.DONTWAIT)
    assert receive_all(pull, 7) == messages[:7]
    wait_until(lambda: push.poll(0, zmq.POLLOUT))
    assert push.send_many(messages[7:9], zmq.DONTWAIT) == 2


def test_blocking_send_waits_until_all_are_taken(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=3)
    push = new_socket(zmq.PUSH, sndhwm=4)
    push.connect(bind(pull, endpoint("inproc")))
    messages = [b"%d" % number for number in range(100)]
    sending = Background(push.send_many, messages)
    sending.wait_until_blocked()
    assert receive_all(pull, 100) == messages
    assert sending.result() == 100


def test_receive_waits_for_the_first_only(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    with pytest.raises(zmq.Again):
        pull.recv_many(10, zmq.DONTWAIT)
    waiting = Background(pull.recv_many, 10)
    waiting.wait_until_blocked()
    push.send(b"x")
    assert waiting.result() == [b"x"]
    pull.rcvtimeo = 30
    with pytest.raises(zmq.Again):
        pull.recv_many()


def test_shares_are_round_robin(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    pulls = [new_socket(zmq.PULL) for _ in range(3)]
    push = new_socket(zmq.PUSH)
    for pull in pulls:
        push.connect(bind(pull, endpoint("inproc")))
    push.send_many([b"%d" % number for number in range(9)])
    shares = sorted([message for (message,) in drain(pull)] for pull in pulls)
    assert shares == [[b"0", b"3", b"6"], [b"1", b"4", b"7"], [b"2", b"5", b"8"]]


def test_a_batch_counts_against_the_mark_like_its_messages(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=10)
    push = new_socket(zmq.PUSH, sndhwm=10)
    push.connect(bind(pull, endpoint("inproc")))
    push.send_many([b"x"] * 15)
    assert send_until_full(push, zmq) == 5


def test_publisher_batches_reach_those_who_subscribed(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    publisher = new_socket(zmq.XPUB)
    address = bind(publisher, endpoint("tcp"))
    subscribers = {topic: new_socket(zmq.SUB, subscribe=topic) for topic in (b"a", b"b")}
    for subscriber in subscribers.values():
        subscriber.connect(address)
    assert sorted(receive_all(publisher, 2)) == [b"\x01a", b"\x01b"]
    messages = [b"a1", b"b1", [b"a2", b"body"], b"c", b"b2"]
    assert publisher.send_many(messages) == 5
    assert receive_all(subscribers[b"a"], 2) == [b"a1", [b"a2", b"body"]]
    assert receive_all(subscribers[b"b"], 2) == [b"b1", b"b2"]


def test_router_batches_go_to_their_addressees(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER)
    address = bind(router, endpoint("tcp"))
    dealers = {name: new_socket(zmq.DEALER, identity=name) for name in (b"A", b"B")}
    for name, dealer in dealers.items():
        dealer.connect(address)
        dealer.send_many([b"1", [b"2", b"end"]])
        assert receive_all(router, 2) == [[name, b"1"], [name, b"2", b"end"]]
    router.send_many([[b"A", b"x"], [b"B", b"y"], [b"nobody", b"z"], [b"A", b"w", b"end"]])
    assert receive_all(dealers[b"A"], 2) == [b"x", [b"w", b"end"]]
    assert receive_all(dealers[b"B"], 1) == [b"y"]


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_router_drops_nothing_that_can_still_be_written(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    router = new_socket(zmq.ROUTER, sndhwm=10)
    address = bind(router, endpoint(scheme))
    dealers = [new_socket(zmq.DEALER, routing_id=name) for name in (b"one", b"two")]
    for dealer in dealers:
        dealer.connect(address)
        dealer.send(b"here")
        router.recv_multipart()
    bodies = [b"" if number % 7 == 0 else b"%d" % number for number in range(100)]
    batch: list[Any] = [[b"nobody", b"lost"], [b"one"]]
    for body in bodies:
        batch += [[b"one", body], [b"two", body, body]]
    assert router.send_many(batch) == len(batch)
    assert receive_all(dealers[0], 100) == bodies
    assert receive_all(dealers[1], 100) == [[body, body] for body in bodies]
    assert router.stats().dropped  # the one for nobody


def test_answers_leave_together_while_requests_wait(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router, dealer = new_socket.pair_up(zmq.ROUTER, zmq.DEALER, endpoint("tcp"))
    dealer.send_many([b"%d" % number for number in range(500)])
    for _ in range(500):
        router.send_multipart(router.recv_multipart())
    assert receive_all(dealer, 500) == [b"%d" % number for number in range(500)]


@pytest.mark.parametrize(("kind", "call"), [("PULL", "send_many"), ("PUSH", "recv_many")])
def test_wrong_direction(zmq: Any, new_socket: SocketFactory, kind: str, call: str) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        getattr(new_socket(getattr(zmq, kind)), call)(*([[b"x"]] if call == "send_many" else []))
    assert caught.value.errno == zmq.ENOTSUP


def test_what_is_not_a_message_is_refused(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("inproc"))
    for wrong in ([b"x", "text"], [1], [[b"x", None]]):
        with pytest.raises(TypeError):
            push.send_many(wrong)
    push.send(b"good")
    assert drain(pull)[-1] == [b"good"]


def test_two_threads_send_batches(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    start = threading.Barrier(2)

    def send(name: bytes) -> None:
        start.wait(10)
        for turn in range(50):
            push.send_many([b"%s %d" % (name, turn * 20 + number) for number in range(20)])

    senders = [Background(send, name) for name in (b"A", b"B")]
    received = receive_all(pull, 2000)
    for sender in senders:
        sender.result()
    for name in (b"A", b"B"):
        own = [message for message in received if message.startswith(name)]
        assert own == [b"%s %d" % (name, number) for number in range(1000)]


def test_what_is_refused_does_not_hide_what_was_accepted(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    request, reply = new_socket.pair_up(zmq.REQ, zmq.REP, endpoint("tcp"))
    assert request.send_many([b"first", b"out of turn"]) == 1
    assert reply.recv() == b"first"
    with pytest.raises(zmq.ZMQError) as caught:
        request.send_many([b"out of turn"])
    assert caught.value.errno == zmq.EFSM
