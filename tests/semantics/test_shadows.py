"""Shadows: several objects for one socket, or one context, of either face."""

from __future__ import annotations

import asyncio
import copy
import gc
import threading
from typing import Any

import pytest

from tests.support.implementations import asyncio_face
from tests.support.sockets import SocketFactory

IN_TIME = 10  # seconds


def connected(zmq: Any, new_socket: SocketFactory) -> tuple[Any, Any]:
    pull, push = new_socket(zmq.PULL), new_socket(zmq.PUSH)
    pull.bind("inproc://shadows")
    push.connect("inproc://shadows")
    return pull, push


@pytest.mark.parametrize("by", ["object", "number", "argument", "position", "copy", "deepcopy"])
def test_a_shadow_is_the_same_socket(zmq: Any, new_socket: SocketFactory, by: str) -> None:
    pull, push = connected(zmq, new_socket)
    shadow = {
        "object": lambda: zmq.Socket.shadow(pull),
        "number": lambda: zmq.Socket.shadow(pull.underlying),
        "argument": lambda: zmq.Socket(shadow=pull),
        "position": lambda: zmq.Socket(pull),
        "copy": lambda: copy.copy(pull),
        "deepcopy": lambda: copy.deepcopy(pull),
    }[by]()
    assert isinstance(shadow, zmq.Socket)
    assert shadow.underlying == pull.underlying != push.underlying
    assert shadow.type == zmq.PULL
    shadow.rcvhwm = 7
    assert pull.rcvhwm == 7
    push.send_multipart([b"head", b"rest"])
    assert shadow.recv() == b"head"
    assert pull.recv() == b"rest"


def test_a_shadow_that_is_forgotten_closes_nothing(zmq: Any, new_socket: SocketFactory) -> None:
    pull, push = connected(zmq, new_socket)
    for _ in range(2):
        shadow = zmq.Socket(pull)
        assert not shadow.closed
        del shadow
        gc.collect()
        assert not pull.closed
    push.send(b"still here")
    assert pull.recv() == b"still here"


def test_whoever_closes_one_closes_the_socket(zmq: Any, new_socket: SocketFactory) -> None:
    pull, push = connected(zmq, new_socket)
    zmq.Socket(pull).close()
    assert pull.closed
    shadow = zmq.Socket(push)
    push.close()
    assert shadow.closed
    assert not push.underlying
    with pytest.raises(zmq.ZMQError) as caught:
        shadow.send(b"nobody")
    assert caught.value.errno == zmq.ENOTSOCK


def test_a_message_may_begin_in_one_and_end_in_another(zmq: Any, new_socket: SocketFactory) -> None:
    pull, push = connected(zmq, new_socket)
    push.send(b"head", zmq.SNDMORE)
    zmq.Socket(push).send(b"tail")
    push.send(b"next")
    assert pull.recv_multipart() == [b"head", b"tail"]
    assert pull.recv_multipart() == [b"next"]


def test_an_asyncio_shadow_beside_its_blocking_socket(zmq: Any, new_socket: SocketFactory) -> None:
    pull, push = connected(zmq, new_socket)
    face = asyncio_face(zmq)

    async def talk() -> None:
        receiver, sender = face.Socket.from_socket(pull), face.Socket(push)
        assert isinstance(receiver, face.Socket)
        for number in range(100):
            waiting = asyncio.ensure_future(receiver.recv())
            await asyncio.sleep(0)
            push.send(b"%d" % number)
            assert await asyncio.wait_for(waiting, IN_TIME) == b"%d" % number
        for number in range(100):
            await sender.send(b"%d" % number)
            assert pull.recv() == b"%d" % number

    asyncio.run(talk())
    push.send(b"the loop is over")
    assert pull.recv() == b"the loop is over"


def test_a_blocking_shadow_of_an_asyncio_socket(zmq: Any) -> None:
    face = asyncio_face(zmq)

    async def talk() -> None:
        with face.Context() as context:
            pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
            pull.bind("inproc://shadows")
            push.connect("inproc://shadows")
            blocking = zmq.Socket(push)
            for number in range(50):
                await push.send(b"from the loop")
                blocking.send(b"%d" % number)
                assert await asyncio.wait_for(pull.recv(), IN_TIME) == b"from the loop"
                assert await asyncio.wait_for(pull.recv(), IN_TIME) == b"%d" % number
            pull.close()
            push.close()

    asyncio.run(talk())


def test_contexts_of_both_faces_are_one(zmq: Any, context: Any) -> None:
    shadow = asyncio_face(zmq).Context(context)
    assert isinstance(shadow, asyncio_face(zmq).Context)
    assert shadow.underlying == context.underlying
    shadow.max_sockets = 99
    assert context.max_sockets == 99

    async def talk() -> None:
        with shadow.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
            pull.bind("inproc://both")
            push.connect("inproc://both")
            push.send(b"into the loop")
            assert await asyncio.wait_for(pull.recv(), IN_TIME) == b"into the loop"

    asyncio.run(talk())


@pytest.mark.parametrize("by", ["object", "number", "argument", "copy", "deepcopy"])
def test_a_context_outlives_its_shadows(zmq: Any, context: Any, by: str) -> None:
    shadow = {
        "object": lambda: zmq.Context.shadow(context),
        "number": lambda: zmq.Context.shadow(context.underlying),
        "argument": lambda: zmq.Context(shadow=context),
        "copy": lambda: copy.copy(context),
        "deepcopy": lambda: copy.deepcopy(context),
    }[by]()
    assert shadow.underlying == context.underlying
    shadow.socket(zmq.PUB).close()
    del shadow
    gc.collect()
    assert not context.closed
    context.socket(zmq.PUB).close()


