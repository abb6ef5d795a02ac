"""The asyncio face: `core.asyncio` beside `zmq.asyncio`.

The peer of `receive` and `send` is the blocking face of the same library (see `throughput`),
so that the asyncio side is the one that limits. `echo` and `ask` are asyncio on both sides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter, perf_counter_ns
from typing import Any

from benchmarks.child import Settings, main, ready, result, wait_for_end, wait_for_go
from benchmarks.implementations import load, load_asyncio, wildcard
from benchmarks.summary import quantile


def open_socket(settings: Settings, pattern: str, *, bind: bool) -> Any:
    """Open a socket on the running loop and bind it, saying ready, or connect it."""
    module = load(settings.implementation)
    context = load_asyncio(settings.implementation).Context()
    socket = context.socket(getattr(module, pattern))
    if bind:
        socket.bind(wildcard(settings))
        ready(endpoint=socket.getsockopt_string(module.LAST_ENDPOINT))
    else:
        socket.connect(settings.endpoint)
    return socket


async def receive(settings: Settings) -> None:
    """Time the reception of `count` messages, one await each."""
    recv = open_socket(settings, "PULL", bind=True).recv
    for _ in range(settings.warmup):
        await recv()
    start = perf_counter()
    for _ in range(settings.count):
        await recv()
    result(rate=settings.count / (perf_counter() - start))


async def send(settings: Settings) -> None:
    """Send the warm-up and the measured messages, one await each."""
    send_one = open_socket(settings, "PUSH", bind=False).send
    payload = bytes(settings.size)
    ready()
    wait_for_go()
    for _ in range(settings.warmup + settings.count):
        await send_one(payload)
    await asyncio.to_thread(wait_for_end)


async def echo(settings: Settings) -> None:
    """Answer every request with itself until the runner ends this process."""
    socket = open_socket(settings, "REP", bind=True)
    while True:
        await socket.send(await socket.recv())


async def ask(settings: Settings) -> None:
    """Time `count` round trips."""
    socket = open_socket(settings, "REQ", bind=False)
    ready()
    wait_for_go()
    await round_trips(socket, bytes(settings.size), settings.warmup)
    times = await round_trips(socket, bytes(settings.size), settings.count)
    result(p50=quantile(times, 0.5) / 1000, p99=quantile(times, 0.99) / 1000)


async def round_trips(socket: Any, payload: bytes, count: int) -> list[int]:
    """Return the nanoseconds of each of `count` round trips."""
    times = []
    for _ in range(count):
        start = perf_counter_ns()
        await socket.send(payload)
        await socket.recv()
        times.append(perf_counter_ns() - start)
    return times


def run(role: Callable[[Settings], Awaitable[None]]) -> Callable[[Settings], None]:
    """Turn a coroutine role into a plain one."""

    async def started(settings: Settings) -> None:
        await role(settings)

    return lambda settings: asyncio.run(started(settings))


if __name__ == "__main__":
    main({"receive": run(receive), "send": run(send), "echo": run(echo), "ask": run(ask)})
