"""How a remote socket ends: closed, half-closed, cancelled, cut; linger; the gateway's own end."""

from __future__ import annotations

import asyncio

import grpc
import grpc.aio
import pytest

import core as zmq
from gateway.v1 import gateway_pb2 as pb
from tests.gateway.client import PATIENCE, Stream, World, running_gateway


async def eventually_free(world: World, endpoint: str) -> None:
    """Return when the endpoint can be bound again, that is, when its socket is closed."""
    async with asyncio.timeout(PATIENCE):
        while True:
            socket = world.socket(zmq.PULL)
            try:
                socket.bind(endpoint)
            except zmq.ZMQError:
                await asyncio.sleep(0.01)
            else:
                return
            finally:
                socket.close()


async def bound(world: World, kind: str = "PULL") -> tuple[Stream, str]:
    stream = await world.open(kind, window=10)
    return stream, (await stream.command(bind="tcp://127.0.0.1:*")).endpoint


@pytest.mark.parametrize("way", ["close", "half-close", "cancel", "error"])
async def test_the_socket_goes_with_the_stream(way: str) -> None:
    async with running_gateway() as world:
        stream, endpoint = await bound(world)
        match way:
            case "close":
                await stream.write(close=pb.Close())
            case "half-close":
                await stream.call.done_writing()
            case "cancel":
                stream.call.cancel()
            case "error":
                await stream.send(b"a PULL does not send")
        await eventually_free(world, endpoint)


async def test_the_sockets_of_a_lost_connection_are_closed() -> None:
    async with running_gateway() as world:
        async with grpc.aio.insecure_channel(world.address) as channel:
            other = World(world.gateway, world.address, channel)
            _, endpoint = await bound(other)
            other.context.destroy(linger=0)
        await eventually_free(world, endpoint)


@pytest.mark.parametrize("way", ["close", "half-close", "cancel"])
async def test_what_was_sent_arrives_although_the_client_is_gone(way: str) -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH", SNDHWM=2)
        await stream.command(connect="inproc://later")
        await stream.send(b"1")
        await stream.until(lambda: stream.window.limit_seq == 3)
        await stream.send(b"2", b"3")  # the third one waits in the gateway
        await stream.write(heartbeat=pb.Heartbeat(nonce=1))
        await stream.until(lambda: stream.heartbeats)
        match way:
            case "close":
                await stream.write(close=pb.Close())
            case "half-close":
                await stream.call.done_writing()
            case "cancel":
                stream.call.cancel()
        pull = await world.open("PULL", window=10)
        await pull.command(bind="inproc://later")
        await pull.until(lambda: len(pull.delivered) == 3)
        assert pull.delivered == [[b"1"], [b"2"], [b"3"]]


@pytest.mark.parametrize("linger_ms", [0, 50])
async def test_linger_ends_the_waiting_and_counts_what_is_left(linger_ms: int) -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH", SNDHWM=2)
        await stream.command(connect="inproc://never")
        await stream.send(b"1")
        await stream.until(lambda: stream.window.limit_seq == 3)
        await stream.send(b"2", b"3")
        await stream.write(close=pb.Close(linger_ms=linger_ms))
        assert await stream.status() is grpc.StatusCode.OK
        assert stream.closed == pb.Closed(unsent=1)


async def test_lingering_for_ever_ends_at_the_gateways_bound() -> None:
    async with running_gateway(max_linger=0.05) as world:
        stream = await world.open("PUSH", SNDHWM=1, LINGER=-1)
        await stream.command(connect="inproc://never")
        await stream.send(b"1")
        await stream.write(close=pb.Close())
        assert await stream.status() is grpc.StatusCode.OK


async def test_frames_after_close_are_not_read() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUB")
        await stream.write(close=pb.Close(), heartbeat=pb.Heartbeat(nonce=7))
        assert await stream.status() is grpc.StatusCode.OK
        assert stream.heartbeats == [7], "what stands beside `close` is obeyed before it"


# ---------------------------------------------------------------------- the gateway's own end


async def test_stopping_tells_every_stream_and_waits_for_it() -> None:
    async with running_gateway() as world:
        pull, endpoint = world.bound(zmq.PULL)
        stream = await world.open("PUSH")
        await stream.command(connect=endpoint)
        stopping = asyncio.create_task(world.gateway.stop(PATIENCE))
        await stream.until(lambda: stream.go_away)
        assert stream.go_away is not None
        assert stream.go_away.reason.name == "ETERM"
        assert stream.go_away.grace_ms == 1000 * PATIENCE
        await stream.send(b"still under the old credit")
        await stream.write(close=pb.Close())
        assert await stream.status() is grpc.StatusCode.OK
        assert await pull.recv() == b"still under the old credit"
        await asyncio.wait_for(stopping, PATIENCE / 2)


async def test_a_stream_that_does_not_listen_is_cut_after_the_grace() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH")
        stopping = asyncio.create_task(world.gateway.stop(0.05))
        assert await stream.status() is grpc.StatusCode.UNAVAILABLE
        assert stream.closed is not None
        assert stream.closed.error.name == "ETERM"
        await stopping


async def test_a_stopping_gateway_delivers_and_grants_nothing_more() -> None:
    async with running_gateway() as world:
        left, right = await world.open("PAIR", window=10), await world.open("PAIR", window=10)
        await left.command(bind="inproc://x")
        await right.command(connect="inproc://x")
        stopping = asyncio.create_task(world.gateway.stop(0.3))
        await left.until(lambda: left.go_away)
        await right.until(lambda: right.go_away)
        limit = left.window.limit_seq
        await left.send(b"x")
        await left.until(lambda: left.window.accepted_through == 1)
        assert await right.status() is grpc.StatusCode.UNAVAILABLE
        assert right.delivered == []
        assert left.window.limit_seq == limit
        await stopping


async def test_a_stream_that_has_said_nothing_does_not_hold_up_the_end() -> None:
    async with running_gateway() as world:
        opened, silent = await world.open("PUSH"), world.attach()
        stopping = asyncio.create_task(world.gateway.stop(PATIENCE))
        await opened.until(lambda: opened.go_away)
        opened.call.cancel()
        assert await silent.status() is grpc.StatusCode.UNAVAILABLE
        await asyncio.wait_for(stopping, PATIENCE / 2)


async def test_a_stopping_gateway_opens_nothing() -> None:
    async with running_gateway() as world:
        old = await world.open("PUSH")
        stopping = asyncio.create_task(world.gateway.stop(0.5))
        await old.until(lambda: old.go_away)
        new = world.attach()
        await new.write(open=pb.Open(type=pb.SOCKET_TYPE_PUSH))
        assert await new.status() is grpc.StatusCode.UNAVAILABLE
        assert new.closed is not None
        assert new.closed.error.name == "ETERM"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await world.call("CreateSocket", type=pb.SOCKET_TYPE_PUSH)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        await old.write(close=pb.Close())
        await stopping


async def test_messages_nobody_takes_do_not_hold_up_the_end() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH", LINGER=-1)
        await stream.command(connect="inproc://never")
        await stream.send(b"x")
        await stream.until(lambda: stream.window.accepted_through == 1)
        await asyncio.wait_for(world.gateway.stop(0.2), PATIENCE / 2)
