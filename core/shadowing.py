"""Several objects for one socket, as pyzmq's ``shadow`` makes them: other faces of one engine.

A shadow keeps the socket that it was made from alive, and does nothing when it is forgotten itself.
Whoever closes one of them closes the socket, for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakSet

from core.handles import Handles

if TYPE_CHECKING:
    from core.context import BaseContext
    from core.runtime.engine import Engine
    from core.socket import SocketBase


class Faces:
    """The objects of one socket, and its number."""

    __slots__ = ("_objects", "number")

    def __init__(self, original: Any) -> None:
        self.number = sockets.add(original)
        self._objects: WeakSet[Any] = WeakSet([original])

    def add(self, shadow: Any) -> None:
        """Another one."""
        self._objects.add(shadow)

    def close(self, closing: Any, close: Callable[[], None]) -> None:
        """One of them closes: the loops of the others let go of the descriptor before."""
        others = [face for face in self._objects if face is not closing]
        for face in others:
            face._let_go()
        close()
        for face in others:
            face._end_waits()

    def heir(self, leaving: Any, loop: Any) -> Any:
        """Another object that is used in this loop; None if there is none."""
        for face in self._objects:
            if face is not leaving and getattr(face, "_loop", None) is loop:
                return face
        return None


sockets: Handles[SocketBase] = Handles("socket")


class ShadowMixin:
    """What sockets of every face have to be shadowed."""

    __slots__ = ("_context", "_engine", "_faces", "_parts", "_shadow_obj")

    _context: BaseContext[Any]
    _engine: Engine
    _faces: Faces | None
    _parts: list[bytes]
    _shadow_obj: SocketBase | None

    @property
    def underlying(self) -> int:
        """A number for `shadow` in this process; 0 once the socket was closed."""
        return 0 if self._engine.closed else self._known_faces().number

    @classmethod
    def shadow(cls, address: int | SocketBase) -> Self:
        """Return another object for a socket, which may be of the other face.

        Both are the same socket: whoever closes one closes it. A shadow that is forgotten closes
        nothing.

        :param address: the socket, or its `underlying`
        :raises ZMQError: EFAULT: there is no such socket, or it was closed
        """
        return cls(shadow=found(address))  # type: ignore[call-arg]

    @property
    def _shadow(self) -> bool:
        return self._shadow_obj is not None

    def __copy__(self, memo: Any = None) -> Self:
        """Copying a socket makes a shadow."""
        return self.shadow(self)  # type: ignore[arg-type]

    __deepcopy__ = __copy__

    def _become_new(self, context: BaseContext[Any] | None, socket_type: int) -> None:
        if context is None or socket_type < 0:
            missing = "a context" if context is None else "a socket type"
            raise TypeError(f"{missing} is missing: context.socket(zmq.PUSH), for example")
        self._context = context
        self._engine = context._new_engine(socket_type, self)
        self._become_kind()

    def _become_shadow(self, original: SocketBase) -> None:
        self._shadow_obj = original
        self._context = original._context
        self._engine = original._engine
        self._parts = original._parts
        self._faces = original._known_faces()
        self._faces.add(self)
        self._engine.share()
        self._become_kind()

    def _become_kind(self) -> None:
        """Some types of sockets have classes of their own, which differ in methods only."""
        from core.socket_kinds import class_for  # which imports this module

        self.__class__ = class_for(self._engine.options.socket_type, type(self))

    def _known_faces(self) -> Faces:
        with self._engine.lock:
            if self._faces is None:
                self._faces = Faces(self)
            return self._faces

    def _close(self, close: Callable[[], None]) -> None:
        if self._faces is None:
            close()
        else:
            self._faces.close(self, close)

    def _let_go(self) -> None:
        """Another object closes the socket: give up what hangs on its descriptor."""

    def _end_waits(self) -> None:
        """Another object has closed the socket: whoever waits through this one must learn it."""


def _number(address: Any) -> Any:
    return address.underlying if isinstance(address, ShadowMixin) else address


def found(address: int | SocketBase) -> SocketBase:
    """The socket that is meant by itself or by its number."""
    return sockets.find(_number(address))


__all__ = ["Faces", "ShadowMixin", "found", "sockets"]
