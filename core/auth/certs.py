"""Certificates: files with CURVE keys, in the format of CZMQ and pyzmq.

A public certificate, ``NAME.key``, is for everybody who wants to talk to its owner. A secret one,
``NAME.key_secret``, has both keys, and only its owner may read it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from core.curve import curve_keypair

__all__ = ["create_certificates", "load_certificate", "load_certificates"]

_PUBLIC_NOTE = """\
#   CURVE public certificate: give it to whom you want to talk to, in a way that
#   nobody can change it on.
"""
_SECRET_NOTE = """\
#   CURVE SECRET certificate: it stays with its owner. Nobody else may read it.
"""

_LINE = re.compile(r"""\s*(public|secret)-key\s*=\s*["']?(.*?)["']?\s*""")


def create_certificates(
    key_dir: str | os.PathLike[str], name: str, metadata: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Make a new pair of keys and write it to two files, replacing older ones of this name.

    :param key_dir: directory, which must exist
    :param name: of the files, without the suffix
    :param metadata: facts to note in the secret certificate, one line each
    :returns: paths of the public certificate (``.key``) and the secret one (``.key_secret``),
        which only its owner can read
    :raises OSError: a file cannot be written
    :raises ValueError: a fact has more than one line
    :raises ZMQError: ENOTSUP without PyNaCl: ``pip install 'babelmq[curve]'``
    """
    public, secret = (key.decode("ascii") for key in curve_keypair())
    base = Path(key_dir) / name
    public_file, secret_file = f"{base}.key", f"{base}.key_secret"
    facts = _section("metadata", metadata or {})
    public_line = f'    public-key = "{public}"\n'
    _write(public_file, 0o644, _PUBLIC_NOTE, _section("metadata", {}), "curve\n", public_line)
    _write(
        secret_file, 0o600, _SECRET_NOTE, facts, "curve\n", public_line,
        f'    secret-key = "{secret}"\n',
    )  # fmt: skip
    return public_file, secret_file


def _section(title: str, facts: Mapping[str, str]) -> str:
    for name, value in facts.items():
        if len(f"{name} = {value}".splitlines()) != 1:
            raise ValueError(f"metadata {name!r} must fit on one line")
    return f"{title}\n" + "".join(f"    {name} = {value}\n" for name, value in facts.items())


def _write(path: str, mode: int, note: str, *parts: str) -> None:
    made = f"#   Made on {datetime.now():%Y-%m-%d %H:%M:%S} by BabelMQ\n"
    # Closed to others before the first byte is in it, also when it was there before.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write("".join((made, note, "\n", *parts)))


def load_certificate(filename: str | os.PathLike[str]) -> tuple[bytes, bytes | None]:
    """Read the keys from a certificate of either kind.

    :returns: (public key, secret key), each 40 characters of Z85; the secret key is None in a
        public certificate
    :raises OSError: the file is not there or cannot be read
    :raises ValueError: there is no public key in it
    """
    if not os.path.exists(filename):
        raise OSError(f"Invalid certificate file: {os.fspath(filename)!r} does not exist")
    keys: dict[str, bytes] = {}
    for line in Path(filename).read_text(encoding="utf-8", errors="replace").splitlines():
        if found := _LINE.fullmatch(line):
            keys[found[1]] = found[2].encode()
    if "public" not in keys:
        raise ValueError(f"No public key found in {os.fspath(filename)!r}")
    return keys["public"], keys.get("secret")


def load_certificates(directory: str | os.PathLike[str] = ".") -> dict[bytes, bool]:
    """Read the public keys of all certificates (``*.key``) in a directory.

    :returns: each key, 40 characters of Z85, with True
    :raises OSError: there is no such directory, or a file cannot be read
    :raises ValueError: there is no public key in one of the files
    """
    if not os.path.isdir(directory):
        raise OSError(f"Invalid certificate directory: {os.fspath(directory)!r}")
    return {load_certificate(path)[0]: True for path in sorted(Path(directory).glob("*.key"))}
