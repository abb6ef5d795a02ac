"""`stats` and `peers`: every message is accounted for, and both sides count the same."""

from __future__ import annotations

import socket as system
from collections.abc import Iterator
from typing import Any

import pytest

import core
from core.statistics import DropReason, PeerState, PeerStats
from tests.support import sockets
from tests.support.endpoints import LOOPBACK, Endpoints, unused_port
from tests.support.sockets import bind, drain, synchronise
from tests.support.waiting import wait_until

LATER = 60_000  # ms


@pytest.fixture
def new_socket() -> Iterator[sockets.SocketFactory]:
    factory = sockets.SocketFactory(core, core.Context())
    yield factory
    factory.close()
    sockets.terminate(factory.context)


def only(socket: Any) -> PeerStats:
    (peer,) = socket.peers()
    assert isinstance(peer, PeerStats)
    return peer


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
@pytest.mark.parametrize("count", [1, 20, 5000])
def test_what_one_side_sent_the_other_received(
    new_socket: sockets.SocketFactory, endpoint: Endpoints, scheme: str, count: int
) -> None:
    pull, push = new_socket.pair_up(core.PULL, core.PUSH, endpoint(scheme))
    for number in range(count):
        push.send(b"%d" % number)
        if number % 100 == 99:
            for _ in range(100):
                pull.recv()
    for _ in range(count % 100):
        pull.recv()
    assert (only(push).sent, only(push).queued_out, dict(only(push).dropped)) == (count, 0, {})
    assert (only(pull).received, only(pull).queued_in) == (count, 0)
    assert (push.stats().sent, push.stats().accepted, pull.stats().received) == (count,) * 3


def test_round_trips_are_counted_both_ways(
    new_socket: sockets.SocketFactory, endpoint: Endpoints
) -> None:
    rep, req = new_socket.pair_up(core.REP, core.REQ, endpoint("tcp"))
    for _ in range(10):
        req.send(b"question")
        rep.recv()
        rep.send(b"answer")
        req.recv()
    for peer in (only(rep), only(req)):
        assert (peer.sent, peer.received) == (10, 10)


