"""Waiting until peers and subscriptions are there, and words for what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import NotReady
from core.runtime.connecter import ConnectedEndpoint
from core.statistics import PeerState

if TYPE_CHECKING:
    from core.runtime.observed import Observed
    from core.runtime.wiring import Endpoint


class Wanted:
    """So many peers and subscriptions; or the peer of one connect."""

    def __init__(
        self,
        engine: Observed,
        peers: int | None = None,
        subscriptions: int | None = None,
        endpoint: Endpoint | None = None,
    ) -> None:
        self._engine = engine
        if peers is None and subscriptions is None and endpoint is None:
            peers = 1
        self._peers = peers or 0
        self._subscriptions = subscriptions or 0
        self._endpoint = endpoint

    def met(self) -> bool | None:
        """True when all is there, None when not. The lock is held.

        :raises NotReady: it cannot come any more
        """
        engine = self._engine
        endpoint = self._endpoint
        if endpoint is not None:
            if any(pipe is not None and pipe.ready for pipe, link in endpoint.census() if link):
                return True
            if endpoint not in engine.endpoints:
                raise self.missing("gave up")
            return None
        if engine.ready_peers() < self._peers:
            if self._hopeless():
                raise self.missing("gave up")
            return None
        if self._subscriptions > sum(engine.pattern.subscriptions().values()):
            return None
        return True

    def _hopeless(self) -> bool:
        """All connects have given up, and nobody can come by himself."""
        engine = self._engine
        return bool(engine.ledger.given_up) and not engine.endpoints

    def missing(self, when: str) -> NotReady:
        """The error that names what is not there. The lock is held."""
        return NotReady(f"{self._shortage()} ({when}): {describe_absent(self._engine)}")

    def _shortage(self) -> str:
        engine = self._engine
        if self._endpoint is not None:
            return f"no connection to {self._endpoint.endpoint}"
        ready = engine.ready_peers()
        if ready < self._peers:
            return f"{ready} of {self._peers} peers are ready"
        known = sum(engine.pattern.subscriptions().values())
        return f"{known} of {self._subscriptions} subscriptions are there"


def describe_absent(engine: Observed) -> str:
    """Who is not ready, and why. The lock is held."""
    absent = [peer for peer in engine.take_stock().peers() if peer.state is not PeerState.READY]
    words = [
        f"{peer.endpoint} is {peer.state.value}"
        + (f", {peer.last_error}" if peer.last_error else "")
        for peer in absent
    ]
    words += [f"{count} refused: {why}" for why, count in engine.ledger.refused.items()]
    listening = [e.endpoint for e in engine.endpoints if not isinstance(e, ConnectedEndpoint)]
    if not words and listening:
        return f"nobody else has come to {', '.join(listening)}"
    return "; ".join(words) or "this socket is neither bound nor connected"
