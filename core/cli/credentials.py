"""Security on the command line: CURVE and PLAIN. Secrets come from files, never from arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.ending import Failed
from core.socket import Socket
from core.utils import z85

if TYPE_CHECKING:
    from core.auth.thread import ThreadAuthenticator

_KEY_LENGTH = 40  # characters of a key as text (Z85)
_KEY_BYTES = 32
_DOMAIN = "babelmq"  # of ZAP: it has to be some, to be enforced


def add_credentials(group: argparse._ArgumentGroup) -> None:
    """Add the options to a parser's group."""
    _add_curve(group.add_argument)
    _add_plain(group.add_argument)


def _add_curve(add: Callable[..., object]) -> None:
    add(
        "--curve-server",
        action="store_true",
        help="encrypt with CURVE, as the server: needs --curve-key; lets in any client, or those "
        "of --curve-allow",
    )
    add(
        "--curve-allow",
        action="append",
        default=[],
        metavar="KEY",
        help="let in this client only: its public key, its certificate file, or a directory of "
        "certificates (*.key), read at the start; may be repeated",
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


def _add_plain(add: Callable[..., object]) -> None:
    add(
        "--plain-server",
        metavar="FILE",
        help="ask for names and passwords (PLAIN: not encrypted), as the server: each line of the "
        "file is NAME:PASSWORD",
    )
    add("--plain-user", metavar="NAME", help="give this user name (PLAIN: not encrypted)")
    add("--plain-password", metavar="FILE", help="and the password in the first line of this file")


def problem(parsed: argparse.Namespace) -> str:
    """Why the options make no sense; empty when they do."""
    curve = parsed.curve_server or parsed.curve_peer
    plain = parsed.plain_server or parsed.plain_user or parsed.plain_password
    checks = {
        "a CURVE server needs its certificate: --curve-key": parsed.curve_server
        and not parsed.curve_key,
        "--curve-server and --curve-peer: one of them": parsed.curve_server and parsed.curve_peer,
        "--curve-key goes with --curve-server or --curve-peer": parsed.curve_key and not curve,
        "--curve-allow goes with --curve-server": parsed.curve_allow and not parsed.curve_server,
        "--plain-user and --plain-password: both or none": bool(parsed.plain_user)
        != bool(parsed.plain_password),
        "--plain-server and --plain-user: one of them": parsed.plain_server and parsed.plain_user,
        "PLAIN or CURVE: one of them": curve and plain,
    }
    return next((text for text, holds in checks.items() if holds), "")


def apply_credentials(socket: Socket, parsed: argparse.Namespace, after: ExitStack) -> None:
    """Set them on a socket, before it is bound.

    :param after: gets the end of the authenticator
    :raises Failed: a file is no certificate, or has no secret key
    :raises OSError: a file cannot be read
    :raises ZMQError: CURVE is not there (PyNaCl), or a key is none
    """
    if parsed.plain_server:
        socket.plain_server = 1
        _guard(socket, after).configure_plain(_DOMAIN, _passwords(parsed.plain_server))
    elif parsed.plain_user:
        socket.plain_username = parsed.plain_user.encode()
        socket.plain_password = Path(parsed.plain_password).read_bytes().split(b"\n")[0]
    elif parsed.curve_server or parsed.curve_peer:
        _apply_curve(socket, parsed, after)


def _apply_curve(socket: Socket, parsed: argparse.Namespace, after: ExitStack) -> None:
    from core.curve import curve_keypair

    secret = _secret(parsed.curve_key) if parsed.curve_key else curve_keypair()[1]
    socket.curve_secretkey = secret
    if parsed.curve_peer:
        socket.curve_serverkey = _public(parsed.curve_peer)
        return
    socket.curve_server = 1
    if parsed.curve_allow:
        keys = _Keys(key for each in parsed.curve_allow for key in _clients(each))
        _guard(socket, after).configure_curve_callback(_DOMAIN, keys)


class _Keys(frozenset[bytes]):
    """Who may come in; what an authenticator asks."""

    def callback(self, domain: str, key: bytes) -> bool:
        return key in self


def guarded(parsed: argparse.Namespace) -> bool:
    """Whether an authenticator decides about the peers."""
    return bool(parsed.plain_server or parsed.curve_allow)


def _guard(socket: Socket, after: ExitStack) -> ThreadAuthenticator:
    """An authenticator; without it, as when the context ends, nobody gets in."""
    from core.auth.thread import ThreadAuthenticator

    socket.zap_domain = _DOMAIN.encode()
    socket.zap_enforce_domain = 1
    guard = ThreadAuthenticator(socket.context)
    guard.start()
    after.callback(guard.stop)
    return guard


def _passwords(path: str) -> dict[str, str]:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    entries = [(number, *line.partition(":")) for number, line in enumerate(lines, 1) if line]
    for number, name, colon, _ in entries:
        if not name or not colon:
            raise Failed(f"{path}, line {number}: not NAME:PASSWORD")
    if not entries:
        raise Failed(f"{path} has no users: each line is NAME:PASSWORD")
    return {name: password for _, name, _, password in entries}


def _clients(key: str) -> Iterable[bytes]:
    if not Path(key).is_dir():
        return [_public(key)]
    from core.auth.certs import load_certificates

    try:
        found = load_certificates(key)
    except ValueError as error:
        raise Failed(f"{key}: {error}") from None
    if not found:
        raise Failed(f"{key} has no certificates (*.key): nobody could come in")
    return found


def _secret(path: str) -> bytes:
    _, secret = _certificate(path)
    if secret is None:
        raise Failed(f"{path} has no secret key: give the file that ends in .key_secret")
    return secret


def _public(key: str) -> bytes:
    is_key = len(key) == _KEY_LENGTH and not Path(key).exists()
    found = key.encode() if is_key else _certificate(key)[0]
    try:
        if len(z85.decode(found)) == _KEY_BYTES:
            return found
        problem = f"it has {len(found)} characters instead of {_KEY_LENGTH}"
    except ValueError as error:
        problem = str(error)
    raise Failed(f"{key} is no public key: {problem}")


def _certificate(path: str) -> tuple[bytes, bytes | None]:
    from core.auth.certs import load_certificate

    try:
        return load_certificate(path)
    except ValueError as error:
        raise Failed(f"{path} is no certificate: {error}") from None


__all__ = ["add_credentials", "apply_credentials", "guarded", "problem"]
