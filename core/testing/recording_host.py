"""A `core.transport.ChannelHost` for tests: remembers what it was told and can wait for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from core.transport import Channel, Message, PeerFacts

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from contextlib import AbstractContextManager


class HostContext:
    """What the hosts of one context share: a transport's storage and its lock."""

    def __init__(self) -> None:
        self.shared: dict[str, Any] = {}
        self.lock = threading.RLock()


class RecordingHost:
    """Stands for one ``bind`` or ``connect`` of a socket.

    :param context: shared by all hosts that are to meet
    :param send_hwm: ZMQ_SNDHWM, messages, 0 for no limit
    :param receive_hwm: ZMQ_RCVHWM, messages, 0 for no limit
    :param conflate: ZMQ_CONFLATE
    :param timeout: seconds that a wait may take
    """

    def __init__(
        self,
        context: HostContext,
        socket_type: str = "PAIR",
        *,
        identity: bytes = b"",
        send_hwm: int = 1000,
        receive_hwm: int = 1000,
        conflate: bool = False,
        timeout: float = 10.0,
    ) -> None:
        self.shared: MutableMapping[str, Any] = context.shared
        self.lock: AbstractContextManager[Any] = context.lock
        self.socket_type = socket_type
        self.identity = identity
        self.send_hwm = send_hwm
        self.receive_hwm = receive_hwm
        self.conflate = conflate
        self.timeout = timeout
        self.peers: list[tuple[Channel, PeerFacts]] = []
        self.events: list[tuple[str, Channel]] = []
        self._changed = threading.Condition()

    def attach(self, channel: Channel, peer: PeerFacts) -> None:
        """Remember the peer."""
        self.peers.append((channel, peer))
        self._note("attach", channel)

    def detach(self, channel: Channel) -> None:
        """Remember that the peer left."""
        self._note("detach", channel)

    def readable(self, channel: Channel) -> None:
        """Remember the wake-up."""
        self._note("readable", channel)

    def writable(self, channel: Channel) -> None:
        """Remember the wake-up."""
        self._note("writable", channel)

    def count(self, event: str) -> int:
        """Count the calls of one kind."""
        return sum(1 for name, _ in self.events if name == event)

    def wait_for(self, event: str, count: int = 1) -> bool:
        """Wait until `event` was called `count` times; False when it takes too long."""
        return self.wait_until(lambda: self.count(event) >= count)

    def wait_until(self, condition: Callable[[], object]) -> bool:
        """Wait, looking again at each call, until the condition holds; False if it never does."""
        with self._changed:
            return bool(self._changed.wait_for(condition, self.timeout))

    def channel(self) -> Channel:
        """Wait for the first peer and return its channel.

        :raises AssertionError: nobody came
        """
        if not self.wait_for("attach"):
            raise AssertionError(
                "ChannelHost.attach() was not called: a transport must call it on both hosts once"
                f" the peers can talk (waited {self.timeout:g} s)"
            )
        return self.peers[0][0]

    def receive(self, count: int) -> list[Message]:
        """Receive that many messages, waiting for `readable` whenever none are left.

        :raises AssertionError: they did not come
        """
        channel = self.channel()
        got: list[Message] = []
        while True:
            seen = self.count("readable")
            part = channel.receive(count - len(got))
            got += part
            if len(got) == count:
                return got
            # After a batch ask again: that makes its room free for the sender.
            if not part and not self.wait_for("readable", seen + 1):
                raise AssertionError(
                    f"{len(got)} of {count} messages came, then ChannelHost.readable() was not"
                    " called: it must be called when messages come after receive() gave fewer than"
                    " its limit"
                )

    def send(self, messages: list[Message]) -> None:
        """Send them all, waiting for `writable` whenever some are refused.

        :raises AssertionError: they were not taken
        """
        channel = self.channel()
        while messages:
            seen = self.count("writable")
            messages = messages[channel.send(messages) :]
            if messages and not self.wait_for("writable", seen + 1):
                raise AssertionError(
                    "send() refused messages, and ChannelHost.writable() was not called although"
                    " the peer has received: it must be called when there is room again"
                )

    def _note(self, event: str, channel: Channel) -> None:
        with self._changed:
            self.events.append((event, channel))
            self._changed.notify_all()


__all__ = ["HostContext", "RecordingHost"]
