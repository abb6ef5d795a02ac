"""Events reach whoever asked for them, in order; peers that vanish at once leave nothing behind."""

from __future__ import annotations

import socket as system
import struct
from collections.abc import Iterator
from typing import Any

import pytest

import core
from core.events import EventKind, SocketEvent
from core.runtime.journal import Journal
from tests.support import sockets
from tests.support.endpoints import LOOPBACK, unused_port
from tests.support.waiting import wait_until


class Notes:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.events: list[SocketEvent] = []
        self.ended = False

    def take(self, event: SocketEvent) -> bool:
        self.events.append(event)
        return True

    def end(self) -> None:
        self.ended = True

    @property
    def kinds(self) -> list[str]:
        return [event.kind.name for event in self.events]


@pytest.fixture
def new_socket() -> Iterator[sockets.SocketFactory]:
    factory = sockets.SocketFactory(core, core.Context())
    yield factory
    factory.close()
    sockets.terminate(factory.context)


def note(socket: Any) -> Notes:
    notes = Notes()
    journal = Journal()
    journal.add(notes)
    with socket._engine.lock:
        socket._engine.journal = journal
    return notes


def test_the_usual_life_of_a_connection(new_socket: sockets.SocketFactory) -> None:
    server, client = new_socket(core.PULL), new_socket(core.PUSH, reconnect_ivl=60_000)
    seen_by_server, seen_by_client = note(server), note(client)
    endpoint = sockets.bind(server, LOOPBACK)
    client.connect(endpoint)
    client.send(b"x")
    server.recv()
    server.close()
    wait_until(lambda: "CONNECT_RETRIED" in seen_by_client.kinds)
    client.close()
    assert seen_by_server.kinds == ["LISTENING", "ACCEPTED", "HANDSHAKE_SUCCEEDED", "CLOSED"]
    assert seen_by_client.kinds == [
        "CONNECT_DELAYED",
        "CONNECTED",
        "HANDSHAKE_SUCCEEDED",
        "DISCONNECTED",
        "CONNECT_RETRIED",
    ]
    assert {event.endpoint for event in seen_by_server.events + seen_by_client.events} == {endpoint}
    accepted, connected = seen_by_server.events[1], seen_by_client.events[1]
    assert (accepted.local, accepted.peer) == (connected.peer, connected.local)
    assert seen_by_client.events[3].reason == "the peer closed the connection"
    assert 60_000 <= seen_by_client.events[4].value < 120_000
    wait_until(lambda: seen_by_server.ended and seen_by_client.ended)


def test_a_refused_connection_says_why(new_socket: sockets.SocketFactory) -> None:
    client = new_socket(core.PUSH, reconnect_ivl=60_000)
    seen = note(client)
    with unused_port() as port:
        client.connect(f"tcp://127.0.0.1:{port}")
        wait_until(lambda: "CONNECT_RETRIED" in seen.kinds)
    assert seen.kinds == ["CONNECT_DELAYED", "CLOSED", "CONNECT_RETRIED"]
    assert "refused" in seen.events[1].reason


def test_a_peer_that_speaks_something_else(new_socket: sockets.SocketFactory) -> None:
    server = new_socket(core.PULL)
    seen = note(server)
    port = int(sockets.bind(server, LOOPBACK).rpartition(":")[2])
    with system.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
        wait_until(lambda: "DISCONNECTED" in seen.kinds)
    assert seen.kinds[2:] == ["HANDSHAKE_FAILED_PROTOCOL", "DISCONNECTED"]
    assert seen.events[2].value == core.PROTOCOL_ERROR_ZMTP_UNSPECIFIED
    assert seen.events[2].reason == "the peer does not speak ZMTP: it speaks HTTP"


def test_an_address_that_is_taken(new_socket: sockets.SocketFactory) -> None:
    first, second = new_socket(core.PULL), new_socket(core.PULL)
    endpoint = sockets.bind(first, LOOPBACK)
    seen = note(second)
    with pytest.raises(core.ZMQError):
        second.bind(endpoint)
    assert [(event.kind, event.value) for event in seen.events] == [
        (EventKind.BIND_FAILED, core.Errno.EADDRINUSE)
    ]


def test_a_peer_that_resets_before_it_is_greeted_does_not_hold_the_socket(
    new_socket: sockets.SocketFactory,
) -> None:
    server = new_socket(core.PUSH, linger=-1)
    port = int(sockets.bind(server, LOOPBACK).rpartition(":")[2])
    seen = note(server)
    with server._engine.lock:  # nobody accepts meanwhile
        raw = system.create_connection(("127.0.0.1", port))
        raw.setsockopt(system.SOL_SOCKET, system.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
    wait_until(lambda: "DISCONNECTED" in seen.kinds)
    with server._engine.lock:
        assert not server._engine._endpoints[0]._links


def test_an_answer_to_a_ping_is_not_taken_for_unsent_messages(
    new_socket: sockets.SocketFactory,
) -> None:
    """Or messages that have left would be sent again over the next connection."""
    pull, push = new_socket(core.PULL), new_socket(core.PUSH)
    push.connect(sockets.bind(pull, LOOPBACK), wait=sockets.SAFETY_TIMEOUT)
    engine = push._engine
    with engine.lock:
        ((_, link),) = engine.endpoints[0].census()
        link._in_flight = [b"first", b"second"]
        link._unsent = [memoryview(b"\0\x06second")[5:]]
        link._connection._answer_ping(b"\0\0" + b"context")
        link._send_control()
        assert link.take_unsent() == [b"second"]
    assert push.stats().sent == 1
