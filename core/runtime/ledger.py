"""What a socket remembers of peers and endpoints that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.patterns import Drops

if TYPE_CHECKING:
    from core.patterns import Pipe

# So many endpoints that were given up, and so many different reasons of refusals, are remembered.
REMEMBERED = 100


class Ledger:
    """The counts of pipes that are gone, so that a socket's totals never shrink."""

    __slots__ = ("drops", "given_up", "received", "refused", "sent")

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.drops = Drops()
        self.given_up: dict[str, str] = {}  # endpoint: why
        self.refused: dict[str, int] = {}  # why: how many peers

    def close_account(self, pipe: Pipe) -> None:
        """Take the counts over from a pipe that is gone, once."""
        self.sent += pipe.sent
        self.received += pipe.received
        self.drops.merge(pipe.drops)
        pipe.sent = pipe.received = 0
        pipe.drops = Drops()

    def gave_up(self, endpoint: str, why: str) -> None:
        """A connect that will not be tried again."""
        self.given_up.pop(endpoint, None)
        self.given_up[endpoint] = why
        if len(self.given_up) > REMEMBERED:
            del self.given_up[next(iter(self.given_up))]

    def refuse(self, why: str) -> int:
        """Count a peer that was not let in; returns how many were refused for this reason."""
        count = self.refused[why] = self.refused.get(why, 0) + 1
        return count
