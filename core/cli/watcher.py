"""What happens to a socket's connections, told on standard error while the command runs."""

from __future__ import annotations

import threading
import time

from core.cli.ending import tell
from core.events import SocketEvent
from core.socket import Socket

# In seconds: how long the last events may take to be written.
PATIENCE = 1.0


class Watcher:
    """Tells of every event from now until the socket is closed."""

    def __init__(self, socket: Socket) -> None:
        self._events = socket.monitor_events()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for event in self._events:
            tell(line(event))

    def join(self) -> None:
        """Wait for the last words; the socket is closed."""
        self._thread.join(PATIENCE)


def line(event: SocketEvent) -> str:
    """``12:00:01.250 CONNECTED tcp://localhost:5555``."""
    moment = time.strftime("%H:%M:%S", time.localtime(event.timestamp))
    return f"{moment}.{int(event.timestamp % 1 * 1000):03d} {event}"


__all__ = ["Watcher", "line"]
