"""Endpoints as the command line gives them."""

from __future__ import annotations

from core.cli.ending import say
from core.enums import SocketOption
from core.socket import Socket


def bind(command: str, socket: Socket, endpoint: str, verbose: bool) -> None:
    """Bind, and tell where if that is not known from the endpoint (port 0 or ``*``).

    :raises ZMQError: as ``Socket.bind``
    """
    socket.bind(endpoint)
    bound = socket.get_string(SocketOption.LAST_ENDPOINT)
    if verbose or bound.rpartition(":")[2] != endpoint.rpartition(":")[2]:
        say(command, f"bound to {bound}")


def connect(command: str, socket: Socket, endpoint: str, verbose: bool) -> None:
    """Connect.

    :raises ZMQError: as ``Socket.connect``
    """
    socket.connect(endpoint)
    if verbose:
        say(command, f"connecting to {endpoint}")


__all__ = ["bind", "connect"]
