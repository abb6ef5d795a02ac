"""asyncio sockets of the types whose messages are single frames: see `core.socket_kinds`."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

from core.addressing import addressed, labelled_frames, only_frame, only_part, singles
from core.asyncio.socket import Socket
from core.frame import MessageTracker, as_bytes, tracker_after_send
from core.patterns import Message
from core.socket import SNDMORE
from core.socket_kinds import register_kinds


class SinglePartSocket(Socket):
    """CLIENT, SCATTER, GATHER, CHANNEL: a message is one frame."""

    __slots__ = ()

    async def _send_message(self, message: Message, flags: int) -> None:
        await super()._send_message(only_frame(self, message), flags)  # type: ignore[arg-type]

    async def send_many(self, messages: Sequence[bytes | Sequence[bytes]], flags: int = 0) -> int:
        """Send many messages with one call: see `core.Socket.send_many`."""
        return await super().send_many(singles(self, messages), flags)


class AddressedSocket(SinglePartSocket):
    """SERVER, PEER, RADIO, DISH: a message is one frame that is for somebody, or of somebody."""

    __slots__ = ()

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> Awaitable[MessageTracker | None]:
        """Send one frame, which is a message: see `core.socket_kinds.AddressedSocket.send`."""
        return self._send_addressed(data, flags, copy, track, routing_id, group)

    async def _send_addressed(
        self,
        data: Any,
        flags: int,
        copy: bool,
        track: bool,
        routing_id: int | None,
        group: str | bytes | None,
    ) -> MessageTracker | None:
        if flags & SNDMORE:
            await self._until_room_for(as_bytes(data), flags)  # which refuses it
        await self._send_whole(addressed(self, data, routing_id, group), flags)
        return tracker_after_send(data, copy, track)

    async def send_multipart(
        self,
        msg_parts: Iterable[object],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send a message, which is the only one of ``msg_parts``: see `send`."""
        return await self.send(only_part(self, msg_parts), flags, copy, track, **kwargs)

    async def send_many(self, messages: Sequence[Any], flags: int = 0) -> int:
        """Send many messages with one call: frames that know where they go."""
        batch = [addressed(self, only_frame(self, message), None, None) for message in messages]
        return await self._send_batch(batch, flags)

    async def recv_many(self, max_messages: int = 1000, flags: int = 0) -> list[Any]:
        """Receive what is there: see `core.socket_kinds.AddressedSocket.recv_many`."""
        return labelled_frames(await super().recv_many(max_messages, flags))


register_kinds(Socket, SinglePartSocket, AddressedSocket)

__all__ = ["AddressedSocket", "SinglePartSocket"]
