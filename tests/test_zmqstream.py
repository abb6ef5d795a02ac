"""Streams: callbacks of sockets on an asyncio loop, and on tornado's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

import core as zmq
import core.asyncio
from core.eventloop.zmqstream import TURN, ZMQStream
from tests.support.sockets import SocketFactory

pytestmark = pytest.mark.core_only

Streams = Callable[[Callable[[ZMQStream, ZMQStream], Awaitable[None]]], None]
LIMIT = 10


@pytest.fixture
def streams(new_socket: SocketFactory) -> Streams:
    """Runs a coroutine function with the streams of a PUSH and of the PULL it is connected to."""

    def run(test: Callable[[ZMQStream, ZMQStream], Awaitable[None]]) -> None:
        async def main() -> None:
            push, pull = new_socket.pair_up(zmq.PUSH, zmq.PULL, "tcp://127.0.0.1:*")
            outgoing, incoming = ZMQStream(push), ZMQStream(pull)
            try:
                await asyncio.wait_for(test(outgoing, incoming), LIMIT)
            finally:
                outgoing.close()
                incoming.close()

        asyncio.run(main())

    return run


class Collector:
    """A callback that keeps what it is called with, and a way to wait for so many calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._more = asyncio.Event()

    def __call__(self, *arguments: Any) -> None:
        self.calls.append(arguments)
        self._more.set()

    async def wait_for(self, count: int) -> list[Any]:
        while len(self.calls) < count:
            self._more.clear()
            await self._more.wait()
        return [call[0] if len(call) == 1 else call for call in self.calls]


def test_messages_both_ways(streams: Streams) -> None:
    async def test(outgoing: ZMQStream, incoming: ZMQStream) -> None:
        received, sent = Collector(), Collector()
        incoming.on_recv(received)
        outgoing.on_send(sent)
        assert incoming.receiving()
        for number in range(3 * TURN):
            outgoing.send_multipart([b"%d" % number, b"body"])
        assert outgoing.sending()
        frames = [[b"%d" % number, b"body"] for number in range(3 * TURN)]
        assert await received.wait_for(3 * TURN) == frames
        assert await sent.wait_for(3 * TURN) == [(message, None) for message in frames]
        assert not outgoing.sending()

    streams(test)


def test_kinds_of_content(streams: Streams) -> None:
    async def test(outgoing: ZMQStream, incoming: ZMQStream) -> None:
        received = Collector()
        incoming.on_recv(received)
        outgoing.send(b"bytes")
        outgoing.send_string("téxt")
        outgoing.send_json({"a": 1})
        outgoing.send_pyobj(None)
        texts = await received.wait_for(4)
        assert texts[:3] == [[b"bytes"], ["téxt".encode()], [b'{"a": 1}']]

    streams(test)


def test_frames_and_trackers(streams: Streams) -> None:
    async def test(outgoing: ZMQStream, incoming: ZMQStream) -> None:
        received, sent = Collector(), Collector()
        incoming.on_recv_stream(received, copy=False)
        outgoing.on_send_stream(sent)
        outgoing.send(b"tracked", copy=False, track=True)
        [(stream, [frame])] = await received.wait_for(1)
        assert stream is incoming
        assert isinstance(frame, zmq.Frame)
        [(stream, frames, status)] = await sent.wait_for(1)
        assert (stream, frames, status.done) == (outgoing, [b"tracked"], True)

    streams(test)


def test_no_callback_no_receiving(streams: Streams) -> None:
    async def test(outgoing: ZMQStream, incoming: ZMQStream) -> None:
        first, second = Collector(), Collector()
        incoming.on_recv(first)
        outgoing.send(b"1")
        await first.wait_for(1)
        incoming.stop_on_recv()
        assert not incoming.receiving()
        sent = Collector()
        outgoing.send(b"2", callback=sent)
        await sent.wait_for(1)
        assert incoming.socket is not None
        assert incoming.socket.poll(5000)
        assert len(first.calls) == 1
        incoming.on_recv(second)
        assert await second.wait_for(1) == [[b"2"]]

    streams(test)


def test_coroutines_as_callbacks(streams: Streams) -> None:
    async def test(outgoing: ZMQStream, incoming: ZMQStream) -> None:
        received = Collector()

        async def later(frames: list[bytes]) -> None:
            await asyncio.sleep(0)
            received(frames)

        incoming.on_recv(later)
        outgoing.send(b"x")
        assert await received.wait_for(1) == [[b"x"]]

    streams(test)


