"""PAIR and CHANNEL: exactly one peer (RFC 31, RFC 52)."""

from __future__ import annotations

from .load_balancer import LoadBalanced
from .pipe import Pipe
from .single_part import SinglePart


class PairPattern(LoadBalanced):
    """RFC 31: at most one peer at a time; any further one is refused."""

    name = "PAIR"

    def attach(self, pipe: Pipe) -> bool:
        # RFC 31: "SHALL maintain at most a single connection"; libzmq drops the second pipe.
        if self.pipes:
            return False
        return super().attach(pipe)


class ChannelPattern(SinglePart, PairPattern):
    """RFC 52: a PAIR for messages of a single frame."""

    name = "CHANNEL"
