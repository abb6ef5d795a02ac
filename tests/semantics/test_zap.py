"""Authentication by a ZAP handler (RFC 27), with NULL, PLAIN and CURVE, on both libraries.

The facts are those of libzmq's own tests of security and ZAP; where libzmq only waits, the engine
under test may do more, which is marked `core_only`.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from itertools import permutations
from typing import Any

import pytest

from tests.support.security import CLIENT, CREDENTIALS, MECHANISMS, OTHER_PUBLIC, SERVER
from tests.support.sockets import SocketFactory, bind, is_quiet
from tests.support.zap import Handler, Request, allow, refuse

QUIET = 150  # milliseconds: long enough for a handshake that must not succeed

MALFORMED: dict[str, Callable[[Request], list[bytes]]] = {
    "wrong version": lambda request: [b"invalid_version", *allow(request)[1:]],
    "wrong request id": lambda request: [request[0], b"invalid", *allow(request)[2:]],
    "no such status": lambda request: refuse(request, b"invalid"),
    "too many parts": lambda request: [*allow(request), b""],
    "too few parts": lambda request: allow(request)[:-1],
    "malformed metadata": lambda request: allow(request, metadata=b"\x05Hel"),
}


def meet(
    zmq: Any, new_socket: SocketFactory, mechanism: str, **server_options: Any
) -> tuple[Any, Any]:
    """A server and a client that is connecting to it."""
    server = new_socket(zmq.DEALER, **SERVER[mechanism], **server_options)
    client = new_socket(zmq.DEALER, **CLIENT[mechanism])
    client.connect(bind(server, "tcp://127.0.0.1:*"))
    return server, client


def bounce(server: Any, client: Any) -> None:
    for sender, receiver in ((client, server), (server, client)):
        sender.send_multipart([b"ABC", b"", b"x" * 300])
        assert receiver.recv_multipart() == [b"ABC", b"", b"x" * 300]


def kept_out(zmq: Any, server: Any, client: Any) -> bool:
    for sender in (client, server):
        with suppress(zmq.Again):  # it may have no peer, or have given up
            sender.send(b"let me in", zmq.DONTWAIT)
    return is_quiet(server, client, timeout=QUIET)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("kind", ["REP", "ROUTER"])
def test_a_handler_is_asked_and_lets_in(
    zmq: Any, new_socket: SocketFactory, mechanism: str, kind: str
) -> None:
    with Handler(zmq, new_socket.context, kind=kind) as handler:
        bounce(*meet(zmq, new_socket, mechanism, identity=b"IDENT"))
    expected = [b"1.0", b"1", b"global", b"127.0.0.1", b"IDENT", mechanism.upper().encode()]
    assert handler.requests == [[*expected, *CREDENTIALS[mechanism]]]


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("status", [b"300", b"400", b"500"])
def test_a_handler_keeps_out(
    zmq: Any, new_socket: SocketFactory, mechanism: str, status: bytes
) -> None:
    with Handler(zmq, new_socket.context, lambda request: refuse(request, status)) as handler:
        server, client = meet(zmq, new_socket, mechanism)
        handler.wait_for_request()
        assert kept_out(zmq, server, client)


@pytest.mark.core_only
def test_status_300_asks_the_client_to_come_again(zmq: Any, new_socket: SocketFactory) -> None:
    answers = [refuse, allow]

    def answer(request: Request) -> list[bytes]:
        # RFC 26: the client is disconnected without a word. libzmq leaves it in limbo.
        return refuse(request, b"300") if answers.pop(0) is refuse else allow(request)

    with Handler(zmq, new_socket.context, answer):
        bounce(*meet(zmq, new_socket, "curve"))


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("fault", MALFORMED)
def test_a_handler_that_talks_nonsense_lets_nobody_in(
    zmq: Any, new_socket: SocketFactory, mechanism: str, fault: str
) -> None:
    with Handler(zmq, new_socket.context, MALFORMED[fault]) as handler:
        server, client = meet(zmq, new_socket, mechanism)
        handler.wait_for_request()
        assert kept_out(zmq, server, client)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_handler_that_does_not_answer_lets_nobody_in(
    zmq: Any, new_socket: SocketFactory, mechanism: str
) -> None:
    with Handler(zmq, new_socket.context, lambda _: None) as handler:
        server, client = meet(zmq, new_socket, mechanism)
        handler.wait_for_request()
        assert kept_out(zmq, server, client)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_handler_that_leaves_lets_nobody_in(
    zmq: Any, new_socket: SocketFactory, mechanism: str
) -> None:
    with Handler(zmq, new_socket.context, lambda _: None) as handler:
        server, client = meet(zmq, new_socket, mechanism, zap_enforce_domain=1)
        handler.wait_for_request()
        handler.stop()
        assert kept_out(zmq, server, client)


@pytest.mark.core_only
def test_a_client_comes_back_after_the_handler_did(zmq: Any, new_socket: SocketFactory) -> None:
    """libzmq leaves the connection in limbo until the handshake's time is over."""
    with Handler(zmq, new_socket.context, lambda _: None) as handler:
        server, client = meet(zmq, new_socket, "null", zap_enforce_domain=1)
        handler.wait_for_request()
    with Handler(zmq, new_socket.context):
        bounce(server, client)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_without_a_handler_enforced_domains_let_nobody_in(
    zmq: Any, new_socket: SocketFactory, mechanism: str
) -> None:
    assert kept_out(zmq, *meet(zmq, new_socket, mechanism, zap_enforce_domain=1))


