"""Sending and receiving: the calls behind `Socket.send`, `recv` and `poll`."""

from __future__ import annotations

import errno
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from core.errors import ZMQError, error_from_errno
from core.patterns import Message
from core.patterns.origins import plain
from core.runtime.driven import Driven

if TYPE_CHECKING:
    from core.enums import SocketType
    from core.options import OptionValues
    from core.runtime.reactor import Reactor

POLLIN = 1
POLLOUT = 2

# Pauses between sends of a burst, in seconds, and after how many writes it begins.
BURST_GAP = 50e-6
BURST_AFTER = 8

# While many peers wait with what was read of them, so often it is handed out between two looks at
# the connections: else all their messages would pile up in memory.
TAKES_OF_CROWD = 8


class Traffic(Driven):
    """Messages in and out, one by one and many at once, with and without waiting."""

    def __init__(self, reactor: Reactor, socket_type: SocketType, options: OptionValues) -> None:
        self._last_send = 0.0
        self._takes = 0  # since the last look at all connections
        super().__init__(reactor, socket_type, options)

    # Sending

    def send(self, message: Message, timeout: float | None) -> None:
        """Send one message, waiting at most `timeout` seconds for room (None: for ever).

        Raises Again when there is none in time.
        """
        with self.lock:
            if self._unusable:
                self.check_open()
            if self._posted:
                self._run_posted()  # a peer in this process may have come, or subscribed
            if self.burst_limit > 0 or self.outbox:
                self._clear_outbox()
                if self.burst_limit > 0 and not self.outbox:
                    self.outbox.append(message)
                    return
            bursts = self.pattern.bursts
            begin = time.monotonic() if bursts else 0.0
            if self.outbox or not self.pattern.send(message):
                self._send_later(message, timeout)
            peers = len(self.pattern.dirty)
            if peers:
                self._flush_dirty()
            if bursts:
                self._count_streak(message, begin, peers or 1)
            elif self._leading or self._pollers:
                self._wake_all()  # a turn has passed: who waits for the other turn must look

    def _send_later(self, message: Message, timeout: float | None) -> None:
        """Wait until there is room."""
        deadline = None if timeout is None else time.monotonic() + timeout
        in_time = True
        self.leave_burst()  # or other threads' fast path could fill the outbox again before us
        while not self._route(message):
            if not in_time:
                raise error_from_errno(errno.EAGAIN, self._no_room())
            in_time = self._wait(deadline)
            self.leave_burst()

    def send_many(self, messages: Sequence[Message], timeout: float | None) -> int:
        """Send in order; returns how many were accepted before there was no room in time."""
        with self.lock:
            self.check_open()
            if self._posted:
                self._run_posted()
            deadline = None if timeout is None else time.monotonic() + timeout
            sent = 0
            in_time = True
            while True:
                self._clear_outbox()
                sent, refusal = self._accept(messages, sent)
                if refusal is not None and not sent:
                    raise refusal
                if sent == len(messages) or not in_time or refusal is not None:
                    return sent
                in_time = self._wait(deadline)

    def _accept(self, messages: Sequence[Message], sent: int) -> tuple[int, ZMQError | None]:
        """Route as many of the messages from index `sent` on as there is room for.

        Returns how many are sent by then, and what refuses the next one (EFSM, EHOSTUNREACH).
        """
        while sent < len(messages):
            room = self.pattern.burst_room() - len(self.outbox)
            if room > 1:
                self.outbox.extend(messages[sent : sent + room])
                sent = min(sent + room, len(messages))
                self._empty_outbox()
            else:
                try:
                    routed = self._route(messages[sent])
                except ZMQError as refusal:
                    return sent, refusal
                if not routed:
                    break
                sent += 1
            self._flush_dirty()
        return sent, None

    def _route(self, message: Message) -> bool:
        if self.outbox:
            self.flush()  # what stands before the message must be tried before anybody waits
        return not self.outbox and self.pattern.send(message)

    def try_send(self, message: Message) -> bool:
        """Send one message without waiting; False when there is no room."""
        with self.lock:
            if self._unusable:
                self.check_open()
            if self.outbox:
                self.flush()
            sent = not self.outbox and self.pattern.send(message)
            if self.pattern.dirty:
                self._flush_dirty()
            self._refresh_burst()
            return sent

    # Sending in parts

    def begin_message(self, first_frame: bytes, timeout: float | None) -> None:
        """Wait for room for a message that will be sent in parts; raises Again."""
        with self.lock:
            self.check_open()
            self._clear_outbox()
            self.leave_burst()
            deadline = None if timeout is None else time.monotonic() + timeout
            in_time = True
            while self.outbox or not self.pattern.ready_for(first_frame):
                if not in_time:
                    raise error_from_errno(errno.EAGAIN, self._no_room())
                in_time = self._wait(deadline)
                self._clear_outbox()
            self.held = True
            self.leave_burst()

    def hold(self, held: bool) -> None:
        """Close the fast path while something waits that nothing may overtake."""
        with self.lock:
            self.held = held
            if held:
                self.leave_burst()

    def has_room_for(self, first_frame: bytes) -> bool:
        """Whether a message that begins so could be sent now; raises what `send` would raise."""
        with self.lock:
            self.check_open()
            self._process(self.selector.wait(0))
            self._clear_outbox()
            return not self.outbox and self.pattern.ready_for(first_frame)

    def room(self) -> int:
        """How many messages can be sent now; there may be room for more."""
        with self.lock:
            self.check_open()
            if not self.writable():
                return 0
            return max(1, self.pattern.burst_room() - len(self.outbox))

    def why_again(self, sending: bool) -> str:
        return self._no_room() if sending else "no message has arrived"

    def _no_room(self) -> str:
        if not self.pattern.pipes:
            return f"this {self.pattern.name} socket has no peer yet"
        return f"the high-water mark of every peer of this {self.pattern.name} socket is reached"

    # When a burst begins

    def _count_streak(self, message: Message, begin: float, peers: int) -> None:
        """Count the writes of sends that follow each other without a pause."""
        self._streak = self._streak + peers if begin - self._last_send < BURST_GAP else 0
        self._last_send = time.monotonic()
        # While more messages wait to be answered, the answers can share a write.
        if self._streak >= (1 if self.inbox else BURST_AFTER):
            self._streak = 0
            self._enter_burst(message)

    def _enter_burst(self, message: Message) -> None:
        self._message_size = len(message) if isinstance(message, bytes) else sum(map(len, message))
        self.burst_limit = self._burst_size()
        if self.burst_limit > 0:
            self.reactor.heat(self)

    # Receiving

    def receive(self, timeout: float | None) -> Message:
        """The next message, waiting at most `timeout` seconds (None: for ever); raises Again."""
        with self.lock:
            if self._unusable:
                self.check_open()
            pattern = self.pattern
            if self._posted or self.bursting or len(pattern.pipes) > 1:
                self._look_around()
            message = pattern.receive()
            if message is None and self.stalled:
                message = self._take()
            if message is None:
                return self._receive_later(timeout)
            if not pattern.bursts and (self._leading or self._pollers):
                self._wake_all()
            return message

    def _receive_later(self, timeout: float | None) -> Message:
        """Wait until there is a message."""
        pattern = self.pattern
        self.burst_limit = self._streak = 0
        if self.outbox or pattern.dirty:
            self.flush()
        deadline = None if timeout is None else time.monotonic() + timeout
        in_time = True
        try:
            while in_time:
                if timeout is None and not self._leading:
                    self._lead(None)
                else:
                    in_time = self._stay(deadline)
                message = pattern.receive()
                if message is None and self.stalled:
                    message = self._take()
                if message is not None:
                    return message
        finally:
            if not self.hot:
                self._give_back()
        raise error_from_errno(errno.EAGAIN, "no message has arrived")

    def _look_around(self) -> None:
        """Before taking what is there: what others have sent meanwhile has a claim to its turn."""
        self.reactor.flush_others(self)
        if self._posted:
            self._run_posted()
        pattern = self.pattern
        if len(pattern.pipes) > 1:
            self._takes += 1
            crowded = pattern.queue.crowded
            if self._takes >= (TAKES_OF_CROWD if crowded else pattern.takes_between_looks):
                self._takes = 0
                self._process(self.selector.wait(0))

    def receive_many(self, most: int, timeout: float | None) -> list[Message]:
        """At least one and at most `most` messages: waits for the first, takes what is there."""
        first = self.receive(timeout)
        with self.lock:
            return self._take_more(first, most)

    def try_receive(self) -> Message | None:
        """The next message if one has arrived."""
        with self.lock:
            if self._unusable:
                self.check_open()
            if self._posted:
                self._run_posted()
            message = self.pattern.receive()
            return self._take() if message is None and self.stalled else message

    def try_receive_many(self, most: int) -> list[Message] | None:
        """`receive_many` without waiting; None when nothing has arrived."""
        with self.lock:
            self.check_open()
            self._look_around()
            first = self._take()
            return None if first is None else self._take_more(first, most)

    def _take_more(self, first: Message, most: int) -> list[Message]:
        messages = [first]
        inbox = self.inbox
        while len(messages) < most:
            if inbox:
                _move(inbox, messages, min(len(inbox), most - len(messages)))
            elif (message := self._take_if_allowed()) is not None:
                messages.append(message)
            else:
                break
        if self.pattern.attributes:
            return [plain(message) for message in messages]
        return messages

    def facts_of_last(self) -> Mapping[str, str | int]:
        """About the peer whose message was received last, if that message does not say itself."""
        with self.lock:
            return self.pattern.facts_of_last()

    def _take_if_allowed(self) -> Message | None:
        """REQ and REP have to send before the next receive: that ends a batch."""
        return self._take() if self.readable() else None

    def _take(self) -> Message | None:
        message = self.pattern.receive()
        while message is None and self._resume_stalled():
            message = self.pattern.receive()
        return message

    def _resume_stalled(self) -> bool:
        """Let connections go on that wait for room; False when there is nothing to gain by it."""
        # What waits and is not wanted at present (REQ, REP) makes no room.
        if not self.stalled or self.pattern.queue:
            return False
        stalled, self.stalled = self.stalled, []
        for link in stalled:
            link.resume()
        return True

    # What is ready

    def readable(self) -> bool:
        while not self.pattern.readable():
            if not self._resume_stalled():
                return False
        return True

    def writable(self) -> bool:
        if self.outbox:
            self.flush()
        return not self.outbox and self.pattern.writable()

    def ready(self, events: int) -> int:
        """Which of POLLIN and POLLOUT hold now. The lock is held."""
        found = 0
        if events & POLLIN and self.readable():
            found |= POLLIN
        if events & POLLOUT and self.writable():
            found |= POLLOUT
        return found

    def poll(self, events: int, timeout: float | None) -> int:
        """Wait until one of the events holds; 0 when none did in time."""
        with self.lock:
            self.check_open()
            self.flush()
            self._look_around()
            deadline = None if timeout is None else time.monotonic() + timeout
            while not (found := self.ready(events)) and self._wait(deadline):
                pass
            return found or self.ready(events)

    def peek(self, events: int) -> int:
        """Which of the events hold, without a system call; sends what waits to be sent."""
        with self.lock:
            if self._unusable:
                self.check_open()
            if self._posted or self.bursting:
                self.reactor.flush_others(self)
                self._run_posted()
            if self.outbox or self.pattern.dirty:
                self.flush()
            return self.ready(events)

    def look(self, events: int) -> int:
        """Do what there is to do without waiting; which of the events hold."""
        with self.lock:
            self.check_open()
            if self._event_waker is not None:
                self._event_waker.clear()
            self.flush()
            self.reactor.flush_others(self)
            self._process(self.selector.wait(0))
            return self.ready(events)


def _move(inbox: deque[Message], messages: list[Message], count: int) -> None:
    """Take so many messages, fewer if other threads take some: they need no lock for that."""
    with suppress(IndexError):
        # One by one into the list: what was taken stays taken when the inbox ends early.
        messages.extend(inbox.popleft() for _ in range(count))
