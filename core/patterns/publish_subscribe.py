"""PUB, SUB, XPUB and XSUB: the publish-subscribe pattern (RFC 29)."""

from __future__ import annotations

import errno
from typing import ClassVar

from ..errors import error_from_errno
from ..options import OptionValues
from .base import Pattern
from .pipe import Message, Pipe
from .subscriptions import PublisherTable, SubscriberTable

SUBSCRIBE = 1
CANCEL = 0


def topic_of(message: Message) -> bytes:
    """RFC 29: subscriptions match the first frame."""
    return message[0] if isinstance(message, list) else message


class XPubPattern(Pattern):
    """RFC 29: fan-out to the matching subscribers; subscriptions can be received as messages."""

    name = "XPUB"
    eager = True
    _upstream: ClassVar[bool] = True  # subscriptions are passed to the user

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._table = PublisherTable()

    # Subscriptions

    def arrived(self, pipe: Pipe) -> None:
        for message in pipe.take_incoming():
            first = topic_of(message)
            if isinstance(message, bytes) and first and first[0] in (SUBSCRIBE, CANCEL):
                self._subscription(pipe, message)
            elif self._upstream:
                self.inbox.append(message)
        pipe.taken = 0

    def _subscription(self, pipe: Pipe, message: bytes) -> None:
        prefix = message[1:]
        options = self.options
        if message[0] == SUBSCRIBE:
            news = self._table.add(prefix, pipe) or options.xpub_verbose or options.xpub_verboser
        else:
            news = self._table.remove(prefix, pipe) or bool(options.xpub_verboser)
        if news and self._upstream:
            self.inbox.append(message)

    def detach(self, pipe: Pipe) -> None:
        super().detach(pipe)
        self._cancel_all(pipe)

    def peer_lost(self, pipe: Pipe) -> None:
        # The peer sends all its subscriptions again when it comes back.
        self._cancel_all(pipe)

    def _cancel_all(self, pipe: Pipe) -> None:
        gone = self._table.remove_pipe(pipe)
        if self._upstream:
            self.inbox.extend(b"\0" + prefix for prefix in gone)

    # Publishing

    def writable(self) -> bool:
        # RFC 29: a publisher never blocks, unless ZMQ_XPUB_NODROP.
        return not self.options.xpub_nodrop or all(pipe.room() > 0 for pipe in self.pipes)

    def burst_room(self) -> int:
        if self.options.xpub_nodrop:
            return 0
        # Not more than one high-water mark at a time, or a quick subscriber would lose messages
        # that it had room for.
        return self.options.sndhwm or 1 << 30

    def send(self, message: Message) -> bool:
        pipes = self._match(topic_of(message))
        if self.options.xpub_nodrop and any(pipe.room() <= 0 for pipe in pipes):
            return False
        batch = [message]
        for pipe in pipes:
            self._offer(pipe, batch)
        return True

    def distribute(self) -> None:
        count = len(self.outbox)
        batch = self.outbox[:count]
        del self.outbox[:count]
        if batch and self.pipes:
            if len(self._table.subscribers_to_everything()) == len(self.pipes):
                self._to_everyone(batch)
            else:
                self._to_matching(batch)

    def _to_everyone(self, batch: list[Message]) -> None:
        if not self.options.invert_matching:
            for pipe in self.pipes:
                self._offer(pipe, batch)

    def _to_matching(self, batch: list[Message]) -> None:
        shares: dict[Pipe, list[Message]] = {}
        for message in batch:
            for pipe in self._match(topic_of(message)):
                if pipe in shares:
                    shares[pipe].append(message)
                else:
                    shares[pipe] = [message]
        for pipe, share in shares.items():
            self._offer(pipe, share)

    def _match(self, topic: bytes) -> set[Pipe]:
        matched = self._table.match(topic)
        return set(self.pipes) - matched if self.options.invert_matching else matched

    def _offer(self, pipe: Pipe, batch: list[Message]) -> None:
        pipe.offer(batch)
        self.touch(pipe)


class PubPattern(XPubPattern):
    """RFC 29: fan-out to the matching subscribers; what they send is not for the user."""

    name = "PUB"
    can_receive = False
    _upstream = False

    def readable(self) -> bool:
        return False

    def receive(self) -> Message | None:
        raise error_from_errno(errno.ENOTSUP, "a PUB socket cannot receive")


class XSubPattern(Pattern):
    """RFC 29: fair queueing in; messages out are subscriptions to all publishers."""

    name = "XSUB"
    sends_subscriptions = True

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._table = SubscriberTable()

    def peer_ready(self, pipe: Pipe) -> bool:
        """A publisher is there, perhaps again: tell it all subscriptions."""
        batch: list[Message] = [b"\x01" + prefix for prefix in self._table]
        if batch:
            self.push(pipe, batch)
        return True

    def subscribe(self, topic: bytes) -> None:
        if self._table.add(topic):
            self._tell_all(b"\x01" + topic)

    def unsubscribe(self, topic: bytes) -> None:
        if self._table.remove(topic):
            self._tell_all(b"\0" + topic)

    def _tell_all(self, message: Message) -> None:
        batch = [message]
        for pipe in self.pipes:
            if pipe.ready:
                self.push(pipe, batch)

    def writable(self) -> bool:
        return True  # libzmq (xsub.cpp): subscriptions can be sent at any time

    def send(self, message: Message) -> bool:
        first = topic_of(message)
        if isinstance(message, bytes) and first[:1] == b"\x01":
            self.subscribe(first[1:])
        elif isinstance(message, bytes) and first[:1] == b"\0":
            self.unsubscribe(first[1:])
        else:
            self._tell_all(message)
        return True

    def collect(self) -> None:
        if self._table.everything() != bool(self.options.invert_matching):
            super().collect()
        elif self.queue:
            self._collect_matching()

    def _collect_matching(self) -> None:
        """RFC 29: a message that no subscription matches (any more) is not delivered."""
        matches = self._table.matches
        wanted = not self.options.invert_matching
        super().collect()
        kept = [message for message in self.inbox if matches(topic_of(message)) == wanted]
        if len(kept) < len(self.inbox):
            self.inbox.clear()
            self.inbox.extend(kept)


class SubPattern(XSubPattern):
    """RFC 29: receives what its subscriptions match; sends nothing."""

    name = "SUB"
    can_send = False

    def writable(self) -> bool:
        return False

    def check_may_send(self) -> None:
        raise error_from_errno(errno.ENOTSUP, "a SUB socket cannot send: use setsockopt(SUBSCRIBE)")

    def send(self, message: Message) -> bool:
        self.check_may_send()
        return False
