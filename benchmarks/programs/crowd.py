"""Crowds of raw peers, which show how the library on the other side bears their number.

`drain` are subscribers, `flood` are pushers, `pulse` are peers of many sockets, which get a
message each in turn and answer it, `arrive` are connections that come and then say nothing.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Sequence
from itertools import cycle
from time import perf_counter

from benchmarks import raw_peers
from benchmarks.child import Crew, Settings, main, ready, result, wait_for_end, wait_for_go
from benchmarks.programs.fanout import GREETING, topic, totals
from benchmarks.window import WARM_UP, Window, repeat, resident

BUFFER = 1 << 20
BLOCK = 32768


def grown(settings: Settings, crew: Crew, role: str) -> float:
    """Return by how many bytes a role has grown since it said ready."""
    return float(max(0, resident(crew[role]) - settings.resident))


def drain(settings: Settings) -> None:
    """Subscribe, wait until the publisher knows it, then time all deliveries."""
    streams = raw_peers.connect(settings.endpoint, "SUB", settings.peers)
    for stream in streams:
        raw_peers.subscribe(stream, map(topic, range(settings.subscriptions)))
        raw_peers.subscribe(stream, iter((GREETING,)))
    greeting = raw_peers.frame(GREETING)
    for stream in streams:
        assert raw_peers.read_exactly(stream, len(greeting)) == greeting
    ready()
    crew = wait_for_go()
    memory = grown(settings, crew, "publish")
    warmup, count = totals(settings)
    take = reader(streams)
    length = len(raw_peers.frame(bytes(settings.size)))
    take(warmup * settings.peers * length)
    window = Window(settings, crew)
    window.start()
    take(count * settings.peers * length)
    result({**window.figures(count * settings.peers), "memory": memory})


def reader(streams: Sequence[socket.socket]) -> Callable[[int], None]:
    """Return a function that reads so many bytes more from all streams together.

    What it reads beyond that counts for the next call.
    """
    selector = selectors.DefaultSelector()
    for stream in streams:
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_READ, stream.recv_into)
    buffer = bytearray(BUFFER)
    missing = 0

    def take(count: int) -> None:
        nonlocal missing
        missing += count
        while missing > 0:
            for key, _ in selector.select():
                missing -= key.data(buffer)

    return take


def flood(settings: Settings) -> None:
    """Write messages into every connection that takes them, until the runner ends this."""
    streams = raw_peers.connect(settings.endpoint, "PUSH", settings.peers)
    message = raw_peers.frame(bytes(settings.size))
    block = memoryview(message * max(1, BLOCK // len(message)))
    ready()
    wait_for_go()
    selector = selectors.DefaultSelector()
    for stream in streams:
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_WRITE)
    rest = dict.fromkeys((stream.fileno() for stream in streams), block)
    while True:
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            left = rest[key.fd]
            rest[key.fd] = left[key.fileobj.send(left) :] or block


def pulse(settings: Settings) -> None:
    """Accept the connections of many sockets, ask each in turn and time the answers."""
    raw_peers.allow_descriptors(settings.sockets)
    listener = socket.create_server(("127.0.0.1", 0), backlog=settings.sockets + 10)
    ready(endpoint=f"tcp://127.0.0.1:{listener.getsockname()[1]}")
    streams = raw_peers.accept(listener, "DEALER", settings.sockets)
    crew = wait_for_go()
    message = raw_peers.frame(bytes(settings.size))
    turns = cycle(streams)

    def ask(count: int) -> None:
        for _ in range(count):
            stream = next(turns)
            stream.sendall(message)
            raw_peers.read_exactly(stream, len(message))

    repeat(ask, 10, settings.seconds * WARM_UP)
    window = Window(settings, crew)
    window.start()
    result(window.figures(repeat(ask, 10, settings.seconds)))


def arrive(settings: Settings) -> None:
    """Open connections, finish every handshake; report how many a second, and their memory."""
    start = perf_counter()
    streams = raw_peers.connect(settings.endpoint, "PUSH", settings.count)
    rate = len(streams) / (perf_counter() - start)
    ready(connections=len(streams))
    crew = wait_for_go()
    memory = grown(settings, crew, "idle")
    result({"rate": rate, "memory": memory})
    wait_for_end()


if __name__ == "__main__":
    main({"drain": drain, "flood": flood, "pulse": pulse, "arrive": arrive})
