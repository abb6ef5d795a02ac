"""Connecting through a SOCKS 5 proxy (ZMQ_SOCKS_PROXY)."""

from __future__ import annotations

import logging
import socket
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import QUIET, SocketFactory, bind, bind_again
from tests.support.socks_server import SocksServer
from tests.support.waiting import wait_until

ANN = {b"ann": b"secret"}


def exchange(zmq: Any, new_socket: SocketFactory, address: str, **options: Any) -> Any:
    """A request and its reply through whatever the options say; returns the client."""
    server, client = new_socket(zmq.REP), new_socket(zmq.REQ, **options)
    port = bind(server, "tcp://127.0.0.1:*").rpartition(":")[2]
    client.connect(address.format(port=port))
    client.send(b"hello")
    assert server.recv() == b"hello"
    server.send(b"back")
    assert client.recv() == b"back"
    return client


@pytest.mark.parametrize("trickle", [False, True])
def test_through_a_proxy(zmq: Any, new_socket: SocketFactory, trickle: bool) -> None:
    with SocksServer(trickle=trickle) as proxy:
        client = exchange(
            zmq, new_socket, "tcp://127.0.0.1:{port}", socks_proxy=proxy.address.encode()
        )
        assert [(r.kind, r.host) for r in proxy.requests] == [(1, "127.0.0.1")]
        assert client.get(zmq.SOCKS_PROXY) == proxy.address.encode()


def test_names_are_resolved_by_the_proxy(zmq: Any, new_socket: SocketFactory) -> None:
    with SocksServer(names={"only.proxy.knows": "127.0.0.1"}) as proxy:
        exchange(
            zmq, new_socket, "tcp://only.proxy.knows:{port}", socks_proxy=proxy.address.encode()
        )
        assert [(r.kind, r.host) for r in proxy.requests] == [(3, "only.proxy.knows")]


@pytest.mark.parametrize(
    "bound", [b"\x04" + bytes(18), b"\x03\x09proxyname\0\0"], ids=["IPv6", "name"]
)
def test_whatever_address_the_proxy_connects_from(
    zmq: Any, new_socket: SocketFactory, bound: bytes
) -> None:
    with SocksServer(bound=bound) as proxy:
        exchange(zmq, new_socket, "tcp://127.0.0.1:{port}", socks_proxy=proxy.address.encode())


@pytest.mark.parametrize("trickle", [False, True])
@pytest.mark.parametrize(("user", "password"), [(b"ann", b"secret"), (b"bob", b"")])
def test_with_a_password(
    zmq: Any, new_socket: SocketFactory, user: bytes, password: bytes, trickle: bool
) -> None:
    with SocksServer(users={user: password}, trickle=trickle) as proxy:
        exchange(
            zmq,
            new_socket,
            "tcp://127.0.0.1:{port}",
            socks_proxy=proxy.address.encode(),
            socks_username=user,
            socks_password=password,
        )
        assert proxy.requests[0].credentials == (user, password)


def test_without_a_user_name_the_password_is_not_told(zmq: Any, new_socket: SocketFactory) -> None:
    with SocksServer() as proxy:
        exchange(
            zmq,
            new_socket,
            "tcp://127.0.0.1:{port}",
            socks_proxy=proxy.address.encode(),
            socks_username=b"",
            socks_password=b"secret",
        )
        assert proxy.requests[0].methods == b"\0"


