"""Which socket types may talk to each other: the table of RFC 37 §the Socket-Type property."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COMPATIBLE", "SENDS_IDENTITY", "TAKES_SUBSCRIPTIONS"]

COMPATIBLE: Mapping[str, frozenset[str]] = {
    "REQ": frozenset({"REP", "ROUTER"}),
    "REP": frozenset({"REQ", "DEALER"}),
    "DEALER": frozenset({"REP", "DEALER", "ROUTER"}),
    "ROUTER": frozenset({"REQ", "DEALER", "ROUTER"}),
    "PUB": frozenset({"SUB", "XSUB"}),
    "XPUB": frozenset({"SUB", "XSUB"}),
    "SUB": frozenset({"PUB", "XPUB"}),
    "XSUB": frozenset({"PUB", "XPUB"}),
    "PUSH": frozenset({"PULL"}),
    "PULL": frozenset({"PUSH"}),
    "PAIR": frozenset({"PAIR"}),
    # The thread-safe types, draft in libzmq.
    "CLIENT": frozenset({"SERVER"}),
    "SERVER": frozenset({"CLIENT"}),
    "RADIO": frozenset({"DISH"}),
    "DISH": frozenset({"RADIO"}),
    "SCATTER": frozenset({"GATHER"}),
    "GATHER": frozenset({"SCATTER"}),
    "PEER": frozenset({"PEER"}),
    "CHANNEL": frozenset({"CHANNEL"}),
    # Its peers do not speak ZMTP: see `raw.py`.
    "STREAM": frozenset(),
}

#: libzmq announces an Identity for these types only, even when it is empty
#: (`mechanism_t::add_basic_properties`).
SENDS_IDENTITY = frozenset({"REQ", "DEALER", "ROUTER"})

#: The types that act on SUBSCRIBE and CANCEL (RFC 37 §the publish-subscribe pattern).
TAKES_SUBSCRIPTIONS = frozenset({"PUB", "XPUB"})
