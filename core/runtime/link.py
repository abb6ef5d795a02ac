"""One live connection: a stream, the ZMTP connection spoken on it, and the pipe behind it."""

from __future__ import annotations

import time
from errno import EPIPE, ETIMEDOUT
from typing import TYPE_CHECKING, Protocol

from core.events import EventKind
from core.patterns import Message, Pipe
from core.runtime.journal import handshake_failure, words
from core.runtime.peer_facts import peer_facts
from core.runtime.selector import READ, WRITE
from core.zmtp import (
    AuthenticationNeeded,
    Connection,
    ConnectionConfig,
    Event,
    FailureReason,
    HandshakeSucceeded,
    PeerInfo,
    RawConnection,
)
from core.zmtp.frames import BIG_FRAME, encode_message

if TYPE_CHECKING:
    from core.runtime.engine import Engine
    from core.runtime.timers import Timer
    from core.transport import Buffer, Stream

# Read sizes follow what comes: a large buffer for a small message costs more than the message.
SMALLEST_READ = 4096
AFTER_LARGE_FRAME = 1 << 16
LARGEST_READ = 1 << 20
# So much all peers of a socket may have read ahead together: messages that wait longer than the
# processor's caches remember cost several times as much to hand out.
READ_AHEAD = 32 << 20
LARGEST_FRAME_READ = 1 << 20
# A batch of big messages is written in pieces of about this many bytes.
CHUNK = 1 << 18
# IOV_MAX of Linux and macOS.
MAX_BUFFERS = 1024

# glibc maps and unmaps every block larger than the largest one that was ever freed, and each fresh
# page costs a fault: a read of 1 MiB would spend most of its time on that. Freeing one untouched
# block of this size, in bytes, teaches it to keep such memory. Elsewhere it does no harm.
_WORTH_KEEPING = 4 << 20
bytes(_WORTH_KEEPING)


class LinkOwner(Protocol):
    """A listener or a connecter: decides what a connection's beginning and end mean."""

    @property
    def config(self) -> ConnectionConfig:
        """Settings of its connections, as they were at the `bind` or `connect`."""

    def endpoint_of(self, stream: Stream) -> str:
        """The endpoint that events about a connection name."""

    def link_ready(self, link: Link, peer: PeerInfo) -> Pipe | None:
        """Give the pipe of this peer, None to refuse the peer."""

    def link_lost(self, link: Link, reason: FailureReason, detail: str) -> None: ...


