"""Runs a gateway until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
import sys

from gateway.server import Gateway
from gateway.settings import Settings


def run(listen: str, settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit code.

    Prints ``listening on HOST:PORT`` to standard output when clients may come.
    """
    return asyncio.run(_run(listen, settings))


async def _run(listen: str, settings: Settings) -> int:
    # Before the address is printed: whoever reads it may send a signal at once.
    stopping, hurry = _signals()
    gateway = Gateway(settings)
    try:
        address = await gateway.start(listen)
    except OSError as error:
        print(f"babelmq serve: {error}", file=sys.stderr)
        await gateway.stop(0)
        return 1
    print(f"listening on {address}", flush=True)
    await stopping.wait()
    await _stop(gateway, hurry)
    return 0


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """Set by the first and by the second signal."""
    stopping, hurry = asyncio.Event(), asyncio.Event()

    def on_signal() -> None:
        (hurry if stopping.is_set() else stopping).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stopping, hurry


async def _stop(gateway: Gateway, hurry: asyncio.Event) -> None:
    stop = asyncio.create_task(gateway.stop())
    hurried = asyncio.create_task(hurry.wait())
    await asyncio.wait({stop, hurried}, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    if stop.done():
        await stop
        return
    stop.cancel()
    await asyncio.wait({stop})
    await gateway.stop(0)
