"""The socket options that this release has, one row each.

Facts are libzmq 4.3.5's: numbers, ranges and defaults. `core.option_table_unsupported` holds the
rest of libzmq's options, each with the reason why it is refused.
"""

from core.enums import SocketOption, SocketType
from core.option_row import INT64_MAX, INT_MAX, Access, Effect, Kind, Option
from core.option_table_unsupported import UNSUPPORTED_OPTIONS

_O = SocketOption
_BOOL, _INT, _INT64, _BYTES = Kind.BOOL, Kind.INT, Kind.INT64, Kind.BYTES
_AT_ONCE = Effect.AT_ONCE
_WRITE_ONLY, _READ_ONLY = Access.WRITE_ONLY, Access.READ_ONLY

_ROUTER = frozenset({SocketType.ROUTER})
_GREETERS = frozenset({SocketType.ROUTER, SocketType.DEALER})
_REQ = frozenset({SocketType.REQ})
_PUBLISHERS = frozenset({SocketType.PUB, SocketType.XPUB})
_XSUB = frozenset({SocketType.XSUB})
_PROBERS = frozenset({SocketType.ROUTER, SocketType.DEALER, SocketType.REQ})
_SUBSCRIBERS = frozenset({SocketType.SUB, SocketType.XPUB})
_UPSTREAM = frozenset({SocketType.PUB, SocketType.XPUB, SocketType.XSUB})
_MATCHERS = frozenset({SocketType.PUB, SocketType.XPUB, SocketType.SUB})
_CONFLATERS = frozenset(
    {SocketType.PULL, SocketType.PUSH, SocketType.SUB, SocketType.PUB, SocketType.DEALER}
)


def _option(
    number: SocketOption,
    kind: Kind,
    default: int | bytes | None,
    doc: str,
    *,
    minimum: int = 0,
    maximum: int | None = None,
    unit: str = "",
    access: Access = Access.READ_WRITE,
    socket_types: frozenset[SocketType] = frozenset(),
    only_these_types: bool = False,
    effect: Effect = Effect.NEXT_ENDPOINT,
    step: int = 1,
    attribute: str | None = None,
    default_reason: str = "",
) -> Option:
    """Fill in what most rows share: a boolean is 0 or 1, the attribute the name in lower case."""
    return Option(
        number=number,
        name=number.name,
        kind=kind,
        default=default,
        minimum=minimum,
        maximum=(1 if kind is _BOOL else INT_MAX) if maximum is None else maximum,
        unit=unit,
        access=access,
        socket_types=socket_types,
        only_these_types=only_these_types,
        effect=effect,
        step=step,
        attribute=number.name.lower() if attribute is None else attribute,
        doc=doc,
        default_reason=default_reason,
    )


def _switch(number: SocketOption, owners: frozenset[SocketType], doc: str) -> Option:
    """A boolean of one family of types: set at any time, any number but 0 means on, never read."""
    return _option(
        number,
        _BOOL,
        0,
        doc,
        maximum=INT_MAX,
        access=_WRITE_ONLY,
        socket_types=owners,
        only_these_types=True,
        effect=_AT_ONCE,
    )


