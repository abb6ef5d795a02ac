"""What makes a REQ a REQ: routing between pipes, without I/O, threads or clocks.

A pattern is told about pipes (`attach`, `peer_ready`, `arrived`, `detach`) and moves
messages between them and the two queues that the user's thread touches: `outbox` (what
`send` appended) and `inbox` (what `recv` pops). The runtime does everything else.
"""

from __future__ import annotations

from .base import Message, Pattern
from .exclusive import PairPattern
from .pipe import Pipe
from .pipeline import PullPattern, PushPattern
from .publish import PubPattern, XPubPattern
from .request_reply import DealerPattern, RepPattern, ReqPattern
from .routing import RouterPattern
from .subscribe import SubPattern, XSubPattern

PATTERNS: dict[str, type[Pattern]] = {
    pattern.name: pattern
    for pattern in (
        PairPattern,
        PubPattern,
        SubPattern,
        ReqPattern,
        RepPattern,
        DealerPattern,
        RouterPattern,
        PullPattern,
        PushPattern,
        XPubPattern,
        XSubPattern,
    )
}

__all__ = ["PATTERNS", "Message", "Pattern", "Pipe"]
