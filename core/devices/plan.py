"""What a device will do to one of its sockets, once the socket exists."""

from __future__ import annotations

from typing import Any

from core.context import Context
from core.enums import SocketType
from core.errors import ZMQBindError

# How often a free port is looked for that this device has not been given before.
TRIES = 5


class Plan:
    """The type of a socket, its options and its endpoints, in the order in which they are set."""

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.options: list[tuple[int, Any]] = []
        self.binds: list[str] = []
        self.connects: list[str] = []

    def make(self, context: Any) -> Any:
        """Make the socket. If anything is refused, nothing stays open."""
        socket = context.socket(self.kind)
        try:
            self.apply(socket)
        except BaseException:
            socket.close(linger=0)
            raise
        return socket

    def apply(self, socket: Any) -> None:
        """Set the options and the endpoints."""
        for option, value in self.options:
            socket.setsockopt(option, value)
        for endpoint in self.binds:
            socket.bind(endpoint)
        for endpoint in self.connects:
            socket.connect(endpoint)


def free_port(addr: str, taken: set[str], *args: int, **kwargs: int) -> int:
    """Return a port that was free a moment ago, and add its endpoint to ``taken``.

    :param addr: without the port, such as ``tcp://127.0.0.1``
    :param args: as for ``Socket.bind_to_random_port``, like ``kwargs``
    :raises ZMQBindError: all ports that were found are in ``taken``
    """
    with Context() as context, context.socket(SocketType.PUSH) as probe:
        for _ in range(TRIES):
            port = probe.bind_to_random_port(addr, *args, **kwargs)
            endpoint = f"{addr}:{port}"
            if endpoint not in taken:
                taken.add(endpoint)
                return port
    raise ZMQBindError(f"no port on {addr} that this device does not have already")


__all__ = ["Plan", "free_port"]
