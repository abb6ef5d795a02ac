"""PUB and XPUB: sending to whoever subscribed (RFC 29, publishers)."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from ..errors import error_from_errno
from ..options import OptionValues
from .base import Pattern
from .origins import Attributed
from .pipe import NO_FACTS, Message, Pipe, frames_of
from .subscriptions import PublisherTable, is_subscription, topic_of

SUBSCRIBE = 1


class _Notice(NamedTuple):
    """A subscription that the application has not received yet (ZMQ_XPUB_MANUAL)."""

    message: Message
    subscriber: Pipe | None  # None: it is gone, this is its cancellation


class XPubPattern(Pattern):
    """RFC 29: fan-out to the matching subscribers; subscriptions can be received as messages."""

    name = "XPUB"
    eager = True
    _upstream: ClassVar[bool] = True  # subscriptions are passed to the user

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._table = PublisherTable()
        # ZMQ_XPUB_MANUAL: what peers asked for, whose request was received last, and what is
        # still to be received. The inbox stays empty, because every receive has to be seen here.
        self._asked = PublisherTable()
        self._last: Pipe | None = None
        self._waiting: deque[_Notice | Message] = deque()

    def attach(self, pipe: Pipe) -> bool:
        super().attach(pipe)
        if self.options.xpub_welcome_msg:
            self.push(pipe, [self.options.xpub_welcome_msg])
        return True

    # Subscriptions

    def arrived(self, pipe: Pipe) -> None:
        for message in pipe.take_incoming():
            if isinstance(message, list):
                self._parts_arrived(pipe, message)
            elif is_subscription(message):
                self._request(pipe, message, [])
            else:
                self._pass_on(pipe, message)
        pipe.taken = 0

    def _parts_arrived(self, pipe: Pipe, frames: list[bytes]) -> None:
        """Later parts may be subscriptions too; one that is passed on ends the message."""
        # libzmq (xpub.cpp): ZMQ_ONLY_FIRST_SUBSCRIBE looks at them only behind a subscription.
        looks = not self.options.only_first_subscribe or is_subscription(frames[0])
        plain: list[bytes] = []
        for frame in frames:
            if not looks or not is_subscription(frame):
                plain.append(frame)
            elif self._request(pipe, frame, plain):
                plain = []
        if plain:
            self._pass_on(pipe, plain)

    def _request(self, pipe: Pipe, request: bytes, before: list[bytes]) -> bool:
        """Subscribe or cancel; True when the user is told, in a message with `before`."""
        manual = self.options.xpub_manual
        if request[0] == SUBSCRIBE and not self._may_subscribe(pipe, request[1:]):
            return False
        told = self._note(self._asked if manual else self._table, pipe, request) or manual
        if told and manual and self._upstream:
            self._waiting.append(_Notice(Attributed([*before, request], pipe.facts), pipe))
        elif told:
            self._pass_on(pipe, [*before, request])
        return told

    def _may_subscribe(self, pipe: Pipe, prefix: bytes) -> bool:
        options = self.options
        table = self._asked if options.xpub_manual else self._table
        most, most_bytes = options.max_subscriptions, options.max_subscription_bytes
        if table.has_room(prefix, pipe, most, most_bytes) or not pipe.streams:
            return True
        if pipe.link is not None:
            pipe.link.expel(f"{most} subscriptions of {most_bytes} bytes together are allowed")
        return False

    def _note(self, table: PublisherTable, pipe: Pipe, request: bytes) -> bool:
        """Enter the request in the table; True when it is news for the user."""
        options = self.options
        if request[0] == SUBSCRIBE:
            return table.add(request[1:], pipe) or options.xpub_verbose
        return table.remove(request[1:], pipe) or options.xpub_verboser

    def _pass_on(self, pipe: Pipe, message: Message) -> None:
        if not self._upstream:
            return
        received = Attributed(frames_of(message), pipe.facts)
        if self.options.xpub_manual or self._waiting:
            self._waiting.append(received)
        else:
            self.inbox.append(received)

    def detach(self, pipe: Pipe) -> None:
        super().detach(pipe)
        self._cancel_all(pipe)

    def peer_lost(self, pipe: Pipe) -> None:
        # The peer sends all its subscriptions again when it comes back.
        self._cancel_all(pipe)

    def _cancel_all(self, pipe: Pipe) -> None:
        asked = self._asked.remove_pipe(pipe, every=True)
        gone = self._table.remove_pipe(pipe, every=self.options.xpub_verboser)
        if self._last is pipe:
            self._last = None
        if not self._upstream:
            return
        if self.options.xpub_manual:
            self._waiting.extend(_Notice(b"\0" + prefix, None) for prefix in asked)
        else:
            self.inbox.extend(b"\0" + prefix for prefix in gone)

    @property
    def attributes(self) -> bool:
        return True

    def facts_of_last(self) -> Mapping[str, str | int]:
        return NO_FACTS  # the cancellation for a peer that is gone

    def subscriptions(self) -> Mapping[Pipe, int]:
        return self._table.counts()

    def topics_count(self) -> int:
        return len(self._table)

    # Subscribing peers by hand (ZMQ_XPUB_MANUAL)

    def readable(self) -> bool:
        return bool(self.inbox) or bool(self._waiting)

    def receive(self) -> Message | None:
        if self.inbox or not self._waiting:
            return super().receive()
        waiting = self._waiting.popleft()
        if not isinstance(waiting, _Notice):
            return waiting
        pipe = waiting.subscriber
        self._last = pipe if pipe is not None and pipe.attached else None
        return waiting.message

    def subscribe(self, topic: bytes) -> None:
        self.distribute()  # what was sent before goes to those who were subscribed then
        if self._last is not None:
            self._table.add(topic, self._last)

    def unsubscribe(self, topic: bytes) -> None:
        self.distribute()
        if self._last is not None:
            self._table.remove(topic, self._last)

    # Publishing

    def writable(self) -> bool:
        # RFC 29: a publisher never blocks, unless ZMQ_XPUB_NODROP.
        return not self.options.xpub_nodrop or all(pipe.room() > 0 for pipe in self.pipes)

    def burst_room(self) -> int:
        if self.options.xpub_nodrop or self.options.xpub_manual_last_value:
            return 0
        # Not more than one high-water mark at a time, or a quick subscriber would lose messages
        # that it had room for.
        return self.options.sndhwm or 1 << 30

    def send(self, message: Message) -> bool:
        pipes = self._match(topic_of(message))
        if self.options.xpub_nodrop and any(pipe.room() <= 0 for pipe in pipes):
            return False
        if self._last is not None and self.options.xpub_manual_last_value:
            self._last = None
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
        matched = self._table.matches(batch)
        if self.options.invert_matching or self.options.xpub_manual_last_value:
            matched = [self._adjusted(pipes) for pipes in matched]
        if matched.count(matched[0]) == len(matched):
            for pipe in matched[0]:
                self._offer(pipe, batch)
            return
        shares: dict[Pipe, list[Message]] = {}
        for message, pipes in zip(batch, matched, strict=True):
            for pipe in pipes:
                if pipe in shares:
                    shares[pipe].append(message)
                else:
                    shares[pipe] = [message]
        for pipe, share in shares.items():
            self._offer(pipe, share)

    def _match(self, topic: bytes) -> set[Pipe]:
        return self._adjusted(self._table.match(topic))

    def _adjusted(self, matched: set[Pipe]) -> set[Pipe]:
        """Who gets a message, given who subscribed to it."""
        if self._last is not None and self.options.xpub_manual_last_value:
            # libzmq (xpub.cpp): what is sent after a subscription was received is for its sender
            # alone, so that a cache can answer the newcomer without disturbing the others.
            matched = matched & {self._last}
        return set(self.pipes) - matched if self.options.invert_matching else matched

    def _offer(self, pipe: Pipe, batch: list[Message]) -> None:
        pipe.offer(batch)
        self.touch(pipe)


class PubPattern(XPubPattern):
    """RFC 29: fan-out to the matching subscribers; what they send is not for the user."""

    name = "PUB"
    can_conflate = True
    can_receive = False
    _upstream = False

    def readable(self) -> bool:
        return False

    def receive(self) -> Message | None:
        raise error_from_errno(errno.ENOTSUP, "a PUB socket cannot receive")
