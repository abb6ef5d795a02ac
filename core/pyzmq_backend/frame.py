"""The part of pyzmq's Frame that a backend provides: the content of a message, as a buffer."""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Mapping
from threading import Event
from typing import Any, Self

import zmq

from core.frame import Frame as EngineFrame
from core.frame import as_bytes
from core.pyzmq_backend.errors import translation


class Loan:
    """Memory of the program's that messages still use: it ends when nobody holds it any more.

    pyzmq keeps lent objects in a table of its own (``zmq.utils.garbage``), and so do we.
    """

    __slots__ = ("__weakref__", "_key", "event")

    def __init__(self, data: object, event: Event | None) -> None:
        from zmq.utils.garbage import gc, gcref

        self._key = id(self)
        self.event = event
        gc.refs[self._key] = gcref(data, event)
        weakref.finalize(self, _end, gc.refs, self._key, event).atexit = False


def _end(refs: dict[int, Any], key: int, event: Event | None) -> None:
    refs.pop(key, None)
    if event is not None:
        event.set()


class Lent(bytes):
    """Content that the engine sends, and whose loan ends when the engine has forgotten it."""

    loan: Loan


class Frame(bytearray):
    """Base class of ``zmq.Frame``. Equal to itself only, as pyzmq's frames are.

    :param data: the content: anything with the buffer protocol; None: empty
    :param track: whether to make a ``MessageTracker``
    :param copy: True copies the content, False keeps using ``data`` until the frame and the
        messages sent of it are gone; None: True below ``copy_threshold``
    :param copy_threshold: in bytes; None: ``zmq.COPY_THRESHOLD``
    :raises TypeError: ``data`` is str, or has no buffer
    :raises BufferError: the buffer has gaps
    """

    more: bool
    tracker: Any
    _data: Any
    _loan: Loan | None
    _properties: Mapping[str, str | int]
    _bytes: builtins.bytes | None
    _buffer: weakref.ref[memoryview] | None

    def __init__(
        self,
        data: Any = None,
        track: bool = False,
        copy: bool | None = None,
        copy_threshold: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(b"" if data is None else contiguous(data))
        self.more = False
        self.tracker = zmq._FINISHED_TRACKER if track else None
        self._data = data
        self._loan = None
        self._properties = {}
        self._bytes = None
        self._buffer = None
        if data is not None and not _copies(len(self), copy, copy_threshold):
            event = Event() if track else None
            self._loan = Loan(data, event)
            if event is not None:
                self.tracker = zmq.MessageTracker(event)

    @classmethod
    def received(
        cls,
        data: builtins.bytes,
        *,
        more: bool,
        properties: Mapping[str, str | int],
        track: bool = False,
    ) -> Self:
        """Make the frame that a socket hands out: see `core.frame.Frame.received`."""
        frame = cls(data, track, copy=True)
        frame.more = more
        frame._data = None
        frame._properties = properties
        return frame

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__  # type: ignore[assignment]

    def __str__(self) -> str:
        return repr(self)

    def __copy__(self) -> Self:
        return self.fast_copy()

    def fast_copy(self) -> Self:
        """Return another frame with the same content, tracker and loan."""
        twin = type(self)()
        twin[:] = self
        twin._data, twin._loan, twin.tracker = self._data, self._loan, self.tracker
        twin._properties = self._properties
        return twin

    @property
    def buffer(self) -> memoryview:
        """The content, without a copy."""
        view = None if self._buffer is None else self._buffer()
        if view is None:
            view = memoryview(self)
            self._buffer = weakref.ref(view)
        return view

    @property
    def bytes(self) -> builtins.bytes:
        """The content as bytes: copied at the first access, and kept."""
        if self._bytes is None:
            self._bytes = builtins.bytes(memoryview(self))
        return self._bytes

    def outgoing(self) -> builtins.bytes:
        """Return what a socket sends of this frame: the content as it is now."""
        if self._loan is None:
            return builtins.bytes(memoryview(self))
        if self._loan.event is None:
            return as_bytes(self._data)
        content = Lent(self._data)
        content.loan = self._loan
        return content

    def get(self, option: int | str | builtins.bytes) -> int | str:
        """Return a fact about the frame: see `core.frame.Frame.get`."""
        with translation:
            return EngineFrame.get(self, option)  # type: ignore[arg-type]

    def set(self, option: int | str, value: object) -> None:
        """Say where a frame goes: see `core.frame.Frame.set`."""
        with translation:
            EngineFrame.set(self, option, value)  # type: ignore[arg-type]

    def destination(self) -> dict[str, Any]:
        """Return where the frame goes, as arguments of ``core.Socket.send``."""
        return {name: self._properties.get(name) for name in ("routing_id", "group")}


def contiguous(data: object) -> memoryview:
    """Return a view of the content.

    :raises TypeError: ``data`` is str, or has no buffer
    :raises BufferError: the buffer has gaps
    """
    if isinstance(data, str):
        raise TypeError("Str objects not allowed. Only: bytes, buffer interfaces.")
    view = memoryview(data)  # type: ignore[arg-type]
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not contiguous")
    return view


def _copies(size: int, copy: bool | None, threshold: int | None) -> bool:
    if copy is not None:
        return copy
    return size < (zmq.COPY_THRESHOLD if threshold is None else threshold)


__all__ = ["Frame", "Lent"]
