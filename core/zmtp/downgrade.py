"""Peers from before ZMTP 3: what gives them away, and how they say who they are.

ZMTP 2.0 (RFC 15, libzmq 3) greets with the signature, a revision of 1 and its socket type, then
sends its identity as a frame. ZMTP 1.0 (RFC 13, libzmq 2) sends its identity as a frame and nothing
before it; the ten octets of a later signature look to it like the header of such a frame. Neither
knows security mechanisms, commands, metadata or heartbeats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.zmtp import zmtp1
from core.zmtp.config import MAX_IDENTITY_SIZE
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.frames import encode_frame
from core.zmtp.greeting import SIGNATURE_SIZE
from core.zmtp.mechanism import check_peer_metadata
from core.zmtp.null import NullMechanism

if TYPE_CHECKING:
    from core.zmtp.config import ConnectionConfig

__all__ = ["IdentityExchange", "OldPeer", "recognise", "socket_type_octet"]

_REVISION = SIGNATURE_SIZE
_GREETING_SIZE = SIGNATURE_SIZE + 2

#: RFC 15 §greeting: the socket types by their octet, which are libzmq's numbers.
_TYPES = ("PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB")


class OldPeer(NamedTuple):
    """A peer that speaks an older version.

    version: (1, 0) or (2, 0).
    greeting_size: how many octets of it came before its identity frame.
    socket_type: its type, as far as it tells; "" = it does not.
    """

    version: tuple[int, int]
    greeting_size: int = 0
    socket_type: str = ""

    @property
    def wants_everything(self) -> bool:
        """Whether it filters what it has subscribed to itself, and tells nobody."""
        return self.greeting_size == 0


def recognise(received: bytes | bytearray) -> OldPeer | None:
    """Return who the peer is, None if it speaks a later version or has said too little.

    `received` passed `greeting.check_prefix`.
    """
    if len(received) < 2:
        return None
    if received[0] != 0xFF:
        # A length and a flags octet of 0; anything else is not ZMTP, as `check_prefix` finds.
        return OldPeer((1, 0)) if received[0] and not received[1] else None
    # RFC 37 §detecting ZMTP 1.0 and 2.0 peers: the lowest bit of the 10th octet, which are the
    # flags of a long frame there.
    if len(received) >= SIGNATURE_SIZE and not received[SIGNATURE_SIZE - 1] & 1:
        return OldPeer((1, 0))
    if len(received) < _GREETING_SIZE or received[_REVISION] > 1:
        return None
    number = received[_REVISION + 1]
    socket_type = _TYPES[number] if number < len(_TYPES) else ""
    # libzmq: revision 0 is ZMTP 1.0 behind a greeting, which no release ever sent.
    version = (2, 0) if received[_REVISION] == 1 else (1, 0)
    return OldPeer(version, _GREETING_SIZE, socket_type)


def socket_type_octet(socket_type: str) -> bytes:
    """Return what stands for our type in a greeting of ZMTP 2.0.

    Raises ProtocolError (UNSUPPORTED_VERSION) for a type that is younger.
    """
    if socket_type not in _TYPES:
        detail = f"which has no {socket_type} sockets"
        raise ProtocolError(FailureReason.UNSUPPORTED_VERSION, detail)
    return bytes((_TYPES.index(socket_type),))


class IdentityExchange(NullMechanism):
    """What an old peer has in place of a mechanism: each side sends its identity in a frame."""

    def __init__(self, config: ConnectionConfig, peer: OldPeer) -> None:
        super().__init__(config)
        self._peer = peer

    def next_handshake_command(self) -> bytes | None:
        """Return our identity frame once, then None."""
        if self._ready_sent:
            return None
        self._ready_sent = True
        identity = self.config.identity
        if self._peer.greeting_size == 0:
            return identity  # our signature was the header of this frame
        if self._peer.version == (1, 0):
            return zmtp1.encode([identity])
        return encode_frame(identity)

    def process_handshake_command(self, body: bytes) -> None:
        """Take the peer's identity."""
        if len(body) > MAX_IDENTITY_SIZE:
            raise ProtocolError(FailureReason.INVALID_IDENTITY, f"it has {len(body)} bytes")
        properties = {"Identity": body}
        if self._peer.socket_type:
            properties["Socket-Type"] = self._peer.socket_type.encode()
        check_peer_metadata(self.config, properties)
        self.peer_properties = properties
        self._ready_received = True
