"""Peers that speak ZMTP 1.0 and 2.0, as libzmq 2 and 3 do: what goes over the wire, and comes."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.old_peers import TYPES, OldPeer, frame, signature
from tests.support.sockets import SocketFactory, bind, is_quiet
from tests.support.waiting import wait_until

PARTNER = {
    "PAIR": "PAIR",
    "PUB": "SUB",
    "SUB": "PUB",
    "REQ": "REP",
    "REP": "REQ",
    "DEALER": "ROUTER",
    "ROUTER": "DEALER",
    "PULL": "PUSH",
    "PUSH": "PULL",
    "XPUB": "SUB",
    "XSUB": "PUB",
}
SIZES = (0, 1, 253, 254, 255, 256, 70_000)

Meet = Callable[..., OldPeer]


@pytest.fixture(params=[1, 2], ids=["ZMTP 1.0", "ZMTP 2.0"])
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(params=["bound", "connected"])
def meet(request: pytest.FixtureRequest, version: int) -> Iterator[Meet]:
    """Has an old peer meet a socket, which is bound or connects."""
    with contextlib.ExitStack() as opened:

        def make(ours: Any, socket_type: str, identity: bytes = b"") -> OldPeer:
            if request.param == "bound":
                port = int(bind(ours, "tcp://127.0.0.1:*").rpartition(":")[2])
                sock = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            else:
                listener = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
                ours.connect(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
                sock = opened.enter_context(listener.accept()[0])
            return OldPeer(sock, version, socket_type, identity)

        yield make


def expected_greeting(version: int, socket_type: str, identity: bytes) -> bytes:
    """The same for both libraries, octet for octet."""
    if version == 1:
        return signature(identity) + identity
    return signature(identity) + bytes((3, TYPES[socket_type])) + frame(2, identity)


def test_the_greeting(zmq: Any, new_socket: SocketFactory, meet: Meet, version: int) -> None:
    for kind, partner in PARTNER.items():
        ours = new_socket(getattr(zmq, kind))
        expected = expected_greeting(version, kind, b"")
        assert meet(ours, partner).read(len(expected)) == expected


@pytest.mark.parametrize("identity", [b"our name", b"n" * 255])
def test_the_greeting_with_an_identity(
    zmq: Any, new_socket: SocketFactory, meet: Meet, version: int, identity: bytes
) -> None:
    ours = new_socket(zmq.DEALER, routing_id=identity)
    expected = expected_greeting(version, "DEALER", identity)
    assert meet(ours, "ROUTER").read(len(expected)) == expected


def ready(zmq: Any, new_socket: SocketFactory, meet: Meet, kind: str, identity: bytes = b"") -> Any:
    """A socket and an old peer that has read its greeting."""
    ours = new_socket(getattr(zmq, kind))
    peer = meet(ours, PARTNER[kind], identity)
    peer.read(len(expected_greeting(peer.version, kind, b"")))
    return ours, peer


@pytest.mark.parametrize("kind", ["PUSH", "PAIR", "DEALER"])
def test_what_is_sent(zmq: Any, new_socket: SocketFactory, meet: Meet, kind: str) -> None:
    ours, peer = ready(zmq, new_socket, meet, kind)
    for size in SIZES:
        ours.send(size * b"x")
        ours.send_multipart([b"first", size * b"y", b"last"])
    for size in SIZES:
        assert peer.recv() == [size * b"x"]
        assert peer.recv() == [b"first", size * b"y", b"last"]


@pytest.mark.parametrize("kind", ["PULL", "PAIR", "DEALER"])
def test_what_is_received(zmq: Any, new_socket: SocketFactory, meet: Meet, kind: str) -> None:
    ours, peer = ready(zmq, new_socket, meet, kind)
    for size in SIZES:
        peer.send(size * b"x")
        peer.send(b"first", size * b"y", b"last")
    for size in SIZES:
        assert ours.recv_multipart() == [size * b"x"]
        assert ours.recv_multipart() == [b"first", size * b"y", b"last"]


def test_many_small_messages(zmq: Any, new_socket: SocketFactory, meet: Meet) -> None:
    push, peer = ready(zmq, new_socket, meet, "PUSH")
    expected = [[b"%d" % number] for number in range(3000)]
    for message in expected[:1000]:
        push.send(message[0])
    received = [peer.recv() for _ in range(1000)]
    for message in expected[1000:]:
        push.send(message[0])
    received += [peer.recv() for _ in range(2000)]
    assert received == expected


def test_a_request_and_its_reply(zmq: Any, new_socket: SocketFactory, meet: Meet) -> None:
    req, peer = ready(zmq, new_socket, meet, "REQ")
    for number in range(3):
        req.send(b"question %d" % number)
        assert peer.recv() == [b"", b"question %d" % number]
        peer.send(b"", b"answer")
        assert req.recv() == b"answer"


def test_a_reply_to_a_request(zmq: Any, new_socket: SocketFactory, meet: Meet) -> None:
    rep, peer = ready(zmq, new_socket, meet, "REP")
    peer.send(b"way", b"", b"question")
    assert rep.recv() == b"question"
    rep.send(b"answer")
    assert peer.recv() == [b"way", b"", b"answer"]


@pytest.mark.parametrize("identity", [b"old", b"o" * 254, b"o" * 255])
def test_a_router_addresses_by_the_identity_frame(
    zmq: Any, new_socket: SocketFactory, meet: Meet, identity: bytes
) -> None:
    router, peer = ready(zmq, new_socket, meet, "ROUTER", identity)
    peer.send(b"hello")
    assert router.recv_multipart() == [identity, b"hello"]
    router.send_multipart([identity, b"back"])
    assert peer.recv() == [b"back"]


def test_a_router_names_who_has_no_name(zmq: Any, new_socket: SocketFactory, meet: Meet) -> None:
    router, peer = ready(zmq, new_socket, meet, "ROUTER")
    peer.send(b"hello")
    name, hello = router.recv_multipart()
    assert (len(name), name[:1], hello) == (5, b"\0", b"hello")
    router.send_multipart([name, b"back"])
    assert peer.recv() == [b"back"]


@pytest.mark.parametrize("kind", ["PUB", "XPUB"])
def test_a_publisher(zmq: Any, new_socket: SocketFactory, meet: Meet, kind: str) -> None:
    publisher, peer = ready(zmq, new_socket, meet, kind)
    if peer.version == 1:
        # It filters itself, and so is sent everything.
        wait_until(lambda: arrives(publisher, peer, b"anything"))
        return
    peer.send(b"\x01news")
    if kind == "XPUB":
        assert publisher.recv() == b"\x01news"
    wait_until(lambda: arrives(publisher, peer, b"news: first"))
    publisher.send(b"weather")
    publisher.send(b"news: last")
    while (message := peer.recv()) != [b"news: last"]:
        assert message == [b"news: first"]
    peer.send(b"\x00news")
    if kind == "XPUB":
        assert publisher.recv() == b"\x00news"


def arrives(publisher: Any, peer: OldPeer, message: bytes) -> bool:
    """Whether a subscription is in force already."""
    publisher.send(message)
    peer._socket.settimeout(0.02)
    try:
        return peer.recv() == [message]
    except TimeoutError:
        return False
    finally:
        peer._socket.settimeout(10)


@pytest.mark.parametrize("kind", ["SUB", "XSUB"])
def test_a_subscriber(zmq: Any, new_socket: SocketFactory, meet: Meet, kind: str) -> None:
    subscriber, peer = ready(zmq, new_socket, meet, kind)
    if kind == "SUB":
        subscriber.subscribe(b"news")
    else:
        subscriber.send(b"\x01news")
    assert is_quiet(subscriber)  # libzmq lets a peer in when the socket is used
    assert peer.recv() == [b"\x01news"]
    peer.send(b"weather")
    peer.send(b"news: first")
    if kind == "XSUB":
        assert subscriber.recv() == b"weather"
    assert subscriber.recv() == b"news: first"  # a peer of libzmq 2 does not filter for a SUB
    if kind == "SUB":
        subscriber.unsubscribe(b"news")
    else:
        subscriber.send(b"\x00news")
    assert peer.recv() == [b"\x00news"]


def test_old_and_new_subscribers_of_one_publisher(
    zmq: Any, new_socket: SocketFactory, version: int
) -> None:
    pub = new_socket(zmq.XPUB)
    address = bind(pub, "tcp://127.0.0.1:*")
    new = new_socket(zmq.SUB, subscribe=b"")
    new.connect(address)
    assert pub.recv() == b"\x01"
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as sock:
        old = OldPeer(sock, version, "SUB")
        old.read(len(expected_greeting(version, "XPUB", b"")))
        if version == 2:
            old.send(b"\x01")
        synchronise_with_old(pub, old, new)
        for number in range(200):
            pub.send_multipart([b"both", b"%d" % number])
        for number in range(200):
            assert old.recv() == new.recv_multipart() == [b"both", b"%d" % number]


def synchronise_with_old(pub: Any, old: OldPeer, new: Any) -> None:
    wait_until(lambda: arrives(pub, old, b"are you there?"))
    pub.send(b"begin")
    while old.recv() != [b"begin"]:
        pass
    while new.recv() != b"begin":
        pass


def test_a_limit_of_message_size_holds_for_old_peers(
    zmq: Any, new_socket: SocketFactory, meet: Meet
) -> None:
    pull = new_socket(zmq.PULL, maxmsgsize=100)
    peer = meet(pull, "PUSH")
    peer.send(100 * b"x")
    assert len(pull.recv()) == 100
    peer.send(101 * b"x")
    assert is_quiet(pull)
    with pytest.raises((EOFError, ConnectionError)):
        peer.read(1000)


def test_the_socket_goes_on_after_an_old_peer_has_left(
    zmq: Any, new_socket: SocketFactory, version: int
) -> None:
    pull = new_socket(zmq.PULL)
    port = int(bind(pull, "tcp://127.0.0.1:*").rpartition(":")[2])
    for number in range(3):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            OldPeer(sock, version, "PUSH").send(b"%d" % number)
            assert pull.recv() == b"%d" % number


@pytest.mark.core_only  # libzmq does not compare the types, and passes on what makes no sense
def test_an_old_peer_of_the_wrong_type_is_refused(zmq: Any, new_socket: SocketFactory) -> None:
    pull = new_socket(zmq.PULL)
    port = int(bind(pull, "tcp://127.0.0.1:*").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as sock:
        peer = OldPeer(sock, 2, "PUB")
        peer.send(b"no news for you")
        with pytest.raises((EOFError, ConnectionError)):
            peer.read(1000)
        assert is_quiet(pull)
