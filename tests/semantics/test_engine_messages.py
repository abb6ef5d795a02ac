"""HELLO_MSG, DISCONNECT_MSG and HICCUP_MSG: messages that no application sends.

libzmq has these options only with its draft API, which pyzmq's wheels lack.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, bind_again, is_quiet

pytestmark = pytest.mark.draft
TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@TRANSPORTS
def test_router_greets_each_peer_first(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    router = new_socket(zmq.ROUTER, hello_msg=b"hello")
    address = bind(router, endpoint(scheme))
    for number in range(2):
        dealer = new_socket(zmq.DEALER)
        dealer.connect(address)
        dealer.send(b"%d" % number)
        peer, body = router.recv_multipart()
        router.send_multipart([peer, b"you are " + body])
        assert [dealer.recv(), dealer.recv()] == [b"hello", b"you are %d" % number]


@TRANSPORTS
def test_dealer_greets_before_what_it_has_queued(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    dealer = new_socket(zmq.DEALER, hello_msg=b"hello", identity=b"X")
    address = endpoint(scheme)
    if scheme == "tcp":
        router = new_socket(zmq.ROUTER)
        address = bind(router, address)
        dealer.connect(address)
        dealer.send(b"queued")
    else:
        dealer.connect(address)
        dealer.send(b"queued")
        router = new_socket(zmq.ROUTER)
        bind(router, address)
    assert router.recv_multipart() == [b"X", b"hello"]
    assert router.recv_multipart() == [b"X", b"queued"]


def test_greeting_comes_again_on_every_connection(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        dealer = new_socket(zmq.DEALER, hello_msg=b"hello", identity=b"X", reconnect_ivl=10)
        dealer.connect(address)
        for _ in range(3):
            router = new_socket(zmq.ROUTER)
            bind_again(zmq, router, address)
            assert router.recv_multipart() == [b"X", b"hello"]
            router.close()


def test_greeting_precedes_the_probe(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER)
    dealer = new_socket(zmq.DEALER, hello_msg=b"hello", probe_router=1, identity=b"X")
    dealer.connect(bind(router, endpoint("tcp")))
    assert [router.recv_multipart() for _ in range(2)] == [[b"X", b"hello"], [b"X", b""]]


@TRANSPORTS
def test_disconnect_message_follows_the_last_message(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    router = new_socket(zmq.ROUTER, disconnect_msg=b"gone")
    address = bind(router, endpoint(scheme))
    for name in (b"X", b"Y"):
        dealer = new_socket(zmq.DEALER, identity=name, linger=-1)
        dealer.connect(address)
        dealer.send(b"last words")
        dealer.close()
        assert router.recv_multipart() == [name, b"last words"]
        assert router.recv_multipart() == [name, b"gone"]
    assert is_quiet(router)


def test_disconnect_message_is_for_accepted_peers_only(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        router = new_socket(zmq.ROUTER, disconnect_msg=b"gone", reconnect_ivl=10)
        router.connect(address)
        for name in (b"X", b"X"):
            dealer = new_socket(zmq.DEALER, identity=name)
            bind_again(zmq, dealer, address)
            dealer.send(b"hello")
            assert router.recv_multipart() == [name, b"hello"]
            dealer.close()
        assert is_quiet(router)


def test_hiccup_message_after_each_broken_connection(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        dealer = new_socket(zmq.DEALER, hiccup_msg=b"hiccup", identity=b"X", reconnect_ivl=10)
        dealer.connect(address)
        for _ in range(3):
            router = new_socket(zmq.ROUTER, linger=-1)
            bind_again(zmq, router, address)
            dealer.send(b"hello")
            assert router.recv_multipart() == [b"X", b"hello"]
            router.send_multipart([b"X", b"last words"])
            router.close()
            assert [dealer.recv(), dealer.recv()] == [b"last words", b"hiccup"]


@TRANSPORTS
def test_no_hiccup_for_accepted_peers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    dealer = new_socket(zmq.DEALER, hiccup_msg=b"hiccup")
    peer = new_socket(zmq.DEALER)
    peer.connect(bind(dealer, endpoint(scheme)))
    peer.send(b"hello")
    assert dealer.recv() == b"hello"
    peer.close()
    assert is_quiet(dealer)
