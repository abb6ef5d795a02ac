"""What a received frame tells about the peer that sent it."""

from __future__ import annotations

import asyncio
import errno
import os
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.implementations import asyncio_face
from tests.support.sockets import SocketFactory, bind, synchronise
from tests.support.waiting import Background, wait_until

STREAMS = pytest.mark.parametrize("scheme", ["tcp", "ipc"])
COUNT = 50


def named(zmq: Any, socket: Any, name: bytes) -> Any:
    """The socket, which tells peers its name."""
    socket.setsockopt(zmq.METADATA, b"X-name:" + name)
    return socket


def senders(zmq: Any, new_socket: SocketFactory, kind: int, address: str) -> list[Any]:
    """Three connected sockets named 0, 1 and 2."""
    sockets = [named(zmq, new_socket(kind), b"%d" % number) for number in range(3)]
    for socket in sockets:
        socket.connect(address)
    return sockets


def is_told(zmq: Any, frame: Any, name: str) -> bool:
    try:
        return bool(frame.get(name))
    except zmq.ZMQError as error:
        if error.errno != errno.EINVAL:
            raise
        return False


@STREAMS
def test_facts_about_the_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    router, dealer = new_socket(zmq.ROUTER), new_socket(zmq.DEALER, identity=b"me")
    named(zmq, dealer, b"a:b").connect(bind(router, endpoint(scheme)))
    dealer.send_multipart([b"", b"body"])
    process = f"localhost:{os.getuid()}:{os.getgid()}:{os.getpid()}"
    for frame in router.recv_multipart(copy=False):
        assert frame["Peer-Address"] == ("127.0.0.1" if scheme == "tcp" else process)
        assert frame["Socket-Type"] == "DEALER"
        assert frame["Identity"] == "me"
        assert frame.get(b"X-name") == "a:b"
        assert not is_told(zmq, frame, "User-Id")


