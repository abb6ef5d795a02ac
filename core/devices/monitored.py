"""The monitored queue: a proxy that tells a third socket what comes from which side."""

from __future__ import annotations

from functools import partial
from typing import Any

from core.constants import PUB
from core.devices.device import ProcessDevice, ThreadDevice
from core.devices.proxy_device import ProxyBase
from core.enums import SocketOption, SocketType
from core.patterns import Message
from core.patterns.pipe import frames_of
from core.proxy import both_ways, run


def monitored_queue(
    in_socket: Any,
    out_socket: Any,
    mon_socket: Any,
    in_prefix: bytes = b"in",
    out_prefix: bytes = b"out",
) -> None:
    """Pass all messages between two sockets; a third gets each of them with a frame in front.

    Between two ROUTERs, a message's first two frames (sender, receiver) change places.

    :param in_prefix: in front of what comes from ``in_socket``
    :param out_prefix: in front of what comes from ``out_socket``
    :raises TypeError: a prefix is not bytes
    :raises ContextTerminated: the context was terminated
    """
    for prefix in (in_prefix, out_prefix):
        if not isinstance(prefix, bytes):
            raise TypeError(f"a prefix is bytes, not {prefix!r}")
    between_routers = all(
        socket.get(SocketOption.TYPE) == SocketType.ROUTER for socket in (in_socket, out_socket)
    )
    run(
        both_ways(
            in_socket,
            out_socket,
            mon_socket,
            change=_swap if between_routers else None,
            labels=(partial(_label, in_prefix), partial(_label, out_prefix)),
        )
    )


def _swap(batch: list[Message]) -> list[Message]:
    return [[*frames_of(message)[1::-1], *frames_of(message)[2:]] for message in batch]


def _label(prefix: bytes, batch: list[Message]) -> list[Message]:
    return [[prefix, *frames_of(message)] for message in batch]


class MonitoredQueueBase(ProxyBase):
    """What the monitored queues have in common: the prefixes.

    :param in_type: type of the frontend
    :param out_type: type of the backend
    :param mon_type: type of the socket that is told
    :param in_prefix: in front of what comes from the frontend
    :param out_prefix: in front of what comes from the backend
    """

    def __init__(
        self,
        in_type: int,
        out_type: int,
        mon_type: int = PUB,
        in_prefix: bytes = b"in",
        out_prefix: bytes = b"out",
    ) -> None:
        super().__init__(in_type, out_type, mon_type)
        self._prefixes = (in_prefix, out_prefix)

    def run_device(self) -> None:
        """Pass messages until the context ends: see `monitored_queue`."""
        frontend, backend, monitor = self._make_sockets()
        monitored_queue(frontend, backend, monitor, *self._prefixes)


class MonitoredQueue(MonitoredQueueBase):
    """A `Device` that runs a `monitored_queue`."""


class ThreadMonitoredQueue(MonitoredQueueBase, ThreadDevice):
    """A `MonitoredQueue` in a thread."""


class ProcessMonitoredQueue(MonitoredQueueBase, ProcessDevice):
    """A `MonitoredQueue` in a process of its own."""


__all__ = [
    "MonitoredQueue",
    "ProcessMonitoredQueue",
    "ThreadMonitoredQueue",
    "monitored_queue",
]
