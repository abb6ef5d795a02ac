"""One peer of a message transport, and the endpoint it was met at."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from core.patterns import DropReason, Message, Pipe
from core.patterns.conflation import NewestPipe
from core.transport import Binding, Channel, MessageTransport, PeerFacts

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from core.runtime.engine import Engine

# How often in a row what arrives is taken from a channel that somebody goes on filling.
EAGER_TAKES = 16


class ChannelPipe(Pipe):
    """A pipe whose queue is the channel's own, once there is one."""

    __slots__ = ("channel",)
    streams = False

    def __init__(self, send_hwm: int, receive_hwm: int) -> None:
        super().__init__(send_hwm, receive_hwm)
        self.channel: Channel | None = None

    def room(self) -> int:
        if self.channel is None:
            return super().room()
        return self.channel.room() - self.queued


class NewestChannelPipe(NewestPipe, ChannelPipe):
    """The same for ZMQ_CONFLATE: what the channel does not take is replaced by what comes next."""

    __slots__ = ()


class ChannelLink:
    """Messages of one channel in, messages of one pipe out; the engine's lock is held."""

    __slots__ = (
        "_channel",
        "_endpoint",
        "_engine",
        "closed",
        "finishing",
        "gone",
        "peer",
        "pipe",
        "since",
        "stalled",
    )

    mechanism = ""

    def __init__(
        self,
        engine: Engine,
        endpoint: ChannelEndpoint,
        channel: Channel,
        pipe: ChannelPipe,
        peer: PeerFacts,
    ):
        self._engine = engine
        self._endpoint = endpoint
        self._channel = channel
        self.pipe = pipe
        self.peer = peer
        self.since = time.monotonic()
        self.stalled = False
        self.finishing = False
        self.gone = False  # the peer left; its last messages may still be there
        self.closed = False
        pipe.channel = channel
        pipe.link = self
        pipe.transmit = self.transmit

    @property
    def ends(self) -> tuple[str, str]:
        """Where both sides met, twice."""
        return self.peer.endpoint, self.peer.endpoint

    @property
    def remote(self) -> str:
        """Where both sides met."""
        return self.peer.endpoint

    def on_readable(self) -> None:
        if self.closed:
            return
        if self._engine.pattern.eager:
            self._take_all()
        elif not self.stalled:
            self.stalled = True
            self._engine.stalled.append(self)

    def _take_all(self) -> None:
        for _ in range(EAGER_TAKES):
            if not self._take():
                return
        self._engine.post(self.on_readable)  # others have to get their turn

    def resume(self) -> None:
        self.stalled = False
        try:
            more = self._take()
        except BaseException:  # Ctrl-C: nobody else will look again
            self.on_readable()
            raise
        if more:
            self.on_readable()

    def _take(self) -> bool:
        """Take what the channel has: asking again tells it that the last batch is used up."""
        pipe = self.pipe
        limit = pipe.receive_hwm - len(pipe.incoming)
        messages = [] if self.closed or limit <= 0 else self._channel.receive(limit)
        if messages:
            pipe.incoming += messages
            pipe.received += len(messages)
            self._engine.pattern.arrived(pipe)
        elif self.gone and not self.closed:
            self._engine.pattern.peer_lost(pipe)
            self._end()
        return bool(messages)

    def transmit(self, message: Message) -> bool:
        """Hand over one message that nothing stands before."""
        if self._channel.send([message]) != 1:
            return False
        self.pipe.sent += 1
        return True

    def flush(self) -> None:
        pipe = self.pipe
        while pipe.outgoing and not self.closed:
            batch = pipe.take_outgoing()
            self._engine.note_sent(len(batch), 0)
            count = self._channel.send(batch)
            pipe.sent += count
            if count < len(batch):
                pipe.requeue(batch[count:] if count else batch)
                return
        if self.finishing:
            self._end()

    def on_gone(self) -> None:
        self.gone = True
        self.on_readable()
        self._engine.pattern.detach(self.pipe)

    def finish(self) -> None:
        self.finishing = True
        self.flush()

    def marks_changed(self) -> None:
        """Tell the channel, if it has a queue of its own."""
        tell = getattr(self._channel, "marks_changed", None)
        if tell is not None and not self.closed:
            tell()

    def _end(self) -> None:
        if not self.closed:
            self.close()
            self._endpoint.link_ended(self)

    def close(self) -> None:
        self.closed = True
        self.pipe.link = self.pipe.transmit = None
        self._channel.close()


class _NoLink:
    """Stands for a channel that was refused or closed: news of it come too late."""

    def on_readable(self) -> None: ...

    def on_gone(self) -> None: ...

    def flush(self) -> None: ...


_NO_LINK = _NoLink()


