"""Whoever breaks a rule hears which one, and nobody else notices."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

import core as zmq
from gateway.errors import ERROR_NAME_METADATA
from gateway.v1 import gateway_pb2 as pb
from tests.gateway.client import World, option, running_gateway

INVALID = grpc.StatusCode.INVALID_ARGUMENT


async def ends_with(stream: Any, name: str, status: grpc.StatusCode, *words: str) -> None:
    """The stream ends with this error, told three ways."""
    assert await stream.status() is status
    assert stream.closed.error.name == name
    for word in words:
        assert word in stream.closed.error.message
    assert await stream.call.details() == f"{name}: {stream.closed.error.message}"
    trailers = dict(await stream.call.trailing_metadata())
    assert trailers[ERROR_NAME_METADATA] == name


async def test_the_first_frame_must_open() -> None:
    async with running_gateway() as world:
        stream = world.attach()
        await stream.write(heartbeat=pb.Heartbeat(nonce=1))
        await ends_with(stream, "EPROTO", INVALID, "open")
        assert not stream.heartbeats


async def test_the_first_frame_must_come() -> None:
    async with running_gateway(open_timeout=0.02) as world:
        await ends_with(world.attach(), "EPROTO", INVALID, "first frame")


async def test_open_comes_once() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH")
        await stream.write(open=pb.Open(type=pb.SOCKET_TYPE_PUSH))
        await ends_with(stream, "EPROTO", INVALID, "open", "twice")


@pytest.mark.parametrize("kind", [0, 12, 99])
async def test_a_socket_type_that_is_not_there(kind: int) -> None:
    async with running_gateway() as world:
        stream = world.attach()
        await stream.write(open=pb.Open(type=kind))  # type: ignore[arg-type]
        await ends_with(stream, "EINVAL", INVALID, "socket type")


async def test_an_option_in_open_that_is_not_there() -> None:
    async with running_gateway(max_sockets=1) as world:
        stream = world.attach()
        await stream.write(open=pb.Open(type=pb.SOCKET_TYPE_PUB, options=[option("WARP", 9)]))
        await ends_with(stream, "EINVAL", INVALID, "WARP")
        await world.open("PUB")  # the refused one is not counted


async def test_too_many_sockets() -> None:
    async with running_gateway(max_sockets=2) as world:
        first, _ = await world.open("PUB"), await world.open("PUB")
        third = world.attach()
        await third.write(open=pb.Open(type=pb.SOCKET_TYPE_PUB))
        await ends_with(third, "EMFILE", grpc.StatusCode.RESOURCE_EXHAUSTED, "2")
        await first.write(close=pb.Close())
        await first.status()
        await world.open("PUB")


@pytest.mark.parametrize("first_seq", [0, 2, 2**63])
async def test_a_gap_in_the_sequence(first_seq: int) -> None:
    async with running_gateway() as world:
        stream = await world.open("PUB")
        await stream.write(send=pb.Batch(first_seq=first_seq, frames=[b"x"]))
        await ends_with(stream, "EPROTO", INVALID, str(first_seq))


@pytest.mark.parametrize("counts", [[1], [1, 1, 1], [3, 0], [2**32 - 1]])
async def test_frame_counts_that_do_not_add_up(counts: list[int]) -> None:
    async with running_gateway() as world:
        stream = await world.open("PUB")
        batch = pb.Batch(first_seq=1, frames=[b"x", b"y", b"z"][:3], frame_counts=counts)
        if sum(counts) == 3 and all(counts):
            batch.frames.append(b"one too many")
        await stream.write(send=batch)
        await ends_with(stream, "EPROTO", INVALID, "frame")


async def test_sending_more_than_the_window_allows() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH")
        await stream.send(b"without any credit")
        await ends_with(stream, "EPROTO", INVALID, "window")


async def test_sending_more_bytes_than_the_window_allows() -> None:
    async with running_gateway(window_bytes=100) as world:
        stream = await world.open("PUB")
        await stream.until(lambda: stream.window.limit_bytes == 100)
        await stream.send(b"x" * 100, b"one too many")
        await ends_with(stream, "EPROTO", INVALID, "window")


async def test_a_message_that_is_too_large() -> None:
    async with running_gateway(max_message_bytes=1000) as world:
        stream = await world.open("PUB")
        await stream.send([b"x" * 500, b"y" * 500])
        await stream.send([b"x" * 500, b"y" * 501])
        await ends_with(stream, "EMSGSIZE", INVALID, "1001", "1000")
        assert stream.closed is not None
        assert stream.closed.error.metadata["limit"] == "1000"


@pytest.mark.parametrize("kind", ["PULL", "SUB"])
async def test_a_socket_that_does_not_send(kind: str) -> None:
    async with running_gateway() as world:
        stream = await world.open(kind)
        await stream.send(b"x")
        await ends_with(stream, "ENOTSUP", grpc.StatusCode.UNIMPLEMENTED, kind)


async def test_acknowledging_what_was_never_delivered() -> None:
    async with running_gateway() as world:
        stream = await world.open("PULL")
        await stream.allow(10, ack_through=1)
        await ends_with(stream, "EPROTO", INVALID, "ack_through")


async def test_a_peer_whose_message_is_too_large_for_the_gateway() -> None:
    async with running_gateway(max_message_bytes=1000) as world:
        stream = await world.open("PULL", window=10)
        push = world.socket(zmq.PUSH)
        push.connect((await stream.command(bind="tcp://127.0.0.1:*")).endpoint)
        await push.send_multipart([b"x" * 600, b"y" * 600])
        await ends_with(stream, "EMSGSIZE", INVALID, "1200")


async def test_a_frame_larger_than_any_message_may_be() -> None:
    async with running_gateway(max_message_bytes=1000) as world:
        beside = await healthy_stream(world)
        stream = await world.open("PUB")
        await stream.send(b"x" * 600_000)
        assert await stream.status() is grpc.StatusCode.RESOURCE_EXHAUSTED
        await still_healthy(beside)


async def test_bytes_that_are_no_frame_at_all() -> None:
    async with running_gateway() as world:
        beside = await healthy_stream(world)
        status, details, [answer] = await world.raw("Attach", b"\xff\xff\xff\xff")
        assert status is INVALID
        assert details == "EPROTO: 4 bytes that are no AttachRequest"
        assert pb.AttachResponse.FromString(answer).closed.error.name == "EPROTO"
        await still_healthy(beside)


async def test_a_later_frame_that_is_none() -> None:
    async with running_gateway() as world:
        first = pb.AttachRequest(open=pb.Open(type=pb.SOCKET_TYPE_PUB))
        status, _, answers = await world.raw("Attach", first.SerializeToString(), b"\xff")
        assert status is INVALID
        assert pb.AttachResponse.FromString(answers[0]).HasField("opened")
        assert pb.AttachResponse.FromString(answers[-1]).closed.error.name == "EPROTO"


async def test_a_bad_stream_disturbs_nobody() -> None:
    async with running_gateway() as world:
        beside = await healthy_stream(world)
        for _ in range(3):
            stream = await world.open("PUSH")
            await stream.command(connect="tcp://[nonsense")
            await stream.send(b"x")
            await ends_with(stream, "EPROTO", INVALID)
        await still_healthy(beside)


async def healthy_stream(world: World) -> Any:
    stream = await world.open("PAIR", window=10)
    peer, endpoint = world.bound(zmq.PAIR)
    await stream.command(connect=endpoint)
    stream.peer = peer  # type: ignore[attr-defined]
    return stream


async def still_healthy(stream: Any) -> None:
    await stream.send(b"ping")
    assert await stream.peer.recv() == b"ping"
    await stream.peer.send(b"pong")
    await stream.until(lambda: stream.delivered == [[b"pong"]])
