"""What monitors are told when a handshake fails: libzmq's events and numbers, on both libraries."""

from __future__ import annotations

import errno
import socket as system
from collections.abc import Callable
from contextlib import nullcontext
from itertools import permutations
from typing import Any

import pytest

from tests.semantics.test_monitor import Watched
from tests.support.security import CLIENT, MECHANISMS, OTHER_PUBLIC, SERVER
from tests.support.sockets import SocketFactory, bind
from tests.support.zap import Handler, Request, allow, refuse

PROTOCOL, AUTH, NO_DETAIL = (
    f"HANDSHAKE_FAILED_{kind}" for kind in ("PROTOCOL", "AUTH", "NO_DETAIL")
)

NULL_KEY = b"0" * 40  # 32 bytes of zero


@pytest.fixture
def watched(zmq: Any, new_socket: SocketFactory) -> Callable[..., Watched]:
    return lambda **options: Watched(zmq, new_socket, zmq.DEALER, **options)


def failure(socket: Watched) -> tuple[str, int]:
    """The first event about a failed handshake."""
    while True:
        name, value, _ = socket.next()
        if name.startswith("HANDSHAKE_FAILED"):
            return name, value


def meet(watched: Callable[..., Watched], mechanism: str, **server: Any) -> tuple[Watched, Watched]:
    near, far = watched(**SERVER[mechanism], **server), watched(**CLIENT[mechanism])
    far.socket.connect(bind(near.socket, "tcp://127.0.0.1:*"))
    return near, far


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("status", [400, 500])
def test_both_sides_are_told_the_status(
    zmq: Any,
    new_socket: SocketFactory,
    watched: Callable[..., Watched],
    mechanism: str,
    status: int,
) -> None:
    def answer(request: Request) -> list[bytes]:
        return refuse(request, b"%d" % status)

    with Handler(zmq, new_socket.context, answer):
        server, client = meet(watched, mechanism)
        assert failure(server) == (AUTH, status)
        assert failure(client) == (AUTH, status)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_status_300_is_told_to_the_server_only(
    zmq: Any, new_socket: SocketFactory, watched: Callable[..., Watched], mechanism: str
) -> None:
    with Handler(zmq, new_socket.context, lambda request: refuse(request, b"300")):
        server, _ = meet(watched, mechanism)
        assert failure(server) == (AUTH, 300)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (lambda request: [*allow(request), b""], "ZAP_MALFORMED_REPLY"),
        (lambda request: [b"2.0", *allow(request)[1:]], "ZAP_BAD_VERSION"),
        (lambda request: [request[0], b"7", *allow(request)[2:]], "ZAP_BAD_REQUEST_ID"),
        (lambda request: refuse(request, b"invalid"), "ZAP_INVALID_STATUS_CODE"),
        (lambda request: allow(request, metadata=b"\5Hel"), "ZAP_INVALID_METADATA"),
    ],
)
def test_a_handler_that_talks_nonsense(
    zmq: Any,
    new_socket: SocketFactory,
    watched: Callable[..., Watched],
    mechanism: str,
    answer: Callable[[Request], list[bytes]],
    number: str,
) -> None:
    with Handler(zmq, new_socket.context, answer):
        server, _ = meet(watched, mechanism)
        assert failure(server) == (PROTOCOL, zmq.Event[f"PROTOCOL_ERROR_{number}"])


def test_no_handler(watched: Callable[..., Watched]) -> None:
    server, _ = meet(watched, "plain")
    assert failure(server)[0] == NO_DETAIL


@pytest.mark.core_only
def test_a_handler_that_leaves(
    zmq: Any, new_socket: SocketFactory, watched: Callable[..., Watched]
) -> None:
    with Handler(zmq, new_socket.context, lambda _: None) as handler:
        server, _ = meet(watched, "curve")
        handler.wait_for_request()
        handler.stop()
        assert failure(server)[0] == NO_DETAIL


def test_a_wrong_server_key(zmq: Any, watched: Callable[..., Watched]) -> None:
    server = watched(**SERVER["curve"])
    client = watched(**{**CLIENT["curve"], "curve_serverkey": OTHER_PUBLIC})
    client.socket.connect(bind(server.socket, "tcp://127.0.0.1:*"))
    assert failure(server) == (PROTOCOL, zmq.Event.PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC)
    name, value = failure(client)
    assert name == NO_DETAIL
    assert value in (errno.EPIPE, errno.ECONNRESET)


def test_a_null_server_key(zmq: Any, watched: Callable[..., Watched]) -> None:
    """No key can be agreed on with it: the client does not even say HELLO."""
    server = watched(**SERVER["curve"])
    client = watched(**{**CLIENT["curve"], "curve_serverkey": NULL_KEY})
    client.socket.connect(bind(server.socket, "tcp://127.0.0.1:*"))
    assert failure(client) == (PROTOCOL, zmq.Event.PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC)


@pytest.mark.parametrize("option", ["curve_publickey", "curve_secretkey"])
def test_a_null_client_key(
    zmq: Any, new_socket: SocketFactory, watched: Callable[..., Watched], option: str
) -> None:
    """The other key of the pair gives it away: the handler is not even asked."""
    with Handler(zmq, new_socket.context) as handler:
        server = watched(**SERVER["curve"])
        client = watched(**{**CLIENT["curve"], option: NULL_KEY})
        client.socket.connect(bind(server.socket, "tcp://127.0.0.1:*"))
        assert failure(server) == (PROTOCOL, zmq.Event.PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC)
        name, value = failure(client)
    assert name == NO_DETAIL
    assert value in (errno.EPIPE, errno.ECONNRESET)
    assert handler.requests == []


@pytest.mark.parametrize(("server_has", "client_has"), list(permutations(MECHANISMS, 2)))
def test_another_mechanism(
    zmq: Any,
    new_socket: SocketFactory,
    watched: Callable[..., Watched],
    server_has: str,
    client_has: str,
) -> None:
    with Handler(zmq, new_socket.context) if server_has == "plain" else nullcontext():
        server, client = watched(**SERVER[server_has]), watched(**CLIENT[client_has])
        client.socket.connect(bind(server.socket, "tcp://127.0.0.1:*"))
        expected = (PROTOCOL, zmq.Event.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH)
        assert failure(server) == expected


@pytest.mark.core_only
def test_a_peer_that_speaks_http(zmq: Any, watched: Callable[..., Watched]) -> None:
    server = watched(**SERVER["curve"])
    host, port = bind(server.socket, "tcp://127.0.0.1:*").removeprefix("tcp://").split(":")
    with system.create_connection((host, int(port))) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")
        assert failure(server) == (PROTOCOL, zmq.Event.PROTOCOL_ERROR_ZMTP_UNSPECIFIED)


@pytest.mark.core_only
def test_events_say_why_in_words(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.DEALER, **SERVER["curve"])
    client = new_socket(zmq.DEALER, **{**CLIENT["curve"], "curve_serverkey": OTHER_PUBLIC})
    with server.monitor_events() as events:
        client.connect(bind(server, "tcp://127.0.0.1:*"))
        while (event := events.get(10)) is not None:
            if event.kind.name == "HANDSHAKE_FAILED_PROTOCOL":
                break
    assert event is not None
    assert "is its ZMQ_CURVE_SERVERKEY our public key?" in event.reason
