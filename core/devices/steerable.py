"""Proxies with a fourth socket, on which commands come."""

from __future__ import annotations

from typing import Any

from core.constants import PUB
from core.devices.device import ProcessDevice, ThreadDevice
from core.devices.plan import Plan
from core.devices.proxy_device import ProxyBase
from core.proxy import proxy_steerable


class ProxySteerableBase(ProxyBase):
    """What the steerable proxies have in common: the control socket.

    :param in_type: type of the frontend
    :param out_type: type of the backend; negative: the frontend is the backend too
    :param mon_type: type of the socket that gets a copy of everything
    :param ctrl_type: type of the socket on which commands come, such as REP or PAIR
    :raises TypeError: ``ctrl_type`` is missing
    """

    def __init__(
        self, in_type: int, out_type: int, mon_type: int = PUB, ctrl_type: int | None = None
    ) -> None:
        super().__init__(in_type, out_type, mon_type)
        if ctrl_type is None:
            raise TypeError("ctrl_type must be specified")
        self.ctrl_type = ctrl_type
        self._ctrl = Plan(ctrl_type)

    def bind_ctrl(self, addr: str) -> None:
        """Have the control socket bind: see `Socket.bind`."""
        self._ctrl.binds.append(addr)

    def bind_ctrl_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Have the control socket bind to a free port: see `Socket.bind_to_random_port`."""
        return self._bind_to_random_port(self._ctrl, addr, *args, **kwargs)

    def connect_ctrl(self, addr: str) -> None:
        """Have the control socket connect: see `Socket.connect`."""
        self._ctrl.connects.append(addr)

    def setsockopt_ctrl(self, opt: int, value: Any) -> None:
        """Set an option of the control socket: see `Socket.set`."""
        self._ctrl.options.append((opt, value))

    def _make_sockets(self) -> tuple[Any, ...]:
        return (*super()._make_sockets(), self._make(self._ctrl))

    def run_device(self) -> None:
        """Pass messages and obey commands until TERMINATE: see `core.proxy_steerable`."""
        proxy_steerable(*self._make_sockets())


class ProxySteerable(ProxySteerableBase):
    """A `Proxy` that obeys PAUSE, RESUME, TERMINATE and STATISTICS on a fourth socket."""


class ThreadProxySteerable(ProxySteerableBase, ThreadDevice):
    """A `ProxySteerable` in a thread."""


class ProcessProxySteerable(ProxySteerableBase, ProcessDevice):
    """A `ProxySteerable` in a process of its own."""


__all__ = ["ProcessProxySteerable", "ProxySteerable", "ThreadProxySteerable"]
