"""PAIR: exactly one peer (RFC 31)."""

from __future__ import annotations

from .load_balancer import LoadBalanced
from .pipe import Pipe


class PairPattern(LoadBalanced):
    """RFC 31: at most one peer at a time; any further one is refused."""

    name = "PAIR"

    def attach(self, pipe: Pipe) -> bool:
        # RFC 31: "SHALL maintain at most a single connection"; libzmq drops the second pipe.
        if self.pipes:
            return False
        return super().attach(pipe)
