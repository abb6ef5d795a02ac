"""Options that reach the transport: adopted descriptors, devices, when to stop reconnecting."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, bind_again, last_endpoint, terminate
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
