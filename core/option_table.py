"""The socket options that this release has, one row each.

Facts are libzmq 4.3.5's: numbers, ranges and defaults. `core.option_table_patterns` holds those
that decide on routing, and `core.option_table_unsupported` the rest of libzmq's options, each with
the reason why it is refused.
"""

from core.enums import SocketOption, SocketType
from core.option_row import (
    INT64_MAX,
    INT_MAX,
    UINT32_MAX,
    UINT64_MAX,
    Access,
    Effect,
    Kind,
    Option,
    supported,
)
from core.option_table_limits import LIMIT_OPTIONS
from core.option_table_patterns import PATTERN_OPTIONS
from core.option_table_security import SECURITY_OPTIONS
from core.option_table_unsupported import UNSUPPORTED_OPTIONS

_O = SocketOption
_BOOL, _INT, _INT64, _BYTES = Kind.BOOL, Kind.INT, Kind.INT64, Kind.BYTES
_AT_ONCE = Effect.AT_ONCE
_WRITE_ONLY, _READ_ONLY = Access.WRITE_ONLY, Access.READ_ONLY

_CONFLATERS = frozenset(
    {SocketType.PULL, SocketType.PUSH, SocketType.SUB, SocketType.PUB, SocketType.DEALER}
)

_QUEUES_AND_WAITING = (
    supported(
        _O.SNDHWM,
        _INT,
        1000,
        "Most messages queued for one peer on their way out; 0: no limit.",
        unit="messages",
        effect=_AT_ONCE,
    ),
    supported(
        _O.RCVHWM,
        _INT,
        1000,
        "Most messages queued from one peer until received; 0: no limit.",
        unit="messages",
        effect=_AT_ONCE,
    ),
    supported(
        _O.SNDTIMEO,
        _INT,
        -1,
        "How long a send waits before it raises Again; -1: for ever, 0: not at all.",
        minimum=-1,
        unit="ms",
        effect=_AT_ONCE,
    ),
    supported(
        _O.RCVTIMEO,
        _INT,
        -1,
        "How long a receive waits before it raises Again; -1: for ever, 0: not at all.",
        minimum=-1,
        unit="ms",
        effect=_AT_ONCE,
    ),
    supported(
        _O.LINGER,
        _INT,
        -1,
        "How long unsent messages are kept after close; -1: until sent, 0: dropped at once.",
        minimum=-1,
        unit="ms",
        effect=_AT_ONCE,
    ),
    supported(
        _O.MAXMSGSIZE,
        _INT64,
        1 << 30,
        "Largest frame accepted; a peer that announces a larger one is disconnected. -1: no limit.",
        minimum=-1,
        maximum=INT64_MAX,
        unit="bytes",
        default_reason="libzmq has no limit (-1), and lets any peer announce more than the memory"
        " holds; who sends frames of more than 1 GiB knows it, and can set this",
    ),
    supported(
        _O.CONFLATE,
        _BOOL,
        0,
        "Keep only the newest message; for single-frame messages.",
        socket_types=_CONFLATERS,
    ),
    supported(
        _O.IMMEDIATE,
        _BOOL,
        0,
        "Queue for a connecting peer only once its connection is complete.",
    ),
)

