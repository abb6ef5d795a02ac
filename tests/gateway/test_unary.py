"""The calls that people type: named sockets, text, timeouts, nothing lost, clear errors."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import grpc.aio
import pytest

import core as zmq
from gateway.errors import ERROR_NAME_METADATA
from gateway.v1 import gateway_pb2 as pb
from tests.gateway.client import PATIENCE, World, option, running_gateway

PUSH, PULL, REQ = pb.SOCKET_TYPE_PUSH, pb.SOCKET_TYPE_PULL, pb.SOCKET_TYPE_REQ


async def fails(name: str, status: grpc.StatusCode, call: Any) -> str:
    """The call fails with this error; its sentence."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    error = caught.value
    assert error.code() is status
    assert name_of(error) == name
    details = error.details() or ""
    assert details.startswith(f"{name}: ")
    return details


def name_of(error: grpc.aio.AioRpcError) -> str:
    """The name that the trailers bring; "" for an error that is not the gateway's."""
    trailers: Any = error.trailing_metadata()
    return str(dict(trailers or ()).get(ERROR_NAME_METADATA, ""))


def text(*frames: str) -> pb.Message:
    return pb.Message(text_frames=frames)


def bind(endpoint: str = "tcp://127.0.0.1:*") -> list[pb.Command]:
    return [pb.Command(bind=endpoint)]


async def pair_of(world: World, **more: Any) -> None:
    """A PULL named `in` and a PUSH named `out` that is connected to it."""
    await world.call("CreateSocket", socket_id="in", type=PULL, commands=bind("inproc://line"))
    connect = [pb.Command(connect="inproc://line")]
    await world.call("CreateSocket", socket_id="out", type=PUSH, commands=connect, **more)


async def test_create_send_receive_close() -> None:
    async with running_gateway() as world:
        await pair_of(world)
        messages = [text("Hello", "world"), pb.Message(frames=[b"\xff", b""])]
        sent = await world.call("Send", socket_id="out", messages=messages)
        assert sent.accepted == 2
        got = await world.call("Receive", socket_id="in", text=True)
        assert (got.first_seq, list(got.messages)) == (1, [text("Hello", "world")])
        got = await world.call("Receive", socket_id="in", text=True)
        assert got.first_seq == 2
        assert list(got.messages) == [pb.Message(frames=[b"\xff", b""])], "that is not UTF-8"
        await world.call("CloseSocket", socket_id="out")
        await fails(
            "ENOENT",
            grpc.StatusCode.NOT_FOUND,
            world.call("Send", socket_id="out", messages=messages),
        )


async def test_names_are_made_up_and_never_twice() -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="push-2", type=PUSH)
        names = [(await world.call("CreateSocket", type=PUSH)).socket_id for _ in range(3)]
        assert names == ["push-1", "push-3", "push-4"]
        await fails(
            "EEXIST",
            grpc.StatusCode.ALREADY_EXISTS,
            world.call("CreateSocket", socket_id="push-3", type=PUSH),
        )


async def test_creation_that_fails_leaves_nothing() -> None:
    async with running_gateway(max_sockets=1) as world:
        commands = [*bind(), pb.Command(connect="tcp://nonsense")]
        said = await fails(
            "EINVAL",
            grpc.StatusCode.INVALID_ARGUMENT,
            world.call("CreateSocket", socket_id="x", type=PUSH, commands=commands),
        )
        assert "nonsense" in said
        await fails(
            "EINVAL",
            grpc.StatusCode.INVALID_ARGUMENT,
            world.call("CreateSocket", type=PUSH, options=[option("WARP", 1)]),
        )
        await world.call("CreateSocket", socket_id="x", type=PUSH)
        await fails(
            "EMFILE", grpc.StatusCode.RESOURCE_EXHAUSTED, world.call("CreateSocket", type=PUSH)
        )


async def test_control_answers_each_command() -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="s", type=PULL)
        get = pb.Command(command_id=3, get_option=pb.SocketOption(name="LAST_ENDPOINT"))
        commands = [*bind(), pb.Command(command_id=2, connect="?"), get]
        results = (await world.call("Control", socket_id="s", commands=commands)).results
        assert results[0].endpoint.startswith("tcp://127.0.0.1:")
        assert results[1].error.name == "EINVAL"
        assert results[2].option.bytes_value.startswith(results[0].endpoint.encode())


async def test_sending_does_not_wait_longer_than_told() -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="s", type=PUSH, options=[option("SNDTIMEO", 30)])
        for more in ({"timeout_ms": 0}, {"timeout_ms": 20}, {}):
            await fails(
                "EAGAIN",
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                world.call("Send", socket_id="s", messages=[text("x")], **more),
            )


async def test_sending_waits_for_a_peer() -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="s", type=PUSH, commands=bind("inproc://s"))
        sending = asyncio.create_task(world.call("Send", socket_id="s", messages=[text("x")]))
        pull = await world.open("PULL", window=1)
        await pull.command(connect="inproc://s")
        await pull.until(lambda: pull.delivered == [[b"x"]])
        assert (await sending).accepted == 1


async def test_sending_says_how_many_fitted() -> None:
    async with running_gateway() as world:
        await world.call(
            "CreateSocket",
            socket_id="s",
            type=PUSH,
            commands=[pb.Command(connect="inproc://s")],
            options=[option("SNDHWM", 3), option("LINGER", 0)],
        )
        sent = await world.call("Send", socket_id="s", messages=[text("x")] * 5, timeout_ms=20)
        assert sent.accepted == 3


