"""Errors of the engine, raised as the classes that pyzmq's programs catch."""

from __future__ import annotations

import errno
import threading
from types import TracebackType

from zmq.error import Again, ContextTerminated, InterruptedSystemCall, ZMQError

from core.enums import Errno
from core.errors import ZMQError as EngineError

_SUBCLASSES: dict[int, type[Again | ContextTerminated | InterruptedSystemCall]] = {
    errno.EAGAIN: Again,
    errno.EINTR: InterruptedSystemCall,
    Errno.ETERM: ContextTerminated,
}
_last = threading.local()


def zmq_errno() -> int:
    """Return the number of the last error in this thread, 0 if there was none."""
    return int(getattr(_last, "number", 0))


def zmq_error(number: int, text: str) -> ZMQError:
    """Make pyzmq's exception for an error number.

    :param text: what went wrong and what to do, as ``str(error)`` shows it
    """
    _last.number = number
    error = _SUBCLASSES.get(number, ZMQError)(number)
    error.strerror = text  # the subclasses ignore a text that they are given
    return error


def translated(error: EngineError) -> ZMQError:
    """The engine's error as pyzmq's, with the engine's text."""
    return zmq_error(error.errno or errno.EINVAL, error.strerror)


class _Translation:
    """A ``with`` block out of which the engine's errors come as pyzmq's. Stateless."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(value, EngineError):
            raise translated(value) from None


translation = _Translation()

__all__ = ["translated", "translation", "zmq_errno", "zmq_error"]
