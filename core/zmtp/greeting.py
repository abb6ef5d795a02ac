"""The 64 bytes that open every ZMTP 3.x connection.

RFC 37 §formal grammar: signature (FF, 8 bytes of padding, 7F), version (major, minor), mechanism
(20 bytes, null-padded), as-server (1 byte), filler (31 zero bytes).

We send all of it at once, as the RFC asks of a peer that does not downgrade. What arrives is judged
as early as possible and with the peer of each earlier version told apart, which is where a
downgrade to ZMTP 1.0 or 2.0 would branch off.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.zmtp.errors import FailureReason, ProtocolError

__all__ = ["GREETING_SIZE", "Greeting", "build_greeting", "check_prefix", "parse_greeting"]

GREETING_SIZE = 64
OUR_VERSION = (3, 1)

_SIGNATURE_SIZE = 10
_MECHANISM = slice(12, 32)
_AS_SERVER = 32

#: How many bytes it takes to tell what a peer speaks that does not speak ZMTP.
_TELLING_SIZE = 4

#: How the foreign protocols that get connected by mistake begin, for a message that helps.
_FOREIGN = (
    (b"GET ", "HTTP"),
    (b"POST", "HTTP"),
    (b"PUT ", "HTTP"),
    (b"HEAD", "HTTP"),
    (b"OPTI", "HTTP"),
    (b"CONN", "HTTP"),
    (b"PRI ", "HTTP/2"),
    (b"HTTP", "HTTP"),
    (b"SSH-", "SSH"),
    (b"\x16\x03", "TLS"),
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """A peer's greeting: version (major, minor), mechanism name, as-server flag."""

    version: tuple[int, int]
    mechanism: str
    as_server: bool

    @property
    def takes_subscription_commands(self) -> bool:
        """Whether SUBSCRIBE and CANCEL go to this peer as commands rather than as messages.

        Every peer but a 3.0 one: RFC 37 §version negotiation has us use our own protocol with
        equal and higher versions. libzmq takes an announced major version 2, which no released
        implementation sends, for 3.1 as well.
        """
        return self.version != (3, 0)


def build_greeting(mechanism: str, as_server: bool) -> bytes:
    """Return our own 64-byte greeting."""
    # RFC 37 §version negotiation: without older-protocol detection the padding SHOULD be zeros.
    signature = b"\xff" + bytes(8) + b"\x7f"
    name = mechanism.encode("ascii").ljust(20, b"\0")
    return signature + bytes(OUR_VERSION) + name + bytes([as_server]) + bytes(31)


def check_prefix(received: bytes) -> None:
    """Refuse a hopeless peer on the first bytes that show it; fewer bytes are no fault.

    Raises ProtocolError (NOT_ZMTP, UNSUPPORTED_VERSION).
    """
    if not received:
        return
    # RFC 37 §detecting ZMTP 1.0 and 2.0 peers: a first octet other than FF is the length of a
    # ZMTP 1.0 identity frame, or somebody else's protocol altogether.
    if received[0] != 0xFF:
        _refuse_unversioned(received)
        return
    # The same section: the lowest bit of the 10th octet is 0 for a long ZMTP 1.0 identity frame.
    if len(received) >= _SIGNATURE_SIZE and not received[9] & 1:
        raise ProtocolError(FailureReason.UNSUPPORTED_VERSION, "it speaks ZMTP 1.0")
    # libzmq gives revision 0 to ZMTP 1.0 and 1 to ZMTP 2.0, and takes 2 for a version 3 peer.
    if len(received) > _SIGNATURE_SIZE and received[10] < 2:
        version = f"it announced revision {received[10]}, which is ZMTP {received[10] + 1}.0"
        raise ProtocolError(FailureReason.UNSUPPORTED_VERSION, version)


def _refuse_unversioned(received: bytes) -> None:
    # A ZMTP 1.0 identity frame is its length (identity + 1), then a flags octet of 0.
    if len(received) > 1 and received[0] > 0 and received[1] == 0:
        raise ProtocolError(FailureReason.UNSUPPORTED_VERSION, "it speaks ZMTP 1.0")
    # Fewer bytes than this could be told neither from ZMTP 1.0 nor from each other.
    if len(received) < _TELLING_SIZE:
        return
    beginning = received[:_TELLING_SIZE]
    for prefix, name in _FOREIGN:
        if beginning.startswith(prefix):
            raise ProtocolError(FailureReason.NOT_ZMTP, f"it speaks {name}")
    raise ProtocolError(FailureReason.NOT_ZMTP, f"it began with {beginning!r}")


def parse_greeting(received: bytes) -> Greeting:
    """Read a whole greeting of 64 bytes whose prefix was checked.

    Padding, filler and unknown minor versions are not looked at: RFC 37 §version negotiation
    forbids the first and demands to accept higher versions.
    """
    name = received[_MECHANISM].rstrip(b"\0").decode("latin-1")
    return Greeting((received[10], received[11]), name, received[_AS_SERVER] == 1)
