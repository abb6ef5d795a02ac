"""A bare gRPC client of the gateway, and a gateway to try it on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio

import core as zmq
import core.asyncio as zmq_asyncio
from gateway.server import Gateway
from gateway.settings import Settings
from gateway.v1 import gateway_pb2 as pb

PATIENCE = 10.0  # seconds: generous, because only a failing test ever waits that long
SERVICE = "/babelmq.v1.SocketService/"
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Stream:
    """An Attach stream and everything that came out of it."""

    def __init__(self, call: grpc.aio.StreamStreamCall[Any, Any]) -> None:
        self.call = call
        self.opened: pb.Opened | None = None
        self.window = pb.SendWindow()
        self.failures: dict[int, str] = {}
        self.results: list[pb.CommandResult] = []
        self.delivered: list[list[bytes]] = []
        self.batch_sizes: list[int] = []
        self.heartbeats: list[int] = []
        self.go_away: pb.GoAway | None = None
        self.closed: pb.Closed | None = None
        self.frames = 0
        self._seq = 0
        self._reading: asyncio.Task[Any] | None = None

    async def write(self, **fields: Any) -> None:
        await asyncio.wait_for(self.call.write(pb.AttachRequest(**fields)), PATIENCE)

    async def send(self, *messages: bytes | Sequence[bytes]) -> None:
        """Send messages with the next sequence numbers, whatever the window says."""
        parts = [[message] if isinstance(message, bytes) else message for message in messages]
        batch = pb.Batch(
            first_seq=self._seq + 1,
            frames=[frame for message in parts for frame in message],
            frame_counts=[len(message) for message in parts],
        )
        self._seq += len(messages)
        await self.write(send=batch)

    async def command(self, **op: Any) -> pb.CommandResult:
        """Run one command and return its result."""
        count = len(self.results)
        await self.write(commands=[pb.Command(command_id=count + 1, **op)])
        await self.until(lambda: len(self.results) > count)
        return self.results[-1]

    async def allow(self, limit: int, **more: int) -> None:
        await self.write(window=pb.ReceiveWindow(limit_seq=limit, **more))

    async def until(self, predicate: Callable[[], Any]) -> None:
        """Read frames until the predicate holds; a test that waits in vain says what it saw."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not predicate():
                    if not await self.next_frame():
                        raise AssertionError(f"the stream ended: {vars(self)}")
        except TimeoutError:
            raise AssertionError(f"waited in vain: {vars(self)}") from None

    async def until_limit(self, limit: int) -> None:
        await self.until(lambda: self.window.limit_seq >= limit)

    async def until_accepted(self, count: int) -> None:
        await self.until(lambda: self.window.accepted_through >= count)

    async def until_delivered(self, count: int) -> None:
        await self.until(lambda: len(self.delivered) >= count)

    async def until_heartbeat(self, nonce: int) -> None:
        await self.until(lambda: nonce in self.heartbeats)

    async def silent_for(self, seconds: float) -> bool:
        """Whether nothing comes for so long. The only proof there is of something not coming."""
        self._reading = self._reading or asyncio.ensure_future(self.call.read())
        done, _ = await asyncio.wait({self._reading}, timeout=seconds)
        return not done

    async def status(self) -> grpc.StatusCode:
        """Read to the end and return the status of the stream."""
        async with asyncio.timeout(PATIENCE):
            while await self.next_frame():
                pass
            code: grpc.StatusCode = await self.call.code()
            return code

    async def next_frame(self) -> bool:
        """Read one frame; False at the end of the stream."""
        self._reading = self._reading or asyncio.ensure_future(self.call.read())
        try:
            frame = await asyncio.shield(self._reading)
        except grpc.aio.AioRpcError:
            return False
        self._reading = None
        if frame is grpc.aio.EOF:  # type: ignore[attr-defined]
            return False
        self.frames += 1
        self._note(frame)
        return True

    def _note(self, frame: pb.AttachResponse) -> None:
        for name in ("opened", "go_away", "closed"):
            if frame.HasField(name):
                assert getattr(self, name) is None, f"{name} came twice"
                setattr(self, name, getattr(frame, name))
        self.results += frame.results
        if frame.HasField("heartbeat"):
            self.heartbeats.append(frame.heartbeat.nonce)
        if frame.HasField("deliver"):
            self._take(frame.deliver)
        if frame.HasField("window"):
            self._note_window(frame.window)

    def _note_window(self, window: pb.SendWindow) -> None:
        for name in ("accepted_through", "limit_seq", "limit_bytes"):
            # Zero only says that the frame brought failures and nothing else.
            value, before = getattr(window, name), getattr(self.window, name)
            assert not value or value >= before, f"{name} fell from {before} to {value}"
            setattr(self.window, name, max(value, before))
        self.failures.update({failure.seq: failure.error.name for failure in window.failures})

    def _take(self, batch: pb.Batch) -> None:
        assert batch.first_seq == len(self.delivered) + 1, "a gap in the deliveries"
        frames = iter(batch.frames)
        counts = batch.frame_counts or [1] * len(batch.frames)
        self.delivered += [[next(frames) for _ in range(count)] for count in counts]
        self.batch_sizes.append(len(counts))


