"""The values of one context's options, with the checks of libzmq's ``zmq_ctx_set``."""

from dataclasses import dataclass
from errno import EINVAL
from typing import Any

from core.enums import ContextOption, SocketOption
from core.errors import ZMQError
from core.option_row import INT_MAX, Access, Effect, Kind, Option, check_read, check_write

# libzmq reads the same two numbers from sockets and from contexts.
_IPV6, _BLOCKY = SocketOption.IPV6, SocketOption.BLOCKY


def _option(
    number: ContextOption | SocketOption,
    default: int | None,
    doc: str,
    *,
    kind: Kind = Kind.INT,
    minimum: int = 0,
    access: Access = Access.READ_WRITE,
    attribute: str = "",
    unsupported: str = "",
) -> Option:
    return Option(
        number=number,
        name=number.name,
        kind=kind,
        default=default,
        minimum=minimum,
        maximum=INT_MAX,
        access=access,
        effect=Effect.NEXT_SOCKET,
        attribute=attribute,
        doc=doc,
        unsupported=unsupported,
    )


_NO_THREAD_SETTINGS = "the engine leaves scheduling of its thread to the system"

CONTEXT_OPTIONS: tuple[Option, ...] = (
    _option(
        ContextOption.IO_THREADS,
        1,
        "I/O threads asked for. Callers do their own I/O here: one thread serves any number.",
        attribute="io_threads",
    ),
    _option(
        ContextOption.MAX_SOCKETS,
        1023,
        "Most sockets open at a time; one more is EMFILE.",
        minimum=1,
        attribute="max_sockets",
    ),
    _option(
        ContextOption.SOCKET_LIMIT,
        65535,
        "Largest value worth giving to MAX_SOCKETS; not enforced, as in libzmq with epoll.",
        access=Access.READ_ONLY,
    ),
    _option(
        ContextOption.MAX_MSGSZ,
        INT_MAX,
        "Kept for reading back, as in libzmq, which does not enforce it; see MAXMSGSIZE. Bytes.",
        attribute="max_msgsz",
    ),
    _option(ContextOption.MSG_T_SIZE, 64, "Size of libzmq's zmq_msg_t.", access=Access.READ_ONLY),
    _option(
        ContextOption.THREAD_SCHED_POLICY,
        -1,
        "Scheduling policy of the I/O thread.",
        minimum=-1,
        unsupported=_NO_THREAD_SETTINGS,
    ),
    _option(
        ContextOption.THREAD_AFFINITY_CPU_ADD,
        None,
        "Processor to allow the I/O thread.",
        access=Access.WRITE_ONLY,
        unsupported=_NO_THREAD_SETTINGS,
    ),
    _option(
        ContextOption.THREAD_AFFINITY_CPU_REMOVE,
        None,
        "Processor to forbid the I/O thread.",
        access=Access.WRITE_ONLY,
        unsupported=_NO_THREAD_SETTINGS,
    ),
    _option(
        ContextOption.THREAD_NAME_PREFIX,
        0,
        "Number in the I/O thread's name.",
        unsupported=_NO_THREAD_SETTINGS,
    ),
    _option(_IPV6, 0, "IPV6 of new sockets.", kind=Kind.BOOL, attribute="ipv6"),
    _option(_BLOCKY, 1, "LINGER of new sockets: -1, else 0.", kind=Kind.BOOL, attribute="blocky"),
)
_BY_NUMBER = {int(row.number): row for row in CONTEXT_OPTIONS}


@dataclass(slots=True)
class ContextOptionValues:
    """What is set on one context; the defaults are libzmq's."""

    io_threads: int = 1
    max_sockets: int = 1023
    max_msgsz: int = INT_MAX
    ipv6: bool = False
    blocky: bool = True

    def set(self, number: int, value: object) -> None:
        """Check ``value`` and store it.

        :raises TypeError: ``value`` is not an int
        :raises ZMQError: EINVAL for an unknown or read-only option or a value out of range;
            ENOTSUP for an option that this release does not have
        """
        row = _row(number)
        checked = check_write(row, value, None)
        if row.attribute:
            setattr(self, row.attribute, checked)

    def get(self, number: int) -> int:
        """Return the value of an option; booleans as 0 or 1.

        :raises ZMQError: EINVAL for an unknown or write-only option
        """
        row = _row(number)
        check_read(row, None)
        value: Any = getattr(self, row.attribute) if row.attribute else row.default
        return int(value)


def _row(number: int) -> Option:
    if not isinstance(number, int):
        raise TypeError(f"an option is a number such as zmq.IO_THREADS, not {number!r}")
    try:
        return _BY_NUMBER[number]
    except KeyError:
        raise ZMQError(EINVAL, f"there is no context option with the number {number:d}") from None
