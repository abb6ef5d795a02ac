"""The addresses of a network interface such as `eth0`, with nothing but the standard library."""

from __future__ import annotations

import socket
import struct
import sys

# ioctl "get interface address"; the layout of its argument is in netdevice(7).
_SIOCGIFADDR = {"linux": 0x8915, "darwin": 0xC0206921}
_INTERFACE_TABLE = "/proc/net/if_inet6"


def interface_addresses(name: str, *, ipv6: bool) -> list[str]:
    """Return the numeric addresses of an interface, ``[]`` when no interface has that name.

    :param name: as the system calls it, for example ``eth0``
    :param ipv6: list its IPv6 addresses too, before the IPv4 one
    """
    if name not in {known for _, known in socket.if_nameindex()}:
        return []
    return [*(_ipv6_addresses(name) if ipv6 else []), *_ipv4_address(name)]


def _ipv4_address(name: str) -> list[str]:
    request = _SIOCGIFADDR.get(sys.platform)
    if request is None or sys.platform == "win32":
        return []
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            answer = fcntl.ioctl(sock, request, struct.pack("16s24x", name.encode()))
        except OSError:  # the interface exists and has no IPv4 address
            return []
    return [socket.inet_ntoa(answer[20:24])]


def _ipv6_addresses(name: str) -> list[str]:
    """Read Linux's table: address, index, prefix length, scope, flags, name."""
    try:
        with open(_INTERFACE_TABLE, encoding="utf-8") as table:
            rows = [line.split() for line in table]
    except FileNotFoundError:
        return []
    found = [(row[3], bytes.fromhex(row[0])) for row in rows if row[5] == name]
    # Global scope (00) before link-local (20), which works only with a zone.
    return [
        _with_zone(socket.inet_ntop(socket.AF_INET6, packed), scope, name)
        for scope, packed in sorted(found)
    ]


def _with_zone(address: str, scope: str, name: str) -> str:
    return f"{address}%{name}" if scope == "20" else address


__all__ = ["interface_addresses"]
