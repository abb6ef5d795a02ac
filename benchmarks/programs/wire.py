"""The wire alone, without a socket: nanoseconds per message to encode and to decode a batch.

`same` messages all have one size, as senders mostly send; `mixed` ones never repeat a size, so the
decoder finds no run to cut at once. There is no opponent: nobody else does this in Python.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.child import Settings, main, ready, result, wait_for_go
from benchmarks.window import Window
from core.zmtp import Connection, ConnectionConfig

BATCH = 2000


def connected() -> tuple[Connection, Connection]:
    """Return a PUSH and a PULL that have shaken hands."""
    push = Connection(ConnectionConfig("PUSH"), now=0.0)
    pull = Connection(ConnectionConfig("PULL"), now=0.0)
    while pull.peer is None or push.peer is None:  # greetings, then READY commands
        there, back = push.data_to_send(), pull.data_to_send()
        pull.receive_data(there)
        push.receive_data(back)
    return push, pull


def payloads(settings: Settings) -> list[bytes]:
    """Return a batch: all of one size, or (`window` > 1) of sizes that change each time."""
    return [bytes(settings.size + number % settings.window) for number in range(BATCH)]


def measure(settings: Settings, work: Callable[[], object]) -> None:
    """Time the work on batches and report nanoseconds per message."""
    ready()
    crew = wait_for_go()

    def batches(count: int) -> None:
        for _ in range(count):
            work()

    figures = Window(settings, crew).measure(batches, 5)
    result({"time": 1e9 / figures["rate"] / BATCH})


def encode(settings: Settings) -> None:
    """Encode the same batch over and over."""
    push, _ = connected()
    batch = payloads(settings)
    measure(settings, lambda: push.encode(batch))


def decode(settings: Settings) -> None:
    """Feed and decode the same batch over and over."""
    push, pull = connected()
    data = push.encode(payloads(settings))

    def work() -> None:
        pull.receive_data(data)
        left = BATCH
        while left:
            left -= len(pull.receive_messages(BATCH))

    measure(settings, work)


if __name__ == "__main__":
    main({"encode": encode, "decode": decode})
