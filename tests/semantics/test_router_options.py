"""ROUTER options: naming the peer of a connect, hearing of peers that come and go."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, bind_again, drain, is_quiet
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
STREAMS = pytest.mark.parametrize("scheme", ["tcp", "ipc"])
CONNECT, DISCONNECT = 1, 2  # pyzmq offers the names only with libzmq's draft API


@TRANSPORTS
def test_given_name_counts_at_once(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    # The peer's own name does not matter, and messages may be sent before the peer is there.
    peer = new_socket(zmq.ROUTER, identity=b"own name")
    router = new_socket(zmq.ROUTER, router_mandatory=1)
    address = bind(peer, endpoint(scheme))
    router.setsockopt(zmq.CONNECT_ROUTING_ID, b"given")
    router.setsockopt(zmq.IDENTITY, b"router")
    router.connect(address)
    router.send_multipart([b"given", b"hello"])
    assert peer.recv_multipart() == [b"router", b"hello"]
    peer.send_multipart([b"router", b"back"])
    assert router.recv_multipart() == [b"given", b"back"]
    with pytest.raises(zmq.ZMQError) as caught:
        router.send_multipart([b"own name", b"x"])
    assert caught.value.errno == errno.EHOSTUNREACH


def test_given_name_is_for_one_connect_only(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    dealers = [new_socket(zmq.DEALER, identity=b"own name %d" % n) for n in range(3)]
    router = new_socket(zmq.ROUTER)
    for number, dealer in enumerate(dealers):
        if number != 1:
            router.setsockopt(zmq.CONNECT_ROUTING_ID, b"given %d" % number)
        router.connect(bind(dealer, endpoint("tcp")))
        dealer.send(b"hello")
        name = b"own name 1" if number == 1 else b"given %d" % number
        assert router.recv_multipart() == [name, b"hello"]


def test_given_name_survives_a_reconnection(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        router = new_socket(zmq.ROUTER, reconnect_ivl=10)
        router.setsockopt(zmq.CONNECT_ROUTING_ID, b"given")
        router.connect(address)
        for run in range(3):
            dealer = new_socket(zmq.DEALER, identity=b"run %d" % run)
            bind_again(zmq, dealer, address)
            dealer.send(b"hello")
            assert router.recv_multipart() == [b"given", b"hello"]
            router.send_multipart([b"given", b"back"])
            assert dealer.recv() == b"back"
            dealer.close()


def test_made_up_name_survives_a_reconnection(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        router = new_socket(zmq.ROUTER, reconnect_ivl=10)
        router.connect(address)
        names = []
        for _ in range(2):
            dealer = new_socket(zmq.DEALER)
            bind_again(zmq, dealer, address)
            dealer.send(b"hello")
            names.append(router.recv_multipart()[0])
            dealer.close()
        assert names[0] == names[1]


@pytest.mark.core_only  # libzmq aborts the process
def test_given_name_that_is_taken(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    first, second = new_socket(zmq.DEALER), new_socket(zmq.DEALER)
    router = new_socket(zmq.ROUTER)
    addresses = [bind(dealer, endpoint("tcp")) for dealer in (first, second)]
    router.setsockopt(zmq.CONNECT_ROUTING_ID, b"taken")
    router.connect(addresses[0])
    router.setsockopt(zmq.CONNECT_ROUTING_ID, b"taken")
    with pytest.raises(zmq.ZMQError, match="b'taken'") as caught:
        router.connect(addresses[1])
    assert caught.value.errno == errno.EADDRINUSE
    router.setsockopt(zmq.CONNECT_ROUTING_ID, b"free")
    router.connect(addresses[1])
    router.send_multipart([b"free", b"hello"])
    assert second.recv() == b"hello"


@pytest.mark.core_only  # libzmq aborts the process while the old connection is still ending
def test_name_is_free_again_after_a_disconnect(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router, dealer = new_socket(zmq.ROUTER), new_socket(zmq.DEALER)
    address = bind(dealer, endpoint("tcp"))
    for run in range(3):
        router.setsockopt(zmq.CONNECT_ROUTING_ID, b"given")
        router.connect(address)
        router.send_multipart([b"given", b"run %d" % run])
        assert dealer.recv() == b"run %d" % run
        router.disconnect(address)


def test_only_a_router_gives_names(zmq: Any, new_socket: SocketFactory) -> None:
    for kind, name in ((zmq.DEALER, b"x"), (zmq.ROUTER, b"")):
        with pytest.raises(zmq.ZMQError) as caught:
            new_socket(kind).setsockopt(zmq.CONNECT_ROUTING_ID, name)
        assert caught.value.errno == errno.EINVAL


@pytest.mark.draft
@STREAMS
def test_router_hears_of_peers_that_come_and_go(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    router = new_socket(zmq.ROUTER, router_notify=CONNECT | DISCONNECT)
    dealer = new_socket(zmq.DEALER, identity=b"X", linger=-1)
    dealer.connect(bind(router, endpoint(scheme)))
    assert router.recv_multipart() == [b"X", b""]
    router.send_multipart([b"X", b"seen"])
    assert dealer.recv() == b"seen"
    dealer.send(b"last words")
    dealer.close()
    assert router.recv_multipart() == [b"X", b"last words"]
    assert router.recv_multipart() == [b"X", b""]


@pytest.mark.draft
@pytest.mark.parametrize(("notify", "notices"), [(CONNECT, 1), (DISCONNECT, 1), (0, 0)])
def test_router_hears_of_what_it_asked_for(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, notify: int, notices: int
) -> None:
    router = new_socket(zmq.ROUTER, router_notify=notify, router_mandatory=1)
    assert router.get(zmq.ROUTER_NOTIFY) == notify
    dealer = new_socket(zmq.DEALER, identity=b"X")
    dealer.connect(bind(router, endpoint("tcp")))

    def known() -> bool:
        try:
            router.send_multipart([b"X", b"are you there?"], zmq.DONTWAIT)
        except zmq.ZMQError:
            return False
        return True

    wait_until(known)
    dealer.close()
    wait_until(lambda: not known())
    assert drain(router) == [[b"X", b""]] * notices


@pytest.mark.draft
def test_connecting_router_hears_of_its_peer_too(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        router = new_socket(zmq.ROUTER, router_notify=CONNECT | DISCONNECT, reconnect_ivl=10)
        router.setsockopt(zmq.CONNECT_ROUTING_ID, b"X")
        router.connect(address)
        assert is_quiet(router, timeout=20)
        for _ in range(2):
            dealer = new_socket(zmq.DEALER)
            bind_again(zmq, dealer, address)
            assert router.recv_multipart() == [b"X", b""]
            dealer.close()
            assert router.recv_multipart() == [b"X", b""]


@pytest.mark.draft
def test_no_notices_of_inproc_peers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER, router_notify=CONNECT | DISCONNECT)
    dealer = new_socket(zmq.DEALER, identity=b"X")
    dealer.connect(bind(router, endpoint("inproc")))
    dealer.send(b"hello")
    assert router.recv_multipart() == [b"X", b"hello"]
    dealer.close()
    assert is_quiet(router)


@pytest.mark.draft
def test_notices_are_asked_for_on_a_router_only(zmq: Any, new_socket: SocketFactory) -> None:
    router, dealer = new_socket(zmq.ROUTER), new_socket(zmq.DEALER)
    assert router.get(zmq.ROUTER_NOTIFY) == dealer.get(zmq.ROUTER_NOTIFY) == 0
    router.set(zmq.ROUTER_NOTIFY, CONNECT | DISCONNECT)
    for asked, value in ((router, -1), (router, 4), (dealer, CONNECT)):
        with pytest.raises(zmq.ZMQError) as caught:
            asked.set(zmq.ROUTER_NOTIFY, value)
        assert caught.value.errno == errno.EINVAL
    assert router.get(zmq.ROUTER_NOTIFY) == CONNECT | DISCONNECT
    assert dealer.get(zmq.ROUTER_NOTIFY) == 0


@pytest.mark.draft
def test_no_notices_of_peers_that_never_shook_hands(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER, router_notify=CONNECT | DISCONNECT)
    port = int(bind(router, endpoint("tcp")).rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as stranger:
        stranger.sendall(b"not a handshake")
        assert is_quiet(router)
    assert is_quiet(router)


@pytest.mark.draft
def test_message_that_was_cut_short_is_not_mixed_with_the_notice(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER, router_notify=DISCONNECT, maxmsgsize=64)
    dealer = new_socket(zmq.DEALER, identity=b"X", reconnect_ivl=-1)
    dealer.connect(bind(router, endpoint("tcp")))
    dealer.send_multipart([b"Hello", b"*" * 127])  # the second part is too long
    assert router.recv_multipart() == [b"X", b""]


def test_name_of_a_connect_while_messages_of_others_wait(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    x, y, z = (new_socket(zmq.ROUTER, identity=name) for name in (b"X", b"Y", b"Z"))
    x_address, z_address = bind(x, endpoint("tcp")), bind(z, endpoint("tcp"))
    y.setsockopt(zmq.CONNECT_ROUTING_ID, b"X")
    y.connect(x_address)
    y.send_multipart([b"X", b"from y"])
    assert x.poll(10_000)
    x.setsockopt(zmq.CONNECT_ROUTING_ID, b"Z")
    x.connect(z_address)
    x.send_multipart([b"Z", b"from x"])
    assert z.recv_multipart() == [b"X", b"from x"]
    assert is_quiet(y)
    assert x.recv_multipart() == [b"Y", b"from y"]


@pytest.mark.draft
def test_state_of_a_peer(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    router = new_socket(zmq.ROUTER, router_mandatory=1, sndhwm=2)
    address = bind(router, endpoint("inproc"))
    dealers = {name: new_socket(zmq.DEALER, identity=name, rcvhwm=2) for name in (b"X", b"Y")}
    for dealer in dealers.values():
        dealer.connect(address)
        dealer.send(b"here I am")
        router.recv_multipart()
    sent = 0
    while router.get_peer_state(b"Y"):
        router.send_multipart([b"Y", b"%d" % sent])
        sent += 1
    assert sent == 4  # both high-water marks
    assert router.get_peer_state(b"X") == zmq.POLLOUT
    assert dealers[b"Y"].recv() == b"0"
    for asked, number in ((router, errno.EHOSTUNREACH), (dealers[b"X"], errno.ENOTSUP)):
        with pytest.raises(zmq.ZMQError) as caught:
            asked.get_peer_state(b"nobody")
        assert caught.value.errno == number
