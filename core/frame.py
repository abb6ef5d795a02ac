"""Frames: the parts of a message, with what is known about them; and trackers of their sending."""

import builtins
import time
from collections.abc import Mapping, Sequence
from errno import EINVAL
from threading import Event
from typing import Any, Final, Self

from core.constants import MORE, SHARED
from core.errors import NotDone, ZMQError
from core.patterns.groups import group_name, group_text

# pyzmq shares memory with libzmq above this size, in bytes. The name is part of its API; here a
# frame is an immutable bytes object anyway, and nothing depends on the number.
COPY_THRESHOLD: Final = 65536

_LARGEST_ID: Final = 2**32 - 1


def as_bytes(data: object) -> bytes:
    """Return the content of ``data`` as bytes: itself if it is bytes already, else a copy.

    :param data: bytes, bytearray, memoryview, array, `Frame`: anything with the buffer protocol
    :raises TypeError: ``data`` is str, or has no buffer
    :raises BufferError: the buffer has gaps, as in ``memoryview(b"abcd")[::2]``
    """
    if type(data) is bytes:
        return data
    if isinstance(data, str):
        raise TypeError("unicode not allowed, use send_string")
    try:
        view = memoryview(data)  # type: ignore[arg-type]
    except TypeError:
        kind = type(data).__name__
        raise TypeError(
            f"a frame is bytes or has the buffer protocol, not {kind}: use send_json or send_pyobj"
        ) from None
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not contiguous")
    return view.tobytes()


class Frame(bytes):
    """One frame of a message: a bytes object that also knows what came with it.

    Sockets return frames from ``recv(copy=False)``, and send them like any other bytes. Unlike
    pyzmq's frames, these compare and hash by content.

    :param data: the content, anything that `as_bytes` takes; None: empty
    :param track: whether to make a `MessageTracker`. The frame keeps its own copy of the content,
        so the tracker is done from the start.
    :param copy: accepted for pyzmq's sake
    :param copy_threshold: accepted for pyzmq's sake
    :raises TypeError: ``data`` is str, or has no buffer
    :raises BufferError: the buffer has gaps
    """

    more: bool
    tracker: "MessageTracker | None"
    _properties: Mapping[str, str | int]

    def __new__(
        cls,
        data: object = None,
        track: bool = False,
        copy: bool | None = None,
        copy_threshold: int | None = None,
    ) -> Self:
        """Make a frame of a copy of ``data``."""
        frame = super().__new__(cls, b"" if data is None else as_bytes(data))
        frame.more = False
        frame.tracker = MessageTracker() if track else None
        frame._properties = {}
        return frame

    @classmethod
    def received(
        cls, data: bytes, *, more: bool, properties: Mapping[str, str | int], track: bool = False
    ) -> Self:
        """Make the frame that a socket hands out.

        :param data: the content
        :param more: whether further frames of the same message follow
        :param properties: facts about the peer, such as ``Peer-Address`` and ``Socket-Type``
        :param track: whether to give it a `MessageTracker`
        """
        frame = cls(data, track)
        frame.more = more
        frame._properties = properties
        return frame

    @property
    def bytes(self) -> builtins.bytes:
        """The content as plain bytes."""
        return builtins.bytes(self)

    @property
    def buffer(self) -> memoryview:
        """The content as a read-only view, without a copy."""
        return memoryview(self)

    def get(self, option: int | str | builtins.bytes) -> int | str:
        """Return a fact about the frame.

        :param option: ``MORE`` (0 or 1), ``SHARED`` (always 0), or the name of a property:
            ``routing_id``, ``group``, ``Peer-Address`` (text form of the peer's IP address),
            ``Socket-Type``, and whatever the peer announced in its handshake
        :raises ZMQError: EINVAL: nothing is known under this name
        """
        if option == MORE:
            return int(self.more)
        if option == SHARED:
            return 0
        name = option.decode() if isinstance(option, builtins.bytes) else option
        if isinstance(name, str) and name in self._properties:
            return self._properties[name]
        if name == "group":
            return ""
        known = ", ".join(self._properties) or "none: only received frames have them"
        raise ZMQError(EINVAL, f"frame has no property {name!r}; it has {known}")

    def set(self, option: int | str, value: object) -> None:
        """Say where a frame goes: see `routing_id` and `group`. Nothing else can be set.

        :param option: ``"routing_id"`` or ``"group"``
        :param value: an int from 1 to 2**32-1, or text of at most 255 bytes
        :raises ZMQError: EINVAL: the property is another one, or the value is not allowed
        """
        if option == "routing_id" and isinstance(value, int) and 0 < value <= _LARGEST_ID:
            self._properties = {**self._properties, "routing_id": value}
        elif option == "group" and isinstance(value, (str, builtins.bytes)):
            self._properties = {**self._properties, "group": group_text(group_name(value))}
        else:
            raise ZMQError(EINVAL, f"frame property {option!r} cannot be set to {value!r}")

    @property
    def routing_id(self) -> int:
        """The peer that a frame came from (SERVER, PEER), or that it is to go to: 1 to 2**32-1.

        Reading it raises `ZMQError` (EINVAL) when the frame has none.
        """
        return int(self.get("routing_id"))

    @routing_id.setter
    def routing_id(self, routing_id: int) -> None:
        self.set("routing_id", routing_id)

    @property
    def group(self) -> str:
        """The group that a frame came in (DISH), or is to be sent to (RADIO); empty: none.

        Set as str or bytes, of at most 255 bytes.
        """
        return str(self.get("group"))

    @group.setter
    def group(self, group: str | builtins.bytes) -> None:
        self.set("group", group)

    def __getitem__(self, option: Any) -> Any:
        """Return a property, as `get` does: a frame is not indexed by position."""
        return self.get(option)

    def __repr__(self) -> str:
        size = len(self)
        shown = self.bytes if size <= 16 else memoryview(self)[:12].tobytes()
        return f"<zmq.Frame({shown!r}{'' if size <= 16 else f'...{_short_size(size)}'})>"

    __str__ = __repr__


