"""Connections: how many a second, and what an idle one costs.

`connect` opens a REQ, asks once and closes it, over and over (its peer is `latency echo`).
`idle` binds a PULL and `crowd` connects to it with plain sockets that speak just enough ZMTP 3.0
to finish the handshake, so that the crowd is the same whoever listens.
"""

from __future__ import annotations

import resource
import socket
from time import perf_counter, sleep

import psutil

from benchmarks.child import Settings, main, ready, result, wait_for_end, wait_for_go
from benchmarks.implementations import ZmqLink

IDLE_SECONDS = 3.0
# RFC 23: signature, version 3.0, mechanism NULL, as-client, filler
GREETING = b"\xff\0\0\0\0\0\0\0\0\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
READY_BODY = b"\x05READY\x0bSocket-Type\0\0\0\x04PUSH"
READY = bytes([4, len(READY_BODY)]) + READY_BODY


def connect(settings: Settings) -> None:
    """Time `count` times: open a REQ, one round trip, close."""
    base = ZmqLink(settings, "REQ", bind=False)
    ready()
    wait_for_go()
    visit(settings, base, settings.warmup)
    start = perf_counter()
    visit(settings, base, settings.count)
    result(rate=settings.count / (perf_counter() - start))


def visit(settings: Settings, base: ZmqLink, count: int) -> None:
    """Make `count` short-lived connections from the context of `base`."""
    payload = bytes(settings.size)
    for _ in range(count):
        link = ZmqLink(settings, "REQ", bind=False, context=base.context)
        link.send(payload)
        link.recv()
        link.close()


def idle(settings: Settings) -> None:
    """Measure this process with `count` connected peers that say nothing."""
    allow_descriptors(settings.count)
    link = ZmqLink(settings, "PULL", bind=True)
    process = psutil.Process()
    before = process.memory_info().rss
    ready(endpoint=link.endpoint)
    wait_for_go()
    start = process.cpu_times()
    sleep(IDLE_SECONDS)
    end = process.cpu_times()
    # The kernel scales its two counters to fit each other, so that their sum can run backwards.
    busy = max(0.0, end.user + end.system - start.user - start.system)
    memory = process.memory_info().rss - before
    result(memory=memory / settings.count / 1024, cpu=100 * busy / IDLE_SECONDS)


def crowd(settings: Settings) -> None:
    """Open `count` connections, finish every handshake and stay."""
    allow_descriptors(settings.count)
    port = int(settings.endpoint.rpartition(":")[2])
    streams = [shake_hands(port) for _ in range(settings.count)]
    ready(connections=len(streams))
    wait_for_end()


def shake_hands(port: int) -> socket.socket:
    """Return a connection past its ZMTP handshake."""
    stream = socket.create_connection(("127.0.0.1", port), timeout=30)
    stream.sendall(GREETING + READY)
    answer = b""
    while b"READY" not in answer or b"Socket-Type" not in answer:
        data = stream.recv(4096)
        if not data:
            raise EOFError(f"the listener closed the connection after {answer!r}")
        answer += data
    return stream


def allow_descriptors(count: int) -> None:
    """Raise the limit of open files. Raises ValueError where the system forbids it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 200, max(hard, count + 200)))


if __name__ == "__main__":
    main({"connect": connect, "idle": idle, "crowd": crowd})