class Link:
    """Bytes of one stream in, messages of one pipe out, and the reverse.

    All methods are called with the engine's lock held.
    """

    __slots__ = (
        "_broken",
        "_connection",
        "_engine",
        "_in_flight",
        "_mask",
        "_owner",
        "_read",
        "_read_into",
        "_read_size",
        "_space",
        "_stream",
        "_timer",
        "_unsent",
        "_write",
        "closed",
        "finishing",
        "pipe",
        "since",
        "stalled",
    )

    def __init__(self, engine: Engine, stream: Stream, owner: LinkOwner) -> None:
        self._engine = engine
        self._stream = stream
        self._owner = owner
        self._read = stream.read
        self._read_into = getattr(stream, "read_into", None)
        self._space: memoryview | None = None  # where the rest of a large frame goes
        self._write = stream.write
        self._read_size = SMALLEST_READ
        self._connection = self._new_connection(owner.config)
        self._unsent: list[Buffer] = []
        self._in_flight: list[Message] = []  # the messages behind `_unsent`
        self._timer: Timer | None = None
        self._mask = READ
        self.pipe: Pipe | None = None
        self.stalled = False  # undecoded messages wait until the pipe has room
        self._broken: OSError | None = None  # why nothing can be written any more
        self.finishing = False  # close once everything queued has left
        self.closed = False
        self.since = time.monotonic()  # in its state: handshake, then ready
        engine.watch(stream.fileno(), self.on_events, READ)

    def start(self, *, look: bool = False) -> None:
        """Say the first word; the owner knows us by now.

        :param look: see first what the peer has said: one answer then does for two
        """
        if look:
            self.on_events(READ)
        if not self.closed:
            self._send_control()
            self._arm_timer()

    def _new_connection(self, config: ConnectionConfig) -> Connection | RawConnection:
        return Connection(config, time.monotonic())

    # Readiness

    def on_events(self, mask: int) -> None:
        if mask != READ:
            if mask & WRITE and self._unsent:
                self._on_writable()
            if mask == WRITE or self.closed:
                return
        if self.stalled:
            # Back-pressure: what the pipe has no room for stays in the kernel.
            self._interest(self._mask & ~READ)
            return
        if self._space is not None:
            self._receive_into(self._space)
            return
        try:
            data = self._read(self._read_size)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(error)
            return
        if self.pipe is None or not data:
            self._receive_rarely(data)
        else:
            self._on_data(data, self.pipe)

    def _interest(self, mask: int) -> None:
        if mask == self._mask or self.closed:
            return
        engine, fd = self._engine, self._stream.fileno()
        engine.blocked += (mask & WRITE) - (self._mask & WRITE)
        if not mask:
            engine.unwatch(fd)  # epoll tells of a hang-up again and again, whatever the mask
        elif not self._mask:
            engine.watch(fd, self.on_events, mask)
        else:
            engine.selector.modify(fd, mask)
        self._mask = mask

    # Receiving

    def _on_data(self, data: bytes, pipe: Pipe) -> None:
        engine = self._engine
        connection = self._connection
        size = self._read_size
        if size != SMALLEST_READ or len(data) == size:
            self._adapt_read_size(len(data))
        room = pipe.receive_hwm - len(pipe.incoming) - (pipe.taken if engine.inbox else 0)
        messages = connection.receive_ready(data, room)
        if messages:
            pipe.incoming += messages
            pipe.received += len(messages)
            engine.pattern.arrived(pipe)
            if len(messages) >= room:
                self._decode(pipe)
        elif room <= 0:
            self._decode(pipe)
        if connection.attention:
            self._attend()
        if size >= AFTER_LARGE_FRAME and self._read_into is not None:
            self._space = connection.space()

    def _receive_into(self, space: memoryview) -> None:
        """Go on with a large frame, in the place where it is collected."""
        try:
            count = self._read_into(space)  # type: ignore[misc]
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(error)
            return
        self._space = space[count:] if count < len(space) else None
        if not count:
            self._receive_rarely(b"")
            return
        self._connection.filled(count)
        if self._space is None:
            # What follows begins with a header: no more than that and some of the body, so that
            # the next large frame is read into its place as well.
            self._read_size = AFTER_LARGE_FRAME
            self.digest()

    def _receive_rarely(self, data: bytes) -> None:
        """Handshakes and ends."""
        if data:
            self._connection.receive_data(data)
        else:
            self._connection.receive_eof()
        self.digest()

    def _adapt_read_size(self, received: int) -> None:
        size = self._read_size
        if received >= size:
            wanted = self._connection.bytes_wanted
            share = READ_AHEAD // (len(self._engine.pattern.pipes) or 1)
            most = max(min(size * 2, LARGEST_READ, share), SMALLEST_READ)
            self._read_size = max(most, min(wanted, LARGEST_FRAME_READ))
        elif received * 8 < size:
            self._read_size = max(size // 2, SMALLEST_READ)

    def digest(self) -> None:
        """Act on what was received: messages to the pipe, answers to the peer, events."""
        if self.pipe is not None:
            self._decode(self.pipe)
        self._attend()

    def _attend(self) -> None:
        """Send what the protocol has to say, and act on its events."""
        self._send_control()
        while not self.closed and (event := self._connection.next_event()) is not None:
            self._on_event(event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, HandshakeSucceeded):
            self._begin(event.peer)
        elif not isinstance(event, AuthenticationNeeded):  # for links that can ask
            self._fail(event.reason, event.detail)

    def _decode(self, pipe: Pipe) -> None:
        connection = self._connection
        engine = self._engine
        while True:
            taken = pipe.taken if engine.inbox else 0
            room = pipe.receive_hwm - len(pipe.incoming) - taken
            if room <= 0:
                break
            messages = connection.receive_messages(room)
            if not messages:
                return
            pipe.incoming += messages
            pipe.received += len(messages)
            engine.pattern.arrived(pipe)
            if pipe.incoming:
                break
        if connection.has_input and not self.stalled:
            self.stalled = True
            engine.stalled.append(self)

    def resume(self) -> None:
        """The pipe has room again."""
        self.stalled = False
        if not self.closed:
            self.digest()
        if not self.stalled:
            self._interest(self._mask | READ)
        if self._broken is not None:
            self._read_to_the_end()

    def _begin(self, peer: PeerInfo) -> None:
        self.since = time.monotonic()
        if self._connection.mechanism:  # a raw connection has no handshake
            self._report(EventKind.HANDSHAKE_SUCCEEDED, 0)
        pipe = self._owner.link_ready(self, peer)
        if pipe is None:
            self._fail(FailureReason.REFUSED_BY_PEER, "the socket has no place for this peer")
            return
        self.pipe = pipe
        pipe.link = self
        pipe.facts = peer_facts(peer, self._stream)
        if not (self._engine.pattern.sends_subscriptions or self._connection.own_bytes):
            pipe.transmit = self.transmit
        self._arm_timer()
        self._decode(pipe)
        self._engine.pattern.touch(pipe)

    # Time

    def _arm_timer(self) -> None:
        deadline = self._connection.next_deadline
        timer = self._timer
        if deadline is None or (timer and timer.callback and timer.when <= deadline):
            return
        if timer is not None:
            timer.cancel()
        self._timer = self._engine.at(deadline, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._connection.handle_timeout(time.monotonic())
        self.digest()
        if not self.closed:
            self._arm_timer()

    # Sending

    def transmit(self, message: Message) -> bool:
        """Write one message that nothing stands before; False: it has to be queued."""
        if self._unsent:
            return False
        body = message if message.__class__ is bytes else message[-1]
        if len(body) >= BIG_FRAME:  # type: ignore[arg-type]
            return self._transmit_parts(message)
        data = encode_message(message)
        try:
            count = self._write(data)
        except BlockingIOError:
            count = 0
        except OSError:
            return False  # `flush` will find out, and save what is queued
        if count < len(data):
            self._keep([message], [memoryview(data)[count:]])
        else:
            self.pipe.sent += 1  # type: ignore[union-attr]
        return True

    def _transmit_parts(self, message: Message) -> bool:
        buffers: list[Buffer] = list(self._connection.encode_parts([message]))
        try:
            count = self._stream.writev(buffers)
        except BlockingIOError:
            count = 0
        except OSError:
            return False
        self._engine.note_sent(1, _weight(message))
        if left := _rest(buffers, count):
            self._keep([message], left)
        else:
            self.pipe.sent += 1  # type: ignore[union-attr]
        return True

    def _keep(self, batch: list[Message], buffers: list[Buffer]) -> None:
        """The kernel takes no more at present."""
        self._in_flight = batch
        self._unsent = buffers
        if self.pipe is not None:
            self.pipe.in_flight = len(batch)
        self._interest(self._mask | WRITE)

    def flush(self) -> None:
        """Hand the pipe's messages to the kernel until it takes no more."""
        pipe = self.pipe
        if self._unsent or pipe is None:
            return  # on_events goes on
        while pipe.outgoing:
            weight = _weight(pipe.outgoing[0][0])
            if weight < BIG_FRAME:
                self._send_batch(pipe, pipe.take_outgoing())
            else:
                self._send_batch(pipe, pipe.take_first(max(1, CHUNK // weight)))
            if self._unsent or self.closed:
                return
        if self.finishing:
            self._end()

    def _send_batch(self, pipe: Pipe, batch: list[Message]) -> None:
        if _weight(batch[0]) >= BIG_FRAME or _weight(batch[-1]) >= BIG_FRAME:
            buffers: list[Buffer] = list(self._connection.encode_parts(batch))
            self._engine.note_sent(len(batch), sum(map(len, buffers)))
        else:
            data = self._engine.encode(self._connection, batch)
            self._engine.note_sent(len(batch), len(data))
            buffers = [data]
        self._in_flight = batch
        pipe.in_flight = len(batch)
        self._write_buffers(buffers)

    def _send_control(self) -> None:
        data = self._connection.data_to_send()
        if data:
            self._arm_timer()
            if self._unsent:
                self._unsent.append(_Control(data))
            else:
                self._write_buffers([data])

    def _write_buffers(self, buffers: list[Buffer]) -> None:
        try:
            while buffers:
                if len(buffers) == 1:
                    count = self._write(buffers[0])
                else:
                    count = self._stream.writev(buffers[:MAX_BUFFERS])
                buffers = _rest(buffers, count)
        except BlockingIOError:
            pass
        except OSError as error:
            self._unsent = buffers
            self._cannot_write(error)
            return
        self._unsent = buffers
        if buffers:
            self._interest(self._mask | WRITE)
        elif self.pipe is not None:
            self.pipe.in_flight = 0
            self.pipe.sent += len(self._in_flight)
            self._in_flight = []

    def _on_writable(self) -> None:
        self._write_buffers(self._unsent)
        if not self._unsent and not self.closed:
            self.flush()
            if not self._unsent:
                self._interest(self._mask & ~WRITE)

    # The end

    def _cannot_write(self, error: OSError) -> None:
        """The connection has broken, but what the peer sent before that can still be read.

        libzmq (stream_engine_base.cpp, out_event) waits for the input to end as well.
        """
        if self.finishing:
            self._lose(error)
        elif self._broken is None:
            self._broken = error
            self._interest(self._mask & ~WRITE)
            self._engine.post(self._read_to_the_end)

    def _read_to_the_end(self) -> None:
        """As far as the pipe has room; `resume` goes on."""
        while not self.stalled and not self.closed and self._broken is not None:
            space = self._space
            try:
                if space is None:
                    self._receive_rarely(self._read(AFTER_LARGE_FRAME))
                else:
                    self._receive_into(space)
            except OSError:  # as a rule the same error, or there is no more at present
                self._lose(self._broken)
            if space is not None and self._space is space:
                self._lose(self._broken)

    def _lose(self, error: OSError) -> None:
        self._fail(FailureReason.PEER_CLOSED, words(error), error.errno)

    def finish(self) -> None:
        """Close as soon as everything queued has left."""
        self.finishing = True
        if self._broken is not None:
            self._lose(self._broken)
            return
        self.flush()
        if self.pipe is None and not self.closed:
            self._end()

    def take_unsent(self) -> list[Message]:
        """Messages that the peer cannot have got whole, in order; the rest of them counts as sent.

        The connection has ended.
        """
        batch, self._in_flight = self._in_flight, []
        unsent = self._unsent_of(batch)
        self._unsent = []
        if self.pipe is not None:
            self.pipe.in_flight = 0
            self.pipe.sent += len(batch) - len(unsent)
        return unsent

    def _unsent_of(self, batch: list[Message]) -> list[Message]:
        left = sum(len(part) for part in self._unsent if not _is_control(part))
        kept: list[Message] = []
        for message in reversed(batch):
            if left <= 0:
                break
            kept.append(message)
            left -= self._connection.size_of(message)
        kept.reverse()
        return kept

    def _fail(self, reason: FailureReason, detail: str, number: int | None = None) -> None:
        """The connection has broken, or the peer has broken a rule."""
        if not self.closed:
            why = f"{reason.value}: {detail}" if detail else reason.value
            if number is None:
                number = EPIPE if reason is FailureReason.PEER_CLOSED else ETIMEDOUT
            if self._connection.peer is None:
                self._report(*handshake_failure(reason, number), why)
            self._report(EventKind.DISCONNECTED, self._stream.fileno(), why)
            self.close()
            self._owner.link_lost(self, reason, detail)

    def break_off(self) -> None:
        """We were interrupted, perhaps in the middle of a frame: what follows makes no sense."""
        self._fail(FailureReason.PEER_CLOSED, "we were interrupted while reading: begin anew")

    def expel(self, detail: str) -> None:
        """The pattern has had enough of this peer; it is being read from at this moment."""
        reason = FailureReason.ASKED_TOO_MUCH
        self._engine.post(lambda: self._fail(reason, detail))

    def _end(self) -> None:
        """We have closed, and everything has left."""
        if not self.closed:
            self.close()
            self._owner.link_lost(self, FailureReason.PEER_CLOSED, "closed")

    def _report(self, kind: EventKind, value: int, reason: str = "") -> None:
        stream = self._stream
        endpoint = self._owner.endpoint_of(stream)
        self._engine.report(kind, endpoint, value, reason, local=stream.local, peer=stream.remote)

    @property
    def ends(self) -> tuple[str, str]:
        """Our end of the connection and the peer's."""
        return self._stream.local, self._stream.remote

    @property
    def remote(self) -> str:
        """The peer's end of the connection."""
        return self._stream.remote

    @property
    def mechanism(self) -> str:
        """Name of the security mechanism."""
        return self._connection.mechanism

    @property
    def peer(self) -> PeerInfo | None:
        """Who the peer is, once the handshake is done."""
        return self._connection.peer

    def close(self) -> None:
        """Close at once. Idempotent."""
        if self.closed:
            return
        self.closed = True
        self._engine.blocked -= self._mask & WRITE
        if self._timer is not None:
            self._timer.cancel()
        if self.pipe is not None:
            self.pipe.link = None
            self.pipe.transmit = None
        self._engine.unwatch(self._stream.fileno())
        self._stream.close()


class _Control(bytes):
    """What the protocol says behind messages that are not written yet: none of their bytes."""


def _is_control(part: Buffer) -> bool:
    return isinstance(part.obj if isinstance(part, memoryview) else part, _Control)


def _weight(message: Message) -> int:
    return len(message) if isinstance(message, bytes) else sum(map(len, message))


def _rest(buffers: list[Buffer], count: int) -> list[Buffer]:
    """What is left of `buffers` when `count` bytes of them have gone."""
    for index, buffer in enumerate(buffers):
        if count < len(buffer):
            return [memoryview(buffer)[count:] if count else buffer, *buffers[index + 1 :]]
        count -= len(buffer)
    return []


__all__ = ["Link", "LinkOwner"]
