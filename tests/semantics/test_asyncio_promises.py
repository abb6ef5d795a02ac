"""What the asyncio face promises: cancelling loses nothing, nobody starves, batches, async for."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.loops import LIMIT, Face, Runner, opened_face
from tests.support.sockets import bind
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@TRANSPORTS
def test_cancelling_a_receive_loses_nothing(zmq: Any, run: Runner, scheme: str) -> None:
    """Receives are cancelled at every moment around the arrival of a message."""

    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, scheme, sndhwm=0, rcvhwm=0)
        received: list[bytes] = []
        total = 300

        async def send() -> None:
            for number in range(total):
                await push.send(b"%d" % number)
                for _ in range(number % 5):
                    await asyncio.sleep(0)

        sending = asyncio.ensure_future(send())
        attempt = 0
        while len(received) < total:
            attempt += 1
            receiving = asyncio.ensure_future(pull.recv())
            for _ in range(attempt % 7):
                await asyncio.sleep(0)
            receiving.cancel()
            try:
                received.append(await receiving)
            except asyncio.CancelledError:
                continue
        await sending
        assert received == [b"%d" % number for number in range(total)]

    run(test)


@pytest.mark.core_only  # zmq.asyncio's receiver sleeps on: its descriptor tells of edges only
@TRANSPORTS
def test_looking_at_a_socket_does_not_take_the_message_from_its_receiver(
    zmq: Any, run: Runner, scheme: str
) -> None:
    """While a task waits in recv, others ask for the events: whoever reads must wake the task."""

    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, scheme)
        for number in range(50):
            waiting = asyncio.ensure_future(pull.recv())
            await asyncio.sleep(0)
            await push.send(b"%d" % number)
            begin = time.monotonic()
            while not waiting.done():
                pull.getsockopt(zmq.EVENTS)
                push.getsockopt(zmq.EVENTS)
                await asyncio.sleep(0)
                assert time.monotonic() - begin < 5, "the receiver was not woken"
            assert waiting.result() == b"%d" % number

    run(test)


def test_timeouts_lose_nothing(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(pull.recv(), 0.01)
        await push.send(b"x")
        assert await asyncio.wait_for(pull.recv(), LIMIT) == b"x"

    run(test)


@pytest.mark.core_only
def test_a_loop_may_be_closed_under_a_receiver(zmq: Any, endpoint: Endpoints) -> None:
    """The context's thread drives the socket then, and is not stopped by what the loop says."""
    with opened_face(zmq, endpoint) as face, unused_port() as port:
        dealer = face(zmq.DEALER, reconnect_ivl=1, reconnect_ivl_max=1)
        dealer.connect(f"tcp://127.0.0.1:{port}")
        loop = asyncio.new_event_loop()
        receiving = loop.create_task(dealer.recv())
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        before = dealer.peers()[0].attempts
        wait_until(lambda: dealer.peers()[0].attempts > before + 10)
        assert not receiving.done()


def test_cancelled_send_is_not_sent_later(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)
        waiting = asyncio.ensure_future(push.send(b"cancelled"))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        push.connect(bind(pull, face.endpoint("inproc")))
        await push.send(b"sent")
        assert await pull.recv() == b"sent"

    run(test)


def test_a_cancelled_receiver_does_not_take_the_next_ones_turn(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        first, second = (asyncio.ensure_future(pull.recv()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await push.send(b"x")
        assert await second == b"x"
        assert first.cancelled()

    run(test)


@pytest.mark.core_only  # zmq.asyncio hands out what is there without letting others in
def test_flooded_socket_leaves_time_for_others(zmq: Any, run: Runner) -> None:
    """A program that does nothing but receive from a socket that is never empty."""

    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp", sndhwm=0, rcvhwm=0)
        flowing, ticks, gaps = True, 0, [0.0]

        async def flood() -> None:
            while flowing:
                for _ in range(200):
                    await push.send(b"x" * 20)
                await asyncio.sleep(0)

        async def tick() -> None:
            nonlocal ticks
            while flowing:
                before = time.monotonic()
                await asyncio.sleep(0.005)
                gaps.append(time.monotonic() - before)
                ticks += 1

        others = [asyncio.ensure_future(flood()), asyncio.ensure_future(tick())]
        received = 0
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            await pull.recv()
            received += 1
        flowing = False
        await asyncio.gather(*others)
        assert received > 500
        assert ticks >= 5, f"{ticks} ticks in half a second, the longest wait {max(gaps):.3f} s"

    run(test)


# --- what zmq.asyncio does not have -----------------------------------------------------------


@pytest.mark.core_only
@TRANSPORTS
def test_async_for_yields_every_message(zmq: Any, run: Runner, scheme: str) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, scheme)
        for number in range(5):
            await push.send_multipart([b"%d" % number, b"end"])
        received = []
        async for message in pull:
            received.append(message)
            if len(received) == 5:
                break
        assert received == [[b"%d" % number, b"end"] for number in range(5)]
        await push.send(b"single")
        async for message in pull:
            assert message == [b"single"]
            break

    run(test)


@pytest.mark.core_only
def test_async_for_ends_when_the_socket_is_closed(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "inproc")
        received: list[list[bytes]] = []

        async def receive() -> None:
            async for message in pull:
                received.append(message)  # noqa: PERF401 - its progress is watched

        receiving = asyncio.ensure_future(receive())
        await push.send(b"last")
        while not received:
            await asyncio.sleep(0)
        pull.close()
        await asyncio.wait_for(receiving, LIMIT)
        assert received == [[b"last"]]

    run(test)


@pytest.mark.core_only
def test_batches(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp", sndhwm=10, rcvhwm=10)
        messages = [b"%d" % number for number in range(5000)]
        sending = asyncio.ensure_future(push.send_many(messages))
        received: list[bytes] = []
        while len(received) < len(messages):
            batch = await pull.recv_many(100)
            assert 0 < len(batch) <= 100
            received += batch
        assert await sending == len(messages)
        assert received == messages

    run(test)


@pytest.mark.core_only
def test_cancelled_batch_loses_nothing(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        received: list[bytes] = []
        for number in range(50):
            receiving = asyncio.ensure_future(pull.recv_many())
            for _ in range(number % 4):
                await asyncio.sleep(0)
            await push.send(b"%d" % number)
            receiving.cancel()
            try:
                received += await receiving
            except asyncio.CancelledError:
                continue
        while len(received) < 50:
            received += await pull.recv_many()
        assert received == [b"%d" % number for number in range(50)]

    run(test)
