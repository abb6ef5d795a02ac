"""REQ-REP round trip, one request at a time: the median and the 99th percentile.

Roles `echo` and `ask` are two processes, `threads` is one process with two threads (inproc).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter_ns

from benchmarks import plain
from benchmarks.child import Settings, main, ready, result, wait_for_go
from benchmarks.implementations import open_link, shared_context
from benchmarks.summary import quantile


def echo(settings: Settings) -> None:
    """Answer every request with itself until the runner ends this process."""
    if settings.implementation == "plain":
        listener, endpoint = plain.listen(settings)
        ready(endpoint=endpoint)
        stream = plain.prompt(listener.accept()[0])
        answer(lambda: stream.recv(65536), stream.sendall)
    link = open_link(settings, "REP", bind=True)
    ready(endpoint=link.endpoint)
    answer(link.recv, link.send)


def answer(recv: Callable[[], bytes], send: Callable[[bytes], object]) -> None:
    """Echo for ever."""
    while True:
        send(recv())


def ask(settings: Settings) -> None:
    """Time `count` round trips."""
    if settings.implementation == "plain":
        stream = plain.connect(settings)
        measure(settings, stream.sendall, lambda: stream.recv(65536))
    else:
        link = open_link(settings, "REQ", bind=False)
        measure(settings, link.send, link.recv)


def threads(settings: Settings) -> None:
    """Answer from a second thread of this process."""
    context = shared_context(settings)
    server = open_link(settings, "REP", bind=True, context=context)
    replier = threading.Thread(target=answer, args=(server.recv, server.send), daemon=True)
    replier.start()
    settings = replace(settings, endpoint=server.endpoint)
    link = open_link(settings, "REQ", bind=False, context=context)
    measure(settings, link.send, link.recv)


def measure(settings: Settings, send: Callable[[bytes], object], recv: Callable[[], bytes]) -> None:
    """Say ready, wait for the start, warm up, time each round trip and report microseconds."""
    payload = bytes(settings.size)
    ready()
    wait_for_go()
    times = round_trips(payload, settings.warmup, send, recv)
    times = round_trips(payload, settings.count, send, recv)
    result(p50=quantile(times, 0.5) / 1000, p99=quantile(times, 0.99) / 1000)


def round_trips(
    payload: bytes, count: int, send: Callable[[bytes], object], recv: Callable[[], bytes]
) -> list[int]:
    """Return the nanoseconds of each of `count` round trips."""
    times = []
    for _ in range(count):
        start = perf_counter_ns()
        send(payload)
        recv()
        times.append(perf_counter_ns() - start)
    return times


if __name__ == "__main__":
    main({"echo": echo, "ask": ask, "threads": threads})
