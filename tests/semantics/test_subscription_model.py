"""Subscription matching against the simplest model there is: a counter of topics.

Topics are drawn from a tiny alphabet so that prefixes, duplicates and the empty topic are common.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.endpoints import Endpoints
from tests.support.sockets import SAFETY_TIMEOUT, SocketFactory, drain

TOPICS = st.binary(max_size=4).map(lambda raw: bytes(byte % 3 for byte in raw))
STEPS = st.lists(
    st.tuples(st.sampled_from(["subscribe", "unsubscribe", "publish"]), TOPICS), max_size=30
)


class Model:
    """What RFC 29 says, without any cleverness."""

    def __init__(self) -> None:
        self.topics: Counter[bytes] = Counter()

    def subscribe(self, topic: bytes) -> bool:
        """True when this is a new topic, which the publisher hears of."""
        self.topics[topic] += 1
        return self.topics[topic] == 1

    def unsubscribe(self, topic: bytes) -> bool:
        """True when this was the last of its kind."""
        if not self.topics[topic]:
            return False
        self.topics[topic] -= 1
        return self.topics[topic] == 0

    def matches(self, message: bytes) -> bool:
        return any(count and message.startswith(topic) for topic, count in self.topics.items())


def run(steps: list[tuple[str, bytes]], new_socket: SocketFactory, address: str) -> None:
    """Do the steps on a fresh publisher and subscriber and compare them with the model."""
    zmq, model = new_socket.zmq, Model()
    with zmq_pair(zmq, new_socket.context, address) as (publisher, subscriber):
        for action, topic in steps:
            if action == "publish":
                publisher.send(topic)
                # Received at once: inproc has nothing under way, and what is still queued when
                # its topic is cancelled is not delivered any more.
                assert drain(subscriber, timeout=0) == [[topic]] * model.matches(topic)
                continue
            news = getattr(model, action)(topic)
            getattr(subscriber, action)(topic)
            if news:
                # Reading it makes sure that the next publication meets the new state.
                mark = b"\x01" if action == "subscribe" else b"\x00"
                assert publisher.recv() == mark + topic
            else:
                # libzmq tells its XPUB of the cancelling of a topic nobody had; that is harmless.
                assert drain(publisher, timeout=0) in ([], [[b"\x00" + topic]])


@contextlib.contextmanager
def zmq_pair(zmq: Any, context: Any, address: str) -> Iterator[tuple[Any, Any]]:
    with context.socket(zmq.XPUB) as publisher, context.socket(zmq.SUB) as subscriber:
        publisher.rcvtimeo = SAFETY_TIMEOUT
        publisher.bind(address)
        subscriber.connect(address)
        yield publisher, subscriber


def test_matching_follows_the_model(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    @settings(max_examples=150, deadline=None, database=None)
    @given(steps=STEPS)
    def check(steps: list[tuple[str, bytes]]) -> None:
        run(steps, new_socket, endpoint("inproc"))

    check()
