"""What a connection tells its owner besides messages: rare, control-plane only.

Messages are not events: at millions per second an object each would cost more than the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.zmtp.config import PeerInfo
    from core.zmtp.errors import FailureReason
    from core.zmtp.zap import Credentials, ZapPolicy

__all__ = ["AuthenticationNeeded", "Disconnected", "Event", "HandshakeFailed", "HandshakeSucceeded"]


@dataclass(frozen=True, slots=True)
class HandshakeSucceeded:
    """Both sides are ready: messages may flow."""

    peer: PeerInfo


@dataclass(frozen=True, slots=True)
class HandshakeFailed:
    """The connection ended before it was ready."""

    reason: FailureReason
    detail: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """A connection that had been ready has ended; every complete message was handed out."""

    reason: FailureReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuthenticationNeeded:
    """A ZAP handler is to be asked; its answer goes to `Connection.authenticate`."""

    credentials: Credentials
    policy: ZapPolicy


Event = HandshakeSucceeded | HandshakeFailed | Disconnected | AuthenticationNeeded
