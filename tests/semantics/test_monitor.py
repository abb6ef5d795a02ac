"""Monitor sockets: the events of libzmq, with its numbers, in its order (zmq_socket_monitor)."""

from __future__ import annotations

import asyncio
import errno
import importlib
import itertools
import socket as system
import struct
from typing import Any

import pytest

from tests.support.endpoints import LOOPBACK, Endpoints, unused_port
from tests.support.implementations import asyncio_face
from tests.support.sockets import SAFETY_TIMEOUT, SocketFactory, bind
from tests.support.waiting import wait_until

LATER = 60_000  # ms: nobody reconnects within a test
_names = itertools.count(1)


def tools(zmq: Any) -> Any:
    """`zmq.utils.monitor` of the library under test."""
    return importlib.import_module(f"{zmq.__name__}.utils.monitor")


class Watched:
    """A socket and what its monitor says."""

    def __init__(self, zmq: Any, new_socket: SocketFactory, kind: int, **options: Any) -> None:
        self._zmq = zmq
        self.socket = new_socket(kind, reconnect_ivl=LATER, **options)
        self.monitor = self.socket.get_monitor_socket()
        self.monitor.rcvtimeo = SAFETY_TIMEOUT
        self.monitor.linger = 0
        new_socket._opened.append(self.monitor)

    def next(self) -> tuple[str, int, str]:
        event = tools(self._zmq).recv_monitor_message(self.monitor)
        name = self._zmq.Event(event["event"]).name
        return str(name), int(event["value"]), event["endpoint"].decode()

    def names(self, count: int) -> list[str]:
        return [self.next()[0] for _ in range(count)]


@pytest.fixture
def watched(zmq: Any, new_socket: SocketFactory) -> Any:
    return lambda kind, **options: Watched(zmq, new_socket, kind, **options)


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_connection_from_its_beginning_to_its_end(
    zmq: Any, watched: Any, endpoint: Endpoints, scheme: str
) -> None:
    server, client = watched(zmq.PULL), watched(zmq.PUSH)
    address = bind(server.socket, endpoint(scheme))
    client.socket.connect(address)
    client.socket.send(b"x")
    server.socket.recv()
    server.socket.close()

    said = [server.next() for _ in range(5)]
    assert [name for name, *_ in said] == [
        "LISTENING",
        "ACCEPTED",
        "HANDSHAKE_SUCCEEDED",
        "CLOSED",
        "MONITOR_STOPPED",
    ]
    assert [where for *_, where in said] == [address] * 4 + [""]
    assert said[0][1] == said[3][1] > 0  # the listening descriptor
    assert said[2][1] == said[4][1] == 0

    delayed = [client.next()] if scheme == "tcp" else []  # Unix sockets connect at once
    assert [name for name, *_ in delayed] == ["CONNECT_DELAYED"] * len(delayed)
    said = [client.next() for _ in range(4)]
    assert [name for name, *_ in said] == [
        "CONNECTED",
        "HANDSHAKE_SUCCEEDED",
        "DISCONNECTED",
        "CONNECT_RETRIED",
    ]
    assert {where for *_, where in said + delayed} == {address}
    assert said[0][1] == said[2][1] > 0  # the connection's descriptor
    assert LATER <= said[3][1] < 2 * LATER  # milliseconds until the next attempt
    client.socket.close()
    assert client.next() == ("MONITOR_STOPPED", 0, "")


def test_a_refused_connection(zmq: Any, watched: Any) -> None:
    client = watched(zmq.PUSH)
    with unused_port() as port:
        client.socket.connect(f"tcp://127.0.0.1:{port}")
        name, value, where = client.next()
        assert (name, value, where) == (
            "CONNECT_DELAYED",
            errno.EINPROGRESS,
            f"tcp://127.0.0.1:{port}",
        )
        assert client.names(2) == ["CLOSED", "CONNECT_RETRIED"]


