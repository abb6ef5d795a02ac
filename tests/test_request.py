"""`request`: it cannot wedge the socket, and no late reply is taken for the right one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import core
import core.asyncio
from core.statistics import DropReason
from tests.support import sockets
from tests.support.endpoints import LOOPBACK, Endpoints, unused_port
from tests.support.sockets import SAFETY_TIMEOUT, bind
from tests.support.waiting import wait_until


@pytest.fixture
def new_socket() -> Iterator[sockets.SocketFactory]:
    factory = sockets.SocketFactory(core, core.Context())
    yield factory
    factory.close()
    sockets.terminate(factory.context)


class Server(threading.Thread):
    """Answers requests in a thread, as the script says, each with its body upside down."""

    def __init__(self, socket: Any, answers: int) -> None:
        super().__init__()
        self._socket, self._answers = socket, answers
        self.seen: list[bytes] = []
        self.start()

    def run(self) -> None:
        for _ in range(self._answers):
            request = self._socket.recv()
            self.seen.append(request)
            self._socket.send(request[::-1])


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_a_request_and_its_reply(
    new_socket: sockets.SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    rep, req = new_socket.pair_up(core.REP, core.REQ, endpoint(scheme))
    server = Server(rep, 3)
    for body in (b"abc", b"", b"x" * 100_000):
        assert req.request(body, timeout=SAFETY_TIMEOUT) == body[::-1]
    server.join()


def test_plain_and_numbered_requests_in_turn(
    new_socket: sockets.SocketFactory, endpoint: Endpoints
) -> None:
    rep, req = new_socket.pair_up(core.REP, core.REQ, endpoint("tcp"))
    server = Server(rep, 3)
    req.send(b"one")
    assert req.recv() == b"eno"
    assert req.request([b"two"], timeout=SAFETY_TIMEOUT) == b"owt"
    req.send(b"three")
    assert req.recv() == b"eerht"
    server.join()


def test_libzmq_servers_give_the_number_back(new_socket: sockets.SocketFactory) -> None:
    import zmq

    with zmq.Context() as context, context.socket(zmq.REP) as rep:
        rep.bind(LOOPBACK)
        req = new_socket(core.REQ)
        req.connect(sockets.last_endpoint(rep))
        server = Server(rep, 1)
        assert req.request(b"abc", timeout=SAFETY_TIMEOUT) == b"cba"
        server.join()


def test_a_silent_server_does_not_wedge_the_socket(
    new_socket: sockets.SocketFactory, endpoint: Endpoints
) -> None:
    router, req = new_socket.pair_up(core.ROUTER, core.REQ, endpoint("tcp"))
    with pytest.raises(core.NoReply) as failed:
        req.request(b"one", timeout=20, retries=1)
    address = router.last_endpoint.decode()
    assert failed.value.failures == (f"{address}: no answer in 20 ms",) * 2
    assert str(failed.value).startswith("no reply, asked 2 times: ")
    asked = [router.recv_multipart() for _ in range(2)]
    assert asked[0] == asked[1]  # the same number: the answer to either would do
    for late in asked:
        router.send_multipart([*late[:-1], b"late"])

    def answer() -> None:
        request = router.recv_multipart()
        router.send_multipart([*request[:-1], b"right"])

    thread = threading.Thread(target=answer)
    thread.start()
    assert req.request(b"two", timeout=SAFETY_TIMEOUT) == b"right"
    thread.join()
    assert req.stats().dropped == {DropReason.NOT_AWAITED: 2}


def test_another_server_is_asked(new_socket: sockets.SocketFactory) -> None:
    silent, willing, req = new_socket(core.ROUTER), new_socket(core.REP), new_socket(core.REQ)
    for server in (silent, willing):
        req.connect(bind(server, LOOPBACK), wait=SAFETY_TIMEOUT)
    answering = Server(willing, 3)
    for body in (b"abc", b"def", b"ghi"):
        assert req.request(body, timeout=100, retries=1) == body[::-1]
    answering.join()
    assert answering.seen == [b"abc", b"def", b"ghi"]


def test_nobody_is_there(new_socket: sockets.SocketFactory) -> None:
    req = new_socket(core.REQ)
    with unused_port() as port:
        req.connect(f"tcp://127.0.0.1:{port}")
        with pytest.raises(core.NoReply) as failed:
            req.request(b"x", timeout=20)
    assert "no peer was ready in 20 ms" in str(failed.value)
    assert "Connection refused" in str(failed.value)
    assert req.stats().queued_out == 0  # a server that comes later is not asked in vain


def test_a_server_that_crashes_and_comes_back(new_socket: sockets.SocketFactory) -> None:
    router, req = new_socket(core.ROUTER), new_socket(core.REQ, reconnect_ivl=1)
    address = bind(router, LOOPBACK)
    req.connect(address, wait=SAFETY_TIMEOUT)
    rep = new_socket(core.REP)

    def crash_and_come_back() -> None:
        router.recv_multipart()
        router.close()
        sockets.bind_again(core, rep, address)
        Server(rep, 1).join()

    thread = threading.Thread(target=crash_and_come_back)
    thread.start()
    assert req.request(b"abc", timeout=SAFETY_TIMEOUT, retries=1) == b"cba"
    thread.join()


def test_a_lost_connection_is_told_at_once(
    new_socket: sockets.SocketFactory, endpoint: Endpoints
) -> None:
    router, req = new_socket.pair_up(core.ROUTER, core.REQ, endpoint("tcp"))

    def crash() -> None:
        router.recv_multipart()
        router.close()

    thread = threading.Thread(target=crash)
    thread.start()
    with pytest.raises(core.NoReply) as failed:
        req.request(b"x", timeout=SAFETY_TIMEOUT)
    assert "the connection was lost" in str(failed.value)
    thread.join()


def test_one_request_at_a_time(new_socket: sockets.SocketFactory, endpoint: Endpoints) -> None:
    router, req = new_socket.pair_up(core.ROUTER, core.REQ, endpoint("tcp"))
    req.send(b"plain")
    with pytest.raises(core.ZMQError) as refused:
        req.request(b"x", timeout=10)
    assert refused.value.errno == core.EFSM
    first = router.recv_multipart()
    router.send_multipart([*first[:-1], b"reply"])
    assert req.recv() == b"reply"
    with pytest.raises(core.ZMQError) as refused:
        new_socket(core.PUSH).request(b"x")
    assert refused.value.errno == core.ENOTSUP


def test_asyncio_and_cancelling() -> None:
    async def scene() -> None:
        context = core.asyncio.Context()
        router, req = context.socket(core.ROUTER), context.socket(core.REQ)
        router.bind(LOOPBACK)
        req.connect(router.last_endpoint.decode())
        with pytest.raises(core.NoReply):
            await req.request(b"one", timeout=20)
        cancelled = asyncio.ensure_future(req.request(b"two"))
        assert (await router.recv_multipart())[-1] == b"one"
        assert (await router.recv_multipart())[-1] == b"two"
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        asking = asyncio.ensure_future(req.request(b"three", timeout=SAFETY_TIMEOUT))
        request = await router.recv_multipart()
        await router.send_multipart([*request[:-1], b"reply", b"in parts"])
        assert await asking == [b"reply", b"in parts"]
        context.destroy(0)

    asyncio.run(asyncio.wait_for(scene(), 10))


def test_an_interrupted_request_leaves_the_socket_free(
    new_socket: sockets.SocketFactory, endpoint: Endpoints
) -> None:
    rep, req = new_socket.pair_up(core.REP, core.REQ, endpoint("tcp"))
    inquiry = req._engine.inquire(b"x", 0)
    with pytest.raises(core.ZMQError):
        req.send(b"meanwhile")
    req._engine.end_inquiry(inquiry)
    server = Server(rep, 1)
    assert req.request(b"abc", timeout=SAFETY_TIMEOUT) == b"cba"
    server.join()
    wait_until(lambda: req.stats().received == 1)
