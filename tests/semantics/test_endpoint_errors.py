"""Endpoints that cannot be: the errno libzmq gives, and a message that names the wrong part."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, last_endpoint

MALFORMED = [
    "",
    "tcp",
    "tcp:",
    "tcp:/127.0.0.1:5555",
    "://127.0.0.1:5555",
    "tcp://",
    "tcp://127.0.0.1",
    "tcp://127.0.0.1:",
    "tcp://127.0.0.1:port",
    "tcp://*",
    "ipc://",
    "inproc://",
]


@pytest.mark.parametrize("verb", ["bind", "connect"])
@pytest.mark.parametrize("address", MALFORMED)
def test_malformed_endpoint(zmq: Any, new_socket: SocketFactory, verb: str, address: str) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        getattr(new_socket(zmq.PULL), verb)(address)
    assert caught.value.errno == errno.EINVAL
    assert str(caught.value)


@pytest.mark.core_only
@pytest.mark.parametrize("verb", ["bind", "connect"])
@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("127.0.0.1:5555", "scheme"),
        ("tcp://127.0.0.1", "port"),
        ("tcp://127.0.0.1:", "port"),
        ("tcp://127.0.0.1:port", "port"),
        ("tcp://127.0.0.1:65536", "65536"),
        ("tcp://127.0.0.1:-1", "-1"),
        ("tcp://127.0.0.1:5555x", "5555x"),
        ("ipc://", "path"),
        ("inproc://", "name"),
    ],
)
def test_error_says_which_part_is_wrong(
    zmq: Any, new_socket: SocketFactory, verb: str, address: str, part: str
) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        getattr(new_socket(zmq.PULL), verb)(address)
    assert caught.value.errno == errno.EINVAL
    assert part in str(caught.value)
    assert address in str(caught.value)


@pytest.mark.parametrize("address", ["tcp://*:*", "tcp://*:5555", "tcp://127.0.0.1:*"])
def test_nobody_can_connect_to_a_wildcard(
    zmq: Any, new_socket: SocketFactory, address: str
) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        new_socket(zmq.PULL).connect(address)
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize("verb", ["bind", "connect"])
@pytest.mark.parametrize("address", ["nosuch://x", "TCP://127.0.0.1:5555"])
def test_unknown_scheme(zmq: Any, new_socket: SocketFactory, verb: str, address: str) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        getattr(new_socket(zmq.PULL), verb)(address)
    assert caught.value.errno == errno.EPROTONOSUPPORT


@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_endpoint_in_use(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    check_endpoint_in_use(zmq, new_socket, endpoint(scheme))


@pytest.mark.core_only
def test_ipc_path_in_use(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    # libzmq takes the path from its owner without a word.
    check_endpoint_in_use(zmq, new_socket, endpoint("ipc"))


def check_endpoint_in_use(zmq: Any, new_socket: SocketFactory, free: str) -> None:
    address = bind(new_socket(zmq.PULL), free)
    with pytest.raises(zmq.ZMQError) as caught:
        new_socket(zmq.PULL).bind(address)
    assert caught.value.errno == errno.EADDRINUSE


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("tcp://192.0.2.1:*", errno.EADDRNOTAVAIL),  # RFC 5737: an address nobody has
        ("tcp://nosuchinterface0:*", errno.ENODEV),
        ("ipc:///nonexistent/directory/socket", errno.ENOENT),
        ("ipc://" + "x" * 200, errno.ENAMETOOLONG),
    ],
)
def test_endpoint_that_cannot_be_bound(
    zmq: Any, new_socket: SocketFactory, address: str, number: int
) -> None:
    pull = new_socket(zmq.PULL)
    with pytest.raises(zmq.ZMQError) as caught:
        pull.bind(address)
    assert caught.value.errno == number
    # The failure left nothing half done.
    assert last_endpoint(pull) == ""
    push = new_socket(zmq.PUSH)
    push.connect(bind(pull, "tcp://127.0.0.1:*"))
    push.send(b"x")
    assert pull.recv() == b"x"


def test_names_that_do_not_resolve_yet_do_no_harm(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    push, pull = new_socket(zmq.PUSH, immediate=1), new_socket(zmq.PULL)
    push.connect("tcp://no-such-host.invalid:5555")
    push.connect(bind(pull, endpoint("tcp")))
    push.send(b"x")
    assert pull.recv() == b"x"
