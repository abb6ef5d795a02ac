"""The interface between the runtime and every pattern, and what most patterns share."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Mapping
from typing import ClassVar

from ..errors import error_from_errno
from ..options import OptionValues
from .conflation import NewestPipe, NewestQueue
from .drops import DropReason, Drops
from .fair_queue import FairQueue
from .pipe import UNLIMITED, Message, Pipe

__all__ = ["Message", "Pattern"]

# With several peers: how many messages of one may stand in the inbox before another's.
QUANTUM = 128


class Pattern:
    """A socket type's routing. Every method is called with the socket's lock held.

    The fast path of `send` appends to `outbox` without a lock as long as fewer than
    `burst_room()` messages stand there; `distribute` then routes the whole batch. The fast
    path of `recv` pops from `inbox`. Patterns whose next step depends on every message (REQ,
    REP) keep both empty and work one message at a time in `send` and `receive`.
    """

    name: ClassVar[str]
    can_send: ClassVar[bool] = True
    can_receive: ClassVar[bool] = True
    # Messages to these peers are subscriptions (RFC 37 SUBSCRIBE/CANCEL), not traffic.
    sends_subscriptions: ClassVar[bool] = False
    # With several peers: after so many refills of the inbox, the runtime looks for new input first.
    takes_between_looks: ClassVar[int] = 1
    # Peers do not speak ZMTP: their bytes come and go as they are.
    raw: ClassVar[bool] = False
    # The transports that it can use, by scheme; empty: all.
    schemes: ClassVar[frozenset[str]] = frozenset()
    # A message ends with its part of this number, whatever SNDMORE says; 0: with the last part.
    longest: ClassVar[int] = 0
    # Messages are single frames, and a peer's others are dropped.
    single_part: ClassVar[bool] = False
    # Messages say beside their frame for whom or of whom they are.
    has_address: ClassVar[bool] = False
    # What comes with a message beside its frames: "routing_id" or "group".
    label: ClassVar[str] = ""
    # ZMQ_CONFLATE has an effect.
    can_conflate: ClassVar[bool] = False
    # Several messages in a row may be routed as one batch.
    bursts = True
    # Messages of a peer are looked at as they arrive, not when the user receives.
    eager = False

    def __init__(self, options: OptionValues) -> None:
        self.options = options
        self.inbox: deque[Message] = deque()
        self.outbox: list[Message] = []
        self.dirty: list[Pipe] = []  # pipes with something to flush
        self.pipes: list[Pipe] = []
        self.queue = FairQueue()
        # What closes the connection of a peer that `end_peer` is done with: the runtime's.
        self.hang_up: Callable[[Pipe], None] | None = None
        self.drops = Drops()  # of messages that belong to no peer

    # Peers come and go

    @property
    def conflates(self) -> bool:
        """Only the newest message counts (ZMQ_CONFLATE)."""
        return self.options.conflate and self.can_conflate

    def new_pipe(self) -> Pipe:
        if not self.conflates:
            return Pipe(self.options.sndhwm, self.options.rcvhwm)
        # Unlike in libzmq, the subscriptions that a SUB sends do not replace each other.
        return Pipe(0, 0) if self.sends_subscriptions else NewestPipe(0, 0)

    def marks_changed(self) -> None:
        """ZMQ_SNDHWM or ZMQ_RCVHWM was set: it counts for the peers that are there, too."""
        if not self.conflates:
            for pipe in self.pipes:
                self._mark(pipe)

    def _mark(self, pipe: Pipe) -> None:
        pipe.set_marks(self.options.sndhwm, self.options.rcvhwm)

    def connecting(self, pipe: Pipe) -> None:
        """A `connect` has made this pipe, which will be attached now or once its peer is there."""
        pipe.connected = True

    def attach(self, pipe: Pipe) -> bool:
        """A pipe joins; False refuses the peer."""
        pipe.attached = True
        self.pipes.append(pipe)
        if not self.conflates:
            self._mark(pipe)  # they may have been set since the `connect`
        elif not isinstance(self.queue, NewestQueue):
            self._begin_conflating()
        return True

    def _begin_conflating(self) -> None:
        # An inbox that only `receive` pops from: a message may be replaced until the last moment.
        self.inbox = deque()
        self.queue = NewestQueue(self.inbox, self.queue)
        self.eager = True
        # What is newest should not wait for the end of a burst.
        self.bursts = False

    def peer_ready(self, pipe: Pipe) -> bool:
        """The pipe's handshake is done, again after each reconnect; False refuses the peer."""
        return True

    def peer_lost(self, pipe: Pipe) -> None:
        """The pipe's connection broke; if it was made by a `connect`, it waits for the next one."""

    def detach(self, pipe: Pipe) -> None:
        """The pipe is gone; what it delivered before can still be received."""
        if pipe.attached:
            pipe.attached = False
            self.pipes.remove(pipe)

    def end_peer(self, pipe: Pipe) -> None:
        """Be done with a peer: what is queued for it leaves, then its connection ends."""
        self.detach(pipe)
        if self.hang_up is not None:
            self.hang_up(pipe)

    def greet(self, pipe: Pipe) -> None:
        """What some types say first on every connection."""
        greeting: list[Message] = [self.options.hello_msg] if self.options.hello_msg else []
        if self.options.probe_router:
            greeting.append(b"")
        if greeting:
            pipe.requeue(greeting)
            self.touch(pipe)

    # Sending

    def burst_room(self) -> int:
        """How many messages `outbox` may hold so that `distribute` can place them all."""
        return 0

    def distribute(self) -> None:
        """Route the outbox; what finds no room stays there, in order."""

    def writable(self) -> bool:
        """Whether `send` would take a message now (ZMQ_POLLOUT)."""
        return False

    def send(self, message: Message) -> bool:
        """Route one message; False when it would have to wait. The outbox is empty."""
        self.check_may_send()
        return False

    def ready_for(self, first_frame: bytes) -> bool:
        """Whether there is room for a message that begins so; raises what `send` would raise."""
        self.check_may_send()
        return self.writable()

    def check_may_send(self) -> None:
        """Raise what `send` would raise, whatever the message."""
        if not self.can_send:
            raise error_from_errno(errno.ENOTSUP, f"a {self.name} socket cannot send")

    def addressed(self, body: bytes, routing_id: int | None, group: str | bytes | None) -> Message:
        """The message that says to which peer (SERVER, PEER) or group (RADIO) it goes."""
        return body

    def push(self, pipe: Pipe, batch: list[Message]) -> None:
        pipe.put(batch)
        self.touch(pipe)

    def deliver(self, pipe: Pipe, message: Message) -> None:
        """Send one message at once if nothing stands before it, else queue it."""
        if not self.sent_at_once(pipe, message):
            self.push(pipe, [message])

    @staticmethod
    def sent_at_once(pipe: Pipe, message: Message) -> bool:
        """Whether nothing stood before the message and it is on its way."""
        transmit = pipe.transmit
        return transmit is not None and not pipe.queued and transmit(message)

    def touch(self, pipe: Pipe) -> None:
        if not pipe.dirty:
            pipe.dirty = True
            self.dirty.append(pipe)

    # Receiving

    def arrived(self, pipe: Pipe) -> None:
        """`pipe.incoming` has new messages."""
        if not pipe.active:
            self.queue.add(pipe)

    def tell_of_disconnect(self, pipe: Pipe) -> None:
        """ZMQ_DISCONNECT_MSG. libzmq (session_base.cpp): it is for peers that came to us."""
        if self.options.disconnect_msg and not pipe.connected:
            self.inject(pipe, self.options.disconnect_msg)

    def tell_of_hiccup(self, pipe: Pipe) -> None:
        """ZMQ_HICCUP_MSG. libzmq: it is for connections that will be made again."""
        if self.options.hiccup_msg and pipe.connected and pipe.streams:
            self.inject(pipe, self.options.hiccup_msg)

    def inject(self, pipe: Pipe, message: bytes) -> None:
        """Have the user receive a message as if the peer had sent it."""
        pipe.incoming.append(message)
        self.arrived(pipe)

    def readable(self) -> bool:
        """Whether `receive` would return a message now (ZMQ_POLLIN)."""
        if not self.inbox:
            self.collect()
        return bool(self.inbox)

    def collect(self) -> None:
        """Move what the pipes hold into the inbox, taking turns between them."""
        self.queue.collect(self.inbox, self.quantum())

    def quantum(self) -> int:
        return QUANTUM if len(self.pipes) > 1 else UNLIMITED

    def receive(self) -> Message | None:
        """The next message, None when there is none."""
        if not self.inbox:
            self.collect()
        try:
            return self.inbox.popleft()
        except IndexError:  # also when another thread was quicker
            return None

    @property
    def attributes(self) -> bool:
        """Received messages may be `Attributed`."""
        return self.queue.origins.asked

    def facts_of_last(self) -> Mapping[str, str | int]:
        """About the sender of the message received last, if that message does not say."""
        return self.queue.origins.ask(self.inbox)

    def has_room_for_peer(self, identity: bytes) -> bool:
        """Whether a peer's queue has room for a message (ROUTER)."""
        raise error_from_errno(errno.ENOTSUP, f"get_peer_state is for ROUTER, not {self.name}")

    # Numbered peers (SERVER, PEER)

    def check_may_connect_peer(self) -> None:
        """Raise unless a connect has a routing id to return."""
        raise error_from_errno(errno.ENOTSUP, f"connect_peer is for PEER sockets, not {self.name}")

    def connected_peer(self) -> int:
        """The routing id of the peer of the newest connect."""
        return 0

    def disconnect_peer(self, routing_id: int) -> None:
        raise error_from_errno(
            errno.ENOTSUP, f"disconnect_peer is for SERVER and PEER sockets, not {self.name}"
        )

    # Groups (DISH)

    def join(self, group: bytes) -> None:
        raise error_from_errno(errno.ENOTSUP, f"only DISH sockets join groups, not {self.name}")

    def leave(self, group: bytes) -> None:
        raise error_from_errno(errno.ENOTSUP, f"only DISH sockets leave groups, not {self.name}")

    # Subscriptions (SUB, XSUB, XPUB)

    def subscribe(self, topic: bytes) -> None:
        raise error_from_errno(errno.EINVAL, f"a {self.name} socket has no subscriptions")

    def unsubscribe(self, topic: bytes) -> None:
        raise error_from_errno(errno.EINVAL, f"a {self.name} socket has no subscriptions")

    def subscriptions(self) -> Mapping[Pipe, int]:
        """To how many prefixes each peer has subscribed here."""
        return {}

    def topics_count(self) -> int:
        """How many different prefixes are subscribed to (ZMQ_TOPICS_COUNT)."""
        raise error_from_errno(errno.EINVAL, f"a {self.name} socket has no subscriptions")


class ReceiveOnly(Pattern):
    can_send = False


class SendOnly(Pattern):
    can_receive = False

    def arrived(self, pipe: Pipe) -> None:
        # RFC 30: a PUSH socket shall not receive; what a peer sends all the same is discarded.
        pipe.drop(DropReason.NOT_RECEIVED_HERE, len(pipe.take_incoming()))
        pipe.taken = 0

    def readable(self) -> bool:
        return False

    def receive(self) -> Message | None:
        raise error_from_errno(errno.ENOTSUP, f"a {self.name} socket cannot receive")