_CONNECTIONS = (
    supported(
        _O.RECONNECT_IVL,
        _INT,
        100,
        "Pause before connecting again; -1: never connect again.",
        minimum=-1,
        unit="ms",
    ),
    supported(
        _O.RECONNECT_IVL_MAX,
        _INT,
        0,
        "The pause doubles at each failure up to this; 0: it stays RECONNECT_IVL.",
        unit="ms",
    ),
    supported(
        _O.CONNECT_TIMEOUT,
        _INT,
        0,
        "How long one attempt to connect may take; 0: as long as the system lets it.",
        unit="ms",
    ),
    supported(
        _O.HANDSHAKE_IVL,
        _INT,
        30000,
        "How long a new connection may take to become ready before it is dropped; 0: for ever.",
        unit="ms",
    ),
    supported(
        _O.HEARTBEAT_IVL,
        _INT,
        0,
        "Pause between two PING commands to a peer; 0: no heartbeats.",
        unit="ms",
    ),
    supported(
        _O.HEARTBEAT_TTL,
        _INT,
        0,
        "Tells the peer to drop us after this much silence; 0: tells nothing.",
        # The wire carries tenths of a second in 16 bits (RFC 37, ping-ttl).
        maximum=6553599,
        step=100,
        unit="ms",
    ),
    supported(
        _O.HEARTBEAT_TIMEOUT,
        _INT,
        -1,
        "Drop a peer that is silent for this long after a PING; -1 (unset): HEARTBEAT_IVL.",
        unit="ms",
    ),
    supported(
        _O.BACKLOG, _INT, 100, "Connections that may wait to be accepted.", unit="connections"
    ),
    supported(
        _O.SNDBUF,
        _INT,
        -1,
        "Kernel send buffer; -1: the system's choice, for ipc up to 1 MiB if it allows.",
        minimum=-1,
        unit="bytes",
    ),
    supported(
        _O.RCVBUF,
        _INT,
        -1,
        "Kernel receive buffer; -1: the system's own choice.",
        minimum=-1,
        unit="bytes",
    ),
    supported(
        _O.RECONNECT_STOP,
        _INT,
        0,
        "After what a connecting socket gives up, see ReconnectStop; 0: never.",
        minimum=-INT_MAX - 1,
    ),
    supported(
        _O.METADATA,
        _BYTES,
        None,
        "A fact to tell peers, as X-name:value; each call adds one.",
        minimum=1,
        access=_WRITE_ONLY,
    ),
    supported(
        _O.USE_FD, _INT, -1, "Descriptor that listens already, for the next bind.", minimum=-1
    ),
    supported(_O.BINDTODEVICE, _BYTES, b"", "Network device to use, by name.", maximum=16),
    supported(
        _O.TCP_MAXRT,
        _INT,
        0,
        "How long sent data may stay unacknowledged; 0: the system's default.",
        unit="ms",
    ),
    supported(
        _O.TCP_ACCEPT_FILTER,
        _BYTES,
        None,
        "A network that may connect by tcp, such as 10.0.0.0/8; each call adds one, empty clears.",
        maximum=255,
        access=_WRITE_ONLY,
    ),
    supported(
        _O.IPC_FILTER_PID,
        _INT,
        None,
        "A process that may connect by ipc; each call adds one.",
        access=_WRITE_ONLY,
    ),
    supported(
        _O.IPC_FILTER_UID,
        _INT,
        None,
        "A user, by number, who may connect by ipc; each call adds one.",
        maximum=UINT32_MAX,
        access=_WRITE_ONLY,
    ),
    supported(
        _O.IPC_FILTER_GID,
        _INT,
        None,
        "A group, by number, whose members may connect by ipc; each call adds one.",
        maximum=UINT32_MAX,
        access=_WRITE_ONLY,
    ),
    supported(
        _O.SOCKS_PROXY,
        _BYTES,
        b"",
        "SOCKS 5 proxy that tcp connects through, as host:port; it resolves the peer's name. "
        "Empty: none.",
    ),
    supported(_O.SOCKS_USERNAME, _BYTES, b"", "User name for the proxy; empty: none.", maximum=255),
    supported(_O.SOCKS_PASSWORD, _BYTES, b"", "Password for the proxy.", maximum=255),
    supported(
        _O.BUSY_POLL,
        _INT,
        0,
        "SO_BUSY_POLL: how long the kernel asks the device before it sleeps; 0: not at all.",
        unit="µs",
    ),
    supported(_O.PRIORITY, _INT, 0, "SO_PRIORITY of outgoing packets, where there is one."),
    supported(_O.TOS, _INT, 0, "Type-of-service byte of outgoing IP packets."),
    supported(_O.IPV6, _BOOL, 0, "Use IPv6 beside IPv4."),
    supported(_O.IPV4ONLY, _BOOL, 1, "The old opposite of IPV6.", attribute=""),
    supported(
        _O.TCP_KEEPALIVE,
        _INT,
        -1,
        "SO_KEEPALIVE of connections; -1: the system's default.",
        minimum=-1,
        maximum=1,
    ),
    supported(
        _O.TCP_KEEPALIVE_CNT,
        _INT,
        -1,
        "Unanswered keepalive probes until a connection is dead; -1: the system's default.",
        minimum=-1,
        unit="probes",
    ),
    supported(
        _O.TCP_KEEPALIVE_IDLE,
        _INT,
        -1,
        "Silence before the first keepalive probe; -1: the system's default.",
        minimum=-1,
        unit="s",
    ),
    supported(
        _O.TCP_KEEPALIVE_INTVL,
        _INT,
        -1,
        "Pause between keepalive probes; -1: the system's default.",
        minimum=-1,
        unit="s",
    ),
)

_HINTS = (
    supported(
        _O.AFFINITY,
        _INT64,
        0,
        "I/O threads to use, as a bit mask. Kept for reading back: a context has one, and callers "
        "do their own I/O.",
        maximum=UINT64_MAX,
    ),
    supported(
        _O.IN_BATCH_SIZE,
        _INT,
        8192,
        "Most to read at once. Kept for reading back: reads follow the traffic.",
        minimum=1,
        unit="bytes",
    ),
    supported(
        _O.OUT_BATCH_SIZE,
        _INT,
        8192,
        "Most to write at once. Kept for reading back: writes follow the traffic.",
        minimum=1,
        unit="bytes",
    ),
)

_FACTS = (
    supported(
        _O.TYPE, _INT, None, "The socket's type.", access=_READ_ONLY, attribute="socket_type"
    ),
    supported(
        _O.THREAD_SAFE,
        _BOOL,
        1,
        "Whether threads may share the socket.",
        access=_READ_ONLY,
        attribute="",
        default_reason="libzmq says 0 for these types; here every socket carries a lock",
    ),
    supported(_O.RCVMORE, _BOOL, None, "More frames follow.", access=_READ_ONLY, attribute=""),
    supported(_O.FD, _INT, None, "Descriptor to wait on.", access=_READ_ONLY, attribute=""),
    supported(_O.EVENTS, _INT, None, "POLLIN, POLLOUT: ready.", access=_READ_ONLY, attribute=""),
    supported(
        _O.LAST_ENDPOINT,
        _BYTES,
        None,
        "Endpoint of the last bind or connect, wildcards resolved.",
        access=_READ_ONLY,
        attribute="",
    ),
)

#: The options that there are, by subject.
OPTION_GROUPS: dict[str, tuple[Option, ...]] = {
    "Queues and waiting": _QUEUES_AND_WAITING,
    "Connections": _CONNECTIONS,
    "Routing": PATTERN_OPTIONS,
    "Security": SECURITY_OPTIONS,
    "Limits on peers, which libzmq does not have": LIMIT_OPTIONS,
    "Facts about the socket": _FACTS,
    "Hints without effect": _HINTS,
}
SUPPORTED_OPTIONS: tuple[Option, ...] = tuple(
    row for rows in OPTION_GROUPS.values() for row in rows
)
SOCKET_OPTIONS: tuple[Option, ...] = SUPPORTED_OPTIONS + UNSUPPORTED_OPTIONS
SOCKET_OPTION_BY_NUMBER: dict[int, Option] = {int(row.number): row for row in SOCKET_OPTIONS}