def test_without_a_handler_plain_lets_nobody_in(zmq: Any, new_socket: SocketFactory) -> None:
    assert kept_out(zmq, *meet(zmq, new_socket, "plain"))


@pytest.mark.parametrize("mechanism", ["null", "curve"])
def test_without_a_handler_a_domain_that_is_not_enforced_is_ignored(
    zmq: Any, new_socket: SocketFactory, mechanism: str
) -> None:
    bounce(*meet(zmq, new_socket, mechanism))


def test_null_without_a_domain_does_not_ask(zmq: Any, new_socket: SocketFactory) -> None:
    with Handler(zmq, new_socket.context, refuse) as handler:
        server, client = new_socket(zmq.DEALER), new_socket(zmq.DEALER)
        client.connect(bind(server, "tcp://127.0.0.1:*"))
        bounce(server, client)
    assert handler.requests == []


@pytest.mark.parametrize("asked", [True, False])
def test_curve_without_a_domain_asks_unless_domains_are_enforced(
    zmq: Any, new_socket: SocketFactory, asked: bool
) -> None:
    options = {**SERVER["curve"], "zap_domain": b"x", "zap_enforce_domain": int(not asked)}
    del options["zap_domain"]
    with Handler(zmq, new_socket.context) as handler:
        server = new_socket(zmq.DEALER, **options)
        client = new_socket(zmq.DEALER, **CLIENT["curve"])
        client.connect(bind(server, "tcp://127.0.0.1:*"))
        bounce(server, client)
    assert len(handler.requests) == asked


def test_the_handler_sees_the_domain(zmq: Any, new_socket: SocketFactory) -> None:
    def answer(request: Request) -> list[bytes]:
        return allow(request) if request[2] == b"TEST" else refuse(request)

    with Handler(zmq, new_socket.context, answer) as handler:
        for domain in (b"WRONG", b"TEST"):
            server = new_socket(zmq.DEALER, zap_domain=domain)
            client = new_socket(zmq.DEALER)
            client.connect(bind(server, "tcp://127.0.0.1:*"))
            if domain == b"TEST":
                bounce(server, client)
            else:
                handler.wait_for_request()
                assert kept_out(zmq, server, client)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_frames_tell_what_the_handler_said(
    zmq: Any, new_socket: SocketFactory, mechanism: str
) -> None:
    metadata = b"\x05Hello\0\0\0\x05World"
    with Handler(zmq, new_socket.context, lambda request: allow(request, b"bob", metadata)):
        server, client = meet(zmq, new_socket, mechanism)
        client.send(b"who am I?")
        frame = server.recv(copy=False)
        assert frame.get("User-Id") == "bob"
        assert frame.get("Hello") == "World"
        assert frame["Socket-Type"] == "DEALER"
        assert frame["Peer-Address"] == "127.0.0.1"


