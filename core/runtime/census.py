"""Taking stock of a socket's peers, for `stats` and `peers`. Nothing here runs unless asked."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.patterns import Drops
from core.runtime.connecter import ConnectedEndpoint
from core.statistics import PeerState, PeerStats, SocketStats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from core.patterns import Pipe
    from core.runtime.observed import Observed

_NOTHING: Mapping[Any, int] = MappingProxyType({})


class Census:
    """One look at an engine, with its lock held."""

    def __init__(self, engine: Observed) -> None:
        self._engine = engine
        self._queued_in: Callable[[Pipe], int] = engine.queued_in
        self._subscriptions = engine.pattern.subscriptions()
        self._now = time.monotonic()

    def peers(self) -> Iterator[PeerStats]:
        for endpoint in self._engine.endpoints:
            for pipe, link in endpoint.census():
                if link is not None:
                    yield self._connection(endpoint, pipe, link)
                elif isinstance(endpoint, ConnectedEndpoint):
                    state = PeerState.CONNECTING if endpoint.is_connecting else PeerState.WAITING
                    yield self._peer(endpoint, pipe, state, endpoint.since)
                else:
                    yield self._peer(endpoint, pipe, PeerState.CONNECTING, self._now)
        for name, why in self._engine.ledger.given_up.items():
            yield PeerStats(name, PeerState.GAVE_UP, dropped=_NOTHING, last_error=why)

    def _connection(self, endpoint: Any, pipe: Pipe | None, link: Any) -> PeerStats:
        state = PeerState.HANDSHAKE if link.pipe is None else PeerState.READY
        if link.finishing:
            state = PeerState.CLOSING
        return self._peer(
            endpoint,
            pipe,
            state,
            link.since,
            address=link.remote,
            mechanism=link.mechanism,
            socket_type="" if link.peer is None else link.peer.socket_type,
        )

    def _peer(
        self, endpoint: Any, pipe: Pipe | None, state: PeerState, since: float, **facts: Any
    ) -> PeerStats:
        if isinstance(endpoint, ConnectedEndpoint):
            facts |= {"attempts": endpoint.attempts, "last_error": endpoint.last_error}
        if pipe is not None:
            facts |= self._counts(pipe)
        facts.setdefault("dropped", _NOTHING)
        return PeerStats(endpoint.endpoint, state, max(self._now - since, 0.0), **facts)

    def _counts(self, pipe: Pipe) -> dict[str, Any]:
        return {
            "identity": pipe.identity,
            "user_id": pipe.facts.get("User-Id", ""),
            "sent": pipe.sent,
            "received": pipe.received,
            "queued_out": pipe.queued + pipe.in_flight,
            "queued_in": self._queued_in(pipe),
            "dropped": MappingProxyType(dict(pipe.drops)),
            "subscriptions": self._subscriptions.get(pipe, 0),
        }

    def socket(self) -> SocketStats:
        engine = self._engine
        pipes = [pipe for endpoint in engine.endpoints for pipe, _ in endpoint.census() if pipe]
        drops = Drops()
        for some in (engine.ledger.drops, engine.pattern.drops, *(pipe.drops for pipe in pipes)):
            drops.merge(some)
        return SocketStats(
            peers=engine.ready_peers(),
            sent=engine.ledger.sent + sum(pipe.sent for pipe in pipes),
            received=engine.ledger.received + sum(pipe.received for pipe in pipes),
            queued_out=len(engine.outbox) + sum(pipe.queued + pipe.in_flight for pipe in pipes),
            queued_in=len(engine.inbox) + engine.pattern.queue.waiting(),
            dropped=MappingProxyType(dict(drops)),
            refused=MappingProxyType(dict(engine.ledger.refused)),
            subscriptions=sum(self._subscriptions.values()),
        )
