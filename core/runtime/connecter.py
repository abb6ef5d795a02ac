"""A connected endpoint of a stream transport: resolves, connects, and connects again."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from errno import ECONNREFUSED, EINPROGRESS
from typing import TYPE_CHECKING

from core.enums import ReconnectStop
from core.events import EventKind
from core.patterns import DropReason, Pipe
from core.runtime import log
from core.runtime.journal import words
from core.runtime.resolver import resolve_elsewhere
from core.runtime.selector import READ, WRITE
from core.zmtp import FailureReason, PeerInfo

if TYPE_CHECKING:
    from core.runtime.engine import Engine
    from core.runtime.link import Link
    from core.runtime.timers import Timer
    from core.transport import Stream, StreamTransport, Target


class ConnectedEndpoint:
    """Keeps one pipe and, behind it, one connection after the other (ZMQ_RECONNECT_IVL).

    The pipe is there from the start, so that messages queue before the peer exists, unless
    ZMQ_IMMEDIATE asks for it to come and go with the connection.
    """

    def __init__(self, engine: Engine, transport: StreamTransport, address: str) -> None:
        self._engine = engine
        # libzmq: what is set later counts for later endpoints.
        self._options = engine.options.copy()
        self._transport_options = engine.transport_options()
        self.config = engine.connection_config()
        self._transport = transport
        self._address = address
        self.endpoint = self.requested = f"{transport.scheme}://{address}"
        self._targets: list[Target] = []
        self._stream: Stream | None = None  # while it is connecting
        self._link: Link | None = None
        self._timer: Timer | None = None
        self._failures = 0
        self.attempts = 0  # to connect, since the beginning
        self.last_error = ""  # why the last attempt or connection ended
        self.since = time.monotonic()  # in its state, while there is no connection
        self._ended_by = 0  # how the last attempt ended, as a bit of ZMQ_RECONNECT_STOP
        self._finishing = False
        self._disconnected = False  # finishing, because the user asked for it
        self._stopped = False
        self.pipe = engine.pattern.new_pipe()
        engine.pattern.connecting(self.pipe)
        if not engine.options.immediate:
            engine.pattern.attach(self.pipe)

    # Connecting

    def start(self) -> None:
        """Look the address up anew at each attempt: peers move."""
        options = self._transport_options

        def resolve() -> Sequence[Target]:
            return self._transport.resolve(self._address, bind=False, options=options)

        # What `waits_to_resolve` cannot know: with a proxy, it is that host which is looked up.
        if options.socks_proxy or self._transport.waits_to_resolve(self._address, bind=False):
            resolve_elsewhere(resolve, self._engine.post, self._resolved)
            return
        try:
            targets: Sequence[Target] | OSError = resolve()
        except OSError as error:
            targets = error
        self._resolved(targets)

    def _resolved(self, targets: Sequence[Target] | OSError) -> None:
        if self._stopped:
            return
        if isinstance(targets, OSError):
            self._retry(f"cannot be resolved: {targets}")
            return
        self._targets = list(targets)
        self._connect_next("it has no address")

    def _connect_next(self, why: str) -> None:
        """Try the remaining addresses in turn."""
        while self._targets:
            target = self._targets.pop(0)
            self.attempts += 1
            try:
                stream = self._transport.connect(target, self._transport_options)
            except OSError as error:
                why = words(error)
                self._report(EventKind.CLOSED, 0, why)
                self._note_refusal(error)
                continue
            if not getattr(stream, "connected", False):
                self._report(EventKind.CONNECT_DELAYED, EINPROGRESS)
            self._ended_by = 0
            self._stream = stream
            self._engine.watch(stream.fileno(), self.on_events, WRITE)
            self._limit_connecting()
            return
        self._retry(why)

    def _limit_connecting(self) -> None:
        limit = self._options.connect_timeout
        if limit > 0:
            self._set_timer(limit / 1000, self._connecting_took_too_long)

    def _limit_talking(self) -> None:
        """A proxy is there and may be silent: that is no worse than a silent peer."""
        limit = self._options.handshake_ivl
        if limit > 0 and self._timer is None:
            self._set_timer(limit / 1000, self._connecting_took_too_long)

    def _connecting_took_too_long(self) -> None:
        why = "no answer within ZMQ_CONNECT_TIMEOUT or ZMQ_HANDSHAKE_IVL"
        self._drop_stream(why)
        self._connect_next(why)

    def on_events(self, mask: int) -> None:
        stream = self._stream
        if stream is None:
            return
        try:
            stream.finish_connect()
        except BlockingIOError:
            self._engine.selector.modify(stream.fileno(), READ)
            self._limit_talking()
            return
        except OSError as error:
            self._drop_stream(words(error))
            self._note_refusal(error)
            self._connect_next(words(error))
            return
        self._engine.unwatch(stream.fileno())
        self._stream = None
        self._cancel_timer()
        self._engine.report(
            EventKind.CONNECTED,
            self.endpoint,
            stream.fileno(),
            local=stream.local,
            peer=stream.remote,
        )
        self._link = self._engine.new_link(stream, self)
        self._link.start()

    def _drop_stream(self, why: str) -> None:
        if self._stream is not None:
            fd = self._stream.fileno()
            self._engine.unwatch(fd)
            self._stream.close()
            self._stream = None
            self._report(EventKind.CLOSED, fd, why)

    def _report(self, kind: EventKind, value: int, reason: str = "") -> None:
        self._engine.report(kind, self.endpoint, value, reason)

    # Connecting again

    def _retry(self, why: str) -> None:
        log.debug("%s: %s", self.endpoint, why)
        self.last_error = why
        self.since = time.monotonic()
        interval = self._options.reconnect_ivl
        if interval < 0 or self._gives_up():
            self._give_up("" if self._finishing else why)
            return
        delay = self._delay(interval)
        if interval:
            self._report(EventKind.CONNECT_RETRIED, int(delay), why)
        self._set_timer(delay / 1000, self.start)

    def _give_up(self, why: str) -> None:
        if why:
            self._engine.gave_up(self.endpoint, why)
        self.stop(DropReason.CONNECTION_LOST)

    def _gives_up(self) -> bool:
        """Whether ZMQ_RECONNECT_STOP names what has happened."""
        reasons = self._ended_by
        if self._disconnected:
            reasons |= ReconnectStop.AFTER_DISCONNECT
        return bool(reasons & self._options.reconnect_stop)

    def _note_refusal(self, error: OSError) -> None:
        self._ended_by = ReconnectStop.CONN_REFUSED if error.errno == ECONNREFUSED else 0

    def _delay(self, interval: int) -> float:
        """Milliseconds: doubled at each failure up to ZMQ_RECONNECT_IVL_MAX, and spread."""
        longest = max(self._options.reconnect_ivl_max, interval)
        delay = min(interval << min(self._failures, 16), longest)
        self._failures += 1
        # `random` would have to be imported, and seeded anew after a fork.
        return delay + int.from_bytes(os.urandom(4), "big") / 2**32 * interval

    def _set_timer(self, seconds: float, callback: object) -> None:
        self._cancel_timer()
        self._timer = self._engine.at(time.monotonic() + seconds, callback)  # type: ignore[arg-type]

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # LinkOwner

    def endpoint_of(self, stream: Stream) -> str:
        return self.endpoint

    def link_ready(self, link: Link, peer: PeerInfo) -> Pipe | None:
        pipe = self.pipe
        self._failures = 0
        pipe.identity = peer.identity
        if self._finishing:
            link.finishing = pipe.ready = True
            return pipe
        return pipe if self._engine.admit(pipe) else None

    def link_lost(self, link: Link, reason: FailureReason, detail: str) -> None:
        self._link = None
        pipe = self.pipe
        unsent = link.take_unsent()
        if unsent:
            pipe.requeue(unsent)
        if link.pipe is not None:
            self._lose_peer(link, pipe)
        if self._finishing and not pipe.queued:
            self.stop()
        elif reason.is_transient or link.pipe is not None:
            self._ended_by = ReconnectStop.HANDSHAKE_FAILED if link.pipe is None else 0
            self._retry(f"{reason.value}: {detail}" if detail else reason.value)
        else:
            # libzmq (session_base_t::engine_error): trying again cannot help.
            self.last_error = f"{reason.value}: {detail}" if detail else reason.value
            log.warning("%s: given up: %s", self.endpoint, self.last_error)
            self._give_up(self.last_error)

    def _lose_peer(self, link: Link, pipe: Pipe) -> None:
        pipe.ready = False
        if not link.finishing:  # else it was we who left
            self._engine.pattern.peer_lost(pipe)
        if self._options.immediate and not self._finishing:
            self._engine.pattern.detach(pipe)

    def made(self, pipe: Pipe) -> bool:
        return self.pipe is pipe

    def census(self) -> list[tuple[Pipe, Link | None]]:
        return [(self.pipe, self._link)]

    @property
    def is_connecting(self) -> bool:
        """Without a connection: whether an attempt is under way, not a pause between two."""
        return self._stream is not None or self._timer is None

    def unsent(self) -> int:
        return self.pipe.queued + self.pipe.in_flight

    # The end

    def finish(self) -> None:
        """Leave the pattern now, and stop once everything queued has left."""
        self._disconnected = self._disconnected or not self._engine.closed
        self._finishing = True
        self._engine.pattern.detach(self.pipe)
        if self._link is not None and self._link.pipe is not None:
            self._link.finish()
        elif not self.pipe.queued:
            self.stop()

    def stop(self, why: DropReason = DropReason.CLOSED) -> None:
        """Close everything now."""
        if self._stopped:
            return
        self._stopped = True
        self._cancel_timer()
        self._drop_stream("closed")
        unsent: list[bytes | list[bytes]] = []
        if self._link is not None:
            self._link.close()
            unsent = self._link.take_unsent()
        self._engine.dismiss(self.pipe, unsent, why)
        self._engine.endpoint_gone(self)


__all__ = ["READ", "ConnectedEndpoint"]
