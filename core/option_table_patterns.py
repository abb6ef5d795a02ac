"""The supported options that decide how sockets of one type or another route their messages."""

from core.enums import SocketOption, SocketType
from core.option_row import INT_MAX, Access, Effect, Kind, Option, supported

_O = SocketOption
_BOOL, _INT, _BYTES = Kind.BOOL, Kind.INT, Kind.BYTES
_AT_ONCE = Effect.AT_ONCE
_WRITE_ONLY, _READ_ONLY = Access.WRITE_ONLY, Access.READ_ONLY

_ROUTER = frozenset({SocketType.ROUTER})
_STREAM = frozenset({SocketType.STREAM})
_ROUTING = _ROUTER | _STREAM
_LISTENERS = frozenset({SocketType.ROUTER, SocketType.SERVER, SocketType.PEER})
_DIALLERS = frozenset({SocketType.DEALER, SocketType.CLIENT, SocketType.PEER})
_GREETERS = _LISTENERS | _DIALLERS
_REQ = frozenset({SocketType.REQ})
_PUBLISHERS = frozenset({SocketType.PUB, SocketType.XPUB})
_XSUB = frozenset({SocketType.XSUB})
_PROBERS = frozenset({SocketType.ROUTER, SocketType.DEALER, SocketType.REQ})
_SUBSCRIBERS = frozenset({SocketType.SUB, SocketType.XPUB})
_UPSTREAM = frozenset({SocketType.PUB, SocketType.XPUB, SocketType.XSUB})
_MATCHERS = frozenset({SocketType.PUB, SocketType.XPUB, SocketType.SUB})


def _switch(number: SocketOption, owners: frozenset[SocketType], doc: str) -> Option:
    """A boolean of one family of types: set at any time, any number but 0 means on, never read."""
    return supported(
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


PATTERN_OPTIONS: tuple[Option, ...] = (
    supported(
        _O.ROUTING_ID,
        _BYTES,
        b"",
        "Our name for peers: a ROUTER addresses us by it. A first byte of 0 is reserved.",
        minimum=1,
        maximum=255,
        attribute="identity",
    ),
    supported(
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
    supported(
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
    _switch(_O.ROUTER_RAW, _ROUTER, "Speak raw TCP, as STREAM does; before any bind or connect."),
    supported(
        _O.STREAM_NOTIFY,
        _BOOL,
        1,
        "Report peers that come and go by empty messages.",
        access=_WRITE_ONLY,
        socket_types=_STREAM,
        only_these_types=True,
        effect=_AT_ONCE,
    ),
    _switch(_O.ROUTER_HANDOVER, _ROUTER, "A new peer takes over the routing id of an old one."),
    _switch(_O.PROBE_ROUTER, _PROBERS, "Greet each new peer with an empty message."),
    supported(
        _O.CONNECT_ROUTING_ID,
        _BYTES,
        b"",
        "Routing id of the peer of the next connect, whatever it calls itself.",
        minimum=1,
        maximum=255,
        access=_WRITE_ONLY,
        socket_types=_ROUTING,
        only_these_types=True,
    ),
    supported(
        _O.ROUTER_NOTIFY,
        _INT,
        0,
        "Report peers that come and go by empty messages, see RouterNotify; not on inproc.",
        maximum=3,
        socket_types=_ROUTER,
        only_these_types=True,
        effect=_AT_ONCE,
    ),
    supported(
        _O.HELLO_MSG,
        _BYTES,
        b"",
        "Message to send first on every connection; empty: none.",
        access=_WRITE_ONLY,
        socket_types=_GREETERS,
        effect=_AT_ONCE,
    ),
    supported(
        _O.DISCONNECT_MSG,
        _BYTES,
        b"",
        "Message to receive when an accepted peer has gone; empty: none.",
        access=_WRITE_ONLY,
        socket_types=_LISTENERS,
        effect=_AT_ONCE,
    ),
    supported(
        _O.HICCUP_MSG,
        _BYTES,
        b"",
        "Message to receive when a connection broke that will be made again; empty: none.",
        access=_WRITE_ONLY,
        socket_types=_DIALLERS,
        effect=_AT_ONCE,
    ),
    _switch(_O.REQ_RELAXED, _REQ, "A new request may be sent before the reply to the last one."),
    _switch(_O.REQ_CORRELATE, _REQ, "Number the requests, and drop replies to any but the last."),
    _switch(_O.XPUB_VERBOSE, _PUBLISHERS, "Pass on repeated subscriptions too."),
    _switch(_O.XPUB_VERBOSER, _PUBLISHERS, "Pass on repeated subscriptions and cancellations."),
    _switch(
        _O.XPUB_NODROP,
        _PUBLISHERS | {SocketType.RADIO},
        "A full peer makes send wait or raise, and loses nothing.",
    ),
    _switch(_O.XPUB_MANUAL, _PUBLISHERS, "Subscribe peers by hand with SUBSCRIBE."),
    _switch(
        _O.XPUB_MANUAL_LAST_VALUE,
        _PUBLISHERS,
        "XPUB_MANUAL, and what is sent next is for the peer whose subscription came last.",
    ),
    supported(
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
    supported(
        _O.INVERT_MATCHING,
        _BOOL,
        0,
        "Deliver what matches no subscription. PUB and SUB must agree on it.",
        minimum=-INT_MAX - 1,
        maximum=INT_MAX,
        socket_types=_MATCHERS,
        effect=_AT_ONCE,
    ),
    supported(
        _O.TOPICS_COUNT,
        _INT,
        None,
        "Number of different prefixes subscribed to.",
        access=_READ_ONLY,
        socket_types=frozenset({SocketType.SUB, *_UPSTREAM}),
        attribute="",
    ),
)
