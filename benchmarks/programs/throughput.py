"""PUSH→PULL one way: the receiver's clock runs from the first to the last message.

Roles `receive` and `send` are two processes, `threads` is one process with two threads (inproc).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

from benchmarks import plain
from benchmarks.child import Settings, main, ready, result, wait_for_end, wait_for_go
from benchmarks.implementations import open_link, shared_context

Consume = Callable[[int], None]


def receive(settings: Settings) -> None:
    """Bind, receive the warm-up, then time `count` messages."""
    if settings.implementation == "plain":
        listener, endpoint = plain.listen(settings)
        ready(endpoint=endpoint)
        stream, _ = listener.accept()
        measure(settings, plain.consumer(stream, settings.size))
        return
    link = open_link(settings, "PULL", bind=True)
    ready(endpoint=link.endpoint)
    measure(settings, consumer(settings, link))


def send(settings: Settings) -> None:
    """Connect, wait for the start, send the warm-up and the measured messages."""
    total = settings.warmup + settings.count
    payload = bytes(settings.size)
    if settings.implementation == "plain":
        stream = plain.connect(settings)
        ready()
        wait_for_go()
        plain.produce(stream, payload, total)
    else:
        link = open_link(settings, "PUSH", bind=False)
        ready()
        wait_for_go()
        produce(settings, link, payload, total)
    wait_for_end()


def threads(settings: Settings) -> None:
    """Send from a second thread of this process."""
    context = shared_context(settings)
    sink = open_link(settings, "PULL", bind=True, context=context)
    settings = replace(settings, endpoint=sink.endpoint)

    def run() -> None:
        link = open_link(settings, "PUSH", bind=False, context=context)
        produce(settings, link, bytes(settings.size), settings.warmup + settings.count)

    ready()
    wait_for_go()
    sender = threading.Thread(target=run, daemon=True)
    sender.start()
    measure(settings, consumer(settings, sink))


def measure(settings: Settings, consume: Consume) -> None:
    """Time the reception and report messages and bytes a second."""
    consume(settings.warmup)
    start = perf_counter()
    consume(settings.count)
    seconds = perf_counter() - start
    rate = settings.count / seconds
    result(rate=rate, bytes=rate * settings.size * settings.frames)


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


def produce(settings: Settings, link: Any, payload: bytes, count: int) -> None:
    """Send `count` messages the way the case asks for."""
    if settings.batch and settings.implementation == "babelmq":
        produce_batches(link.socket.send_many, [payload] * settings.batch, count)
    elif settings.frames > 1:
        frames, send_multipart = [payload] * settings.frames, link.socket.send_multipart
        for _ in range(count):
            send_multipart(frames)
    else:
        send_one = link.send
        for _ in range(count):
            send_one(payload)


def produce_batches(
    send_many: Callable[[list[bytes]], int], messages: list[bytes], count: int
) -> None:
    """Send full batches and the rest."""
    for _ in range(count // len(messages)):
        send_many(messages)
    if rest := count % len(messages):
        send_many(messages[:rest])


if __name__ == "__main__":
    main({"receive": receive, "send": send, "threads": threads})
