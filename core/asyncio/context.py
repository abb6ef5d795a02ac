"""A context whose sockets are asyncio sockets."""

from __future__ import annotations

from typing import Any, ClassVar

from core.asyncio.socket import Socket
from core.context import BaseContext


class Context(BaseContext[Socket]):
    """Like `core.Context`; its sockets are awaited."""

    _socket_class: ClassVar[type[Any]] = Socket


__all__ = ["Context"]