@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_a_slow_subscriber(
    new_socket: sockets.SocketFactory,
    endpoint: Endpoints,
    scheme: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was published is what arrived and what was dropped, however it went in between."""
    pub, sub = new_socket(core.PUB, sndhwm=10), new_socket(core.SUB, rcvhwm=10)
    sub.connect(bind(pub, endpoint(scheme)))
    sub.subscribe(b"")
    synchronise(pub, sub)
    before = only(pub)
    total = 20_000
    body = b"x" * 1000
    for _ in range(total):
        pub.send(body)
    pub.poll(0)
    arrived = len(drain(sub, 200))
    peer = only(pub)
    dropped = peer.dropped[DropReason.QUEUE_FULL]
    assert dropped > 0
    assert peer.queued_out == 0
    assert peer.sent - before.sent + dropped == total
    assert arrived == total - dropped
    assert only(sub).received == peer.sent
    assert pub.stats().lost_out == dropped
    assert "SNDHWM" in caplog.text


def test_messages_that_wait(new_socket: sockets.SocketFactory) -> None:
    push = new_socket(core.PUSH)
    with unused_port() as port:
        push.connect(f"tcp://127.0.0.1:{port}")
        for _ in range(3):
            push.send(b"x")
        peer = only(push)
        assert (peer.queued_out, peer.sent, peer.state in _UNCONNECTED) == (3, 0, True)
        push.close(linger=0)
    assert push.stats().dropped == {DropReason.CLOSED: 3}
    assert push.stats().accepted == 3


_UNCONNECTED = (PeerState.CONNECTING, PeerState.WAITING)


def test_messages_that_were_not_received_yet(
    new_socket: sockets.SocketFactory, endpoint: Endpoints
) -> None:
    pull, first = new_socket.pair_up(core.PULL, core.PUSH, endpoint("tcp"))
    second = new_socket(core.PUSH)
    second.connect(pull.last_endpoint.decode())
    for number in range(5):
        first.send(b"1")
        if number < 2:
            second.send(b"2")
    wait_until(lambda: pull.stats().received == 7)
    assert sorted(peer.queued_in for peer in pull.peers()) == [2, 5]
    assert pull.stats().queued_in == 7
    taken = [pull.recv() for _ in range(3)]
    left = {b"1": 5 - taken.count(b"1"), b"2": 2 - taken.count(b"2")}
    assert sorted(peer.queued_in for peer in pull.peers()) == sorted(left.values())
    assert pull.stats().queued_in == 4


def test_a_router_without_such_a_peer(new_socket: sockets.SocketFactory) -> None:
    router = new_socket(core.ROUTER)
    bind(router, LOOPBACK)
    router.send_multipart([b"nobody", b"x"])
    assert router.stats().dropped == {DropReason.UNKNOWN_PEER: 1}


def test_a_peer_that_goes_takes_its_queue_along_and_leaves_its_counts(
    new_socket: sockets.SocketFactory,
) -> None:
    router = new_socket(core.ROUTER, sndbuf=4096)
    port = int(bind(router, LOOPBACK).rpartition(":")[2])
    with system.create_connection(("127.0.0.1", port)) as raw:
        ready = b"\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x01D"
        raw.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(48))
        raw.sendall(bytes([4, len(ready)]) + ready)
        wait_until(lambda: router.stats().peers == 1)
        for _ in range(100):
            router.send_multipart([b"D", b"x" * 100_000])
        peer = only(router)
        assert peer.sent + peer.queued_out == 100
        assert peer.queued_out > 0
        assert (peer.socket_type, peer.identity, peer.mechanism) == ("DEALER", b"D", "NULL")
    wait_until(lambda: not router.peers())
    stats = router.stats()
    assert stats.sent + stats.dropped[DropReason.CONNECTION_LOST] == 100
    assert stats.accepted == 100


def test_the_states_of_a_connected_endpoint(new_socket: sockets.SocketFactory) -> None:
    push = new_socket(core.PUSH, reconnect_ivl=LATER)
    with unused_port() as port:
        push.connect(f"tcp://127.0.0.1:{port}")
        wait_until(lambda: only(push).state is PeerState.WAITING)
        peer = only(push)
    assert peer.attempts == 1
    assert "refused" in peer.last_error
    assert peer.address == ""
    assert "refused" in str(peer)


def test_a_handshake_under_way(new_socket: sockets.SocketFactory) -> None:
    pull = new_socket(core.PULL)
    port = int(bind(pull, LOOPBACK).rpartition(":")[2])
    with system.create_connection(("127.0.0.1", port)) as raw:
        wait_until(lambda: len(pull.peers()) == 1)
        peer = only(pull)
        assert peer.state is PeerState.HANDSHAKE
        assert peer.address == f"tcp://127.0.0.1:{raw.getsockname()[1]}"
        assert pull.stats().peers == 0


def test_refused_peers_are_counted_by_reason(new_socket: sockets.SocketFactory) -> None:
    pull = new_socket(core.PULL)
    endpoint = bind(pull, LOOPBACK)
    wrong = new_socket(core.SUB)
    wrong.connect(endpoint)
    wait_until(lambda: bool(pull.stats().refused))
    assert pull.stats().refused == {"the peer's socket type does not fit ours": 1}
    wait_until(lambda: only(wrong).state is PeerState.GAVE_UP)
    assert "socket type" in only(wrong).last_error
    wrong.connect(endpoint)  # another try takes it off the list
    assert [peer.state for peer in wrong.peers()].count(PeerState.GAVE_UP) <= 1


def test_subscriptions_of_each_peer(new_socket: sockets.SocketFactory, endpoint: Endpoints) -> None:
    xpub, sub = new_socket.pair_up(core.XPUB, core.SUB, endpoint("tcp"))
    for topic in (b"a", b"b", b"b"):
        sub.subscribe(topic)
    for _ in range(2):
        xpub.recv()
    assert only(xpub).subscriptions == 2
    assert xpub.stats().subscriptions == 2


def test_replaced_messages_are_counted(new_socket: sockets.SocketFactory) -> None:
    push = new_socket(core.PUSH, conflate=1)
    with unused_port() as port:
        push.connect(f"tcp://127.0.0.1:{port}")
        for _ in range(5):
            push.send(b"x")
        assert dict(only(push).dropped) == {DropReason.REPLACED: 4}
        assert push.stats().accepted == 5


def test_a_late_reply_is_counted(new_socket: sockets.SocketFactory, endpoint: Endpoints) -> None:
    router = new_socket(core.ROUTER)
    req = new_socket(core.REQ, req_relaxed=1, req_correlate=1)
    req.connect(bind(router, endpoint("tcp")))
    req.send(b"one")
    first = router.recv_multipart()
    req.send(b"two")
    second = router.recv_multipart()
    router.send_multipart([*first[:-1], b"late"])
    router.send_multipart([*second[:-1], b"right"])
    assert req.recv() == b"right"
    assert req.stats().dropped == {DropReason.NOT_AWAITED: 1}


def test_values_cannot_be_changed(new_socket: sockets.SocketFactory) -> None:
    stats = new_socket(core.PUSH).stats()
    with pytest.raises(AttributeError):
        stats.sent = 1
    with pytest.raises(TypeError):
        stats.dropped[DropReason.CLOSED] = 1
