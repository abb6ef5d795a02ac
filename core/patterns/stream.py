"""STREAM, and ROUTER with ZMQ_ROUTER_RAW: peers that do not speak ZMTP, each with a routing id."""

from __future__ import annotations

import errno

from ..errors import error_from_errno
from .pipe import Message, Pipe, frames_of
from .routing import RouterPattern


class StreamPattern(RouterPattern):
    """Messages are a peer's routing id and bytes; an empty second frame is the peer's end.

    libzmq (stream.cpp): received, it tells that the peer came or went; sent, it closes the
    connection. Peers are named when they are connected to, before they are there.
    """

    name = "STREAM"
    raw = True
    longest = 2

    # Peers come and go

    def attach(self, pipe: Pipe) -> bool:
        attached = super().attach(pipe)
        if not pipe.given_identity:
            self._name(pipe, self._next_identity())
            # libzmq: ZMQ_ROUTING_ID of the socket is what its newest peer was named.
            self.options.identity = pipe.given_identity
        return attached

    def peer_ready(self, pipe: Pipe) -> bool:
        pipe.identity = pipe.given_identity
        self._notify(pipe)
        return True

    def peer_lost(self, pipe: Pipe) -> None:
        self._notify(pipe)

    def _notify(self, pipe: Pipe) -> None:
        if self.options.stream_notify and pipe.streams:
            self.inject(pipe, b"")

    def arrived(self, pipe: Pipe) -> None:
        if pipe.attached:
            super().arrived(pipe)
        else:  # its connection was closed from here and is still saying its last
            pipe.take_incoming()

    # Sending

    def writable(self) -> bool:
        return True  # libzmq (stream.cpp): it depends on the peer, so try

    def ready_for(self, first_frame: bytes) -> bool:
        pipe = self._routes.get(first_frame)
        return self._cannot_route(None, first_frame) if pipe is None else pipe.room() > 0

    def burst_room(self) -> int:
        return 0  # the next message may close the connection

    def send(self, message: Message) -> bool:
        frames = frames_of(message)
        if len(frames) != self.longest:
            raise error_from_errno(
                errno.EINVAL,
                f"a {self.name} message has two frames, routing id and bytes: {len(frames)} given",
            )
        pipe = self._routes.get(frames[0])
        if pipe is None or pipe.room() <= 0:
            return self._cannot_route(pipe, frames[0])
        if frames[1]:
            self.deliver(pipe, frames[1])
        else:
            self.end_peer(pipe)
        return True

    def _cannot_route(self, pipe: Pipe | None, identity: bytes) -> bool:
        if pipe is None:
            raise error_from_errno(errno.EHOSTUNREACH, f"no peer has the routing id {identity!r}")
        return False


class RawRouterPattern(StreamPattern):
    """ZMQ_ROUTER_RAW: a STREAM that drops what it cannot route, as a ROUTER does.

    libzmq (router.cpp): with ZMQ_ROUTER_MANDATORY it refuses it instead.
    """

    name = "ROUTER"

    def peer_ready(self, pipe: Pipe) -> bool:
        if self.options.hello_msg:
            pipe.requeue([self.options.hello_msg])
            self.touch(pipe)
        return super().peer_ready(pipe)

    def writable(self) -> bool:
        return RouterPattern.writable(self)

    def ready_for(self, first_frame: bytes) -> bool:
        return RouterPattern.ready_for(self, first_frame)

    def _cannot_route(self, pipe: Pipe | None, identity: bytes) -> bool:
        return RouterPattern._cannot_route(self, pipe, identity)


__all__ = ["RawRouterPattern", "StreamPattern"]
