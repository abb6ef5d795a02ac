"""The calls that a person types into grpcurl: one socket at a time, by name, in plain steps."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import core as zmq
from gateway import commands
from gateway.attach import Owner
from gateway.batches import Message
from gateway.errors import GatewayError
from gateway.named_sockets import NamedSocket
from gateway.remote_socket import RemoteSocket
from gateway.v1 import gateway_pb2 as pb

_REQUEST_TIMEOUT = 5.0  # seconds, of a Request that says nothing
_ANSWER_TIME = 0.1  # seconds before a call's deadline at which an empty answer still arrives


class UnaryCalls:
    """The default session: every named socket and the calls on it.

    :param owner: the gateway
    """

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._settings = owner.settings
        self._sockets: dict[str, NamedSocket] = {}
        self._numbers = itertools.count(1)

    # ------------------------------------------------------------------ life of a socket

    async def create(self, request: pb.CreateSocketRequest) -> pb.CreateSocketResponse:
        """Create a socket and run its first commands; one that fails undoes it."""
        if request.socket_id in self._sockets:
            raise GatewayError("EEXIST", f"there is a socket named {request.socket_id!r} already")
        remote = self._owner.create_socket(request.type)
        name = request.socket_id or self._new_name(remote)
        # At once, so that nobody else takes the name while the commands run.
        self._sockets[name] = socket = NamedSocket(name, remote)
        try:
            with self._using(name):
                results = await self._prepare(remote, request)
        except GatewayError:
            self._drop(socket, 0)
            raise
        return pb.CreateSocketResponse(socket_id=name, results=results)

    def _new_name(self, remote: RemoteSocket) -> str:
        names = (f"{remote.type.name.lower()}-{number}" for number in self._numbers)
        return next(name for name in names if name not in self._sockets)

    @staticmethod
    async def _prepare(
        remote: RemoteSocket, request: pb.CreateSocketRequest
    ) -> list[pb.CommandResult]:
        for option in request.options:
            remote.set_option(option)
        results = []
        for command in request.commands:
            result = await commands.run(remote, command)
            if result.HasField("error"):
                error = result.error
                raise GatewayError(error.name, error.message, **dict(error.metadata))
            results.append(result)
        return results

    def close(self, request: pb.CloseSocketRequest) -> pb.CloseSocketResponse:
        """Close a socket, with the linger of the call or its own."""
        with self._using(request.socket_id) as socket:
            wished = request.linger_ms if request.HasField("linger_ms") else None
            self._drop(socket, socket.remote.linger(wished))
        return pb.CloseSocketResponse()

    def close_all(self) -> None:
        """Close every socket, each with its own linger."""
        for socket in [*self._sockets.values()]:
            self._drop(socket, socket.remote.linger(None))

    async def close_idle(self) -> None:
        """For ever: close sockets that nobody has used for a long time."""
        patience = self._settings.idle_timeout
        while True:
            await asyncio.sleep(patience / 4)
            now = asyncio.get_running_loop().time()
            for socket in [*self._sockets.values()]:
                if not socket.calls and now - socket.last_used > patience:
                    self._drop(socket, socket.remote.linger(None))

    def _drop(self, socket: NamedSocket, linger: float) -> None:
        if self._sockets.pop(socket.name, None) is not None:
            socket.close(linger)
            self._owner.forget_socket()

    @contextmanager
    def _using(self, name: str) -> Iterator[NamedSocket]:
        socket = self._sockets.get(name)
        if socket is None:
            raise GatewayError("ENOENT", f"there is no socket named {name!r}: CreateSocket first")
        socket.calls += 1
        try:
            yield socket
        finally:
            socket.calls -= 1
            socket.last_used = asyncio.get_running_loop().time()

    # ------------------------------------------------------------------ use of a socket

    async def control(self, request: pb.ControlRequest) -> pb.ControlResponse:
        """Run commands on a socket."""
        with self._using(request.socket_id) as socket:
            results = await commands.run_all(socket.remote, request.commands)
            return pb.ControlResponse(results=results)

    async def send(self, request: pb.SendRequest, remaining: float | None) -> pb.SendResponse:
        """Send messages, all within the timeout."""
        messages = [_from_proto(message) for message in request.messages]
        if not messages:
            raise GatewayError("EINVAL", "no messages to send")
        with self._using(request.socket_id) as socket:
            own = socket.remote.timeout(zmq.SNDTIMEO)
            wished = request.timeout_ms if request.HasField("timeout_ms") else own
            timeout = _shorter(wished, remaining)
            return pb.SendResponse(accepted=await socket.send(messages, timeout))

    async def receive(
        self, request: pb.ReceiveRequest, remaining: float | None
    ) -> pb.ReceiveResponse:
        """Receive messages; an empty answer when none came in time."""
        with self._using(request.socket_id) as socket:
            socket.acknowledge(request.ack_through)
            own = socket.remote.timeout(zmq.RCVTIMEO)
            wished = request.max_wait_ms if request.HasField("max_wait_ms") else own
            limit = min(request.max_messages or 1, self._settings.max_batch_messages)
            size = self._settings.max_message_bytes
            messages = await socket.receive(limit, size, _shorter(wished, remaining))
            answer = pb.ReceiveResponse(first_seq=socket.first_seq if messages else 0)
            answer.messages.extend(_to_proto(message, request.text) for message in messages)
            if not request.keep:
                socket.acknowledge(socket.first_seq + len(messages) - 1)
            return answer

    async def request(
        self, request: pb.RequestRequest, remaining: float | None
    ) -> pb.RequestResponse:
        """Connect a REQ, send, wait for the reply, close."""
        message = _from_proto(request.message)
        wished = request.timeout_ms if request.HasField("timeout_ms") else 1000 * _REQUEST_TIMEOUT
        remote = self._owner.create_socket(pb.SOCKET_TYPE_REQ)
        socket = NamedSocket("the request", remote)
        try:
            remote.connect(request.endpoint)
            async with asyncio.timeout(_shorter(wished, remaining)):
                await socket.send([message], None)
                [reply] = await socket.receive(1, self._settings.max_message_bytes, None)
        except TimeoutError:
            said = f"no reply from {request.endpoint} in time"
            raise GatewayError("ETIMEDOUT", said, endpoint=request.endpoint) from None
        finally:
            socket.close(0)
            self._owner.forget_socket()
        return pb.RequestResponse(message=_to_proto(reply, request.text))


def _shorter(wished_ms: float, remaining: float | None) -> float | None:
    """Seconds to wait: as wished, but early enough to answer before the call's deadline."""
    wished = None if wished_ms < 0 else wished_ms / 1000
    if remaining is None:
        return wished
    deadline = max(0.0, remaining - min(_ANSWER_TIME, remaining / 2))
    return deadline if wished is None else min(wished, deadline)


def _from_proto(message: pb.Message) -> Message:
    frames = message.frames[:] or [text.encode() for text in message.text_frames]
    if not frames:
        raise GatewayError("EINVAL", "a message needs at least one frame, which may be empty")
    return frames[0] if len(frames) == 1 else frames


def _to_proto(message: Message, as_text: bool) -> pb.Message:
    frames: Sequence[bytes] = [message] if isinstance(message, bytes) else message
    if as_text:
        try:
            return pb.Message(text_frames=[frame.decode() for frame in frames])
        except UnicodeDecodeError:
            pass  # not text after all: the bytes say what it is
    return pb.Message(frames=frames)
