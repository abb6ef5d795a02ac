"""Security on the command line: CURVE and PLAIN. Secrets come from files, never from arguments."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.ending import Failed
from core.socket import Socket

_KEY_LENGTH = 40  # characters of a key as text (Z85)


def add_credentials(group: argparse._ArgumentGroup) -> None:
    """Add the options to a parser's group."""
    add = group.add_argument
    add(
        "--curve-server",
        action="store_true",
        help="encrypt with CURVE, as the server: needs --curve-key",
    )
    add(
        "--curve-peer",
        metavar="KEY",
        help="encrypt with CURVE, as a client: the server's public key, or its certificate file",
    )
    add(
        "--curve-key",
        metavar="FILE",
        help="our certificate with its secret key (a client without one makes a new key)",
    )
    add("--plain-user", metavar="NAME", help="give this user name (PLAIN: not encrypted)")
    add("--plain-password", metavar="FILE", help="and the password in the first line of this file")


def problem(parsed: argparse.Namespace) -> str:
    """Why the options make no sense; empty when they do."""
    curve = parsed.curve_server or parsed.curve_peer
    checks = {
        "a CURVE server needs its certificate: --curve-key": parsed.curve_server
        and not parsed.curve_key,
        "--curve-server and --curve-peer: one of them": parsed.curve_server and parsed.curve_peer,
        "--curve-key goes with --curve-server or --curve-peer": parsed.curve_key and not curve,
        "--plain-user and --plain-password: both or none": bool(parsed.plain_user)
        != bool(parsed.plain_password),
        "PLAIN or CURVE: one of them": curve and parsed.plain_user,
    }
    return next((text for text, holds in checks.items() if holds), "")


def apply_credentials(socket: Socket, parsed: argparse.Namespace) -> None:
    """Set them on a socket.

    :raises Failed: a file is no certificate, or has no secret key
    :raises OSError: a file cannot be read
    :raises ZMQError: CURVE is not there (PyNaCl), or a key is none
    """
    if parsed.plain_user:
        socket.plain_username = parsed.plain_user.encode()
        socket.plain_password = Path(parsed.plain_password).read_bytes().split(b"\n")[0]
    if not (parsed.curve_server or parsed.curve_peer):
        return
    from core.curve import curve_keypair

    secret = _secret(parsed.curve_key) if parsed.curve_key else curve_keypair()[1]
    socket.curve_secretkey = secret
    if parsed.curve_server:
        socket.curve_server = 1
    else:
        socket.curve_serverkey = _public(parsed.curve_peer)


def _secret(path: str) -> bytes:
    _, secret = _certificate(path)
    if secret is None:
        raise Failed(f"{path} has no secret key: give the file that ends in .key_secret")
    return secret


def _public(key: str) -> bytes:
    is_key = len(key) == _KEY_LENGTH and not Path(key).exists()
    return key.encode() if is_key else _certificate(key)[0]


def _certificate(path: str) -> tuple[bytes, bytes | None]:
    from core.auth.certs import load_certificate

    try:
        return load_certificate(path)
    except ValueError as error:
        raise Failed(f"{path} is no certificate: {error}") from None


__all__ = ["add_credentials", "apply_credentials", "problem"]
