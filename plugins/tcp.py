"""`tcp://`: IPv4, IPv6, host names, interface names, wildcards and source addresses.

The endpoint syntax and the socket options are those of libzmq's zmq_tcp(7); beyond it, connecting
tries every address of a name, and an IPv6 literal works whether or not the `ipv6` option is set.
"""

from __future__ import annotations

import os
import socket
from errno import EADDRNOTAVAIL, ECONNABORTED, EHOSTUNREACH, EINVAL, ENODEV
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from core.endpoint import EndpointError
from core.hookspecs import hookimpl
from core.transport import Target, TransportOptions
from plugins.literals import packed
from plugins.network_interfaces import interface_addresses
from plugins.proxied_stream import ProxiedStream
from plugins.socket_settings import tune, use_device
from plugins.socks5 import Socks5Client
from plugins.stream_sockets import (
    SocketListener,
    SocketStream,
    adopt,
    start_connect,
)

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Sequence

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SocketAddress = tuple[str, int] | tuple[str, int, int, int]

_ANY_PORT = ("*", "!", "0")
_BIND_EXAMPLE = "tcp://127.0.0.1:5555, tcp://*:*, tcp://[::1]:5555"
_CONNECT_EXAMPLE = "tcp://localhost:5555, tcp://[::1]:5555"


class _Place(NamedTuple):
    """A concrete address, and for connecting the concrete source address if one was given."""

    family: int
    address: SocketAddress
    source: SocketAddress | None = None
    beyond: tuple[str, int] | None = None
    """Behind a proxy at `address`: the host and the port that are meant."""


class TcpTransport:
    """The stream transport behind `tcp://`."""

    scheme = "tcp"
    kind: Literal["stream"] = "stream"

    def parse(self, address: str, *, bind: bool) -> str:
        """Check ``[source;]host:port``; the address comes back as it is."""
        source, mark, main = address.rpartition(";")
        if mark and bind:
            raise _wrong(address, "a source address (before ';') is for connecting only", bind=True)
        if mark:
            _split(address, source, bind=True)
        _split(address, main, bind=bind)
        return address

    def waits_to_resolve(self, address: str, *, bind: bool) -> bool:
        """Literal addresses, wildcards and localhost never need the network."""
        host, _ = _split(address, address.rpartition(";")[2], bind=bind)
        return not (host in ("*", "localhost") or _is_literal(host))

    def resolve(self, address: str, *, bind: bool, options: TransportOptions) -> Sequence[Target]:
        """Look the host up; one target per address that it has."""
        source, _, main = address.rpartition(";")
        host, port = _split(address, main, bind=bind)
        if options.socks_proxy and not bind:
            return _through_proxy(address, host, port, source, options)
        places = _lookup(host, port, bind=bind, ipv6=options.ipv6)
        if source:
            places = _with_source(places, address, source, options)
        return [Target(_endpoint(place.address), place) for place in places]

    def listen(self, target: Target, options: TransportOptions) -> SocketListener:
        """Bind and listen, or take over a socket that does so already."""
        sock = _listening(target.data, options)
        try:
            endpoint = _endpoint(sock.getsockname())
        except BaseException:
            sock.close()
            raise

        networks = _networks(options.tcp_accept_filter)

        def wrap(accepted: socket.socket, address: SocketAddress) -> SocketStream:
            if networks:
                _check_allowed(address, networks)
            tune(accepted, options)
            return SocketStream(accepted, _endpoint(accepted.getsockname()), _endpoint(address))

        return SocketListener(sock, endpoint, wrap)

    def connect(self, target: Target, options: TransportOptions) -> SocketStream:
        """Start to connect to the target."""
        place: _Place = target.data
        sock = socket.socket(place.family, socket.SOCK_STREAM)
        try:
            use_device(sock, options)
            tune(sock, options)
            if place.source is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind(place.source)
            start_connect(sock, place.address, target.endpoint)
            local = _endpoint(sock.getsockname())
            if place.beyond is None:
                return SocketStream(sock, local, target.endpoint)
            client = Socks5Client(*place.beyond, options.socks_username, options.socks_password)
            return ProxiedStream(sock, local, _endpoint(place.address), target.endpoint, client)
        except BaseException:
            sock.close()
            raise


