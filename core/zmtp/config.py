"""What a connection is told at its start, and what it learns about its peer."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from core.zmtp.socket_types import COMPATIBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.zmtp.mechanism import Mechanism

__all__ = ["MAX_IDENTITY_SIZE", "ConnectionConfig", "PeerInfo"]

#: RFC 37 §the Identity property: an identity is 0 to 255 octets.
MAX_IDENTITY_SIZE = 255

#: The PING command counts its TTL in tenths of a second in 16 bits.
MAX_HEARTBEAT_TTL = 6553.5

_NOTHING: Mapping[str, bytes] = MappingProxyType({})


class PeerInfo(NamedTuple):
    """Who is at the other end, as announced in its greeting and READY command.

    socket_type: the peer's Socket-Type property; "" when it sent none.
    identity: the peer's Identity property, 0 to 255 bytes; b"" when it sent none.
    properties: every metadata property as sent, names decoded as Latin-1.
    version: ZMTP version (major, minor) of the peer's greeting.
    user_properties: what our ZAP handler said of it: User-Id and the handler's metadata.
    """

    socket_type: str
    identity: bytes
    properties: Mapping[str, bytes]
    version: tuple[int, int]
    user_properties: Mapping[str, bytes] = _NOTHING


class ConnectionConfig:
    """Settings of one connection; times are seconds.

    socket_type: our socket type, such as "PUSH".
    identity: our identity, at most 255 bytes (ZMQ_ROUTING_ID).
    max_message_size: largest frame accepted, in bytes; -1 = no limit (ZMQ_MAXMSGSIZE).
    heartbeat_interval: time between two PINGs; 0 = send none (ZMQ_HEARTBEAT_IVL).
    heartbeat_timeout: how long after a PING the peer may stay silent; 0 = for ever, negative =
        as long as the interval (ZMQ_HEARTBEAT_TIMEOUT).
    heartbeat_ttl: after how much silence the peer should give us up, 0 to 6553.5; 0 = never
        (ZMQ_HEARTBEAT_TTL).
    handshake_timeout: time for the whole handshake; 0 = unlimited (ZMQ_HANDSHAKE_IVL).
    mechanism: makes the security mechanism of the connection; None = NULL.
    encrypted: whether that mechanism encrypts what is sent.
    metadata: further properties to announce, such as {"X-Name": b"..."} (ZMQ_METADATA).

    Raises ValueError for values that cannot be put on the wire.
    """

    def __init__(
        self,
        socket_type: str,
        *,
        identity: bytes = b"",
        max_message_size: int = -1,
        heartbeat_interval: float = 0.0,
        heartbeat_timeout: float = -1.0,
        heartbeat_ttl: float = 0.0,
        handshake_timeout: float = 30.0,
        mechanism: Callable[[ConnectionConfig], Mechanism] | None = None,
        encrypted: bool = False,
        metadata: Mapping[str, bytes] = _NOTHING,
    ) -> None:
        if socket_type not in COMPATIBLE:
            raise ValueError(f"unknown socket type {socket_type!r}")
        if len(identity) > MAX_IDENTITY_SIZE:
            raise ValueError(f"identity has {len(identity)} bytes, at most 255 are allowed")
        if not 0 <= heartbeat_ttl <= MAX_HEARTBEAT_TTL:
            raise ValueError(f"heartbeat_ttl must be 0 to {MAX_HEARTBEAT_TTL} seconds")
        self.socket_type = socket_type
        self.identity = identity
        self.max_message_size = max_message_size
        self.heartbeat_interval = heartbeat_interval
        self.heartbeat_timeout = heartbeat_timeout
        self.heartbeat_ttl = heartbeat_ttl
        self.handshake_timeout = handshake_timeout
        self.mechanism = mechanism
        self.encrypted = encrypted
        self.metadata = metadata
