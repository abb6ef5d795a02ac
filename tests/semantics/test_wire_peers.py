"""Peers that speak ZMTP 3 by hand: subscriptions in both forms, heartbeats, and those who fail."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sockets import SocketFactory, bind, is_quiet
from tests.support.wire_peer import wire_peer
from tests.zmtp import wire

TCP = "tcp://127.0.0.1:*"
SUBSCRIBE_A = {(3, 0): wire.frame(b"\x01A"), (3, 1): wire.command(b"SUBSCRIBE", b"A")}
CANCEL_A = {(3, 0): wire.frame(b"\x00A"), (3, 1): wire.command(b"CANCEL", b"A")}
PING = wire.command(b"PING", b"\0\0")
PONG = wire.command(b"PONG")


@pytest.mark.parametrize("version", [(3, 0), (3, 1)])
@pytest.mark.parametrize("form", [(3, 0), (3, 1)])
def test_a_publisher_takes_subscriptions_in_both_forms_from_everybody(
    zmq: Any, new_socket: SocketFactory, version: tuple[int, int], form: tuple[int, int]
) -> None:
    xpub = new_socket(zmq.XPUB)
    with wire_peer(bind(xpub, TCP), b"SUB", version) as peer:
        peer.send(SUBSCRIBE_A[form])
        assert xpub.recv() == b"\x01A"
        xpub.send(b"BLOB")
        xpub.send(b"ALOL")
        assert peer.read_frame() == wire.frame(b"ALOL")
        peer.send(CANCEL_A[form])
        assert xpub.recv() == b"\x00A"


@pytest.mark.parametrize("version", [(3, 0), (3, 1)])
def test_a_subscriber_uses_the_form_of_its_peers_version(
    zmq: Any, new_socket: SocketFactory, version: tuple[int, int]
) -> None:
    sub = new_socket(zmq.SUB)
    with wire_peer(bind(sub, TCP), b"XPUB", version) as peer:
        sub.subscribe(b"A")
        assert is_quiet(sub)  # libzmq lets a peer in when the socket is used
        assert peer.read_frame() == SUBSCRIBE_A[version]
        peer.send(wire.frame(b"BLOB") + wire.frame(b"ALOL"))
        assert sub.recv() == b"ALOL"
        sub.unsubscribe(b"A")
        assert peer.read_frame() == CANCEL_A[version]


@pytest.mark.parametrize("kind", ["ROUTER", "PULL"])
def test_a_peer_that_does_not_answer_a_ping_is_dropped(
    zmq: Any, new_socket: SocketFactory, kind: str
) -> None:
    server = new_socket(getattr(zmq, kind), heartbeat_ivl=50)
    with wire_peer(bind(server, TCP), b"DEALER" if kind == "ROUTER" else b"PUSH") as peer:
        assert peer.read_frame() == PING
        assert peer.is_hung_up_on()


def test_a_peer_that_answers_stays(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.PULL, heartbeat_ivl=20, heartbeat_timeout=5000)
    with wire_peer(bind(server, TCP), b"PUSH") as peer:
        for _ in range(5):
            assert peer.read_frame() == PING
            peer.send(PONG)
        peer.send(wire.frame(b"still here"))
        assert server.recv() == b"still here"


def test_a_ping_tells_the_time_to_live(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.PULL, heartbeat_ivl=20, heartbeat_timeout=5000, heartbeat_ttl=2599)
    with wire_peer(bind(server, TCP), b"PUSH") as peer:
        assert peer.read_frame() == wire.command(b"PING", b"\0\x19")


def test_a_peer_that_wished_so_is_dropped_when_it_falls_silent(
    zmq: Any, new_socket: SocketFactory
) -> None:
    server = new_socket(zmq.PULL)
    with wire_peer(bind(server, TCP), b"PUSH") as peer:
        peer.send(wire.command(b"PING", b"\0\x01"))  # a tenth of a second
        assert peer.read_frame() == PONG
        assert peer.is_hung_up_on()


def test_a_pong_repeats_what_the_ping_said(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.PULL)
    with wire_peer(bind(server, TCP), b"PUSH") as peer:
        for said, heard in ((b"LOL", b"LOL"), (b"", b""), (b"z" * 58, b"z" * 16)):
            peer.send(wire.command(b"PING", b"\0\0" + said))
            assert peer.read_frame() == wire.command(b"PONG", heard)


def test_unknown_commands_do_no_harm(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.PULL)
    with wire_peer(bind(server, TCP), b"PUSH") as peer:
        peer.send(wire.command(b"JOIN", b"party") + wire.command(b"PONG", b"unasked"))
        peer.send(wire.frame(b"hello"))
        assert server.recv() == b"hello"


def test_a_message_that_breaks_off_is_not_received(zmq: Any, new_socket: SocketFactory) -> None:
    server = new_socket(zmq.PULL)
    address = bind(server, TCP)
    with wire_peer(address, b"PUSH") as peer:
        peer.send(wire.frame(b"first", flags=1) + wire.frame(b"second", flags=1))
    with wire_peer(address, b"PUSH") as peer:
        peer.send(wire.frame(b"whole"))
        assert server.recv_multipart() == [b"whole"]
        assert is_quiet(server)
