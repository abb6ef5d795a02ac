"""Who may connect: pyzmq's authenticators, and certificates on disk.

`Authenticator` is a ZAP handler (RFC 27) without a thread of its own; ``core.auth.thread`` and
``core.auth.asyncio`` have the ones that programs use.
"""

from __future__ import annotations

from core.auth.authenticator import CURVE_ALLOW_ANY, Authenticator, CredentialsProvider
from core.auth.certs import create_certificates, load_certificate, load_certificates

__all__ = [
    "CURVE_ALLOW_ANY",
    "Authenticator",
    "CredentialsProvider",
    "create_certificates",
    "load_certificate",
    "load_certificates",
]