def _wrong(address: str, problem: str, *, bind: bool) -> EndpointError:
    example = _BIND_EXAMPLE if bind else _CONNECT_EXAMPLE
    return EndpointError(f"tcp://{address}", problem, example)


@lru_cache(maxsize=64)  # one endpoint is asked for three times until it is connected
def _split(address: str, part: str, *, bind: bool) -> tuple[str, int]:
    """Split ``host:port``; `address` is the whole of it, for the error."""
    if not part:
        raise _wrong(address, "the host and the port are missing", bind=bind)
    # The last colon, because IPv6 addresses are full of them; libzmq does not insist on brackets.
    host, colon, port = part.rpartition(":")
    if not colon or part.endswith("]"):
        raise _wrong(address, f"the port after {part!r} is missing", bind=bind)
    return _host(address, host, bind=bind), _port(address, port, bind=bind)


def _host(address: str, host: str, *, bind: bool) -> str:
    if not host:
        hint = "; '*' stands for all interfaces" if bind else ""
        raise _wrong(address, f"the host before the port is missing{hint}", bind=bind)
    if host.startswith("[") != host.endswith("]"):
        raise _wrong(address, f"the host {host!r} has only one of the brackets '[' ']'", bind=bind)
    if host.startswith("[") or ":" in host:
        host = host.removeprefix("[").removesuffix("]")
        if not _is_literal(host):
            raise _wrong(address, f"the host {host!r} is not an IPv6 address", bind=bind)
    if host == "*" and not bind:
        raise _wrong(address, "the host '*' means all interfaces: it can only be bound", bind=False)
    if not host.isprintable() or set(host) & set(" /;@?#[]") or ("*" in host and host != "*"):
        raise _wrong(address, f"the host {host!r} contains a character no host has", bind=bind)
    return host


def _port(address: str, port: str, *, bind: bool) -> int:
    if port in _ANY_PORT:
        if bind:
            return 0
        raise _wrong(address, f"the port {port!r} means any free one: only to bind", bind=False)
    if not (port.isascii() and port.isdecimal()):
        what = f"the port {port!r} is not a number" if port else "the port after ':' is missing"
        raise _wrong(address, what, bind=bind)
    if not 1 <= int(port) <= 65535:
        raise _wrong(address, f"the port {port} is not between 1 and 65535", bind=bind)
    return int(port)


def _is_literal(host: str) -> bool:
    return packed(host) is not None


def _lookup(host: str, port: int, *, bind: bool, ipv6: bool) -> list[_Place]:
    if host == "*":
        return [_any_interface(port, ipv6=ipv6)]
    literal = packed(host)
    if literal and len(literal) == 4:  # there is nothing to look up
        return [_Place(socket.AF_INET, (host, port))]
    # libzmq: an interface name counts before a host name, and only for local addresses.
    own = interface_addresses(host, ipv6=ipv6) if bind else []
    return [place for name in own or [host] for place in _addresses(name, port, bind, ipv6)]


def _addresses(host: str, port: int, bind: bool, ipv6: bool) -> list[_Place]:
    literal = _is_literal(host)
    family = socket.AF_UNSPEC if ipv6 or literal else socket.AF_INET
    flags = socket.AI_NUMERICHOST if literal else 0
    # For `str` the idna codec is imported and run, which changes nothing in plain names.
    name = host.encode("ascii") if host.isascii() else host
    try:
        found = socket.getaddrinfo(name, port, family, socket.SOCK_STREAM, flags=flags)
    except (socket.gaierror, UnicodeError) as error:
        raise _no_such_host(host, error, bind=bind, ipv6=ipv6) from error
    # Python types the address for builds without IPv6 as (int, bytes); there is no such target.
    return [_Place(entry[0], entry[4]) for entry in found]  # type: ignore[arg-type]


def _any_interface(port: int, *, ipv6: bool) -> _Place:
    if ipv6 and _has_ipv6():
        return _Place(socket.AF_INET6, ("::", port, 0, 0))
    return _Place(socket.AF_INET, ("0.0.0.0", port))


