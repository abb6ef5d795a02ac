"""Integer handles for contexts and sockets: what libzmq's addresses are to pyzmq's ``shadow``."""

from __future__ import annotations

import errno
import itertools
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from core.pyzmq_backend.errors import zmq_error

T = TypeVar("T")


class Handles(Generic[T]):
    """Gives out numbers for objects, and finds the objects again while they live.

    :param kind: what the objects are, for error messages
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._numbers = itertools.count(1)
        self._known: WeakValueDictionary[int, T] = WeakValueDictionary()

    def add(self, thing: T) -> int:
        """Return a number for an object. No number is given out twice."""
        number = next(self._numbers)
        self._known[number] = thing
        return number

    def drop(self, number: int) -> None:
        """Forget the object with a number, if it is known."""
        self._known.pop(number, None)

    def find(self, number: int) -> T:
        """Return the object with a number.

        :raises ZMQError: EFAULT: there is none, or it is gone
        """
        thing = self._known.get(number)
        if thing is None:
            raise zmq_error(
                errno.EFAULT, f"Bad address: no {self._kind} has the handle {number} (any more)"
            )
        return thing


__all__ = ["Handles"]
