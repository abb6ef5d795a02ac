"""Sockets that a test cannot leak, and the few steps that many socket tests begin with."""

from __future__ import annotations

import errno
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

from tests.support.waiting import wait_until

# Milliseconds. A call that should not have blocked fails with Again, at its own line, long before
# the test's time limit would end it somewhere else.
SAFETY_TIMEOUT = 10_000
TERM_TIMEOUT = 10.0  # seconds

# Milliseconds that a test waits to see that something does *not* arrive. It can only err on the
# side of passing, so it is short.
QUIET = 60

_sync_numbers = itertools.count(1)


class SocketFactory:
    """Opens sockets of one context and remembers them, so that the end of the test is orderly."""

    def __init__(self, zmq: Any, context: Any) -> None:
        self.zmq = zmq
        self.context = context
        self._opened: list[Any] = []

    def __call__(self, socket_type: int, *, subscribe: bytes | None = None, **options: Any) -> Any:
        """A new socket with `options` set as attributes before anything else happens to it."""
        socket = self.context.socket(socket_type)
        self._opened.append(socket)
        for name, value in {
            "linger": 0,
            "rcvtimeo": SAFETY_TIMEOUT,
            "sndtimeo": SAFETY_TIMEOUT,
            **options,
        }.items():
            setattr(socket, name, value)
        if subscribe is not None:
            socket.setsockopt(self.zmq.SUBSCRIBE, subscribe)
        return socket

    def pair_up(
        self, binder: int, connecter: int, endpoint: str, **options: Any
    ) -> tuple[Any, Any]:
        """Two sockets of these types, the first bound to `endpoint`, the second connected."""
        first, second = self(binder, **options), self(connecter, **options)
        second.connect(bind(first, endpoint))
        return first, second

    def close(self) -> None:
        for socket in self._opened:
            socket.close(linger=0)

    def still_open(self) -> list[str]:
        return [
            f"{self.zmq.SocketType(socket.type).name} at {last_endpoint(socket) or 'no endpoint'}"
            for socket in self._opened
            if not socket.closed
        ]


def terminate(context: Any, still_open: Callable[[], list[str]] = list) -> None:
    """Terminate `context`, failing loudly with the open sockets when that does not end."""
    thread = threading.Thread(target=context.term, name="Context.term", daemon=True)
    thread.start()
    thread.join(TERM_TIMEOUT)
    if thread.is_alive():
        names = still_open() or ["none that the test opened through its fixture"]
        raise AssertionError(
            f"Context.term() hangs after {TERM_TIMEOUT:g} s; open sockets: {', '.join(names)}"
        )


def last_endpoint(socket: Any) -> str:
    """What the socket is bound or connected to, with wildcards resolved."""
    endpoint = socket.last_endpoint
    return endpoint.decode() if isinstance(endpoint, bytes) else str(endpoint)


def bind(socket: Any, endpoint: str) -> str:
    """Bind and return the endpoint to connect to."""
    socket.bind(endpoint)
    return last_endpoint(socket)


def bind_again(zmq: Any, socket: Any, endpoint: str) -> None:
    """Bind to an endpoint whose last owner was closed a moment ago and may not be gone yet."""

    def bound() -> bool:
        try:
            socket.bind(endpoint)
        except zmq.ZMQError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        return True

    wait_until(bound, message=f"{endpoint} is still in use")


def is_quiet(*sockets: Any, timeout: int = QUIET) -> bool:
    """True when none of the sockets has anything to receive within `timeout` ms."""
    return not any(socket.poll(timeout) for socket in sockets)


def drain(socket: Any, timeout: int = QUIET) -> list[list[bytes]]:
    """Every message that can be received until nothing comes for `timeout` ms."""
    messages = []
    while socket.poll(timeout):
        messages.append(socket.recv_multipart())
    return messages


def send_until_full(socket: Any, zmq: Any, message: bytes = b"x", limit: int = 100_000) -> int:
    """Send without blocking until the socket refuses; returns how many it took."""
    for count in range(limit):
        try:
            socket.send(message, zmq.DONTWAIT)
        except zmq.Again:
            return count
    raise AssertionError(f"still not full after {limit} messages")


def let_go(*senders: Any) -> None:
    """Return once what was sent over inproc is with its receiver; an engine may coalesce sends."""
    for sender in senders:
        sender.poll(0)


def synchronise(publisher: Any, *subscribers: Any) -> None:
    """Return once every subscription made so far on each subscriber is known to the publisher.

    Subscriptions travel in order, so when a probe subscribed to last arrives, the earlier ones are
    in force as well. Afterwards the probe is unsubscribed and all of its copies were received.
    """
    number = next(_sync_numbers)
    probe, end = (b"\xff\xfeprobe-%d-%s" % (number, part) for part in (b"a", b"b"))
    for subscriber in subscribers:
        # The end marker first: once the probe gets through, the marker must as well.
        subscriber.subscribe(end)
        subscriber.subscribe(probe)
    waiting = list(subscribers)

    def all_heard() -> bool:
        publisher.send(probe)
        waiting[:] = [subscriber for subscriber in waiting if not subscriber.poll(1)]
        return not waiting

    wait_until(all_heard, message="the publisher never learned of the subscriptions")
    publisher.send(end)
    for subscriber in subscribers:
        while subscriber.recv() != end:
            pass
        subscriber.unsubscribe(probe)
        subscriber.unsubscribe(end)


def attach_all(sender: Any, receivers: Sequence[Any]) -> None:
    """Return once a bound, load-balancing `sender` has every one of `receivers` as a peer.

    It sends probes until each receiver got one; all probes are received when it returns.
    """
    probes = 0
    received = [0] * len(receivers)

    def collect(timeout: int = 1) -> None:
        for number, receiver in enumerate(receivers):
            while receiver.poll(timeout):
                receiver.recv_multipart()
                received[number] += 1

    def every_one_has() -> bool:
        nonlocal probes
        sender.send(b"probe")
        probes += 1
        collect()
        return all(received)

    wait_until(every_one_has, message=lambda: f"probes received by each peer: {received}")

    def all_back() -> bool:
        collect()
        return sum(received) == probes

    wait_until(all_back, message=lambda: f"{probes} probes sent, received by each: {received}")
