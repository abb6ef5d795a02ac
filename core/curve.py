"""Keys for CURVE: a pair of them, and the public one of a secret one."""

from __future__ import annotations

import os
from errno import EINVAL

from core.errors import ZMQError
from core.runtime.security import check_curve_available
from core.utils import z85

__all__ = ["curve_keypair", "curve_public"]

_PRINTED_SIZE = 40


def curve_keypair() -> tuple[bytes, bytes]:
    """Make a new pair of CURVE keys.

    :returns: (public key, secret key), 40 characters of Z85 each
    :raises ZMQError: ENOTSUP without PyNaCl: ``pip install 'babelmq[curve]'``
    """
    secret = z85.encode(os.urandom(32))
    return curve_public(secret), secret


def curve_public(secret_key: bytes | str) -> bytes:
    """Return the public key that belongs to a secret key.

    :param secret_key: 40 characters of Z85
    :returns: 40 characters of Z85
    :raises ValueError: ``secret_key`` has another length
    :raises ZMQError: EINVAL for characters that Z85 does not have, ENOTSUP without PyNaCl:
        ``pip install 'babelmq[curve]'``
    """
    if len(secret_key) != _PRINTED_SIZE:
        raise ValueError(f"a secret key has 40 characters of Z85, not {len(secret_key)}")
    check_curve_available()
    from core.zmtp.sodium import public_key

    try:
        secret = z85.decode(secret_key)
    except ValueError as error:
        raise ZMQError(EINVAL, f"this is no secret key: {error}") from None
    return z85.encode(public_key(secret))
