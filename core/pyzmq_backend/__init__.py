"""Lets pyzmq's programs run on this engine, unchanged: a backend for the ``zmq`` package.

``PYZMQ_BACKEND=core.pyzmq_backend python program.py`` replaces the part of pyzmq that calls
libzmq. What stands on it (the classes that programs use, asyncio, devices, auth, log handlers,
decorators, tornado streams) is pyzmq's own; what is underneath is ``core``.

Only this package imports ``zmq``, which in turn imports it, for the classes of errors and frames
that programs expect. The rest of ``core`` does not know pyzmq.
"""

from __future__ import annotations

from core.errors import strerror
from core.pyzmq_backend.context import Context
from core.pyzmq_backend.devices import monitored_queue, proxy, proxy_steerable
from core.pyzmq_backend.errors import zmq_errno
from core.pyzmq_backend.frame import Frame
from core.pyzmq_backend.poll import zmq_poll
from core.pyzmq_backend.security import curve_keypair, curve_public
from core.pyzmq_backend.socket import IPC_PATH_MAX_LEN, Socket
from core.version import DRAFT_API, has, zmq_version_info

# pyzmq's old name.
Message = Frame
# Whether pyzmq lets programs use draft socket types and options.
PYZMQ_DRAFT_API = DRAFT_API

__all__ = [
    "IPC_PATH_MAX_LEN",
    "PYZMQ_DRAFT_API",
    "Context",
    "Frame",
    "Message",
    "Socket",
    "curve_keypair",
    "curve_public",
    "has",
    "monitored_queue",
    "proxy",
    "proxy_steerable",
    "strerror",
    "zmq_errno",
    "zmq_poll",
    "zmq_version_info",
]
