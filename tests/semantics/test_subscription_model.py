"""Subscription matching against the simplest model there is: a counter of topics.

Topics are drawn from a tiny alphabet so that prefixes, duplicates and the empty topic are common.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.endpoints import Endpoints
from tests.support.sockets import SAFETY_TIMEOUT, SocketFactory, drain


def steps_over(alphabet: bytes) -> st.SearchStrategy[list[tuple[str, bytes]]]:
    """Sequences of subscribing, cancelling and publishing topics made of these bytes."""
    topics = st.lists(st.sampled_from(alphabet), max_size=4).map(bytes)
    actions = st.sampled_from(["subscribe", "unsubscribe", "publish"])
    return st.lists(st.tuples(actions, topics), max_size=30)


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
                assert drain(publisher, timeout=0) == []


@contextlib.contextmanager
def zmq_pair(zmq: Any, context: Any, address: str) -> Iterator[tuple[Any, Any]]:
    with context.socket(zmq.XPUB) as publisher, context.socket(zmq.SUB) as subscriber:
        publisher.rcvtimeo = SAFETY_TIMEOUT
        publisher.bind(address)
        subscriber.connect(address)
        yield publisher, subscriber


def check(new_socket: SocketFactory, endpoint: Endpoints, alphabet: bytes) -> None:
    @settings(max_examples=150, deadline=None, database=None)
    @given(steps=steps_over(alphabet))
    def check_steps(steps: list[tuple[str, bytes]]) -> None:
        run(steps, new_socket, endpoint("inproc"))

    check_steps()


def test_matching_follows_the_model(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    check(new_socket, endpoint, b"ab\xff")


@pytest.mark.core_only  # libzmq takes the cancelling of a topic that starts with 1 for subscribing
def test_matching_follows_the_model_for_topics_like_marks(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    check(new_socket, endpoint, b"\x00\x01a")
