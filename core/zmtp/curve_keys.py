"""What both sides of CURVE (RFC 26) know: keys, how nonces are made, and the sizes of commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.zmtp.sodium import public_key

__all__ = ["CurveKeys", "Entropy", "long_nonce", "short_nonce"]

#: Returns so many random bytes: os.urandom, or in tests what they want.
Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class CurveKeys:
    """The long-term keys of one side, 32 bytes each.

    secret: our own; public: belongs to it, and is computed when empty; server: the public key of
    the server, which only a client needs.
    """

    secret: bytes
    public: bytes = b""
    server: bytes = b""

    def own_public(self) -> bytes:
        """Return our public key."""
        return self.public or public_key(self.secret)

    def __repr__(self) -> str:
        """Keep the secret key out of logs and tracebacks."""
        return f"CurveKeys(public={self.public!r}, server={self.server!r})"


def short_nonce(prefix: bytes, counter: int) -> bytes:
    """Return a nonce of a 16-byte prefix and the counter that the peer is told."""
    return prefix + counter.to_bytes(8, "big")


def long_nonce(prefix: bytes, entropy: bytes) -> bytes:
    """Return a nonce of an 8-byte prefix and 16 random bytes that the peer is told."""
    return prefix + entropy
