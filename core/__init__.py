"""ZeroMQ's sockets in Python: ``import core as zmq``.

The names are pyzmq's. Start with `Context` and its ``socket`` method; ``core.asyncio`` has the
same for asyncio.
"""

from __future__ import annotations

from core import constants, error
from core.constants import *  # noqa: F403 - every public constant, as in pyzmq
from core.context import Context
from core.curve import curve_keypair, curve_public
from core.errors import (
    Again,
    ContextTerminated,
    InterruptedSystemCall,
    NoReply,
    NotDone,
    NotReady,
    StillInUse,
    ZMQBaseError,
    ZMQBindError,
    ZMQError,
    ZMQVersionError,
    strerror,
)
from core.frame import COPY_THRESHOLD, Frame, Message, MessageTracker
from core.poller import Poller, select
from core.proxy import device, proxy, proxy_steerable
from core.socket import Socket
from core.version import (
    DRAFT_API,
    __version__,
    has,
    pyzmq_version,
    pyzmq_version_info,
    zmq_version,
    zmq_version_info,
)

# pyzmq's names for the blocking face, as annotations have them.
SyncContext = Context
SyncSocket = Socket

__all__ = [
    "COPY_THRESHOLD",
    "DRAFT_API",
    "Again",
    "Context",
    "ContextTerminated",
    "Frame",
    "InterruptedSystemCall",
    "Message",
    "MessageTracker",
    "NoReply",
    "NotDone",
    "NotReady",
    "Poller",
    "Socket",
    "StillInUse",
    "SyncContext",
    "SyncSocket",
    "ZMQBaseError",
    "ZMQBindError",
    "ZMQError",
    "ZMQVersionError",
    "__version__",
    "curve_keypair",
    "curve_public",
    "device",
    "error",
    "has",
    "proxy",
    "proxy_steerable",
    "pyzmq_version",
    "pyzmq_version_info",
    "select",
    "strerror",
    "zmq_version",
    "zmq_version_info",
]
__all__ += [name for name in vars(constants) if not name.startswith("_") and name != "Final"]
