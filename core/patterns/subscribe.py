"""SUB and XSUB: receiving what was subscribed to (RFC 29, subscribers)."""

from __future__ import annotations

import errno

from ..errors import error_from_errno
from ..options import OptionValues
from .base import Pattern
from .drops import DropReason
from .pipe import Message, Pipe
from .subscriptions import SubscriberTable, is_subscription


class XSubPattern(Pattern):
    """RFC 29: fair queueing in, unfiltered; messages out are subscriptions to all publishers."""

    name = "XSUB"
    sends_subscriptions = True

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._table = SubscriberTable()

    def peer_ready(self, pipe: Pipe) -> bool:
        """A publisher is there, perhaps again: tell it all subscriptions before anything else."""
        batch: list[Message] = [b"\x01" + prefix for prefix in self._table]
        if batch:
            pipe.requeue(batch)
            self.touch(pipe)
        return True

    def subscribe(self, topic: bytes) -> None:
        # libzmq (xsub.cpp): told each time, for the sake of ZMQ_XPUB_VERBOSE further up.
        self._table.add(topic)
        self._tell_all(b"\x01" + topic)

    def unsubscribe(self, topic: bytes) -> None:
        if self._table.remove(topic) or self.options.xsub_verbose_unsubscribe:
            self._tell_all(b"\0" + topic)

    def _tell_all(self, request: Message) -> None:
        """To those who are there; who comes later is told by `peer_ready`."""
        batch = [request]
        for pipe in self.pipes:
            if pipe.ready:
                self.push(pipe, batch)

    def topics_count(self) -> int:
        return len(self._table)

    def writable(self) -> bool:
        return True  # libzmq (xsub.cpp): subscriptions can be sent at any time

    def send(self, message: Message) -> bool:
        if isinstance(message, list):
            self._send_parts(message)
        elif message[:1] == b"\x01":
            self.subscribe(message[1:])
        elif message[:1] == b"\0":
            self.unsubscribe(message[1:])
        else:
            self._send_up(message)
        return True

    def _send_parts(self, frames: list[bytes]) -> None:
        """Every part may subscribe or cancel; a cancellation that changes nothing is left out."""
        # libzmq (xsub.cpp): with ZMQ_ONLY_FIRST_SUBSCRIBE, only if the first part does.
        if is_subscription(frames[0]) or not self.options.only_first_subscribe:
            frames = [frame for frame in frames if self._enter(frame)]
        if frames:
            self._send_up(frames if len(frames) > 1 else frames[0])

    def _enter(self, frame: bytes) -> bool:
        """Carry out what a part says; False when the publishers need not know."""
        if frame[:1] == b"\x01":
            self._table.add(frame[1:])
        elif frame[:1] == b"\0":
            return self._table.remove(frame[1:]) or self.options.xsub_verbose_unsubscribe
        return True

    def _send_up(self, message: Message) -> None:
        """RFC 29: SHALL send all messages to all connected publishers."""
        batch = [message]
        for pipe in self.pipes:
            pipe.offer(batch)
            self.touch(pipe)


class SubPattern(XSubPattern):
    """RFC 29: receives what its subscriptions match; sends nothing."""

    name = "SUB"
    can_conflate = True
    can_send = False

    def collect(self) -> None:
        if self._table.everything() != bool(self.options.invert_matching):
            super().collect()
            return
        while self.queue and not self.inbox:  # what is wanted may stand behind what is not
            self.queue.collect(self.inbox, self.quantum(), self._matching)

    def _matching(self, pipe: Pipe, batch: list[Message]) -> list[Message]:
        """RFC 29: a message that no subscription matches (any more) is not delivered."""
        wanted = not self.options.invert_matching
        verdicts = self._table.matching(batch)
        if verdicts.count(wanted) == len(verdicts):
            return batch
        pipe.drop(DropReason.NOT_SUBSCRIBED, verdicts.count(not wanted))
        return [
            message for message, verdict in zip(batch, verdicts, strict=True) if verdict == wanted
        ]

    def writable(self) -> bool:
        return False

    def check_may_send(self) -> None:
        raise error_from_errno(errno.ENOTSUP, "a SUB socket cannot send: use setsockopt(SUBSCRIBE)")

    def send(self, message: Message) -> bool:
        self.check_may_send()
        return False
