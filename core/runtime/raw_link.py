"""A live connection to a peer that does not speak ZMTP (ZMQ_STREAM, ZMQ_ROUTER_RAW)."""

from __future__ import annotations

from core.runtime.link import Link
from core.zmtp import ConnectionConfig, RawConnection


class RawLink(Link):
    """A link whose peer is ready as soon as it is there."""

    __slots__ = ()

    def start(self, *, look: bool = False) -> None:
        """The beginning waits for no byte."""
        self.digest()

    def _new_connection(self, config: ConnectionConfig) -> RawConnection:
        return RawConnection()


__all__ = ["RawLink"]
