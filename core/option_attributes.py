"""Socket options as attributes: ``socket.linger = 0``, ``socket.RCVHWM``, ``socket.hwm``.

Every option has a real attribute in both spellings, typed, and nothing else can be set: a
misspelled option is an AttributeError. The attributes only call `OptionAttributes.set` and ``get``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from errno import EFAULT, EINVAL, ENOTSUP
from functools import partial
from typing import Any, Self, overload

from core.enums import LimitOption, SocketOption, SocketType
from core.errors import ZMQError
from core.option_row import Kind
from core.option_table import SOCKET_OPTION_BY_NUMBER

_O = SocketOption


class _Host(ABC):
    """What the descriptors need of the class that they sit in."""

    __slots__ = ()

    @abstractmethod
    def set(self, option: int, value: Any) -> None:
        """Set a socket option by its number."""

    @abstractmethod
    def get(self, option: int) -> Any:
        """Return the value of a socket option by its number."""


class _Option:
    """Descriptor of one option. Reading one that cannot be read is an AttributeError."""

    def __init__(self, number: SocketOption | LimitOption) -> None:
        self._number = number
        self.__doc__ = SOCKET_OPTION_BY_NUMBER[number].doc

    def _read(self, host: _Host) -> Any:
        try:
            return host.get(self._number)
        except ZMQError as error:
            if error.errno not in (EINVAL, EFAULT, ENOTSUP):
                raise
            raise AttributeError(str(error)) from None


class IntOption(_Option):
    """An option whose value is an int: a number, a time, or 0 and 1 for off and on."""

    @overload
    def __get__(self, host: None, owner: type) -> Self: ...
    @overload
    def __get__(self, host: _Host, owner: type) -> int: ...
    def __get__(self, host: _Host | None, owner: type) -> Self | int:
        return self if host is None else int(self._read(host))

    def __set__(self, host: _Host, value: int) -> None:
        host.set(self._number, value)


class BytesOption(_Option):
    """An option whose value is bytes."""

    @overload
    def __get__(self, host: None, owner: type) -> Self: ...
    @overload
    def __get__(self, host: _Host, owner: type) -> bytes: ...
    def __get__(self, host: _Host | None, owner: type) -> Self | bytes:
        return self if host is None else bytes(self._read(host))

    def __set__(self, host: _Host, value: bytes) -> None:
        host.set(self._number, value)


class KeyOption(_Option):
    """A CURVE key: 32 bytes or Z85, which is what it reads as; str is fine for Z85."""

    @overload
    def __get__(self, host: None, owner: type) -> Self: ...
    @overload
    def __get__(self, host: _Host, owner: type) -> bytes: ...
    def __get__(self, host: _Host | None, owner: type) -> Self | bytes:
        return self if host is None else bytes(self._read(host))

    def __set__(self, host: _Host, value: bytes | str) -> None:
        host.set(self._number, value)


class TopicOption(_Option):
    """SUBSCRIBE or UNSUBSCRIBE: can be called, ``s.subscribe("a")``, and set; str becomes UTF-8."""

    @overload
    def __get__(self, host: None, owner: type) -> Self: ...
    @overload
    def __get__(self, host: _Host, owner: type) -> Callable[[str | bytes], None]: ...
    def __get__(self, host: _Host | None, owner: type) -> Self | Callable[[str | bytes], None]:
        return self if host is None else partial(self.__set__, host)

    def __set__(self, host: _Host, value: str | bytes) -> None:
        host.set(self._number, value.encode() if isinstance(value, str) else value)


class OptionAttributes(_Host):
    """Mixin for sockets: all options as attributes, and pyzmq's other ways to set and get them.

    The class that mixes it in defines ``set`` and ``get``, and ``__slots__`` for what it keeps.
    """

    __slots__ = ()

    HWM = IntOption(_O.HWM)
    affinity = AFFINITY = IntOption(_O.AFFINITY)
    routing_id = ROUTING_ID = BytesOption(_O.ROUTING_ID)
    subscribe = SUBSCRIBE = TopicOption(_O.SUBSCRIBE)
    unsubscribe = UNSUBSCRIBE = TopicOption(_O.UNSUBSCRIBE)
    rate = RATE = IntOption(_O.RATE)
    recovery_ivl = RECOVERY_IVL = IntOption(_O.RECOVERY_IVL)
    sndbuf = SNDBUF = IntOption(_O.SNDBUF)
    rcvbuf = RCVBUF = IntOption(_O.RCVBUF)
    rcvmore = RCVMORE = IntOption(_O.RCVMORE)
    fd = FD = IntOption(_O.FD)
    events = EVENTS = IntOption(_O.EVENTS)
    TYPE = IntOption(_O.TYPE)
    linger = LINGER = IntOption(_O.LINGER)
    reconnect_ivl = RECONNECT_IVL = IntOption(_O.RECONNECT_IVL)
    backlog = BACKLOG = IntOption(_O.BACKLOG)
    reconnect_ivl_max = RECONNECT_IVL_MAX = IntOption(_O.RECONNECT_IVL_MAX)
    maxmsgsize = MAXMSGSIZE = IntOption(_O.MAXMSGSIZE)
    sndhwm = SNDHWM = IntOption(_O.SNDHWM)
    rcvhwm = RCVHWM = IntOption(_O.RCVHWM)
    multicast_hops = MULTICAST_HOPS = IntOption(_O.MULTICAST_HOPS)
    rcvtimeo = RCVTIMEO = IntOption(_O.RCVTIMEO)
    sndtimeo = SNDTIMEO = IntOption(_O.SNDTIMEO)
    last_endpoint = LAST_ENDPOINT = BytesOption(_O.LAST_ENDPOINT)
    router_mandatory = ROUTER_MANDATORY = IntOption(_O.ROUTER_MANDATORY)
    tcp_keepalive = TCP_KEEPALIVE = IntOption(_O.TCP_KEEPALIVE)
    tcp_keepalive_cnt = TCP_KEEPALIVE_CNT = IntOption(_O.TCP_KEEPALIVE_CNT)
    tcp_keepalive_idle = TCP_KEEPALIVE_IDLE = IntOption(_O.TCP_KEEPALIVE_IDLE)
    tcp_keepalive_intvl = TCP_KEEPALIVE_INTVL = IntOption(_O.TCP_KEEPALIVE_INTVL)
    immediate = IMMEDIATE = IntOption(_O.IMMEDIATE)
    xpub_verbose = XPUB_VERBOSE = IntOption(_O.XPUB_VERBOSE)
    router_raw = ROUTER_RAW = IntOption(_O.ROUTER_RAW)
    ipv6 = IPV6 = IntOption(_O.IPV6)
    mechanism = MECHANISM = IntOption(_O.MECHANISM)
    plain_server = PLAIN_SERVER = IntOption(_O.PLAIN_SERVER)
    plain_username = PLAIN_USERNAME = BytesOption(_O.PLAIN_USERNAME)
    plain_password = PLAIN_PASSWORD = BytesOption(_O.PLAIN_PASSWORD)
    curve_server = CURVE_SERVER = IntOption(_O.CURVE_SERVER)
    curve_publickey = CURVE_PUBLICKEY = KeyOption(_O.CURVE_PUBLICKEY)
    curve_secretkey = CURVE_SECRETKEY = KeyOption(_O.CURVE_SECRETKEY)
    curve_serverkey = CURVE_SERVERKEY = KeyOption(_O.CURVE_SERVERKEY)
    probe_router = PROBE_ROUTER = IntOption(_O.PROBE_ROUTER)
    req_correlate = REQ_CORRELATE = IntOption(_O.REQ_CORRELATE)
    req_relaxed = REQ_RELAXED = IntOption(_O.REQ_RELAXED)
    conflate = CONFLATE = IntOption(_O.CONFLATE)
    zap_domain = ZAP_DOMAIN = BytesOption(_O.ZAP_DOMAIN)
    router_handover = ROUTER_HANDOVER = IntOption(_O.ROUTER_HANDOVER)
    tos = TOS = IntOption(_O.TOS)
    connect_routing_id = CONNECT_ROUTING_ID = BytesOption(_O.CONNECT_ROUTING_ID)
    gssapi_server = GSSAPI_SERVER = IntOption(_O.GSSAPI_SERVER)
    gssapi_principal = GSSAPI_PRINCIPAL = BytesOption(_O.GSSAPI_PRINCIPAL)
    gssapi_service_principal = GSSAPI_SERVICE_PRINCIPAL = BytesOption(_O.GSSAPI_SERVICE_PRINCIPAL)
    gssapi_plaintext = GSSAPI_PLAINTEXT = IntOption(_O.GSSAPI_PLAINTEXT)
    handshake_ivl = HANDSHAKE_IVL = IntOption(_O.HANDSHAKE_IVL)
    socks_proxy = SOCKS_PROXY = BytesOption(_O.SOCKS_PROXY)
    xpub_nodrop = XPUB_NODROP = IntOption(_O.XPUB_NODROP)
    blocky = BLOCKY = IntOption(_O.BLOCKY)
    xpub_manual = XPUB_MANUAL = IntOption(_O.XPUB_MANUAL)
    xpub_welcome_msg = XPUB_WELCOME_MSG = BytesOption(_O.XPUB_WELCOME_MSG)
    stream_notify = STREAM_NOTIFY = IntOption(_O.STREAM_NOTIFY)
    invert_matching = INVERT_MATCHING = IntOption(_O.INVERT_MATCHING)
    heartbeat_ivl = HEARTBEAT_IVL = IntOption(_O.HEARTBEAT_IVL)
    heartbeat_ttl = HEARTBEAT_TTL = IntOption(_O.HEARTBEAT_TTL)
    heartbeat_timeout = HEARTBEAT_TIMEOUT = IntOption(_O.HEARTBEAT_TIMEOUT)
    xpub_verboser = XPUB_VERBOSER = IntOption(_O.XPUB_VERBOSER)
    connect_timeout = CONNECT_TIMEOUT = IntOption(_O.CONNECT_TIMEOUT)
    tcp_maxrt = TCP_MAXRT = IntOption(_O.TCP_MAXRT)
    thread_safe = THREAD_SAFE = IntOption(_O.THREAD_SAFE)
    multicast_maxtpdu = MULTICAST_MAXTPDU = IntOption(_O.MULTICAST_MAXTPDU)
    vmci_buffer_size = VMCI_BUFFER_SIZE = IntOption(_O.VMCI_BUFFER_SIZE)
    vmci_buffer_min_size = VMCI_BUFFER_MIN_SIZE = IntOption(_O.VMCI_BUFFER_MIN_SIZE)
    vmci_buffer_max_size = VMCI_BUFFER_MAX_SIZE = IntOption(_O.VMCI_BUFFER_MAX_SIZE)
    vmci_connect_timeout = VMCI_CONNECT_TIMEOUT = IntOption(_O.VMCI_CONNECT_TIMEOUT)
    use_fd = USE_FD = IntOption(_O.USE_FD)
    gssapi_principal_nametype = GSSAPI_PRINCIPAL_NAMETYPE = IntOption(_O.GSSAPI_PRINCIPAL_NAMETYPE)
    gssapi_service_principal_nametype = GSSAPI_SERVICE_PRINCIPAL_NAMETYPE = IntOption(
        _O.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE
    )
    bindtodevice = BINDTODEVICE = BytesOption(_O.BINDTODEVICE)
    identity = IDENTITY = BytesOption(_O.ROUTING_ID)
    connect_rid = CONNECT_RID = BytesOption(_O.CONNECT_ROUTING_ID)
    tcp_accept_filter = TCP_ACCEPT_FILTER = BytesOption(_O.TCP_ACCEPT_FILTER)
    ipc_filter_pid = IPC_FILTER_PID = IntOption(_O.IPC_FILTER_PID)
    ipc_filter_uid = IPC_FILTER_UID = IntOption(_O.IPC_FILTER_UID)
    ipc_filter_gid = IPC_FILTER_GID = IntOption(_O.IPC_FILTER_GID)
    ipv4only = IPV4ONLY = IntOption(_O.IPV4ONLY)
    delay_attach_on_connect = DELAY_ATTACH_ON_CONNECT = IntOption(_O.IMMEDIATE)
    fail_unroutable = FAIL_UNROUTABLE = IntOption(_O.ROUTER_MANDATORY)
    router_behavior = ROUTER_BEHAVIOR = IntOption(_O.ROUTER_MANDATORY)
    zap_enforce_domain = ZAP_ENFORCE_DOMAIN = IntOption(_O.ZAP_ENFORCE_DOMAIN)
    loopback_fastpath = LOOPBACK_FASTPATH = IntOption(_O.LOOPBACK_FASTPATH)
    metadata = METADATA = BytesOption(_O.METADATA)
    multicast_loop = MULTICAST_LOOP = IntOption(_O.MULTICAST_LOOP)
    router_notify = ROUTER_NOTIFY = IntOption(_O.ROUTER_NOTIFY)
    xpub_manual_last_value = XPUB_MANUAL_LAST_VALUE = IntOption(_O.XPUB_MANUAL_LAST_VALUE)
    socks_username = SOCKS_USERNAME = BytesOption(_O.SOCKS_USERNAME)
    socks_password = SOCKS_PASSWORD = BytesOption(_O.SOCKS_PASSWORD)
    in_batch_size = IN_BATCH_SIZE = IntOption(_O.IN_BATCH_SIZE)
    out_batch_size = OUT_BATCH_SIZE = IntOption(_O.OUT_BATCH_SIZE)
    wss_key_pem = WSS_KEY_PEM = BytesOption(_O.WSS_KEY_PEM)
    wss_cert_pem = WSS_CERT_PEM = BytesOption(_O.WSS_CERT_PEM)
    wss_trust_pem = WSS_TRUST_PEM = BytesOption(_O.WSS_TRUST_PEM)
    wss_hostname = WSS_HOSTNAME = BytesOption(_O.WSS_HOSTNAME)
    wss_trust_system = WSS_TRUST_SYSTEM = IntOption(_O.WSS_TRUST_SYSTEM)
    only_first_subscribe = ONLY_FIRST_SUBSCRIBE = IntOption(_O.ONLY_FIRST_SUBSCRIBE)
    reconnect_stop = RECONNECT_STOP = IntOption(_O.RECONNECT_STOP)
    hello_msg = HELLO_MSG = BytesOption(_O.HELLO_MSG)
    disconnect_msg = DISCONNECT_MSG = BytesOption(_O.DISCONNECT_MSG)
    priority = PRIORITY = IntOption(_O.PRIORITY)
    busy_poll = BUSY_POLL = IntOption(_O.BUSY_POLL)
    hiccup_msg = HICCUP_MSG = BytesOption(_O.HICCUP_MSG)
    xsub_verbose_unsubscribe = XSUB_VERBOSE_UNSUBSCRIBE = IntOption(_O.XSUB_VERBOSE_UNSUBSCRIBE)
    max_connections = MAX_CONNECTIONS = IntOption(LimitOption.MAX_CONNECTIONS)
    max_subscriptions = MAX_SUBSCRIPTIONS = IntOption(LimitOption.MAX_SUBSCRIPTIONS)
    max_subscription_bytes = MAX_SUBSCRIPTION_BYTES = IntOption(LimitOption.MAX_SUBSCRIPTION_BYTES)
    topics_count = TOPICS_COUNT = IntOption(_O.TOPICS_COUNT)
    norm_mode = NORM_MODE = IntOption(_O.NORM_MODE)
    norm_unicast_nack = NORM_UNICAST_NACK = IntOption(_O.NORM_UNICAST_NACK)
    norm_buffer_size = NORM_BUFFER_SIZE = IntOption(_O.NORM_BUFFER_SIZE)
    norm_segment_size = NORM_SEGMENT_SIZE = IntOption(_O.NORM_SEGMENT_SIZE)
    norm_block_size = NORM_BLOCK_SIZE = IntOption(_O.NORM_BLOCK_SIZE)
    norm_num_parity = NORM_NUM_PARITY = IntOption(_O.NORM_NUM_PARITY)
    norm_num_autoparity = NORM_NUM_AUTOPARITY = IntOption(_O.NORM_NUM_AUTOPARITY)
    norm_push = NORM_PUSH = IntOption(_O.NORM_PUSH)

    def setsockopt(self, option: int, optval: int | bytes) -> None:
        """Set a socket option: the same as ``set``, under its libzmq name.

        :param option: its number
        :param optval: an int for numbers, times (ms) and switches (0, 1), else bytes
        """
        self.set(option, optval)

    def getsockopt(self, option: int) -> Any:
        """Return the value of a socket option: the same as ``get``, under its libzmq name.

        :param option: its number
        """
        return self.get(option)

    def set_string(self, option: int, optval: str, encoding: str = "utf-8") -> None:
        """Set an option of type bytes from text.

        :param option: its number
        :param optval: the text
        :param encoding: how to make bytes of it
        :raises TypeError: ``optval`` is not str, or the option does not take bytes
        """
        if not isinstance(optval, str):
            raise TypeError(f"strings only, not {type(optval)}: {optval!r}")
        self.set(option, optval.encode(encoding))

    def get_string(self, option: int, encoding: str = "utf-8") -> str:
        """Return the value of an option of type bytes as text.

        :param option: its number
        :param encoding: of its bytes
        :raises TypeError: the option's value is a number
        :raises ZMQError: EINVAL: there is no such option, or it is write-only
        """
        row = SOCKET_OPTION_BY_NUMBER.get(option)
        if row is not None and row.kind is not Kind.BYTES:
            raise TypeError(f"option {row.name} is a number, not text: use get")
        return bytes(self.get(option)).decode(encoding)

    setsockopt_string = setsockopt_unicode = set_string
    getsockopt_string = getsockopt_unicode = get_string

    def get_hwm(self) -> int:
        """Return SNDHWM, in messages."""
        return self.sndhwm

    def set_hwm(self, value: int) -> None:
        """Set SNDHWM and RCVHWM, in messages; 0: no limit.

        :param value: for both
        """
        self.sndhwm = value
        self.rcvhwm = value

    @property
    def hwm(self) -> int:
        """Both high-water marks in one, in messages: sets SNDHWM and RCVHWM, reads SNDHWM."""
        return self.get_hwm()

    @hwm.setter
    def hwm(self, value: int) -> None:
        self.set_hwm(value)

    @property
    def type(self) -> SocketType:
        """The socket's type, such as ``zmq.PUSH``."""
        return SocketType(self.TYPE)
