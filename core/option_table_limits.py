"""Options that libzmq does not have: what one peer, or a crowd of them, can make us hold."""

from core.enums import LimitOption, SocketType
from core.option_row import INT_MAX, Effect, Kind, Option

_PUBLISHERS = frozenset({SocketType.PUB, SocketType.XPUB})


def _limit(
    number: LimitOption,
    default: int,
    unit: str,
    doc: str,
    reason: str,
    *,
    socket_types: frozenset[SocketType] = frozenset(),
    effect: Effect = Effect.AT_ONCE,
) -> Option:
    return Option(
        number=number,
        name=number.name,
        kind=Kind.INT,
        default=default,
        maximum=INT_MAX,
        unit=unit,
        socket_types=socket_types,
        effect=effect,
        attribute=number.name.lower(),
        doc=doc,
        default_reason=reason,
    )


LIMIT_OPTIONS: tuple[Option, ...] = (
    _limit(
        LimitOption.MAX_CONNECTIONS,
        16384,
        "connections",
        "Most connections of one bound endpoint; further peers wait until one leaves. 0: no limit.",
        "libzmq takes connections until the process has no descriptors left for anything else;"
        " this many are more than one process serves well",
        effect=Effect.NEXT_ENDPOINT,
    ),
    _limit(
        LimitOption.MAX_SUBSCRIPTIONS,
        1_000_000,
        "subscriptions",
        "Most prefixes that one peer may subscribe to; who asks for more is disconnected. 0: no"
        " limit.",
        "libzmq lets one peer fill the memory; a proxy that stands for a crowd still fits",
        socket_types=_PUBLISHERS,
    ),
    _limit(
        LimitOption.MAX_SUBSCRIPTION_BYTES,
        64 << 20,
        "bytes",
        "The same for the length of all prefixes of one peer together. 0: no limit.",
        "libzmq lets one peer fill the memory; this is a million prefixes of 64 bytes",
        socket_types=_PUBLISHERS,
    ),
)
