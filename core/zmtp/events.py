"""What a connection tells its owner besides messages: rare, control-plane only.

Messages are not events: at millions per second an object each would cost more than the message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core.zmtp.config import PeerInfo
    from core.zmtp.errors import FailureReason
    from core.zmtp.zap import Credentials, ZapPolicy

__all__ = ["AuthenticationNeeded", "Disconnected", "Event", "HandshakeFailed", "HandshakeSucceeded"]


class HandshakeSucceeded(NamedTuple):
    """Both sides are ready: messages may flow."""

    peer: PeerInfo


class HandshakeFailed(NamedTuple):  # noqa: PLW1641 - a tuple's hash stays
    """The connection ended before it was ready."""

    reason: FailureReason
    detail: str

    def __eq__(self, other: object) -> bool:  # not every tuple with the same reason
        return isinstance(other, HandshakeFailed) and tuple.__eq__(self, other)


class Disconnected(NamedTuple):  # noqa: PLW1641 - a tuple's hash stays
    """A connection that had been ready has ended; every complete message was handed out."""

    reason: FailureReason
    detail: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Disconnected) and tuple.__eq__(self, other)


class AuthenticationNeeded(NamedTuple):
    """A ZAP handler is to be asked; its answer goes to `Connection.authenticate`."""

    credentials: Credentials
    policy: ZapPolicy


Event = HandshakeSucceeded | HandshakeFailed | Disconnected | AuthenticationNeeded
