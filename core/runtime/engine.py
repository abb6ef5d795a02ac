"""One socket at run time: its lock, its selector, its endpoints, and who is driving it.

Theory of operation
-------------------
The thread that wants a message does the I/O. A blocking call *claims* the socket: the context's
I/O thread stops watching the socket's selector, and the caller waits on that selector itself. A
claim is kept for a moment after the call, because the next call is likely to follow; the I/O
thread takes back claims that were idle (`on_tick`). Between claims the I/O thread drives.

Everything but waiting happens under `lock`. Nobody waits for events while holding it. Of several
threads blocked in one socket, one waits on the selector (`_leading`) and the others on `_turn`.

Sending: the first messages are written at once. When sends follow each other without a pause, the
socket enters a *burst*: `burst_limit` becomes positive, and `Socket.send` appends to `outbox`
without lock or system call until that many stand there. Then the sender flushes. What is left when
the sender pauses is flushed by the I/O thread's tick, or by the next blocking call in the context.
"""

from __future__ import annotations

import errno
import threading
import time
from collections import deque
from collections.abc import Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from core.endpoint import split_endpoint
from core.enums import Errno, SocketType
from core.errors import ZMQError, error_from_errno
from core.options import OptionValues
from core.patterns import PATTERNS, Message, Pipe
from core.plugin import get_transport
from core.runtime.channel_link import ChannelEndpoint
from core.runtime.connecter import ConnectedEndpoint
from core.runtime.listener import BoundEndpoint
from core.runtime.selector import READ, WRITE, Events, new_selector
from core.runtime.timers import Timer, Timers
from core.runtime.waker import Waker
from core.transport import TransportOptions
from core.zmtp import Connection, ConnectionConfig

if TYPE_CHECKING:
    from core.runtime.channel_link import ChannelLink
    from core.runtime.link import Link
    from core.runtime.reactor import Reactor

POLLIN = 1
POLLOUT = 2

# Pauses between sends of a burst, in seconds, and after how many writes it begins.
BURST_GAP = 50e-6
BURST_AFTER = 8
# A burst is flushed at about this many bytes, and is not worth it below this many messages.
BURST_BYTES = 1 << 20
BURST_LEAST = 4
# A thread may have been suspended between looking at `burst_limit` and appending: for so many ticks
# after a burst the I/O thread still looks whether something stands in the outbox.
TICKS_AFTER_BURST = 20
# Blocking calls that follow each other within this many seconds keep their claim.
CLAIM_GAP = 2e-3


EventHandler = Callable[[int], None]  # is told the mask of READ and WRITE


class Observer(Protocol):
    """Wants to know when something happened: a poller, a descriptor, an asyncio socket."""

    def wake(self) -> None: ...


class Endpoint(Protocol):
    """One bind or connect."""

    endpoint: str
    requested: str

    def unsent(self) -> int:
        """How many messages are still queued here."""

    def finish(self) -> None:
        """Close once everything queued has left."""

    def stop(self) -> None:
        """Close now."""


