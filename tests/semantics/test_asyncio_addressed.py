"""The draft types on the asyncio face: single frames, routing ids, groups."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest

from tests.support.loops import Face, Runner
from tests.support.sockets import bind

pytestmark = pytest.mark.core_only


def test_request_and_reply_by_routing_id(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        server, client = face.pair_up(zmq.SERVER, zmq.CLIENT, "tcp")
        waiting = asyncio.ensure_future(server.recv_with_routing_id())
        await client.send(b"request")
        data, routing_id = await waiting
        assert data == b"request"
        await server.send(b"one", routing_id=routing_id)
        await server.send_string("two", routing_id=routing_id)
        assert [await client.recv(), await client.recv()] == [b"one", b"two"]
        await client.send(b"echo")
        await server.send(await server.recv(copy=False))
        assert await client.recv() == b"echo"

    run(test)


def test_batches_know_their_senders(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        server = face(zmq.SERVER)
        address = bind(server, face.endpoint("tcp"))
        clients = [face(zmq.CLIENT) for _ in range(3)]
        for number, client in enumerate(clients):
            client.connect(address)
            assert await client.send_many([b"%d" % number] * 2) == 2
        frames: list[Any] = []
        while len(frames) < 6:
            frames += await server.recv_many(10)
        assert await server.send_many(frames) == 6
        for number, client in enumerate(clients):
            assert [await client.recv(), await client.recv()] == [b"%d" % number] * 2

    run(test)


def test_what_cannot_be_sent(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        server, client = face.pair_up(zmq.SERVER, zmq.CLIENT, "inproc")
        attempts = [
            (server.send(b"x", routing_id=77), errno.EHOSTUNREACH),
            (server.send(b"x", zmq.SNDMORE), errno.EINVAL),
            (client.send(b"x", zmq.SNDMORE), errno.EINVAL),
            (client.send_multipart([b"x", b"y"]), errno.EINVAL),
            (client.send_many([[b"x", b"y"]]), errno.EINVAL),
            (client.recv_with_group(), errno.ENOTSUP),
        ]
        for attempt, number in attempts:
            with pytest.raises(zmq.ZMQError) as caught:
                await attempt
            assert caught.value.errno == number
        await client.send(b"and nothing of it was sent")
        assert await server.recv() == b"and nothing of it was sent"

    run(test)


def test_peers(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        one, two = face(zmq.PEER), face(zmq.PEER)
        number = two.connect_peer(bind(one, face.endpoint("tcp")))
        await two.send(b"hello", routing_id=number)
        data, sender = await one.recv_with_routing_id()
        await one.send(data, routing_id=sender)
        assert await two.recv_with_routing_id() == (b"hello", number)

    run(test)


def test_groups(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        radio, dish = face.pair_up(zmq.RADIO, zmq.DISH, "tcp")
        dish.join("g")
        while not await dish.poll(1):
            await radio.send(b"first", group="g")
        sent = [b"%d" % number for number in range(500)]
        for body in sent:
            await radio.send(body, group="g")
        await radio.send(b"last", group="g")
        got = []
        while (message := await dish.recv_with_group()) != (b"last", "g"):
            assert message[1] == "g"
            got.append(message[0])
        assert [body for body in got if body != b"first"] == sent

    run(test)


@pytest.mark.parametrize("names", [("SCATTER", "GATHER"), ("CHANNEL", "CHANNEL")])
def test_single_frames(zmq: Any, run: Runner, names: tuple[str, str]) -> None:
    async def test(face: Face) -> None:
        source, sink = face.pair_up(getattr(zmq, names[0]), getattr(zmq, names[1]), "tcp")
        sent = [b"%d" % number for number in range(1000)]
        for body in sent[:500]:
            await source.send(body)
        assert await source.send_many(sent[500:]) == 500
        got: list[bytes] = []
        while len(got) < 1000:
            got += await sink.recv_many(300)
        assert got == sent

    run(test)


def test_stream(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        stream = face(zmq.STREAM)
        address = bind(stream, face.endpoint("tcp"))
        port = int(address.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        name, notice = await stream.recv_multipart()
        assert notice == b""
        writer.write(b"hello")
        assert await stream.recv_multipart() == [name, b"hello"]
        await stream.send(name, zmq.SNDMORE)
        await stream.send(b"back", zmq.SNDMORE)
        await stream.send_multipart([name, b""])
        assert await reader.read() == b"back"
        writer.close()
        await writer.wait_closed()

    run(test)


def test_blocking_context_makes_asyncio_sockets_of_every_type(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        context = zmq.Context()
        server = context.socket(zmq.SERVER, socket_class=face.module.Socket)
        assert isinstance(server, face.module.Socket)
        assert not isinstance(server, zmq.Socket)
        server.close()
        context.term()

    run(test)
