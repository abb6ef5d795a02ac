"""PUB to SUBs: what all subscribers together receive a second.

The high-water marks are off on both sides: a PUB drops for a full subscriber, and a run that
counts messages would never end. The subscribers share one process and one Poller. pynng cannot
have its limits off: there the publisher goes on until the subscriber has its messages, and what
was dropped between them does not count.

While the roles start, the publisher repeats a greeting. The subscribers say that they are ready
once each has seen it, which proves that every subscription arrived.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from itertools import cycle
from typing import Any

from benchmarks.child import Settings, main, ready, result, wait_for_end, wait_for_go
from benchmarks.implementations import NngLink, load, wildcard
from benchmarks.raw_peers import allow_descriptors
from benchmarks.window import WARM_UP, Window, resident

GREETING = b"~"
TAKE = 200  # messages from one subscriber before the next has its turn


def totals(settings: Settings) -> tuple[int, int]:
    """Return how many messages are published before and in the measured window."""
    count = max(1, int(settings.count * settings.seconds))
    return max(1, int(count * WARM_UP)), count


def publish(settings: Settings) -> None:
    """Greet until the start, then publish to everybody at full speed."""
    if settings.implementation == "pynng":
        link = NngLink(settings, "PUB", bind=True)
        ready(endpoint=link.endpoint)
        greet_until_go(link.send)
        for message in cycle(different(settings)):
            link.send(message)
    allow_descriptors(settings.peers)
    module = load(settings.implementation)
    with module.Context() as context, context.socket(module.PUB) as socket:
        socket.setsockopt(module.SNDHWM, 0)
        socket.bind(wildcard(settings))
        endpoint = socket.getsockopt_string(module.LAST_ENDPOINT)
        ready(endpoint=endpoint, resident=resident(os.getpid()))
        greet_until_go(socket.send)
        send = socket.send
        for message in messages(settings):
            send(message)
        wait_for_end()


def greet_until_go(send: Callable[[bytes], object]) -> None:
    """Publish the greeting every 10 ms until the runner says go."""
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        send(GREETING)
    wait_for_go()


def messages(settings: Settings) -> list[bytes]:
    """Return all that is published, in order."""
    topics = different(settings)
    total = sum(totals(settings))
    return (topics * (total // len(topics) + 1))[:total]


def different(settings: Settings) -> list[bytes]:
    """Return the messages that take turns: topics rotate when there is more than one."""
    topics = min(settings.subscriptions, 1000)
    step = settings.subscriptions // topics
    return [topic(i * step).ljust(settings.size, b".") for i in range(topics)]


def topic(number: int) -> bytes:
    """Return a subscription of eight bytes."""
    return b"t%06d." % number


def subscribe(settings: Settings) -> None:
    """Subscribe, wait for the greeting on every socket, then time all deliveries."""
    module = load(settings.implementation)
    if settings.implementation == "pynng":
        sockets = [nng_subscriber(settings)]
    else:
        context = module.Context()
        sockets = [subscriber(module, context, settings) for _ in range(settings.peers)]
    for socket in sockets:
        socket.recv()
    ready()
    window = Window(settings, wait_for_go())
    warmup, count = totals(settings)
    # `ready` makes the runner say go, and the publisher stops greeting.
    receive(module, sockets, warmup)
    window.start()
    receive(module, sockets, count)
    result(window.figures(count * settings.peers))


def subscriber(module: Any, context: Any, settings: Settings) -> Any:
    """Return a SUB with all its subscriptions, the greeting's last, then connected."""
    socket = context.socket(module.SUB)
    # libzmq drops subscriptions beyond the send high-water mark without a word.
    socket.setsockopt(module.SNDHWM, 0)
    socket.setsockopt(module.RCVHWM, 0)
    for number in range(settings.subscriptions):
        socket.setsockopt(module.SUBSCRIBE, topic(number))
    socket.setsockopt(module.SUBSCRIBE, GREETING)
    socket.connect(settings.endpoint)
    return socket


def nng_subscriber(settings: Settings) -> Any:
    """Return the same for pynng."""
    socket = NngLink(settings, "SUB", bind=False).socket
    for number in range(settings.subscriptions):
        socket.subscribe(topic(number))
    socket.subscribe(GREETING)
    return socket


def receive(module: Any, sockets: list[Any], count: int) -> None:
    """Take `count` messages from every socket."""
    if len(sockets) == 1:
        receive_one(sockets[0], count)
        return
    missing = dict.fromkeys(sockets, count)
    poller = module.Poller()
    for socket in sockets:
        poller.register(socket, module.POLLIN)
    while missing:
        for socket, _ in poller.poll():
            missing[socket] -= take(module, socket, min(TAKE, missing[socket]))
            if not missing[socket]:
                poller.unregister(socket)
                del missing[socket]


def receive_one(socket: Any, count: int) -> None:
    """Take `count` messages from a single subscriber, blocking."""
    recv = socket.recv
    while count:
        if recv() != GREETING:
            count -= 1


def take(module: Any, socket: Any, limit: int) -> int:
    """Take at most `limit` messages without waiting; greetings do not count."""
    taken = 0
    recv, flags = socket.recv, module.NOBLOCK
    try:
        while taken < limit:
            if recv(flags) != GREETING:
                taken += 1
    except module.Again:
        pass
    return taken


if __name__ == "__main__":
    main({"publish": publish, "subscribe": subscribe})