def test_the_client_learns_nothing_of_the_handler(zmq: Any, new_socket: SocketFactory) -> None:
    with Handler(zmq, new_socket.context):
        server, client = meet(zmq, new_socket, "plain")
        server.send(b"hello")
        frame = client.recv(copy=False)
    with pytest.raises(zmq.ZMQError):
        frame.get("User-Id")


@pytest.mark.core_only
def test_a_client_cannot_say_who_it_is(zmq: Any, new_socket: SocketFactory) -> None:
    """libzmq believes it."""
    server, client = new_socket(zmq.PULL), new_socket(zmq.PUSH)
    client._engine.options.metadata["User-Id"] = b"root"  # beyond what the option takes
    client.connect(bind(server, "tcp://127.0.0.1:*"))
    client.send(b"trust me")
    with pytest.raises(zmq.ZMQError) as caught:
        server.recv(copy=False).get("User-Id")
    assert caught.value.errno == errno.EINVAL


def test_handlers_may_come_late(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.DEALER, **SERVER["plain"])
    client = new_socket(zmq.DEALER, **CLIENT["plain"])
    endpoint = bind(server, "tcp://127.0.0.1:*")
    with Handler(zmq, new_socket.context):
        client.connect(endpoint)
        bounce(server, client)


def test_wrong_server_keys_keep_each_other_out(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.DEALER, **SERVER["curve"])
    client = new_socket(zmq.DEALER, **{**CLIENT["curve"], "curve_serverkey": OTHER_PUBLIC})
    client.connect(bind(server, "tcp://127.0.0.1:*"))
    assert kept_out(zmq, server, client)


def test_keys_that_do_not_belong_together_are_found_out(
    zmq: Any, new_socket: SocketFactory
) -> None:
    server = new_socket(zmq.DEALER, **SERVER["curve"])
    client = new_socket(zmq.DEALER, **{**CLIENT["curve"], "curve_publickey": OTHER_PUBLIC})
    client.connect(bind(server, "tcp://127.0.0.1:*"))
    assert kept_out(zmq, server, client)


@pytest.mark.parametrize(("server_has", "client_has"), list(permutations(MECHANISMS, 2)))
def test_mechanisms_have_to_be_the_same(
    zmq: Any, new_socket: SocketFactory, server_has: str, client_has: str
) -> None:
    with Handler(zmq, new_socket.context):
        server = new_socket(zmq.DEALER, **SERVER[server_has])
        client = new_socket(zmq.DEALER, **CLIENT[client_has])
        client.connect(bind(server, "tcp://127.0.0.1:*"))
        assert kept_out(zmq, server, client)


@pytest.mark.parametrize("mechanism", ["plain", "curve"])
@pytest.mark.parametrize("role", [SERVER, CLIENT])
def test_one_has_to_be_the_server(
    zmq: Any, new_socket: SocketFactory, mechanism: str, role: dict[str, Any]
) -> None:
    one, other = (new_socket(zmq.DEALER, **role[mechanism]) for _ in range(2))
    other.connect(bind(one, "tcp://127.0.0.1:*"))
    assert kept_out(zmq, one, other)


def test_plain_without_a_password(zmq: Any, new_socket: SocketFactory) -> None:
    with Handler(zmq, new_socket.context) as handler:
        server = new_socket(zmq.DEALER, plain_server=1)
        client = new_socket(zmq.DEALER, plain_username=b"anna")
        client.connect(bind(server, "tcp://127.0.0.1:*"))
        bounce(server, client)
    assert handler.requests[0][6:] == [b"anna", b""]
