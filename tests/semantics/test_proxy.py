"""zmq.proxy: the queue, the forwarder and the streamer between two sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, is_quiet, send_until_full, terminate
from tests.support.waiting import Background, wait_until


@contextmanager
def running_proxy(
    zmq: Any, kinds: tuple[int, int], endpoint: Endpoints, capture: str = "", **options: Any
) -> Iterator[tuple[str, str]]:
    """A proxy in its own context and thread; yields its two addresses."""
    context = zmq.Context()
    sockets = [context.socket(kind) for kind in kinds]
    for socket in sockets:
        for name, value in options.items():
            setattr(socket, name, value)
    addresses = bind(sockets[0], endpoint("tcp")), bind(sockets[1], endpoint("tcp"))
    if capture:
        sockets.append(context.socket(zmq.PUSH))
        sockets[-1].immediate = 1
        sockets[-1].connect(capture)

    def run() -> None:
        try:
            with pytest.raises(zmq.ContextTerminated):
                zmq.proxy(*sockets)
        finally:
            for socket in sockets:
                socket.close(linger=0)

    proxy = Background(run)
    try:
        yield addresses
    finally:
        terminate(context)
        proxy.result()


def test_queue_of_requests(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    with running_proxy(zmq, (zmq.ROUTER, zmq.DEALER), endpoint) as (front, back):
        requests = [new_socket(zmq.REQ) for _ in range(3)]
        replies = [new_socket(zmq.REP) for _ in range(2)]
        for request in requests:
            request.connect(front)
        for reply in replies:
            reply.connect(back)

        def serve(reply: Any) -> int:
            answered = 0
            while (message := reply.recv_multipart()) != [b"end"]:
                reply.send_multipart([b"re", *message])
                answered += 1
            reply.send(b"ended")
            return answered

        servers = [Background(serve, reply) for reply in replies]
        for turn in range(20):
            for number, request in enumerate(requests):
                request.send_multipart([b"%d" % number, b"", b"%d" % turn])
            for number, request in enumerate(requests):
                assert request.recv_multipart() == [b"re", b"%d" % number, b"", b"%d" % turn]
        for request in requests[:2]:  # round robin: one for each server
            request.send(b"end")
            assert request.recv() == b"ended"
        assert sum(server.result() for server in servers) == 60


def test_forwarder_of_subscriptions(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    with running_proxy(zmq, (zmq.XSUB, zmq.XPUB), endpoint) as (front, back):
        publisher, subscriber = new_socket(zmq.XPUB), new_socket(zmq.SUB, subscribe=b"news")
        publisher.connect(front)
        subscriber.connect(back)
        assert publisher.recv() == b"\x01news"
        publisher.send_multipart([b"other", b"1"])
        publisher.send_multipart([b"news", b"2"])
        assert subscriber.recv_multipart() == [b"news", b"2"]
        subscriber.unsubscribe(b"news")
        assert publisher.recv() == b"\x00news"


def test_streamer_loses_nothing_when_its_queues_are_short(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    kinds = (zmq.PULL, zmq.PUSH)
    with running_proxy(zmq, kinds, endpoint, sndhwm=2, rcvhwm=2) as (front, back):
        push, pull = new_socket(zmq.PUSH, sndhwm=2), new_socket(zmq.PULL, rcvhwm=2)
        push.connect(front)
        pull.connect(back)
        messages = [b"%d" % number * (number % 100) for number in range(2000)]
        sender = Background(lambda: [push.send(message) for message in messages])
        assert [pull.recv() for _ in messages] == messages
        sender.result()


def test_capture_gets_a_copy_of_everything(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    witness = new_socket(zmq.PULL)
    seen_at = bind(witness, endpoint("tcp"))
    with running_proxy(zmq, (zmq.ROUTER, zmq.DEALER), endpoint, seen_at) as (front, back):
        request, reply = new_socket(zmq.REQ, identity=b"asker"), new_socket(zmq.REP)
        request.connect(front)
        reply.connect(back)
        request.send(b"q")
        reply.send(b"re " + reply.recv())
        assert request.recv() == b"re q"
        assert witness.recv_multipart() == [b"asker", b"", b"q"]
        assert witness.recv_multipart() == [b"asker", b"", b"re q"]


def test_clients_come_and_go(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    with running_proxy(zmq, (zmq.ROUTER, zmq.DEALER), endpoint) as (front, back):
        reply = new_socket(zmq.REP)
        reply.connect(back)
        for number in range(10):
            request = new_socket(zmq.REQ)
            request.connect(front)
            request.send(b"%d" % number)
            wait_until(lambda: reply.poll(1000))
            reply.send(reply.recv())
            assert request.recv() == b"%d" % number
            request.close()


def test_one_socket_on_both_sides_gets_its_messages_back(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    context = zmq.Context()
    reply = context.socket(zmq.REP)
    address = bind(reply, endpoint("tcp"))

    def run() -> None:
        with pytest.raises(zmq.ContextTerminated):
            zmq.proxy(reply, reply)
        reply.close(linger=0)

    echo = Background(run)
    try:
        request = new_socket(zmq.REQ)
        request.connect(address)
        for number in range(10):
            # Of one frame: libzmq wants to answer the first before it has received the others.
            request.send(b"%d" % number)
            assert request.recv() == b"%d" % number
    finally:
        terminate(context)
        echo.result()


def test_without_a_worker_messages_stay_with_their_senders(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    with running_proxy(zmq, (zmq.PULL, zmq.PUSH), endpoint, sndhwm=5, rcvhwm=5) as (front, back):
        push = new_socket(zmq.PUSH, sndhwm=5, sndbuf=4096)
        push.connect(front)
        sent = send_until_full(push, zmq, b"x" * 100_000)
        assert sent < 100  # 1,000 would be a batch that the proxy had kept
        pull = new_socket(zmq.PULL)
        pull.connect(back)
        for _ in range(sent):
            assert len(pull.recv()) == 100_000


def test_a_capture_that_blocks_holds_the_proxy_up(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    witness = new_socket(zmq.PULL)
    seen_at = endpoint("ipc")
    kinds = (zmq.PULL, zmq.PUSH)
    with running_proxy(zmq, kinds, endpoint, seen_at) as (front, back):
        push, pull = new_socket(zmq.PUSH), new_socket(zmq.PULL)
        push.connect(front)
        pull.connect(back)
        push.send(b"first")
        push.send(b"second")
        assert is_quiet(pull)
        bind(witness, seen_at)
        assert [pull.recv(), pull.recv()] == [b"first", b"second"]
        assert [witness.recv(), witness.recv()] == [b"first", b"second"]


def test_device_is_a_proxy(zmq: Any, endpoint: Endpoints) -> None:
    context = zmq.Context()
    sockets = [context.socket(kind) for kind in (zmq.PULL, zmq.PUSH)]

    def run() -> None:
        with pytest.raises(zmq.ContextTerminated):
            zmq.device(zmq.STREAMER, *sockets)
        for socket in sockets:
            socket.close()

    shovel = Background(run)
    shovel.wait_until_blocked()
    terminate(context)
    shovel.result()
