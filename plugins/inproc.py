"""`inproc://`: sockets of one context hand each other their messages, with no system call at all.

Two sockets that meet share two lanes (`plugins.message_lane`), one per direction, which wake a side
only when that side needs it: the reader when messages come after it found none, the writer when it
had been refused and half of the room is back (libzmq's low-water mark).

As in libzmq, `connect` may come before `bind`, a lane holds the sender's SNDHWM plus the receiver's
RCVHWM, and a bound socket that goes away is not waited for again.
"""

from __future__ import annotations

import threading
from errno import EADDRINUSE
from functools import partial
from typing import TYPE_CHECKING, Literal

from core.endpoint import EndpointError
from core.hookspecs import hookimpl
from core.transport import ChannelHost, Message, PeerFacts
from plugins.message_lane import MessageLane, NewestLane

if TYPE_CHECKING:
    from collections.abc import Callable


class InprocChannel:
    """One end of a pair: a `core.transport.Channel`."""

    __slots__ = (
        "_closed", "_inbound", "_lock", "_outbound", "_peer_gone", "_told", "host", "peer",
        "receive", "room", "send",
    )  # fmt: skip

    def __init__(
        self, host: ChannelHost, inbound: MessageLane, outbound: MessageLane, lock: threading.RLock
    ) -> None:
        self.host = host
        self.peer: InprocChannel | None = None
        self._inbound = inbound
        self._outbound = outbound
        self._lock = lock  # the pair's
        self._closed = False
        self._peer_gone = False
        self._told = False  # the host knows of this channel
        # Bound to the lanes: one call less per batch.
        self.send: Callable[[list[Message]], int] = outbound.put
        self.room: Callable[[], int] = outbound.room
        self.receive: Callable[[int], list[Message]] = inbound.take

    def announce(self, peer: PeerFacts) -> None:
        """Tell the host of this channel, then of all that happened while it was not told."""
        self.host.attach(self, peer)
        with self._lock:
            if self._closed:
                return
            self._told = True
            gone = self._peer_gone
        self._outbound.listen_writable(partial(self.host.writable, self))
        self._inbound.listen_readable(partial(self.host.readable, self))
        if gone:
            self.host.detach(self)

    def close(self) -> None:
        """Leave; the peer may drain what was sent to it, what it sent here is dropped."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            peer, self.peer = self.peer, None
            tell = peer is not None and peer.lost_peer()
        self._outbound.close(discard=False)
        self._inbound.close(discard=True)
        if tell and peer is not None:
            peer.host.detach(peer)

    def marks_changed(self) -> None:
        """Let both lanes follow the marks of their two sides."""
        with self._lock:
            peer = self.peer
            if not self._closed and peer is not None:
                self._outbound.resize(_capacity(self.host, peer.host))
                self._inbound.resize(_capacity(peer.host, self.host))

    def lost_peer(self) -> bool:
        """Note that the peer left; return whether the host must be told. The lock is held."""
        self._peer_gone = True
        self.peer = None
        return self._told and not self._closed


class _Names:
    """Who is bound and who waits for a name, per context. Guarded by the hosts' lock."""

    def __init__(self) -> None:
        self.bound: dict[str, BoundName] = {}
        self.waiting: dict[str, list[WaitingName]] = {}


class BoundName:
    """A name that a socket has bound: a `core.transport.Binding`."""

    def __init__(self, name: str, host: ChannelHost) -> None:
        self.name = name
        self.host = host
        self.endpoint = f"inproc://{name}"

    def close(self) -> None:
        """Free the name; peers that came through it stay."""
        with self.host.lock:
            bound = _names(self.host).bound
            if bound.get(self.name) is self:
                del bound[self.name]


class WaitingName:
    """A name that a socket has connected to, bound or not: a `core.transport.Binding`."""

    def __init__(self, name: str, host: ChannelHost) -> None:
        self.name = name
        self.host = host
        self.endpoint = f"inproc://{name}"
        self._channel: InprocChannel | None = None
        self._closed = False

    def meet(self, bound: BoundName) -> None:
        """Make the pair of channels, unless this end was closed meanwhile."""
        near, far = _new_pair(self.host, bound.host)
        with self.host.lock:
            if self._closed:
                return
            self._channel = near
        near.announce(_facts(bound.host, self.endpoint))
        far.announce(_facts(self.host, self.endpoint))

    def close(self) -> None:
        """Stop waiting and close the channel."""
        with self.host.lock:
            self._closed = True
            self._stop_waiting()
            channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def _stop_waiting(self) -> None:
        waiting = _names(self.host).waiting
        others = [other for other in waiting.get(self.name, ()) if other is not self]
        if others:
            waiting[self.name] = others
        else:
            waiting.pop(self.name, None)


class InprocTransport:
    """The message transport behind `inproc://`."""

    scheme = "inproc"
    kind: Literal["message"] = "message"
    socket_types: frozenset[str] | None = None

    def parse(self, address: str, *, bind: bool) -> str:
        """Accept any name that is not empty."""
        if not address:
            raise EndpointError("inproc://", "the name after '://' is missing", "inproc://workers")
        return address

    def bind(self, address: str, host: ChannelHost) -> BoundName:
        """Take the name and meet everyone who waits for it."""
        binding = BoundName(address, host)
        with host.lock:
            names = _names(host)
            if address in names.bound:
                raise OSError(EADDRINUSE, f"{binding.endpoint} is already bound in this context")
            names.bound[address] = binding
            waiting = names.waiting.pop(address, [])
        for connecting in waiting:
            connecting.meet(binding)
        return binding

    def connect(self, address: str, host: ChannelHost) -> WaitingName:
        """Meet whoever has bound the name, now or later."""
        connecting = WaitingName(address, host)
        with host.lock:
            names = _names(host)
            bound = names.bound.get(address)
            if bound is None:
                names.waiting.setdefault(address, []).append(connecting)
        if bound is not None:
            connecting.meet(bound)
        return connecting


def _names(host: ChannelHost) -> _Names:
    names = host.shared.setdefault("names", _Names())
    assert isinstance(names, _Names)
    return names


def _new_pair(near: ChannelHost, far: ChannelHost) -> tuple[InprocChannel, InprocChannel]:
    lock = threading.RLock()  # the garbage collector may close a socket while it is held
    outbound, inbound = _lane(near, far), _lane(far, near)
    first = InprocChannel(near, inbound, outbound, lock)
    second = InprocChannel(far, outbound, inbound, lock)
    first.peer, second.peer = second, first
    return first, second


def _lane(sender: ChannelHost, receiver: ChannelHost) -> MessageLane:
    """The queue in between belongs to both; libzmq lets only the connecting side conflate it."""
    # Subscriptions do not replace each other.
    if (sender.conflate or receiver.conflate) and sender.socket_type not in ("SUB", "XSUB"):
        return NewestLane()
    return MessageLane(_capacity(sender, receiver))


def _capacity(sender: ChannelHost, receiver: ChannelHost) -> int:
    """As libzmq: both marks together, and no limit when either side has none."""
    if not sender.send_hwm or not receiver.receive_hwm:
        return 0
    return sender.send_hwm + receiver.receive_hwm


def _facts(host: ChannelHost, endpoint: str) -> PeerFacts:
    return PeerFacts(host.socket_type, host.identity, endpoint)


@hookimpl
def babelmq_transport() -> InprocTransport:
    """Offer `inproc://`."""
    return InprocTransport()


__all__ = ["InprocTransport", "babelmq_transport"]