def test_nothing_is_told_about_inproc_peers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    receiver, sender = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("inproc"))
    sender.send(b"x")
    frame = receiver.recv(copy=False)
    assert frame.bytes == b"x"
    assert not is_told(zmq, frame, "Peer-Address")
    assert not is_told(zmq, frame, "Socket-Type")


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("polled", [False, True])
def test_each_message_knows_its_own_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, parts: int, polled: bool
) -> None:
    receiver = new_socket(zmq.PULL)
    pushers = senders(zmq, new_socket, zmq.PUSH, bind(receiver, endpoint("tcp")))
    for count in range(COUNT):
        for number, pusher in enumerate(pushers):
            if count % (number + 1) == 0:  # some send more than others
                pusher.send_multipart([b"%d" % number] * parts)
    for _ in range(COUNT + COUNT // 2 + (COUNT + 2) // 3):
        if polled:
            assert receiver.poll()
        frames = receiver.recv_multipart(copy=False)
        assert len(frames) == parts
        assert {frame["X-name"] for frame in frames} == {frames[0].bytes.decode()}


def test_asking_only_now_and_then(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    receiver = new_socket(zmq.PULL)
    pushers = senders(zmq, new_socket, zmq.PUSH, bind(receiver, endpoint("tcp")))
    for _ in range(COUNT):
        for number, pusher in enumerate(pushers):
            pusher.send(b"%d" % number)
    for turn in range(COUNT * 3):
        if turn % 7 == 5:
            frame = receiver.recv(copy=False)
            assert frame["X-name"] == frame.bytes.decode()
        else:
            assert receiver.recv() in (b"0", b"1", b"2")


def test_the_rest_of_a_message_knows_its_peer_too(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER)
    dealers = senders(zmq, new_socket, zmq.DEALER, bind(router, endpoint("tcp")))
    for _ in range(COUNT):
        for number, dealer in enumerate(dealers):
            dealer.send_multipart([b"", b"%d" % number])
    for _ in range(COUNT * 3):
        router.recv()  # the identity, as bytes
        delimiter, body = router.recv_multipart(copy=False)
        assert delimiter["X-name"] == body["X-name"] == body.bytes.decode()
        assert delimiter.more
        assert not body.more


def test_whoever_asks_many_at_once_gets_bytes(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    receiver = new_socket(zmq.PULL)
    sender = named(zmq, new_socket(zmq.PUSH), b"X")
    sender.connect(bind(receiver, endpoint("tcp")))
    for message in ([b"first"], [b"second"], [b"third", b"part"]):
        sender.send_multipart(message)
    assert receiver.recv(copy=False)["X-name"] == "X"
    assert receiver.recv_multipart() == [b"second"]
    assert receiver.recv() == b"third"
    assert receiver.recv() == b"part"


@pytest.mark.core_only
def test_batches_hold_plain_messages_after_somebody_has_asked(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    receiver, sender = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    sender.send(b"first")
    receiver.recv(copy=False)
    sender.send_many([b"a", [b"b", b"c"], b"d"])
    received: list[Any] = []
    while len(received) < 3:
        received += receiver.recv_many()
    assert received == [b"a", [b"b", b"c"], b"d"]
    assert [type(message) for message in received] == [bytes, list, bytes]


def test_request_and_reply(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    server = named(zmq, new_socket(zmq.REP), b"server")
    clients = senders(zmq, new_socket, zmq.REQ, bind(server, endpoint("tcp")))
    for _ in range(3):
        for number, client in enumerate(clients):
            client.send(b"%d" % number)
        for _ in clients:
            request = server.recv(copy=False)
            assert request["X-name"] == request.bytes.decode()
            server.send(request)
        for client in clients:
            assert client.poll()
            reply = client.recv(copy=False)
            assert (reply["X-name"], reply["Socket-Type"]) == ("server", "REP")


def test_publishers_of_several_topics(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    subscriber = new_socket(zmq.SUB)
    publishers = [named(zmq, new_socket(zmq.PUB), b"%d" % number) for number in range(3)]
    for publisher in publishers:
        subscriber.connect(bind(publisher, endpoint("tcp")))
    for topic in (b"0", b"2"):
        subscriber.subscribe(topic)
    for publisher in publishers:
        synchronise(publisher, subscriber)
    for _ in range(COUNT):
        for number, publisher in enumerate(publishers):
            publisher.send(b"%d" % number)
    for _ in range(COUNT * 2):
        assert subscriber.poll()
        frame = subscriber.recv(copy=False)
        assert frame["X-name"] == frame.bytes.decode()


@pytest.mark.parametrize("manual", [0, 1])
def test_subscriptions_know_the_subscriber(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, manual: int
) -> None:
    publisher = new_socket(zmq.XPUB, xpub_manual=manual)
    subscribers = senders(zmq, new_socket, zmq.XSUB, bind(publisher, endpoint("tcp")))
    for number, subscriber in enumerate(subscribers):
        subscriber.send(b"\x01%d" % number)
        subscriber.send(b"hello")
    for _ in range(6):
        frame = publisher.recv(copy=False)
        if frame.bytes != b"hello":
            assert frame["X-name"] == frame.bytes[1:].decode()
        assert frame["Socket-Type"] == "XSUB"
    subscribers[1].close()
    frame = publisher.recv(copy=False)
    assert frame.bytes == b"\x001"
    assert not is_told(zmq, frame, "X-name")


def test_newest_messages_know_their_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    receiver = new_socket(zmq.PULL, conflate=1)
    pushers = senders(zmq, new_socket, zmq.PUSH, bind(receiver, endpoint("ipc")))
    seen = set()

    def heard_of_all() -> bool:
        for number, pusher in enumerate(pushers):
            pusher.send(b"%d" % number)
        while receiver.poll(1):
            frame = receiver.recv(copy=False)
            assert frame["X-name"] == frame.bytes.decode()
            seen.add(frame.bytes)
        return len(seen) == 3

    wait_until(heard_of_all)


def test_facts_follow_the_connection(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL)
    address = bind(pull, endpoint("tcp"))
    for name in (b"first", b"second"):
        push = named(zmq, new_socket(zmq.PUSH, linger=-1), name)
        push.connect(address)
        push.send(name)
        push.close()
        frame = pull.recv(copy=False)
        assert frame["X-name"] == frame.bytes.decode() == name.decode()


@pytest.mark.core_only  # libzmq's sockets are not for several threads
def test_threads_do_not_mix_up_the_peers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    receiver = new_socket(zmq.PULL)
    pushers = senders(zmq, new_socket, zmq.PUSH, bind(receiver, endpoint("tcp")))
    for number, pusher in enumerate(pushers):
        pusher.send(b"%d" % number)
    for _ in pushers:
        frame = receiver.recv(copy=False)
        assert frame["X-name"] == frame.bytes.decode()

    def take(copy: bool) -> int:
        for _ in range(COUNT * 6):
            frame = receiver.recv(copy=copy)
            if not copy:
                assert frame["X-name"] == frame.bytes.decode()
        return COUNT * 6

    takers = [Background(take, copy) for copy in (False, True, False)]
    for _ in range(COUNT * 6):
        for number, pusher in enumerate(pushers):
            pusher.send(b"%d" % number)
    assert [taker.result() for taker in takers] == [COUNT * 6] * 3


def test_asyncio_sockets_tell_the_same(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    async def receive() -> None:
        context = asyncio_face(zmq).Context()
        receiver = context.socket(zmq.PULL)
        pushers = senders(zmq, new_socket, zmq.PUSH, bind(receiver, endpoint("tcp")))
        for _ in range(COUNT):
            for number, pusher in enumerate(pushers):
                pusher.send_multipart([b"%d" % number, b"end"])
        for _ in range(COUNT):
            frames = await receiver.recv_multipart(copy=False)
            assert {frame["X-name"] for frame in frames} == {frames[0].bytes.decode()}
            frame = await receiver.recv(copy=False)
            assert frame["X-name"] == frame.bytes.decode()
            assert await receiver.recv() == b"end"
            number, _ = await receiver.recv_multipart()
            assert number in (b"0", b"1", b"2")
        receiver.close()
        context.term()

    asyncio.run(receive())
