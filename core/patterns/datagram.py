"""DGRAM: datagrams to and from addresses, over `udp://` alone."""

from __future__ import annotations

import errno

from ..enums import Errno
from ..errors import error_from_errno
from .exclusive import PairPattern
from .pipe import Message, Pipe


class DgramPattern(PairPattern):
    """libzmq (dgram.cpp): messages are an address, such as ``127.0.0.1:5555``, and a datagram.

    The one peer is the transport itself, which sends each datagram to its address.
    """

    name = "DGRAM"
    schemes = frozenset({"udp"})

    def connecting(self, pipe: Pipe) -> None:
        raise error_from_errno(
            Errno.ENOCOMPATPROTO, "a DGRAM socket binds only: each message says where it goes"
        )

    def send(self, message: Message) -> bool:
        if isinstance(message, bytes) or len(message) != 2:
            raise error_from_errno(
                errno.EINVAL, "a DGRAM message has two frames: address, and what to send there"
            )
        return super().send(message)


__all__ = ["DgramPattern"]
