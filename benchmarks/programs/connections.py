"""Connections: how many a second, and what an idle one costs.

`connect` opens a REQ, asks once and closes it, over and over (its peer is `serve`). `idle` binds
a PULL, and its peers are raw (see `crowd`).
"""

from __future__ import annotations

import os
from time import perf_counter, sleep

from benchmarks import plain
from benchmarks.child import Settings, main, ready, result, wait_for_end, wait_for_go
from benchmarks.implementations import ZmqLink, open_link
from benchmarks.programs.latency import echo
from benchmarks.raw_peers import allow_descriptors
from benchmarks.raw_peers import connect as open_raw
from benchmarks.window import Window, processor_time, resident

IDLE_SECONDS = 3.0
CHUNK = 10


def serve(settings: Settings) -> None:
    """Answer requests; with a plain socket one per connection."""
    if settings.implementation != "plain":
        echo(settings)
    listener, endpoint = plain.listen(settings)
    ready(endpoint=endpoint)
    while True:
        stream, _ = listener.accept()
        with plain.prompt(stream):
            stream.sendall(stream.recv(65536))


def connect(settings: Settings) -> None:
    """Time over and over: open a REQ, one round trip, close."""
    ready()
    window = Window(settings, wait_for_go())
    if settings.implementation == "plain":
        result(window.measure(lambda count: visit_plain(settings, count), CHUNK))
    elif settings.implementation == "pynng":
        result(window.measure(lambda count: visit(settings, count, None), CHUNK))
    else:
        base = ZmqLink(settings, "REQ", bind=False)
        result(window.measure(lambda count: visit(settings, count, base.context), CHUNK))


def visit(settings: Settings, count: int, context: object) -> None:
    """Make `count` short-lived connections from a context."""
    payload = bytes(settings.size)
    for _ in range(count):
        link = open_link(settings, "REQ", bind=False, context=context)
        link.send(payload)
        link.recv()
        link.close()


def visit_plain(settings: Settings, count: int) -> None:
    """Make `count` short-lived connections with plain sockets."""
    payload = bytes(settings.size)
    for _ in range(count):
        with plain.connect(settings) as stream:
            stream.sendall(payload)
            stream.recv(65536)


def idle(settings: Settings) -> None:
    """Measure this process with `count` connected peers that say nothing."""
    allow_descriptors(settings.count)
    link = ZmqLink(settings, "PULL", bind=True)
    before = resident(os.getpid())
    ready(endpoint=link.endpoint, resident=before)
    wait_for_go()
    sleep(0.5)  # let the last handshake end
    start, began = processor_time(os.getpid()), perf_counter()
    sleep(IDLE_SECONDS)
    busy = processor_time(os.getpid()) - start
    share = busy / (perf_counter() - began)
    memory = resident(os.getpid()) - before
    result({"memory": memory / settings.count / 1024, "cpu": 100 * share})
    wait_for_end()


def crowd(settings: Settings) -> None:
    """Open `count` connections, finish every handshake and stay."""
    streams = open_raw(settings.endpoint, "PUSH", settings.count)
    ready(connections=len(streams))
    wait_for_end()


if __name__ == "__main__":
    main({"serve": serve, "connect": connect, "idle": idle, "crowd": crowd})
