"""The server goes away and comes back on the same port; the client is told nothing and goes on."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, bind_again
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
    request = new_socket(zmq.REQ, reconnect_ivl=10)
    request.connect(address)
    for run in range(3):
        request.send(b"%d" % run)  # while no server is there: it waits for the next one
        reply = new_socket(zmq.REP)
        bind_again(zmq, reply, address)
        assert reply.recv() == b"%d" % run
        reply.send(b"re")
        assert request.recv() == b"re"
        reply.close()
        # A request sent before the loss is noticed would go down with the old server.
        _wait_for_loss(zmq, request, address, new_socket)


def _wait_for_loss(zmq: Any, client: Any, address: str, new_socket: SocketFactory) -> None:
    """Return once nobody listens at `address` and `client` had to notice."""
    probe = new_socket(zmq.DEALER, immediate=1, reconnect_ivl=-1)
    probe.connect(address)
    wait_until(lambda: not client.poll(0) and not probe.poll(20, zmq.POLLOUT))
    probe.close()


@SCHEMES
def test_push_queues_while_the_server_is_away(
    zmq: Any, new_socket: SocketFactory, address: str, scheme: str
) -> None:
    push = new_socket(zmq.PUSH, reconnect_ivl=10)
    push.connect(address)
    for run in range(3):
        for number in range(5):
            push.send(b"%d %d" % (run, number))
        pull = new_socket(zmq.PULL)
        bind_again(zmq, pull, address)
        assert [pull.recv() for _ in range(5)] == [b"%d %d" % (run, n) for n in range(5)]
        pull.close()
        _wait_for_loss(zmq, push, address, new_socket)


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