def test_nothing_at_the_path(zmq: Any, watched: Any, endpoint: Endpoints) -> None:
    client = watched(zmq.PUSH)
    client.socket.connect(endpoint("ipc"))
    assert client.names(2) == ["CLOSED", "CONNECT_RETRIED"]


def test_an_address_that_is_taken(zmq: Any, watched: Any) -> None:
    address = bind(watched(zmq.PULL).socket, LOOPBACK)
    second = watched(zmq.PULL)
    with pytest.raises(zmq.ZMQError):
        second.socket.bind(address)
    said = second.next()
    if said[0] == "CLOSED":  # libzmq also closes the socket that never listened
        said = second.next()
    assert said[:2] == ("BIND_FAILED", errno.EADDRINUSE)


def test_unbind(zmq: Any, watched: Any) -> None:
    server = watched(zmq.PULL)
    server.socket.unbind(bind(server.socket, LOOPBACK))
    assert server.names(2) == ["LISTENING", "CLOSED"]


def test_a_peer_that_leaves_during_the_handshake(zmq: Any, watched: Any) -> None:
    server = watched(zmq.PULL)
    port = int(bind(server.socket, LOOPBACK).rpartition(":")[2])
    with system.create_connection(("127.0.0.1", port)) as raw:
        raw.recv(10)
        raw.shutdown(system.SHUT_WR)
        assert server.names(2) == ["LISTENING", "ACCEPTED"]
        name, value, _ = server.next()
        assert (name, value) == ("HANDSHAKE_FAILED_NO_DETAIL", errno.EPIPE)
        assert server.next()[0] == "DISCONNECTED"


def test_a_peer_that_says_nothing(zmq: Any, watched: Any) -> None:
    server = watched(zmq.PULL, handshake_ivl=50)
    port = int(bind(server.socket, LOOPBACK).rpartition(":")[2])
    with system.create_connection(("127.0.0.1", port)):
        assert server.names(4) == [
            "LISTENING",
            "ACCEPTED",
            "HANDSHAKE_FAILED_NO_DETAIL",
            "DISCONNECTED",
        ]


def test_another_mechanism(zmq: Any, watched: Any) -> None:
    server = watched(zmq.PULL)
    port = int(bind(server.socket, LOOPBACK).rpartition(":")[2])
    with system.create_connection(("127.0.0.1", port)) as raw:
        greeting = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"PLAIN".ljust(20, b"\0") + bytes(32)
        raw.sendall(greeting)
        assert server.names(2) == ["LISTENING", "ACCEPTED"]
        name, value, _ = server.next()
        assert (name, value) == (
            "HANDSHAKE_FAILED_PROTOCOL",
            zmq.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH,
        )
        assert server.next()[0] == "DISCONNECTED"


@pytest.mark.core_only  # libzmq ends the connection without an event
def test_a_message_that_is_too_large_ends_the_connection(zmq: Any, watched: Any) -> None:
    server, client = watched(zmq.PULL, maxmsgsize=10), watched(zmq.PUSH)
    client.socket.connect(bind(server.socket, LOOPBACK))
    client.socket.send(b"x" * 11)
    assert server.names(4) == ["LISTENING", "ACCEPTED", "HANDSHAKE_SUCCEEDED", "DISCONNECTED"]


def test_inproc_has_no_connections_to_tell_of(zmq: Any, watched: Any, endpoint: Endpoints) -> None:
    server, client = watched(zmq.PULL), watched(zmq.PUSH)
    client.socket.connect(bind(server.socket, endpoint("inproc")))
    client.socket.send(b"x")
    server.socket.recv()
    server.socket.disable_monitor()
    assert server.next() == ("MONITOR_STOPPED", 0, "")


def test_only_the_events_that_were_asked_for(zmq: Any, new_socket: SocketFactory) -> None:
    socket = new_socket(zmq.PULL)
    name = f"inproc://monitor-{next(_names)}"
    socket.monitor(name, zmq.EVENT_CLOSED | zmq.EVENT_MONITOR_STOPPED)
    reader = new_socket(zmq.PAIR)
    reader.connect(name)
    socket.unbind(bind(socket, LOOPBACK))
    assert tools(zmq).recv_monitor_message(reader)["event"] == zmq.EVENT_CLOSED
    socket.monitor(None, 0)
    assert tools(zmq).recv_monitor_message(reader)["event"] == zmq.EVENT_MONITOR_STOPPED


