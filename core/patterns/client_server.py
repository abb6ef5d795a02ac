"""CLIENT, SERVER and PEER: single frames to and from numbered peers (RFC 41, RFC 51)."""

from __future__ import annotations

import errno
from itertools import repeat

from ..errors import ZMQError, error_from_errno
from ..options import OptionValues
from .origins import labelled
from .pipe import Message, Pipe
from .request_reply import DealerPattern
from .single_part import SinglePart, parts_refused

# RFC 41: a routing id is four octets, and never zero.
_SIZE = 4
_LARGEST = 0xFFFFFFFF
_NOBODY = bytes(_SIZE)


class ClientPattern(SinglePart, DealerPattern):
    """RFC 41: round robin to the servers, fair queueing from them."""

    name = "CLIENT"
    can_conflate = False


class ServerPattern(SinglePart):
    """RFC 41: every peer has a routing id, which tells whose a message is and to whom one goes.

    Inside, a message on its way out is a list of the four octets of the routing id and the body.
    """

    name = "SERVER"
    has_address = True
    label = "routing_id"

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._routes: dict[bytes, Pipe] = {}
        self._last_id = 0

    # Peers come and go

    def attach(self, pipe: Pipe) -> bool:
        pipe.given_identity = pipe.given_identity or self._next_id()
        self._routes[pipe.given_identity] = pipe
        return super().attach(pipe)

    def _next_id(self) -> bytes:
        while True:
            self._last_id = self._last_id % _LARGEST + 1
            routing_id = self._last_id.to_bytes(_SIZE, "big")
            if routing_id not in self._routes:
                return routing_id

    def detach(self, pipe: Pipe) -> None:
        super().detach(pipe)
        self._routes.pop(pipe.given_identity, None)

    def peer_ready(self, pipe: Pipe) -> bool:
        self.greet(pipe)
        return True

    def peer_lost(self, pipe: Pipe) -> None:
        self.tell_of_disconnect(pipe)

    def disconnect_peer(self, routing_id: int) -> None:
        self.end_peer(self._find(self._packed(routing_id)))

    # Sending

    def addressed(self, body: bytes, routing_id: int | None, group: str | bytes | None) -> Message:
        return [_NOBODY if routing_id is None else self._packed(routing_id), body]

    def _packed(self, routing_id: int) -> bytes:
        if not 0 <= routing_id <= _LARGEST:
            raise error_from_errno(errno.EINVAL, f"a routing id has 32 bits: not {routing_id}")
        return routing_id.to_bytes(_SIZE, "big")

    def writable(self) -> bool:
        return True  # libzmq (server.cpp): it depends on the peer, so try

    def send(self, message: Message) -> bool:
        if not isinstance(message, list):
            raise self._unreachable(_NOBODY)
        if len(message) != 2:
            raise parts_refused(self.name)
        pipe = self._find(message[0])
        if pipe.room() <= 0:
            return False
        self.deliver(pipe, message[1])
        return True

    def _find(self, routing_id: bytes) -> Pipe:
        pipe = self._routes.get(routing_id)
        if pipe is None:
            raise self._unreachable(routing_id)
        return pipe

    def _unreachable(self, routing_id: bytes) -> ZMQError:
        number = int.from_bytes(routing_id, "big")
        why = f"no peer has the routing id {number}" if number else "say to whom, by routing_id=…"
        return error_from_errno(errno.EHOSTUNREACH, f"{self.name}: {why}")

    # Receiving

    def collect(self) -> None:
        self.queue.collect(self.inbox, self.quantum(), self._labelled)

    def _labelled(self, pipe: Pipe, batch: list[Message]) -> list[Message]:
        facts = {**pipe.facts, "routing_id": int.from_bytes(pipe.given_identity, "big")}
        return labelled(batch, repeat(facts))


class PeerPattern(ServerPattern):
    """RFC 51: a SERVER that also connects, and is told the routing id of whom it connects to."""

    name = "PEER"

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._newest: Pipe | None = None

    def check_may_connect_peer(self) -> None:
        # libzmq (peer.cpp): the id belongs to a pipe, which such a connect does not have yet.
        if self.options.immediate:
            raise error_from_errno(
                errno.EFAULT, "connect_peer has no routing id to return with ZMQ_IMMEDIATE set"
            )

    def connecting(self, pipe: Pipe) -> None:
        super().connecting(pipe)
        self._newest = pipe

    def connected_peer(self) -> int:
        return 0 if self._newest is None else int.from_bytes(self._newest.given_identity, "big")

    def peer_lost(self, pipe: Pipe) -> None:
        super().peer_lost(pipe)
        self.tell_of_hiccup(pipe)
