"""Connecting two sockets with each other: the queue, forwarder and streamer of ZeroMQ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.enums import Flag, PollEvent
from core.errors import Again
from core.patterns import Message
from core.poller import Poller
from core.steering import Control, State

# The most messages that are moved before the other direction gets its turn.
BATCH = 1000
DONTWAIT = int(Flag.DONTWAIT)

Change = Callable[[list[Message]], list[Message]]


class Direction:
    """From one socket to the other, as far as there is room there.

    :param capture: is sent a copy of everything, and waited for, before the sink is
    :param change: applied to every batch on its way
    :param label: applied to every batch on its way to the capture
    """

    def __init__(
        self,
        source: Any,
        sink: Any,
        capture: Any | None = None,
        change: Change | None = None,
        label: Change | None = None,
    ) -> None:
        self.source = source
        self.sink = sink
        self._capture = capture
        self._change = change
        self._label = label
        self._waiting: list[Message] = []  # received, and refused by the sink for the moment
        self._full = False  # the sink had no room when there was something to receive
        self.record: Callable[[list[Message]], None] | None = None  # is told what has been sent

    def wants(self) -> tuple[Any, int]:
        """What to wait for: room if there was none, else messages."""
        if self._waiting or self._full:
            return self.sink, PollEvent.POLLOUT
        return self.source, PollEvent.POLLIN

    def move(self) -> None:
        """Move what there is and what there is room for, without waiting for either."""
        if not self._waiting:
            self._waiting = self._take()
        if not self._waiting:
            return
        try:
            sent = self.sink.send_many(self._waiting, DONTWAIT)
        except Again:
            return
        if self.record is not None:
            self.record(self._waiting[:sent])
        self._waiting = self._waiting[sent:]

    def _take(self) -> list[Message]:
        """Receive no more than the sink has room for: what is beyond stays with its sender."""
        # A REP, for one, has room only once it has received.
        room = BATCH if self.sink is self.source else self.sink._engine.room()
        self._full = not room
        if not room:
            return []
        try:
            batch: list[Message] = self.source.recv_many(min(room, BATCH), DONTWAIT)
        except Again:
            return []
        if self._change is not None:
            batch = self._change(batch)
        if self._capture is not None:
            _send_all(self._capture, batch if self._label is None else self._label(batch))
        return batch

    def give_back(self) -> None:
        """What the sink has not taken can be received from the source again."""
        self.source._engine.inbox.extendleft(reversed(self._waiting))
        self._waiting = []


def _send_all(socket: Any, batch: list[Message]) -> None:
    """Send a batch, waiting for room; raises Again when there is none within SNDTIMEO."""
    sent = 0
    while sent < len(batch):
        sent += socket.send_many(batch[sent:])


def both_ways(
    frontend: Any,
    backend: Any,
    capture: Any | None = None,
    change: Change | None = None,
    labels: tuple[Change | None, Change | None] = (None, None),
) -> list[Direction]:
    """The directions that the types of two sockets allow; one, if they are the same socket."""
    ways = [(frontend, backend, labels[0])]
    if frontend is not backend:
        ways.append((backend, frontend, labels[1]))
    return [
        Direction(source, sink, capture, change, label)
        for source, sink, label in ways
        if source._engine.pattern.can_receive and sink._engine.pattern.can_send
    ]


def run(directions: list[Direction], control: Control | None = None) -> None:
    """Move messages until the context ends, or TERMINATE comes."""
    pollers: dict[tuple[tuple[Any, int], ...], Poller] = {}
    while True:
        wanted = [] if control and control.paused else [way.wants() for way in directions]
        if control is not None:
            wanted.append((control.socket, PollEvent.POLLIN))
        key = tuple(wanted)
        if key not in pollers:
            pollers[key] = _poller(key)
        pollers[key].poll()
        if control is not None:
            control.obey()
            if control.state is State.TERMINATED:
                break
            if control.paused:
                continue
        for direction in directions:
            direction.move()
    for direction in directions:
        direction.give_back()


def _poller(wanted: tuple[tuple[Any, int], ...]) -> Poller:
    poller = Poller()
    for socket, event in wanted:
        poller.register(socket, dict(poller.sockets).get(socket, 0) | event)
    return poller


def proxy(frontend: Any, backend: Any, capture: Any | None = None) -> None:
    """Pass all messages between two sockets, both ways, until the context ends.

    Messages are received only as far as the other socket has room, so the high-water marks of one
    side hold back the other.

    :param frontend: a socket, such as a ROUTER, XSUB or PULL
    :param backend: a socket, such as a DEALER, XPUB or PUSH; the same one as ``frontend`` gets
        its messages back
    :param capture: a socket that is sent a copy of everything, such as a PUB. One that blocks (a
        PUSH without a reader) holds the proxy up, as in libzmq.
    :raises ContextTerminated: the context was terminated
    :raises ZMQError: a socket was closed, or refused a message
    """
    run(both_ways(frontend, backend, capture))


def proxy_steerable(
    frontend: Any, backend: Any, capture: Any | None = None, control: Any | None = None
) -> int:
    """Pass messages like `proxy`, and obey commands (``zmq_proxy_steerable``).

    :param frontend: see `proxy`
    :param backend: see `proxy`
    :param capture: see `proxy`
    :param control: a socket on which commands come: ``PAUSE``, ``RESUME``, ``TERMINATE`` and
        ``STATISTICS``. The last is answered by eight frames: frames and bytes that the frontend
        has received and sent, then the same of the backend; each is an unsigned 64-bit number in
        the machine's byte order. A REP answers the other commands with an empty message.
    :returns: 0, after ``TERMINATE``. What the other side had no room for stays in its socket.
    :raises ContextTerminated: the context was terminated
    :raises ZMQError: a socket was closed, or refused a message
    """
    directions = both_ways(frontend, backend, capture)
    steering = None if control is None else Control(control, frontend, backend)
    if steering is not None:
        for direction in directions:
            direction.record = steering.recorder(direction.source, direction.sink)
    run(directions, steering)
    return 0


def device(device_type: int, frontend: Any, backend: Any) -> None:
    """Pass messages like `proxy`.

    :param device_type: QUEUE, FORWARDER or STREAMER: tells the reader; changes nothing
    :param frontend: see `proxy`
    :param backend: see `proxy`
    """
    proxy(frontend, backend)


__all__ = ["device", "proxy", "proxy_steerable"]
