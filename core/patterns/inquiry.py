"""A request that survives its servers: the "lazy pirate" of the ZeroMQ guide, without a new socket.

Theory of operation: all attempts of one request carry the same number, in the envelope that RFC 28
has servers give back unseen. So the answer to any attempt is an answer, whoever gives it and
however late, and an answer to an older request is none. A request goes to peers that are there
only, to one that was not asked before if possible; one that could not leave is taken back.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from ..errors import NoReply
from .drops import DropReason
from .pipe import Message, Pipe, frames_of

if TYPE_CHECKING:
    from .request_reply import ReqPattern


class Lost(Enum):
    """What `Inquiry.step` returns when the peer that was asked is gone."""

    LOST = "the connection was lost"


class Inquiry:
    """One request and its attempts. Every method is called with the socket's lock held."""

    def __init__(self, pattern: ReqPattern, message: Message, retries: int) -> None:
        """Raises EFSM while another request waits for its reply."""
        self._pattern = pattern
        self._number = pattern.begin_inquiry()
        self._request: Message = [self._number, b"", *frames_of(message)]
        self._retries = retries
        self._asked: Pipe | None = None
        self._link: object = None  # the connection that it was asked over
        self._name = ""  # the peer's, for people
        self._tried: set[Pipe] = set()
        self._failures: list[str] = []

    def step(self) -> Message | Lost | None:
        """Do what can be done now; return the reply, or None when there is none yet."""
        if self._asked is None:
            self._ask()
        reply = self._reply()
        if reply is None and self._asked is not None and self._asked.link is not self._link:
            return Lost.LOST
        return reply

    def _ask(self) -> None:
        ready = [pipe for pipe in self._pattern.in_turn() if pipe.ready and pipe.room() > 0]
        fresh = [pipe for pipe in ready if pipe not in self._tried]
        for pipe in (fresh or ready)[:1]:
            self._asked, self._link = pipe, pipe.link
            self._name = getattr(pipe.link, "remote", "a peer")
            self._tried.add(pipe)
            self._pattern.deliver(pipe, self._request)

    def _reply(self) -> Message | None:
        queue = self._pattern.queue
        while queue.active and (arrival := queue.pop()) is not None:
            pipe, message = arrival
            frames = frames_of(message)
            if len(frames) > 2 and frames[0] == self._number and not frames[1]:
                return frames[2] if len(frames) == 3 else frames[2:]
            pipe.drop(DropReason.NOT_AWAITED)
        return None

    def retry(self, why: str) -> None:
        """The attempt has failed: prepare the next one.

        :param why: what happened, for people
        :raises NoReply: there was none left
        """
        asked, self._asked = self._asked, None
        self._failures.append(why if asked is None else f"{self._name}: {why}")
        if asked is not None:
            asked.withdraw(self._request)
        if len(self._failures) > self._retries:
            raise NoReply(self._failures)

    @property
    def has_asked(self) -> bool:
        """Whether this attempt has found a peer."""
        return self._asked is not None

    def end(self) -> None:
        """Whatever happened: the socket is free for the next request."""
        if self._asked is not None:
            self._asked.withdraw(self._request)
        self._pattern.end_inquiry()
