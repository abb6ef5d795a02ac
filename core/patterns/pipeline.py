"""PUSH and PULL: the pipeline pattern (RFC 30)."""

from __future__ import annotations

from .base import ReceiveOnly, SendOnly
from .load_balancer import LoadBalanced


class PushPattern(LoadBalanced, SendOnly):
    """RFC 30: round robin to the connected pullers; blocks when none can take a message."""

    name = "PUSH"
    can_conflate = True


class PullPattern(ReceiveOnly):
    """RFC 30: fair queueing from the connected pushers."""

    name = "PULL"
    can_conflate = True