class MessageTracker:
    """Tells when the messages it watches have left the program's buffers.

    Sending here takes the content over at once, so the trackers that sockets return are done. The
    class also watches events of the program's own.

    :param towatch: events, other trackers, and frames made with ``track=True``
    :raises ValueError: a frame has no tracker
    :raises TypeError: something else was given
    """

    def __init__(self, *towatch: "MessageTracker | Event | Frame") -> None:
        self.events: set[Event] = set()
        self.peers: set[MessageTracker] = set()
        for item in towatch:
            self._watch(item)

    def _watch(self, item: object) -> None:
        if isinstance(item, Event):
            self.events.add(item)
        elif isinstance(item, MessageTracker):
            self.peers.add(item)
        elif not isinstance(item, Frame):
            raise TypeError(f"a tracker watches events, trackers and frames, not {type(item)}")
        elif item.tracker is None:
            raise ValueError("Not a tracked message")
        else:
            self.peers.add(item.tracker)

    @property
    def done(self) -> bool:
        """Whether everything watched is done."""
        return all(event.is_set() for event in self.events) and all(
            peer.done for peer in self.peers
        )

    def wait(self, timeout: float = -1) -> None:
        """Wait until everything watched is done.

        :param timeout: seconds; negative: for ever
        :raises NotDone: the time was over first
        """
        deadline = None if timeout < 0 else time.monotonic() + timeout
        for event in self.events:
            if not event.wait(_time_left(deadline)):
                raise NotDone(f"still in use after {timeout} s")
        for peer in self.peers:
            left = _time_left(deadline)
            peer.wait(-1 if left is None else left)


FINISHED_TRACKER: Final = MessageTracker()


def tracker_after_send(data: object, copy: bool, track: bool) -> MessageTracker | None:
    """Return what ``send`` returns for ``data``: a tracker if one was asked for, or None.

    :raises ValueError: ``track`` is set, and ``data`` is a frame made without a tracker
    """
    if isinstance(data, Frame):
        if track and data.tracker is None:
            raise ValueError("Not a tracked message")
        return data.tracker
    return None if copy else FINISHED_TRACKER


def tracker_after_parts(parts: Sequence[object], copy: bool, track: bool) -> MessageTracker | None:
    """Return what ``send_multipart`` returns: what `tracker_after_send` says of the last part.

    :raises ValueError: ``track`` is set, and a part is a frame made without a tracker
    """
    if track:
        for part in parts:
            tracker_after_send(part, copy, track)
    return tracker_after_send(parts[-1], copy, track)


def _time_left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _short_size(size: int) -> str:
    for limit, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= limit:
            return f"{size // limit}{unit}"
    return f"{size}B"


# pyzmq's old name.
Message = Frame
