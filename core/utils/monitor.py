"""Reading monitor sockets (see ``Socket.get_monitor_socket``): pyzmq's ``zmq.utils.monitor``."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, overload

from core.enums import Event

if TYPE_CHECKING:
    import core.asyncio
    from core.socket import Socket

__all__ = ["MonitorMessage", "parse_monitor_message", "recv_monitor_message"]

# zmq_socket_monitor(3): 16 bits of event and 32 of value, in this machine's order, not padded.
_HEAD = struct.Struct("=HI")


class MonitorMessage(TypedDict):
    """One event: ``event`` and ``value`` as numbers, ``endpoint`` as bytes."""

    event: int
    value: int
    endpoint: bytes


def parse_monitor_message(msg: Sequence[bytes]) -> MonitorMessage:
    """Decode the two frames that a monitor socket delivers.

    :raises RuntimeError: they have another shape
    """
    if len(msg) != 2 or len(msg[0]) != _HEAD.size:
        raise RuntimeError(f"Invalid event message format: {msg}")
    event, value = _HEAD.unpack(msg[0])
    return {"event": Event(event), "value": Event(value), "endpoint": msg[1]}


async def _parse_later(frames: Awaitable[list[bytes]]) -> MonitorMessage:
    return parse_monitor_message(await frames)


@overload
def recv_monitor_message(
    socket: core.asyncio.Socket, flags: int = 0
) -> Awaitable[MonitorMessage]: ...
@overload
def recv_monitor_message(socket: Socket, flags: int = 0) -> MonitorMessage: ...
def recv_monitor_message(socket: Any, flags: int = 0) -> Any:
    """Receive and decode the next event of a monitor socket; on asyncio sockets, awaited.

    :param flags: as for ``recv``
    :raises Again, ZMQError: what ``recv`` raises
    """
    frames = socket.recv_multipart(flags)
    return _parse_later(frames) if isinstance(frames, Awaitable) else parse_monitor_message(frames)
