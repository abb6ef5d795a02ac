"""What a socket at run time is made of, and the sending of what stands in its outbox."""

from __future__ import annotations

import errno
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from core.enums import Errno, SocketType
from core.errors import error_from_errno
from core.events import EventKind, SocketEvent
from core.options import OptionValues
from core.patterns import Message, Pattern, Pipe, pattern_for
from core.runtime.selector import READ, new_selector
from core.runtime.timers import Timers
from core.runtime.waker import Waker
from core.zmtp import Connection, RawConnection

if TYPE_CHECKING:
    from core.runtime.channel_link import ChannelLink
    from core.runtime.journal import Journal
    from core.runtime.link import Link
    from core.runtime.reactor import Reactor

# A burst is flushed at about this many bytes, and is not worth it below this many messages.
BURST_BYTES = 1 << 20
BURST_LEAST = 4

EventHandler = Callable[[int], None]  # is told the mask of READ and WRITE


class Observer(Protocol):
    """Wants to know when something happened: a poller, a descriptor, an asyncio socket."""

    def wake(self) -> None: ...


class Endpoint(Protocol):
    """One bind or connect."""

    endpoint: str
    requested: str

    def made(self, pipe: Pipe) -> bool:
        """Whether this is the connect that keeps this pipe."""

    def census(self) -> Sequence[tuple[Pipe | None, Any]]:
        """The peers' pipes, each with its link if there is one."""

    def unsent(self) -> int:
        """How many messages are still queued here."""

    def finish(self) -> None:
        """Close once everything queued has left."""

    def stop(self) -> None:
        """Close now."""


