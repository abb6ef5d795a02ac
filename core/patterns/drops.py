"""Why a message was dropped, and the counts of what was: nothing is lost without a reason."""

from __future__ import annotations

from enum import Enum

__all__ = ["DropReason", "Drops"]


class DropReason(Enum):
    """Why messages were dropped; the value is the sentence for people."""

    # On their way out
    QUEUE_FULL = "the queue for the peer was full (SNDHWM)"
    UNKNOWN_PEER = "no peer has that identity"
    CONNECTION_LOST = "the connection ended before they had left"
    CLOSED = "the socket or endpoint was closed before they had left (LINGER)"
    WITHDRAWN = "the request was given up before it had left"
    REPLACED = "a newer message took their place before they had left (CONFLATE)"
    # On their way in
    REPLACED_ON_ARRIVAL = "a newer message took their place before they were received (CONFLATE)"
    NOT_SUBSCRIBED = "no subscription matched them any more"
    NOT_AWAITED = "they were not the reply to the request that waits"
    NOT_A_REQUEST = "they had no envelope that a reply could follow"
    SEVERAL_FRAMES = "they had several frames, and this type of socket takes one"
    NOT_JOINED = "their group was not joined any more"
    MALFORMED = "they made no sense to this type of socket"
    NOT_RECEIVED_HERE = "this type of socket does not receive"

    @property
    def is_outgoing(self) -> bool:
        """Whether it happened to messages that this socket was to send."""
        return self not in _INCOMING


_INCOMING = frozenset(
    {
        DropReason.REPLACED_ON_ARRIVAL,
        DropReason.NOT_SUBSCRIBED,
        DropReason.NOT_AWAITED,
        DropReason.NOT_A_REQUEST,
        DropReason.SEVERAL_FRAMES,
        DropReason.NOT_JOINED,
        DropReason.MALFORMED,
        DropReason.NOT_RECEIVED_HERE,
    }
)


class Drops(dict[DropReason, int]):
    """How many messages were dropped, by reason."""

    __slots__ = ("told",)

    def __init__(self) -> None:
        super().__init__()
        self.told = 0  # the count that somebody was told of last

    def note(self, why: DropReason, count: int) -> None:
        self[why] = self.get(why, 0) + count

    def merge(self, others: Drops) -> None:
        for why, count in others.items():
            self.note(why, count)
