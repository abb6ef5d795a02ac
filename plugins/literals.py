"""Addresses written as numbers. ``ipaddress`` knows much more, and takes 2 ms to import."""

from __future__ import annotations

import socket


def packed(host: str) -> bytes | None:
    """Return the 4 or 16 bytes of an IPv4 or IPv6 address, None for anything else, such as a name.

    :param host: an IPv6 address may have a zone (RFC 4007), which is left out: ``fe80::1%eth0``
    """
    address, mark, zone = host.partition("%")
    if mark and (not zone or "%" in zone):
        return None
    for family in (socket.AF_INET6,) if mark else (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, address)
        except (OSError, ValueError):  # not of this family, or not even text that the system takes
            continue
    return None


__all__ = ["packed"]
