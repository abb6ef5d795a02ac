"""asyncio sockets of the types whose messages are single frames: see `core.socket_kinds`."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Iterable, Sequence
from typing import Any

from core.addressing import addressed, labelled_frames, only_frame, only_part, singles
from core.asyncio.sending import Batch
from core.asyncio.socket import Socket
from core.convenience_async import failing_when_awaited
from core.frame import MessageTracker, as_bytes, tracker_after_send
from core.patterns import Message
from core.socket import SNDMORE
from core.socket_kinds import register_kinds


class SinglePartSocket(Socket):
    """CLIENT, SCATTER, GATHER, CHANNEL: a message is one frame."""

    __slots__ = ()

    @failing_when_awaited
    def _send_message(
        self, message: Message, flags: int, tracker: MessageTracker | None
    ) -> Future[MessageTracker | None]:
        return super()._send_message(only_frame(self, message), flags, tracker)  # type: ignore[arg-type]

    @failing_when_awaited
    def send_many(self, messages: Sequence[bytes | Sequence[bytes]], flags: int = 0) -> Future[int]:
        """Send many messages with one call: see `core.Socket.send_many`."""
        return super().send_many(singles(self, messages), flags)


class AddressedSocket(SinglePartSocket):
    """SERVER, PEER, RADIO, DISH: a message is one frame that is for somebody, or of somebody."""

    __slots__ = ()

    @failing_when_awaited
    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> Future[MessageTracker | None]:
        """Send one frame, which is a message: see `core.socket_kinds.AddressedSocket.send`."""
        if flags & SNDMORE:
            self._engine.has_room_for(as_bytes(data))  # which refuses it
        tracker = tracker_after_send(data, copy, track)
        message = addressed(self, data, routing_id, group)
        return Socket._send_message(self, message, flags, tracker)

    @failing_when_awaited
    def send_multipart(
        self,
        msg_parts: Iterable[object],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> Future[MessageTracker | None]:
        """Send a message, which is the only one of ``msg_parts``: see `send`."""
        return self.send(only_part(self, msg_parts), flags, copy, track, **kwargs)

    @failing_when_awaited
    def send_many(self, messages: Sequence[Any], flags: int = 0) -> Future[int]:
        """Send many messages with one call: frames that know where they go."""
        batch = [addressed(self, only_frame(self, message), None, None) for message in messages]
        return self._start(Batch(self._engine, batch), flags)

    async def recv_many(self, max_messages: int = 1000, flags: int = 0) -> list[Any]:
        """Receive what is there: see `core.socket_kinds.AddressedSocket.recv_many`."""
        return labelled_frames(await super().recv_many(max_messages, flags))


register_kinds(Socket, SinglePartSocket, AddressedSocket)

__all__ = ["AddressedSocket", "SinglePartSocket"]
