"""What steers a proxy: commands on a control socket, and the statistics that one of them asks for.

The commands, their answers and the order of the numbers are libzmq's (``zmq_proxy_steerable``).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import Enum
from typing import Any

from core.enums import Flag, SocketOption, SocketType
from core.errors import Again
from core.patterns import Message


class State(Enum):
    """What the last command was."""

    ACTIVE = b"RESUME"
    PAUSED = b"PAUSE"
    TERMINATED = b"TERMINATE"


class Statistics:
    """Frames and bytes that one socket has received and sent through the proxy."""

    def __init__(self) -> None:
        self.received = self.received_bytes = self.sent = self.sent_bytes = 0

    def numbers(self) -> tuple[int, int, int, int]:
        """In the order in which they are reported."""
        return self.received, self.received_bytes, self.sent, self.sent_bytes


class Control:
    """Obeys what comes on a socket."""

    def __init__(self, socket: Any, frontend: Any, backend: Any) -> None:
        self.socket = socket
        self.state = State.ACTIVE
        self._statistics = {frontend: Statistics(), backend: Statistics()}
        self._reported = (frontend, backend)

    @property
    def paused(self) -> bool:
        """Whether messages are to stay where they are."""
        return self.state is State.PAUSED

    def recorder(self, source: Any, sink: Any) -> Callable[[list[Message]], None]:
        """A function that counts what has gone from one socket to the other."""
        received, sent = self._statistics[source], self._statistics[sink]

        def record(batch: list[Message]) -> None:
            frames = sum(1 if isinstance(message, bytes) else len(message) for message in batch)
            size = sum(
                len(message) if isinstance(message, bytes) else sum(map(len, message))
                for message in batch
            )
            received.received += frames
            received.received_bytes += size
            sent.sent += frames
            sent.sent_bytes += size

        return record

    def obey(self) -> None:
        """Carry out a command, if one has come. Unknown ones change nothing."""
        try:
            command = self.socket.recv_multipart(Flag.DONTWAIT)
        except Again:
            return
        if command == [b"STATISTICS"]:
            self.socket.send_multipart(self._report())
            return
        for state in State:
            if command == [state.value]:
                self.state = state
        if self.socket.get(SocketOption.TYPE) == SocketType.REP:
            self.socket.send(b"")  # a REP has to answer, whatever it was asked

    def _report(self) -> list[bytes]:
        return [
            struct.pack("=Q", number)
            for socket in self._reported
            for number in self._statistics[socket].numbers()
        ]


__all__ = ["Control", "State", "Statistics"]
