"""Credit in both directions: ZeroMQ's blocking reaches the client, and memory stays bounded."""

from __future__ import annotations

import asyncio

import pytest

import core as zmq
import core.asyncio as zmq_asyncio
from tests.gateway.client import PATIENCE, Stream, running_gateway

QUIET = 0.1  # seconds in which something wrong would have come; more can only make it surer


# ---------------------------------------------------------------------- sending


@pytest.mark.parametrize("kind", ["PUSH", "DEALER", "PAIR", "REQ"])
async def test_without_a_peer_there_is_no_credit(kind: str) -> None:
    async with running_gateway() as world:
        stream = await world.open(kind)
        bound = await stream.command(bind="tcp://127.0.0.1:*")
        assert await stream.silent_for(QUIET)
        assert stream.window.limit_seq == 0
        peer = world.socket({"PUSH": zmq.PULL, "PAIR": zmq.PAIR}.get(kind, zmq.ROUTER))
        peer.connect(bound.endpoint)
        await stream.until(lambda: stream.window.limit_seq > 0)


@pytest.mark.parametrize("kind", ["PUB", "XPUB", "ROUTER"])
async def test_sockets_that_drop_always_have_credit(kind: str) -> None:
    async with running_gateway() as world:
        stream = await world.open(kind)
        await stream.until(lambda: stream.window.limit_seq == 1000)
        await stream.send(*[b"nobody", b"there"] * 500)
        await stream.until(lambda: stream.window.limit_seq == 2000)


async def test_connecting_brings_credit_with_the_result() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH")
        frames = stream.frames
        await stream.command(connect="tcp://127.0.0.1:1")
        assert stream.frames == frames + 1
        assert stream.window.limit_seq == 1000
        assert stream.window.limit_bytes == 8 * 1024 * 1024


@pytest.mark.parametrize(("mark", "window"), [(1, 1), (10, 10), (0, 1000), (5000, 1000)])
async def test_the_window_follows_the_high_water_mark(mark: int, window: int) -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH", SNDHWM=mark)
        await stream.command(connect="inproc://nobody")
        assert stream.window.limit_seq == window


async def test_a_full_socket_grants_nothing_until_it_is_drained() -> None:
    async with running_gateway() as world:
        push = await world.open("PUSH", SNDHWM=5, LINGER=0)
        await push.command(connect="inproc://later")
        assert push.window.limit_seq == 5
        await push.send(b"1", b"2", b"3")
        await push.until(lambda: push.window.limit_seq == 8)
        await push.send(b"4", b"5", b"6", b"7", b"8")
        # Five are in the socket, three wait in the gateway, and that is all.
        await push.until(lambda: push.window.accepted_through == 5)
        assert await push.silent_for(QUIET)
        assert push.window.limit_seq == 8
        pull = await world.open("PULL", window=100, RCVHWM=1)
        await pull.command(bind="inproc://later")
        await pull.until(lambda: len(pull.delivered) == 8)
        await push.until(lambda: push.window.limit_seq == 13)
        assert push.window.accepted_through == 8


async def test_a_command_overtakes_messages_that_cannot_leave() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH", SNDHWM=2, LINGER=0)
        await stream.command(connect="inproc://full")
        await stream.send(b"1")
        await stream.until(lambda: stream.window.limit_seq == 3)
        await stream.send(b"2", b"3")
        pull, endpoint = world.bound(zmq.PULL)
        assert not (await stream.command(connect=endpoint)).HasField("error")
        assert await pull.recv() == b"3"


async def test_bytes_are_limited_too_and_one_large_message_passes() -> None:
    async with running_gateway(window_bytes=1000) as world:
        stream = await world.open("PUSH")
        pull, endpoint = world.bound(zmq.PULL)
        await stream.command(connect=endpoint)
        assert stream.window.limit_bytes == 1000
        await stream.send(b"a" * 999, b"b" * 5000)
        assert [len(await pull.recv()) for _ in range(2)] == [999, 5000]
        await stream.until(lambda: stream.window.limit_bytes == 6999)


async def test_acknowledgements_come_without_further_traffic() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUB")
        await stream.send(b"one")
        await stream.until(lambda: stream.window.accepted_through == 1)


async def test_failures_name_the_message_and_the_rest_goes_on() -> None:
    async with running_gateway() as world:
        router = await world.open("ROUTER", window=1, ROUTER_MANDATORY=1)
        endpoint = (await router.command(bind="tcp://127.0.0.1:*")).endpoint
        dealer = world.socket(zmq.DEALER)
        dealer.set(zmq.ROUTING_ID, b"dealer")
        dealer.connect(endpoint)
        await dealer.send(b"hello")
        await router.until(lambda: router.delivered == [[b"dealer", b"hello"]])
        await router.send([b"dealer", b"1"], [b"nobody", b"2"], [b"dealer", b"3"])
        assert [await dealer.recv(), await dealer.recv()] == [b"1", b"3"]
        await router.until(lambda: router.window.accepted_through == 3)
        assert router.failures == {2: "EHOSTUNREACH"}


async def test_a_mandatory_router_without_any_peer_refuses_at_once() -> None:
    async with running_gateway() as world:
        router = await world.open("ROUTER", ROUTER_MANDATORY=1)
        await router.until_limit(1000)
        await router.send([b"nobody", b"1"], [b"nobody", b"2"])
        await router.until_accepted(2)
        assert router.failures == {1: "EHOSTUNREACH", 2: "EHOSTUNREACH"}


