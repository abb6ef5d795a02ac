"""Sockets and endpoints as the command line gives them."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from core.cli.arguments import Options, apply_options
from core.cli.ending import TimedOut, say
from core.cli.watcher import Watcher
from core.context import Context
from core.enums import SocketOption, SocketType
from core.socket import Socket
from core.statistics import DropReason

#: What is told at the end; the others are told by the engine, were asked for, or concern what
#: others sent.
_LOSSES = {
    DropReason.CONNECTION_LOST,
    DropReason.QUEUE_FULL,
    DropReason.UNKNOWN_PEER,
}


def open_socket(
    command: str, context: Context, after: ExitStack, name: str, options: Options, verbose: bool
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
    after.push(partial(_account_for, command, socket))
    if verbose:
        after.callback(Watcher(socket).join)
    return socket


def _account_for(command: str, socket: Socket, kind: object, error: object, trace: object) -> None:
    """Tell what a socket, closed by now, had accepted and could not deliver.

    :raises TimedOut: the work was done, and the time to send it all was too short
    """
    dropped = socket.stats().dropped
    for reason, number in dropped.items():
        if reason in _LOSSES:
            say(command, f"{number:,} {_messages(number)} lost: {reason.value}")
    if error is None and DropReason.CLOSED in dropped:
        raise TimedOut("the peer did not take everything in time")


def _messages(number: int) -> str:
    return "message was" if number == 1 else "messages were"


def bind(command: str, socket: Socket, endpoint: str) -> None:
    """Bind, and tell where if that is not known from the endpoint (port 0 or ``*``).

    :raises ZMQError: as ``Socket.bind``
    """
    socket.bind(endpoint)
    bound = socket.get_string(SocketOption.LAST_ENDPOINT)
    if bound.rpartition(":")[2] != endpoint.rpartition(":")[2]:
        say(command, f"bound to {bound}")


__all__ = ["bind", "open_socket"]
