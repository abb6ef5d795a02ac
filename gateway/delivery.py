"""Messages from the socket to the client: takes only what the client gave credit for.

Everything else stays in the engine under the receive high-water mark, where the usual rules apply:
a PUSH on the other side is slowed down, a PUB drops. While a frame is being written the engine
collects the next messages, so batches grow with the load and cost no delay without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import accumulate, takewhile
from typing import NoReturn

from gateway import batches
from gateway.batches import Message
from gateway.credit import DeliveryCredit
from gateway.errors import GatewayError
from gateway.outbox import Outbox
from gateway.remote_socket import RemoteSocket
from gateway.settings import KIB, Settings
from gateway.v1 import gateway_pb2 as pb


class Delivery:
    """The receiving half of a remote socket.

    :param socket: where messages come from
    :param outbox: where they go to
    :param settings: limits
    :param after_receive: called when messages were taken; a REQ or REP may send again then
    """

    def __init__(
        self,
        socket: RemoteSocket,
        outbox: Outbox,
        settings: Settings,
        after_receive: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._outbox = outbox
        self._settings = settings
        self._after_receive = after_receive
        self._credit = DeliveryCredit()
        self._announced = asyncio.Event()
        self._usual_size = 8 * KIB  # bytes of a message in the last batch; a guess to begin with

    def announce(self, window: pb.ReceiveWindow) -> None:
        """Take an announcement of the client; GatewayError (EPROTO) when it makes no sense."""
        self._credit.announce(window)
        self._announced.set()

    async def run(self) -> NoReturn:
        """Deliver for ever; GatewayError when a message cannot travel."""
        while True:
            messages = await self._socket.receive(await self._room())
            if self._socket.lockstep:
                self._after_receive()
            await self._deliver(messages)

    async def _room(self) -> int:
        """How many messages to take, at least one."""
        while (allowed := self._credit.messages()) < 1:
            self._announced.clear()
            await self._announced.wait()
        # What is taken beyond one batch only waits here, so large messages are taken few at a time.
        by_size = self._settings.max_batch_bytes // self._usual_size
        return max(1, min(allowed, self._settings.max_batch_messages, by_size))

    async def _deliver(self, messages: Sequence[Message]) -> None:
        sizes = batches.sizes(messages)
        self._usual_size = max(1, sum(sizes) // len(sizes))
        start = 0
        while start < len(messages):
            end = start + self._fits(sizes[start:])
            if end == start:
                await self._room()
                continue
            first_seq = self._credit.delivered + 1
            self._credit.spend(sizes[start:end])
            await self._outbox.deliver(messages[start:end], first_seq)
            start = end

    def _fits(self, sizes: Sequence[int]) -> int:
        """How many messages go into the next batch: what credit and the batch limit allow."""
        if max(sizes) > self._settings.max_message_bytes:
            self._refuse(max(sizes))
        allowed = self._credit.covers(sizes)
        if sum(sizes) <= self._settings.max_batch_bytes:
            return allowed
        ends = accumulate(sizes[:allowed])
        within = takewhile(lambda end: end <= self._settings.max_batch_bytes, ends)
        return max(sum(1 for _ in within), min(allowed, 1))

    def _refuse(self, size: int) -> NoReturn:
        most = self._settings.max_message_bytes
        said = f"a peer sent a message of {size} bytes; the gateway carries {most} at most"
        raise GatewayError("EMSGSIZE", said, limit=str(most))