_QUEUES_AND_WAITING = (
    _option(
        _O.SNDHWM,
        _INT,
        1000,
        "Most messages queued for one peer on their way out; 0: no limit.",
        unit="messages",
        effect=_AT_ONCE,
    ),
    _option(
        _O.RCVHWM,
        _INT,
        1000,
        "Most messages queued from one peer until received; 0: no limit.",
        unit="messages",
        effect=_AT_ONCE,
    ),
    _option(
        _O.SNDTIMEO,
        _INT,
        -1,
        "How long a send waits before it raises Again; -1: for ever, 0: not at all.",
        minimum=-1,
        unit="ms",
        effect=_AT_ONCE,
    ),
    _option(
        _O.RCVTIMEO,
        _INT,
        -1,
        "How long a receive waits before it raises Again; -1: for ever, 0: not at all.",
        minimum=-1,
        unit="ms",
        effect=_AT_ONCE,
    ),
    _option(
        _O.LINGER,
        _INT,
        -1,
        "How long unsent messages are kept after close; -1: until sent, 0: dropped at once.",
        minimum=-1,
        unit="ms",
        effect=_AT_ONCE,
    ),
    _option(
        _O.MAXMSGSIZE,
        _INT64,
        -1,
        "Largest frame accepted; a peer that announces a larger one is disconnected. -1: no limit.",
        minimum=-1,
        maximum=INT64_MAX,
        unit="bytes",
    ),
    _option(
        _O.CONFLATE,
        _BOOL,
        0,
        "Keep only the newest message; for single-frame messages.",
        socket_types=_CONFLATERS,
    ),
    _option(
        _O.IMMEDIATE,
        _BOOL,
        0,
        "Queue for a connecting peer only once its connection is complete.",
    ),
)

_CONNECTIONS = (
    _option(
        _O.RECONNECT_IVL,
        _INT,
        100,
        "Pause before connecting again; -1: never connect again.",
        minimum=-1,
        unit="ms",
    ),
    _option(
        _O.RECONNECT_IVL_MAX,
        _INT,
        0,
        "The pause doubles at each failure up to this; 0: it stays RECONNECT_IVL.",
        unit="ms",
    ),
    _option(
        _O.CONNECT_TIMEOUT,
        _INT,
        0,
        "How long one attempt to connect may take; 0: as long as the system lets it.",
        unit="ms",
    ),
    _option(
        _O.HANDSHAKE_IVL,
        _INT,
        30000,
        "How long a new connection may take to become ready before it is dropped; 0: for ever.",
        unit="ms",
    ),
    _option(
        _O.HEARTBEAT_IVL,
        _INT,
        0,
        "Pause between two PING commands to a peer; 0: no heartbeats.",
        unit="ms",
    ),
    _option(
        _O.HEARTBEAT_TTL,
        _INT,
        0,
        "Tells the peer to drop us after this much silence; 0: tells nothing.",
        # The wire carries tenths of a second in 16 bits (RFC 37, ping-ttl).
        maximum=6553599,
        step=100,
        unit="ms",
    ),
    _option(
        _O.HEARTBEAT_TIMEOUT,
        _INT,
        -1,
        "Drop a peer that is silent for this long after a PING; -1 (unset): HEARTBEAT_IVL.",
        unit="ms",
    ),
    _option(_O.BACKLOG, _INT, 100, "Connections that may wait to be accepted.", unit="connections"),
    _option(
        _O.SNDBUF,
        _INT,
        -1,
        "Kernel send buffer; -1: the system's own choice.",
        minimum=-1,
        unit="bytes",
    ),
    _option(
        _O.RCVBUF,
        _INT,
        -1,
        "Kernel receive buffer; -1: the system's own choice.",
        minimum=-1,
        unit="bytes",
    ),
    _option(
        _O.RECONNECT_STOP,
        _INT,
        0,
        "After what a connecting socket gives up, see ReconnectStop; 0: never.",
        minimum=-INT_MAX - 1,
        effect=_AT_ONCE,
    ),
    _option(
        _O.METADATA,
        _BYTES,
        None,
        "A fact to tell peers, as X-name:value; each call adds one.",
        minimum=1,
        access=_WRITE_ONLY,
    ),
    _option(_O.USE_FD, _INT, -1, "Descriptor that listens already, for the next bind.", minimum=-1),
    _option(_O.BINDTODEVICE, _BYTES, b"", "Network device to use, by name.", maximum=16),
    _option(
        _O.TCP_MAXRT,
        _INT,
        0,
        "How long sent data may stay unacknowledged; 0: the system's default.",
        unit="ms",
    ),
    _option(_O.PRIORITY, _INT, 0, "SO_PRIORITY of outgoing packets, where there is one."),
    _option(_O.TOS, _INT, 0, "Type-of-service byte of outgoing IP packets."),
    _option(_O.IPV6, _BOOL, 0, "Use IPv6 beside IPv4."),
    _option(_O.IPV4ONLY, _BOOL, 1, "The old opposite of IPV6.", attribute=""),
    _option(
        _O.TCP_KEEPALIVE,
        _INT,
        -1,
        "SO_KEEPALIVE of connections; -1: the system's default.",
        minimum=-1,
        maximum=1,
    ),
    _option(
        _O.TCP_KEEPALIVE_CNT,
        _INT,
        -1,
        "Unanswered keepalive probes until a connection is dead; -1: the system's default.",
        minimum=-1,
        unit="probes",
    ),
    _option(
        _O.TCP_KEEPALIVE_IDLE,
        _INT,
        -1,
        "Silence before the first keepalive probe; -1: the system's default.",
        minimum=-1,
        unit="s",
    ),
    _option(
        _O.TCP_KEEPALIVE_INTVL,
        _INT,
        -1,
        "Pause between keepalive probes; -1: the system's default.",
        minimum=-1,
        unit="s",
    ),
)

