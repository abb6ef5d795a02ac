"""The asyncio face: the same sockets, awaited.

An asyncio loop drives its sockets itself, through one reader on each socket's selector; no thread
stands between.
"""

from __future__ import annotations

from core.asyncio import socket_kinds
from core.asyncio.context import Context
from core.asyncio.poller import Poller
from core.asyncio.socket import Socket

__all__ = ["Context", "Poller", "Socket", "socket_kinds"]
