"""An Attach stream: one remote socket from its first frame to its last.

Three tasks work side by side: the reader obeys the client's frames, `Delivery` brings messages,
`Outbox` writes whatever is to be told. The first that fails ends the stream, and this one only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

import grpc.aio

from gateway import commands
from gateway.delivery import Delivery
from gateway.errors import GatewayError, out_of_protocol, parse
from gateway.intake import Intake
from gateway.outbox import Outbox, StreamBroken
from gateway.remote_socket import RemoteSocket
from gateway.settings import Settings
from gateway.v1 import gateway_pb2 as pb

log = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[bytes, pb.AttachResponse]


class Owner(Protocol):
    """What a stream needs of the gateway that serves it."""

    settings: Settings
    instance_id: str

    def create_socket(self, kind: pb.SocketType) -> RemoteSocket:
        """Create a socket; GatewayError (EINVAL, EMFILE, ETERM)."""

    def forget_socket(self) -> None:
        """A socket was closed: there is room for another one."""

    def finish_later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something that must come to its end even when the stream is gone."""


class AttachStream:
    """Serves one stream.

    :param owner: the gateway
    :param context: the stream
    """

    def __init__(self, owner: Owner, context: Context) -> None:
        self._owner = owner
        self._context = context
        self._settings = owner.settings
        self._outbox = Outbox(context.write, owner.settings.ack_delay)
        self._failed: asyncio.Future[GatewayError | StreamBroken] = (
            asyncio.get_running_loop().create_future()
        )
        self._tasks: set[asyncio.Task[Any]] = set()
        self._delivering: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Serve the stream until either side ends it."""
        try:
            frame = await self._first_frame()
            if frame is None:
                return
            self._open(frame)
        except GatewayError as error:
            await self._tell_closed(pb.Closed(), error)
            return
        await self._serve_socket(frame)

    def go_away(self, reason: GatewayError, grace: float) -> None:
        """Say that the gateway will stop; deliver and grant nothing more from now on."""
        if self._delivering is None:
            self.stop(reason)
            return
        self._delivering.cancel()
        self._intake.stop_granting()
        self._outbox.go_away(pb.GoAway(reason=reason.to_proto(), grace_ms=int(grace * 1000)))

    def stop(self, reason: GatewayError | StreamBroken) -> None:
        """End the stream now."""
        if not self._failed.done():
            self._failed.set_result(reason)

    # ------------------------------------------------------------------ the beginning

    async def _first_frame(self) -> pb.AttachRequest | None:
        """The first frame; GatewayError when it does not come or the gateway stops before."""
        reading = asyncio.create_task(self._read())
        first: set[asyncio.Future[Any]] = {reading, self._failed}
        patience = self._settings.open_timeout
        await asyncio.wait(first, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            return reading.result()
        reading.cancel()
        if self._failed.done():
            raise self._failed.result()
        raise out_of_protocol(f"the first frame did not come within {patience:g} s")

    def _open(self, frame: pb.AttachRequest) -> None:
        if not frame.HasField("open"):
            raise out_of_protocol("the first frame of a stream must have `open`")
        self._socket = self._owner.create_socket(frame.open.type)
        try:
            for option in frame.open.options:
                self._socket.set_option(option)
        except GatewayError:
            self._socket.close(0)
            self._owner.forget_socket()
            raise
        self._intake = Intake(self._socket, self._outbox, self._settings, self._spawn)
        self._delivery = Delivery(
            self._socket, self._outbox, self._settings, self._intake.after_receive
        )
        log.info("opened a %s for %s", self._socket.type.name, frame.open.client_name or "a client")

    def _greet(self) -> None:
        limits = pb.Limits(
            max_message_bytes=self._settings.max_message_bytes,
            max_batch_messages=self._settings.max_batch_messages,
            max_batch_bytes=self._settings.max_batch_bytes,
        )
        self._outbox.opened(pb.Opened(limits=limits, instance_id=self._owner.instance_id))
        self._intake.refresh()

    # ------------------------------------------------------------------ the middle

    async def _serve_socket(self, frame: pb.AttachRequest) -> None:
        linger_ms, error = None, None
        try:
            linger_ms = await self._work(frame)
        except GatewayError as caught:
            error = caught
        except StreamBroken:
            log.info("a client has gone, closing its %s", self._socket.type.name)
        finally:
            # Also when the stream was cancelled: what the client has sent is sent all the same.
            ending = self._owner.finish_later(self._end(linger_ms, error))
        await asyncio.shield(ending)

    async def _work(self, frame: pb.AttachRequest) -> int | None:
        """Do everything until the stream ends; the wished linger in milliseconds."""
        self._spawn(self._outbox.run())
        self._delivering = self._spawn(self._delivery.run())
        reader = asyncio.create_task(self._obey_all(frame))
        self._tasks.add(reader)
        first: set[asyncio.Future[Any]] = {reader, self._failed}
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if self._failed.done():
            raise self._failed.result()
        return reader.result()

    async def _obey_all(self, first: pb.AttachRequest) -> int | None:
        # All at once, before the first pause: the answer to the first frame is one frame.
        self._greet()
        first.ClearField("open")
        frame: pb.AttachRequest | None = first
        while frame is not None:
            await self._obey(frame)
            if frame.HasField("close"):
                return frame.close.linger_ms if frame.close.HasField("linger_ms") else None
            frame = await self._read()
        return None

    async def _obey(self, frame: pb.AttachRequest) -> None:
        if frame.HasField("open"):
            raise out_of_protocol("a stream carries one socket: `open` came twice")
        if frame.commands:
            results = await commands.run_all(self._socket, frame.commands)
            self._intake.refresh()
            self._outbox.results(results)
            await self._outbox.calm()
        if frame.HasField("send"):
            await self._intake.take(frame.send)
        if frame.HasField("window"):
            self._delivery.announce(frame.window)
        if frame.HasField("heartbeat"):
            self._outbox.heartbeat(frame.heartbeat)

    async def _read(self) -> pb.AttachRequest | None:
        frame = await self._context.read()
        return None if frame is grpc.aio.EOF else parse(pb.AttachRequest, frame)  # type: ignore[attr-defined]

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        """Whatever goes wrong beside the reader ends the stream, with a reason."""
        try:
            await work
        except (GatewayError, StreamBroken) as error:
            self.stop(error)
        except Exception:
            log.exception("a stream failed")
            self.stop(GatewayError("EIO", "the gateway failed; its log says why"))

    # ------------------------------------------------------------------ the end

    async def _end(self, linger_ms: int | None, error: GatewayError | None) -> None:
        self._outbox.stop_waiting()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        linger = self._socket.linger(linger_ms)
        started = asyncio.get_running_loop().time()
        unsent = await self._intake.finish(linger)
        self._socket.close(max(0.0, linger - (asyncio.get_running_loop().time() - started)))
        self._owner.forget_socket()
        await self._tell_closed(pb.Closed(unsent=unsent), error)

    async def _tell_closed(self, closed: pb.Closed, error: GatewayError | None) -> None:
        if error is not None:
            log.info("a stream ends with %s", error)
            closed.error.CopyFrom(error.to_proto())
            self._context.set_code(error.status)
            self._context.set_details(str(error))
            self._context.set_trailing_metadata(error.trailers)
        try:
            await self._outbox.close(closed)
        except StreamBroken:
            log.debug("nobody is left to hear that the socket is closed")
