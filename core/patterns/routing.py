"""ROUTER: every message says to which peer it goes, or from which it came (RFC 28)."""

from __future__ import annotations

import errno
import struct

from ..enums import RouterNotify
from ..errors import error_from_errno
from ..options import OptionValues
from .base import Pattern
from .drops import DropReason
from .pipe import Message, Pipe, frames_of


class RouterPattern(Pattern):
    """RFC 28: fair queueing in with the peer's identity in front; out by that identity."""

    name = "ROUTER"

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._routes: dict[bytes, Pipe] = {}
        self._last_id = 0

    def connecting(self, pipe: Pipe) -> None:
        super().connecting(pipe)
        given = self.options.connect_routing_id
        if given in self._routes:
            # libzmq aborts the process here.
            raise error_from_errno(
                errno.EADDRINUSE, f"a peer has the identity {given!r} (ZMQ_CONNECT_ROUTING_ID)"
            )
        pipe.given_identity, self.options.connect_routing_id = given, b""

    def attach(self, pipe: Pipe) -> bool:
        if pipe.given_identity and pipe.given_identity not in self._routes:
            self._name(pipe, pipe.given_identity)
        return super().attach(pipe)

    def peer_ready(self, pipe: Pipe) -> bool:
        """Name the peer: as before or as we were told, as it calls itself, or by five bytes."""
        identity = pipe.given_identity or pipe.identity or self._next_identity()
        known = self._routes.get(identity)
        if known is not None and known is not pipe:
            # libzmq (router.cpp): the first peer keeps the identity unless ZMQ_ROUTER_HANDOVER.
            if not self.options.router_handover:
                return False
            self._name(known, self._next_identity())
        self._name(pipe, identity)
        self.greet(pipe)
        if self.options.router_notify & RouterNotify.CONNECT and pipe.streams:
            self.inject(pipe, b"")
        return True

    def peer_lost(self, pipe: Pipe) -> None:
        if self.options.router_notify & RouterNotify.DISCONNECT and pipe.streams:
            self.inject(pipe, b"")
        self.tell_of_disconnect(pipe)

    def _next_identity(self) -> bytes:
        while True:
            self._last_id = (self._last_id + 1) & 0xFFFFFFFF
            identity = b"\0" + struct.pack(">I", self._last_id)
            if identity not in self._routes:
                return identity

    def _name(self, pipe: Pipe, identity: bytes) -> None:
        """Route to the pipe by this identity. libzmq: it stays the same over reconnections."""
        self._forget(pipe)
        pipe.identity = pipe.given_identity = identity
        self._routes[identity] = pipe

    def _forget(self, pipe: Pipe) -> None:
        if self._routes.get(pipe.given_identity) is pipe:
            del self._routes[pipe.given_identity]

    def detach(self, pipe: Pipe) -> None:
        super().detach(pipe)
        self._forget(pipe)

    def writable(self) -> bool:
        # libzmq (router.cpp): never blocks without ZMQ_ROUTER_MANDATORY.
        if not self.options.router_mandatory:
            return True
        return any(pipe.room() > 0 for pipe in self._routes.values())

    def ready_for(self, first_frame: bytes) -> bool:
        if not self.options.router_mandatory:
            return True
        pipe = self._routes.get(first_frame)
        return self._cannot_route(None, first_frame) if pipe is None else pipe.room() > 0

    def has_room_for_peer(self, identity: bytes) -> bool:
        pipe = self._routes.get(identity)
        if pipe is None:
            raise error_from_errno(errno.EHOSTUNREACH, f"no peer has the identity {identity!r}")
        return pipe.room() > 0

    def burst_room(self) -> int:
        return 0 if self.options.router_mandatory else self.options.sndhwm or 1 << 30

    def distribute(self) -> None:
        """Give each peer its share of the outbox in one piece."""
        shares: dict[Pipe, list[Message]] = {}
        done = 0
        for message in self.outbox[:]:
            frames = frames_of(message)
            pipe = self._routes.get(frames[0])
            share = [] if pipe is None else shares.setdefault(pipe, [])
            if pipe is None or len(share) >= pipe.room():
                if share:
                    break  # writing it may make room: the rest stays until then
                self._cannot_route(pipe, frames[0])
            elif len(frames) > 1:
                share.append(frames[1] if len(frames) == 2 else frames[1:])
            done += 1
        del self.outbox[:done]
        for pipe, share in shares.items():
            if share:
                self.push(pipe, share)

    def send(self, message: Message) -> bool:
        frames = frames_of(message)
        pipe = self._routes.get(frames[0])
        if pipe is None or pipe.room() <= 0:
            return self._cannot_route(pipe, frames[0])
        if len(frames) > 1:
            self.deliver(pipe, frames[1] if len(frames) == 2 else frames[1:])
        return True

    def _cannot_route(self, pipe: Pipe | None, identity: bytes) -> bool:
        if not self.options.router_mandatory:
            # RFC 28: "SHALL silently discard"; we count it.
            if pipe is not None:
                pipe.drop(DropReason.QUEUE_FULL)
            else:
                self.drops.note(DropReason.UNKNOWN_PEER, 1)
            return True
        if pipe is None:
            raise error_from_errno(
                errno.EHOSTUNREACH,
                f"no peer has the identity {identity!r} (ZMQ_ROUTER_MANDATORY is set)",
            )
        return False

    def _prepare(self, pipe: Pipe, batch: list[Message]) -> list[Message]:
        identity = pipe.identity
        return [[identity, *frames_of(message)] for message in batch]

    def collect(self) -> None:
        self.queue.collect(self.inbox, self.quantum(), self._prepare)
