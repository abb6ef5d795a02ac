"""SCATTER and GATHER: PUSH and PULL for messages of a single frame (RFC 49)."""

from __future__ import annotations

from .base import ReceiveOnly, SendOnly
from .load_balancer import LoadBalanced
from .single_part import SinglePart


class ScatterPattern(SinglePart, LoadBalanced, SendOnly):
    """RFC 49: round robin to the connected gatherers; blocks when none can take a message."""

    name = "SCATTER"


class GatherPattern(SinglePart, ReceiveOnly):
    """RFC 49: fair queueing from the connected scatterers."""

    name = "GATHER"
