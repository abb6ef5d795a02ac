"""What a security mechanism is: the commands of a handshake, and nothing about sockets or frames.

The connection asks for commands to send until there are none, hands over each command that comes,
and looks at the status after each. NULL is in `null.py`; PLAIN and CURVE have the same shape.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

from core.zmtp.commands import build_properties
from core.zmtp.config import MAX_IDENTITY_SIZE, ConnectionConfig
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.socket_types import COMPATIBLE, SENDS_IDENTITY

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Mechanism",
    "MechanismStatus",
    "check_peer_metadata",
    "find_property",
    "own_metadata",
]


class MechanismStatus(Enum):
    """How far a handshake is."""

    HANDSHAKING = "handshaking"
    READY = "ready"


class Mechanism(Protocol):
    """One connection's security handshake."""

    name: str
    """Name in the greeting: at most 20 characters of A-Z, 0-9, hyphen and underscore."""

    as_server: bool
    """The as-server field of the greeting."""

    peer_properties: Mapping[str, bytes]
    """The peer's metadata, complete once `status` is READY."""

    @property
    def status(self) -> MechanismStatus:
        """How far the handshake is."""
        ...

    def next_handshake_command(self) -> bytes | None:
        """Return the whole frame of the next command to send, None when there is none now."""
        ...

    def process_handshake_command(self, body: bytes) -> None:
        """Take the body of a command that came. Raises ProtocolError."""
        ...


def own_metadata(config: ConnectionConfig) -> bytes:
    """Return the properties to announce, in the order in which libzmq sends them."""
    properties = {"Socket-Type": config.socket_type.encode("ascii")}
    if config.socket_type in SENDS_IDENTITY:
        properties["Identity"] = config.identity
    properties.update(config.metadata)
    return build_properties(properties)


def find_property(properties: Mapping[str, bytes], name: str) -> bytes:
    """Return a property by name, b"" when absent.

    RFC 37 §connection metadata: names are case-insensitive. libzmq compares them exactly, which
    only matters for peers that nobody has.
    """
    wanted = name.lower()
    for key, value in properties.items():
        if key.lower() == wanted:
            return value
    return b""


def check_peer_metadata(config: ConnectionConfig, properties: Mapping[str, bytes]) -> None:
    """Refuse a peer whose socket type does not fit ours or whose identity is too long.

    A peer that sends no Socket-Type is accepted, as libzmq accepts it.
    Raises ProtocolError (INCOMPATIBLE_SOCKET_TYPE, INVALID_IDENTITY).
    """
    peer_type = find_property(properties, "Socket-Type").decode("latin-1")
    if peer_type and peer_type not in COMPATIBLE[config.socket_type]:
        detail = f"we are {config.socket_type}, the peer is {peer_type[:32]!r}"
        raise ProtocolError(FailureReason.INCOMPATIBLE_SOCKET_TYPE, detail)
    identity = find_property(properties, "Identity")
    if len(identity) > MAX_IDENTITY_SIZE:
        raise ProtocolError(FailureReason.INVALID_IDENTITY, f"it has {len(identity)} bytes")
