"""Messages of a single frame only: what libzmq's thread-safe socket types have in common."""

from __future__ import annotations

import errno

from ..errors import ZMQError, error_from_errno
from .base import Pattern
from .drops import DropReason
from .pipe import Message, Pipe, frames_of


class SinglePart(Pattern):
    """Mix-in, in front of what routes the messages: CLIENT, SERVER, SCATTER, GATHER, CHANNEL.

    libzmq: SNDMORE is refused, and a message of several frames that a peer sends is dropped.
    """

    single_part = True

    def ready_for(self, first_frame: bytes) -> bool:
        """Not at all: who asks is about to send a message in parts."""
        self.check_may_send()
        raise parts_refused(self.name)

    def send(self, message: Message) -> bool:
        if isinstance(message, list) and len(message) > 1:
            return self.ready_for(message[0])
        return super().send(message)

    def arrived(self, pipe: Pipe) -> None:
        keep_singles(pipe)
        if pipe.incoming:
            super().arrived(pipe)


def keep_singles(pipe: Pipe) -> None:
    """Drop arrived messages of several frames."""
    arrived = pipe.incoming
    if list in set(map(type, arrived)):
        # Also a single frame may come in a list, over inproc.
        pipe.incoming = [frames_of(it)[0] for it in arrived if len(frames_of(it)) == 1]
        pipe.drop(DropReason.SEVERAL_FRAMES, len(arrived) - len(pipe.incoming))


def parts_refused(name: str) -> ZMQError:
    return error_from_errno(errno.EINVAL, f"a {name} socket sends messages of a single frame only")