@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_an_error_in_a_callback_goes_to_the_loop(streams: Streams, kind: str) -> None:
    async def test(outgoing: ZMQStream, incoming: ZMQStream) -> None:
        reports = Collector()
        asyncio.get_running_loop().set_exception_handler(reports)

        def fail(frames: list[bytes]) -> None:
            raise LookupError(frames[0].decode())

        async def fail_later(frames: list[bytes]) -> None:
            fail(frames)

        incoming.on_recv(fail if kind == "function" else fail_later)
        outgoing.send(b"1")
        outgoing.send(b"2")
        failures = await reports.wait_for(2)
        assert [str(context["exception"]) for _, context in failures] == ["1", "2"]

    streams(test)


def test_flush_does_not_wait_for_the_loop(streams: Streams) -> None:
    async def test(outgoing: ZMQStream, incoming: ZMQStream) -> None:
        received: list[Sequence[bytes]] = []
        incoming.on_recv(received.append)
        for number in range(5):
            outgoing.send(b"%d" % number)
        assert outgoing.socket is not None
        assert outgoing.socket.poll(5000, zmq.POLLOUT)
        assert outgoing.flush(zmq.POLLOUT, limit=3) == 3
        assert outgoing.flush() == 2
        while len(received) < 5:
            assert incoming.socket is not None
            incoming.socket.poll(100)
            incoming.flush(zmq.POLLIN, limit=1)
        assert received == [[b"%d" % number] for number in range(5)]

    streams(test)


def test_a_refused_send_is_told(new_socket: SocketFactory) -> None:
    async def main() -> None:
        stream = ZMQStream(new_socket(zmq.PULL))
        sent = Collector()
        stream.send(b"x", callback=sent)
        assert stream.flush() == 1
        [(_, status)] = sent.calls
        assert isinstance(status, zmq.ZMQError)
        assert status.errno == zmq.ENOTSUP
        stream.close()

    asyncio.run(main())


def test_closing(new_socket: SocketFactory) -> None:
    async def main() -> None:
        socket = new_socket(zmq.PULL)
        stream = ZMQStream(socket)
        closed = Collector()
        stream.set_close_callback(closed)
        stream.on_recv(closed)
        stream.close()
        stream.close()
        assert socket.closed
        assert stream.closed()
        assert closed.calls == [()]
        with pytest.raises(zmq.ZMQError, match="closed"):
            stream.on_recv(None)
        with pytest.raises(zmq.ZMQError, match="closed"):
            stream.send(b"")

    asyncio.run(main())


def test_a_socket_closed_behind_its_back(new_socket: SocketFactory) -> None:
    async def main() -> None:
        stream = ZMQStream(new_socket(zmq.PULL))
        stream.on_recv(print)
        assert stream.socket is not None
        stream.socket.close()
        await asyncio.sleep(0)
        assert stream.closed()

    asyncio.run(main())


def test_methods_of_the_socket(new_socket: SocketFactory) -> None:
    async def main() -> None:
        stream: Any = ZMQStream(new_socket(zmq.PULL))
        port = stream.bind_to_random_port("tcp://127.0.0.1")
        stream.connect(f"tcp://127.0.0.1:{port}")
        stream.setsockopt(zmq.RCVHWM, 5)
        assert stream.getsockopt(zmq.RCVHWM) == 5
        stream.close()

    asyncio.run(main())


def test_asyncio_sockets_are_refused() -> None:
    async def main() -> None:
        socket: Any
        with (
            core.asyncio.Context() as context,
            context.socket(zmq.PULL) as socket,
            pytest.raises(TypeError, match="blocking"),
        ):
            ZMQStream(socket)

    asyncio.run(main())


def test_tornado(new_socket: SocketFactory) -> None:
    ioloop = pytest.importorskip("tornado.ioloop")
    push, pull = new_socket.pair_up(zmq.PUSH, zmq.PULL, "tcp://127.0.0.1:*")

    async def main() -> None:
        loop = ioloop.IOLoop.current()
        outgoing, incoming = ZMQStream(push, loop), ZMQStream(pull, loop)
        received = Collector()
        incoming.on_recv(received)
        outgoing.send(b"through tornado")
        assert await received.wait_for(1) == [[b"through tornado"]]
        assert incoming.io_loop is loop
        outgoing.close()
        incoming.close()

    asyncio.run(main())
