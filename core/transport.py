"""The contract between the engine and its transports, in one file.

A transport is a small object that a plugin hands to the registry (`core.plugin`). There are two
kinds:

* a **stream** transport (tcp, ipc, tls, ...) makes non-blocking byte streams that have a
  descriptor. Framing, handshake, reconnection, queues and options stay in the engine.
* a **message** transport (inproc, multicast, brokers, ...) moves whole messages.

Errors: `parse` raises `core.endpoint.EndpointError` and nothing else. Everything that meets the
system raises `OSError` with a real ``errno``; other libraries' exceptions are translated before
they get here. `BlockingIOError` means "not now" in `read`, `write`, `writev`, `accept` and
`finish_connect`.

`core.testing.check_stream_transport` and `check_message_transport` verify all of it in one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence
    from contextlib import AbstractContextManager

Message = bytes | list[bytes]
"""One message: the bytes of its only frame, or a list of two or more frames."""

Buffer = bytes | memoryview


class TransportOptions(NamedTuple):
    """The socket options that a transport may need, under their libzmq names in lower case.

    -1 leaves the system's default alone wherever libzmq says so.
    """

    ipv6: bool = False
    """ZMQ_IPV6: names and ``*`` stand for IPv6 addresses too."""
    backlog: int = 100
    """ZMQ_BACKLOG: connections that may wait to be accepted."""
    sndbuf: int = -1
    """ZMQ_SNDBUF: kernel transmit buffer, in bytes."""
    rcvbuf: int = -1
    """ZMQ_RCVBUF: kernel receive buffer, in bytes."""
    tos: int = 0
    """ZMQ_TOS: the type-of-service octet of outgoing packets."""
    tcp_keepalive: int = -1
    """ZMQ_TCP_KEEPALIVE: 1 on, 0 off."""
    tcp_keepalive_cnt: int = -1
    """ZMQ_TCP_KEEPALIVE_CNT: unanswered probes before the connection is given up."""
    tcp_keepalive_idle: int = -1
    """ZMQ_TCP_KEEPALIVE_IDLE: seconds of silence before the first probe."""
    tcp_keepalive_intvl: int = -1
    """ZMQ_TCP_KEEPALIVE_INTVL: seconds between probes."""
    tcp_maxrt: int = 0
    """ZMQ_TCP_MAXRT: milliseconds that sent data may stay unacknowledged; 0 is the default."""
    bindtodevice: bytes = b""
    """ZMQ_BINDTODEVICE: name of the network device to use; empty is any."""
    priority: int = 0
    """ZMQ_PRIORITY: SO_PRIORITY of outgoing packets; 0 is the default."""
    use_fd: int = -1
    """ZMQ_USE_FD: a descriptor to listen on that is bound and listens already; -1 is none."""
    socks_proxy: bytes = b""
    """ZMQ_SOCKS_PROXY: ``host:port`` of the SOCKS 5 proxy to connect through; empty is none."""
    socks_username: bytes = b""
    """ZMQ_SOCKS_USERNAME: presented to the proxy if it asks."""
    socks_password: bytes = b""
    """ZMQ_SOCKS_PASSWORD: presented together with the user name."""
    busy_poll: int = 0
    """ZMQ_BUSY_POLL: microseconds that the kernel polls the device for; 0 is not at all."""
    tcp_accept_filter: tuple[str, ...] = ()
    """ZMQ_TCP_ACCEPT_FILTER: networks such as ``10.0.0.0/8`` that may connect; empty is all."""
    ipc_filter_pid: frozenset[int] = frozenset()
    """ZMQ_IPC_FILTER_PID: processes that may connect."""
    ipc_filter_uid: frozenset[int] = frozenset()
    """ZMQ_IPC_FILTER_UID: users that may connect."""
    ipc_filter_gid: frozenset[int] = frozenset()
    """ZMQ_IPC_FILTER_GID: groups whose members may connect. With all three empty, everybody may."""

    def __repr__(self) -> str:
        """Show what differs from the defaults, and never the password."""
        shown = self._replace(socks_password=b"***" if self.socks_password else b"")
        changed = [
            f"{name}={value!r}"
            for name, value in zip(self._fields, shown, strict=True)
            if value != self._field_defaults[name]
        ]
        return f"TransportOptions({', '.join(changed)})"


class Target(NamedTuple):
    """One concrete address to listen on or to connect to, as `StreamTransport.resolve` found it."""

    endpoint: str
    """For people and monitor events, such as ``tcp://192.0.2.7:5555``."""
    data: Any
    """The transport's own; the engine only hands it back."""


