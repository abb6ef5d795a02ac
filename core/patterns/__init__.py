"""What makes a REQ a REQ: routing between pipes, without I/O, threads or clocks.

A pattern is told about pipes (`attach`, `peer_ready`, `arrived`, `detach`) and moves
messages between them and the two queues that the user's thread touches: `outbox` (what
`send` appended) and `inbox` (what `recv` pops). The runtime does everything else.
"""

from __future__ import annotations

from ..options import OptionValues
from .base import Message, Pattern
from .client_server import ClientPattern, PeerPattern, ServerPattern
from .datagram import DgramPattern
from .drops import DropReason, Drops
from .exclusive import ChannelPattern, PairPattern
from .pipe import Pipe
from .pipeline import PullPattern, PushPattern
from .publish import PubPattern, XPubPattern
from .radio_dish import DishPattern, RadioPattern
from .request_reply import DealerPattern, RepPattern, ReqPattern
from .routing import RouterPattern
from .scatter_gather import GatherPattern, ScatterPattern
from .stream import RawRouterPattern, StreamPattern
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
        StreamPattern,
        ServerPattern,
        ClientPattern,
        RadioPattern,
        DishPattern,
        GatherPattern,
        ScatterPattern,
        DgramPattern,
        PeerPattern,
        ChannelPattern,
    )
}


def pattern_for(options: OptionValues) -> type[Pattern]:
    """The routing that a socket with these options follows."""
    if options.router_raw:
        return RawRouterPattern
    return PATTERNS[options.socket_type.name]


__all__ = [
    "PATTERNS",
    "DropReason",
    "Drops",
    "Message",
    "Pattern",
    "Pipe",
    "pattern_for",
]
