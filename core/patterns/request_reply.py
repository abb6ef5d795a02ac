"""REQ, REP and DEALER: the request-reply pattern (RFC 28)."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from ..enums import Errno
from ..errors import error_from_errno
from ..options import OptionValues
from .base import Pattern
from .drops import DropReason
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
        self.tell_of_hiccup(pipe)


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
        between = not self._awaiting and not self.inbox
        return (between or self.options.req_relaxed) and super().writable()

    def send(self, message: Message) -> bool:
        if self._awaiting or self.inbox:
            self.check_may_send()
            self.inbox.clear()  # the rest of a reply that nobody wants to know
        if isinstance(message, bytes) and not self.options.req_correlate:
            asked = self.route([b"", message])
        else:
            asked = self.route([*self._envelope(), *frames_of(message)])
        if asked is None:
            return False
        self._awaiting, self._asked, self._reply = True, asked, None
        if asked.active:
            # An answer to an older request must not be taken for this one's.
            asked.drop(DropReason.NOT_AWAITED, len(asked.incoming))
            asked.incoming.clear()
            self.queue.remove(asked)
        return True

    def check_may_send(self) -> None:
        if (self._awaiting or self.inbox) and not self.options.req_relaxed:
            why = "has not received the whole reply" if self.inbox else "still waits for a reply"
            raise error_from_errno(Errno.EFSM, f"this REQ socket {why}: receive it first")

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
        return self._reply is not None or bool(self.inbox)

    def receive(self) -> Message | None:
        if not self._awaiting:
            raise error_from_errno(
                Errno.EFSM, "this REQ socket has asked nothing yet: send a request first"
            )
        reply, self._reply = self._reply, None
        if reply is None and self.queue.active:
            reply = self._next_reply()
        if reply is not None:
            self._awaiting = False
        return reply

    # A request with retries (`core.patterns.inquiry`) finds its replies itself

    def begin_inquiry(self) -> bytes:
        """Nobody else may ask meanwhile; returns the number of the request."""
        self.check_may_send()
        self._awaiting, self._asked, self._reply = True, None, None
        self._request_id = (self._request_id + 1) & 0xFFFFFFFF
        return self._packed_id()

    def end_inquiry(self) -> None:
        self._awaiting = False

    def facts_of_last(self) -> Mapping[str, str | int]:
        return NO_FACTS if self._asked is None else self._asked.facts

    def _next_reply(self) -> Message | None:
        """The awaited reply; anything else that arrives is discarded (RFC 28)."""
        while (arrival := self.queue.pop()) is not None:
            pipe, message = arrival
            body = self._body(message)
            if body is not None and (self._asked is None or pipe is self._asked):
                return body
            pipe.drop(DropReason.NOT_AWAITED)
        return None

    def _body(self, message: Message) -> Message | None:
        """The reply without its envelope; None when the envelope is not that of our request."""
        if isinstance(message, bytes):
            return None
        frames = message
        if self.options.req_correlate:
            if frames[0] != self._packed_id():
                return None
            frames = frames[1:]
        if len(frames) < 2 or frames[0]:
            return None
        return frames[1] if len(frames) == 2 else frames[1:]


class RepPattern(Pattern):
    """RFC 28: strictly receive, then send; the reply goes back along the request's envelope."""

    name = "REP"
    bursts = False
    takes_between_looks = 16

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._asking: Pipe | None = None  # whose request was found
        self._envelope: list[bytes] = []  # of that request
        self._request: Message | None = None  # found by `readable`, not yet received
        self._owing = False  # the request was received, and is to be answered

    def detach(self, pipe: Pipe) -> None:
        super().detach(pipe)
        if self._asking is pipe:
            self._request = None  # nobody is left to answer

    def writable(self) -> bool:
        return self._owing and not self.inbox

    def send(self, message: Message) -> bool:
        if not self._owing or self.inbox:
            self.check_may_send()
        self._owing = False
        pipe = self._asking
        assert pipe is not None
        if message.__class__ is bytes:
            reply = [*self._envelope, message]
        else:
            reply = [*self._envelope, *message]
        if not (pipe.attached and self.sent_at_once(pipe, reply)):
            self._send_later(pipe, reply)
        return True

    def _send_later(self, pipe: Pipe, reply: Message) -> None:
        # libzmq (rep.cpp over router.cpp): a reply to a peer that went or is full is dropped.
        if pipe.attached and pipe.room() > 0:
            self.push(pipe, [reply])
        else:
            pipe.drop(DropReason.QUEUE_FULL if pipe.attached else DropReason.CONNECTION_LOST)

    def check_may_send(self) -> None:
        if not self._owing:
            raise error_from_errno(
                Errno.EFSM, "this REP socket has no request to answer: receive one first"
            )
        if self.inbox:
            raise error_from_errno(
                Errno.EFSM, "this REP socket has not received the whole request: receive the rest"
            )

    def readable(self) -> bool:
        if not self._owing and self._request is None:
            self._request = self._next_request()
        return (not self._owing and self._request is not None) or bool(self.inbox)

    def receive(self) -> Message | None:
        if self._owing:
            raise error_from_errno(
                Errno.EFSM, "this REP socket owes a reply: send it before the next receive"
            )
        request, self._request = self._request, None
        if request is None and self.queue.active:
            request = self._next_request()
        if request is not None:
            self._owing = True
        return request

    def facts_of_last(self) -> Mapping[str, str | int]:
        return self._asking.facts if self._owing and self._asking is not None else NO_FACTS

    def _next_request(self) -> Message | None:
        """The next request, its sender and envelope noted; malformed ones are discarded."""
        while (arrival := self.queue.pop()) is not None:
            pipe, message = arrival
            if pipe.attached and isinstance(message, list) and b"" in message[:-1]:
                # RFC 28: the envelope ends with an empty delimiter.
                cut = message.index(b"") + 1
                self._asking, self._envelope = pipe, message[:cut]
                return message[cut] if len(message) == cut + 1 else message[cut:]
            pipe.drop(DropReason.NOT_A_REQUEST)
        return None