class World:
    """A gateway, a channel to it, and a context for ordinary sockets."""

    def __init__(self, gateway: Gateway, address: str, channel: grpc.aio.Channel) -> None:
        self.gateway = gateway
        self.address = address
        self.channel = channel
        self.context = zmq_asyncio.Context()

    async def raw(self, name: str, *frames: bytes) -> tuple[grpc.StatusCode, str, list[bytes]]:
        """Send bytes to any method; the status, its message, and the bytes that came back."""
        method: Any = self.channel.stream_stream(SERVICE + name, None, None)
        call = method()
        answers: list[bytes] = []
        try:
            for frame in frames:
                await call.write(frame)
            async with asyncio.timeout(PATIENCE):
                async for answer in call:
                    answers.append(answer)  # noqa: PERF401 - what came before an error counts
        except grpc.aio.AioRpcError:
            pass
        return await call.code(), await call.details(), answers

    def attach(self) -> Stream:
        """A stream on which nothing was said yet."""
        method = self.channel.stream_stream(
            f"{SERVICE}Attach",
            request_serializer=pb.AttachRequest.SerializeToString,
            response_deserializer=pb.AttachResponse.FromString,
        )
        return Stream(method(None))

    async def open(self, kind: str, *, window: int = 0, **options: int | bytes) -> Stream:
        """A stream with an open socket of this kind and these options (libzmq names)."""
        stream = self.attach()
        await stream.write(
            open=pb.Open(
                type=getattr(pb, f"SOCKET_TYPE_{kind}"),
                options=[option(name, value) for name, value in options.items()],
                client_name="test",
            ),
            window=pb.ReceiveWindow(limit_seq=window),
        )
        await stream.until(lambda: stream.opened)
        return stream

    async def call(self, name: str, patience: float = PATIENCE, **fields: Any) -> Any:
        """A unary call."""
        return await self.send_request(name, getattr(pb, f"{name}Request")(**fields), patience)

    async def send_request(self, name: str, request: object, patience: float = PATIENCE) -> Any:
        """A unary call with a request that is there already."""
        method: Callable[..., Awaitable[Any]] = self.channel.unary_unary(
            SERVICE + name,
            request_serializer=getattr(pb, f"{name}Request").SerializeToString,
            response_deserializer=getattr(pb, f"{name}Response").FromString,
        )
        return await method(request, timeout=patience)

    def socket(self, kind: int) -> zmq_asyncio.Socket:
        """An ordinary socket of the engine."""
        socket = self.context.socket(kind)
        socket.set(zmq.LINGER, 0)
        return socket

    def bound(self, kind: int) -> tuple[zmq_asyncio.Socket, str]:
        """An ordinary socket on a free port, and where."""
        socket = self.socket(kind)
        return socket, f"tcp://127.0.0.1:{socket.bind_to_random_port('tcp://127.0.0.1')}"


def option(name: str, value: int | bytes) -> pb.SocketOption:
    if isinstance(value, int):
        return pb.SocketOption(name=name, int_value=value)
    return pb.SocketOption(name=name, bytes_value=value)


@asynccontextmanager
async def running_gateway(**settings: Any) -> AsyncIterator[World]:
    """A gateway in this event loop on a free port."""
    gateway = Gateway(Settings(**{"grace": 1.0, **settings}))
    address = await gateway.start("127.0.0.1:0")
    async with grpc.aio.insecure_channel(address, options=_OPTIONS) as channel:
        world = World(gateway, address, channel)
        try:
            yield world
        finally:
            world.context.destroy(linger=0)
            await gateway.stop(0.1)
