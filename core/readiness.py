"""Waiting until others are there, and asking them until they answer: the blocking face."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from core.runtime.readiness import Wanted
from core.serialize import Message, to_message

if TYPE_CHECKING:
    from core.patterns.inquiry import Lost
    from core.runtime.engine import Engine
    from core.runtime.wiring import Endpoint


def seconds(timeout: float | None) -> float | None:
    """Milliseconds as the engine takes them; None and negative ones wait for ever."""
    return None if timeout is None or timeout < 0 else timeout / 1000


def in_words(limit: float | None) -> str:
    """How long was waited, for error messages."""
    return "no answer" if limit is None else f"no answer in {limit * 1000:g} ms"


class ReadinessMixin:
    """What a blocking socket offers for beginnings that have to be certain."""

    __slots__ = ()

    if TYPE_CHECKING:
        _engine: Engine

    def wait_for(
        self,
        peers: int | None = None,
        subscriptions: int | None = None,
        timeout: float | None = None,
    ) -> None:
        """Wait until so many peers have finished their handshake, and so many subscriptions exist.

        Without either it waits for one peer.

        :param peers: how many must be ready at the same time
        :param subscriptions: of PUB and XPUB: how many, over all peers
        :param timeout: milliseconds; None waits for ever
        :raises NotReady: time is over, or every connect has given up; it names what is missing
        :raises ContextTerminated, ZMQError: as `recv` raises them
        """
        self._await(Wanted(self._engine, peers, subscriptions), timeout)

    def _await_endpoint(self, endpoint: Endpoint, timeout: float) -> None:
        self._await(Wanted(self._engine, endpoint=endpoint), timeout)

    def _await(self, wanted: Wanted, timeout: float | None) -> None:
        engine = self._engine
        if engine.wait_until(wanted.met, seconds(timeout)) is None:
            with engine.lock:
                raise wanted.missing(f"after {timeout:g} ms")

    def request(
        self,
        message: bytes | Sequence[bytes],
        timeout: float | None = None,
        retries: int = 0,
    ) -> Message:
        """Send a request and return its reply, asking again when there is none. For REQ sockets.

        Asks a peer that is there, another one at each retry if there is one, and asks again at once
        when the connection breaks. A server may so see a request more than once. Replies to older
        requests are never taken for the reply to this one, and after an error the socket is free
        for the next request.

        :param message: bytes, or a sequence of frames
        :param timeout: milliseconds for each attempt; None for RCVTIMEO, without limit unless set
        :param retries: how often to ask again
        :returns: bytes for a reply of one frame, else a list
        :raises NoReply: says what happened in each attempt
        :raises ZMQError: EFSM while another request is under way, ENOTSUP on other sockets
        """
        engine = self._engine
        limit = engine.receive_timeout if timeout is None else seconds(timeout)
        inquiry = engine.inquire(as_request(message), retries)
        step = partial(engine.step_of, inquiry)
        try:
            while True:
                result = cast("Message | Lost | None", engine.wait_until(step, limit))
                if isinstance(result, (bytes, list)):
                    return result
                engine.ask_again(inquiry, in_words(limit) if result is None else result.value)
        finally:
            engine.end_inquiry(inquiry)


def as_request(message: bytes | Sequence[bytes]) -> Message:
    """A request as the engine takes it."""
    return message if isinstance(message, bytes) else to_message(list(message))


__all__ = ["ReadinessMixin", "as_request", "in_words", "seconds"]
