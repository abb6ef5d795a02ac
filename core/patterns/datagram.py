"""DGRAM: datagrams to and from addresses, over `udp://` alone."""

from __future__ import annotations

import errno

from ..errors import error_from_errno
from .exclusive import PairPattern
from .pipe import Message


class DgramPattern(PairPattern):
    """libzmq (dgram.cpp): messages are an address, such as ``127.0.0.1:5555``, and a datagram.

    The one peer is the transport itself, which sends each datagram to its address.
    """

    name = "DGRAM"
    longest = 2
    schemes = frozenset({"udp"})

    def send(self, message: Message) -> bool:
        if isinstance(message, bytes) or len(message) != self.longest:
            raise error_from_errno(
                errno.EINVAL, "a DGRAM message has two frames: address, and what to send there"
            )
        return super().send(message)


__all__ = ["DgramPattern"]
