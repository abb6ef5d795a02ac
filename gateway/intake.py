"""Messages from the client to the socket: checks them, hands them over, grants credit.

The window opens only while the socket is writable. That carries the blocking of ZeroMQ to the
client: a PUSH without a peer, or at its high-water mark, has no credit to send with.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from itertools import islice
from typing import Any

import core as zmq
from gateway import batches
from gateway.batches import Message
from gateway.credit import SendCredit
from gateway.errors import GatewayError, out_of_protocol
from gateway.outbox import Outbox
from gateway.remote_socket import RemoteSocket
from gateway.settings import Settings
from gateway.v1 import gateway_pb2 as pb

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]

_RETRY = 0.005  # seconds


class Intake:
    """The sending half of a remote socket.

    :param socket: where messages go
    :param outbox: where credit and refusals are told
    :param settings: limits
    :param spawn: runs a task beside the stream, which ends with it
    """

    def __init__(
        self, socket: RemoteSocket, outbox: Outbox, settings: Settings, spawn: Spawn
    ) -> None:
        self._socket = socket
        self._outbox = outbox
        self._settings = settings
        self._spawn = spawn
        self._credit = SendCredit(settings.window_bytes)
        self._backlog: deque[Message] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._granting = socket.can_send
        self._must_receive = socket.type == zmq.REP
        outbox.send_window = self._credit.news

    # ------------------------------------------------------------------ messages

    async def take(self, batch: pb.Batch) -> None:
        """Take a batch from the client; GatewayError when it breaks the protocol."""
        messages = batches.split(batch)
        if not messages:
            return
        sizes = batches.sizes(messages)
        self._check(batch.first_seq, sizes)
        self._credit.receive(sizes)
        if not self._backlog:
            taken = await self._hand_over(messages, sizes)
            messages = messages[taken:]
        self._backlog.extend(messages)
        self.refresh()

    def _check(self, first_seq: int, sizes: Sequence[int]) -> None:
        expected = self._credit.received + 1
        if first_seq != expected:
            raise out_of_protocol(f"a batch starts at {first_seq}, the next message is {expected}")
        if (largest := max(sizes)) > self._settings.max_message_bytes:
            most = self._settings.max_message_bytes
            said = f"a message of {largest} bytes is larger than the limit of {most}"
            raise GatewayError("EMSGSIZE", said, limit=str(most))
        if not self._socket.can_send:
            raise GatewayError("ENOTSUP", f"a {self._socket.type.name} socket does not send")
        # REQ and REP out of turn: the engine says EFSM, which is more than "no credit".
        out_of_turn = self._socket.lockstep and not self._backlog
        if self._credit.exceeded_by(sizes) and not out_of_turn:
            raise out_of_protocol("more was sent than the send window allows")

    async def _hand_over(self, messages: Sequence[Message], sizes: Sequence[int]) -> int:
        """Give messages to the socket until it is mute; how many it took or refused."""
        done = 0
        while done < len(messages):
            rest = messages[done:] if done else messages
            try:
                count = await self._socket.try_send(rest)
            except GatewayError as error:
                self._outbox.failure(self._credit.accepted + 1, error.to_proto())
                count = 1
            if not count:
                break
            self._credit.accept(sizes[done : done + count])
            self._must_receive = self._socket.lockstep
            done += count
        return done

    # ------------------------------------------------------------------ credit

    def refresh(self) -> None:
        """Grant what the socket allows now; when it is mute, watch for the time it is not."""
        if self._granting and not self._backlog and self._socket.writable():
            self._credit.open(self._socket.send_window)
        elif self._granting and not self._must_receive:
            self._watch()
        if self._credit.urgent:
            self._outbox.hurry()
        else:
            self._outbox.dawdle()

    def after_receive(self) -> None:
        """The socket gave a message: now it is the turn of a REQ or REP to send."""
        self._must_receive = False
        self.refresh()

    def _watch(self) -> None:
        if self._pump is None or self._pump.done():
            self._pump = self._spawn(self._until_writable())

    async def _until_writable(self) -> None:
        """Wait for the socket, hand over the backlog, open the window."""
        while True:
            await self._socket.until_writable()
            if self._backlog and not await self._hand_over_backlog():
                # A mandatory ROUTER is "writable" even while the one peer it needs is not.
                await asyncio.sleep(_RETRY)
            elif not self._backlog and self._socket.writable():
                break
        self._pump = None
        self.refresh()

    async def _hand_over_backlog(self) -> int:
        chunk = list(islice(self._backlog, self._settings.max_batch_messages))
        count = await self._hand_over(chunk, batches.sizes(chunk))
        for _ in range(count):
            self._backlog.popleft()
        return count

    # ------------------------------------------------------------------ the end

    def stop_granting(self) -> None:
        """No more credit; what the client was already allowed to send is still taken."""
        self._granting = False

    async def finish(self, linger: float) -> int:
        """Hand over what is left, for at most `linger` seconds; how many messages are left."""
        try:
            async with asyncio.timeout(linger):
                while self._backlog:
                    await self._socket.until_writable()
                    if not await self._hand_over_backlog():
                        await asyncio.sleep(_RETRY)
        except TimeoutError:
            pass
        return len(self._backlog)
