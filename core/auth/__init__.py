"""Who may connect: pyzmq's authenticators, and certificates on disk.

`Authenticator` is a ZAP handler (RFC 27) without a thread of its own; ``core.auth.thread`` and
``core.auth.asyncio`` have the ones that programs use. `ZapRequest` and `ZapReply` are what a
function gets and returns that is ``Context.zap_handler``.
"""

from __future__ import annotations

from core.auth.authenticator import CURVE_ALLOW_ANY, Authenticator, CredentialsProvider
from core.auth.certs import create_certificates, load_certificate, load_certificates
from core.auth.handler import ZapReply, ZapRequest

__all__ = [
    "CURVE_ALLOW_ANY",
    "Authenticator",
    "CredentialsProvider",
    "ZapReply",
    "ZapRequest",
    "create_certificates",
    "load_certificate",
    "load_certificates",
]
