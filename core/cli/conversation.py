"""The four ways to use a socket from the shell: send, converse, ask and answer."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Sequence

from core.cli.ending import TimedOut, say
from core.cli.meter import Count
from core.cli.output import Output
from core.cli.sources import Source, batches, one_by_one
from core.cli.wire import Wire
from core.enums import Flag, PollEvent
from core.errors import Again, NoReply, ZMQError
from core.patterns import Message
from core.poller import Poller

# The most messages to take from a socket at once.
BATCH = 1000


class Limits:
    """When it is enough.

    :param count: messages, or rounds of request and reply; None: no limit
    :param timeout: seconds in which nothing moves; None: no limit
    """

    def __init__(self, count: int | None, timeout: float | None) -> None:
        self.left = count
        self.timeout = timeout

    @property
    def reached(self) -> bool:
        """No more messages are wanted."""
        return self.left == 0

    def cut(self, batch: Sequence[Message]) -> Sequence[Message]:
        """As many of the batch as are still wanted."""
        return batch if self.left is None else batch[: self.left]

    def use(self, number: int) -> None:
        """So many messages went."""
        if self.left is not None:
            self.left -= number

    def most(self) -> int:
        """How many messages to ask for at once."""
        return BATCH if self.left is None else min(self.left, BATCH)

    def over(self, doing: str) -> TimedOut:
        """The exception for a timeout."""
        return TimedOut(f"{doing} for {self.timeout:g} s")


def send(wire: Wire, source: Source, limits: Limits, count: Count | None) -> None:
    """Send all that the source has.

    :raises TimedOut: no room, or no peer, for so long (SNDTIMEO)
    """
    for batch in batches(source):
        wanted = limits.cut(batch)
        send_all(wire, wanted, limits, count)
        limits.use(len(wanted))
        if limits.reached:
            break


def send_all(wire: Wire, batch: Sequence[Message], limits: Limits, count: Count | None) -> None:
    """Send a batch, however long that takes.

    :raises TimedOut: no room, or no peer, for so long (SNDTIMEO)
    """
    while batch:
        try:
            sent = send_some(wire, batch, count)
        except Again as error:
            raise limits.over(f"could not send ({error})") from None
        batch = batch[sent:]


def send_some(wire: Wire, batch: Sequence[Message], count: Count | None, flags: int = 0) -> int:
    """Send the first of a batch; how many are dealt with.

    A ROUTER's message to a peer that is not there is told and left out.

    :raises Again: none could be sent in time
    """
    try:
        sent = wire.send_many(batch, flags)
    except ZMQError as error:
        if error.errno != errno.EHOSTUNREACH:
            raise
        say("cat", f"not sent: {error}")
        return 1
    if count is not None:
        count.add(batch[:sent])
    return sent


def ask(
    wire: Wire,
    source: Source,
    limits: Limits,
    output: Output,
    count: Count | None,
    retries: int,
) -> None:
    """Send a request, print its reply, and so on.

    :raises TimedOut: no reply within the timeout, in so many attempts
    """
    timeout = None if limits.timeout is None else limits.timeout * 1000
    for request in one_by_one(source):
        try:
            reply = wire.socket.request(request, timeout, retries)
        except NoReply as error:
            raise TimedOut(str(error)) from None
        if count is not None:
            count.add([request])
        output.show([reply])
        limits.use(1)
        if limits.reached:
            break


def answer(
    wire: Wire,
    reply: Callable[[Message], Message | None],
    limits: Limits,
    output: Output,
    count: Count | None,
) -> None:
    """Print what comes, and send what ``reply`` makes of it; None ends.

    :raises TimedOut: nothing came for so long (RCVTIMEO)
    """
    waiting = Waiting(wire, output, limits)
    while not limits.reached:
        for message in waiting.receive():
            output.show([message])
            answer_to_it = reply(message)
            if answer_to_it is None:
                return
            send_all(wire, [answer_to_it], limits, count)
            limits.use(1)


class Waiting:
    """Waits for a socket, and for the end of whoever reads our output."""

    def __init__(self, wire: Wire, output: Output, limits: Limits) -> None:
        self._wire = wire
        self._output = output
        self._limits = limits
        self._poller = Poller()
        self._last_move = time.monotonic()
        if output.pipe is not None:
            self._poller.register(output.pipe, PollEvent.POLLERR)

    def receive(self) -> Sequence[Message]:
        """Messages, waiting for the first.

        :raises TimedOut: none came for so long
        """
        while not (batch := self.receive_now()):
            self.wait(PollEvent.POLLIN, None, None)
        return batch

    def receive_now(self) -> Sequence[Message]:
        """Messages that are there."""
        try:
            batch = self._wire.recv_many(self._limits.most(), Flag.DONTWAIT)
        except Again:
            return []
        self.moved()
        return batch

    def moved(self) -> None:
        """Something happened: the timeout begins anew."""
        self._last_move = time.monotonic()

    def wait(self, events: int, fd: int | None, seconds: float | None) -> bool:
        """Until one of the events holds, the descriptor can be read, or the time is over.

        :returns: whether the descriptor can be read
        :raises TimedOut: nothing moved for so long
        :raises BrokenPipeError: nobody reads our output any more
        """
        self._poller.register(self._wire.socket, events)
        if fd is not None:
            self._poller.register(fd, PollEvent.POLLIN)
        ready = dict(self._poller.poll(_milliseconds(seconds, self._patience())))
        if fd is not None:
            self._poller.unregister(fd)
        if self._output.pipe is not None and ready.get(self._output.pipe, 0) & PollEvent.POLLERR:
            raise BrokenPipeError
        if not ready and self._patience() == 0:
            raise self._limits.over("nothing came")
        return fd in ready

    def _patience(self) -> float | None:
        if self._limits.timeout is None:
            return None
        return max(0.0, self._last_move + self._limits.timeout - time.monotonic())


def _milliseconds(*seconds: float | None) -> float | None:
    known = [each * 1000 for each in seconds if each is not None]
    return min(known) if known else None


def converse(
    wire: Wire, source: Source | None, limits: Limits, output: Output, count: Count | None
) -> None:
    """Print what comes, and meanwhile send what the source has. Goes on when the source ends.

    :param source: None: only receive
    :raises TimedOut: nothing came or went for so long
    """
    waiting = Waiting(wire, output, limits)
    outgoing = Outgoing(wire, source, count)
    while not limits.reached:
        batch = waiting.receive_now()
        if batch:
            output.show(batch)
            limits.use(len(batch))
        if outgoing.send_now():
            waiting.moved()
        elif not batch:
            outgoing.readable = waiting.wait(*outgoing.wanted())


class Outgoing:
    """What a source has for a socket that must not be waited for."""

    def __init__(self, wire: Wire, source: Source | None, count: Count | None) -> None:
        self._wire = wire
        self._source = source
        self._count = count
        self._pending: Sequence[Message] = []
        #: the source's descriptor was seen to have input
        self.readable = False

    def send_now(self) -> bool:
        """Send what there is and what there is room for; False when nothing went."""
        if not self._pending:
            self._pending = self._fill()
        if not self._pending:
            return False
        try:
            sent = send_some(self._wire, self._pending, self._count, Flag.DONTWAIT)
        except Again:
            return False
        self._pending = self._pending[sent:]
        return True

    def _fill(self) -> Sequence[Message]:
        source = self._source
        if source is None or source.ended or source.due() > 0:
            return []
        if source.fd is not None and not self.readable:
            return []
        self.readable = False
        return source.take()

    def wanted(self) -> tuple[int, int | None, float | None]:
        """What to wait for: events of the socket, a descriptor to read, at most so many seconds."""
        if self._pending:
            return PollEvent.POLLIN | PollEvent.POLLOUT, None, None
        if self._source is None or self._source.ended:
            return PollEvent.POLLIN, None, None
        if (pause := self._source.due()) > 0:
            return PollEvent.POLLIN, None, pause
        return PollEvent.POLLIN, self._source.fd, None if self._source.fd is not None else 0.0


__all__ = ["Limits", "answer", "ask", "converse", "send"]
