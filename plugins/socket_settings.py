"""The socket options of TCP connections, as the options of the socket above ask for them."""

from __future__ import annotations

import socket
import sys
from errno import ENOTSUP
from typing import TYPE_CHECKING

from plugins.stream_sockets import prioritise

if TYPE_CHECKING:
    from core.transport import TransportOptions

_SO_BUSY_POLL = 46  # of Linux; Python does not name it


def tune(sock: socket.socket, options: TransportOptions) -> None:
    """Set what the options ask for; -1 and 0 leave the system's default."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if options.sndbuf >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, options.sndbuf)
    if options.rcvbuf >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options.rcvbuf)
    if options.tos:
        _set_type_of_service(sock, options.tos)
    if options.tcp_keepalive != -1:
        _set_keepalive(sock, options)
    if options.tcp_maxrt and hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, options.tcp_maxrt)
    if options.busy_poll:
        _set_busy_poll(sock, options.busy_poll)
    prioritise(sock, options)


def _set_busy_poll(sock: socket.socket, microseconds: int) -> None:
    if sys.platform != "linux":
        raise OSError(ENOTSUP, "this system cannot poll devices (ZMQ_BUSY_POLL)")
    sock.setsockopt(socket.SOL_SOCKET, _SO_BUSY_POLL, microseconds)


def use_device(sock: socket.socket, options: TransportOptions) -> None:
    """What is accepted later belongs to the listener's device; setting it again may be refused."""
    if not options.bindtodevice:
        return
    if not hasattr(socket, "SO_BINDTODEVICE"):
        raise OSError(ENOTSUP, "this system cannot bind to a device (ZMQ_BINDTODEVICE)")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, options.bindtodevice)


def _set_type_of_service(sock: socket.socket, tos: int) -> None:
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)


def _set_keepalive(sock: socket.socket, options: TransportOptions) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, options.tcp_keepalive)
    # macOS calls the idle time TCP_KEEPALIVE.
    idle = "TCP_KEEPIDLE" if hasattr(socket, "TCP_KEEPIDLE") else "TCP_KEEPALIVE"
    for name, value in (
        ("TCP_KEEPCNT", options.tcp_keepalive_cnt),
        (idle, options.tcp_keepalive_idle),
        ("TCP_KEEPINTVL", options.tcp_keepalive_intvl),
    ):
        if value != -1:
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


__all__ = ["tune", "use_device"]