_PATTERNS = (
    _option(
        _O.ROUTING_ID,
        _BYTES,
        b"",
        "Our name for peers: a ROUTER addresses us by it. A first byte of 0 is reserved.",
        minimum=1,
        maximum=255,
        attribute="identity",
    ),
    _option(
        _O.SUBSCRIBE,
        _BYTES,
        None,
        "Receive messages that begin with this; on XPUB: accept it (needs XPUB_MANUAL).",
        access=_WRITE_ONLY,
        socket_types=_SUBSCRIBERS,
        only_these_types=True,
        effect=_AT_ONCE,
        attribute="",
    ),
    _option(
        _O.UNSUBSCRIBE,
        _BYTES,
        None,
        "Undo one SUBSCRIBE of the same prefix.",
        access=_WRITE_ONLY,
        socket_types=_SUBSCRIBERS,
        only_these_types=True,
        effect=_AT_ONCE,
        attribute="",
    ),
    _switch(_O.ROUTER_MANDATORY, _ROUTER, "Raise EHOSTUNREACH for an unknown peer, do not drop."),
    _switch(_O.ROUTER_HANDOVER, _ROUTER, "A new peer takes over the routing id of an old one."),
    _switch(_O.PROBE_ROUTER, _PROBERS, "Greet each new peer with an empty message."),
    _option(
        _O.CONNECT_ROUTING_ID,
        _BYTES,
        b"",
        "Routing id of the peer of the next connect, whatever it calls itself.",
        minimum=1,
        maximum=255,
        access=_WRITE_ONLY,
        socket_types=_ROUTER,
        only_these_types=True,
    ),
    _option(
        _O.ROUTER_NOTIFY,
        _INT,
        0,
        "Report peers that come and go by empty messages, see RouterNotify; not on inproc.",
        maximum=3,
        socket_types=_ROUTER,
        only_these_types=True,
        effect=_AT_ONCE,
    ),
    _option(
        _O.HELLO_MSG,
        _BYTES,
        b"",
        "Message to send first on every connection; empty: none.",
        access=_WRITE_ONLY,
        socket_types=_GREETERS,
        effect=_AT_ONCE,
    ),
    _option(
        _O.DISCONNECT_MSG,
        _BYTES,
        b"",
        "Message to receive when an accepted peer has gone; empty: none.",
        access=_WRITE_ONLY,
        socket_types=_ROUTER,
        effect=_AT_ONCE,
    ),
    _option(
        _O.HICCUP_MSG,
        _BYTES,
        b"",
        "Message to receive when a connection broke that will be made again; empty: none.",
        access=_WRITE_ONLY,
        socket_types=frozenset({SocketType.DEALER}),
        effect=_AT_ONCE,
    ),
    _switch(_O.REQ_RELAXED, _REQ, "A new request may be sent before the reply to the last one."),
    _switch(_O.REQ_CORRELATE, _REQ, "Number the requests, and drop replies to any but the last."),
    _switch(_O.XPUB_VERBOSE, _PUBLISHERS, "Pass on repeated subscriptions too."),
    _switch(_O.XPUB_VERBOSER, _PUBLISHERS, "Pass on repeated subscriptions and cancellations."),
    _switch(
        _O.XPUB_NODROP, _PUBLISHERS, "A full peer makes send wait or raise, and loses nothing."
    ),
    _switch(_O.XPUB_MANUAL, _PUBLISHERS, "Subscribe peers by hand with SUBSCRIBE."),
    _switch(
        _O.XPUB_MANUAL_LAST_VALUE,
        _PUBLISHERS,
        "XPUB_MANUAL, and what is sent next is for the peer whose subscription came last.",
    ),
    _option(
        _O.XPUB_WELCOME_MSG,
        _BYTES,
        b"",
        "Message that every new subscriber is sent first; empty: none.",
        access=_WRITE_ONLY,
        socket_types=_PUBLISHERS,
        only_these_types=True,
        effect=_AT_ONCE,
    ),
    _switch(
        _O.ONLY_FIRST_SUBSCRIBE,
        _UPSTREAM,
        "Parts of a message count as subscriptions only if its first part does.",
    ),
    _switch(_O.XSUB_VERBOSE_UNSUBSCRIBE, _XSUB, "Send repeated cancellations up too."),
    _option(
        _O.INVERT_MATCHING,
        _BOOL,
        0,
        "Deliver what matches no subscription. PUB and SUB must agree on it.",
        minimum=-INT_MAX - 1,
        maximum=INT_MAX,
        socket_types=_MATCHERS,
    ),
)