class ChannelEndpoint:
    """A bind or connect on a message transport: the engine's `core.transport.ChannelHost`."""

    def __init__(
        self, engine: Engine, transport: MessageTransport, address: str, *, bind: bool
    ) -> None:
        self._engine = engine
        self._links: dict[int, ChannelLink] = {}
        self._bound = bind
        self._finishing = False
        self.shared: MutableMapping[str, Any] = engine.shared_for(transport.scheme)
        self.lock: AbstractContextManager[Any] = engine.context_lock
        self.socket_type = engine.pattern.name
        self.identity = engine.options.identity
        self.send_hwm = engine.options.sndhwm
        self.receive_hwm = engine.options.rcvhwm
        self.conflate = engine.pattern.conflates
        self.endpoint = self.requested = f"{transport.scheme}://{address}"
        # A connect has its pipe at once, so that messages queue before the peer exists.
        self._waiting: ChannelPipe | None = None if bind else self._new_pipe()
        if self._waiting is not None:
            engine.pattern.connecting(self._waiting)
            if not engine.options.immediate:
                engine.pattern.attach(self._waiting)
        meet = transport.bind if bind else transport.connect
        self._binding: Binding = meet(address, self)
        self.endpoint = self._binding.endpoint

    def _new_pipe(self) -> ChannelPipe:
        if not self.conflate:
            return ChannelPipe(self.send_hwm, self.receive_hwm)
        subscribes = self._engine.pattern.sends_subscriptions
        return ChannelPipe(0, 0) if subscribes else NewestChannelPipe(0, 0)

    # ChannelHost: from any thread, so everything is posted to whoever drives the socket

    def attach(self, channel: Channel, peer: PeerFacts) -> None:
        self._engine.post(lambda: self._attached(channel, peer))

    def detach(self, channel: Channel) -> None:
        self._engine.post(lambda: self._find(channel).on_gone())

    def readable(self, channel: Channel) -> None:
        link = self._links.get(id(channel))  # not there yet while `_attached` waits to be run
        self._engine.post_news(
            link.on_readable if link else lambda: self._find(channel).on_readable()
        )

    def writable(self, channel: Channel) -> None:
        self._engine.post(lambda: self._find(channel).flush())

    def _find(self, channel: Channel) -> ChannelLink | _NoLink:
        return self._links.get(id(channel), _NO_LINK)

    def _attached(self, channel: Channel, peer: PeerFacts) -> None:
        engine = self._engine
        pipe, self._waiting = self._waiting or self._new_pipe(), None
        pipe.identity = peer.identity
        if (self._finishing and not pipe.queued) or not (self._finishing or engine.admit(pipe)):
            channel.close()
            engine.dismiss(pipe, [], DropReason.CLOSED)
            return
        link = ChannelLink(engine, self, channel, pipe, peer)
        link.finishing = self._finishing
        self._links[id(channel)] = link
        link.marks_changed()  # they may have been, while this was under way
        engine.pattern.touch(pipe)

    def marks_changed(self) -> None:
        """ZMQ_SNDHWM or ZMQ_RCVHWM was set."""
        self.send_hwm = self._engine.options.sndhwm
        self.receive_hwm = self._engine.options.rcvhwm
        for link in self._links.values():
            link.marks_changed()

    def made(self, pipe: Pipe) -> bool:
        links = self._links.values()
        return not self._bound and (pipe is self._waiting or any(pipe is of.pipe for of in links))

    def census(self) -> list[tuple[ChannelPipe, ChannelLink | None]]:
        met: list[tuple[ChannelPipe, ChannelLink | None]]
        met = [(link.pipe, link) for link in self._links.values()]
        return met if self._waiting is None else [*met, (self._waiting, None)]

    def unsent(self) -> int:
        waiting = self._waiting.queued if self._waiting is not None else 0
        return waiting + sum(link.pipe.queued for link in self._links.values())

    # The end

    def link_ended(self, link: ChannelLink) -> None:
        for key, known in list(self._links.items()):
            if known is link:
                del self._links[key]
        why = DropReason.CLOSED if self._finishing else DropReason.CONNECTION_LOST
        self._engine.dismiss(link.pipe, [], why)
        self._check_gone()

    def finish(self) -> None:
        """Meet no new peers; channels close when what is queued for them has left."""
        self._finishing = True
        if self._waiting is not None:
            self._engine.pattern.detach(self._waiting)
        for link in list(self._links.values()):
            link.finish()
        self._check_gone()

    def stop(self) -> None:
        """Close everything now."""
        self._finishing = True
        for link in list(self._links.values()):
            link.close()
            self._engine.dismiss(link.pipe, [], DropReason.CLOSED)
        self._links.clear()
        if self._waiting is not None:
            self._engine.dismiss(self._waiting, [], DropReason.CLOSED)
            self._waiting = None
        self._check_gone()

    def _check_gone(self) -> None:
        # Connected before anybody bound: what is queued waits for the peer within the linger.
        waits_for_peer = self._waiting is not None and self._waiting.queued > 0
        if not self._finishing or waits_for_peer:
            return
        if not self._links or self._bound:
            self._binding.close()
        if not self._links:
            self._engine.endpoint_gone(self)
