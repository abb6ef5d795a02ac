"""The 64 bytes that open every ZMTP 3.x connection.

RFC 37 §formal grammar: signature (FF, 8 bytes of padding, 7F), version (major, minor), mechanism
(20 bytes, null-padded), as-server (1 byte), filler (31 zero bytes).

We send it in three pieces, as libzmq does: the signature at once, the revision to a peer that
greets with a signature, the rest to one that speaks ZMTP 3. So peers of ZMTP 1.0 and 2.0 get what
they know (`downgrade`). Where only ZMTP 3 will do, for the sake of a security mechanism, all of it
goes out at once. What arrives is judged as early as possible.
"""

from __future__ import annotations

from typing import NamedTuple

from core.zmtp.errors import FailureReason, ProtocolError

__all__ = [
    "GREETING_SIZE",
    "SIGNATURE_SIZE",
    "Greeting",
    "build_greeting",
    "check_prefix",
    "parse_greeting",
]

GREETING_SIZE = 64
OUR_VERSION = (3, 1)

SIGNATURE_SIZE = 10
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


class Greeting(NamedTuple):
    """A peer's greeting: version (major, minor), mechanism name, as-server flag."""

    version: tuple[int, int]
    mechanism: str
    as_server: bool
    #: a peer from before ZMTP 3, whatever the number
    is_old: bool = False

    @property
    def takes_subscription_commands(self) -> bool:
        """Whether SUBSCRIBE and CANCEL go to this peer as commands rather than as messages.

        Every peer but a 3.0 one: RFC 37 §version negotiation has us use our own protocol with
        equal and higher versions. libzmq takes an announced major version 2, which no released
        implementation sends, for 3.1 as well.
        """
        return not self.is_old and self.version != (3, 0)


def build_greeting(mechanism: str, as_server: bool, identity_size: int = 0) -> bytes:
    """Return our own 64-byte greeting."""
    # RFC 37 §detecting ZMTP 1.0 and 2.0 peers: to them this is the header of our identity frame.
    signature = b"\xff" + (identity_size + 1).to_bytes(8, "big") + b"\x7f"
    name = mechanism.encode("ascii").ljust(20, b"\0")
    return signature + bytes(OUR_VERSION) + name + bytes([as_server]) + bytes(31)


def check_prefix(received: bytes) -> None:
    """Refuse a hopeless peer on the first bytes that show it; fewer bytes are no fault.

    Raises ProtocolError (NOT_ZMTP).
    """
    # RFC 37 §detecting ZMTP 1.0 and 2.0 peers: a first octet other than FF is the length of a
    # ZMTP 1.0 identity frame, or somebody else's protocol altogether.
    if not received or received[0] == 0xFF:
        return
    # A ZMTP 1.0 identity frame is its length (identity + 1), then a flags octet of 0.
    if len(received) > 1 and received[0] > 0 and received[1] == 0:
        return
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
