"""A bound endpoint of a stream transport: accepts peers and keeps their connections."""

from __future__ import annotations

import sys
import time
from errno import EMFILE
from typing import TYPE_CHECKING

from core.events import EventKind
from core.patterns import DropReason, Pipe
from core.runtime import log
from core.runtime.journal import is_power_of_ten, words
from core.runtime.selector import READ
from core.zmtp import FailureReason, PeerInfo

if TYPE_CHECKING:
    from core.runtime.engine import Engine
    from core.runtime.link import Link
    from core.transport import Listener, Stream, StreamTransport


# Peers accepted before others get their turn.
ACCEPTS_AT_ONCE = 64
# Out of descriptors or memory: look again after this many seconds rather than spin.
PAUSE = 0.1


class BoundEndpoint:
    """Accepts until closed; each accepted peer has a pipe from its handshake to its end."""

    def __init__(self, engine: Engine, transport: StreamTransport, address: str) -> None:
        self._engine = engine
        # libzmq: what is set later counts for later endpoints.
        self.config = engine.connection_config()
        options = engine.transport_options()
        target = transport.resolve(address, bind=True, options=options)[0]
        self._listener: Listener = transport.listen(target, options)
        self._links: set[Link] = set()
        self._listening = True
        self._most = engine.options.max_connections or sys.maxsize
        self._full = False
        self._pauses = 0
        self.requested = f"{transport.scheme}://{address}"
        self.endpoint = self._listener.endpoint
        self._fd = self._listener.fileno()
        engine.watch(self._fd, self.on_events, READ)
        engine.report(EventKind.LISTENING, self.endpoint, self._fd, local=self.endpoint)

    def on_events(self, mask: int) -> None:
        try:
            if len(self._links) >= self._most:
                self._pause()
                return
            for _ in range(min(ACCEPTS_AT_ONCE, self._most - len(self._links))):
                self._accept()
        except BlockingIOError:
            pass
        except OSError as error:
            log.warning("%s cannot accept a peer: %s", self.endpoint, error)
            self._report(EventKind.ACCEPT_FAILED, error.errno or 0, words(error))
            self._engine.selector.modify(self._fd, 0)
            self._engine.at(time.monotonic() + PAUSE, self._accept_again)

    def _pause(self) -> None:
        """Leave further peers in the kernel's queue until one of ours leaves (MAX_CONNECTIONS)."""
        self._engine.selector.modify(self._fd, 0)
        self._full = True
        why = f"MAX_CONNECTIONS, {self._most}, is reached: further peers wait"
        self._report(EventKind.ACCEPT_FAILED, EMFILE, why)
        self._pauses += 1
        if is_power_of_ten(self._pauses):
            log.warning("%s: %s", self.endpoint, why)

    def _accept(self) -> None:
        try:
            stream = self._listener.accept()
        except ConnectionError as error:
            log.warning("%s: a peer was refused: %s", self.endpoint, error)
            self._report(EventKind.ACCEPT_FAILED, error.errno or 0, words(error))
            return
        self._engine.report(
            EventKind.ACCEPTED,
            self.endpoint_of(stream),
            stream.fileno(),
            local=stream.local,
            peer=stream.remote,
        )
        link = self._engine.new_link(stream, self)
        self._links.add(link)
        link.start(look=True)

    def _accept_again(self) -> None:
        if self._listening and not self._full:
            self._engine.selector.modify(self._fd, READ)

    def _report(self, kind: EventKind, value: int, reason: str = "") -> None:
        self._engine.report(kind, self.endpoint, value, reason, local=self.endpoint)

    # LinkOwner

    def endpoint_of(self, stream: Stream) -> str:
        return stream.local  # as libzmq: the address that the peer came to, not the wildcard

    def link_ready(self, link: Link, peer: PeerInfo) -> Pipe | None:
        pipe = self._engine.pattern.new_pipe()
        pipe.identity = peer.identity
        return pipe if self._engine.admit(pipe) else None

    def link_lost(self, link: Link, reason: FailureReason, detail: str) -> None:
        self._links.discard(link)
        if self._full:
            self._full = False
            self._accept_again()
        if link.pipe is not None:
            if not link.finishing:
                self._engine.pattern.peer_lost(link.pipe)
            why = DropReason.CLOSED if link.finishing else DropReason.CONNECTION_LOST
            self._engine.dismiss(link.pipe, link.take_unsent(), why)
        if link.pipe is None or not (reason.is_transient or link.finishing):
            self._engine.refused(self.endpoint, link.remote, reason, detail)
        self._check_gone()

    def made(self, pipe: Pipe) -> bool:
        return False

    def census(self) -> list[tuple[Pipe | None, Link]]:
        return [(link.pipe, link) for link in self._links]

    def unsent(self) -> int:
        pipes = [link.pipe for link in self._links if link.pipe is not None]
        return sum(pipe.queued + pipe.in_flight for pipe in pipes)

    # The end

    def finish(self) -> None:
        """Stop accepting; connections close when what is queued for them has left."""
        self._stop_listening()
        for link in list(self._links):
            link.finish()
        self._check_gone()

    def stop(self) -> None:
        """Close everything now."""
        self._stop_listening()
        for link in list(self._links):
            link.close()
            if link.pipe is not None:
                self._engine.dismiss(link.pipe, link.take_unsent(), DropReason.CLOSED)
        self._links.clear()
        self._check_gone()

    def _stop_listening(self) -> None:
        if self._listening:
            self._listening = False
            self._engine.unwatch(self._fd)
            self._listener.close()
            self._report(EventKind.CLOSED, self._fd)

    def _check_gone(self) -> None:
        if not self._listening and not self._links:
            self._engine.endpoint_gone(self)
