"""The part of pyzmq's Context that a backend provides, over a context of the engine."""

from __future__ import annotations

from typing import Any

import core
from core.context import BaseContext, contexts
from core.pyzmq_backend.errors import translation


class Context:
    """Base class of ``zmq.Context``.

    :param io_threads: kept for reading back: callers do their own I/O in this engine
    :param shadow: the handle of another context, to be one with it
    :raises ZMQError: EINVAL: ``io_threads`` is negative; EFAULT: there is no such handle
    """

    handle: int
    closed: bool
    _engine: BaseContext[Any]

    def __init__(self, io_threads: int = 1, shadow: int = 0) -> None:
        with translation:
            self._engine = contexts.find(shadow) if shadow else core.Context(io_threads)
        self.handle = self._engine.underlying
        self.closed = False

    @property
    def underlying(self) -> int:
        """The handle, for ``Context.shadow``; 0 once the context was terminated."""
        return self.handle

    def term(self) -> None:
        """End the context: wait until all sockets are closed and their messages have left."""
        if not self.closed:
            self._engine.term()
        self.handle = 0
        self.closed = True

    def set(self, option: int, optval: int) -> None:
        """Set a context option, such as ``zmq.MAX_SOCKETS``.

        :raises RuntimeError: the context was terminated
        :raises TypeError: ``optval`` is not an int
        :raises ZMQError: EINVAL
        """
        with translation:
            self._open().set(option, optval)

    def get(self, option: int) -> int:
        """Return a context option.

        :raises RuntimeError: the context was terminated
        :raises ZMQError: EINVAL
        """
        with translation:
            return self._open().get(option)

    def _open(self) -> BaseContext[Any]:
        if self.closed:
            raise RuntimeError("Context has been destroyed")
        return self._engine


__all__ = ["Context"]
