"""CLIENT and SERVER: single frames to and from numbered peers (RFC 41)."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.implementations import is_core
from tests.support.sockets import SocketFactory, bind, bind_again, is_quiet
from tests.support.waiting import Background, wait_until

pytestmark = pytest.mark.draft
TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


def error_of(zmq: Any, call: Callable[[], Any]) -> int:
    with pytest.raises(zmq.ZMQError) as caught:
        call()
    return int(caught.value.errno)


@TRANSPORTS
def test_reply_goes_by_the_routing_id(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    server = new_socket(zmq.SERVER)
    address = bind(server, endpoint(scheme))
    clients = [new_socket(zmq.CLIENT) for _ in range(3)]
    for number, client in enumerate(clients):
        client.connect(address)
        client.send(b"%d" % number)
    requests = [server.recv(copy=False) for _ in clients]
    assert sorted(bytes(request) for request in requests) == [b"0", b"1", b"2"]
    # RFC 41: a routing id has 32 bits and is not zero.
    assert all(0 < request.routing_id < 2**32 for request in requests)
    assert len({request.routing_id for request in requests}) == 3
    for request in requests:
        server.send(b"you are " + bytes(request), routing_id=request.routing_id)
        server.send(b"again", routing_id=request.routing_id)
    for number, client in enumerate(clients):
        assert [client.recv(), client.recv()] == [b"you are %d" % number, b"again"]


def test_received_frame_goes_back_where_it_came_from(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint("tcp"))
    client.send(b"echo")
    server.send(server.recv(copy=False))
    assert client.recv() == b"echo"


@TRANSPORTS
def test_client_knows_no_routing_id(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint(scheme))
    client.send(b"request")
    server.send(server.recv(copy=False))
    frame = client.recv(copy=False)
    assert (bytes(frame), frame.more) == (b"request", False)
    if is_core(zmq):
        assert error_of(zmq, lambda: frame.routing_id) == errno.EINVAL
    else:
        assert frame.routing_id == 0


@pytest.mark.parametrize("kind", ["CLIENT", "SERVER"])
def test_parts_are_refused(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, kind: str
) -> None:
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint("inproc"))
    client.send(b"hello")
    server.recv()
    socket = client if kind == "CLIENT" else server
    assert error_of(zmq, lambda: socket.send(b"X", zmq.SNDMORE)) == errno.EINVAL
    assert error_of(zmq, lambda: socket.send_multipart([b"X", b"Y"])) == errno.EINVAL
    client.send(b"and nothing of it was sent")
    assert server.recv() == b"and nothing of it was sent"


def test_unknown_peer_is_refused(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.SERVER)
    assert server.poll(0, zmq.POLLOUT) == zmq.POLLOUT  # whom it is for shows when it is sent
    assert error_of(zmq, lambda: server.send(b"x")) == errno.EHOSTUNREACH
    assert error_of(zmq, lambda: server.send(b"x", routing_id=77)) == errno.EHOSTUNREACH


def test_peer_that_left_is_refused(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint("tcp"))
    client.send(b"hello")
    peer = server.recv(copy=False).routing_id
    client.close()

    def refused() -> bool:
        server.poll(0)
        try:
            server.send(b"x", zmq.DONTWAIT, routing_id=peer)
        except zmq.ZMQError as error:
            return bool(error.errno == errno.EHOSTUNREACH)
        return False

    wait_until(refused)


def test_full_peer_makes_send_wait(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    server = new_socket(zmq.SERVER, sndhwm=5)
    client = new_socket(zmq.CLIENT, rcvhwm=5)
    client.connect(bind(server, endpoint("inproc")))
    client.send(b"hello")
    peer = server.recv(copy=False).routing_id
    for number in range(10):
        server.send(b"%d" % number, zmq.DONTWAIT, routing_id=peer)
    with pytest.raises(zmq.Again):
        server.send(b"full", zmq.DONTWAIT, routing_id=peer)
    waiting = Background(lambda: server.send(b"last", routing_id=peer))
    assert [client.recv() for _ in range(11)] == [*(b"%d" % n for n in range(10)), b"last"]
    waiting.result()


def test_requests_go_round_the_servers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    servers = [new_socket(zmq.SERVER) for _ in range(2)]
    client = new_socket(zmq.CLIENT)
    for server in servers:
        client.connect(bind(server, endpoint("inproc")))
    for number in range(4):
        client.send(b"%d" % number)
    assert [[server.recv() for _ in range(2)] for server in servers] == [
        [b"0", b"2"],
        [b"1", b"3"],
    ]


def test_client_waits_for_a_server(zmq: Any, new_socket: SocketFactory) -> None:
    client = new_socket(zmq.CLIENT, immediate=1)
    client.connect("tcp://127.0.0.1:9")
    assert client.poll(0, zmq.POLLOUT) == 0
    with pytest.raises(zmq.Again):
        client.send(b"x", zmq.DONTWAIT)


def test_routing_id_survives_a_reconnection_of_the_connecting_side(
    zmq: Any, new_socket: SocketFactory
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        server = new_socket(zmq.SERVER, reconnect_ivl=10)
        server.connect(address)
        peers = set()
        for _ in range(2):
            client = new_socket(zmq.CLIENT)
            bind_again(zmq, client, address)
            client.send(b"hello")
            peers.add(server.recv(copy=False).routing_id)
            client.close()
        assert len(peers) == 1


@TRANSPORTS
def test_greetings_of_both_sides(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    server = new_socket(zmq.SERVER, hello_msg=b"W")
    client = new_socket(zmq.CLIENT, hello_msg=b"H")
    client.connect(bind(server, endpoint(scheme)))
    assert client.recv() == b"W"
    assert server.recv() == b"H"


def test_greetings_when_the_bind_comes_late(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    server = new_socket(zmq.SERVER, hello_msg=b"W")
    client = new_socket(zmq.CLIENT, hello_msg=b"H")
    address = endpoint("inproc")
    client.connect(address)
    server.bind(address)
    assert client.recv() == b"W"
    assert server.recv() == b"H"


@TRANSPORTS
@pytest.mark.parametrize("by", ["close", "disconnect"])
def test_message_when_a_client_has_gone(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str, by: str
) -> None:
    server = new_socket(zmq.SERVER, disconnect_msg=b"D")
    client = new_socket(zmq.CLIENT, hello_msg=b"H")
    address = bind(server, endpoint(scheme))
    client.connect(address)
    hello = server.recv(copy=False)
    if by == "close":
        client.close()
    else:
        client.disconnect(address)
        wait_until(lambda: client.poll(0) or server.poll(0))  # libzmq does it only when looked at
    last = server.recv(copy=False)
    assert (bytes(last), last.routing_id) == (b"D", hello.routing_id)


def test_message_when_a_connection_broke(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    server = new_socket(zmq.SERVER)
    client = new_socket(zmq.CLIENT, hello_msg=b"HELLO", hiccup_msg=b"HICCUP")
    client.connect(bind(server, endpoint("tcp")))
    assert server.recv() == b"HELLO"
    server.close()
    assert client.recv() == b"HICCUP"


def test_several_threads_share_a_client(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint("tcp"))

    def send(name: bytes) -> None:
        for number in range(100):
            client.send(b"%s %d" % (name, number))

    threads = [Background(send, name) for name in (b"a", b"b", b"c")]
    received = [server.recv() for _ in range(300)]
    for thread in threads:
        thread.result()
    for name in (b"a", b"b", b"c"):
        mine = [message for message in received if message.startswith(name)]
        assert mine == [b"%s %d" % (name, number) for number in range(100)]


# What this engine adds


@pytest.mark.core_only
def test_routing_id_without_a_frame(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    zmq = new_socket.zmq
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint("tcp"))
    client.send(b"hello")
    data, routing_id = server.recv_with_routing_id()
    assert (data, type(data)) == (b"hello", bytes)
    server.send_string("Grüße", routing_id=routing_id)
    assert client.recv_string() == "Grüße"
    server.send_json({"a": 1}, routing_id=routing_id)
    assert client.recv_json() == {"a": 1}
    with pytest.raises(zmq.ZMQError, match="messages of a CLIENT socket have no routing_id"):
        client.recv_with_routing_id()


@pytest.mark.core_only
def test_batches_know_their_senders(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    zmq = new_socket.zmq
    server = new_socket(zmq.SERVER)
    address = bind(server, endpoint("tcp"))
    clients = [new_socket(zmq.CLIENT) for _ in range(3)]
    for number, client in enumerate(clients):
        client.connect(address)
        assert client.send_many([b"%d" % number, b"%d" % number]) == 2
    frames: list[Any] = []
    while len(frames) < 6:
        frames += server.recv_many(10)
    assert server.send_many(frames) == 6
    for number, client in enumerate(clients):
        assert [client.recv(), client.recv()] == [b"%d" % number] * 2


@pytest.mark.core_only
def test_batch_ends_at_what_cannot_be_sent(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    zmq = new_socket.zmq
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint("tcp"))
    assert client.send_many([b"one", [b"two"], [b"a", b"b"], b"three"]) == 2
    assert error_of(zmq, lambda: client.send_many([[b"a", b"b"]])) == errno.EINVAL
    known = [server.recv(copy=False), server.recv(copy=False)]
    lost = zmq.Frame(b"lost")
    lost.routing_id = 4_000_000_000
    assert server.send_many([*known, lost, *known]) == 2
    assert error_of(zmq, lambda: server.send_many([lost])) == errno.EHOSTUNREACH
    assert [client.recv(), client.recv()] == [b"one", b"two"]
    assert is_quiet(client)


@pytest.mark.core_only
@pytest.mark.parametrize("routing_id", [-1, 2**32])
def test_routing_id_has_32_bits(new_socket: SocketFactory, routing_id: int) -> None:
    zmq = new_socket.zmq
    server = new_socket(zmq.SERVER)
    assert error_of(zmq, lambda: server.send(b"x", routing_id=routing_id)) == errno.EINVAL


@pytest.mark.core_only
def test_peer_can_be_sent_away(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    zmq = new_socket.zmq
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint("tcp"))
    client.reconnect_ivl = -1
    client.send(b"hello")
    peer = server.recv(copy=False).routing_id
    server.send(b"last words", routing_id=peer)
    server.disconnect_peer(peer)
    assert error_of(zmq, lambda: server.send(b"x", routing_id=peer)) == errno.EHOSTUNREACH
    assert error_of(zmq, lambda: server.disconnect_peer(peer)) == errno.EHOSTUNREACH
    assert client.recv() == b"last words"


@pytest.mark.core_only
def test_programs_own_class_of_sockets(zmq: Any) -> None:
    class Mine(zmq.Socket):  # type: ignore[misc]
        pass

    class MyContext(zmq.Context):  # type: ignore[misc]
        _socket_class = Mine

    with MyContext() as context:
        with context.socket(zmq.SERVER) as server, context.socket(zmq.CLIENT) as client:
            assert isinstance(server, Mine)
            assert type(server).__name__ == "Mine"
            server.bind("inproc://mine")
            client.connect("inproc://mine")
            client.send(b"hello")
            server.send(server.recv(copy=False))
            assert client.recv() == b"hello"
        with context.socket(zmq.PUSH) as push:
            assert type(push) is Mine
