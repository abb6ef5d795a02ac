"""ZMTP 3.1 and older, sans-I/O: bytes in, messages and events out.

RFC 37 (23 for peers of ZMTP 3.0, 15 for 2.0, 13 for 1.0), with libzmq's observable behaviour as the
judge where the two differ.
No socket, clock, thread, randomness or operating system in here; `Connection` is the way in.
"""

from core.zmtp.config import ConnectionConfig, PeerInfo
from core.zmtp.connection import Connection
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.events import (
    AuthenticationNeeded,
    Disconnected,
    Event,
    HandshakeFailed,
    HandshakeSucceeded,
)
from core.zmtp.frames import BIG_FRAME, Message
from core.zmtp.raw import RawConnection
from core.zmtp.state import ConnectionState

__all__ = [
    "BIG_FRAME",
    "AuthenticationNeeded",
    "Connection",
    "ConnectionConfig",
    "ConnectionState",
    "Disconnected",
    "Event",
    "FailureReason",
    "HandshakeFailed",
    "HandshakeSucceeded",
    "Message",
    "PeerInfo",
    "ProtocolError",
    "RawConnection",
]
