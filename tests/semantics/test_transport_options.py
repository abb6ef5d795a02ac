"""Options that reach the transport: adopted descriptors, devices, when to stop reconnecting."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import (
    QUIET,
    SocketFactory,
    bind,
    bind_again,
    last_endpoint,
    terminate,
)
from tests.support.waiting import wait_until

CONN_REFUSED, HANDSHAKE_FAILED, AFTER_DISCONNECT = 1, 2, 4  # in pyzmq only with the draft API
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a Linux option")


@pytest.fixture
def listening(request: pytest.FixtureRequest, endpoint: Endpoints) -> Iterator[socket.socket]:
    """A socket that listens, as a service manager hands it over."""
    family = socket.AF_INET if request.param == "tcp" else socket.AF_UNIX
    address = ("127.0.0.1", 0) if request.param == "tcp" else endpoint("ipc").removeprefix("ipc://")
    with socket.socket(family) as listener:
        listener.bind(address)
        listener.listen()
        yield listener


@pytest.mark.parametrize("listening", ["tcp", "ipc"], indirect=True)
def test_adopts_a_descriptor(zmq: Any, new_socket: SocketFactory, listening: socket.socket) -> None:
    name = listening.getsockname()
    address = f"ipc://{name}" if isinstance(name, str) else f"tcp://127.0.0.1:{name[1]}"
    server = new_socket(zmq.REP, use_fd=listening.detach())
    server.bind(address)
    assert last_endpoint(server) == address
    client = new_socket(zmq.REQ)
    client.connect(address)
    client.send(b"hello")
    assert server.recv() == b"hello"
    server.send(b"back")
    assert client.recv() == b"back"


@pytest.mark.core_only  # libzmq looks at nothing and fails later, or never
@pytest.mark.parametrize("listening", ["tcp", "ipc"], indirect=True)
def test_refuses_descriptors_that_cannot_work(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, listening: socket.socket
) -> None:
    other = "ipc" if listening.family == socket.AF_INET else "tcp"
    server = new_socket(zmq.REP, use_fd=listening.fileno())
    with pytest.raises(zmq.ZMQError, match="belongs to another transport") as caught:
        server.bind(endpoint(other))
    assert caught.value.errno == errno.EINVAL
    with socket.socket() as idle:
        server.use_fd = idle.fileno()
        with pytest.raises(zmq.ZMQError, match="does not listen"):
            server.bind(endpoint("tcp"))
        assert idle.getsockname()  # still ours
    assert listening.getsockname()


@LINUX
def test_binds_to_a_device(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    server, client = (new_socket(zmq.PAIR, bindtodevice=b"lo") for _ in range(2))
    try:
        address = bind(server, endpoint("tcp"))
    except zmq.ZMQError as error:
        if error.errno == errno.EPERM:
            pytest.skip("this user may not choose devices")
        raise
    client.connect(address)
    client.send(b"through lo")
    assert server.recv() == b"through lo"
    server.send(b"back")
    assert client.recv() == b"back"


@LINUX
def test_device_that_does_not_exist(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    server = new_socket(zmq.PAIR, bindtodevice=b"nodevice0")
    with pytest.raises(zmq.ZMQError) as caught:
        server.bind(endpoint("tcp"))
    assert caught.value.errno in (errno.ENODEV, errno.EPERM)


@pytest.mark.parametrize("reconnect_stop", [0, CONN_REFUSED])
def test_gives_up_a_peer_that_refuses(
    zmq: Any, new_socket: SocketFactory, reconnect_stop: int
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        push = new_socket(zmq.PUSH, reconnect_stop=reconnect_stop, reconnect_ivl=10)
        push.connect(address)
        if reconnect_stop:
            wait_until(lambda: not push.poll(0, zmq.POLLOUT))  # nobody to send to any more
            with pytest.raises(zmq.ZMQError) as caught:
                push.disconnect(address)
            assert caught.value.errno == errno.ENOENT
        else:
            push.send(b"patience")
            pull = new_socket(zmq.PULL)
            bind_again(zmq, pull, address)
            assert pull.recv() == b"patience"


def test_goes_on_after_a_disconnection_all_the_same(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        pull = new_socket(zmq.PULL)
        bind_again(zmq, pull, address)
        push = new_socket(zmq.PUSH, reconnect_stop=CONN_REFUSED, reconnect_ivl=10)
        push.connect(address)
        push.send(b"connected")
        assert pull.recv() == b"connected"
        pull.close()
        wait_until(lambda: not push.poll(0, zmq.POLLOUT))  # lost, tried again, refused, given up


def test_gives_up_a_peer_that_is_none(zmq: Any, new_socket: SocketFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        push = new_socket(zmq.PUSH, reconnect_stop=HANDSHAKE_FAILED, reconnect_ivl=10)
        push.connect(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        assert push.poll(0, zmq.POLLOUT)
        server.accept()[0].close()
        wait_until(lambda: not push.poll(0, zmq.POLLOUT))


def test_gives_up_a_peer_that_says_nothing(zmq: Any, new_socket: SocketFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        push = new_socket(zmq.PUSH, reconnect_stop=HANDSHAKE_FAILED, handshake_ivl=50)
        push.connect(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        with server.accept()[0]:
            wait_until(lambda: not push.poll(0, zmq.POLLOUT))


@pytest.mark.core_only  # libzmq takes this up only if the very next attempt is refused at once
def test_gives_up_once_disconnected(zmq: Any, context: Any) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        push = context.socket(zmq.PUSH)
        push.linger = -1
        push.reconnect_stop = AFTER_DISCONNECT
        push.reconnect_ivl = 10
        push.connect(address)
        push.send(b"never sent")
        push.disconnect(address)
        push.close()
        terminate(context)  # would wait for ever for a peer to take the message


@pytest.mark.parametrize(
    ("networks", "admits"),
    [
        (["127.0.0.1/32"], True),
        (["127.0.0.1"], True),
        (["0.0.0.0/0"], True),
        (["127.0.0.255/32", "127.0.0.0/8"], True),  # one of them is enough
        (["127.0.0.255/32"], False),
    ],
)
def test_only_peers_from_accepted_networks(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, networks: list[str], admits: bool
) -> None:
    server = new_socket(zmq.PULL)
    for network in networks:
        server.set(zmq.TCP_ACCEPT_FILTER, network.encode())
    client = new_socket(zmq.PUSH, immediate=1)
    client.connect(bind(server, endpoint("tcp")))
    if admits:
        client.send(b"let in")
        assert server.recv() == b"let in"
    else:
        assert not client.poll(QUIET, zmq.POLLOUT)


@pytest.mark.core_only  # libzmq compares mapped addresses with IPv6 networks only
def test_ipv4_peers_of_an_ipv6_listener_are_compared_as_ipv4(
    zmq: Any, new_socket: SocketFactory
) -> None:
    server = new_socket(zmq.PULL, ipv6=1)
    server.set(zmq.TCP_ACCEPT_FILTER, b"127.0.0.0/8")
    server.bind("tcp://*:*")
    client = new_socket(zmq.PUSH)
    client.connect(f"tcp://127.0.0.1:{last_endpoint(server).rpartition(':')[2]}")
    client.send(b"let in")
    assert server.recv() == b"let in"


NOBODY = 2**31 - 2  # a number that no process, user or group of this machine has


@pytest.mark.parametrize("option", ["IPC_FILTER_PID", "IPC_FILTER_UID", "IPC_FILTER_GID"])
@pytest.mark.parametrize("admits", [True, False])
def test_only_peers_that_an_ipc_filter_names(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, option: str, admits: bool
) -> None:
    own = {"PID": os.getpid, "UID": os.geteuid, "GID": os.getegid}[option[-3:]]()
    server = new_socket(zmq.PULL)
    server.set(getattr(zmq, option), NOBODY)
    if admits:
        server.set(getattr(zmq, option), own)
    client = new_socket(zmq.PUSH, immediate=1)
    client.connect(bind(server, endpoint("ipc")))
    if admits:
        client.send(b"let in")
        assert server.recv() == b"let in"
    else:
        assert not client.poll(QUIET, zmq.POLLOUT)


@LINUX  # where the whole of 127.0.0.0/8 is this machine
@pytest.mark.core_only  # libzmq says nothing
def test_a_refused_peer_holds_nobody_up(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, caplog: pytest.LogCaptureFixture
) -> None:
    server = new_socket(zmq.PULL)
    server.set(zmq.TCP_ACCEPT_FILTER, b"127.0.0.1")
    address = bind(server, endpoint("tcp"))
    port = address.rpartition(":")[2]
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", int(port)), source_address=("127.0.0.2", 0)):
            pass
    client = new_socket(zmq.PUSH)
    client.connect(address)
    client.send(b"let in")
    assert server.recv() == b"let in"
    refusals = [r for r in caplog.messages if "127.0.0.2 is outside of ZMQ_TCP_ACCEPT_FILTER" in r]
    assert len(refusals) == 3


@LINUX
@pytest.mark.core_only  # a draft option
def test_busy_polling_is_set(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    server = new_socket(zmq.PULL, busy_poll=1)
    try:
        address = bind(server, endpoint("tcp"))
    except zmq.ZMQError as error:
        if error.errno == errno.EPERM:
            pytest.skip("this user may not let the kernel poll")
        raise
    client = new_socket(zmq.PUSH, busy_poll=1)
    client.connect(address)
    client.send(b"soon")
    assert server.recv() == b"soon"