def test_a_terminated_context_makes_no_sockets_through_its_shadow(zmq: Any) -> None:
    context = zmq.Context()
    shadow = zmq.Context(context)
    context.term()
    assert not context.underlying
    with pytest.raises(zmq.ZMQError):
        shadow.socket(zmq.PUB)


# What only core promises.


@pytest.mark.core_only
def test_numbers_that_name_nothing(zmq: Any, context: Any, new_socket: SocketFactory) -> None:
    closed = new_socket(zmq.PUB)
    number = closed.underlying
    closed.close()
    for wrong in (number, 987654321, -1, context.underlying, closed):
        with pytest.raises(zmq.ZMQError, match="socket") as caught:
            zmq.Socket.shadow(wrong)
        assert caught.value.errno == zmq.EFAULT
    with pytest.raises(zmq.ZMQError, match="context") as caught:
        zmq.Context.shadow(987654321)
    assert caught.value.errno == zmq.EFAULT
    for face in (zmq.Socket, zmq.Context):
        with pytest.raises(TypeError, match="underlying"):
            face.shadow("feed")
    with pytest.raises(TypeError, match="context"):
        zmq.Socket()
    with pytest.raises(TypeError, match="type"):
        zmq.Socket(context)


@pytest.mark.core_only
def test_a_socket_may_be_made_without_the_context_s_method(zmq: Any, context: Any) -> None:
    for kind in (zmq.PUSH, zmq.SERVER):
        with context.socket(kind) as usual, zmq.Socket(context, kind) as made:
            assert type(made) is type(usual)
            assert type(zmq.Socket(made)) is type(usual)
    left_open = zmq.Socket(context, zmq.PUB)
    context.destroy()
    assert left_open.closed


@pytest.mark.core_only
def test_the_handler_and_the_end_are_shared(zmq: Any) -> None:
    context = zmq.Context()
    shadow = asyncio_face(zmq).Context(context)
    shadow.zap_handler = lambda request: True
    assert context.zap_handler is shadow.zap_handler
    shadow.term()
    assert context.closed
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.Context(context)
    assert caught.value.errno == zmq.EFAULT


@pytest.mark.core_only
def test_a_shadow_keeps_its_socket_alive(zmq: Any, context: Any) -> None:
    for by_number in (False, True):
        original = context.socket(zmq.PULL)
        shadow = zmq.Socket.shadow(original.underlying if by_number else original)
        del original
        gc.collect()
        with context.socket(zmq.PUSH) as push:
            shadow.bind("inproc://alive")
            push.connect("inproc://alive")
            push.send(b"to the shadow")
            assert shadow.recv() == b"to the shadow"
        shadow.close()


@pytest.mark.core_only
@pytest.mark.parametrize("where", ["in the loop", "in another thread"])
def test_who_waits_learns_that_another_closed(
    zmq: Any, new_socket: SocketFactory, where: str
) -> None:
    """And the loop has let go of the descriptor before it is another's."""
    pull, _ = connected(zmq, new_socket)
    face = asyncio_face(zmq)

    async def wait() -> None:
        first, second = face.Socket(pull), face.Socket(pull)
        waiting = [asyncio.ensure_future(socket.recv()) for socket in (first, second)]
        await asyncio.sleep(0)
        if where == "in the loop":
            pull.close()
        else:
            closing = threading.Thread(target=pull.close)
            closing.start()
        for ended in await asyncio.wait_for(
            asyncio.gather(*waiting, return_exceptions=True), IN_TIME
        ):
            assert isinstance(ended, zmq.ZMQError)
            assert ended.errno == zmq.ENOTSOCK
        if where != "in the loop":
            closing.join()

    asyncio.run(wait())


@pytest.mark.core_only
def test_a_send_without_room_learns_that_another_closed(
    zmq: Any, new_socket: SocketFactory
) -> None:
    push = new_socket(zmq.PUSH)

    async def wait() -> None:
        pending = asyncio_face(zmq).Socket(push).send(b"to nobody")
        await asyncio.sleep(0)
        push.close()
        with pytest.raises(zmq.ZMQError) as caught:
            await asyncio.wait_for(pending, IN_TIME)
        assert caught.value.errno == zmq.ENOTSOCK

    asyncio.run(wait())


@pytest.mark.core_only
def test_an_asyncio_socket_closes_beside_its_shadow(zmq: Any) -> None:
    face = asyncio_face(zmq)

    async def wait() -> None:
        with face.Context() as context:
            pull = context.socket(zmq.PULL)
            waiting = asyncio.ensure_future(face.Socket(pull).recv())
            assert not await pull.poll(0)  # both are in the loop now
            pull.close()
            with pytest.raises(zmq.ZMQError) as caught:
                await asyncio.wait_for(waiting, IN_TIME)
            assert caught.value.errno == zmq.ENOTSOCK

    asyncio.run(wait())


@pytest.mark.core_only
def test_a_loop_goes_on_when_a_shadow_leaves_it(zmq: Any, new_socket: SocketFactory) -> None:
    pull, push = connected(zmq, new_socket)
    staying, leaving = asyncio_face(zmq).Socket(pull), asyncio_face(zmq).Socket(pull)
    loop, other = asyncio.new_event_loop(), asyncio.new_event_loop()
    try:
        waiting = loop.create_task(staying.recv())
        assert not loop.run_until_complete(leaving.poll(0))
        assert not other.run_until_complete(leaving.poll(0))
        push.send(b"for the one that stayed")
        message = loop.run_until_complete(asyncio.wait_for(waiting, IN_TIME))
        assert message == b"for the one that stayed"
    finally:
        loop.close()
        other.close()
