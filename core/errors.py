"""The exceptions that the public API raises: pyzmq's names, with messages that say what to do.

Two families hang under `ZMQBaseError`: `ZMQError` and its subclasses carry an ``errno``, the others
are refusals that have no number.
"""

import os
from collections.abc import Sequence
from errno import EINTR

from core.constants import EAGAIN, EFSM, EMTHREAD, ENOCOMPATPROTO, ETERM

# The libzmq release whose behaviour, option numbers and defaults this engine follows.
EMULATED_LIBZMQ_VERSION = "4.3.5"

# The system knows no text for the numbers that libzmq invented.
_OWN_TEXTS: dict[int, str] = {
    EFSM: "Operation not allowed in the socket's current state"
    " (a REQ sends, then receives; a REP receives, then sends)",
    ENOCOMPATPROTO: "This socket type cannot use this transport",
    ETERM: "Context was terminated: close the socket and make a new Context",
    EMTHREAD: "No I/O thread is left to do the work: set IO_THREADS to 1 or more",
}


def strerror(errno: int) -> str:
    """Return the text for an error number: libzmq's own numbers and the system's alike.

    :param errno: such as ``zmq.EFSM`` or ``errno.EADDRINUSE``
    """
    return _OWN_TEXTS.get(errno) or os.strerror(errno)


class ZMQBaseError(Exception):
    """Base of every exception that this package raises on purpose."""


class ZMQError(ZMQBaseError):
    """An operation failed with an error number.

    :param errno: the error number (see ``core.constants.Errno``), or a plain message for an error
        that has none
    :param msg: text to show instead of the standard one for ``errno``
    """

    errno: int | None
    strerror: str

    def __init__(self, errno: int | str | None = None, msg: str | None = None) -> None:
        super().__init__(errno, msg)
        self.errno = errno if isinstance(errno, int) else None
        self.strerror = _text(errno) if msg is None else msg

    def __str__(self) -> str:
        return self.strerror

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.strerror!r})"


class Again(ZMQError):
    """EAGAIN: the call cannot go on now, and DONTWAIT or a timeout forbids it to wait."""

    def __init__(self, errno: int = EAGAIN, msg: str | None = None) -> None:
        super().__init__(EAGAIN, msg)


class StillInUse(Again):
    """``Context.term(timeout=...)``: sockets are open, or have messages that did not leave in time.

    :param holders: one line for each such socket
    """

    def __init__(self, holders: Sequence[str]) -> None:
        self.holders = tuple(holders)
        what = "1 socket holds" if len(holders) == 1 else f"{len(holders)} sockets hold"
        more = f"; and {len(holders) - 5} more" if len(holders) > 5 else ""
        super().__init__(msg=f"{what} the context: {'; '.join(holders[:5])}{more}")


class NotReady(Again):
    """What ``wait_for`` or ``connect(wait=...)`` waited for is not there; the text says why."""

    def __init__(self, msg: str) -> None:
        super().__init__(msg=msg)


class NoReply(Again):
    """``request`` got no reply; the socket can be used again at once.

    :param failures: what happened in each attempt
    """

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = tuple(failures)
        times = "once" if len(failures) == 1 else f"{len(failures)} times"
        super().__init__(msg=f"no reply, asked {times}: {'; '.join(failures)}")


class ContextTerminated(ZMQError):
    """ETERM: the socket's context was terminated while, or before, the call ran."""

    def __init__(self, errno: int = ETERM, msg: str | None = None) -> None:
        super().__init__(ETERM, msg)


class InterruptedSystemCall(ZMQError, InterruptedError):  # type: ignore[misc]
    """EINTR: a signal interrupted the call. Both a `ZMQError` and an `InterruptedError`.

    The two bases declare ``strerror`` with different types; ours, never None, is the one in force.
    """

    def __init__(self, errno: int = EINTR, msg: str | None = None) -> None:
        super().__init__(EINTR, msg)


class ZMQBindError(ZMQBaseError):
    """``Socket.bind_to_random_port`` found no free port within its number of tries."""


class NotDone(ZMQBaseError):
    """``MessageTracker.wait`` reached its timeout before the message was done."""


class ZMQVersionError(NotImplementedError):
    """A feature belongs to a libzmq release later than the one whose behaviour is offered.

    :param min_version: first libzmq release with the feature, such as ``"4.4"``
    :param msg: name of the feature
    """

    def __init__(self, min_version: str, msg: str = "Feature") -> None:
        super().__init__(min_version, msg)
        self.msg = msg
        self.min_version = min_version
        self.version = EMULATED_LIBZMQ_VERSION

    def __str__(self) -> str:
        return f"{self.msg} needs libzmq {self.min_version} behaviour, this is {self.version}"

    def __repr__(self) -> str:
        return f"ZMQVersionError({str(self)!r})"


_SUBCLASSES: dict[int, type[Again | ContextTerminated | InterruptedSystemCall]] = {
    EAGAIN: Again,
    ETERM: ContextTerminated,
    EINTR: InterruptedSystemCall,
}


def error_from_errno(errno: int, detail: str = "") -> ZMQError:
    """Make the exception for an error number: the subclass that has this number, or `ZMQError`.

    :param errno: error number, the system's or libzmq's
    :param detail: what exactly went wrong and what to do; follows the standard text
    """
    text = strerror(errno)
    return _SUBCLASSES.get(errno, ZMQError)(errno, f"{text}: {detail}" if detail else text)


def _text(errno: int | str | None) -> str:
    if errno is None:
        return "Unknown error"
    return strerror(errno) if isinstance(errno, int) else errno


__all__ = [
    "EMULATED_LIBZMQ_VERSION",
    "Again",
    "ContextTerminated",
    "InterruptedSystemCall",
    "NoReply",
    "NotDone",
    "NotReady",
    "StillInUse",
    "ZMQBaseError",
    "ZMQBindError",
    "ZMQError",
    "ZMQVersionError",
    "error_from_errno",
    "strerror",
]
