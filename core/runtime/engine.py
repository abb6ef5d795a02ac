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

The parts, each a class that builds on the one before: `wiring` (state, descriptors, the outbox),
`driven` (who drives, how callers wait), `traffic` (sending and receiving), `observed` (events and
counts), and here the endpoints and the end.
"""

from __future__ import annotations

import errno
import time
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from core.endpoint import split_endpoint
from core.enums import Errno, SocketOption, SocketType
from core.errors import error_from_errno
from core.events import EventKind
from core.options import OptionValues
from core.patterns import DropReason, Message, Pattern, Pipe, pattern_for
from core.plugin import get_transport
from core.runtime.channel_link import ChannelEndpoint
from core.runtime.connecter import ConnectedEndpoint
from core.runtime.link import Link, LinkOwner
from core.runtime.listener import BoundEndpoint
from core.runtime.observed import Observed
from core.runtime.raw_link import RawLink
from core.runtime.security import check_security, encrypts, mechanism_factory, new_secure_link
from core.runtime.waker import Waker
from core.runtime.wiring import Endpoint
from core.transport import TransportOptions
from core.zmtp import ConnectionConfig

if TYPE_CHECKING:
    from core.runtime.reactor import Reactor
    from core.transport import Stream


class Engine(Observed):
    """The part of a socket that outlives the user's object until its messages have left."""

    def __init__(self, reactor: Reactor, socket_type: SocketType, options: OptionValues) -> None:
        super().__init__(reactor, socket_type, options)
        reactor.add(self)

    def _route_by(self, pattern: Pattern) -> None:
        super()._route_by(pattern)
        pattern.hang_up = self.hang_up

    # What links and endpoints ask for

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
            metadata=dict(options.metadata),
            mechanism=mechanism_factory(options),
            encrypted=encrypts(options),
        )

    def transport_options(self) -> TransportOptions:
        options = self.options
        return TransportOptions._make([getattr(options, name) for name in TransportOptions._fields])

    def shared_for(self, scheme: str) -> MutableMapping[str, Any]:
        return self.reactor.shared.setdefault(scheme, {})

    def new_link(self, stream: Stream, owner: LinkOwner) -> Link:
        if self.pattern.raw:
            return RawLink(self, stream, owner)
        if owner.config.mechanism is not None:
            return new_secure_link(self, stream, owner)
        return Link(self, stream, owner)

    def hang_up(self, pipe: Pipe) -> None:
        """The pattern is done with a peer: close its connection once what is queued has left."""
        for endpoint in self._endpoints:
            if endpoint.made(pipe):
                endpoint.finish()  # or it would connect again
                return
        if pipe.link is not None:
            pipe.link.finish()

    def admit(self, pipe: Pipe) -> bool:
        """A peer's handshake is done: attach its pipe if need be; False refuses the peer."""
        pattern = self.pattern
        if self.closed or not (pipe.attached or pattern.attach(pipe)):
            return False
        if not pattern.peer_ready(pipe):
            pattern.detach(pipe)
            return False
        pipe.ready = True
        pipe.watcher = self.note_drop
        self._refresh_burst()
        return True

    def dismiss(self, pipe: Pipe, unsent: Sequence[Message], why: DropReason) -> None:
        """A pipe is gone for good; what it held and had not sent is dropped, and counted."""
        pipe.drop(why, len(unsent))
        pipe.discard_outgoing(why)
        self.ledger.close_account(pipe)
        self.pattern.detach(pipe)
        self._refresh_burst()

    def endpoint_gone(self, endpoint: Endpoint) -> None:
        if endpoint in self._endpoints:
            self._endpoints.remove(endpoint)
        if self.closed and not self._endpoints:
            self._destroy()

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
                refusal = _bind_error(error, endpoint)
                self.report(EventKind.BIND_FAILED, endpoint, error.errno or 0, str(refusal))
                raise refusal from error
            self._add_endpoint(bound)

    def connect(self, endpoint: str) -> Endpoint:
        transport, address = self._parse(endpoint, bind=False)
        with self.lock:
            return self._connect(endpoint, transport, address)

    def connect_peer(self, endpoint: str) -> int:
        """Connect, and return the routing id of the peer (PEER)."""
        with self.lock:
            self.pattern.check_may_connect_peer()
        transport, address = self._parse(endpoint, bind=False)
        with self.lock:
            self._connect(endpoint, transport, address)
            return self.pattern.connected_peer()

    def has_room_for_peer(self, identity: bytes) -> bool:
        with self.lock:
            self.check_open()
            self.flush()
            return self.pattern.has_room_for_peer(identity)

    def disconnect_peer(self, routing_id: int) -> None:
        with self.lock:
            self.check_open()
            self.pattern.disconnect_peer(routing_id)

    def _connect(self, endpoint: str, transport: Any, address: str) -> Endpoint:
        self.check_open()
        if transport.kind == "stream":
            connected = ConnectedEndpoint(self, transport, address)
            self.ledger.given_up.pop(connected.endpoint, None)
            self._note_endpoint(connected)
            connected.start()
            # A peer on this machine was reached at once: no need to wake the I/O thread for it.
            self._process(self.selector.wait(0))
            self._after_work()
            self._ensure_driven()
            return connected
        met = ChannelEndpoint(self, transport, address, bind=False)
        self._add_endpoint(met)
        self._run_posted()  # the peer may be there already
        self._after_work()
        return met

    def _parse(self, endpoint: str, *, bind: bool) -> tuple[Any, str]:
        scheme, rest = split_endpoint(endpoint)
        schemes = self.pattern.schemes
        if schemes and scheme not in schemes:
            raise error_from_errno(
                Errno.ENOCOMPATPROTO,
                f"a {self.pattern.name} socket needs {' or '.join(schemes)}://, not {scheme}://",
            )
        transport = get_transport(scheme)
        address = transport.parse(rest, bind=bind)
        if transport.kind == "stream":
            check_security(self.options)
        types = transport.socket_types if transport.kind == "message" else None
        if types is not None and self.pattern.name not in types:
            raise error_from_errno(
                Errno.ENOCOMPATPROTO,
                f"a {self.pattern.name} socket cannot use {scheme}://, which carries "
                f"{', '.join(sorted(types))}",
            )
        return transport, address

    def _add_endpoint(self, endpoint: Endpoint) -> None:
        self._note_endpoint(endpoint)
        self._ensure_driven()

    def _note_endpoint(self, endpoint: Endpoint) -> None:
        self._endpoints.append(endpoint)
        self.last_endpoint = endpoint.endpoint
        self._refresh_burst()

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

    # Options and subscriptions

    def options_changed(self, option: int) -> None:
        """With the lock held."""
        self._note_timeouts()
        if option in (SocketOption.SNDHWM, SocketOption.RCVHWM):
            self._marks_changed()
        elif option == SocketOption.ROUTER_RAW and not self._endpoints:
            self._route_by(pattern_for(self.options)(self.options))
        self.flush()
        self._refresh_burst()

    def _marks_changed(self) -> None:
        self.pattern.marks_changed()
        for endpoint in self._endpoints:
            if isinstance(endpoint, ChannelEndpoint):
                endpoint.marks_changed()
        self._wake_all()  # a sender that waits may have room now

    def subscribe(self, topic: bytes) -> None:
        """With the lock held."""
        self.pattern.subscribe(topic)
        self.flush()

    def unsubscribe(self, topic: bytes) -> None:
        """With the lock held."""
        self.pattern.unsubscribe(topic)
        self.flush()

    def join(self, group: bytes) -> None:
        with self.lock:
            self.check_open()
            self.pattern.join(group)
            self.flush()

    def leave(self, group: bytes) -> None:
        with self.lock:
            self.check_open()
            self.pattern.leave(group)
            self.flush()

    def event_fd(self) -> int:
        """A descriptor that turns readable when something happened (ZMQ_FD). The lock is held."""
        if self._event_waker is None:
            self._event_waker = Waker()
            self._event_waker.wake()
            self.observe(self._event_waker)
            self._ensure_driven()
        return self._event_waker.fileno()

    # The end

    def close(self, linger: int | None) -> None:
        """Close; messages still queued get `linger` milliseconds to leave. Idempotent."""
        with self.lock:
            self._close(linger)

    def _close(self, linger: int | None) -> None:
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

    def abandon(self) -> None:
        """Close what nobody holds any more, now or soon.

        The garbage collector calls it, in any thread at any moment: even in the I/O thread while
        that drives this very socket.
        """
        if self.reactor.is_current() or not self.lock.acquire(blocking=False):
            self.reactor.close_soon(self)
            return
        try:
            self._close(None)
        finally:
            self.lock.release()


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


__all__ = ["Engine"]