def test_an_empty_user_name_means_none(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    server = new_socket(zmq.PULL)
    client = new_socket(zmq.PUSH, socks_username=b"ann", socks_password=b"secret")
    client.socks_username = b""
    client.socks_password = b""
    with SocksServer() as proxy:
        client.socks_proxy = proxy.address.encode()
        client.connect(bind(server, endpoint("tcp")))
        client.send(b"hello")
        assert server.recv() == b"hello"
        assert proxy.requests[0].methods == b"\0"


@pytest.mark.core_only  # libzmq aborts the process some time after a proxy has refused
def test_the_peer_may_come_later(zmq: Any, new_socket: SocketFactory) -> None:
    with SocksServer() as proxy, unused_port() as port:
        client = new_socket(zmq.PUSH, socks_proxy=proxy.address.encode(), reconnect_ivl=10)
        client.connect(f"tcp://127.0.0.1:{port}")
        client.send(b"patience")
        wait_until(lambda: proxy.requests)
        server = new_socket(zmq.PULL)
        bind_again(zmq, server, f"tcp://127.0.0.1:{port}")
        assert server.recv() == b"patience"


def test_only_what_connects_uses_the_proxy(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    with SocksServer() as proxy:
        server = new_socket(zmq.PULL, socks_proxy=proxy.address.encode())
        client = new_socket(zmq.PUSH)
        client.connect(bind(server, endpoint("tcp")))
        client.send(b"direct")
        assert server.recv() == b"direct"
        local = new_socket(zmq.PUSH, socks_proxy=proxy.address.encode())
        local.connect(bind(server, endpoint("ipc")))
        local.send(b"ipc too")
        assert server.recv() == b"ipc too"
        assert proxy.requests == []


@pytest.mark.core_only  # libzmq says nothing about its reasons
@pytest.mark.parametrize(
    ("settings", "options", "why"),
    [
        ({"reply": 2}, {}, "its rules do not allow the connection"),
        ({"users": ANN}, {}, "set SOCKS_USERNAME and SOCKS_PASSWORD"),
        ({"users": ANN}, {"socks_username": b"eve"}, "does not accept SOCKS_USERNAME"),
    ],
)
def test_the_log_says_why_a_proxy_refused(
    zmq: Any,
    new_socket: SocketFactory,
    settings: dict[str, Any],
    options: dict[str, Any],
    why: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "babelmq")
    with SocksServer(**settings) as proxy:
        client = new_socket(zmq.PUSH, socks_proxy=proxy.address.encode(), **options)
        client.connect("tcp://127.0.0.1:1")
        said = f"the SOCKS proxy tcp://{proxy.address} for tcp://127.0.0.1:1: "
        wait_until(lambda: any(said in text and why in text for text in caplog.messages))


@pytest.mark.core_only  # libzmq waits for ever
@pytest.mark.parametrize("limit", ["connect_timeout", "handshake_ivl"])
def test_a_proxy_that_says_nothing_is_given_up(
    zmq: Any, new_socket: SocketFactory, limit: str
) -> None:
    with SocksServer(silent=True) as proxy:
        client = new_socket(zmq.PUSH, reconnect_ivl=10, socks_proxy=proxy.address.encode())
        setattr(client, limit, 30)
        client.connect("tcp://127.0.0.1:1")
        proxy.silent = False  # for the next attempt
        wait_until(lambda: proxy.requests)


@pytest.mark.core_only
def test_a_proxy_that_is_not_there(
    zmq: Any, new_socket: SocketFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "babelmq")
    with unused_port() as port:
        client = new_socket(zmq.PUSH, immediate=1, socks_proxy=f"127.0.0.1:{port}".encode())
        client.connect("tcp://127.0.0.1:1")
        wait_until(lambda: any(f"tcp://127.0.0.1:{port}" in text for text in caplog.messages))
        assert not client.poll(QUIET, zmq.POLLOUT)


@pytest.mark.core_only
def test_a_proxy_of_ipv6(zmq: Any, new_socket: SocketFactory) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 loopback on this machine")
    with SocksServer(family=socket.AF_INET6) as proxy:
        exchange(zmq, new_socket, "tcp://127.0.0.1:{port}", socks_proxy=proxy.address.encode())


@pytest.mark.core_only
@pytest.mark.parametrize("address", [b"proxy", b":1080", b"proxy:", b"proxy:0", b"proxy:65536"])
def test_an_address_that_is_none(zmq: Any, new_socket: SocketFactory, address: bytes) -> None:
    with pytest.raises(zmq.ZMQError, match="has the form host:port"):
        new_socket(zmq.PUSH, socks_proxy=address)
