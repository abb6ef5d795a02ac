"""The server goes away and comes back on the same port; the client is told nothing and goes on."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import QUIET, SocketFactory, bind, bind_again
from tests.support.waiting import wait_until

SCHEMES = pytest.mark.parametrize("scheme", ["tcp", "ipc"])


@pytest.fixture
def address(scheme: str, endpoint: Endpoints) -> Any:
    if scheme == "ipc":
        yield endpoint("ipc")
        return
    with unused_port() as port:
        yield f"tcp://127.0.0.1:{port}"


@SCHEMES
def test_request_after_request(
    zmq: Any, new_socket: SocketFactory, address: str, scheme: str
) -> None:
    # IMMEDIATE shows when the loss was noticed: a request sent before that dies with the server.
    request = new_socket(zmq.REQ, reconnect_ivl=10, immediate=1)
    request.connect(address)
    for run in range(3):
        reply = new_socket(zmq.REP)
        bind_again(zmq, reply, address)
        request.send(b"%d" % run)  # waits until the connection is there
        assert reply.recv() == b"%d" % run
        reply.send(b"re")
        assert request.recv() == b"re"
        reply.close()
        wait_until(lambda: not request.poll(0, zmq.POLLOUT))


@SCHEMES
def test_push_goes_on_with_the_next_server(
    zmq: Any, new_socket: SocketFactory, address: str, scheme: str
) -> None:
    push = new_socket(zmq.PUSH, reconnect_ivl=10)
    push.connect(address)
    early = [b"early %d" % number for number in range(5)]
    for message in early:
        push.send(message)  # nobody is there yet: queued
    sent: list[int] = []
    for run in range(3):
        pull = new_socket(zmq.PULL)
        bind_again(zmq, pull, address)
        if run == 0:
            assert [pull.recv() for _ in early] == early

        def one_arrives(pull: Any = pull) -> bool:
            # What is sent before the loss is noticed is lost with the old server.
            sent.append(len(sent))
            push.send(b"%d" % sent[-1])
            return bool(pull.poll(20))

        wait_until(one_arrives)
        first = int(pull.recv())
        # From then on nothing is missing.
        push.send(b"%d" % len(sent))
        sent.append(len(sent))
        assert [int(pull.recv()) for _ in sent[first + 1 :]] == sent[first + 1 :]
        pull.close()


@SCHEMES
def test_pull_receives_from_every_generation(
    zmq: Any, new_socket: SocketFactory, address: str, scheme: str
) -> None:
    pull = new_socket(zmq.PULL, reconnect_ivl=10)
    pull.connect(address)
    for run in range(3):
        push = new_socket(zmq.PUSH)
        bind_again(zmq, push, address)
        push.send(b"%d" % run)
        assert pull.recv() == b"%d" % run
        push.close()


@SCHEMES
def test_a_bound_server_outlives_its_clients(
    zmq: Any, new_socket: SocketFactory, address: str, scheme: str
) -> None:
    reply = new_socket(zmq.REP)
    bind_again(zmq, reply, address)
    for run in range(5):
        request = new_socket(zmq.REQ)
        request.connect(address)
        request.send(b"%d" % run)
        assert reply.recv() == b"%d" % run
        reply.send(b"re")
        assert request.recv() == b"re"
        request.close()


def test_one_of_several_servers_goes_and_the_others_get_its_work(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # IMMEDIATE: only finished connections are given work, so nothing waits for the lost one.
    push = new_socket(zmq.PUSH, immediate=1)
    stays, goes = new_socket(zmq.PULL), new_socket(zmq.PULL)
    for pull in (stays, goes):
        push.connect(bind(pull, endpoint("tcp")))

    def both_have_some() -> bool:
        push.send(b"x")
        return bool(stays.poll(1) and goes.poll(1))

    wait_until(both_have_some)
    goes.close()

    def only_one_is_left() -> bool:
        # Three in a row for the same peer: the turn passes nobody else.
        while stays.poll(1):
            stays.recv()
        for _ in range(3):
            push.send(b"y")
        return [stays.recv() for _ in range(3) if stays.poll(50)] == [b"y"] * 3

    wait_until(only_one_is_left)


def test_a_peer_that_is_not_zeromq_does_no_harm(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply = new_socket(zmq.REP)
    address = bind(reply, endpoint("tcp"))
    port = int(address.rpartition(":")[2])
    for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 9, b"\xff" + b"\0" * 8 + b"\x7f" * 200):
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(noise)
    request = new_socket(zmq.REQ)
    request.connect(address)
    request.send(b"q")
    assert reply.recv() == b"q"


def test_incompatible_socket_types_do_not_talk(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket(zmq.PULL), new_socket(zmq.PUSH)
    address = bind(pull, endpoint("tcp"))
    stranger = new_socket(zmq.REQ, immediate=1, reconnect_ivl=-1)
    stranger.connect(address)
    assert not stranger.poll(50, zmq.POLLOUT)
    push.connect(address)
    push.send(b"x")
    assert pull.recv() == b"x"


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_negative_interval_means_never_again(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    server, client = new_socket(zmq.PUSH), new_socket(zmq.PULL, reconnect_ivl=-1)
    address = bind(server, endpoint(scheme))
    client.connect(address)
    server.send(b"hello")
    assert client.recv() == b"hello"
    server.unbind(address)
    wait_until(lambda: not server.poll(1, zmq.POLLOUT))
    bind_again(zmq, server, address)
    assert not server.poll(QUIET, zmq.POLLOUT)
    client.connect(address)
    server.send(b"by hand")
    assert client.recv() == b"by hand"


@pytest.mark.core_only  # libzmq sometimes loses the rest
@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_what_a_peer_sent_before_it_left_is_received_although_answers_fail(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    """More than the high-water mark: most of it is in the kernel when the first write fails."""
    server = new_socket(zmq.DEALER, rcvhwm=10)
    address = bind(server, endpoint(scheme))
    messages = [b"%d" % number for number in range(300)]
    with zmq.Context() as elsewhere, elsewhere.socket(zmq.DEALER) as client:
        client.connect(address)
        for message in messages:
            client.send(message)
    received = []
    for _ in messages:
        received.append(server.recv())
        with suppress(zmq.Again):
            server.send(b"answer", zmq.DONTWAIT)
    assert received == messages
