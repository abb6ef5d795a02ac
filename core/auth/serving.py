"""The thread of a ZAP handler: it answers requests until its socket or its context ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from threading import Thread
from typing import Any

from core.errors import ZMQError

__all__ = ["serve_in_thread"]


def serve_in_thread(
    socket: Any, name: str, handle: Callable[[list[bytes]], Awaitable[None]]
) -> Thread:
    """Start a thread that receives requests and awaits `handle` for each, in a loop of its own."""
    thread = Thread(target=_serve, args=(socket, handle), name=name, daemon=True)
    thread.start()
    return thread


def _serve(socket: Any, handle: Callable[[list[bytes]], Awaitable[None]]) -> None:
    import asyncio

    async def answer(request: list[bytes]) -> None:
        await handle(request)

    with asyncio.Runner() as runner:
        while True:
            try:
                runner.run(answer(socket.recv_multipart()))
            except ZMQError:
                if socket.closed or socket.context.closed:
                    return
                raise
