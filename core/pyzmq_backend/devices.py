"""Proxies between pyzmq's sockets: the engine's own, between the sockets underneath."""

from __future__ import annotations

from typing import Any

import core
import core.devices
from core.pyzmq_backend.errors import translation
from core.pyzmq_backend.socket import EngineSocket, Socket


def proxy(frontend: Any, backend: Any, capture: Any | None = None) -> int:
    """Pass all messages between two sockets: see ``core.proxy``."""
    with translation:
        core.proxy(_engine(frontend), _engine(backend), _optional(capture))
    return 0


def proxy_steerable(
    frontend: Any, backend: Any, capture: Any | None = None, control: Any | None = None
) -> int:
    """Pass messages and obey commands: see ``core.proxy_steerable``."""
    with translation:
        return core.proxy_steerable(
            _engine(frontend), _engine(backend), _optional(capture), _optional(control)
        )


def monitored_queue(
    in_socket: Any,
    out_socket: Any,
    mon_socket: Any,
    in_prefix: bytes = b"in",
    out_prefix: bytes = b"out",
) -> int:
    """Pass messages and tell a third socket: see ``core.devices.monitored_queue``."""
    sockets = _engine(in_socket), _engine(out_socket), _engine(mon_socket)
    with translation:
        core.devices.monitored_queue(*sockets, in_prefix, out_prefix)
    return 0


def _engine(socket: Any) -> EngineSocket:
    if not isinstance(socket, Socket):
        raise TypeError(f"a proxy connects zmq.Socket objects, not {socket!r}")
    return socket._open()


def _optional(socket: Any | None) -> EngineSocket | None:
    return None if socket is None else _engine(socket)


__all__ = ["monitored_queue", "proxy", "proxy_steerable"]
