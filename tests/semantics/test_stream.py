"""STREAM: peers that speak plain TCP, each with a routing id in front of its bytes."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SAFETY_TIMEOUT, SocketFactory, bind, bind_again, is_quiet
from tests.support.waiting import wait_until

STREAMS = pytest.mark.parametrize("scheme", ["tcp", "ipc"])
PATIENCE = SAFETY_TIMEOUT / 1000

Dial = Callable[[str], socket.socket]


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Connects plain sockets to endpoints."""
    opened = []

    def connected(endpoint: str) -> socket.socket:
        scheme, _, address = endpoint.partition("://")
        if scheme == "ipc":
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(address)
        else:
            host, _, port = address.rpartition(":")
            peer = socket.create_connection((host, int(port)))
        peer.settimeout(PATIENCE)
        opened.append(peer)
        return peer

    yield connected
    for peer in opened:
        peer.close()


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A plain listening socket."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(PATIENCE)
        yield listener


def address_of(server: socket.socket) -> str:
    return f"tcp://127.0.0.1:{server.getsockname()[1]}"


def accept(server: socket.socket) -> socket.socket:
    peer, _ = server.accept()
    peer.settimeout(PATIENCE)
    return peer


def read(peer: socket.socket, size: int) -> bytes:
    """Exactly so many bytes."""
    data = b""
    while len(data) < size and (part := peer.recv(size - len(data))):
        data += part
    return data


def read_to_the_end(peer: socket.socket, stream: Any) -> bytes:
    """All bytes until the connection ends. libzmq closes it only while the socket is looked at."""
    peer.settimeout(0)
    data = b""

    def ended() -> bool:
        nonlocal data
        stream.poll(0)
        try:
            part = peer.recv(4096)
        except BlockingIOError:
            return False
        data += part
        return not part

    wait_until(ended)
    return data


def receive(stream: Any, size: int) -> bytes:
    """So many bytes of the only peer of `stream`."""
    data = b""
    while len(data) < size:
        data += stream.recv_multipart()[1]
    return data


def error_of(zmq: Any, send: Callable[[], Any]) -> int:
    with pytest.raises(zmq.ZMQError) as caught:
        send()
    return int(caught.value.errno)


@STREAMS
def test_peer_comes_talks_and_goes(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial, scheme: str
) -> None:
    stream = new_socket(zmq.STREAM)
    peer = dial(bind(stream, endpoint(scheme)))
    name, empty = stream.recv_multipart()
    # libzmq: a zero byte and a 32-bit number.
    assert (len(name), name[0], empty) == (5, 0, b"")
    peer.sendall(b"GET /\r\n\r\n")
    assert stream.recv_multipart() == [name, b"GET /\r\n\r\n"]
    stream.send_multipart([name, b"HTTP/1.0 200 OK\r\n\r\n"])
    assert read(peer, 19) == b"HTTP/1.0 200 OK\r\n\r\n"
    peer.close()
    assert stream.recv_multipart() == [name, b""]