async def test_an_empty_answer_is_no_error() -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="s", type=PULL, options=[option("RCVTIMEO", 30)])
        for more in ({"max_wait_ms": 0}, {"max_wait_ms": 20}, {}):
            got = await world.call("Receive", socket_id="s", **more)
            assert got == pb.ReceiveResponse()


async def test_an_empty_answer_comes_before_the_deadline_of_the_call() -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="s", type=PULL)
        assert not (await world.call("Receive", patience=0.5, socket_id="s")).messages


async def test_receiving_waits_and_takes_no_more_than_asked_for() -> None:
    async with running_gateway() as world:
        await pair_of(world)
        receiving = asyncio.create_task(world.call("Receive", socket_id="in"))
        await world.call("Send", socket_id="out", messages=[text(str(n)) for n in range(5)])
        assert len((await receiving).messages) == 1
        got = await world.call("Receive", socket_id="in", max_messages=3)
        assert [message.frames for message in got.messages] == [[b"1"], [b"2"], [b"3"]]


async def test_kept_messages_come_again_until_they_are_acknowledged() -> None:
    async with running_gateway() as world:
        await pair_of(world)
        await world.call("Send", socket_id="out", messages=[text(str(n)) for n in range(3)])

        async def receive(**more: int) -> tuple[int, list[str]]:
            got = await world.call(
                "Receive",
                socket_id="in",
                max_messages=2,
                keep=True,
                text=True,
                max_wait_ms=0,
                **more,
            )
            return got.first_seq, [message.text_frames[0] for message in got.messages]

        assert await receive() == (1, ["0", "1"])
        assert await receive() == (1, ["0", "1"])
        assert await receive(ack_through=1) == (2, ["1"])
        assert await receive(ack_through=2) == (3, ["2"])
        assert await receive(ack_through=3) == (0, [])


async def test_a_receive_that_is_cancelled_loses_nothing() -> None:
    async with running_gateway() as world:
        await pair_of(world)
        waiting = asyncio.create_task(world.call("Receive", socket_id="in"))
        await until_busy(world, "in")
        await fails(
            "EBUSY", grpc.StatusCode.FAILED_PRECONDITION, world.call("Receive", socket_id="in")
        )
        waiting.cancel()
        await asyncio.wait({waiting})
        await world.call("Send", socket_id="out", messages=[text("x")])
        await until_free(world, "in")
        assert (await world.call("Receive", socket_id="in")).messages[0].frames == [b"x"]


async def until_busy(world: World, name: str) -> None:
    """Return when a Receive waits on the socket; asking by a call could itself get in the way."""
    async with asyncio.timeout(PATIENCE):
        while not world.gateway._unary._sockets[name]._receiving:
            await asyncio.sleep(0.001)


async def until_free(world: World, name: str) -> None:
    """Return when no Receive waits on the socket."""
    async with asyncio.timeout(PATIENCE):
        while world.gateway._unary._sockets[name]._receiving:
            await asyncio.sleep(0.001)


async def test_closing_ends_the_calls_that_wait() -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="s", type=PULL)
        waiting = asyncio.create_task(world.call("Receive", socket_id="s"))
        await until_busy(world, "s")
        await world.call("CloseSocket", socket_id="s")
        await fails("ENOTSOCK", grpc.StatusCode.FAILED_PRECONDITION, waiting)


async def test_request_and_reply() -> None:
    async with running_gateway(max_sockets=1) as world:
        reply, endpoint = world.bound(zmq.REP)
        for _ in range(2):  # the socket of the first one is gone
            asking = asyncio.create_task(
                world.call("Request", endpoint=endpoint, message=text("Hello"), text=True)
            )
            assert await reply.recv() == b"Hello"
            await reply.send(b"World")
            assert (await asking).message == text("World")


async def test_a_request_without_a_reply_times_out() -> None:
    async with running_gateway() as world:
        _, endpoint = world.bound(zmq.REP)
        call = world.call("Request", endpoint=endpoint, message=text("?"), timeout_ms=50)
        assert endpoint in await fails("ETIMEDOUT", grpc.StatusCode.DEADLINE_EXCEEDED, call)


async def test_a_request_to_nowhere() -> None:
    async with running_gateway() as world:
        call = world.call("Request", endpoint="tcp://nonsense", message=text("?"))
        await fails("EINVAL", grpc.StatusCode.INVALID_ARGUMENT, call)


async def test_out_of_turn() -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="s", type=REQ)
        await fails(
            "EFSM", grpc.StatusCode.FAILED_PRECONDITION, world.call("Receive", socket_id="s")
        )


@pytest.mark.parametrize("messages", [[], [pb.Message()]])
async def test_nothing_to_send(messages: list[pb.Message]) -> None:
    async with running_gateway() as world:
        await world.call("CreateSocket", socket_id="s", type=pb.SOCKET_TYPE_PUB)
        await fails(
            "EINVAL",
            grpc.StatusCode.INVALID_ARGUMENT,
            world.call("Send", socket_id="s", messages=messages),
        )


async def test_sockets_that_nobody_uses_are_closed() -> None:
    async with running_gateway(idle_timeout=0.1, max_sockets=2) as world:
        await world.call("CreateSocket", socket_id="busy", type=PULL)
        waiting = asyncio.create_task(world.call("Receive", socket_id="busy"))
        await until_busy(world, "busy")
        await world.call("CreateSocket", socket_id="idle", type=PULL)
        async with asyncio.timeout(PATIENCE):
            while "idle" in world.gateway._unary._sockets:
                await asyncio.sleep(0.001)
        await world.call("CreateSocket", socket_id="next", type=PULL)  # there is room again
        await fails("ENOENT", grpc.StatusCode.NOT_FOUND, world.call("Control", socket_id="idle"))
        assert not waiting.done()
        waiting.cancel()
