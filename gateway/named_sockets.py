"""Sockets that outlive a call: what CreateSocket makes and Send, Receive, Control work on.

They are for people with grpcurl and for scripts, one call at a time; whoever needs speed or a
socket that goes when its user goes takes an Attach stream.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from itertools import islice
from typing import Any, TypeVar

from gateway import batches
from gateway.batches import Message
from gateway.errors import GatewayError
from gateway.remote_socket import RemoteSocket

T = TypeVar("T")
_RETRY = 0.005  # seconds between two tries when the engine says "writable" but takes nothing


class NamedSocket:
    """A socket with a name, usable by one call after the other.

    :param name: how clients call it
    :param remote: the socket
    """

    def __init__(self, name: str, remote: RemoteSocket) -> None:
        self.name = name
        self.remote = remote
        self.calls = 0  # calls at work on it; while there are some it is not idle
        self.last_used = asyncio.get_running_loop().time()
        self.first_seq = 1  # of the first message in the inbox
        self._inbox: deque[Message] = deque()  # taken from the engine, not forgotten yet
        self._receiving = False
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # ------------------------------------------------------------------ sending

    async def send(self, messages: Sequence[Message], seconds: float | None) -> int:
        """Send within `seconds` (None: no limit); how many messages were accepted.

        :raises GatewayError: EAGAIN when none was accepted in time, or what the engine says
        """
        accepted = await self.remote.try_send(messages)
        if accepted < len(messages) and seconds != 0:
            accepted += await self._unless_closed(self._send_rest(messages[accepted:], seconds))
        if not accepted:
            raise GatewayError("EAGAIN", f"{self.name} cannot send now: no peer takes messages")
        return accepted

    async def _send_rest(self, messages: Sequence[Message], seconds: float | None) -> int:
        accepted = 0
        try:
            async with asyncio.timeout(seconds):
                while accepted < len(messages):
                    await self.remote.until_writable()
                    count = await self.remote.try_send(messages[accepted:])
                    accepted += count
                    if not count:
                        await asyncio.sleep(_RETRY)
        except TimeoutError:
            pass
        return accepted

    # ------------------------------------------------------------------ receiving

    def acknowledge(self, through: int) -> None:
        """Forget what was handed out up to this sequence number."""
        while self._inbox and self.first_seq <= through:
            self._inbox.popleft()
            self.first_seq += 1

    async def receive(self, limit: int, max_bytes: int, seconds: float | None) -> list[Message]:
        """The next messages, which stay until they are acknowledged; none after `seconds`.

        A call that is cancelled here loses nothing: what was taken is in the inbox.

        :raises GatewayError: EBUSY when another call waits for messages of this socket
        """
        if self._receiving:
            raise GatewayError("EBUSY", f"another Receive is waiting on {self.name}")
        self._receiving = True
        try:
            if not self._inbox:
                await self._unless_closed(self._fetch(limit, seconds))
        finally:
            self._receiving = False
        return self._next(limit, max_bytes)

    async def _fetch(self, limit: int, seconds: float | None) -> None:
        self._inbox += await self.remote.try_receive(limit)
        if self._inbox or seconds == 0:
            return
        try:
            async with asyncio.timeout(seconds):
                self._inbox += await self.remote.receive(limit)
        except TimeoutError:
            pass

    def _next(self, limit: int, max_bytes: int) -> list[Message]:
        messages = list(islice(self._inbox, limit))
        total = 0
        for index, size in enumerate(batches.sizes(messages)):
            total += size
            if index and total > max_bytes:
                return messages[:index]
        return messages

    # ------------------------------------------------------------------ the end

    def close(self, linger: float) -> None:
        """Close; calls that wait on the socket fail with ENOTSOCK."""
        if not self._closed.done():
            self._closed.set_result(None)
            self.remote.close(linger)

    async def _unless_closed(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        try:
            first: set[asyncio.Future[Any]] = {task, self._closed}
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise GatewayError("ENOTSOCK", f"{self.name} was closed")
            return task.result()
        finally:
            task.cancel()