class Wiring:
    """State, descriptors, posted actions, and the way from the outbox to the connections."""

    def __init__(self, reactor: Reactor, socket_type: SocketType, options: OptionValues) -> None:
        self.reactor = reactor
        self.options = options
        self._route_by(pattern_for(options)(options))
        self.burst_limit = 0
        self.bursting = reactor.bursting  # sockets of this context that may have unsent messages
        self.lock = threading.Lock()
        self.selector = new_selector()
        self.stalled: list[Link | ChannelLink] = []
        self.observers: list[Observer] = []  # told whenever something happened
        self.journal: Journal | None = None  # where events go, once somebody wants to know
        self.made_at = ""  # which line of the program made it
        self.last_endpoint = ""
        self.closed = False
        self.context_lock = reactor.shared_lock
        self._waker = Waker()
        self._event_waker: Waker | None = None
        self.loop_driven = False  # by an asyncio loop
        self._leading = False  # a thread waits on the selector
        self._handlers: dict[int, EventHandler] = {}
        self._posted: deque[Callable[[], None]] = deque()
        self._timers = Timers()
        self._endpoints: list[Endpoint] = []
        self._terminated = False
        self._is_fork = False
        self._unusable = False  # closed, terminated or forked: `check_open` says which
        self._destroyed = False
        # Bursts
        self._streak = 0  # writes that followed each other without a pause
        self._flushes = 0
        self.shared = False  # by objects of which each would flush only its own bursts
        self.held = False  # something waits that nothing may overtake, such as parts of a message
        self._sent_messages = 0
        self._sent_bytes = 0
        self._message_size = 0  # bytes, on average, in the last batches
        self._shared_batch: list[Message] | None = None
        self._shared_bytes = b""
        self.send_timeout: float | None = None
        self.receive_timeout: float | None = None
        self._note_timeouts()
        self.watch(self._waker.fileno(), self._on_wake, READ)

    def _route_by(self, pattern: Pattern) -> None:
        """Route messages by this pattern from now on."""
        self.pattern = pattern
        self.inbox = pattern.inbox
        self.outbox = pattern.outbox

    # Descriptors and actions

    def watch(self, fd: int, handler: EventHandler, mask: int) -> None:
        self._handlers[fd] = handler
        self.selector.register(fd, mask)

    def unwatch(self, fd: int) -> None:
        if self._handlers.pop(fd, None) is not None:
            self.selector.unregister(fd)

    def post(self, action: Callable[[], None]) -> None:
        """Run an action soon, with the lock held, in whatever thread drives: from any thread."""
        self._posted.append(action)
        self._waker.wake()

    def post_news(self, action: Callable[[], None]) -> None:
        """`post` what matters only to somebody who wants to receive: wake nobody if nobody waits.

        Whoever begins to wait announces that first, and then looks at what was posted.
        """
        self._posted.append(action)
        if self._leading or self.observers or self.loop_driven or self.pattern.eager:
            self._waker.wake()

    def _on_wake(self, mask: int) -> None:
        """Actions were posted."""
        self._waker.clear()
        self._run_posted()

    def _run_posted(self) -> None:
        posted = self._posted
        while posted:
            posted.popleft()()

    def report(
        self,
        kind: EventKind,
        endpoint: str,
        value: int = 0,
        reason: str = "",
        *,
        local: str = "",
        peer: str = "",
    ) -> None:
        """Record an event. The lock is held."""
        if self.journal is not None:
            event = SocketEvent(kind, endpoint, value, reason, local, peer, time.time())
            self.journal.record(event)

    # Whether it can be used

    def forked(self) -> None:
        """This process is a fork of the socket's: the descriptors are shared with the parent."""
        self._is_fork = self._unusable = True
        self.lock = threading.Lock()  # the old one may have been held by a thread that is not here
        self.leave_burst()
        self.inbox.clear()

    def check_open(self) -> None:
        if self._is_fork:
            raise error_from_errno(
                errno.ENOTSUP,
                "this socket was made before the process forked, and belongs to the parent: "
                "make a new Context and new sockets here",
            )
        if self._terminated:
            raise error_from_errno(Errno.ETERM, "the context was terminated: close this socket")
        if self.closed:
            raise error_from_errno(errno.ENOTSOCK, "this socket is closed")

    def unsent(self) -> int:
        """How many messages have not left."""
        return sum(endpoint.unsent() for endpoint in tuple(self._endpoints)) + len(self.outbox)

    def describe(self) -> str:
        """For messages about a context that cannot end."""
        known = tuple(self._endpoints)
        endpoints = ", ".join(endpoint.endpoint for endpoint in known) or "no endpoint"
        unsent = self.unsent()
        state = "closed" if self.closed else "not closed"
        if unsent or self.closed:
            state = f"{state}, {unsent} message{'' if unsent == 1 else 's'} unsent"
        errors = [getattr(endpoint, "last_error", "") for endpoint in known]
        why = "".join(f", {error}" for error in errors if error)
        made = f" made at {self.made_at}" if self.made_at else ""
        return f"{self.pattern.name}{made} on {endpoints}: {state}{why}"

    # From the outbox to the connections

    def flush(self) -> None:
        """Route the outbox and write all that can be written. The lock is held."""
        if self.outbox:
            self._flushes += 1
            self._empty_outbox()
        self._flush_dirty()

    def _empty_outbox(self) -> None:
        """Route the outbox as far as there is room; writing makes room for more."""
        left = len(self.outbox)
        while left:
            self.pattern.distribute()
            self._flush_dirty()
            before, left = left, len(self.outbox)
            if left >= before:
                return

    def _flush_dirty(self) -> None:
        dirty = self.pattern.dirty
        if not dirty:
            return
        self.pattern.dirty = []
        for pipe in dirty:
            pipe.dirty = False
            if pipe.link is not None:
                pipe.link.flush()
        self._shared_batch = None

    def _clear_outbox(self) -> None:
        """The burst's batch is full, or somebody is about to wait: send it."""
        if self.outbox:
            self.flush()
        self._refresh_burst()

    def encode(self, connection: Connection | RawConnection, batch: list[Message]) -> bytes:
        """Encode for one peer; a batch that was just encoded for another is not encoded again."""
        if connection.own_bytes or batch is not self._shared_batch:
            if self.pattern.sends_subscriptions:
                self._shared_bytes = _encode_subscriptions(connection, batch)
                return self._shared_bytes
            self._shared_bytes = connection.encode(batch)
            self._shared_batch = None if connection.own_bytes else batch
        return self._shared_bytes

    def note_sent(self, messages: int, size: int) -> None:
        self._sent_messages += messages
        self._sent_bytes += size

    # Bursts: how much may stand in the outbox

    def _refresh_burst(self) -> None:
        if self.burst_limit > 0 or (self.loop_driven and self.pattern.bursts):
            self.burst_limit = self._burst_size()

    def _burst_size(self) -> int:
        """How many messages may wait in the outbox: up to the high-water mark, or some MiB."""
        if self.closed or self.held or self.shared:
            return 0
        if self._sent_messages:
            self._message_size = self._sent_bytes // self._sent_messages
            self._sent_messages = self._sent_bytes = 0
        size = min(BURST_BYTES // (self._message_size + 1), self.pattern.burst_room())
        return size if size >= BURST_LEAST else 0

    def share(self) -> None:
        """Another object sends through this engine, too, and perhaps from an asyncio loop."""
        with self.lock:
            self.shared = True
            self.leave_burst()

    def leave_burst(self) -> None:
        """The fast path ends here: the next send comes to the engine."""
        self.burst_limit = 0
        self._streak = 0

    def _note_timeouts(self) -> None:
        """ZMQ_SNDTIMEO and ZMQ_RCVTIMEO, in seconds as `send` and `receive` take them."""
        options = self.options
        self.send_timeout = None if options.sndtimeo < 0 else options.sndtimeo / 1000
        self.receive_timeout = None if options.rcvtimeo < 0 else options.rcvtimeo / 1000


def _encode_subscriptions(connection: Connection | RawConnection, batch: list[Message]) -> bytes:
    """XSUB and SUB: subscriptions travel in the form that the peer's version knows (RFC 37)."""
    assert isinstance(connection, Connection)
    return b"".join(
        connection.encode_subscription(message[0] == 1, message[1:])
        if isinstance(message, bytes) and message[:1] in (b"\0", b"\1")
        else connection.encode([message])
        for message in batch
    )
