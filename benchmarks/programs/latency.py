"""REQ-REP round trip, one request at a time: the median and the 99th percentile.

Roles `echo` and `ask` are two processes, `threads` is one process with two threads (inproc).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue
from time import perf_counter_ns
from typing import Any

from benchmarks import plain
from benchmarks.child import Crew, Settings, main, ready, result, wait_for_end, wait_for_go
from benchmarks.implementations import open_link, shared_context
from benchmarks.summary import quantile
from benchmarks.window import WARM_UP, Window, repeat

CHUNK = 20


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
    """Time round trips."""
    if settings.implementation == "plain":
        stream = plain.connect(settings)
        measure(settings, stream.sendall, lambda: stream.recv(65536))
    else:
        link = open_link(settings, "REQ", bind=False)
        measure(settings, link.send, link.recv)


def threads(settings: Settings) -> None:
    """Answer from a second thread of this process; the plain limit is two queues."""
    if settings.implementation == "plain":
        there: SimpleQueue[bytes] = SimpleQueue()
        back: SimpleQueue[bytes] = SimpleQueue()
        start(there.get, back.put)
        measure(settings, there.put, back.get)
    else:
        context = shared_context(settings)
        server = open_link(settings, "REP", bind=True, context=context)
        start(server.recv, server.send)
        settings = replace(settings, endpoint=server.endpoint)
        link = open_link(settings, "REQ", bind=False, context=context)
        measure(settings, link.send, link.recv)
    wait_for_end()


def start(recv: Callable[[], bytes], send: Callable[[bytes], object]) -> None:
    """Answer in a second thread, which ends with the process."""
    threading.Thread(target=answer, args=(recv, send), daemon=True).start()


def measure(settings: Settings, send: Callable[[bytes], object], recv: Callable[[], Any]) -> None:
    """Say ready, wait for the start, warm up, time each round trip and report microseconds."""
    ready()
    result(time_round_trips(settings, wait_for_go(), send, recv))


def time_round_trips(
    settings: Settings, crew: Crew, send: Callable[[bytes], object], recv: Callable[[], Any]
) -> dict[str, float]:
    """Return the window's figures, with `p50` and `p99` of the single trips in microseconds."""
    payload = bytes(settings.size)
    times: list[int] = []
    append = times.append

    def trips(count: int) -> None:
        for _ in range(count):
            start = perf_counter_ns()
            send(payload)
            recv()
            append(perf_counter_ns() - start)

    window = Window(settings, crew)
    repeat(trips, CHUNK, settings.seconds * WARM_UP)
    times.clear()
    window.start()
    figures = window.figures(repeat(trips, CHUNK, settings.seconds))
    return {**figures, **percentiles(times)}


def percentiles(times: list[int]) -> dict[str, float]:
    """Return the median and the 99th percentile of nanoseconds as microseconds."""
    return {"p50": quantile(times, 0.5) / 1000, "p99": quantile(times, 0.99) / 1000}


if __name__ == "__main__":
    main({"echo": echo, "ask": ask, "threads": threads})
