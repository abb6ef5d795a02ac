"""Numbers that name contexts and sockets in this process: what libzmq's addresses are to pyzmq."""

from __future__ import annotations

import errno
import itertools
import os
from typing import Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from core.errors import error_from_errno


class Closable(Protocol):
    """What is named: it tells whether its life is over."""

    @property
    def closed(self) -> bool: ...


T = TypeVar("T", bound=Closable)
# One for all kinds: the number of a context names no socket.
_numbers = itertools.count(1)


class Handles(Generic[T]):
    """Gives out numbers for objects, and finds the objects again while they live.

    No number is given out twice, and it names nothing in another process: not even in a fork.

    :param kind: what the objects are, for error messages
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._known: WeakValueDictionary[tuple[int, int], T] = WeakValueDictionary()

    def add(self, thing: T) -> int:
        """Return a number for an object."""
        number = next(_numbers)
        self._known[os.getpid(), number] = thing
        return number

    def find(self, number: int) -> T:
        """Return the object with a number.

        :raises TypeError: it is no number
        :raises ZMQError: EFAULT: there is none, or it was closed
        """
        if not isinstance(number, int):
            raise TypeError(f"a {self._kind}, or its `underlying` number, not {number!r}")
        if not number:
            raise error_from_errno(errno.EFAULT, f"this {self._kind} was closed: it has no number")
        thing = self._known.get((os.getpid(), number))
        if thing is None or thing.closed:
            raise error_from_errno(
                errno.EFAULT,
                f"no open {self._kind} of this process has the number {number}: give the "
                f"`underlying` of one, or the {self._kind} itself",
            )
        return thing


__all__ = ["Handles"]
