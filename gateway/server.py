"""The gateway as a server: start, address, health, reflection, a bounded end."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Coroutine
from typing import Any

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH_SERVICE
from grpc_health.v1.health import aio as aio_health  # type: ignore[attr-defined]
from grpc_reflection.v1alpha import reflection, reflection_pb2

import core.asyncio as zmq_asyncio
from gateway.attach import AttachStream, Context
from gateway.errors import GatewayError
from gateway.remote_socket import RemoteSocket
from gateway.service import SERVICE_NAME, handlers
from gateway.settings import Settings
from gateway.unary import UnaryCalls
from gateway.v1 import gateway_pb2 as pb

log = logging.getLogger(__name__)

_LEAST_PATIENCE = 0.2  # seconds; ending is work even when there is nothing to wait for
_HEALTH = health_pb2.HealthCheckResponse
# Tools that ask for the stable name first would otherwise have to fall back; same messages.
_REFLECTION_V1 = "grpc.reflection.v1.ServerReflection"


class Gateway:
    """Serves ZeroMQ sockets over gRPC; must be made inside the running event loop.

    :param settings: limits and times
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.instance_id = secrets.token_hex(8)
        self._context = zmq_asyncio.Context()
        self._streams: set[AttachStream] = set()
        self._alone = asyncio.Event()  # no stream is open
        self._alone.set()
        self._background: set[asyncio.Task[None]] = set()
        self._sockets = 0
        self._stop_at: float | None = None  # loop time of the end, once it is known
        self._unary = UnaryCalls(self)
        self._health = aio_health.HealthServicer()
        self._server = self._build_server()

    # ------------------------------------------------------------------ life

    async def start(self, listen: str) -> str:
        """Listen and serve; the address with the real port.

        :param listen: ``HOST:PORT``, port 0 for any free one
        :raises OSError: the address cannot be bound
        """
        try:
            port = self._server.add_insecure_port(listen)
        except RuntimeError as error:
            raise OSError(f"cannot listen on {listen}: {error}") from error
        await self._server.start()
        await self._set_health(_HEALTH.SERVING)
        self.finish_later(self._unary.close_idle())
        return f"{listen.rpartition(':')[0]}:{port}"

    async def stop(self, grace: float | None = None) -> None:
        """Stop within about `grace` seconds: streams may finish what they have, then are cut."""
        grace = self.settings.grace if grace is None else grace
        reason = _shutting_down()
        self._stop_at = asyncio.get_running_loop().time() + grace
        await self._set_health(_HEALTH.NOT_SERVING)
        self._unary.close_all()
        for stream in self._streams:
            stream.go_away(reason, grace)
        await self._until_alone(grace)
        for stream in self._streams:
            stream.stop(reason)
        await self._until_alone(min(grace, 1.0))
        await self._server.stop(_LEAST_PATIENCE)
        await self._end_context(grace)

    async def _until_alone(self, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                await self._alone.wait()
        except TimeoutError:
            log.info("%d streams are still open", len(self._streams))

    async def _end_context(self, grace: float) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        # `term` waits for the linger of every socket, and nothing but a thread of its own, which
        # does not keep the process alive, makes that wait bounded.
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        def end() -> None:
            self._context.term()
            loop.call_soon_threadsafe(done.set)

        threading.Thread(target=end, name="gateway-term", daemon=True).start()
        try:
            await asyncio.wait_for(done.wait(), max(grace, _LEAST_PATIENCE))
        except TimeoutError:
            log.warning("messages that nobody took in %g s are dropped", grace)

    async def _set_health(self, status: int) -> None:
        for name in ("", SERVICE_NAME):
            await self._health.set(name, status)

    # ------------------------------------------------------------------ what streams need

    def create_socket(self, kind: pb.SocketType) -> RemoteSocket:
        """Create a socket; GatewayError (EINVAL, EMFILE, ETERM)."""
        if self._stop_at is not None:
            raise _shutting_down()
        if self._sockets >= self.settings.max_sockets:
            most = str(self.settings.max_sockets)
            raise GatewayError("EMFILE", f"the gateway has its {most} sockets", limit=most)
        socket = RemoteSocket(self._context, kind, self.settings, self._longest_linger)
        self._sockets += 1
        return socket

    def _longest_linger(self) -> float:
        if self._stop_at is None:
            return self.settings.max_linger
        return max(0.0, self._stop_at - asyncio.get_running_loop().time())

    def forget_socket(self) -> None:
        """A socket was closed: there is room for another one."""
        self._sockets -= 1

    def finish_later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something that must come to its end even when the stream is gone."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _attach(self, context: Context) -> None:
        stream = AttachStream(self, context)
        self._streams.add(stream)
        self._alone.clear()
        if self._stop_at is not None:
            stream.stop(_shutting_down())
        try:
            await stream.serve()
        finally:
            self._streams.discard(stream)
            if not self._streams:
                self._alone.set()

    # ------------------------------------------------------------------ the server

    def _build_server(self) -> grpc.aio.Server:
        server = grpc.aio.server(options=_options(self.settings))
        server.add_generic_rpc_handlers((handlers(self._attach, self._unary),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        self._add_reflection(server)
        return server

    @staticmethod
    def _add_reflection(server: grpc.aio.Server) -> None:
        names = (SERVICE_NAME, HEALTH_SERVICE, reflection.SERVICE_NAME, _REFLECTION_V1)
        reflection.enable_server_reflection(names, server)
        servicer = reflection.aio.ReflectionServicer(names)  # type: ignore[attr-defined]
        method = grpc.stream_stream_rpc_method_handler(
            servicer.ServerReflectionInfo,
            reflection_pb2.ServerReflectionRequest.FromString,
            reflection_pb2.ServerReflectionResponse.SerializeToString,
        )
        methods = {"ServerReflectionInfo": method}
        handler = grpc.method_handlers_generic_handler(_REFLECTION_V1, methods)
        server.add_generic_rpc_handlers((handler,))


def _shutting_down() -> GatewayError:
    return GatewayError("ETERM", "the gateway is shutting down")


def _options(settings: Settings) -> list[tuple[str, int]]:
    """What gRPC itself is told; a name that it does not know it ignores without a word."""
    return [
        # A second gateway on the same port must fail instead of sharing its clients.
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", settings.max_frame_bytes),
        ("grpc.max_send_message_length", settings.max_frame_bytes),
        # Finds clients whose machine has vanished; allows the pings of our clients.
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.http2.max_pings_without_data", 0),
    ]
