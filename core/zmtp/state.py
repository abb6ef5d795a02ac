"""The life of a connection, as one table.

Theory of operation: a connection only ever moves forward. It starts by exchanging 64-byte greetings
(GREETING), then lets the security mechanism exchange commands (HANDSHAKE), then carries messages
and commands in any order (READY), and ends once (CLOSED). Anything wrong, from any state, leads to
CLOSED, and there it stays: whatever else the peer says is discarded.

A signal that the table does not list for a state is a bug of this package, never the peer's doing,
and raises KeyError.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TRANSITIONS", "ConnectionState", "Signal", "next_state"]


class ConnectionState(Enum):
    """Where a connection is in its life."""

    GREETING = "greeting"
    HANDSHAKE = "handshake"
    READY = "ready"
    CLOSED = "closed"


class Signal(Enum):
    """What can move a connection from one state to another."""

    GREETING_ACCEPTED = "the peer's greeting fits ours"
    HANDSHAKE_COMPLETED = "the mechanism has sent and received all its commands"
    FAILED = "a protocol error, the end of input, or a deadline that passed"


TRANSITIONS: Mapping[ConnectionState, Mapping[Signal, ConnectionState]] = {
    ConnectionState.GREETING: {
        Signal.GREETING_ACCEPTED: ConnectionState.HANDSHAKE,
        Signal.FAILED: ConnectionState.CLOSED,
    },
    ConnectionState.HANDSHAKE: {
        Signal.HANDSHAKE_COMPLETED: ConnectionState.READY,
        Signal.FAILED: ConnectionState.CLOSED,
    },
    ConnectionState.READY: {
        Signal.FAILED: ConnectionState.CLOSED,
    },
    ConnectionState.CLOSED: {
        Signal.FAILED: ConnectionState.CLOSED,
    },
}


def next_state(state: ConnectionState, signal: Signal) -> ConnectionState:
    """Return where `signal` leads from `state`; KeyError when the table has no such move."""
    return TRANSITIONS[state][signal]
