"""Connecting two sockets with each other: the queue, forwarder and streamer of ZeroMQ."""

from __future__ import annotations

from typing import Any

from core.enums import Flag, PollEvent
from core.errors import Again
from core.patterns import Message
from core.poller import Poller

BATCH = 1000


class _Direction:
    """From one socket to the other; what the other has no room for waits here, and stops us."""

    def __init__(self, source: Any, sink: Any, capture: Any | None) -> None:
        self.source = source
        self.sink = sink
        self._capture = capture
        self._waiting: list[Message] = []

    def wants(self) -> tuple[Any, int]:
        """What to wait for: room while messages wait, else messages."""
        if self._waiting:
            return self.sink, PollEvent.POLLOUT
        return self.source, PollEvent.POLLIN

    def move(self) -> None:
        try:
            if not self._waiting:
                self._waiting = self.source.recv_many(BATCH, Flag.DONTWAIT)
                if self._capture is not None:
                    self._capture.send_many(self._waiting)
            sent = self.sink.send_many(self._waiting, Flag.DONTWAIT)
        except Again:
            return
        self._waiting = self._waiting[sent:]


def proxy(frontend: Any, backend: Any, capture: Any | None = None) -> None:
    """Pass all messages between two sockets, both ways, until the context ends.

    :param frontend: a socket, such as a ROUTER, XSUB or PULL
    :param backend: a socket, such as a DEALER, XPUB or PUSH
    :param capture: a socket that is sent a copy of everything, such as a PUB
    :raises ContextTerminated: the context was terminated
    """
    directions = [
        _Direction(source, sink, capture)
        for source, sink in ((frontend, backend), (backend, frontend))
        if source._engine.pattern.can_receive and sink._engine.pattern.can_send
    ]
    while True:
        poller = Poller()
        for direction in directions:
            socket, event = direction.wants()
            poller.register(socket, dict(poller.sockets).get(socket, 0) | event)
        poller.poll()
        for direction in directions:
            direction.move()


__all__ = ["proxy"]
