"""Keys for CURVE, as pyzmq's programs ask for them."""

from __future__ import annotations

import core
from core.pyzmq_backend.errors import translation


def curve_keypair() -> tuple[bytes, bytes]:
    """Make a key pair: see ``core.curve_keypair``."""
    with translation:
        return core.curve_keypair()


def curve_public(secret_key: str | bytes) -> bytes:
    """Return the public key of a secret one: see ``core.curve_public``."""
    with translation:
        return core.curve_public(secret_key)


__all__ = ["curve_keypair", "curve_public"]
