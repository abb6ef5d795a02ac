"""How many messages a second: live on standard error, and a line at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from core.cli.ending import tell
from core.patterns import Message

# Seconds between two looks.
PERIOD = 1.0


class Count:
    """Messages and bytes that went one way."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.messages = 0
        self.bytes = 0
        self.begin = 0.0
        self.end = 0.0

    def add(self, batch: Sequence[Message]) -> None:
        """These went, now."""
        if not batch:
            return
        self.end = time.monotonic()
        self.begin = self.begin or self.end
        self.messages += len(batch)
        self.bytes += sum(map(_size, batch))

    def total(self) -> str:
        """``sent 1,000,000 messages, 10.0 MB in 0.51 s: 1,960,784 msg/s, 19.6 MB/s``."""
        took = self.end - self.begin
        text = f"{self.verb} {self.messages:,} messages, {size(self.bytes)}"
        if took <= 0 or self.messages < 2:
            return text
        # The first message began the clock, so it is not in the rate.
        rate = rates((self.messages - 1) / took, self.bytes / took)
        return f"{text} in {took:.2f} s: {rate}"


class Meter:
    """Counts both ways, and tells."""

    def __init__(self, terminal: bool) -> None:
        self.sent, self.received = Count("sent"), Count("received")
        self._terminal = terminal
        self._seen = dict.fromkeys((self.sent, self.received), (0, 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rate", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        last = time.monotonic()
        while not self._over.wait(PERIOD):
            now = time.monotonic()
            line = "; ".join(filter(None, (self._since(count, now - last) for count in self._seen)))
            last = now
            if line:
                self._tell(line)

    def _since(self, count: Count, seconds: float) -> str:
        messages, octets = self._seen[count]
        self._seen[count] = count.messages, count.bytes
        if not count.messages:
            return ""
        rate = rates((count.messages - messages) / seconds, (count.bytes - octets) / seconds)
        return f"{count.verb} {rate}, {count.messages:,} in all"

    def _tell(self, line: str) -> None:
        # On a terminal each line takes the place of the one before.
        end = "\033[K\r" if self._terminal else "\n"
        tell(line, end)

    def stop(self) -> None:
        """The last word."""
        self._over.set()
        self._thread.join()
        counts = [count for count in self._seen if count.messages] or [self.sent]
        for count in counts:
            clear = "\033[K" if self._terminal else ""
            tell(f"{count.total()}{clear}")


def _size(message: Message) -> int:
    return len(message) if isinstance(message, bytes) else sum(map(len, message))


def rates(messages: float, octets: float) -> str:
    """``1,960,784 msg/s, 19.6 MB/s``."""
    return f"{messages:,.0f} msg/s, {size(octets)}/s"


def size(octets: float) -> str:
    """A number of bytes in a unit that fits."""
    for unit in ("B", "kB", "MB", "GB"):
        if octets < 1000 or unit == "GB":
            break
        octets /= 1000
    return f"{octets:,.0f} B" if unit == "B" else f"{octets:,.1f} {unit}"


__all__ = ["Count", "Meter", "rates", "size"]
