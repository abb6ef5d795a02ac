"""The one writer of an Attach stream: merges whatever has to be said into as few frames as it can.

gRPC allows one write at a time per stream, and a write costs as much as a hundred small messages.
So everything but data only leaves a note here, and the next frame that goes out takes all notes
along: a delivery, when there is one, or a frame of its own when it cannot wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from gateway import batches
from gateway.batches import Message
from gateway.v1 import gateway_pb2 as pb

_MANY_RESULTS = 1000

Write = Callable[[pb.AttachResponse], Awaitable[None]]


class StreamBroken(Exception):
    """The stream took no more frames: the client has gone."""


class Outbox:
    """What waits to be told to the client.

    :param write: writes one frame to the stream
    :param ack_delay: seconds that a note without urgency may wait for company
    """

    def __init__(self, write: Write, ack_delay: float) -> None:
        self._write = write
        self._ack_delay = ack_delay
        self._one_at_a_time = asyncio.Lock()
        self._writing: asyncio.Future[None] | None = None
        self._notes = pb.AttachResponse()
        self._wake = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None
        self._calm = asyncio.Event()  # not too many results wait
        self._calm.set()
        # Asked at the last moment, so that a frame always carries the newest window.
        self.send_window: Callable[[], pb.SendWindow | None] = _nothing
        self._failures: list[pb.SendFailure] = []

    # ------------------------------------------------------------------ leaving notes

    def opened(self, opened: pb.Opened) -> None:
        """Tell that the socket exists."""
        self._notes.opened.CopyFrom(opened)
        self.hurry()

    def results(self, results: Iterable[pb.CommandResult]) -> None:
        """Tell what became of commands."""
        self._notes.results.extend(results)
        if len(self._notes.results) >= _MANY_RESULTS:
            self._calm.clear()
        self.hurry()

    def failure(self, seq: int, error: pb.Error) -> None:
        """Tell that a message was refused."""
        self._failures.append(pb.SendFailure(seq=seq, error=error))
        self.hurry()

    def heartbeat(self, heartbeat: pb.Heartbeat) -> None:
        """Echo a heartbeat; of several that wait, the newest."""
        self._notes.heartbeat.CopyFrom(heartbeat)
        self.hurry()

    def go_away(self, go_away: pb.GoAway) -> None:
        """Tell that the gateway will stop."""
        self._notes.go_away.CopyFrom(go_away)
        self.hurry()

    def hurry(self) -> None:
        """Write what there is as soon as the stream is free."""
        self._wake.set()

    def dawdle(self) -> None:
        """Write what there is soon, at best together with something else."""
        if self._later is None:
            loop = asyncio.get_running_loop()
            self._later = loop.call_later(self._ack_delay, self.hurry)

    # ------------------------------------------------------------------ writing

    async def calm(self) -> None:
        """Wait while a client that does not read leaves too many results here."""
        await self._calm.wait()

    async def run(self) -> None:
        """Write notes that found no company, for ever; StreamBroken when the client has gone."""
        while True:
            await self._wake.wait()
            async with self._one_at_a_time:
                # What was noted while the lock was busy has often left with the other frame.
                if frame := self._take_notes():
                    await self._send(frame)

    async def deliver(self, messages: Sequence[Message], first_seq: int) -> None:
        """Write a delivery and whatever else there is to say."""
        async with self._one_at_a_time:
            frame = self._take_notes() or pb.AttachResponse()
            batches.fill(frame.deliver, messages, first_seq)
            await self._send(frame)

    async def close(self, closed: pb.Closed) -> None:
        """Write the last frame."""
        async with self._one_at_a_time:
            frame = self._take_notes() or pb.AttachResponse()
            frame.closed.CopyFrom(closed)
            await self._send(frame)

    def stop_waiting(self) -> None:
        """Forget the timer."""
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def _take_notes(self) -> pb.AttachResponse | None:
        self._wake.clear()
        self.stop_waiting()
        window = self.send_window()
        if window is not None or self._failures:
            self._notes.window.MergeFrom(window or pb.SendWindow())
            self._notes.window.failures.extend(self._failures)
            self._failures.clear()
        if not self._notes.ByteSize():
            return None
        notes, self._notes = self._notes, pb.AttachResponse()
        self._calm.set()
        return notes

    async def _send(self, frame: pb.AttachResponse) -> None:
        if self._writing is not None and not self._writing.done():
            # Whoever started it was cancelled. gRPC goes on with a write all the same, and a
            # second one beside it would break the stream so that not even a status gets through.
            await asyncio.wait({self._writing})
        self._writing = asyncio.ensure_future(self._write(frame))
        self._writing.add_done_callback(_heard)
        try:
            await asyncio.shield(self._writing)
        except Exception as error:  # gRPC has a dozen types for "the client has gone"
            raise StreamBroken(str(error)) from error


def _heard(write: asyncio.Future[None]) -> None:
    """When nobody waits for a write any more, nobody minds that it failed."""
    if not write.cancelled():
        write.exception()


def _nothing() -> pb.SendWindow | None:
    return None
