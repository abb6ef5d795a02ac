"""When a changed option counts: at once, or for the endpoints that are bound or connected later."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import (
    SocketFactory,
    bind,
    bind_again,
    drain,
    is_quiet,
    send_until_full,
)
from tests.support.waiting import Background, wait_until


def test_each_connection_keeps_the_routing_id_it_was_made_with(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    routers = [new_socket(zmq.ROUTER) for _ in range(2)]
    dealer = new_socket(zmq.DEALER)
    for router, name in zip(routers, (b"first", b"second"), strict=True):
        dealer.routing_id = name
        dealer.connect(bind(router, endpoint("tcp")))
    dealer.send_multipart([b"one"])
    dealer.send_multipart([b"two"])
    assert [router.recv_multipart()[0] for router in routers] == [b"first", b"second"]


def test_a_reconnection_uses_the_settings_of_its_connect(
    zmq: Any, new_socket: SocketFactory
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        dealer = new_socket(zmq.DEALER, routing_id=b"before", reconnect_ivl=10)
        dealer.connect(address)
        dealer.routing_id = b"after"
        for _ in range(2):
            router = new_socket(zmq.ROUTER)
            bind_again(zmq, router, address)
            dealer.send(b"hello")
            assert router.recv_multipart() == [b"before", b"hello"]
            router.close()


def test_each_endpoint_keeps_its_limit_of_message_size(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # Above the size of a READY command, which libzmq counts as well.
    pull = new_socket(zmq.PULL, maxmsgsize=100)
    strict = bind(pull, endpoint("tcp"))
    pull.maxmsgsize = -1
    lax = bind(pull, endpoint("tcp"))
    for address, size in ((lax, 101), (strict, 100)):
        push = new_socket(zmq.PUSH)
        push.connect(address)
        push.send(size * b"x")
        assert len(pull.recv()) == size
    push.send(101 * b"x")
    assert is_quiet(pull)


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_raising_the_send_mark_makes_room_on_connections_that_are_there(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH, sndhwm=1)
    pull = new_socket(zmq.PULL, rcvhwm=1)
    push.connect(bind(pull, endpoint(scheme)))
    push.send(b"begin")
    assert pull.recv() == b"begin"
    push.sndhwm = 50
    assert push.sndhwm == 50
    large = bytes(1 << 20)  # so that kernel buffers hold few of them
    sent = send_until_full(push, zmq, large)
    assert sent >= 50
    assert len(drain(pull)) == sent


@pytest.mark.core_only  # libzmq does not look at a full queue again until half of it was read
@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_raising_the_send_mark_makes_room_where_there_was_none(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH, sndhwm=1)
    pull = new_socket(zmq.PULL, rcvhwm=1)
    push.connect(bind(pull, endpoint(scheme)))
    large = bytes(1 << 20)
    first = send_until_full(push, zmq, large)
    push.sndhwm = 5
    more = send_until_full(push, zmq, large)
    assert more >= 4
    assert len(drain(pull)) == first + more


def test_inproc_holds_the_sum_of_the_marks_as_they_are_now(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    push = new_socket(zmq.PUSH, sndhwm=1)
    pull = new_socket(zmq.PULL, rcvhwm=1)
    address = endpoint("inproc")
    pull.connect(address)
    push.bind(address)
    push.sndhwm = 5
    wait_until(lambda: push.poll(0, zmq.POLLOUT))
    assert send_until_full(push, zmq) == 6


def test_lowering_a_mark_loses_nothing(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    check_lowering(zmq, new_socket, endpoint("tcp"))


@pytest.mark.core_only  # libzmq may wait for ever: half of the old mark is never read
def test_lowering_a_mark_of_inproc_loses_nothing(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    check_lowering(zmq, new_socket, endpoint("inproc"))


def check_lowering(zmq: Any, new_socket: SocketFactory, address: str) -> None:
    push = new_socket(zmq.PUSH, sndhwm=100)
    pull = new_socket(zmq.PULL, rcvhwm=1)
    pull.connect(bind(push, address))
    push.send(b"begin")
    assert pull.recv() == b"begin"
    large = bytes(1 << 16)
    sent = send_until_full(push, zmq, large)
    push.sndhwm = 10
    assert send_until_full(push, zmq, large) == 0
    assert len(drain(pull)) == sent
    wait_until(lambda: push.poll(0, zmq.POLLOUT))
    push.send(b"goes on")
    assert pull.recv() == b"goes on"


@pytest.mark.core_only  # a socket of libzmq must not be touched while another thread uses it
@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_a_sender_that_waits_goes_on_when_the_mark_is_raised(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH, sndhwm=2)
    pull = new_socket(zmq.PULL, rcvhwm=1)
    push.connect(bind(pull, endpoint(scheme)))
    large = bytes(1 << 20)
    send_until_full(push, zmq, large)
    waiting = Background(push.send, large)
    waiting.wait_until_blocked()
    push.sndhwm = 100
    waiting.result()


@pytest.mark.core_only  # likewise; libzmq gives a receiver its room when it sends the next time
def test_inproc_gets_room_when_the_receiver_raises_its_mark(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    push = new_socket(zmq.PUSH, sndhwm=1)
    pull = new_socket(zmq.PULL, rcvhwm=1)
    push.connect(bind(pull, endpoint("inproc")))
    assert send_until_full(push, zmq) == 2
    pull.rcvhwm = 9
    wait_until(lambda: push.poll(0, zmq.POLLOUT))
    assert send_until_full(push, zmq) == 8


def test_each_connection_keeps_the_keys_it_was_made_with(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    client = new_socket(zmq.PUSH)
    client.curve_publickey, client.curve_secretkey = zmq.curve_keypair()
    servers = []
    for _ in range(2):
        public, secret = zmq.curve_keypair()
        servers.append(new_socket(zmq.PULL, curve_secretkey=secret, curve_server=1))
        client.curve_serverkey = public
        client.connect(bind(servers[-1], endpoint("tcp")))
    plain = new_socket(zmq.PULL)
    client.plain_username = b"somebody"  # the last mechanism that was set counts from here on
    client.connect(bind(plain, endpoint("ipc")))
    for number in range(3):
        client.send(b"%d" % number)
    assert [server.recv() for server in servers] == [b"0", b"1"]
    assert is_quiet(plain)
