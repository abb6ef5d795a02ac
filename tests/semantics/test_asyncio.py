"""The asyncio face: the same sockets, awaited."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.loops import LIMIT, Face, Runner, opened_face
from tests.support.sockets import SAFETY_TIMEOUT, bind, last_endpoint

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@TRANSPORTS
def test_messages_both_ways(zmq: Any, run: Runner, scheme: str) -> None:
    async def test(face: Face) -> None:
        reply, request = face.pair_up(zmq.REP, zmq.REQ, scheme)
        for _ in range(20):
            await request.send(b"q")
            assert await reply.recv() == b"q"
            await reply.send_multipart([b"a", b"", b"b"])
            assert await request.recv_multipart() == [b"a", b"", b"b"]

    run(test)


def test_convenience_methods(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        first, second = face.pair_up(zmq.PAIR, zmq.PAIR, "inproc")
        await first.send_string("grün")
        assert await second.recv_string() == "grün"
        await first.send_json({"a": [1, None]})
        assert await second.recv_json() == {"a": [1, None]}
        await first.send_pyobj({1, 2})
        assert await second.recv_pyobj() == {1, 2}
        await first.send_serialized("text", lambda text: [text.encode(), b"end"])
        assert await second.recv_serialized(lambda frames: frames) == [b"text", b"end"]

    run(test)


@TRANSPORTS
def test_receive_waits_and_the_loop_goes_on(zmq: Any, run: Runner, scheme: str) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, scheme)
        waiting = asyncio.ensure_future(pull.recv())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not waiting.done()
        await push.send(b"x")
        assert await waiting == b"x"

    run(test)


def test_send_waits_for_room(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "inproc", sndhwm=1, rcvhwm=1)
        await push.send(b"1")
        await push.send(b"2")
        waiting = asyncio.ensure_future(push.send(b"3"))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not waiting.done()
        assert [await pull.recv() for _ in range(3)] == [b"1", b"2", b"3"]
        await waiting

    run(test)


def test_send_waits_for_a_peer(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)
        waiting = asyncio.ensure_future(push.send(b"at last"))
        await asyncio.sleep(0)
        assert not waiting.done()
        push.connect(bind(pull, face.endpoint("tcp")))
        assert await pull.recv() == b"at last"
        await waiting

    run(test)


def test_several_receivers_are_served_in_order(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        waiting = [asyncio.ensure_future(pull.recv()) for _ in range(5)]
        for number in range(5):
            await push.send(b"%d" % number)
        assert await asyncio.gather(*waiting) == [b"%d" % number for number in range(5)]

    run(test)


def test_non_blocking_and_timed_calls(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pair = face(zmq.PAIR, rcvtimeo=50, sndtimeo=50)
        bind(pair, face.endpoint("tcp"))
        for call in (
            lambda: pair.recv(zmq.DONTWAIT),
            lambda: pair.send(b"x", zmq.DONTWAIT),
            pair.recv,
            lambda: pair.send(b"x"),
            pair.recv_multipart,
        ):
            with pytest.raises(zmq.Again):
                await call()

    run(test)


@pytest.mark.core_only  # zmq.asyncio waits for ever
def test_out_of_turn_fails_at_once(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        with pytest.raises(zmq.ZMQError) as caught:
            await face(zmq.REQ).recv()
        assert caught.value.errno == zmq.EFSM

    run(test)


@TRANSPORTS
def test_poll(zmq: Any, run: Runner, scheme: str) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, scheme)
        assert await pull.poll(0) == 0
        assert await pull.poll(20) == 0
        waiting = asyncio.ensure_future(pull.poll())
        await asyncio.sleep(0)
        assert not waiting.done()
        await push.send(b"x")
        assert await waiting == zmq.POLLIN
        assert await pull.recv() == b"x"
        assert await push.poll(1000, zmq.POLLOUT) == zmq.POLLOUT

    run(test)


def test_poller(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pairs = [face.pair_up(zmq.PULL, zmq.PUSH, scheme) for scheme in ("tcp", "inproc")]
        poller = face.module.Poller()
        for pull, _ in pairs:
            poller.register(pull, zmq.POLLIN)
        assert await poller.poll(20) == []
        for pull, push in pairs:
            waiting = asyncio.ensure_future(poller.poll())
            await asyncio.sleep(0)
            await push.send(b"x")
            assert await waiting == [(pull, zmq.POLLIN)]
            await pull.recv()

    run(test)


def test_publish_and_subscribe(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        publisher, subscriber = face.pair_up(zmq.XPUB, zmq.SUB, "tcp")
        subscriber.subscribe(b"a")
        assert await publisher.recv() == b"\x01a"
        for number in range(100):
            await publisher.send(b"b%d" % number)
            await publisher.send(b"a%d" % number)
        assert [await subscriber.recv() for _ in range(100)] == [b"a%d" % n for n in range(100)]

    run(test)


def test_many_sockets_in_one_loop(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        replies = [face(zmq.REP) for _ in range(20)]
        requests = [face(zmq.REQ) for _ in range(20)]
        for reply, request in zip(replies, requests, strict=True):
            request.connect(bind(reply, face.endpoint("tcp")))

        async def serve(reply: Any) -> None:
            for _ in range(10):
                await reply.send(b"re " + await reply.recv())

        async def ask(number: int) -> None:
            for turn in range(10):
                await requests[number].send(b"%d %d" % (number, turn))
                assert await requests[number].recv() == b"re %d %d" % (number, turn)

        await asyncio.gather(*map(serve, replies), *map(ask, range(20)))

    run(test)


def test_large_messages(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        messages = [bytes([number]) * 3_000_000 for number in range(4)]
        sending = asyncio.ensure_future(_send_all(push, messages))
        for message in messages:
            assert await pull.recv() == message
        await sending

    run(test)


async def _send_all(push: Any, messages: list[bytes]) -> None:
    for message in messages:
        await push.send(message)


def test_closing_ends_pending_receives(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull = face(zmq.PULL)
        bind(pull, face.endpoint("tcp"))
        waiting = asyncio.ensure_future(pull.recv())
        await asyncio.sleep(0)
        pull.close()
        with pytest.raises((asyncio.CancelledError, zmq.ZMQError)):
            await waiting

    run(test)


async def there_and_back(pull: Any, push: Any, message: bytes) -> None:
    await push.send(message)
    assert await asyncio.wait_for(pull.recv(), LIMIT) == message


def test_a_socket_may_go_from_loop_to_loop(zmq: Any, endpoint: Endpoints) -> None:
    with opened_face(zmq, endpoint) as face:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        for message in (b"first loop", b"second loop"):
            asyncio.run(there_and_back(pull, push, message))


@pytest.mark.core_only  # zmq.asyncio's socket does not follow to another loop once it waits
def test_what_a_stopped_loop_left_leaves_with_the_next_send(zmq: Any, endpoint: Endpoints) -> None:
    """Messages leave at the end of a turn of the loop; a loop that is stopped has no more turns."""
    with opened_face(zmq, endpoint) as face:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
        try:
            first.run_until_complete(there_and_back(pull, push, b"first"))

            def send_last() -> None:
                first.stop()
                push.send(b"left")

            first.call_soon(send_last)
            first.run_forever()

            async def send_and_receive() -> list[bytes]:
                await push.send(b"new")
                return [await asyncio.wait_for(pull.recv(), LIMIT) for _ in range(2)]

            assert second.run_until_complete(send_and_receive()) == [b"left", b"new"]
        finally:
            first.close()
            second.close()


def test_blocking_and_asyncio_sockets_talk(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        reply = face(zmq.REP)
        bind(reply, face.endpoint("tcp"))

        def ask() -> bytes:
            with zmq.Context() as context, context.socket(zmq.REQ) as request:
                request.linger, request.rcvtimeo = 0, SAFETY_TIMEOUT
                request.connect(last_endpoint(reply))
                request.send(b"q")
                return bytes(request.recv())

        asking = asyncio.ensure_future(asyncio.to_thread(ask))
        assert await reply.recv() == b"q"
        await reply.send(b"a")
        assert await asking == b"a"

    run(test)


def test_parts_of_a_message_stay_together_in_a_flood(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        expected: list[list[bytes]] = []
        for number in range(5):
            for _ in range(30):
                await push.send(b"single")
                expected.append([b"single"])
            await push.send(b"first", zmq.SNDMORE)
            for _ in range(3):  # the loop has turns before the rest of the message comes
                await asyncio.sleep(0)
            await push.send(b"last %d" % number)
            expected.append([b"first", b"last %d" % number])
        assert [await pull.recv_multipart() for _ in expected] == expected

    run(test)