def test_every_peer_has_its_own_name(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    stream = new_socket(zmq.STREAM)
    address = bind(stream, endpoint("tcp"))
    names = []
    peers = []
    for _ in range(3):
        peers.append(dial(address))
        names.append(stream.recv_multipart()[0])
    assert len(set(names)) == 3
    for name, peer in reversed(list(zip(names, peers, strict=True))):
        stream.send_multipart([name, b"you are " + name])
        assert read(peer, 13) == b"you are " + name


@STREAMS
def test_stream_to_stream(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    server, client = new_socket.pair_up(zmq.STREAM, zmq.STREAM, endpoint(scheme))
    # The name of the peer of a connect is there at once, as the socket's own routing id.
    peer = client.get(zmq.ROUTING_ID)
    assert client.recv_multipart() == [peer, b""]
    name, empty = server.recv_multipart()
    assert empty == b""
    client.send_multipart([peer, b"request"])
    assert server.recv_multipart() == [name, b"request"]
    server.send_multipart([name, b"reply"])
    assert client.recv_multipart() == [peer, b"reply"]


def test_what_is_sent_before_the_peer_is_there_waits_for_it(
    zmq: Any, new_socket: SocketFactory
) -> None:
    with unused_port() as port:
        client = new_socket(zmq.STREAM, reconnect_ivl=10)
        client.connect(f"tcp://127.0.0.1:{port}")
        client.send_multipart([client.get(zmq.ROUTING_ID), b"early"])
        server = new_socket(zmq.STREAM)
        bind_again(zmq, server, f"tcp://127.0.0.1:{port}")
        assert server.recv_multipart()[1] == b""
        assert server.recv_multipart()[1] == b"early"


def test_connection_that_breaks_is_made_again_under_the_same_name(
    zmq: Any, new_socket: SocketFactory, server: socket.socket
) -> None:
    stream = new_socket(zmq.STREAM, reconnect_ivl=10)
    stream.connect(address_of(server))
    name = stream.get(zmq.ROUTING_ID)
    for number in range(3):
        with closing(accept(server)) as peer:
            assert stream.recv_multipart() == [name, b""]
            peer.sendall(b"run %d" % number)
            assert stream.recv_multipart() == [name, b"run %d" % number]
            stream.send_multipart([name, b"back"])
            assert read(peer, 4) == b"back"
        assert stream.recv_multipart() == [name, b""]


@STREAMS
def test_empty_frame_closes_the_connection_after_what_was_sent(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial, scheme: str
) -> None:
    stream = new_socket(zmq.STREAM)
    peer = dial(bind(stream, endpoint(scheme)))
    name = stream.recv_multipart()[0]
    stream.send_multipart([name, b"last words"])
    stream.send_multipart([name, b""])
    assert read_to_the_end(peer, stream) == b"last words"
    # Who closes is not told: only the other side's doing is news.
    assert is_quiet(stream)
    assert error_of(zmq, lambda: stream.send_multipart([name, b"x"])) == errno.EHOSTUNREACH


def test_connection_closed_from_here_is_not_made_again(
    zmq: Any, new_socket: SocketFactory, server: socket.socket
) -> None:
    stream = new_socket(zmq.STREAM, reconnect_ivl=1)
    stream.connect(address_of(server))
    name = stream.get(zmq.ROUTING_ID)
    with closing(accept(server)) as peer:
        assert stream.recv_multipart() == [name, b""]
        stream.send_multipart([name, b""])
        assert read_to_the_end(peer, stream) == b""
    assert is_quiet(stream)
    server.settimeout(0)
    with pytest.raises(BlockingIOError):
        server.accept()


@pytest.mark.core_only  # libzmq connects all the same, to close the connection then
def test_connect_closed_before_its_peer_came_meets_nobody(
    zmq: Any, new_socket: SocketFactory
) -> None:
    with unused_port() as port:
        client = new_socket(zmq.STREAM, reconnect_ivl=10)
        client.connect(f"tcp://127.0.0.1:{port}")
        client.send_multipart([client.get(zmq.ROUTING_ID), b""])
        server = new_socket(zmq.STREAM)
        bind_again(zmq, server, f"tcp://127.0.0.1:{port}")
        assert is_quiet(server, client)


def test_disconnecting_is_no_news(
    zmq: Any, new_socket: SocketFactory, server: socket.socket
) -> None:
    stream = new_socket(zmq.STREAM)
    stream.connect(address_of(server))
    name = stream.get(zmq.ROUTING_ID)
    with closing(accept(server)) as peer:
        assert stream.recv_multipart() == [name, b""]
        stream.disconnect(address_of(server))
        assert read_to_the_end(peer, stream) == b""
    assert is_quiet(stream)
    assert error_of(zmq, lambda: stream.send_multipart([name, b"x"])) == errno.EHOSTUNREACH


def test_message_ends_with_its_second_part(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    # Programs end a reply and close the connection with SNDMORE on every part.
    stream = new_socket(zmq.STREAM)
    peer = dial(bind(stream, endpoint("tcp")))
    name = stream.recv_multipart()[0]
    for part in (name, b"one", name, b"two", name, b""):
        stream.send(part, zmq.SNDMORE)
    assert read_to_the_end(peer, stream) == b"onetwo"


@pytest.mark.core_only  # libzmq drops such a message, and the next part that is sent
@pytest.mark.parametrize("frames", [[b"alone"], [b"name", b"bytes", b"more"]])
def test_message_of_any_other_shape_is_refused(
    zmq: Any, new_socket: SocketFactory, frames: list[bytes]
) -> None:
    stream = new_socket(zmq.STREAM)
    with pytest.raises(zmq.ZMQError, match=f"has two frames.*{len(frames)} given") as caught:
        stream.send_multipart(frames)
    assert caught.value.errno == errno.EINVAL


def test_unknown_peer_is_refused_with_the_first_part(zmq: Any, new_socket: SocketFactory) -> None:
    stream = new_socket(zmq.STREAM)
    assert stream.poll(0, zmq.POLLOUT) == zmq.POLLOUT  # whom it is for shows when it is sent
    send = [
        lambda: stream.send(b"nobody", zmq.SNDMORE),
        lambda: stream.send_multipart([b"nobody", b"x"]),
    ]
    assert [error_of(zmq, attempt) for attempt in send] == [errno.EHOSTUNREACH] * 2


def test_without_notices(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    stream = new_socket(zmq.STREAM)
    stream.setsockopt(zmq.STREAM_NOTIFY, 0)
    peer = dial(bind(stream, endpoint("tcp")))
    peer.sendall(b"hello")
    peer.close()
    assert stream.recv_multipart()[1] == b"hello"
    assert is_quiet(stream)


@STREAMS
def test_given_name_of_the_next_connect(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    server, client = new_socket(zmq.STREAM), new_socket(zmq.STREAM)
    server.setsockopt(zmq.STREAM_NOTIFY, 0)
    client.setsockopt(zmq.CONNECT_ROUTING_ID, b"conn1")
    address = bind(server, endpoint(scheme))
    client.connect(address)
    client.send_multipart([b"conn1", b"hi 1"])
    name, data = server.recv_multipart()
    assert (name[0], data) == (0, b"hi 1")
    assert client.recv_multipart() == [b"conn1", b""]
    client.connect(address)  # the given name was for one connect
    assert client.recv_multipart() == [client.get(zmq.ROUTING_ID), b""]


@pytest.mark.core_only  # libzmq aborts the process
def test_given_name_that_is_taken_is_refused(zmq: Any, new_socket: SocketFactory) -> None:
    stream = new_socket(zmq.STREAM)
    stream.setsockopt(zmq.CONNECT_ROUTING_ID, b"twice")
    stream.connect("tcp://127.0.0.1:9")
    stream.setsockopt(zmq.CONNECT_ROUTING_ID, b"twice")
    assert error_of(zmq, lambda: stream.connect("tcp://127.0.0.1:9")) == errno.EADDRINUSE


@pytest.mark.parametrize("size", [1, 8193, 1_048_577])
def test_bytes_of_any_number_come_whole_and_in_order(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, size: int
) -> None:
    server, client = new_socket.pair_up(zmq.STREAM, zmq.STREAM, endpoint("tcp"))
    name = server.recv_multipart()[0]
    client.recv_multipart()
    data = bytes(range(256)) * (size // 256) + b"e" * (size % 256)
    client.send_multipart([client.get(zmq.ROUTING_ID), data])
    assert receive(server, size) == data
    server.send_multipart([name, data])
    assert receive(client, size) == data


def test_what_nobody_receives_stays_with_the_sender(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    stream = new_socket(zmq.STREAM, rcvhwm=1, rcvbuf=4096)
    peer = dial(bind(stream, endpoint("tcp")))
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    peer.settimeout(0)
    sent = 0

    def full() -> bool:
        nonlocal sent
        try:
            sent += peer.send(bytes(4096))
        except BlockingIOError:
            return True
        return False

    wait_until(full)
    assert receive(stream, sent) == bytes(sent)


def test_peer_that_does_not_read_blocks_only_itself(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    stream = new_socket(zmq.STREAM, sndhwm=2, sndbuf=4096)
    address = bind(stream, endpoint("tcp"))
    dial(address)
    slow = stream.recv_multipart()[0]

    def full() -> bool:
        try:
            stream.send_multipart([slow, bytes(65536)], zmq.DONTWAIT)
        except zmq.Again:
            return True
        return False

    wait_until(full)
    quick = dial(address)
    name = stream.recv_multipart()[0]
    stream.send_multipart([name, b"still there"])
    assert read(quick, 11) == b"still there"


def test_frames_know_the_address_of_the_peer(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    stream = new_socket(zmq.STREAM)
    peer = dial(bind(stream, endpoint("tcp")))
    peer.sendall(b"x")
    for _ in range(2):  # the notice, and the bytes
        frames = stream.recv_multipart(copy=False)
        assert [frame.get("Peer-Address") for frame in frames] == ["127.0.0.1"] * 2


def test_zmtp_by_hand(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    stream, dealer = new_socket.pair_up(zmq.STREAM, zmq.DEALER, endpoint("tcp"))
    dealer.send(b"Hello")
    name = stream.recv_multipart()[0]
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
    ready = b"\x05READY\x0bSocket-Type\x00\x00\x00\x06%s\x08Identity\x00\x00\x00\x00"
    stream.send_multipart([name, greeting])
    theirs = receive(stream, 64 + 43)
    assert theirs[10:12] == b"\x03\x01"
    assert theirs[64:] == b"\x04\x29" + ready % b"DEALER"
    stream.send_multipart([name, b"\x04\x29" + ready % b"ROUTER"])
    assert receive(stream, 7) == b"\x00\x05Hello"
    stream.send_multipart([name, b"\x00\x05World"])
    assert dealer.recv() == b"World"


@pytest.mark.parametrize("binder", ["stream", "dealer"])
def test_peer_that_never_shakes_hands_is_given_up(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, binder: str
) -> None:
    stream = new_socket(zmq.STREAM)
    dealer = new_socket(zmq.DEALER, handshake_ivl=50, reconnect_ivl=-1)
    if binder == "stream":
        dealer.connect(bind(stream, endpoint("tcp")))
    else:
        stream.connect(bind(dealer, endpoint("tcp")))
    assert stream.recv_multipart()[1] == b""
    while data := stream.recv_multipart()[1]:  # the greeting, then nothing: it hung up
        assert data[:1] in (b"\xff", b"\x03")


# ROUTER_RAW


def raw_router(zmq: Any, new_socket: SocketFactory, **options: Any) -> Any:
    router = new_socket(zmq.ROUTER, **options)
    router.setsockopt(zmq.ROUTER_RAW, 1)
    return router


def test_raw_router_speaks_with_plain_peers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    router = raw_router(zmq, new_socket)
    peer = dial(bind(router, endpoint("tcp")))
    name, empty = router.recv_multipart()
    assert (len(name), name[0], empty) == (5, 0, b"")
    peer.sendall(b"abc")
    assert router.recv_multipart() == [name, b"abc"]
    router.send(name, zmq.SNDMORE)
    router.send(b"def", zmq.SNDMORE)  # the second part is the last
    assert read(peer, 3) == b"def"
    peer.close()
    assert router.recv_multipart() == [name, b""]


def test_raw_router_closes_by_an_empty_frame(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    router = raw_router(zmq, new_socket)
    peer = dial(bind(router, endpoint("tcp")))
    name = router.recv_multipart()[0]
    router.send_multipart([name, b""])
    assert read_to_the_end(peer, router) == b""
    assert is_quiet(router)


def test_raw_router_drops_what_it_cannot_route_unless_mandatory(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, dial: Dial
) -> None:
    router = raw_router(zmq, new_socket)
    peer = dial(bind(router, endpoint("tcp")))
    name = router.recv_multipart()[0]
    router.send_multipart([b"nobody", b"x"])
    router.setsockopt(zmq.ROUTER_MANDATORY, 1)
    send = [
        lambda: router.send(b"nobody", zmq.SNDMORE),
        lambda: router.send_multipart([b"nobody", b"x"]),
    ]
    assert [error_of(zmq, attempt) for attempt in send] == [errno.EHOSTUNREACH] * 2
    router.send_multipart([name, b"y"])
    assert read(peer, 1) == b"y"
