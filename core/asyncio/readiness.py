"""Waiting until others are there, and asking them until they answer: awaited."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from core.readiness import as_request, in_words, seconds
from core.runtime.readiness import Wanted
from core.serialize import Message

if TYPE_CHECKING:
    from core.patterns.inquiry import Lost
    from core.runtime.engine import Engine

T = TypeVar("T")


class ReadinessMixin(ABC):
    """Like `core.readiness.ReadinessMixin`, awaited."""

    __slots__ = ()

    if TYPE_CHECKING:
        _engine: Engine

    @abstractmethod
    async def _step_until(self, step: Callable[[], T | None], limit: float | None) -> T | None:
        """Return what `step`, called with the lock held, returns; None when time is over."""

    async def wait_for(
        self,
        peers: int | None = None,
        subscriptions: int | None = None,
        timeout: float | None = None,
    ) -> None:
        """Wait for peers and subscriptions: see `core.Socket.wait_for`."""
        await self._await(Wanted(self._engine, peers, subscriptions), timeout)

    async def _await(self, wanted: Wanted, timeout: float | None) -> None:
        if await self._step_until(wanted.met, seconds(timeout)) is None:
            with self._engine.lock:
                raise wanted.missing(f"after {timeout:g} ms")

    async def request(
        self,
        message: bytes | Sequence[bytes],
        timeout: float | None = None,
        retries: int = 0,
    ) -> Message:
        """Send a request and return its reply: see `core.Socket.request`. May be cancelled."""
        engine = self._engine
        limit = engine.receive_timeout if timeout is None else seconds(timeout)
        inquiry = engine.inquire(as_request(message), retries)
        step = partial(engine.step_of, inquiry)
        try:
            while True:
                result = cast("Message | Lost | None", await self._step_until(step, limit))
                if isinstance(result, (bytes, list)):
                    return result
                engine.ask_again(inquiry, in_words(limit) if result is None else result.value)
        finally:
            engine.end_inquiry(inquiry)


__all__ = ["ReadinessMixin"]
