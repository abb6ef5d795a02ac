"""One socket of the engine as the gateway uses it: what it can do, its options, its commands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import core as zmq
import core.asyncio as zmq_asyncio
from gateway.batches import Message
from gateway.errors import GatewayError, engine_errors, from_engine
from gateway.options import OptionValue, number_of, to_proto, value_of
from gateway.settings import Settings
from gateway.v1 import gateway_pb2 as pb

_NEVER_SEND = frozenset({zmq.PULL, zmq.SUB})
_NEVER_RECEIVE = frozenset({zmq.PUSH, zmq.PUB})
_LOCKSTEP = frozenset({zmq.REQ, zmq.REP})
# These bound a wait, and the one who waits is the client: the gateway only remembers them.
_TIMEOUTS = (int(zmq.SNDTIMEO), int(zmq.RCVTIMEO))

_ROUTER_PATIENCE = 50  # milliseconds


class RemoteSocket:
    """A socket that a client owns; every error leaves here as a GatewayError.

    :param context: the gateway's context, shared by all sockets (so inproc works between clients)
    :param kind: the wanted type
    :param settings: limits
    :param longest_linger: asked at the end: the most seconds that may be spent then
    :raises GatewayError: EINVAL for no type or an unknown one, EMFILE when sockets run out
    """

    def __init__(
        self,
        context: zmq_asyncio.Context,
        kind: pb.SocketType,
        settings: Settings,
        longest_linger: Callable[[], float],
    ) -> None:
        self.type = _engine_type(kind)
        self.can_send = self.type not in _NEVER_SEND
        self.can_receive = self.type not in _NEVER_RECEIVE
        self._settings = settings
        self._longest_linger = longest_linger
        self._timeouts = dict.fromkeys(_TIMEOUTS, -1)
        self._relaxed = False
        with engine_errors():
            self.engine = context.socket(self.type)
            self.engine.set(zmq.MAXMSGSIZE, settings.max_message_bytes)
        self._measure_window()

    # ------------------------------------------------------------------ messages

    @property
    def lockstep(self) -> bool:
        """Whether sending and receiving take turns (REQ, REP; not a REQ with REQ_RELAXED)."""
        return self.type in _LOCKSTEP and not self._relaxed

    def _measure_window(self) -> None:
        high_water_mark = int(self.engine.get(zmq.SNDHWM))
        wished = self._settings.window_messages
        self.send_window = min(high_water_mark, wished) if high_water_mark else wished
        if self.type in _LOCKSTEP:
            self.send_window = 1

    def writable(self) -> bool:
        """Whether a send would be accepted now, or refused, but would not have to wait."""
        if self.type == zmq.ROUTER:
            # A mandatory one says "not writable" while it has no peer; a send fails at once then.
            return True
        return self.can_send and bool(int(self.engine.get(zmq.EVENTS)) & zmq.POLLOUT)

    async def until_writable(self) -> None:
        """Wait until a send may be accepted or refused."""
        # A mandatory ROUTER whose full peer has left would refuse, but is not writable for it.
        patience = _ROUTER_PATIENCE if self.type == zmq.ROUTER else None
        with engine_errors():
            await self.engine.poll(patience, zmq.POLLOUT)

    async def try_send(self, messages: Sequence[Message]) -> int:
        """Hand over some messages, as many as the socket takes now.

        :returns: how many it took, 0 when it is mute
        :raises GatewayError: the first message was refused and the socket stays as it was
        """
        try:
            return await self.engine.send_many(messages, zmq.DONTWAIT)
        except zmq.Again:
            return 0
        except zmq.ZMQError as error:
            raise from_engine(error) from error

    async def receive(self, limit: int) -> list[Message]:
        """Wait for messages and take up to `limit` of them; cancelling loses none."""
        with engine_errors():
            if self.type in _LOCKSTEP:
                # Out of turn a receive fails at once; what a client wants is the next turn.
                await self.engine.poll(flags=zmq.POLLIN)
            return await self.engine.recv_many(limit)

    async def try_receive(self, limit: int) -> list[Message]:
        """Take up to `limit` messages that are there now; GatewayError (EFSM) out of turn."""
        try:
            return await self.engine.recv_many(limit, zmq.DONTWAIT)
        except zmq.Again:
            return []
        except zmq.ZMQError as error:
            raise from_engine(error) from error

    # ------------------------------------------------------------------ options

    def set_option(self, option: pb.SocketOption) -> None:
        """Set an option; GatewayError (EINVAL) when it does not exist or the value does not fit."""
        number, value = number_of(option), value_of(option)
        if number in self._timeouts:
            self._timeouts[number] = _milliseconds(option, value)
            return
        if number == zmq.MAXMSGSIZE and isinstance(value, int):
            # No message may be larger than what a gRPC message can carry.
            most = self._settings.max_message_bytes
            value = most if value < 0 else min(value, most)
        self._set(number, value)
        self._measure_window()
        if number == zmq.REQ_RELAXED:
            self._relaxed = bool(value)

    def _set(self, number: int, value: OptionValue) -> None:
        try:
            with engine_errors(option=str(number)):
                self.engine.set(number, value)
        except (TypeError, ValueError, OverflowError) as error:
            raise GatewayError("EINVAL", f"option {number}: {error}") from error

    def subscribe(self, prefix: bytes) -> None:
        """Subscribe a SUB to a prefix; GatewayError (EINVAL) on any other type."""
        self._set(zmq.SUBSCRIBE, prefix)

    def unsubscribe(self, prefix: bytes) -> None:
        """Undo one subscription to a prefix."""
        self._set(zmq.UNSUBSCRIBE, prefix)

    def get_option(self, option: pb.SocketOption) -> pb.SocketOption:
        """Read an option; GatewayError (EINVAL) when it does not exist or cannot be read."""
        number = number_of(option)
        if number in self._timeouts:
            return to_proto(number, self._timeouts[number])
        with engine_errors(option=str(number)):
            return to_proto(number, self.engine.get(number))

    def timeout(self, number: int) -> int:
        """SNDTIMEO or RCVTIMEO in milliseconds, -1 for none."""
        return self._timeouts[number]

    # ------------------------------------------------------------------ endpoints and the end

    async def bind(self, endpoint: str) -> str:
        """Bind and return the resolved endpoint."""
        # In a thread, because a host name is looked up, which may take as long as it likes;
        # the other operations look names up in the background.
        return await asyncio.to_thread(self._on_endpoint, self.engine.bind, endpoint)

    def connect(self, endpoint: str) -> str:
        """Connect and return the endpoint."""
        return self._on_endpoint(self.engine.connect, endpoint)

    def unbind(self, endpoint: str) -> None:
        """Undo a bind."""
        self._on_endpoint(self.engine.unbind, endpoint)

    def disconnect(self, endpoint: str) -> None:
        """Undo a connect."""
        self._on_endpoint(self.engine.disconnect, endpoint)

    def _on_endpoint(self, action: Callable[[str], object], endpoint: str) -> str:
        with engine_errors(endpoint=endpoint):
            action(endpoint)
            return bytes(self.engine.get(zmq.LAST_ENDPOINT)).rstrip(b"\0").decode()

    def linger(self, wished_ms: int | None) -> float:
        """How long unsent messages may still be sent, in seconds, within the gateway's bound."""
        wished = int(self.engine.get(zmq.LINGER)) if wished_ms is None else wished_ms
        most = self._longest_linger()
        return most if wished < 0 else min(wished / 1000, most)

    def close(self, linger: float) -> None:
        """Close; the engine goes on sending in the background for `linger` seconds."""
        self.engine.close(linger=int(linger * 1000))


def _engine_type(kind: pb.SocketType) -> zmq.SocketType:
    if not kind:
        raise GatewayError("EINVAL", "no socket type was given")
    try:
        name = pb.SocketType.Name(kind)
    except ValueError:
        raise GatewayError("EINVAL", f"there is no socket type {kind}") from None
    return zmq.SocketType[name.removeprefix("SOCKET_TYPE_")]


def _milliseconds(option: pb.SocketOption, value: OptionValue) -> int:
    if not isinstance(value, int) or value < -1:
        raise GatewayError("EINVAL", f"option {option.name or option.id} is -1 or milliseconds")
    return value
