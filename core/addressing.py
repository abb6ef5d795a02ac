"""Messages of a single frame, and where they go: what both faces share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from core.frame import Frame, as_bytes
from core.patterns import Message
from core.patterns.origins import facts_of
from core.patterns.pipe import NO_FACTS, frames_of
from core.patterns.single_part import parts_refused
from core.serialize import to_frame_objects

if TYPE_CHECKING:
    from core.socket import SocketBase


def only_part(socket: SocketBase, parts: Iterable[object]) -> object:
    """Return the frame that is all of a message.

    :raises ZMQError: EINVAL: there are several
    :raises IndexError: there is none
    """
    frames = list(parts)
    if len(frames) > 1:
        raise parts_refused(socket._engine.pattern.name)
    return frames[0]


def only_frame(socket: SocketBase, message: Any) -> object:
    """The same for a message that may also be written without a list."""
    return only_part(socket, message) if isinstance(message, (list, tuple)) else message


def singles(socket: SocketBase, messages: Sequence[Any]) -> list[Any]:
    """Return messages up to the first one of several frames, which the socket does not send.

    :raises ZMQError: EINVAL: it is the very first
    """
    accepted: list[Any] = []
    for message in messages:
        if isinstance(message, (list, tuple)) and len(message) > 1 and accepted:
            break
        accepted.append(only_frame(socket, message))
    return accepted


def addressed(
    socket: SocketBase, data: object, routing_id: int | None, group: str | bytes | None
) -> Message:
    """Return the message that says where it goes, as the socket's pattern wants it.

    A frame may say so itself; arguments win.
    """
    if isinstance(data, Frame):
        facts = data._properties
        routing_id = facts.get("routing_id") if routing_id is None else routing_id  # type: ignore[assignment]
        group = facts.get("group") if group is None else group  # type: ignore[assignment]
    return socket._engine.pattern.addressed(as_bytes(data), routing_id, group)


def labelled_frames(messages: Iterable[Message]) -> list[Frame]:
    """Return received messages as frames with their ``routing_id`` or ``group``."""
    return [
        frame
        for message in messages
        for frame in to_frame_objects(message, facts_of(message) or NO_FACTS, False)
    ]


def with_label(message: Message, label: str) -> tuple[bytes, Any]:
    """Return a received message, and its ``routing_id`` or ``group``."""
    return frames_of(message)[0], (facts_of(message) or NO_FACTS)[label]