def test_the_second_monitor_ends_the_first(zmq: Any, new_socket: SocketFactory) -> None:
    socket, first = new_socket(zmq.PULL), new_socket(zmq.PAIR)
    names = [f"inproc://monitor-{next(_names)}" for _ in range(2)]
    socket.monitor(names[0], zmq.EVENT_ALL)
    first.connect(names[0])
    socket.monitor(names[1], zmq.EVENT_ALL)
    assert tools(zmq).recv_monitor_message(first)["event"] == zmq.EVENT_MONITOR_STOPPED


def test_the_same_monitor_socket_each_time(zmq: Any, new_socket: SocketFactory) -> None:
    socket = new_socket(zmq.PULL)
    monitor = socket.get_monitor_socket()
    new_socket._opened.append(monitor)
    assert socket.get_monitor_socket() is monitor


def test_the_frames_are_those_of_libzmq(zmq: Any, watched: Any) -> None:
    server = watched(zmq.PULL)
    address = bind(server.socket, LOOPBACK)
    head, where = server.monitor.recv_multipart()
    assert struct.unpack("=H", head[:2]) == (zmq.EVENT_LISTENING,)
    assert len(head) == 6
    assert where == address.encode()
    for wrong in ([head], [head, where, b""], [head + b"x", where]):
        with pytest.raises(RuntimeError):
            tools(zmq).parse_monitor_message(wrong)


def test_only_inproc_can_carry_events(zmq: Any, new_socket: SocketFactory) -> None:
    with pytest.raises(zmq.ZMQError) as refused:
        new_socket(zmq.PULL).monitor("tcp://127.0.0.1:*", zmq.EVENT_ALL)
    assert refused.value.errno == zmq.EPROTONOSUPPORT


def test_asyncio_sockets_are_read_with_await(zmq: Any, endpoint: Endpoints) -> None:
    async def scene() -> list[int]:
        context = asyncio_face(zmq).Context()
        socket = context.socket(zmq.PULL)
        monitor = socket.get_monitor_socket()
        socket.bind(LOOPBACK)
        socket.close()
        kinds: list[int] = []
        while not kinds or kinds[-1] != zmq.EVENT_MONITOR_STOPPED:
            message = await asyncio.wait_for(tools(zmq).recv_monitor_message(monitor), 10)
            kinds.append(int(message["event"]))
        monitor.close()
        context.term()
        return kinds

    assert asyncio.run(scene()) == [
        zmq.EVENT_LISTENING,
        zmq.EVENT_CLOSED,
        zmq.EVENT_MONITOR_STOPPED,
    ]


# What libzmq cannot do, or pyzmq does not offer


@pytest.mark.core_only
def test_nobody_needs_to_read(zmq: Any, new_socket: SocketFactory) -> None:
    """libzmq blocks the monitored socket for ever here."""
    socket, reader = new_socket(zmq.PULL), new_socket(zmq.PAIR)
    name = f"inproc://monitor-{next(_names)}"
    socket.monitor(name, zmq.EVENT_ALL)
    socket.unbind(bind(socket, LOOPBACK))
    reader.connect(name)
    kinds = [tools(zmq).recv_monitor_message(reader)["event"] for _ in range(2)]
    assert kinds == [zmq.EVENT_LISTENING, zmq.EVENT_CLOSED]


@pytest.mark.core_only
def test_another_monitor_socket_after_the_first_was_closed(
    zmq: Any, new_socket: SocketFactory
) -> None:
    """libzmq hangs here: it waits for ever for the closed socket to read MONITOR_STOPPED."""
    socket = new_socket(zmq.PULL)
    first = socket.get_monitor_socket()
    first.close()
    second = socket.get_monitor_socket(zmq.EVENT_LISTENING)
    new_socket._opened.append(second)
    assert second is not first
    bind(socket, LOOPBACK)
    assert tools(zmq).recv_monitor_message(second)["event"] == zmq.EVENT_LISTENING


