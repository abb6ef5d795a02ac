"""The values of one socket's options, and of one context's.

The engine reads plain attributes (``options.sndhwm``), never looks a name up. Programs go through
`OptionValues.set` and `OptionValues.get`, which check against the tables.
"""

from __future__ import annotations

from errno import EINVAL

from core.enums import SocketOption, SocketType
from core.errors import ZMQError
from core.option_attributes import OptionAttributes
from core.option_row import Kind, Option, OptionValue, check_read, check_write
from core.option_security import KEY_OPTIONS, ROLE_OPTIONS, get_security
from core.option_setters import SETTERS
from core.option_table import SOCKET_OPTION_BY_NUMBER, SUPPORTED_OPTIONS

_STORED = tuple(
    (row.attribute, bool(row.default) if row.kind is Kind.BOOL else row.default)
    for row in SUPPORTED_OPTIONS
    if row.attribute and row.default is not None
)
#: Options that only the socket itself can answer: `OptionValues.get` refuses them.
LIVE_OPTIONS = frozenset(
    {
        SocketOption.RCVMORE,
        SocketOption.FD,
        SocketOption.EVENTS,
        SocketOption.LAST_ENDPOINT,
        SocketOption.TOPICS_COUNT,
    }
)

# They send subscriptions and groups only, so libzmq gives them a LINGER of 0 from the start.
_NOTHING_TO_LINGER_FOR = frozenset({SocketType.SUB, SocketType.XSUB, SocketType.DISH})


class OptionValues:
    """What is set on one socket. Times are milliseconds; units and meanings stand in the table.

    :param socket_type: type of the socket: decides which options it has
    :param ipv6: initial value of IPV6, from the context
    :param linger: initial value of LINGER in ms, from the context: -1 if it is BLOCKY, else 0.
        SUB, XSUB and DISH start at 0 in any case.
    """

    socket_type: SocketType
    sndhwm: int
    rcvhwm: int
    sndtimeo: int
    rcvtimeo: int
    linger: int
    maxmsgsize: int
    max_connections: int
    max_subscriptions: int
    max_subscription_bytes: int
    conflate: bool
    immediate: bool
    reconnect_ivl: int
    reconnect_ivl_max: int
    connect_timeout: int
    handshake_ivl: int
    heartbeat_ivl: int
    heartbeat_ttl: int
    heartbeat_timeout: int
    backlog: int
    sndbuf: int
    rcvbuf: int
    reconnect_stop: int
    metadata: dict[str, bytes]
    use_fd: int
    busy_poll: int
    socks_proxy: bytes
    socks_username: bytes
    socks_password: bytes
    affinity: int
    in_batch_size: int
    out_batch_size: int
    tcp_accept_filter: tuple[str, ...]
    ipc_filter_pid: frozenset[int]
    ipc_filter_uid: frozenset[int]
    ipc_filter_gid: frozenset[int]
    bindtodevice: bytes
    tcp_maxrt: int
    priority: int
    tos: int
    ipv6: bool
    tcp_keepalive: int
    tcp_keepalive_cnt: int
    tcp_keepalive_idle: int
    tcp_keepalive_intvl: int
    identity: bytes
    router_mandatory: bool
    router_handover: bool
    router_raw: bool
    stream_notify: bool
    probe_router: bool
    connect_routing_id: bytes
    router_notify: int
    hello_msg: bytes
    disconnect_msg: bytes
    hiccup_msg: bytes
    req_relaxed: bool
    req_correlate: bool
    xpub_verbose: bool
    xpub_verboser: bool
    xpub_nodrop: bool
    xpub_manual: bool
    xpub_manual_last_value: bool
    xpub_welcome_msg: bytes
    only_first_subscribe: bool
    xsub_verbose_unsubscribe: bool
    invert_matching: bool
    mechanism: int
    as_server: bool
    plain_username: bytes
    plain_password: bytes
    curve_publickey: bytes
    curve_secretkey: bytes
    curve_serverkey: bytes
    zap_domain: bytes
    zap_enforce_domain: bool

    __slots__ = tuple(__annotations__)

    def __init__(self, socket_type: SocketType, *, ipv6: bool = False, linger: int = -1) -> None:
        self.socket_type = socket_type
        for attribute, default in _STORED:
            setattr(self, attribute, default)
        self.metadata = {}
        self.tcp_accept_filter = ()
        self.ipc_filter_pid = self.ipc_filter_uid = self.ipc_filter_gid = frozenset()
        self.ipv6 = ipv6
        self.linger = 0 if socket_type in _NOTHING_TO_LINGER_FOR else linger

    def copy(self) -> OptionValues:
        """Return the values as they are now, for an endpoint that keeps them."""
        twin = OptionValues.__new__(OptionValues)
        for name in OptionValues.__slots__:  # in half the time that `copy.copy` takes
            setattr(twin, name, getattr(self, name))
        return twin

    def set(self, number: int, value: object) -> OptionValue:
        """Check ``value``, store it, and return it as stored.

        SUBSCRIBE and UNSUBSCRIBE are only checked: the socket carries them out.

        :raises TypeError: ``value`` has the wrong type; str counts as wrong, as in pyzmq, except
            for CURVE keys
        :raises ZMQError: EINVAL for an unknown or read-only option, an option of another socket
            type or a value out of range; ENOTSUP for an option that this release does not have
        """
        row = option_row(number)
        if isinstance(value, str) and row.number in KEY_OPTIONS:
            value = value.encode()
        checked = check_write(row, value, self.socket_type)
        setter = SETTERS.get(row.number)
        if setter is not None:
            setter(self, row, checked)
        elif row.attribute:
            setattr(self, row.attribute, checked)
        return checked

    def get(self, number: int) -> OptionValue:
        """Return the value of an option; booleans as 0 or 1.

        :raises ZMQError: EINVAL for an unknown or write-only option, ENOTSUP for one that this
            release does not have
        :raises LookupError: one of `LIVE_OPTIONS`, which the socket has to answer
        """
        row = option_row(number)
        check_read(row)
        if row.number == SocketOption.IPV4ONLY:
            return int(not self.ipv6)
        if row.number in ROLE_OPTIONS:
            return get_security(self, row)
        if row.attribute:
            value: OptionValue = getattr(self, row.attribute)
            return value if isinstance(value, bytes) else int(value)
        if row.default is None:
            raise LookupError(f"option {row.name} is answered by the socket, not by its settings")
        return row.default


def option_row(number: int) -> Option:
    """Return the table row of a socket option.

    :raises TypeError: ``number`` is not an int
    :raises ZMQError: EINVAL: there is no such socket option
    """
    if not isinstance(number, int):
        raise TypeError(f"an option is a number such as zmq.LINGER, not {number!r}")
    try:
        return SOCKET_OPTION_BY_NUMBER[number]
    except KeyError:
        raise ZMQError(EINVAL, f"there is no socket option with the number {number:d}") from None


__all__ = ["LIVE_OPTIONS", "OptionAttributes", "OptionValues", "option_row"]