class Stream(Protocol):
    """One non-blocking, close-on-exec byte stream.

    `read`, `write` and `writev` run once per batch on the hot path: bind them to the system's own
    functions as instance attributes (``self.read = sock.recv``) where you can.
    """

    @property
    def local(self) -> str:
        """Our end as an endpoint."""

    @property
    def remote(self) -> str:
        """The peer's end as an endpoint. Its host is the ``Peer-Address`` of the peer's messages.

        A stream that knows the peer better than by its endpoint has an attribute `peer_address`
        (str) as well, which is taken instead unless it is empty.
        """

    @property
    def read(self) -> Callable[[int], bytes]:
        """``read(size)``: some bytes, at once.

        :returns: 1 to `size` bytes, or ``b""`` at the peer's end-of-file and ever after. A stream
            that decodes (tls, compression) returns more than `size` rather than keep bytes that
            its descriptor no longer announces: the engine waits on the descriptor.
        :raises BlockingIOError: nothing to read now
        :raises OSError: the connection is broken
        """

    # A stream of which `StreamTransport.connect` knows already that connecting succeeded may have
    # an attribute ``connected = True``: it is not reported as CONNECT_DELAYED.

    # A stream may also have ``read_into(buffer: memoryview) -> int``, which is to `read` what
    # ``socket.recv_into`` is to ``socket.recv``: large frames are then read into their place.

    @property
    def write(self) -> Callable[[Buffer], int]:
        """``write(data)``: take a prefix of `data`, at once.

        :returns: how many bytes were taken, at least 1 for data that is not empty. What was taken
            leaves without another call.
        :raises BlockingIOError: none can be taken now; the next write begins with the same bytes
        :raises OSError: the connection is broken
        """

    @property
    def writev(self) -> Callable[[Sequence[Buffer]], int]:
        """``writev(buffers)``: `write` for 1 to 1,024 buffers, as if they had been joined."""

    def fileno(self) -> int:
        """Return the descriptor that a selector watches; -1 once closed."""

    def finish_connect(self) -> None:
        """Say how the connecting ended: called when the descriptor is writable.

        :raises BlockingIOError: it needs to hear more from the other end first, such as a proxy's
            answer: called again whenever the descriptor is readable
        :raises OSError: it failed (ECONNREFUSED, EHOSTUNREACH, ...)
        """

    def close(self) -> None:
        """Close now. Bytes already taken are still delivered. Idempotent, raises nothing."""


class Listener(Protocol):
    """Where peers arrive; readable while one waits to be accepted."""

    @property
    def endpoint(self) -> str:
        """What was bound, as ZMQ_LAST_ENDPOINT shows it: ``tcp://127.0.0.1:40001``."""

    def fileno(self) -> int:
        """Return the descriptor that a selector watches; -1 once closed."""

    def accept(self) -> Stream:
        """Take the next waiting peer.

        :raises BlockingIOError: none is waiting
        :raises ConnectionError: this one is gone, or not let in; the next may be taken at once
        :raises OSError: it could not be taken (EMFILE, ENOMEM, ...); the listener goes on
        """

    def close(self) -> None:
        """Stop listening and free the address. Idempotent, raises nothing."""


class StreamTransport(Protocol):
    """Makes byte streams for one URL scheme. One instance serves all contexts and threads."""

    @property
    def scheme(self) -> str:
        """What stands before ``://``; equals the plugin's entry-point name."""

    @property
    def kind(self) -> Literal["stream"]:
        """Always ``"stream"``."""

    def parse(self, address: str, *, bind: bool) -> str:
        """Check and normalise what follows ``scheme://``, without waiting for anything.

        :returns: the address; `resolve` gets it, and ``unbind`` and ``disconnect`` compare it
        :raises core.endpoint.EndpointError: EINVAL (or ENAMETOOLONG), naming the part that is wrong
        """

    def waits_to_resolve(self, address: str, *, bind: bool) -> bool:
        """Say whether `resolve` may have to ask the network about `address` (a host name).

        When False, `resolve` answers at once and the engine calls it in place.
        """

    def resolve(self, address: str, *, bind: bool, options: TransportOptions) -> Sequence[Target]:
        """Find the concrete addresses behind `address`, best first, at least one.

        Called again at each reconnection; one that waits is called off the I/O path. To connect,
        the engine tries them all in turn. To bind, it listens on the first.

        :raises OSError: there is no such address, or none can be found at present
        """

    def listen(self, target: Target, options: TransportOptions) -> Listener:
        """Listen on `target`.

        :raises OSError: EADDRINUSE, EADDRNOTAVAIL, EACCES, ...
        """

    def connect(self, target: Target, options: TransportOptions) -> Stream:
        """Start to connect and return at once; the stream turns writable when it is decided.

        :raises OSError: it failed already
        """


class PeerFacts(NamedTuple):
    """What a message transport knows about the peer of a new channel."""

    socket_type: str
    """``"PUSH"``, ``"SUB"``, ...; empty when the transport cannot know it."""
    identity: bytes
    """ZMQ_ROUTING_ID of the peer, empty when it has none."""
    endpoint: str
    """The endpoint that both sides met at."""


