"""REQ, REP and DEALER: the request-reply pattern (RFC 28)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

from ..enums import Errno
from ..errors import error_from_errno
from ..options import OptionValues
from .base import Pattern
from .load_balancer import LoadBalanced
from .pipe import NO_FACTS, Message, Pipe, frames_of


class DealerPattern(LoadBalanced):
    """RFC 28: round robin out, fair queueing in, envelopes untouched."""

    name = "DEALER"
    can_conflate = True

    def peer_ready(self, pipe: Pipe) -> bool:
        self.greet(pipe)
        return True

    def peer_lost(self, pipe: Pipe) -> None:
        # libzmq (session_base.cpp): a HICCUP_MSG is for connections that will be made again.
        if self.options.hiccup_msg and pipe.connected and pipe.streams:
            self.inject(pipe, self.options.hiccup_msg)


def whole(frames: list[bytes]) -> Message:
    """Frames as a message: single frames travel as plain bytes."""
    return frames[0] if len(frames) == 1 else frames


class ReqPattern(DealerPattern):
    """RFC 28: strictly send, then receive; the reply comes from the peer that was asked."""

    name = "REQ"
    can_conflate = False
    bursts = False
    takes_between_looks = 16

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._awaiting = False
        self._asked: Pipe | None = None
        self._reply: Message | None = None  # found by `readable`, not yet received
        self._request_id = 0

    def detach(self, pipe: Pipe) -> None:
        super().detach(pipe)
        if pipe is self._asked:
            self._asked = None

    def burst_room(self) -> int:
        return 0

    def writable(self) -> bool:
        return (not self._awaiting or self.options.req_relaxed) and super().writable()

    def send(self, message: Message) -> bool:
        if self._awaiting:
            self.check_may_send()
        if self.options.req_correlate or isinstance(message, list):
            asked = self.route([*self._envelope(), *frames_of(message)])
        else:
            asked = self.route([b"", message])
        if asked is None:
            return False
        self._awaiting, self._asked, self._reply = True, asked, None
        if asked.active:
            # An answer to an older request must not be taken for this one's.
            asked.incoming.clear()
            self.queue.remove(asked)
        return True

    def check_may_send(self) -> None:
        if self._awaiting and not self.options.req_relaxed:
            raise error_from_errno(
                Errno.EFSM, "this REQ socket still waits for a reply: receive it first"
            )

    def _envelope(self) -> list[bytes]:
        # RFC 28: a REQ prefixes an empty delimiter; ZMQ_REQ_CORRELATE puts a request id before it.
        if not self.options.req_correlate:
            return [b""]
        self._request_id = (self._request_id + 1) & 0xFFFFFFFF
        return [self._packed_id(), b""]

    def _packed_id(self) -> bytes:
        return struct.pack("=I", self._request_id)

    def readable(self) -> bool:
        if self._awaiting and self._reply is None:
            self._reply = self._next_reply()
        return self._reply is not None

    def receive(self) -> Message | None:
        if not self._awaiting:
            raise error_from_errno(
                Errno.EFSM, "this REQ socket has asked nothing yet: send a request first"
            )
        reply, self._reply = self._reply, None
        if reply is None:
            reply = self._next_reply()
        if reply is not None:
            self._awaiting = False
        return reply

    def facts_of_last(self) -> Mapping[str, str]:
        return NO_FACTS if self._asked is None else self._asked.facts

    def _next_reply(self) -> Message | None:
        """The awaited reply; anything else that arrives is discarded (RFC 28)."""
        queue = self.queue
        while queue.active and (arrival := queue.pop()) is not None:
            pipe, message = arrival
            body = self._body(frames_of(message))
            if body is not None and (self._asked is None or pipe is self._asked):
                return whole(body)
            pipe.dropped += 1
        return None

    def _body(self, frames: list[bytes]) -> list[bytes] | None:
        if self.options.req_correlate:
            if frames[0] != self._packed_id():
                return None
            frames = frames[1:]
        return frames[1:] if len(frames) > 1 and not frames[0] else None


class _Request(NamedTuple):
    pipe: Pipe
    envelope: list[bytes]
    body: Message


class RepPattern(Pattern):
    """RFC 28: strictly receive, then send; the reply goes back along the request's envelope."""

    name = "REP"
    bursts = False
    takes_between_looks = 16

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._answering: _Request | None = None
        self._waiting: _Request | None = None  # found by `readable`, not yet received

    def detach(self, pipe: Pipe) -> None:
        super().detach(pipe)
        if self._waiting is not None and self._waiting.pipe is pipe:
            self._waiting = None  # nobody is left to answer

    def writable(self) -> bool:
        return self._answering is not None

    def send(self, message: Message) -> bool:
        self.check_may_send()
        request, self._answering = self._answering, None
        assert request is not None
        # libzmq (rep.cpp over router.cpp): a reply to a peer that went or is full is dropped.
        if request.pipe.attached and request.pipe.room() > 0:
            self.deliver(request.pipe, [*request.envelope, *frames_of(message)])
        else:
            request.pipe.dropped += 1
        return True

    def check_may_send(self) -> None:
        if self._answering is None:
            raise error_from_errno(
                Errno.EFSM, "this REP socket has no request to answer: receive one first"
            )

    def readable(self) -> bool:
        if self._answering is None and self._waiting is None:
            self._waiting = self._pop_request()
        return self._answering is None and self._waiting is not None

    def receive(self) -> Message | None:
        if self._answering is not None:
            raise error_from_errno(
                Errno.EFSM, "this REP socket owes a reply: send it before the next receive"
            )
        request, self._waiting = self._waiting, None
        if request is None:
            request = self._pop_request()
            if request is None:
                return None
        self._answering = request
        return request.body

    def facts_of_last(self) -> Mapping[str, str]:
        return NO_FACTS if self._answering is None else self._answering.pipe.facts

    def _pop_request(self) -> _Request | None:
        queue = self.queue
        while queue.active and (arrival := queue.pop()) is not None:
            pipe, message = arrival
            frames = frames_of(message)
            # RFC 28: the envelope ends with an empty delimiter; malformed requests are discarded.
            if pipe.attached and b"" in frames[:-1]:
                cut = frames.index(b"") + 1
                return _Request(pipe, frames[:cut], whole(frames[cut:]))
            pipe.dropped += 1
        return None
