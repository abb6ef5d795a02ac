"""Options that are more than a value to be stored: what setting one of them does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.enums import SocketOption, SocketType
from core.option_row import Option, refuse
from core.option_security import ROLE_OPTIONS, set_security

if TYPE_CHECKING:
    from core.options import OptionValues

# In bytes: the wire has one for the length (RFC 37, property names).
_LONGEST_NAME = 255

Setter = Callable[["OptionValues", Option, Any], None]


def _subscribe(values: OptionValues, row: Option, topic: bytes) -> None:
    """Only checked: the socket carries it out."""
    if values.socket_type is not SocketType.SUB and not values.xpub_manual:
        raise refuse(row, "needs XPUB_MANUAL to be set first on an XPUB socket")


def _ipv4_only(values: OptionValues, row: Option, value: bool) -> None:
    values.ipv6 = not value


def _verbose(values: OptionValues, row: Option, value: bool) -> None:
    # The two levels are one setting in libzmq: the last one set wins.
    values.xpub_verbose, values.xpub_verboser = value, False


def _verboser(values: OptionValues, row: Option, value: bool) -> None:
    values.xpub_verbose = values.xpub_verboser = value


def _manual_last_value(values: OptionValues, row: Option, value: bool) -> None:
    values.xpub_manual = values.xpub_manual_last_value = value


def _metadata(values: OptionValues, row: Option, fact: bytes) -> None:
    name, _, value = fact.partition(b":")
    if not name.startswith(b"X-") or len(name) > _LONGEST_NAME or not value:
        raise refuse(row, f"has the form X-name:value, not {fact!r}")
    # libzmq: of a name that comes twice, the first value counts.
    values.metadata.setdefault(name.decode("latin-1"), value)


def _accept_filter(values: OptionValues, row: Option, network: bytes) -> None:
    if not network:
        values.tcp_accept_filter = ()
    elif _is_network(text := network.decode("latin-1")):
        values.tcp_accept_filter += (text,)
    else:
        raise refuse(row, f"is a network such as 10.0.0.0/8 or fe80::/10, not {text!r}")


def _is_network(text: str) -> bool:
    import ipaddress

    _, slash, bits = text.partition("/")
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return not slash or (bits.isascii() and bits.isdecimal())


def _ipc_filter(values: OptionValues, row: Option, number: int) -> None:
    setattr(values, row.attribute, getattr(values, row.attribute) | {number})


def _socks_proxy(values: OptionValues, row: Option, proxy: bytes) -> None:
    host, _, port = proxy.rpartition(b":")
    if proxy and not (host and port.isdigit() and 0 < int(port) < 65536):
        raise refuse(row, f"has the form host:port, such as 127.0.0.1:1080, not {proxy!r}")
    values.socks_proxy = proxy


SETTERS: dict[int, Setter] = {
    SocketOption.SUBSCRIBE: _subscribe,
    SocketOption.UNSUBSCRIBE: _subscribe,
    SocketOption.IPV4ONLY: _ipv4_only,
    SocketOption.XPUB_VERBOSE: _verbose,
    SocketOption.XPUB_VERBOSER: _verboser,
    SocketOption.XPUB_MANUAL_LAST_VALUE: _manual_last_value,
    SocketOption.METADATA: _metadata,
    SocketOption.TCP_ACCEPT_FILTER: _accept_filter,
    SocketOption.IPC_FILTER_PID: _ipc_filter,
    SocketOption.IPC_FILTER_UID: _ipc_filter,
    SocketOption.IPC_FILTER_GID: _ipc_filter,
    SocketOption.SOCKS_PROXY: _socks_proxy,
    **dict.fromkeys(ROLE_OPTIONS, set_security),
}
