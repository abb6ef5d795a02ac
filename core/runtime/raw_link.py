"""A live connection to a peer that does not speak ZMTP (ZMQ_STREAM, ZMQ_ROUTER_RAW)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.runtime.link import Link, LinkOwner
from core.zmtp import ConnectionConfig, RawConnection

if TYPE_CHECKING:
    from core.runtime.engine import Engine
    from core.transport import Stream


class RawLink(Link):
    """A link whose peer is ready as soon as it is there."""

    __slots__ = ()

    def __init__(self, engine: Engine, stream: Stream, owner: LinkOwner) -> None:
        super().__init__(engine, stream, owner)
        engine.post(self.digest)  # the beginning waits for no byte, only for the owner to know us

    def _new_connection(self, config: ConnectionConfig) -> RawConnection:
        return RawConnection()


__all__ = ["RawLink"]
