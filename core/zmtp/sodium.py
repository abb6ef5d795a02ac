"""libsodium, through PyNaCl: the arithmetic of CURVE (RFC 26), and nothing about its messages.

PyNaCl is imported on first use; `SodiumMissing` says what to install. Whatever libsodium refuses,
because a key does not open a box or is no point of the curve, raises ProtocolError (CRYPTOGRAPHIC).

A box for somebody (crypto_box) is a box with a key that both sides can compute (crypto_secretbox):
so there is one way to close a box here, and one to open it.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from core.zmtp.errors import FailureReason, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "KEY_SIZE",
    "MAC_SIZE",
    "SodiumMissing",
    "check",
    "close_box",
    "open_box",
    "public_key",
    "raw",
    "shared_key",
]

#: In bytes: keys of every kind, and how much longer a box is than its content.
KEY_SIZE = 32
MAC_SIZE = 16


class SodiumMissing(ImportError):
    """PyNaCl is not installed."""

    def __init__(self) -> None:
        super().__init__("CURVE needs PyNaCl: pip install 'babelmq[curve]'")


@cache
def _bindings() -> Any:
    try:
        from nacl import bindings
    except ImportError:
        raise SodiumMissing from None
    return bindings


def check() -> None:
    """Raise SodiumMissing unless CURVE can be used."""
    _bindings()


@cache
def raw() -> tuple[Any, Any]:
    """Return cffi's (ffi, lib) of libsodium, for loops that PyNaCl's checks would slow down."""
    _bindings()
    from nacl._sodium import ffi, lib

    return ffi, lib


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    from nacl.exceptions import CryptoError

    try:
        yield
    except CryptoError:
        raise ProtocolError(FailureReason.CRYPTOGRAPHIC, what) from None


def public_key(secret: bytes) -> bytes:
    """Return the public key that belongs to a secret key."""
    key: bytes = _bindings().crypto_scalarmult_base(secret)
    return key


def shared_key(public: bytes, secret: bytes, what: str) -> bytes:
    """Return the key that two sides have in common: of one the public, of the other the secret.

    Raises ProtocolError (CRYPTOGRAPHIC, naming `what`) when `public` is no point of the curve.
    """
    with _refusals(what):
        key: bytes = _bindings().crypto_box_beforenm(public, secret)
    return key


def close_box(content: bytes, nonce: bytes, key: bytes) -> bytes:
    """Return the box that `key` opens; a nonce has 24 bytes and is used once."""
    box: bytes = _bindings().crypto_secretbox(content, nonce, key)
    return box


def open_box(box: bytes, nonce: bytes, key: bytes, what: str) -> bytes:
    """Return what is in a box.

    Raises ProtocolError (CRYPTOGRAPHIC, naming `what`) when it was closed with another key or
    nonce, or was changed on its way.
    """
    with _refusals(what):
        content: bytes = _bindings().crypto_secretbox_open(box, nonce, key)
    return content
