"""The values of one context's options, with the checks of libzmq's ``zmq_ctx_set``."""

from errno import EINVAL
from typing import Any

from core.enums import ContextOption, SocketOption
from core.errors import ZMQError
from core.option_row import (
    INT_MAX,
    Access,
    Effect,
    Kind,
    Option,
    check_read,
    check_write,
    refuse,
)
from core.runtime.thread_settings import ThreadSettings

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
        "Read: largest value worth giving to MAX_SOCKETS; not enforced, as in libzmq with epoll. "
        "Set, it is THREAD_PRIORITY: the I/O thread's priority within its scheduling policy.",
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
        "Scheduling policy of the I/O thread, such as os.SCHED_FIFO; -1 (unset): the process's.",
        attribute="thread_sched_policy",
    ),
    _option(
        ContextOption.THREAD_AFFINITY_CPU_ADD,
        None,
        "Number of a processor that the I/O thread may use; none: it may use all.",
        access=Access.WRITE_ONLY,
    ),
    _option(
        ContextOption.THREAD_AFFINITY_CPU_REMOVE,
        None,
        "Take back one THREAD_AFFINITY_CPU_ADD.",
        access=Access.WRITE_ONLY,
    ),
    _option(
        ContextOption.THREAD_NAME_PREFIX,
        0,
        "Number that the I/O thread's name begins with.",
        minimum=-INT_MAX - 1,
        attribute="thread_name_prefix",
    ),
    _option(_IPV6, 0, "IPV6 of new sockets.", kind=Kind.BOOL, attribute="ipv6"),
    _option(_BLOCKY, 1, "LINGER of new sockets: -1, else 0.", kind=Kind.BOOL, attribute="blocky"),
)
_BY_NUMBER = {int(row.number): row for row in CONTEXT_OPTIONS}


class ContextOptionValues:
    """What is set on one context; the defaults are libzmq's."""

    io_threads: int = 1
    max_sockets: int = 1023
    max_msgsz: int = INT_MAX
    ipv6: bool = False
    blocky: bool = True
    thread_sched_policy: int = -1
    thread_priority: int = -1
    thread_cpus: frozenset[int] = frozenset()
    thread_name_prefix: int = 0

    def set(self, number: int, value: object) -> None:
        """Check ``value`` and store it.

        :raises TypeError: ``value`` is not an int
        :raises ZMQError: EINVAL for an unknown or read-only option or a value out of range;
            ENOTSUP for an option that this release does not have
        """
        row = _row(number)
        checked = check_write(row, value, None)
        assert isinstance(checked, int)
        if row.number == ContextOption.THREAD_PRIORITY:
            self.thread_priority = checked
        elif row.number == ContextOption.THREAD_AFFINITY_CPU_ADD:
            self.thread_cpus |= {checked}
        elif row.number == ContextOption.THREAD_AFFINITY_CPU_REMOVE:
            if checked not in self.thread_cpus:
                raise refuse(row, f"needs a processor that was added before, not {checked}")
            self.thread_cpus -= {checked}
        elif row.attribute:
            setattr(self, row.attribute, checked)

    def thread_settings(self) -> ThreadSettings:
        """What is asked for the I/O thread."""
        return ThreadSettings(
            self.thread_name_prefix,
            self.thread_sched_policy,
            self.thread_priority,
            self.thread_cpus,
        )

    def get(self, number: int) -> int:
        """Return the value of an option; booleans as 0 or 1.

        :raises ZMQError: EINVAL for an unknown or write-only option
        """
        row = _row(number)
        check_read(row)
        value: Any = getattr(self, row.attribute) if row.attribute else row.default
        return int(value)


def _row(number: int) -> Option:
    if not isinstance(number, int):
        raise TypeError(f"an option is a number such as zmq.IO_THREADS, not {number!r}")
    try:
        return _BY_NUMBER[number]
    except KeyError:
        raise ZMQError(EINVAL, f"there is no context option with the number {number:d}") from None
