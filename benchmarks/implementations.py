"""Who is compared, and one small interface over core, pyzmq and pynng.

`core` and `zmq` share their names, so that the same lines of a program drive either.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from benchmarks.child import Settings

ZERO_COPY = "pyzmq-zerocopy"
"""pyzmq with `copy=False` on both sides, which pays for large messages."""

MODULES = {
    "babelmq": "core",
    "pyzmq": "zmq",
    ZERO_COPY: "zmq",
    "pynng": "pynng",
    "plain": "socket",
}


FOREIGN = ("zeromq.js", "grpc-stream")
"""Opponents of the gateway's clients, in Node and in Go; `benchmarks.prepare` installs them."""

ALL = (*MODULES, *FOREIGN)

NNG_BUFFER = 1000
"""Messages that a pynng socket may hold in each direction: ZeroMQ's default high-water mark."""


def installed(implementation: str) -> bool:
    """Tell whether a Python implementation can be imported here; foreign ones are prepared."""
    if implementation in FOREIGN:
        return True
    return importlib.util.find_spec(MODULES[implementation]) is not None


def load(implementation: str) -> Any:
    """Import the module behind an implementation's name."""
    return importlib.import_module(MODULES[implementation])


def load_asyncio(implementation: str) -> Any:
    """Import the asyncio face: `core.asyncio` or `zmq.asyncio`."""
    return importlib.import_module(f"{MODULES[implementation]}.asyncio")


def wildcard(settings: Settings) -> str:
    """Return the address that the binding side asks for: a free port, a fresh path, a name."""
    if settings.transport == "tcp":
        port = "0" if settings.implementation == "pynng" else "*"
        return f"tcp://127.0.0.1:{port}"
    if settings.transport == "ipc":
        return f"ipc://{settings.directory}/{settings.implementation}"
    return "inproc://benchmark"


class Link(Protocol):
    """A socket that is bound or connected, whatever library it comes from."""

    endpoint: str
    send: Callable[[bytes], object]
    recv: Callable[[], Any]

    def close(self) -> None:
        """Close the socket and what belongs to it."""


class ZmqLink:
    """A socket of `core` or pyzmq, default options."""

    def __init__(self, settings: Settings, pattern: str, *, bind: bool, context: Any = None):
        module = load(settings.implementation)
        self.context = context or module.Context()
        self.socket = self.context.socket(getattr(module, pattern))
        if settings.mechanism == "curve":
            secure(self.socket, server=bind)
        if bind:
            self.socket.bind(wildcard(settings))
        else:
            self.socket.connect(settings.endpoint)
        self.endpoint: str = self.socket.getsockopt_string(module.LAST_ENDPOINT)
        self.send: Callable[[bytes], object] = self.socket.send
        self.recv: Callable[[], Any] = self.socket.recv
        if settings.implementation == ZERO_COPY:
            self.send = partial(self.socket.send, copy=False)
            self.recv = partial(self.socket.recv, copy=False)

    def close(self) -> None:
        """Drop what is unsent and close."""
        self.socket.close(0)


def secure(socket: Any, *, server: bool) -> None:
    """Set the CURVE options of either side, with the example keys of libzmq's man pages."""
    if server:
        socket.curve_server = 1
        socket.curve_secretkey = b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
    else:
        socket.curve_serverkey = b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
        socket.curve_publickey = b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
        socket.curve_secretkey = b"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"


class NngLink:
    """A socket of pynng, with queues as long as those of ZeroMQ where the pattern has queues."""

    def __init__(self, settings: Settings, pattern: str, *, bind: bool):
        self.socket = getattr(load("pynng"), f"{pattern.capitalize()}0")()
        if pattern in {"PUSH", "PAIR", "PUB"}:
            self.socket.send_buffer_size = NNG_BUFFER
        if pattern in {"PULL", "PAIR", "SUB"}:
            self.socket.recv_buffer_size = NNG_BUFFER
        if bind:
            listener = self.socket.listen(wildcard(settings))
            self.endpoint = _nng_endpoint(settings, listener)
        else:
            self.socket.dial(settings.endpoint, block=True)
            self.endpoint = settings.endpoint
        self.send: Callable[[bytes], object] = self.socket.send
        self.recv: Callable[[], Any] = self.socket.recv

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


def _nng_endpoint(settings: Settings, listener: Any) -> str:
    if settings.transport == "tcp":
        return f"tcp://{listener.local_address}"
    return wildcard(settings)


def open_link(settings: Settings, pattern: str, *, bind: bool, context: Any = None) -> Link:
    """Open a socket of `pattern` ("PUSH", …) and bind it or connect it to the endpoint."""
    if settings.implementation == "pynng":
        return NngLink(settings, pattern, bind=bind)
    return ZmqLink(settings, pattern, bind=bind, context=context)


def shared_context(settings: Settings) -> Any:
    """Return a context for two threads of one process; pynng needs none."""
    if settings.implementation == "pynng":
        return None
    return load(settings.implementation).Context()
