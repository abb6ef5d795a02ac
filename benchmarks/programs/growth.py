"""The library's side of the growth cases that no other program has; see `crowd` for the peers."""

from __future__ import annotations

import os
from typing import Any

from benchmarks.child import Settings, main, ready, result, wait_for_go
from benchmarks.implementations import ZmqLink, load
from benchmarks.raw_peers import allow_descriptors
from benchmarks.window import Window, chunk_for, resident


def pull(settings: Settings) -> None:
    """Time what one PULL receives from all its peers together."""
    allow_descriptors(settings.peers)
    link = ZmqLink(settings, "PULL", bind=True)
    before = resident(os.getpid())
    ready(endpoint=link.endpoint)
    recv = link.recv

    def consume(count: int) -> None:
        for _ in range(count):
            recv()

    crew = wait_for_go()
    memory = float(max(0, resident(os.getpid()) - before))
    figures = Window(settings, crew).measure(consume, chunk_for(settings.size))
    result({**figures, "memory": memory})


def serve(settings: Settings) -> None:
    """Answer with many sockets and one Poller until the runner ends this process."""
    allow_descriptors(2 * settings.sockets)
    module = load(settings.implementation)
    context = module.Context()
    context.set(module.MAX_SOCKETS, settings.sockets + 10)
    before = resident(os.getpid())
    poller = module.Poller()
    for _ in range(settings.sockets):
        socket = context.socket(module.DEALER)
        socket.connect(settings.endpoint)
        poller.register(socket, module.POLLIN)
    ready(figures={"memory": float(max(0, resident(os.getpid()) - before))})
    wait_for_go()
    answer(poller)


def answer(poller: Any) -> None:
    """Send every message back through the socket from which it came."""
    while True:
        for socket, _ in poller.poll():
            socket.send(socket.recv())


if __name__ == "__main__":
    main({"pull": pull, "serve": serve})