_FACTS = (
    _option(_O.TYPE, _INT, None, "The socket's type.", access=_READ_ONLY, attribute="socket_type"),
    _option(
        _O.MECHANISM,
        _INT,
        0,
        "Security mechanism in use; 0: NULL.",
        access=_READ_ONLY,
        attribute="",
    ),
    _option(
        _O.THREAD_SAFE,
        _BOOL,
        1,
        "Whether threads may share the socket.",
        access=_READ_ONLY,
        attribute="",
        default_reason="libzmq says 0 for these types; here every socket carries a lock",
    ),
    _option(_O.RCVMORE, _BOOL, None, "More frames follow.", access=_READ_ONLY, attribute=""),
    _option(_O.FD, _INT, None, "Descriptor to wait on.", access=_READ_ONLY, attribute=""),
    _option(_O.EVENTS, _INT, None, "POLLIN, POLLOUT: ready.", access=_READ_ONLY, attribute=""),
    _option(
        _O.TOPICS_COUNT,
        _INT,
        None,
        "Number of different prefixes subscribed to.",
        access=_READ_ONLY,
        socket_types=frozenset({SocketType.SUB, *_UPSTREAM}),
        attribute="",
    ),
    _option(
        _O.LAST_ENDPOINT,
        _BYTES,
        None,
        "Endpoint of the last bind or connect, wildcards resolved.",
        access=_READ_ONLY,
        attribute="",
    ),
)

SUPPORTED_OPTIONS: tuple[Option, ...] = (
    *_QUEUES_AND_WAITING,
    *_CONNECTIONS,
    *_PATTERNS,
    *_FACTS,
)
SOCKET_OPTIONS: tuple[Option, ...] = SUPPORTED_OPTIONS + UNSUPPORTED_OPTIONS
SOCKET_OPTION_BY_NUMBER: dict[int, Option] = {int(row.number): row for row in SOCKET_OPTIONS}
