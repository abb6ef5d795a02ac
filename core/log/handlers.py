"""A log handler that publishes what is logged, and a logger that takes topics.

A message has two frames: the topic (``root.LEVEL.topic``), and the formatted line. The topic of a
single call stands in front of its text: ``logger.info("db.slow::query took 3 s")``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from copy import copy
from typing import Any

from core.context import Context
from core.enums import SocketType
from core.socket import Socket

TOPIC_DELIM = "::"

_PLACE = "%(levelname)s %(filename)s:%(lineno)d - %(message)s\n"
_FORMATS = {
    logging.DEBUG: _PLACE,
    logging.INFO: "%(message)s\n",
    logging.WARNING: _PLACE,
    logging.ERROR: "%(levelname)s %(filename)s:%(lineno)d - %(message)s - %(exc_info)s\n",
    logging.CRITICAL: _PLACE,
}


class PUBHandler(logging.Handler):
    """Publishes log records.

    :param interface_or_socket: an endpoint to bind to, such as ``tcp://*:5558``, or a socket
    :param context: where to make the socket; None: in a new context. Not used with a socket.
    :param root_topic: the first part of every topic
    :raises ZMQError: the endpoint cannot be bound

    Closing the handler closes a socket that it has made, and ends a context that it has made.
    """

    def __init__(
        self,
        interface_or_socket: str | Socket,
        context: Context | None = None,
        root_topic: str | bytes = "",
    ) -> None:
        super().__init__()
        self.root_topic = root_topic
        self.formatters: dict[int, logging.Formatter | None] = {
            level: logging.Formatter(text) for level, text in _FORMATS.items()
        }
        self._owns_socket = not isinstance(interface_or_socket, Socket)
        self._owns_context = self._owns_socket and context is None
        if isinstance(interface_or_socket, Socket):
            self.socket = interface_or_socket
            self.ctx: Any = interface_or_socket.context
            return
        self.ctx = Context() if context is None else context
        self.socket = self.ctx.socket(SocketType.PUB)
        try:
            self.socket.bind(interface_or_socket)
        except BaseException:
            self.close()
            raise

    @property
    def root_topic(self) -> str:
        """The first part of every topic."""
        return self._root_topic

    @root_topic.setter
    def root_topic(self, value: str | bytes) -> None:
        self._root_topic = value.decode() if isinstance(value, bytes) else value

    def setRootTopic(self, root_topic: str | bytes) -> None:  # noqa: N802 - pyzmq's name
        """Set `root_topic`."""
        self.root_topic = root_topic

    def setFormatter(  # noqa: N802 - logging's name
        self, fmt: logging.Formatter | None, level: int = logging.NOTSET
    ) -> None:
        """Set the formatter.

        :param fmt: None formats as logging does by default
        :param level: for records of this level only; NOTSET: of all levels
        """
        for each in [level] if level != logging.NOTSET else list(self.formatters):
            self.formatters[each] = fmt
        if level == logging.NOTSET:
            super().setFormatter(fmt)

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as its level asks for."""
        chosen = self.formatters.get(record.levelno)
        return super().format(record) if chosen is None else chosen.format(record)

    def emit(self, record: logging.LogRecord) -> None:
        """Publish a record. What goes wrong is reported as logging reports it."""
        try:
            topic, found, text = str(record.msg).partition(TOPIC_DELIM)
            if found:
                record = copy(record)
                record.msg = text
            parts = [self.root_topic, record.levelname, topic if found else ""]
            line = self.format(record)
            self.socket.send_multipart(
                [".".join(filter(None, parts)).encode(), line.encode("utf-8", "replace")]
            )
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Close, with whatever the handler has made itself."""
        if self._owns_socket:
            self.socket.close()
        if self._owns_context:
            self.ctx.term()
        super().close()


class TopicLogger(logging.Logger):
    """A logger whose methods take a topic first: ``logger.info("db.slow", "query took 3 s")``."""

    def _log(
        self,
        level: int,
        msg: object,
        args: Any,
        exc_info: Any = None,
        extra: Mapping[str, object] | None = None,
        stack_info: bool = False,
        stacklevel: int = 1,
    ) -> None:
        if args:
            msg, args = f"{msg}{TOPIC_DELIM}{args[0]}", args[1:]
        super()._log(level, msg, args, exc_info, extra, stack_info, stacklevel + 1)


__all__ = ["TOPIC_DELIM", "PUBHandler", "TopicLogger"]
