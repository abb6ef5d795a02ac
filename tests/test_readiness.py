"""`connect(wait=...)` and `wait_for`: certain beginnings, and errors that name what is missing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

import core
import core.asyncio
from tests.support import sockets
from tests.support.endpoints import LOOPBACK, Endpoints, unused_port
from tests.support.sockets import SAFETY_TIMEOUT, bind


@pytest.fixture
def new_socket() -> Iterator[sockets.SocketFactory]:
    factory = sockets.SocketFactory(core, core.Context())
    yield factory
    factory.close()
    sockets.terminate(factory.context)


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_connect_waits_for_the_handshake(
    new_socket: sockets.SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket(core.PULL), new_socket(core.PUSH)
    with push.connect(bind(pull, endpoint(scheme)), wait=SAFETY_TIMEOUT):
        assert push.stats().peers == 1


def test_connect_waits_for_its_own_peer(new_socket: sockets.SocketFactory) -> None:
    pull, push = new_socket(core.PULL), new_socket(core.PUSH)
    push.connect(bind(pull, LOOPBACK), wait=SAFETY_TIMEOUT)
    with unused_port() as port, pytest.raises(core.NotReady) as refused:
        push.connect(f"tcp://127.0.0.1:{port}", wait=50)
    assert f"no connection to tcp://127.0.0.1:{port} (after 50 ms)" in str(refused.value)
    assert "Connection refused" in str(refused.value)


def test_a_server_that_comes_later(new_socket: sockets.SocketFactory) -> None:
    push = new_socket(core.PUSH, reconnect_ivl=1)
    with unused_port() as port:
        server = new_socket(core.PULL)
        later = threading.Timer(0.05, server.bind, [f"tcp://127.0.0.1:{port}"])
        later.start()
        push.connect(f"tcp://127.0.0.1:{port}", wait=SAFETY_TIMEOUT)
        later.join()


def test_what_will_never_come_is_not_waited_for(new_socket: sockets.SocketFactory) -> None:
    pull, wrong = new_socket(core.PULL), new_socket(core.SUB)
    with pytest.raises(core.NotReady) as refused:
        wrong.connect(bind(pull, LOOPBACK), wait=SAFETY_TIMEOUT)
    assert "the peer's socket type does not fit ours" in str(refused.value)
    with pytest.raises(core.NotReady) as refused:
        wrong.wait_for(peers=1, timeout=SAFETY_TIMEOUT)
    assert "gave up" in str(refused.value)


def test_so_many_peers(new_socket: sockets.SocketFactory) -> None:
    push = new_socket(core.PUSH)
    address = bind(push, LOOPBACK)
    first, second = new_socket(core.PULL), new_socket(core.PULL)
    first.connect(address)
    push.wait_for(timeout=SAFETY_TIMEOUT)
    with pytest.raises(core.NotReady) as refused:
        push.wait_for(peers=2, timeout=20)
    assert str(refused.value) == (
        f"1 of 2 peers are ready (after 20 ms): nobody else has come to {address}"
    )
    second.connect(address)
    push.wait_for(peers=2, timeout=SAFETY_TIMEOUT)


def test_nothing_is_bound_or_connected(new_socket: sockets.SocketFactory) -> None:
    with pytest.raises(core.Again) as refused:
        new_socket(core.PUSH).wait_for(timeout=1)
    assert "neither bound nor connected" in str(refused.value)


def test_refused_peers_are_named(new_socket: sockets.SocketFactory) -> None:
    pull, wrong = new_socket(core.PULL), new_socket(core.SUB)
    address = bind(pull, LOOPBACK)
    wrong.connect(address)
    with pytest.raises(core.NotReady):
        wrong.wait_for(timeout=SAFETY_TIMEOUT)
    with pytest.raises(core.NotReady) as refused:
        pull.wait_for(timeout=20)
    assert "1 refused: the peer's socket type does not fit ours" in str(refused.value)


@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_subscriptions(new_socket: sockets.SocketFactory, endpoint: Endpoints, scheme: str) -> None:
    """Nothing that is published after it is missed."""
    pub, sub = new_socket.pair_up(core.PUB, core.SUB, endpoint(scheme))
    with pytest.raises(core.NotReady) as refused:
        pub.wait_for(subscriptions=2, timeout=20)
    assert "0 of 2 subscriptions are there" in str(refused.value)
    sub.subscribe(b"a")
    sub.subscribe(b"b")
    pub.wait_for(peers=1, subscriptions=2, timeout=SAFETY_TIMEOUT)
    pub.send(b"b1")
    assert sub.recv() == b"b1"


def test_a_closed_context_ends_the_wait() -> None:
    context = core.Context()
    socket = context.socket(core.PUSH)
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(core.ContextTerminated):
            socket.wait_for()
        socket.close(0)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    context.term()
    thread.join(10)
    assert ended.is_set()


def test_asyncio() -> None:
    async def scene() -> None:
        context = core.asyncio.Context()
        pub, sub = context.socket(core.PUB), context.socket(core.SUB)
        pub.bind(LOOPBACK)
        await sub.connect(pub.last_endpoint.decode(), wait=SAFETY_TIMEOUT)
        sub.subscribe(b"")
        await pub.wait_for(peers=1, subscriptions=1, timeout=SAFETY_TIMEOUT)
        with pytest.raises(core.NotReady):
            await pub.wait_for(peers=2, timeout=10)
        with sub.connect(pub.last_endpoint.decode()):
            await pub.wait_for(peers=2, timeout=SAFETY_TIMEOUT)
        context.destroy(0)

    asyncio.run(asyncio.wait_for(scene(), 10))
