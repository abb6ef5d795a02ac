"""Devices with a third socket that is sent a copy of everything."""

from __future__ import annotations

from typing import Any

from core.constants import PUB, QUEUE
from core.devices.device import Device, ProcessDevice, ThreadDevice
from core.devices.plan import Plan
from core.proxy import proxy


class ProxyBase(Device):
    """What the proxies have in common: the monitor socket.

    :param in_type: type of the frontend
    :param out_type: type of the backend; negative: the frontend is the backend too
    :param mon_type: type of the socket that gets a copy of everything
    """

    def __init__(self, in_type: int, out_type: int, mon_type: int = PUB) -> None:
        super().__init__(QUEUE, in_type, out_type)
        self.mon_type = mon_type
        self._mon = Plan(mon_type)

    def bind_mon(self, addr: str) -> None:
        """Have the monitor bind: see `Socket.bind`."""
        self._mon.binds.append(addr)

    def bind_mon_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Have the monitor bind to a free port: see `Socket.bind_to_random_port`."""
        return self._bind_to_random_port(self._mon, addr, *args, **kwargs)

    def connect_mon(self, addr: str) -> None:
        """Have the monitor connect: see `Socket.connect`."""
        self._mon.connects.append(addr)

    def setsockopt_mon(self, opt: int, value: Any) -> None:
        """Set an option of the monitor: see `Socket.set`."""
        self._mon.options.append((opt, value))

    def _make_sockets(self) -> tuple[Any, ...]:
        return (*super()._make_sockets(), self._make(self._mon))

    def run_device(self) -> None:
        """Pass messages until the context ends: see `core.proxy`."""
        proxy(*self._make_sockets())


class Proxy(ProxyBase):
    """A `Device` that sends a copy of everything to a third socket, such as a PUB."""


class ThreadProxy(ProxyBase, ThreadDevice):
    """A `Proxy` in a thread."""


class ProcessProxy(ProxyBase, ProcessDevice):
    """A `Proxy` in a process of its own."""


__all__ = ["ProcessProxy", "Proxy", "ProxyBase", "ThreadProxy"]
