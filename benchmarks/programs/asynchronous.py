"""The asyncio face: `core.asyncio` beside `zmq.asyncio`, pynng's and asyncio's own streams.

The peer of `receive` and `send` is the blocking face of the same library (see `throughput`),
so that the asyncio side is the one that limits. `echo` and `ask` are asyncio on both sides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter_ns
from typing import Any, Protocol

from benchmarks.child import Settings, main, ready, result, wait_for_go
from benchmarks.implementations import NngLink, load, load_asyncio, wildcard
from benchmarks.plain import LENGTH
from benchmarks.programs.latency import CHUNK, percentiles
from benchmarks.window import WARM_UP, Window, repeat_async

MESSAGES = 200  # between two looks at the clock


class Ends(Protocol):
    """The two coroutine functions of a connected socket, whatever library it comes from."""

    @property
    def send(self) -> Callable[[bytes], Awaitable[object]]:
        """Send one message."""

    @property
    def recv(self) -> Callable[[], Awaitable[bytes]]:
        """Receive one message."""


class Streams:
    """The limit: asyncio's own streams, a length before each message."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, message: bytes) -> None:
        """Write one message."""
        self._writer.write(LENGTH.pack(len(message)) + message)
        await self._writer.drain()

    async def recv(self) -> bytes:
        """Read one message."""
        (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
        return await self._reader.readexactly(length)


class Nng(NngLink):
    """A pynng socket with its coroutine functions."""

    def __init__(self, settings: Settings, pattern: str, *, bind: bool) -> None:
        super().__init__(settings, pattern, bind=bind)
        self.send: Any = self.socket.asend
        self.recv: Any = self.socket.arecv


async def bound(settings: Settings, pattern: str) -> Ends:
    """Bind a socket on the running loop and say ready."""
    if settings.implementation == "plain":
        return await accepted()
    if settings.implementation == "pynng":
        link = Nng(settings, pattern, bind=True)
        ready(endpoint=link.endpoint)
        return link
    module = load(settings.implementation)
    socket = load_asyncio(settings.implementation).Context().socket(getattr(module, pattern))
    socket.bind(wildcard(settings))
    ready(endpoint=socket.getsockopt_string(module.LAST_ENDPOINT))
    ends: Ends = socket
    return ends


async def accepted() -> Streams:
    """Return the streams of the first connection to a fresh port, saying ready before."""
    arrived: asyncio.Future[Streams] = asyncio.get_running_loop().create_future()

    def arrive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set_result(Streams(reader, writer))

    server = await asyncio.start_server(arrive, "127.0.0.1", 0)
    ready(endpoint=str(server.sockets[0].getsockname()[1]))
    return await arrived


async def connected(settings: Settings, pattern: str) -> Ends:
    """Connect a socket on the running loop."""
    if settings.implementation == "plain":
        return Streams(*await asyncio.open_connection("127.0.0.1", int(settings.endpoint)))
    if settings.implementation == "pynng":
        return Nng(settings, pattern, bind=False)
    module = load(settings.implementation)
    socket = load_asyncio(settings.implementation).Context().socket(getattr(module, pattern))
    socket.connect(settings.endpoint)
    ends: Ends = socket
    return ends


async def receive(settings: Settings) -> None:
    """Time the reception, one await for each message."""
    recv = (await bound(settings, "PULL")).recv

    async def consume(count: int) -> None:
        for _ in range(count):
            await recv()

    result(await Window(settings, wait_for_go()).measure_async(consume, MESSAGES))


async def send(settings: Settings) -> None:
    """Send until the runner ends this process, one await for each message."""
    send_one = (await connected(settings, "PUSH")).send
    payload = bytes(settings.size)
    ready()
    wait_for_go()
    while True:
        await send_one(payload)


async def echo(settings: Settings) -> None:
    """Answer every request with itself until the runner ends this process."""
    ends = await bound(settings, "REP")
    while True:
        await ends.send(await ends.recv())


async def ask(settings: Settings) -> None:
    """Time round trips."""
    ends = await connected(settings, "REQ")
    ready()
    window = Window(settings, wait_for_go())
    payload = bytes(settings.size)
    times: list[int] = []

    async def trips(count: int) -> None:
        for _ in range(count):
            start = perf_counter_ns()
            await ends.send(payload)
            await ends.recv()
            times.append(perf_counter_ns() - start)

    await repeat_async(trips, CHUNK, settings.seconds * WARM_UP)
    times.clear()
    window.start()
    figures = window.figures(await repeat_async(trips, CHUNK, settings.seconds))
    result({**figures, **percentiles(times)})


def run(role: Callable[[Settings], Awaitable[None]]) -> Callable[[Settings], None]:
    """Turn a coroutine role into a plain one."""

    async def started(settings: Settings) -> None:
        await role(settings)

    return lambda settings: asyncio.run(started(settings))


if __name__ == "__main__":
    main({"receive": run(receive), "send": run(send), "echo": run(echo), "ask": run(ask)})