@pytest.mark.core_only
def test_a_flood_of_events_that_nobody_reads_is_bounded(
    zmq: Any, new_socket: SocketFactory, caplog: pytest.LogCaptureFixture
) -> None:
    socket = new_socket(zmq.PULL)
    socket.monitor(f"inproc://monitor-{next(_names)}", zmq.EVENT_ALL)
    engine = socket._engine
    with engine.lock:
        for _ in range(1500):
            engine.report(1, "tcp://somewhere")
    assert len(engine._monitor._engine.outbox) == 1000
    assert "nobody reads this monitor" in caplog.text


def receive_v2(reader: Any) -> tuple[int, list[int], str, str]:
    kind, count, *rest = reader.recv_multipart()
    (number,) = struct.unpack("=Q", count)
    values = [struct.unpack("=Q", value)[0] for value in rest[:number]]
    local, remote = rest[number:]
    return struct.unpack("=Q", kind)[0], values, local.decode(), remote.decode()


@pytest.mark.core_only
@pytest.mark.parametrize("types", ["PAIR/PAIR", "PUB/SUB", "PUSH/PULL"])
def test_version_2_names_both_ends(zmq: Any, new_socket: SocketFactory, types: str) -> None:
    sender, receiver = types.split("/")
    name = f"inproc://monitor-{next(_names)}"
    server, client = new_socket(zmq.DEALER), new_socket(zmq.DEALER, reconnect_ivl=LATER)
    kind = getattr(zmq, sender)
    reader = new_socket(getattr(zmq, receiver), **({"subscribe": b""} if sender == "PUB" else {}))
    server.monitor(name, zmq.EVENT_ALL_V2, version=2, socket_type=kind)
    reader.connect(name)
    if sender == "PUB":
        engine = server._engine._monitor._engine
        engine.poll(0, 0)
        wait_until(lambda: len(engine.pattern._table) > 0)
    address = bind(server, LOOPBACK)
    client.connect(address)
    assert receive_v2(reader)[0::2] == (zmq.EVENT_LISTENING, address)
    kind, _, local, remote = receive_v2(reader)
    assert (kind, local) == (zmq.EVENT_ACCEPTED, address)
    assert remote.startswith("tcp://127.0.0.1:")
    assert remote != address
    assert receive_v2(reader) == (zmq.EVENT_HANDSHAKE_SUCCEEDED, [0], address, remote)


@pytest.mark.core_only
def test_the_lengths_of_the_queues(zmq: Any, new_socket: SocketFactory) -> None:
    name = f"inproc://monitor-{next(_names)}"
    push, reader = new_socket(zmq.PUSH), new_socket(zmq.PAIR)
    with pytest.raises(zmq.ZMQError) as refused:
        push.monitor_pipes_stats()
    assert refused.value.errno == zmq.EINVAL
    push.monitor(name, zmq.EVENT_PIPES_STATS, version=2)
    with pytest.raises(zmq.Again):
        push.monitor_pipes_stats()
    reader.connect(name)
    with unused_port() as port:
        push.connect(f"tcp://127.0.0.1:{port}")
        push.send(b"x")
        push.send(b"y")
        push.monitor_pipes_stats()
        assert receive_v2(reader)[:2] == (zmq.EVENT_PIPES_STATS, [2, 0])


@pytest.mark.core_only
def test_what_is_refused(zmq: Any, new_socket: SocketFactory) -> None:
    socket = new_socket(zmq.PULL)
    for arguments in (
        {"version": 1, "events": zmq.EVENT_ALL_V2},
        {"version": 3},
        {"version": 2, "socket_type": zmq.DEALER},
    ):
        with pytest.raises(zmq.ZMQError) as refused:
            socket.monitor("inproc://refused", **arguments)
        assert refused.value.errno == zmq.EINVAL
