"""Sends of the asyncio face go on by themselves: awaited, awaited late, or never."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.loops import LIMIT, Face, Runner, opened_face
from tests.support.sockets import bind

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


def send_in_every_way(zmq: Any, socket: Any) -> list[Any]:
    return [
        socket.send(b"bytes"),
        socket.send(bytearray(b"buffer")),
        socket.send_multipart([b"two", b"parts"]),
        socket.send(b"begun", zmq.SNDMORE),
        socket.send_multipart([b"continued"], zmq.SNDMORE),
        socket.send(b"ended"),
        socket.send_string("text"),
        socket.send_json([1]),
        socket.send_pyobj(None, protocol=0),
        socket.send_serialized("x", lambda text: [text.encode(), b"y"]),
        socket.send(b"last"),
    ]


EVERY_WAY = [
    [b"bytes"],
    [b"buffer"],
    [b"two", b"parts"],
    [b"begun", b"continued", b"ended"],
    [b"text"],
    [b"[1]"],
    [b"N."],
    [b"x", b"y"],
    [b"last"],
]


@TRANSPORTS
def test_the_first_sends_of_a_socket_need_no_await(zmq: Any, run: Runner, scheme: str) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, scheme)
        send_in_every_way(zmq, push)
        assert [await pull.recv_multipart() for _ in EVERY_WAY] == EVERY_WAY

    run(test)


def wait_for_a_peer(zmq: Any, run: Runner, scheme: str) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)
        sent = send_in_every_way(zmq, push)
        await asyncio.sleep(0)
        assert not any(future.done() for future in sent)
        push.connect(bind(pull, face.endpoint(scheme)))
        assert [await pull.recv_multipart() for _ in EVERY_WAY] == EVERY_WAY
        assert await asyncio.gather(*sent) == [None] * len(sent)

    run(test)


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_sends_without_a_peer_wait_for_it_in_order(zmq: Any, run: Runner, scheme: str) -> None:
    wait_for_a_peer(zmq, run, scheme)


@pytest.mark.core_only  # zmq.asyncio is not told of a peer that came before it began to wait
def test_sends_wait_for_a_peer_of_the_same_context(zmq: Any, run: Runner) -> None:
    wait_for_a_peer(zmq, run, "inproc")


@TRANSPORTS
def test_more_than_there_is_room_for(zmq: Any, run: Runner, scheme: str) -> None:
    """Later sends, awaited or not, stay behind those that wait."""

    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, scheme, sndhwm=2, rcvhwm=2)
        for number in range(1000):
            (push.send if number % 3 else push.send_string)(
                b"%d" % number if number % 3 else str(number)
            )
        last = asyncio.ensure_future(push.send(b"1000"))
        for number in range(1001):
            assert await pull.recv() == b"%d" % number
        await last

    run(test)


@pytest.mark.parametrize("kind", ["DEALER", "PUSH"])
def test_with_room_they_are_sent_at_once(zmq: Any, run: Runner, kind: str) -> None:
    async def test(face: Face) -> None:
        receiver = zmq.PULL if kind == "PUSH" else zmq.ROUTER
        pull, push = face.pair_up(receiver, getattr(zmq, kind), "tcp")
        await push.send(b"0")
        sent = [push.send_multipart([b"%d" % number, b""]) for number in range(1, 10)]
        assert all(future.done() for future in sent)
        first = await pull.recv_multipart()
        assert first[-1] == b"0"
        for number in range(1, 10):
            assert (await pull.recv_multipart())[-2:] == [b"%d" % number, b""]

    run(test)


def test_a_request_that_nobody_awaited_comes_before_its_reply(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        request, reply = face(zmq.REQ), face(zmq.REP)
        request.send(b"early")  # nobody is there yet
        receiving = asyncio.ensure_future(request.recv())
        await asyncio.sleep(0)
        request.connect(bind(reply, face.endpoint("tcp")))
        for _ in range(100):
            reply.send(b"re " + await reply.recv())
            assert await receiving == b"re early"
            request.send(b"early")
            receiving = asyncio.ensure_future(request.recv())
        receiving.cancel()

    run(test)


@pytest.mark.core_only  # zmq.asyncio waits for ever
@pytest.mark.parametrize("form", ["recv", "recv_many", "recv_multipart"])
def test_out_of_turn_after_a_cancelled_request(zmq: Any, run: Runner, form: str) -> None:
    async def test(face: Face) -> None:
        request = face(zmq.REQ)
        sending = request.send(b"nobody is there")
        receiving = asyncio.ensure_future(getattr(request, form)())
        await asyncio.sleep(0)
        assert not receiving.done()
        sending.cancel()
        with pytest.raises(zmq.ZMQError) as caught:
            await receiving
        assert caught.value.errno == zmq.EFSM

    run(test)


def test_time_limit_of_each(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH, sndtimeo=20), face(zmq.PULL)
        late = [push.send(b"late"), push.send_multipart([b"too", b"late"])]
        for outcome in await asyncio.gather(*late, return_exceptions=True):
            assert isinstance(outcome, zmq.Again)
        push.sndtimeo = -1
        push.send(b"in time")
        push.connect(bind(pull, face.endpoint("tcp")))
        assert await pull.recv() == b"in time"

    run(test)


@pytest.mark.core_only  # zmq.asyncio is not told of a peer that came before it began to wait
def test_nobody_overtakes_though_there_is_room_now(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)

        async def send_first() -> None:
            await push.send(b"0")

        first = asyncio.ensure_future(send_first())
        await asyncio.sleep(0)
        push.connect(bind(pull, face.endpoint("inproc")))
        for number in range(1, 100):  # in the same turn of the loop
            push.send(b"%d" % number)
        for number in range(100):
            assert await pull.recv() == b"%d" % number
        await first

    run(test)


@pytest.mark.core_only  # zmq.asyncio's overtake those that wait
def test_who_does_not_wait_does_not_overtake(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)
        push.send(b"waits")
        with pytest.raises(zmq.Again):
            await push.send(b"does not", zmq.DONTWAIT)
        push.connect(bind(pull, face.endpoint("inproc")))
        await push.send(b"has room", zmq.DONTWAIT)
        assert [await pull.recv(), await pull.recv()] == [b"waits", b"has room"]

    run(test)


def test_cancelled_sends_are_left_out(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)

        async def send(message: bytes) -> None:
            await push.send(message)

        futures = [asyncio.ensure_future(push.send(b"%d" % number)) for number in range(6)]
        tasks = [asyncio.ensure_future(send(b"%d" % number)) for number in range(6, 12)]
        await asyncio.sleep(0)
        cancelled = [*futures[::2], *tasks[::2]]
        for sending in cancelled:
            assert sending.cancel()
        push.connect(bind(pull, face.endpoint("tcp")))
        for number in range(1, 12, 2):
            assert await pull.recv() == b"%d" % number
        await asyncio.wait([*futures, *tasks])
        assert all(sending.cancelled() for sending in cancelled)

    run(test)


def test_a_send_whose_time_is_over_is_left_out(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)
        for sending in (push.send(b"too late"), push.send_multipart([b"too", b"late"])):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(sending, 0.01)
        push.connect(bind(pull, face.endpoint("tcp")))
        await asyncio.wait_for(push.send(b"in time"), LIMIT)
        assert await pull.recv() == b"in time"

    run(test)


@pytest.mark.core_only  # zmq.asyncio waits on
def test_a_terminated_context_ends_pending_sends(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push = face(zmq.PUSH)
        pending = [push.send(b"x"), push.send_many([b"x", b"y"])]
        ending = asyncio.ensure_future(asyncio.to_thread(face.context.term))
        for outcome in await asyncio.gather(*pending, return_exceptions=True):
            assert isinstance(outcome, zmq.ContextTerminated)
        push.close()
        await ending

    run(test)


@pytest.mark.core_only  # zmq.asyncio may cancel a task whose message is on its way
@TRANSPORTS
def test_sent_or_cancelled_never_both(zmq: Any, run: Runner, scheme: str) -> None:
    """Tasks are cancelled at every moment around the one at which there is room."""

    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, scheme, sndhwm=1, rcvhwm=1)
        expected: list[bytes] = []
        received: list[bytes] = []

        async def send(message: bytes) -> None:
            await push.send(message)

        async def receive() -> None:
            while not received or received[-1] != b"end":
                received.append(await pull.recv())
                await asyncio.sleep(0)

        for number in range(200):
            message = b"%d" % number
            ahead = [push.send(b"a" * 1000) for _ in range(number % 4)]
            sending = asyncio.ensure_future(send(message))
            receiving = asyncio.ensure_future(pull.recv_many(1))
            for _ in range(number % 7):
                await asyncio.sleep(0)
            sending.cancel()
            expected += [b"a" * 1000] * len(ahead)
            receiving.cancel()
            try:
                received += await receiving
            except asyncio.CancelledError:
                pass
            try:
                await sending
            except asyncio.CancelledError:
                continue
            expected.append(message)
        end = asyncio.ensure_future(push.send(b"end"))
        await receive()
        await end
        assert received == [*expected, b"end"]

    run(test)


@pytest.mark.core_only  # zmq.asyncio may cancel a task whose message is on its way
def test_a_task_cannot_be_cancelled_once_its_message_is_sent(zmq: Any, run: Runner) -> None:
    """Not even in the same turn of the loop."""

    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)

        async def send() -> str:
            await push.send(b"x")
            return "sent"

        sending = asyncio.ensure_future(send())
        await asyncio.sleep(0)
        push.connect(bind(pull, face.endpoint("inproc")))
        loop = asyncio.get_running_loop()
        loop.call_soon(push._sends.resume)
        loop.call_soon(sending.cancel)
        assert await sending == "sent"
        assert await pull.recv() == b"x"

    run(test)


def test_two_tasks_may_await_one_send(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push, pull = face(zmq.PUSH), face(zmq.PULL)
        sending = push.send(b"x")

        async def wait() -> None:
            await sending

        tasks = [asyncio.ensure_future(wait()) for _ in range(3)]
        await asyncio.sleep(0)
        push.connect(bind(pull, face.endpoint("tcp")))
        assert await pull.recv() == b"x"
        await asyncio.gather(*tasks)

    run(test)


def test_cancelling_a_send_ends_everybody_who_awaits_it(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        sending = face(zmq.PUSH).send(b"x")

        async def wait() -> None:
            await sending

        tasks = [asyncio.ensure_future(wait()) for _ in range(3)]
        await asyncio.sleep(0)
        sending.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(outcome, asyncio.CancelledError)

    run(test)


def test_closing_ends_pending_sends(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        push = face(zmq.PUSH)
        pending = [push.send(b"x"), push.send_multipart([b"x", b"y"])]

        async def wait() -> None:
            await push.send(b"z")

        pending.append(asyncio.ensure_future(wait()))
        await asyncio.sleep(0)
        push.close()
        for outcome in await asyncio.gather(*pending, return_exceptions=True):
            if isinstance(outcome, zmq.ZMQError):
                assert outcome.errno == zmq.ENOTSOCK
            else:
                assert isinstance(outcome, asyncio.CancelledError)

    run(test)


def test_closing_does_not_lose_what_had_room(zmq: Any, run: Runner) -> None:
    """Messages that are too large to share a write: each is sent by its own call."""

    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        body = bytes(400_000)
        await push.send(body)
        assert await pull.recv() == body
        sent = [push.send_multipart([b"%d" % number, body]) for number in range(40)]
        assert sum(future.done() for future in sent) >= 39
        push.close(linger=5000)
        for number in range(40):
            assert await pull.recv_multipart() == [b"%d" % number, body]
        await asyncio.gather(*sent)

    run(test)


@pytest.mark.core_only  # zmq.asyncio sends on
def test_others_have_their_turn_after_sixteen_sends(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp")
        body = bytes(400_000)  # too large to share a write
        await push.send(body)
        await pull.recv()
        while (last := push.send(body)).done():
            pass
        for _ in range(3):
            await last
            at_once = [push.send(body).done() for _ in range(16)]
            assert at_once == [True] * 16
            last = push.send(body)
            assert not last.done()

    run(test)


@pytest.mark.core_only  # zmq.asyncio waits for ever, or raises at once
def test_failures_are_those_of_the_future(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        closed, reply = face(zmq.PUSH), face(zmq.REP)
        closed.close()
        for future, number in (
            (reply.send(b"x"), zmq.EFSM),
            (reply.send_multipart([b"x", b"y"]), zmq.EFSM),
            (closed.send(b"x"), zmq.ENOTSOCK),
            (closed.send_multipart([b"x"]), zmq.ENOTSOCK),
        ):
            with pytest.raises(zmq.ZMQError) as caught:
                await future
            assert caught.value.errno == number

    run(test)


@pytest.mark.core_only
def test_a_failure_that_nobody_sees_is_logged(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        seen: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: seen.append(told))
        face(zmq.REP).send(b"out of turn")
        face(zmq.PUSH).send_multipart(["text"])
        assert [type(told["exception"]) for told in seen] == [zmq.ZMQError, TypeError]

    run(test)


@pytest.mark.core_only
def test_a_batch_keeps_the_order(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "tcp", sndhwm=5, rcvhwm=5)
        push.send(b"0")
        batch = push.send_many([b"%d" % number for number in range(1, 2000)])
        push.send(b"2000")
        for number in range(2001):
            assert await pull.recv() == b"%d" % number
        assert await batch == 1999

    run(test)


@pytest.mark.core_only
def test_part_of_a_batch_is_accepted_in_time(zmq: Any, run: Runner) -> None:
    async def test(face: Face) -> None:
        options = {"sndhwm": 5, "rcvhwm": 5, "sndtimeo": 20}
        pull, push = face.pair_up(zmq.PULL, zmq.PUSH, "inproc", **options)
        accepted = await push.send_many([b"x"] * 1000)
        assert 0 < accepted < 1000
        with pytest.raises(zmq.Again):
            await push.send_many([b"y"] * 10)
        with pytest.raises(zmq.Again):
            await push.send_many([b"y"] * 10, zmq.DONTWAIT)
        assert [await pull.recv() for _ in range(accepted)] == [b"x"] * accepted

    run(test)


@pytest.mark.core_only  # zmq.asyncio's loop belongs to whoever sends
@pytest.mark.parametrize("form", ["send", "send_multipart", "send_many"])
def test_who_only_sends_leaves_time_for_others(zmq: Any, run: Runner, form: str) -> None:
    async def test(face: Face) -> None:
        router = face(zmq.ROUTER)  # whose messages to nobody are dropped: there is always room
        message = {"send": b"x", "send_multipart": [b"x", b"y"], "send_many": [[b"x", b"y"]]}[form]
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        running = asyncio.ensure_future(others())
        for _ in range(1_000_000):
            await getattr(router, form)(message)
            if turns > 2:
                break
        running.cancel()
        assert turns > 2

    run(test)


@pytest.mark.core_only  # zmq.asyncio's socket does not follow to another loop once it waits
def test_pending_sends_end_with_their_loop(zmq: Any, endpoint: Endpoints) -> None:
    async def begin(push: Any) -> list[Any]:
        return [push.send(b"of the first loop"), push.send_multipart([b"of", b"the first loop"])]

    async def go_on(pull: Any, push: Any) -> bytes:
        push.send(b"of the second loop")
        push.connect(bind(pull, "inproc://second-loop"))
        return bytes(await asyncio.wait_for(pull.recv(), LIMIT))

    with opened_face(zmq, endpoint) as face:
        pull, push = face(zmq.PULL), face(zmq.PUSH)
        pending = asyncio.run(begin(push))
        assert asyncio.run(go_on(pull, push)) == b"of the second loop"
        for future in pending:
            assert isinstance(future.exception(), RuntimeError)


@pytest.mark.core_only  # zmq.asyncio warns, and takes a loop that may never run
def test_a_send_needs_a_running_loop(zmq: Any, endpoint: Endpoints) -> None:
    with opened_face(zmq, endpoint) as face:
        push = face(zmq.PUSH)
        for method, data in ((push.send, b"x"), (push.send_multipart, [b"x"])):
            with pytest.raises(RuntimeError, match="no running event loop"):
                method(data)
