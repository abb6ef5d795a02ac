"""A proxy between two sockets that are made where it runs: in a thread, or in a process."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any, ClassVar

from core.constants import QUEUE
from core.context import Context
from core.devices.plan import Plan, free_port
from core.enums import Errno
from core.errors import ZMQError
from core.proxy import proxy


class Device:
    """Passes messages between two sockets, in the calling thread: ``start`` returns at the end.

    The sockets are made when the device starts; what is to happen to them is said before.

    :param device_type: QUEUE, FORWARDER or STREAMER: tells the reader; changes nothing
    :param in_type: type of the frontend, such as ``zmq.ROUTER``
    :param out_type: type of the backend; negative: the frontend is the backend too
    :raises TypeError: a type is missing
    """

    #: Where the sockets are made. A class attribute; programs may set it to ``Context`` or to
    #: ``Context.instance``.
    context_factory: ClassVar[Callable[[], Any]] = Context.instance

    def __init__(
        self, device_type: int = QUEUE, in_type: int | None = None, out_type: int | None = None
    ) -> None:
        if in_type is None or out_type is None:
            raise TypeError(f"{'in_type' if in_type is None else 'out_type'} must be specified")
        self.device_type = device_type
        self.in_type = in_type
        self.out_type = out_type
        self.daemon = True
        self.done = False
        self._in = Plan(in_type)
        self._out = Plan(out_type)
        self._taken: set[str] = set()
        self._context: Any = None
        self._sockets: list[Any] = []

    def bind_in(self, addr: str) -> None:
        """Have the frontend bind: see `Socket.bind`."""
        self._in.binds.append(addr)

    def bind_in_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Have the frontend bind to a free port: see `Socket.bind_to_random_port`."""
        return self._bind_to_random_port(self._in, addr, *args, **kwargs)

    def connect_in(self, addr: str) -> None:
        """Have the frontend connect: see `Socket.connect`."""
        self._in.connects.append(addr)

    def setsockopt_in(self, opt: int, value: Any) -> None:
        """Set an option of the frontend: see `Socket.set`."""
        self._in.options.append((opt, value))

    def bind_out(self, addr: str) -> None:
        """Have the backend bind: see `Socket.bind`."""
        self._out.binds.append(addr)

    def bind_out_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Have the backend bind to a free port: see `Socket.bind_to_random_port`."""
        return self._bind_to_random_port(self._out, addr, *args, **kwargs)

    def connect_out(self, addr: str) -> None:
        """Have the backend connect: see `Socket.connect`."""
        self._out.connects.append(addr)

    def setsockopt_out(self, opt: int, value: Any) -> None:
        """Set an option of the backend: see `Socket.set`."""
        self._out.options.append((opt, value))

    def _bind_to_random_port(self, plan: Plan, addr: str, *args: int, **kwargs: int) -> int:
        port = free_port(addr, self._taken, *args, **kwargs)
        plan.binds.append(f"{addr}:{port}")
        return port

    # Running

    def _make_sockets(self) -> tuple[Any, ...]:
        self._context = type(self).context_factory()
        frontend = self._make(self._in)
        if self.out_type >= 0:
            return frontend, self._make(self._out)
        self._out.apply(frontend)
        return frontend, frontend

    def _make(self, plan: Plan) -> Any:
        socket = plan.make(self._context)
        self._sockets.append(socket)
        return socket

    def run_device(self) -> None:
        """Pass messages until the context ends. Called by `run`; for subclasses to override."""
        proxy(*self._make_sockets())

    def run(self) -> None:
        """Make the sockets, pass messages until the context ends, and close the sockets."""
        try:
            self.run_device()
        except ZMQError as error:
            if error.errno not in (Errno.ETERM, Errno.ENOTSOCK):
                raise
        finally:
            self.done = True
            for socket in self._sockets:
                socket.close()

    def start(self) -> None:
        """Start. Here: `run`."""
        self.run()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the device has ended.

        :param timeout: seconds; None: for ever
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.done and (deadline is None or time.monotonic() < deadline):
            time.sleep(0.001)


class BackgroundDevice(Device):
    """A device that ``start`` launches, and does not wait for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.launcher: Any = None

    def _launch(self) -> Any:
        """Make the thread or process that will call `run`."""
        raise NotImplementedError

    def start(self) -> None:
        """Start in the background."""
        self.launcher = self._launch()
        self.launcher.daemon = self.daemon
        self.launcher.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the device has ended.

        :param timeout: seconds; None: for ever
        """
        self.launcher.join(timeout=timeout)


class ThreadDevice(BackgroundDevice):
    """A `Device` in a thread. It ends with the context."""

    def _launch(self) -> Thread:
        return Thread(target=self.run, name=type(self).__name__)


class ProcessDevice(BackgroundDevice):
    """A `Device` in a process of its own, which ends with the program (``daemon``)."""

    context_factory: ClassVar[Callable[[], Any]] = Context

    def _launch(self) -> Any:
        import multiprocessing

        return multiprocessing.Process(target=self.run, name=type(self).__name__)


__all__ = ["BackgroundDevice", "Device", "ProcessDevice", "ThreadDevice"]
