"""The one writer of a stream: notes travel together, one write at a time, no note piles up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.outbox import Outbox, StreamBroken
from gateway.v1 import gateway_pb2 as pb


class Wire:
    """What was written; a write takes until it is let through."""

    def __init__(self) -> None:
        self.frames: list[pb.AttachResponse] = []
        self.open = asyncio.Event()
        self.open.set()
        self.writing = False

    async def write(self, frame: pb.AttachResponse) -> None:
        assert not self.writing, "two writes at the same time"
        self.writing = True
        await asyncio.sleep(0)
        await self.open.wait()
        self.frames.append(frame)
        self.writing = False

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.frames) < count:
                await asyncio.sleep(0)


@asynccontextmanager
async def running(ack_delay: float = 0.02) -> AsyncIterator[tuple[Outbox, Wire]]:
    wire = Wire()
    outbox = Outbox(wire.write, ack_delay)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox, wire
    finally:
        outbox.stop_waiting()
        task.cancel()
        await asyncio.wait({task})


def result(number: int) -> pb.CommandResult:
    return pb.CommandResult(command_id=number)


async def test_notes_of_one_moment_are_one_frame() -> None:
    async with running() as (outbox, wire):
        outbox.results([result(1)])
        outbox.failure(7, pb.Error(name="EFSM"))
        outbox.heartbeat(pb.Heartbeat(nonce=1))
        outbox.heartbeat(pb.Heartbeat(nonce=2))
        outbox.results([result(2)])
        await wire.until(1)
        [frame] = wire.frames
        assert [one.command_id for one in frame.results] == [1, 2]
        assert [failure.seq for failure in frame.window.failures] == [7]
        assert frame.heartbeat.nonce == 2


async def test_a_delivery_takes_the_notes_along() -> None:
    async with running() as (outbox, wire):
        outbox.send_window = iter([pb.SendWindow(limit_seq=5), None, None]).__next__
        outbox.results([result(1)])
        await outbox.deliver([b"x"], 1)
        await asyncio.sleep(0)
        [frame] = wire.frames
        assert frame.deliver.frames == [b"x"]
        assert frame.window.limit_seq == 5
        assert len(frame.results) == 1


async def test_writes_take_turns() -> None:
    async with running() as (outbox, wire):
        wire.open.clear()
        delivering = asyncio.create_task(outbox.deliver([b"x"], 1))
        await asyncio.sleep(0)
        outbox.results([result(1)])
        closing = asyncio.create_task(outbox.close(pb.Closed()))
        wire.open.set()
        await asyncio.gather(delivering, closing)
        assert wire.frames[0].HasField("deliver")
        assert wire.frames[-1].HasField("closed")
        assert sum(len(frame.results) for frame in wire.frames) == 1


async def test_a_cancelled_writer_does_not_let_a_second_write_in() -> None:
    async with running() as (outbox, wire):
        wire.open.clear()
        delivering = asyncio.create_task(outbox.deliver([b"x"], 1))
        await asyncio.sleep(0)
        delivering.cancel()
        await asyncio.wait({delivering})
        closing = asyncio.create_task(outbox.close(pb.Closed()))
        await asyncio.sleep(0.01)
        assert not closing.done()
        wire.open.set()
        await closing
        assert [frame.HasField("closed") for frame in wire.frames] == [False, True]


async def test_nothing_to_say_is_not_said() -> None:
    async with running(ack_delay=0) as (outbox, wire):
        outbox.hurry()
        outbox.dawdle()
        await asyncio.sleep(0.01)
        assert wire.frames == []


async def test_what_can_wait_goes_after_the_delay() -> None:
    async with running(ack_delay=0.001) as (outbox, wire):
        windows = [pb.SendWindow(accepted_through=1)]
        outbox.send_window = lambda: windows.pop() if windows else None
        outbox.dawdle()
        await wire.until(1)
        assert wire.frames[0].window.accepted_through == 1


async def test_a_client_that_does_not_read_stops_the_reader() -> None:
    async with running() as (outbox, wire):
        wire.open.clear()
        outbox.results([result(0)])
        await asyncio.sleep(0)
        outbox.results(map(result, range(999)))
        await asyncio.wait_for(outbox.calm(), 1)
        outbox.results([result(1000)])
        waiting = asyncio.create_task(outbox.calm())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        wire.open.set()
        await asyncio.wait_for(waiting, 10)


async def test_a_broken_stream_is_told_as_such() -> None:
    async def refuse(_: pb.AttachResponse) -> None:
        raise RuntimeError("gRPC says anything here")

    outbox = Outbox(refuse, 0)
    with pytest.raises(StreamBroken, match="anything"):
        await outbox.deliver([b"x"], 1)
