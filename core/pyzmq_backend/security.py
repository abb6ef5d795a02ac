"""Keys for CURVE, as pyzmq's programs ask for them."""

from __future__ import annotations

import errno

from core.pyzmq_backend.errors import zmq_error


def curve_keypair() -> tuple[bytes, bytes]:
    """Refuse.

    :raises ZMQError: ENOTSUP, always, as libzmq without CURVE
    """
    raise zmq_error(errno.ENOTSUP, "the CURVE mechanism is not built yet")


def curve_public(secret_key: str | bytes) -> bytes:
    """Refuse.

    :raises ZMQError: ENOTSUP, always, as libzmq without CURVE
    """
    raise zmq_error(errno.ENOTSUP, "the CURVE mechanism is not built yet")


__all__ = ["curve_keypair", "curve_public"]
