"""Blocking sockets of the types whose messages are single frames.

`core.asyncio.socket_kinds` is the same for asyncio; `core.addressing` holds what both share. They
are classes of their own so that the other types pay nothing for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.addressing import addressed, labelled_frames, only_frame, only_part, singles
from core.enums import SocketType
from core.errors import Again
from core.frame import MessageTracker, as_bytes, tracker_after_send
from core.patterns import PATTERNS, Message
from core.patterns.pipe import frames_of
from core.socket import DONTWAIT, SNDMORE, Socket


class SinglePartSocket(Socket):
    """CLIENT, SCATTER, GATHER, CHANNEL: a message is one frame."""

    __slots__ = ()

    def _send_message(self, message: Message, flags: int) -> None:
        super()._send_message(only_frame(self, message), flags)  # type: ignore[arg-type]

    def send_many(self, messages: Sequence[bytes | Sequence[bytes]], flags: int = 0) -> int:
        """Send many messages with one call: see `core.Socket.send_many`."""
        return super().send_many(singles(self, messages), flags)


class AddressedSocket(SinglePartSocket):
    """SERVER, PEER, RADIO, DISH: a message is one frame that is for somebody, or of somebody."""

    __slots__ = ()

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> MessageTracker | None:
        """Send one frame, which is a message.

        :param data: bytes, or anything else with the buffer protocol; a `Frame` may know itself
            where it goes
        :param flags: DONTWAIT
        :param routing_id: SERVER, PEER: the peer to send to
        :param group: RADIO: the group to send to, of at most 255 bytes
        :raises Again: no room in time (high-water mark)
        :raises ZMQError: EHOSTUNREACH: there is no such peer; EINVAL: SNDMORE, or a wrong group
        """
        engine = self._engine
        if data.__class__ is bytes and not flags and copy:
            message = engine.pattern.addressed(data, routing_id, group)
            if len(engine.outbox) < engine.burst_limit:
                engine.outbox.append(message)
            else:
                engine.send(message, engine.send_timeout)
            return None
        if flags & SNDMORE:
            engine.begin_message(as_bytes(data), 0.0)  # which refuses it
        message = addressed(self, data, routing_id, group)
        engine.send(message, 0.0 if flags & DONTWAIT else engine.send_timeout)
        return tracker_after_send(data, copy, track)

    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """Receive one frame, which is a message: see `core.Socket.recv`.

        :param copy: True returns bytes, False a `Frame` that knows its ``routing_id`` or ``group``
        """
        if copy:
            return frames_of(self._recv_message(flags))[0]
        return super().recv(flags, copy, track)

    def send_multipart(
        self,
        msg_parts: Iterable[object],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send a message, which is the only one of ``msg_parts``: see `send`."""
        return self.send(only_part(self, msg_parts), flags, copy, track, **kwargs)

    def send_many(self, messages: Sequence[Any], flags: int = 0) -> int:
        """Send many messages with one call: frames that know where they go, as `recv_many` returns.

        See `core.Socket.send_many`.
        """
        batch = [addressed(self, only_frame(self, message), None, None) for message in messages]
        timeout = 0.0 if flags & DONTWAIT else self._engine.send_timeout
        count = self._engine.send_many(batch, timeout)
        if batch and not count:
            raise Again(msg="no message could be sent in time: high-water mark")
        return count

    def recv_many(self, max_messages: int = 1000, flags: int = 0) -> list[Any]:
        """Receive what is there, waiting only for the first message.

        :returns: 1 to ``max_messages`` frames, which know their ``routing_id`` or ``group``
        """
        return labelled_frames(super().recv_many(max_messages, flags))


# The classes of each face, the blocking and the asyncio one: for single-part and addressed types.
_faces: dict[type[Any], tuple[type[Any], type[Any]]] = {}
_joined: dict[tuple[type[Any], type[Any]], type[Any]] = {}


def register_kinds(face: type[Any], single_part: type[Any], addressed: type[Any]) -> None:
    """Have sockets of single-part and addressed types be of these classes rather than ``face``."""
    _faces[face] = single_part, addressed


def class_for(kind: SocketType, base: type[Any]) -> type[Any]:
    """Return the class of sockets of a type: ``base``, and what its face has for the type."""
    pattern = PATTERNS[kind.name]
    if pattern.single_part:
        for face in base.__mro__:
            if face in _faces:
                return _join(base, _faces[face][pattern.has_address])
    return base


def _join(base: type[Any], special: type[Any]) -> type[Any]:
    if issubclass(special, base):
        return special
    if (base, special) not in _joined:  # a program's own class
        facts = {"__module__": base.__module__, "__slots__": ()}
        _joined[base, special] = type(base.__name__, (base, special), facts)
    return _joined[base, special]


register_kinds(Socket, SinglePartSocket, AddressedSocket)

__all__ = ["AddressedSocket", "SinglePartSocket", "class_for", "register_kinds"]