class Engine:
    """The part of a socket that outlives the user's object until its messages have left."""

    def __init__(self, reactor: Reactor, socket_type: SocketType, options: OptionValues) -> None:
        self.reactor = reactor
        self.options = options
        self.pattern = PATTERNS[socket_type.name](options)
        self.inbox = self.pattern.inbox
        self.outbox = self.pattern.outbox
        self.burst_limit = 0
        self.lock = threading.Lock()
        self.selector = new_selector()
        self.stalled: list[Link | ChannelLink] = []
        self.observers: list[Observer] = []  # told whenever something happened
        self.last_endpoint = ""
        self.closed = False
        self.context_lock = reactor.shared_lock
        self._turn = threading.Condition(self.lock)
        self._waker = Waker()
        self._event_waker: Waker | None = None
        self._pollers = 0  # threads that wait on several sockets, this one among them
        self.loop_driven = False  # by an asyncio loop
        self._handlers: dict[int, EventHandler] = {}
        self._posted: deque[Callable[[], None]] = deque()
        self._timers = Timers()
        self._endpoints: list[Endpoint] = []
        self._terminated = False
        self._is_fork = False
        self._unusable = False  # closed, terminated or forked: `check_open` says which
        self._destroyed = False
        self._leading = False  # a thread waits on the selector
        self._followers = 0
        # Claims
        self.watched = False  # by the I/O thread
        self.hot = False  # the I/O thread looks in at every tick
        self.blocked = 0  # above 0: connections wait until they can be written to
        self._uses = 0
        self._uses_seen = 0
        self._last_wait = 0.0
        self._rest = 0  # ticks until an idle socket is left alone
        # Bursts
        self._last_send = 0.0
        self._streak = 0
        self._flushes = 0
        self._flushes_seen = 0
        self._takes = 0  # since the last look at all connections
        self._sent_messages = 0
        self._sent_bytes = 0
        self._message_size = 0  # bytes, on average, in the last batches
        self._shared_batch: list[Message] | None = None
        self._shared_bytes = b""
        self.send_timeout: float | None = None
        self.receive_timeout: float | None = None
        self._note_timeouts()
        self.watch(self._waker.fileno(), self._on_wake, READ)
        reactor.add(self)

    # What links and endpoints use

    def watch(self, fd: int, handler: EventHandler, mask: int) -> None:
        self._handlers[fd] = handler
        self.selector.register(fd, mask)

    def unwatch(self, fd: int) -> None:
        if self._handlers.pop(fd, None) is not None:
            self.selector.unregister(fd)

    def at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back at a `time.monotonic` time, with the lock held."""
        timer = self._timers.at(when, callback)
        self.reactor.schedule(self, when)
        return timer

    def post(self, action: Callable[[], None]) -> None:
        """Run an action soon, with the lock held, in whatever thread drives: from any thread."""
        self._posted.append(action)
        self._waker.wake()

    def _on_wake(self, mask: int) -> None:
        """Actions were posted."""
        self._waker.clear()
        self._run_posted()

    def _run_posted(self) -> None:
        posted = self._posted
        while posted:
            posted.popleft()()

    def connection_config(self) -> ConnectionConfig:
        options = self.options
        return ConnectionConfig(
            socket_type=self.pattern.name,
            identity=options.identity,
            max_message_size=options.maxmsgsize,
            heartbeat_interval=options.heartbeat_ivl / 1000,
            heartbeat_timeout=options.heartbeat_timeout / 1000,
            heartbeat_ttl=options.heartbeat_ttl / 1000,
            handshake_timeout=options.handshake_ivl / 1000,
            metadata=options.metadata,
        )

    def transport_options(self) -> TransportOptions:
        options = self.options
        return TransportOptions(
            ipv6=options.ipv6,
            backlog=options.backlog,
            sndbuf=options.sndbuf,
            rcvbuf=options.rcvbuf,
            tos=options.tos,
            tcp_keepalive=options.tcp_keepalive,
            tcp_keepalive_cnt=options.tcp_keepalive_cnt,
            tcp_keepalive_idle=options.tcp_keepalive_idle,
            tcp_keepalive_intvl=options.tcp_keepalive_intvl,
            tcp_maxrt=options.tcp_maxrt,
            bindtodevice=options.bindtodevice,
            priority=options.priority,
            use_fd=options.use_fd,
        )

    def shared_for(self, scheme: str) -> MutableMapping[str, Any]:
        return self.reactor.shared.setdefault(scheme, {})

    def admit(self, pipe: Pipe) -> bool:
        """A peer's handshake is done: attach its pipe if need be; False refuses the peer."""
        pattern = self.pattern
        if self.closed or not (pipe.attached or pattern.attach(pipe)):
            return False
        if not pattern.peer_ready(pipe):
            pattern.detach(pipe)
            return False
        pipe.ready = True
        self._refresh_burst()
        return True

    def dismiss(self, pipe: Pipe, unsent: Sequence[Message]) -> None:
        """A pipe is gone for good; what it held and had not sent is dropped, and counted."""
        pipe.dropped += len(unsent)
        pipe.discard_outgoing()
        self.pattern.detach(pipe)
        self._refresh_burst()

    def endpoint_gone(self, endpoint: Endpoint) -> None:
        if endpoint in self._endpoints:
            self._endpoints.remove(endpoint)
        if self.closed and not self._endpoints:
            self._destroy()

    def encode(self, connection: Connection, batch: list[Message]) -> bytes:
        """Encode for one peer; a batch that was just encoded for another is not encoded again."""
        if batch is not self._shared_batch:
            encode = connection.encode
            if self.pattern.sends_subscriptions:
                self._shared_bytes = _encode_subscriptions(connection, batch)
                return self._shared_bytes
            self._shared_bytes = encode(batch)
            self._shared_batch = batch
        return self._shared_bytes

    def note_sent(self, messages: int, size: int) -> None:
        self._sent_messages += messages
        self._sent_bytes += size

    # Endpoints

    def bind(self, endpoint: str) -> None:
        transport, address = self._parse(endpoint, bind=True)
        with self.lock:
            self.check_open()
            bound: Endpoint
            try:
                if transport.kind == "stream":
                    bound = BoundEndpoint(self, transport, address)
                else:
                    bound = ChannelEndpoint(self, transport, address, bind=True)
            except OSError as error:
                raise _bind_error(error, endpoint) from error
            self._add_endpoint(bound)

    def connect(self, endpoint: str) -> None:
        transport, address = self._parse(endpoint, bind=False)
        with self.lock:
            self.check_open()
            if transport.kind == "stream":
                connected = ConnectedEndpoint(self, transport, address)
                self._add_endpoint(connected)
                connected.start()
            else:
                self._add_endpoint(ChannelEndpoint(self, transport, address, bind=False))
            self._after_work()

    def _parse(self, endpoint: str, *, bind: bool) -> tuple[Any, str]:
        scheme, rest = split_endpoint(endpoint)
        transport = get_transport(scheme)
        address = transport.parse(rest, bind=bind)
        types = transport.socket_types if transport.kind == "message" else None
        if types is not None and self.pattern.name not in types:
            raise error_from_errno(
                Errno.ENOCOMPATPROTO,
                f"a {self.pattern.name} socket cannot use {scheme}://, which carries "
                f"{', '.join(sorted(types))}",
            )
        return transport, address

    def _add_endpoint(self, endpoint: Endpoint) -> None:
        self._endpoints.append(endpoint)
        self.last_endpoint = endpoint.endpoint
        self._refresh_burst()
        self._ensure_driven()

    def remove_endpoint(self, endpoint: str, kinds: tuple[type, ...]) -> None:
        """unbind and disconnect: the newest bind or connect to this endpoint."""
        with self.lock:
            self.check_open()
            self.flush()
            for known in reversed(self._endpoints):
                if isinstance(known, kinds) and endpoint in (known.endpoint, known.requested):
                    self._let_go(known)
                    self._refresh_burst()
                    return
        raise error_from_errno(
            errno.ENOENT, f"this socket is not bound or connected to {endpoint!r}"
        )

    def _let_go(self, endpoint: Endpoint) -> None:
        """Close an endpoint within the linger period (ZMQ_LINGER)."""
        linger = self.options.linger
        if linger == 0:
            endpoint.stop()
            return
        endpoint.finish()
        if linger > 0 and endpoint in self._endpoints:
            self.at(time.monotonic() + linger / 1000, endpoint.stop)

    # Sending

    def send(self, message: Message, timeout: float | None) -> None:
        """Send one message, waiting at most `timeout` seconds for room (None: for ever).

        Raises Again when there is none in time.
        """
        with self.lock:
            if self._unusable:
                self.check_open()
            if self.burst_limit > 0 or self.outbox:
                self._clear_outbox()
                if self.burst_limit > 0 and not self.outbox:
                    self.outbox.append(message)
                    return
            bursts = self.pattern.bursts
            begin = time.monotonic() if bursts else 0.0
            if self.outbox or not self.pattern.send(message):
                self._send_later(message, timeout)
            peers = len(self.pattern.dirty)
            if peers:
                self._flush_dirty()
            if bursts:
                self._count_streak(message, begin, peers or 1)
            elif self._leading or self._pollers:
                self._wake_all()  # a turn has passed: who waits for the other turn must look

    def _send_later(self, message: Message, timeout: float | None) -> None:
        """Wait until there is room."""
        deadline = None if timeout is None else time.monotonic() + timeout
        in_time = True
        self.leave_burst()  # or other threads' fast path could fill the outbox again before us
        while not self._route(message):
            if not in_time:
                raise error_from_errno(errno.EAGAIN, self._no_room())
            in_time = self._wait(deadline)
            self.leave_burst()

    def send_many(self, messages: Sequence[Message], timeout: float | None) -> int:
        """Send in order; returns how many were accepted before there was no room in time."""
        with self.lock:
            self.check_open()
            deadline = None if timeout is None else time.monotonic() + timeout
            sent = 0
            in_time = True
            while True:
                self._clear_outbox()
                sent, refusal = self._accept(messages, sent)
                if refusal is not None and not sent:
                    raise refusal
                if sent == len(messages) or not in_time or refusal is not None:
                    return sent
                in_time = self._wait(deadline)

    def _accept(self, messages: Sequence[Message], sent: int) -> tuple[int, ZMQError | None]:
        """Route as many of the messages from index `sent` on as there is room for.

        Returns how many are sent by then, and what refuses the next one (EFSM, EHOSTUNREACH).
        """
        while sent < len(messages):
            room = self.pattern.burst_room() - len(self.outbox)
            if room > 1:
                self.outbox.extend(messages[sent : sent + room])
                sent = min(sent + room, len(messages))
                self.pattern.distribute()
            else:
                try:
                    routed = self._route(messages[sent])
                except ZMQError as refusal:
                    return sent, refusal
                if not routed:
                    break
                sent += 1
            self._flush_dirty()
        return sent, None

    def _route(self, message: Message) -> bool:
        if self.outbox:
            self.flush()  # what stands before the message must be tried before anybody waits
        return not self.outbox and self.pattern.send(message)

    def _clear_outbox(self) -> None:
        """The burst's batch is full, or somebody is about to wait: send it."""
        if self.outbox:
            self.flush()
        self._refresh_burst()

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

    def writable(self) -> bool:
        if self.outbox:
            self.flush()
        return not self.outbox and self.pattern.writable()

    def has_room_for(self, first_frame: bytes) -> bool:
        """Whether a message that begins so could be sent now; raises what `send` would raise."""
        with self.lock:
            self.check_open()
            self._process(self.selector.wait(0))
            self._clear_outbox()
            return not self.outbox and self.pattern.ready_for(first_frame)

    def why_again(self, sending: bool) -> str:
        return self._no_room() if sending else "no message has arrived"

    def _no_room(self) -> str:
        if not self.pattern.pipes:
            return f"this {self.pattern.name} socket has no peer yet"
        return f"the high-water mark of every peer of this {self.pattern.name} socket is reached"

    # Bursts

    def _count_streak(self, message: Message, begin: float, peers: int) -> None:
        """Count the writes of sends that follow each other without a pause."""
        self._streak = self._streak + peers if begin - self._last_send < BURST_GAP else 0
        self._last_send = time.monotonic()
        if self._streak >= BURST_AFTER:
            self._streak = 0
            self._enter_burst(message)

    def _enter_burst(self, message: Message) -> None:
        self._message_size = len(message) if isinstance(message, bytes) else sum(map(len, message))
        self.burst_limit = self._burst_size()
        if self.burst_limit > 0:
            self.reactor.heat(self)

    def _refresh_burst(self) -> None:
        if self.burst_limit > 0 or self.loop_driven:
            self.burst_limit = self._burst_size()

    def _burst_size(self) -> int:
        """How many messages may wait in the outbox: up to the high-water mark, or some 64 KiB."""
        if self.closed:
            return 0
        if self._sent_messages:
            self._message_size = self._sent_bytes // self._sent_messages
            self._sent_messages = self._sent_bytes = 0
        size = min(BURST_BYTES // (self._message_size + 1), self.pattern.burst_room())
        return size if size >= BURST_LEAST else 0

    def leave_burst(self) -> None:
        """The fast path ends here: the next send comes to the engine."""
        self.burst_limit = 0
        self._streak = 0

    # What a part of a message, an option or a subscription needs

    def begin_message(self, first_frame: bytes, timeout: float | None) -> None:
        """Wait for room for a message that will be sent in parts; raises Again."""
        with self.lock:
            self.check_open()
            self._clear_outbox()
            self.leave_burst()
            deadline = None if timeout is None else time.monotonic() + timeout
            in_time = True
            while self.outbox or not self.pattern.ready_for(first_frame):
                if not in_time:
                    raise error_from_errno(errno.EAGAIN, self._no_room())
                in_time = self._wait(deadline)
                self._clear_outbox()

    def subscribe(self, topic: bytes) -> None:
        """With the lock held."""
        self.pattern.subscribe(topic)
        self.flush()

    def unsubscribe(self, topic: bytes) -> None:
        """With the lock held."""
        self.pattern.unsubscribe(topic)
        self.flush()

    def options_changed(self) -> None:
        """With the lock held."""
        self._note_timeouts()
        self.flush()
        self._refresh_burst()

    def _note_timeouts(self) -> None:
        """ZMQ_SNDTIMEO and ZMQ_RCVTIMEO, in seconds as `send` and `receive` take them."""
        options = self.options
        self.send_timeout = None if options.sndtimeo < 0 else options.sndtimeo / 1000
        self.receive_timeout = None if options.rcvtimeo < 0 else options.rcvtimeo / 1000

    def event_fd(self) -> int:
        """A descriptor that turns readable when something happened (ZMQ_FD). The lock is held."""
        if self._event_waker is None:
            self._event_waker = Waker()
            self._event_waker.wake()
            self.observers.append(self._event_waker)
            self._ensure_driven()
        return self._event_waker.fileno()

    # Receiving

    def receive(self, timeout: float | None) -> Message:
        """The next message, waiting at most `timeout` seconds (None: for ever); raises Again."""
        with self.lock:
            if self._unusable:
                self.check_open()
            if self._posted or len(self.reactor.hot) > self.hot or len(self.pattern.pipes) > 1:
                self._look_around()
            message = self._take()
            if message is not None:
                if not self.pattern.bursts and (self._leading or self._pollers):
                    self._wake_all()
                return message
            self.burst_limit = self._streak = 0
            if self.outbox or self.pattern.dirty:
                self.flush()
            deadline = None if timeout is None else time.monotonic() + timeout
            in_time = True
            while in_time:
                if timeout is None and not self._leading:
                    self._lead(None)
                else:
                    in_time = self._wait(deadline)
                message = self.pattern.receive()
                if message is None and self.stalled:
                    message = self._take()
                if message is not None:
                    return message
        raise error_from_errno(errno.EAGAIN, "no message has arrived")

    def _look_around(self) -> None:
        """Before taking what is there: what others have sent meanwhile has a claim to its turn."""
        self.reactor.flush_others(self)
        if self._posted:
            self._run_posted()
        if len(self.pattern.pipes) > 1:
            self._takes += 1
            if self._takes >= self.pattern.takes_between_looks:
                self._takes = 0
                self._process(self.selector.wait(0))

    def receive_many(self, most: int, timeout: float | None) -> list[Message]:
        """At least one and at most `most` messages: waits for the first, takes what is there."""
        first = self.receive(timeout)
        with self.lock:
            return self._take_more(first, most)

    def try_receive_many(self, most: int) -> list[Message] | None:
        """`receive_many` without waiting; None when nothing has arrived."""
        with self.lock:
            self.check_open()
            self._look_around()
            first = self._take()
            return None if first is None else self._take_more(first, most)

    def _take_more(self, first: Message, most: int) -> list[Message]:
        messages = [first]
        inbox = self.inbox
        while len(messages) < most:
            if inbox:
                count = min(len(inbox), most - len(messages))
                messages.extend([inbox.popleft() for _ in range(count)])
            elif (message := self._take_if_allowed()) is not None:
                messages.append(message)
            else:
                break
        return messages

    def _take_if_allowed(self) -> Message | None:
        """REQ and REP have to send before the next receive: that ends a batch."""
        return self._take() if self.readable() else None

    def _take(self) -> Message | None:
        message = self.pattern.receive()
        if message is None and self.stalled:
            self._resume_stalled()
            message = self.pattern.receive()
        return message

    def readable(self) -> bool:
        if self.pattern.readable():
            return True
        if not self.stalled:
            return False
        self._resume_stalled()
        return self.pattern.readable()

    def _resume_stalled(self) -> None:
        stalled, self.stalled = self.stalled, []
        for link in stalled:
            link.resume()

    # Waiting

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

    def ready(self, events: int) -> int:
        """Which of POLLIN and POLLOUT hold now. The lock is held."""
        found = 0
        if events & POLLIN and self.readable():
            found |= POLLIN
        if events & POLLOUT and self.writable():
            found |= POLLOUT
        return found

    def poll(self, events: int, timeout: float | None) -> int:
        """Wait until one of the events holds; 0 when none did in time."""
        with self.lock:
            self.check_open()
            self.flush()
            self._look_around()
            deadline = None if timeout is None else time.monotonic() + timeout
            while not (found := self.ready(events)) and self._wait(deadline):
                pass
            return found or self.ready(events)

    def peek(self, events: int) -> int:
        """Which of the events hold, without a system call; sends what waits to be sent."""
        with self.lock:
            if self._unusable:
                self.check_open()
            if self._posted or len(self.reactor.hot) > self.hot:
                self.reactor.flush_others(self)
                self._run_posted()
            if self.outbox or self.pattern.dirty:
                self.flush()
            return self.ready(events)

    def descriptor(self) -> int:
        """What another selector can watch to learn that something happened here."""
        with self.lock:
            self.check_open()
            return self.selector.fileno()

    def begin_watching(self, observer: Waker) -> None:
        """A poller waits on this socket's selector, among others."""
        with self.lock:
            self.check_open()
            self.leave_burst()
            self._pollers += 1
            self.observers.append(observer)
            self._claim()

    def end_watching(self, observer: Waker) -> None:
        with self.lock:
            self._pollers -= 1
            self.observers.remove(observer)
            self._unclaim()

    def look(self, events: int) -> int:
        """Do what there is to do without waiting; which of the events hold."""
        if self._event_waker is not None:
            self._event_waker.clear()
        with self.lock:
            self.check_open()
            self.flush()
            self.reactor.flush_others(self)
            self._process(self.selector.wait(0))
            return self.ready(events)

    def _wait(self, deadline: float | None) -> bool:
        """Let time pass until something happened; False when the deadline is over.

        Even then it does what there is to do at present, so look again before you give up. The
        lock is held on entry and exit, but not while waiting.
        """
        timeout = None if deadline is None else deadline - time.monotonic()
        if timeout is not None and timeout <= 0:
            self.reactor.flush_others(self)
            self._process(self.selector.wait(0))
            return False
        if self._leading:
            self._follow(timeout)
        else:
            self._lead(timeout)
        return True

    def _follow(self, timeout: float | None) -> None:
        self._followers += 1
        try:
            self._turn.wait(timeout)
        finally:
            self._followers -= 1
        if self._unusable:
            self.check_open()

    def _lead(self, timeout: float | None) -> None:
        self._uses += 1
        if self.watched:
            self.reactor.unwatch(self)
        if len(self.reactor.hot) > self.hot:
            self.reactor.flush_others(self)
        self._leading = True
        events: Events = []
        self.lock.release()
        try:
            events = self.selector.wait(timeout)
        finally:
            self.lock.acquire()
            self._leading = False
            if not self.hot:
                self._unclaim()
            self._process(events)
            if self._unusable:
                self._end_wait()

    def _end_wait(self) -> None:
        """The socket was closed meanwhile: the waiting thread is the last to leave."""
        if self.closed and not self._endpoints:
            self._destroy()
        self.check_open()

    def _process(self, events: Events) -> None:
        """Act on events. The lock is held."""
        if self._destroyed:
            return
        handlers = self._handlers
        for fd, mask in events:
            if fd in handlers:
                handlers[fd](mask)
        if self.outbox or self.pattern.dirty or (events and (self._followers or self.observers)):
            self._after_work()

    def _after_work(self) -> None:
        if self.outbox:
            self._empty_outbox()
        self._flush_dirty()
        if self._followers:
            self._turn.notify_all()
        for observer in self.observers:
            observer.wake()

    # Who drives

    def _claim(self) -> None:
        self._uses += 1
        if self.watched:
            self.reactor.unwatch(self)

    def _unclaim(self) -> None:
        """Keep the claim if calls follow each other quickly, else give the socket back."""
        if self.hot or self._destroyed or self.loop_driven or self._pollers or self.closed:
            self._ensure_driven()
            return
        now = time.monotonic()
        if now - self._last_wait < CLAIM_GAP and not self.pattern.conflates:
            self.reactor.heat(self)
        else:
            self.reactor.watch(self)
        self._last_wait = now

    def _ensure_driven(self) -> None:
        if not (self.hot or self._leading or self._pollers or self.loop_driven or self._destroyed):
            self.reactor.watch(self)

    def begin_loop(self) -> None:
        """An asyncio loop watches the selector from now on, and calls `turn`."""
        with self.lock:
            self.check_open()
            self.loop_driven = True
            self.reactor.unwatch(self)
            self._refresh_burst()

    def end_loop(self) -> None:
        with self.lock:
            if self.loop_driven:
                self.loop_driven = False
                self.leave_burst()
                self.flush()
                self._ensure_driven()

    def turn(self) -> None:
        """The loop's turn: the selector has events, or there is something to flush."""
        with self.lock:
            if not self._destroyed:
                self._process(self.selector.wait(0))
                self._clear_outbox()

    def try_send(self, message: Message) -> bool:
        """Send one message without waiting; False when there is no room."""
        with self.lock:
            self.check_open()
            self._clear_outbox()
            sent = self._route(message)
            self._flush_dirty()
            return sent

    def try_receive(self) -> Message | None:
        """The next message if one has arrived."""
        with self.lock:
            self.check_open()
            return self._take()

    def drive(self) -> None:
        """The I/O thread's turn: something happened while nobody claimed the socket."""
        with self.lock:
            if self.watched:
                self._process(self.selector.wait(0))

    def run_timers(self, now: float) -> float | None:
        """Run what is due; returns the next deadline."""
        with self.lock:
            if self._destroyed:
                return None
            self._timers.run_due(now)
            self._after_work()
            return self._timers.next_deadline()

    def in_a_hurry(self) -> bool:
        """Whether messages may be waiting for the I/O thread to look in."""
        return self.burst_limit > 0 or self.blocked > 0 or bool(self.outbox)

    def on_tick(self) -> None:
        """The I/O thread looks in: flush what a burst left behind, take back an idle claim."""
        active = False
        if self.burst_limit > 0 or self.outbox:
            active = True
            self._rest = TICKS_AFTER_BURST
            if self._flushes == self._flushes_seen:
                self._end_burst()
            self._flushes_seen = self._flushes
        if self._uses != self._uses_seen:
            self._uses_seen = self._uses
            active = True
        if not active:
            self._rest -= 1
            if self._rest <= 0:
                self._cool_down()

    def _end_burst(self) -> None:
        """The sender did not fill a batch within a tick."""
        with self.lock:
            if not self.outbox:
                self.leave_burst()
                return
            self.flush()
            self._refresh_burst()
            if self._leading or self._followers:
                self._wake_all()  # they may have waited behind the outbox

    def _cool_down(self) -> None:
        with self.lock:
            if self.burst_limit > 0 or self.outbox or self._uses != self._uses_seen:
                return  # a call came in while this one waited for the lock
            self.reactor.cool(self)
            self._ensure_driven()

    # The end

    def terminate(self) -> None:
        """The context ends: every blocking call raises ContextTerminated."""
        with self.lock:
            self._terminated = self._unusable = True
            self.leave_burst()
            self._wake_all()

    def _wake_all(self) -> None:
        self._turn.notify_all()
        self._waker.wake()
        for observer in self.observers:
            observer.wake()

    def close(self, linger: int | None) -> None:
        """Close; messages still queued get `linger` milliseconds to leave. Idempotent."""
        with self.lock:
            if self.closed:
                return
            if self._is_fork:
                self.closed = self._unusable = True  # the connections are the parent's
                return
            if linger is not None:
                self.options.linger = linger
            self.flush()
            self.closed = self._unusable = True
            self.leave_burst()
            self.inbox.clear()
            for endpoint in list(self._endpoints):
                self._let_go(endpoint)
            if not self._endpoints:
                self._destroy()
            else:
                self._ensure_driven()
            self._wake_all()

    def _destroy(self) -> None:
        if self._destroyed or self._leading:
            return  # a thread still waits on the selector: it wakes up and comes by here
        self._destroyed = True
        self._timers.clear()
        self._handlers.clear()
        self.reactor.remove(self)
        self.selector.close()
        self._waker.close()
        if self._event_waker is not None:
            self._event_waker.close()

    def describe(self) -> str:
        """For messages about a context that cannot end."""
        endpoints = ", ".join(endpoint.endpoint for endpoint in self._endpoints) or "no endpoint"
        unsent = sum(endpoint.unsent() for endpoint in self._endpoints)
        state = f"{unsent} messages unsent" if self.closed else "not closed"
        return f"{self.pattern.name} on {endpoints}: {state}"


def _encode_subscriptions(connection: Connection, batch: list[Message]) -> bytes:
    """XSUB and SUB: subscriptions travel in the form that the peer's version knows (RFC 37)."""
    return b"".join(
        connection.encode_subscription(message[0] == 1, message[1:])
        if isinstance(message, bytes) and message[:1] in (b"\0", b"\1")
        else connection.encode([message])
        for message in batch
    )


def _bind_error(error: OSError, endpoint: str) -> Exception:
    hints = {
        errno.EADDRINUSE: "another socket is bound to it: close that one or choose another",
        errno.EADDRNOTAVAIL: "no interface of this machine has that address",
        errno.ENODEV: "no interface of this machine has that name",
        errno.EACCES: "this user may not bind there",
    }
    number = error.errno or errno.EINVAL
    why = hints.get(number, error.strerror or str(error))
    return error_from_errno(number, f"cannot bind {endpoint!r}: {why}")


__all__ = ["POLLIN", "POLLOUT", "WRITE", "Engine"]
