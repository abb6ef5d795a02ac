"""A socket as the commands see it: what says where a message goes is its first frame.

On most sockets that is so anyway. On SERVER, PEER, RADIO and DISH a routing id or a group travels
beside the only frame; here it stands in front of it, as text, so that it can be printed and typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.cli.ending import Failed
from core.frame import Frame
from core.patterns import Message
from core.socket import Socket

_LABELS = {"SERVER": "routing_id", "PEER": "routing_id", "RADIO": "group", "DISH": "group"}


class Wire:
    """Messages in and out, many at once."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket

    def send_many(self, batch: Sequence[Message], flags: int = 0) -> int:
        """As ``Socket.send_many``."""
        return self.socket.send_many(batch, flags)

    def recv_many(self, most: int, flags: int = 0) -> Sequence[Message]:
        """As ``Socket.recv_many``."""
        return self.socket.recv_many(most, flags)


class LabelledWire(Wire):
    """With a label in front: ``routing_id`` or ``group``."""

    def __init__(self, socket: Socket, label: str) -> None:
        super().__init__(socket)
        self._label = label

    def send_many(self, batch: Sequence[Message], flags: int = 0) -> int:
        """Send each message to where its first frame says.

        :raises Failed: a message has not exactly two frames, or no such label
        """
        return self.socket.send_many([self._frame(message) for message in batch], flags)

    def _frame(self, message: Message) -> Frame:
        if isinstance(message, bytes) or len(message) != 2:
            name = self._label.replace("_", " ")
            raise Failed(
                f"a message has two frames here, its {name} and its text: "
                f"--data {name.upper().replace(' ', '-')} TEXT, or lines with --separator"
            )
        frame = Frame(message[1])
        try:
            text = message[0].decode()
            frame.set(self._label, int(text) if self._label == "routing_id" else text)
        except ValueError as error:
            raise Failed(f"{message[0]!r} is no {self._label}: {error}") from None
        return frame

    def recv_many(self, most: int, flags: int = 0) -> Sequence[Message]:
        """Receive messages with their labels in front."""
        frames = self.socket.recv_many(most, flags)
        return [
            [str(frame.get(self._label)).encode(), bytes(frame)]
            for frame in frames
            if isinstance(frame, Frame)
        ]


def wire(socket: Socket) -> Wire:
    """The wire that suits a socket."""
    label = _LABELS.get(socket.type.name)
    return LabelledWire(socket, label) if label else Wire(socket)


__all__ = ["Wire", "wire"]
