"""Sockets and endpoints as the command line gives them."""

from __future__ import annotations

from contextlib import ExitStack

from core.cli.arguments import Options, apply_options
from core.cli.ending import say
from core.cli.watcher import Watcher
from core.context import Context
from core.enums import SocketOption, SocketType
from core.socket import Socket


def open_socket(
    context: Context, after: ExitStack, name: str, options: Options, verbose: bool
) -> Socket:
    """Make a socket of the type with this name.

    :param after: gets what is to be done when the socket is closed
    :param verbose: tell of the socket's events
    :raises ZMQError: an option is refused
    """
    socket = context.socket(SocketType[name])
    if name == "ROUTER":
        socket.router_mandatory = 1  # nothing is dropped silently: it waits, or says for whom not
    apply_options(socket, options)
    if verbose:
        after.callback(Watcher(socket).join)
    return socket


def bind(command: str, socket: Socket, endpoint: str) -> None:
    """Bind, and tell where if that is not known from the endpoint (port 0 or ``*``).

    :raises ZMQError: as ``Socket.bind``
    """
    socket.bind(endpoint)
    bound = socket.get_string(SocketOption.LAST_ENDPOINT)
    if bound.rpartition(":")[2] != endpoint.rpartition(":")[2]:
        say(command, f"bound to {bound}")


__all__ = ["bind", "open_socket"]