class Channel(Protocol):
    """One peer of a message transport, as one socket sees it. Nothing here blocks.

    The engine holds its socket's lock around `send` and `receive`: neither is called by two threads
    at once. They do run at the same time as each other's opposite at the peer's end.
    """

    def send(self, messages: list[Message]) -> int:
        """Take a prefix of `messages` in order; the list itself stays the caller's.

        :returns: how many were taken. When that is fewer than all, the rest stays with the caller,
            and `ChannelHost.writable` is called when there is room again. 0 once the peer is gone.
        """

    def room(self) -> int:
        """Say how many messages `send` would take now; a huge number when there is no limit.

        An answer of 0 is a refusal: `ChannelHost.writable` is called when there is room again.
        """

    def receive(self, limit: int) -> list[Message]:
        """Hand out at most `limit` messages in order; fewer only when no more are there at present.

        After fewer than `limit`, `ChannelHost.readable` tells of the next ones. What was handed
        out counts against the queue's limit until the next call, which so says that it is used up.
        After `ChannelHost.detach` it goes on until everything that the peer sent is handed out.
        """

    # A channel may also have ``marks_changed() -> None``: the host's `send_hwm` or `receive_hwm`
    # has a new value, and a queue of the channel's own may follow it.

    def close(self) -> None:
        """Leave: the peer's host is told, and the peer may still drain what was sent. Idempotent.

        The own host is not told: no `ChannelHost.detach` for a channel that it closed itself.
        """


class ChannelHost(Protocol):
    """The engine's side of a message transport: one per ``bind`` or ``connect``.

    `attach`, `detach`, `readable` and `writable` may come from any thread, also from inside a call
    that another socket made into its channel, or before ``bind`` or ``connect`` has returned: they
    return promptly and do not wait for a lock that such a caller may hold. News of a channel that
    the host has closed meanwhile is to be ignored.
    """

    @property
    def socket_type(self) -> str:
        """Our socket's type: ``"PUSH"``, ``"SUB"``, ..."""

    @property
    def identity(self) -> bytes:
        """Our ZMQ_ROUTING_ID, empty when it has none."""

    @property
    def send_hwm(self) -> int:
        """ZMQ_SNDHWM in messages; 0 is no limit."""

    @property
    def receive_hwm(self) -> int:
        """ZMQ_RCVHWM in messages; 0 is no limit."""

    @property
    def conflate(self) -> bool:
        """ZMQ_CONFLATE: of what waits here in either direction only the newest message counts.

        The engine sees to its own queues. A transport that queues messages itself may use this to
        keep no more than one per peer, except of subscriptions, which go from SUB to PUB.
        """

    @property
    def shared(self) -> MutableMapping[str, Any]:
        """The transport's own storage in this context, shared by all its hosts."""

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Guards `shared`. Never held by the transport while it calls the host."""

    def attach(self, channel: Channel, peer: PeerFacts) -> None:
        """Tell of a new peer. A host that does not want it closes the channel, at once or later."""

    def detach(self, channel: Channel) -> None:
        """Tell, once, that the peer left; `Channel.receive` may still have its last messages."""

    def readable(self, channel: Channel) -> None:
        """Tell that there are messages again after `Channel.receive` gave fewer than its limit."""

    def writable(self, channel: Channel) -> None:
        """Tell that `Channel.send`, which refused messages before, has room again."""


class Binding(Protocol):
    """One ``bind`` or ``connect`` of a socket on a message transport."""

    @property
    def endpoint(self) -> str:
        """The endpoint as ZMQ_LAST_ENDPOINT shows it."""

    def close(self) -> None:
        """Stop meeting new peers. Idempotent.

        Channels of a ``bind`` live on, as connections outlive an ``unbind``; the channel of a
        ``connect`` is closed.
        """


class MessageTransport(Protocol):
    """Moves whole messages for one URL scheme. One instance serves all contexts and threads."""

    @property
    def scheme(self) -> str:
        """What stands before ``://``; equals the plugin's entry-point name."""

    @property
    def kind(self) -> Literal["message"]:
        """Always ``"message"``."""

    @property
    def socket_types(self) -> frozenset[str] | None:
        """The socket types it can carry, such as ``{"PUB", "SUB"}``; None for all."""

    def parse(self, address: str, *, bind: bool) -> str:
        """Check and normalise what follows ``scheme://``: see `StreamTransport.parse`."""

    def bind(self, address: str, host: ChannelHost) -> Binding:
        """Take the address and attach every peer that connects to it.

        :raises OSError: EADDRINUSE, ...
        """

    def connect(self, address: str, host: ChannelHost) -> Binding:
        """Look for the peer and return at once; `host.attach` is called when it is there.

        :raises OSError: the address can never be reached
        """


Transport = StreamTransport | MessageTransport

__all__ = [
    "Binding",
    "Buffer",
    "Channel",
    "ChannelHost",
    "Listener",
    "Message",
    "MessageTransport",
    "PeerFacts",
    "Stream",
    "StreamTransport",
    "Target",
    "Transport",
    "TransportOptions",
]