def _has_ipv6() -> bool:
    try:
        socket.socket(socket.AF_INET6, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True


def _no_such_host(host: str, error: Exception, *, bind: bool, ipv6: bool) -> OSError:
    reason = error.strerror if isinstance(error, socket.gaierror) else str(error)
    hint = "" if ipv6 else "; IPv6 addresses of names need the ipv6 option"
    what = "neither an interface nor a host" if bind else "no host"
    return OSError(ENODEV if bind else EHOSTUNREACH, f"{what} is named {host!r}: {reason}{hint}")


def _through_proxy(
    address: str, host: str, port: int, source: str, options: TransportOptions
) -> list[Target]:
    """The addresses of the proxy, each with what to ask it for: names are for it to resolve."""
    try:
        proxy_host, proxy_port = _split(address, options.socks_proxy.decode("latin-1"), bind=False)
    except EndpointError as error:
        raise OSError(EINVAL, f"ZMQ_SOCKS_PROXY: {error.problem}") from error
    places = _lookup(proxy_host, proxy_port, bind=False, ipv6=options.ipv6)
    if source:
        places = _with_source(places, address, source, options)
    name = _endpoint((host, port))
    return [Target(name, place._replace(beyond=(host, port))) for place in places]


def _with_source(
    places: list[_Place], address: str, source: str, options: TransportOptions
) -> list[_Place]:
    host, port = _split(address, source, bind=True)
    if host == "*":
        return [_Place(p.family, p.address, _wildcard_source(p.family, port)) for p in places]
    if not _is_literal(host) and not interface_addresses(host, ipv6=options.ipv6):
        # libzmq: literals and interfaces only, so that no name server decides who we are.
        raise OSError(ENODEV, f"the source {host!r} is neither an address nor an interface")
    sources = _lookup(host, port, bind=True, ipv6=options.ipv6)
    pairs = [
        _Place(place.family, place.address, local.address)
        for place in places
        for local in sources
        if local.family == place.family
    ]
    if not pairs:
        raise OSError(EADDRNOTAVAIL, f"the source {host!r} and the peer share no address family")
    return pairs


def _wildcard_source(family: int, port: int) -> SocketAddress:
    return ("::", port, 0, 0) if family == socket.AF_INET6 else ("0.0.0.0", port)


def _endpoint(address: SocketAddress) -> str:
    host, port = address[0], address[1]
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"


def _networks(accept_filter: tuple[str, ...]) -> list[Network]:
    if not accept_filter:
        return []
    import ipaddress

    return [ipaddress.ip_network(text, strict=False) for text in accept_filter]


def _check_allowed(address: SocketAddress, networks: Sequence[Network]) -> None:
    """Refuse a peer outside of the networks of ZMQ_TCP_ACCEPT_FILTER."""
    import ipaddress

    peer = ipaddress.ip_address(address[0].partition("%")[0])
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped is not None:
        peer = peer.ipv4_mapped
    if not any(peer in network for network in networks):
        raise ConnectionAbortedError(ECONNABORTED, f"{peer} is outside of ZMQ_TCP_ACCEPT_FILTER")


def _listening(place: _Place, options: TransportOptions) -> socket.socket:
    if options.use_fd != -1:
        # libzmq: whoever made it has set its options; the address is not used.
        return adopt(options.use_fd, socket.AF_INET, socket.AF_INET6)
    sock = _bound(place, options)
    try:
        sock.listen(options.backlog)
    except BaseException:
        sock.close()
        raise
    return sock


def _bound(place: _Place, options: TransportOptions) -> socket.socket:
    sock = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        use_device(sock, options)
        tune(sock, options)
        if place.family == socket.AF_INET6:
            # libzmq: IPv4 peers reach an IPv6 listener as mapped addresses.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(place.address)
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"{error.strerror}: {_endpoint(place.address)}") from error
    return sock


@hookimpl
def babelmq_transport() -> TcpTransport:
    """Offer `tcp://`."""
    return TcpTransport()


__all__ = ["TcpTransport", "babelmq_transport"]
