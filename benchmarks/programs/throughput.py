"""PUSH→PULL (or PAIR→PAIR) one way: the receiver's clock runs from a first to a last message.

Roles `receive` and `send` are two processes, `threads` is one process with two threads (inproc).
The sender never ends by itself. Both sides use the same loop whatever the library.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import repeat
from queue import SimpleQueue
from typing import Any

from benchmarks import plain
from benchmarks.child import Settings, main, ready, result, wait_for_end, wait_for_go
from benchmarks.implementations import open_link, shared_context
from benchmarks.window import Window, chunk_for

Consume = Callable[[int], object]
RECEIVERS = {"PUSH": "PULL", "PAIR": "PAIR"}


def receive(settings: Settings) -> None:
    """Bind, then time the reception."""
    if settings.implementation == "plain":
        listener, endpoint = plain.listen(settings)
        ready(endpoint=endpoint)
        stream, _ = listener.accept()
        measure(settings, plain.consumer(stream, settings.size))
        return
    link = open_link(settings, RECEIVERS[settings.pattern], bind=True)
    ready(endpoint=link.endpoint)
    measure(settings, consumer(settings, link))


def send(settings: Settings) -> None:
    """Connect, wait for the start, send until the runner ends this process."""
    payload = bytes(settings.size)
    if settings.implementation == "plain":
        stream = plain.connect(settings)
        ready()
        wait_for_go()
        plain.produce(stream, payload)
    else:
        link = open_link(settings, settings.pattern, bind=False)
        ready()
        wait_for_go()
        produce(settings, link, payload)


def threads(settings: Settings) -> None:
    """Send from a second thread of this process; the plain limit is a queue of the library."""
    payload = bytes(settings.size)
    if settings.implementation == "plain":
        queue: SimpleQueue[bytes] = SimpleQueue()
        gate = threading.Semaphore(0)  # a limit as coarse as a queue without one allows
        start(lambda: fill(queue, gate, payload))
        ready()
        measure(settings, drain(queue, gate))
    else:
        context = shared_context(settings)
        sink = open_link(settings, RECEIVERS[settings.pattern], bind=True, context=context)
        there = replace(settings, endpoint=sink.endpoint)
        source = open_link(there, settings.pattern, bind=False, context=context)
        ready()
        start(lambda: produce(settings, source, payload))
        measure(settings, consumer(settings, sink))
    wait_for_end()


def start(run: Callable[[], None]) -> None:
    """Run something in a second thread, which ends with the process."""
    threading.Thread(target=run, daemon=True).start()


def measure(settings: Settings, consume: Consume) -> None:
    """Time the reception and report messages and bytes a second."""
    figures = Window(settings, wait_for_go()).measure(consume, chunk_for(settings.size))
    figures["bytes"] = figures["rate"] * settings.size * settings.frames
    result(figures)


def consumer(settings: Settings, link: Any) -> Consume:
    """Return the loop that receives a number of messages the way the case asks for."""
    if settings.batch and settings.implementation == "babelmq":
        return batch_consumer(link.socket.recv_many, settings.batch)
    recv = link.recv if settings.frames == 1 else link.socket.recv_multipart

    def consume(count: int) -> None:
        for _ in range(count):
            recv()

    return consume


def batch_consumer(recv_many: Callable[[int], list[Any]], batch: int) -> Consume:
    """Receive with `recv_many`, never more than is still expected."""

    def consume(count: int) -> None:
        while count:
            count -= len(recv_many(min(batch, count)))

    return consume


def produce(settings: Settings, link: Any, payload: bytes) -> None:
    """Send messages without end the way the case asks for."""
    if settings.batch and settings.implementation == "babelmq":
        messages, send_many = [payload] * settings.batch, link.socket.send_many
        for _ in repeat(None):
            send_many(messages)
    elif settings.frames > 1:
        frames, send_multipart = [payload] * settings.frames, link.socket.send_multipart
        for _ in repeat(None):
            send_multipart(frames)
    else:
        send_one = link.send
        for _ in repeat(None):
            send_one(payload)


BLOCK = 1000


def fill(queue: SimpleQueue[bytes], gate: threading.Semaphore, payload: bytes) -> None:
    """Put messages into a queue, at most two blocks ahead of the reader."""
    put = queue.put
    for number in range(1 << 62):
        if number >= 2:
            gate.acquire()
        for _ in range(BLOCK):
            put(payload)


def drain(queue: SimpleQueue[bytes], gate: threading.Semaphore) -> Consume:
    """Return the loop that takes messages out of a queue and tells the writer of each block."""
    get, taken = queue.get, 0

    def consume(count: int) -> None:
        nonlocal taken
        for _ in range(count):
            get()
        taken += count
        while taken >= BLOCK:
            gate.release()
            taken -= BLOCK

    return consume


if __name__ == "__main__":
    main({"receive": receive, "send": send, "threads": threads})