async def test_a_mandatory_router_waits_for_a_full_peer_until_it_leaves() -> None:
    async with running_gateway() as world:
        router = await world.open("ROUTER", window=1, ROUTER_MANDATORY=1, SNDHWM=2, LINGER=0)
        await router.command(bind="inproc://desk")
        dealer = world.gateway._context.socket(zmq.DEALER)
        dealer.set(zmq.RCVHWM, 1)
        dealer.set(zmq.ROUTING_ID, b"dealer")
        dealer.connect("inproc://desk")
        await dealer.send(b"hello")
        await router.until_delivered(1)
        sent = 0
        while await accepted(router, sent):
            await router.until_limit(sent + 1)
            await router.send([b"dealer", b"x"])
            sent += 1
        assert sent > 2
        dealer.close(linger=0)
        await router.until_accepted(sent)
        assert router.failures == {sent: "EHOSTUNREACH"}


async def accepted(stream: Stream, count: int) -> bool:
    """Whether so many messages are accepted, before it is quiet."""
    while stream.window.accepted_through < count:
        if await stream.silent_for(QUIET):
            return False
        await stream.next_frame()
    return True


# ---------------------------------------------------------------------- receiving


async def test_nothing_is_delivered_without_credit() -> None:
    async with running_gateway() as world:
        stream = await world.open("PULL")
        push = world.socket(zmq.PUSH)
        push.connect((await stream.command(bind="tcp://127.0.0.1:*")).endpoint)
        await push.send_many([b"x"] * 10)
        assert await stream.silent_for(QUIET)
        await stream.allow(3)
        await stream.until(lambda: len(stream.delivered) == 3)
        assert await stream.silent_for(QUIET)
        await stream.allow(2)  # limits never fall
        await stream.allow(5, ack_through=3)
        await stream.until(lambda: len(stream.delivered) == 5)
        assert await stream.silent_for(QUIET)


async def test_a_byte_limit_stops_after_the_message_that_crosses_it() -> None:
    async with running_gateway() as world:
        stream = await world.open("PULL")
        push = world.socket(zmq.PUSH)
        push.connect((await stream.command(bind="tcp://127.0.0.1:*")).endpoint)
        await push.send_many([b"x" * 400] * 10)
        await stream.allow(100, limit_bytes=1000)
        await stream.until(lambda: len(stream.delivered) == 3)
        assert await stream.silent_for(QUIET)
        await stream.allow(100, limit_bytes=1201)
        await stream.until(lambda: len(stream.delivered) == 4)
        assert await stream.silent_for(QUIET)


async def test_a_slow_remote_pull_slows_the_pusher_down() -> None:
    async with running_gateway() as world:
        pull = await world.open("PULL", window=3, RCVHWM=4)
        await pull.command(bind="inproc://slow")
        push = await world.open("PUSH", SNDHWM=2, LINGER=0)
        await push.command(connect="inproc://slow")
        sent = 0
        while push.window.limit_seq > sent or not await push.silent_for(QUIET):
            await push.send(*[b"x"] * (push.window.limit_seq - sent))
            sent = push.window.limit_seq
            if not await push.silent_for(QUIET):
                await push.next_frame()
        # In the client's hands 3, in the pipe up to 4 + 2 (it reopens when half of that is taken),
        # waiting in the gateway 2 at most.
        await pull.until(lambda: len(pull.delivered) == 3)
        assert 3 + 4 <= sent <= 3 + 4 + 2 + 2
        assert await pull.silent_for(QUIET)
        await pull.allow(1000)
        await pull.until(lambda: len(pull.delivered) == sent)


async def test_messages_pile_up_into_batches_of_limited_size() -> None:
    async with running_gateway() as world:
        stream = await world.open("PULL")
        push = world.socket(zmq.PUSH)
        push.connect((await stream.command(bind="tcp://127.0.0.1:*")).endpoint)
        await push.send_many([b"x" * 100_000] * 8)
        await stream.allow(1000)
        await stream.until(lambda: len(stream.delivered) == 8)
        assert max(stream.batch_sizes) == 2, "256 KiB hold two messages of 100,000 bytes"


async def test_a_message_larger_than_a_batch_travels_alone() -> None:
    async with running_gateway() as world:
        stream = await world.open("PULL", window=1000)
        push = world.socket(zmq.PUSH)
        push.connect((await stream.command(bind="tcp://127.0.0.1:*")).endpoint)
        await push.send_many([b"a", b"b" * 3_000_000, b"c"])
        await stream.until(lambda: len(stream.delivered) == 3)
        assert [len(frame) for [frame] in stream.delivered] == [1, 3_000_000, 1]


async def test_a_stream_that_is_not_read_does_not_slow_another_one() -> None:
    async with running_gateway() as world:
        stalled = await world.open("PULL", window=10**9)
        flood = world.socket(zmq.PUSH)
        flood.connect((await stalled.command(bind="tcp://127.0.0.1:*")).endpoint)
        flooding = asyncio.create_task(_flood(flood))
        try:
            left, right = await world.open("PAIR", window=100), await world.open("PAIR", window=100)
            await left.command(bind="inproc://beside")
            await right.command(connect="inproc://beside")
            for number in range(20):
                await left.send(b"%d" % number)
                await right.until_delivered(number + 1)
        finally:
            flooding.cancel()
            await asyncio.wait({flooding}, timeout=PATIENCE)


async def _flood(socket: zmq_asyncio.Socket) -> None:
    while True:
        await socket.send_many([b"x" * 10_000] * 10)
        await asyncio.sleep(0)
