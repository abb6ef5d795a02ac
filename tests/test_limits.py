"""What strangers may cost: finite by default, told when it is reached, and a cost to them alone."""

from __future__ import annotations

import socket as system
from collections.abc import Iterator
from typing import Any

import pytest

import core
from core.events import EventKind
from core.option_table import SUPPORTED_OPTIONS
from core.zmtp import FailureReason
from core.zmtp.decoder import FrameDecoder
from tests.support import sockets
from tests.support.endpoints import LOOPBACK
from tests.support.sockets import SAFETY_TIMEOUT, bind
from tests.support.waiting import wait_until


@pytest.fixture
def new_socket() -> Iterator[sockets.SocketFactory]:
    factory = sockets.SocketFactory(core, core.Context())
    yield factory
    factory.close()
    sockets.terminate(factory.context)


def test_every_limit_is_finite_and_explained(new_socket: sockets.SocketFactory) -> None:
    names = ("MAXMSGSIZE", "MAX_CONNECTIONS", "MAX_SUBSCRIPTIONS", "MAX_SUBSCRIPTION_BYTES")
    rows = {row.name: row for row in SUPPORTED_OPTIONS if row.name in names}
    assert rows.keys() == set(names)
    pub = new_socket(core.PUB)
    for row in rows.values():
        assert row.default_reason
        assert isinstance(row.default, int)
        assert row.default > 0
        assert getattr(pub, row.name.lower()) == row.default
        setattr(pub, row.name, 7)
        assert pub.get(row.number) == 7


def test_a_context_has_limits_for_its_sockets() -> None:
    with core.Context() as context:
        context.max_connections = 7
        assert context.max_connections == 7
        with context.socket(core.PULL) as pull:
            assert pull.max_connections == 7


def test_further_peers_wait_until_one_leaves(
    new_socket: sockets.SocketFactory, caplog: pytest.LogCaptureFixture
) -> None:
    pull = new_socket(core.PULL, max_connections=2)
    events = pull.monitor_events()
    address = bind(pull, LOOPBACK)
    pushes = [new_socket(core.PUSH) for _ in range(2)]
    for push in pushes:
        push.connect(address, wait=SAFETY_TIMEOUT)
    late = new_socket(core.PUSH)
    late.connect(address)
    kinds = [events.get(SAFETY_TIMEOUT) for _ in range(6)]
    assert kinds[-1] is not None
    assert kinds[-1].kind is EventKind.ACCEPT_FAILED
    assert "MAX_CONNECTIONS, 2, is reached: further peers wait" in kinds[-1].reason
    assert "MAX_CONNECTIONS" in caplog.text
    assert pull.stats().peers == 2
    pushes[0].close()
    late.wait_for(timeout=SAFETY_TIMEOUT)
    late.send(b"x")
    assert pull.recv() == b"x"


@pytest.mark.parametrize(
    "limits", [{"max_subscriptions": 2}, {"max_subscription_bytes": 5}], ids=["number", "bytes"]
)
def test_who_subscribes_to_too_much_is_disconnected(
    new_socket: sockets.SocketFactory,
    limits: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    pub = new_socket(core.PUB, **limits)
    address = bind(pub, LOOPBACK)
    modest, greedy = new_socket(core.SUB), new_socket(core.SUB, reconnect_ivl=60_000)
    for topic in (b"aa", b"bb", b"aa"):
        modest.subscribe(topic)
    modest.connect(address, wait=SAFETY_TIMEOUT)
    pub.wait_for(subscriptions=2, timeout=SAFETY_TIMEOUT)
    for topic in (b"aa", b"bb", b"cc"):
        greedy.subscribe(topic)
    greedy.connect(address)
    wait_until(lambda: bool(pub.stats().refused))
    assert pub.stats().refused == {FailureReason.ASKED_TOO_MUCH.value: 1}
    assert "more than one peer may have" in caplog.text
    pub.wait_for(peers=1, subscriptions=2, timeout=SAFETY_TIMEOUT)
    pub.send(b"aa")
    assert modest.recv() == b"aa"


def test_a_subscription_that_was_taken_back_no_longer_counts(
    new_socket: sockets.SocketFactory,
) -> None:
    xpub, sub = new_socket(core.XPUB, max_subscriptions=1), new_socket(core.SUB)
    sub.connect(bind(xpub, LOOPBACK))
    for topic in (b"a", b"b", b"c"):
        sub.subscribe(topic)
        assert xpub.recv() == b"\x01" + topic
        sub.unsubscribe(topic)
        assert xpub.recv() == b"\x00" + topic
    assert xpub.stats().subscriptions == 0


def test_a_message_that_is_too_large_is_told(
    new_socket: sockets.SocketFactory, caplog: pytest.LogCaptureFixture
) -> None:
    pull, push = new_socket(core.PULL, maxmsgsize=10), new_socket(core.PUSH, reconnect_ivl=60_000)
    push.connect(bind(pull, LOOPBACK))
    push.send(b"x" * 11)
    wait_until(lambda: bool(pull.stats().refused))
    assert "announced a frame that is too large: 11 bytes, allowed are 10" in caplog.text


def test_a_message_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.zmtp.decoder._LARGEST_MESSAGE", 1000)
    decoder = FrameDecoder(100, lambda body: None)
    count = 0
    while decoder.failure is None and count < 100:
        count += 1
        decoder.feed(b"\x01\x05hello")
        assert decoder.messages(10) == []
    assert decoder.failure is not None
    assert decoder.failure.reason is FailureReason.FRAME_TOO_LARGE
    assert count == 1000 // (64 + 5) + 1


def test_large_messages_of_many_frames_are_none_of_those(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.zmtp.decoder._LARGEST_MESSAGE", 1000)
    decoder = FrameDecoder(100, lambda body: None)
    for _ in range(50):  # each message is weighed for itself
        for _ in range(10):
            decoder.feed(b"\x01\x05hello")
            assert decoder.messages(10) == []
        decoder.feed(b"\x00\x03end")
        assert decoder.messages(10) == [[b"hello"] * 10 + [b"end"]]
    assert decoder.failure is None


def test_a_flood_of_strangers_does_not_flood_the_log(
    new_socket: sockets.SocketFactory, caplog: pytest.LogCaptureFixture
) -> None:
    pull = new_socket(core.PULL)
    port = int(bind(pull, LOOPBACK).rpartition(":")[2])
    reason = FailureReason.NOT_ZMTP.value
    for count in range(1, 13):
        with system.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
            wait_until(lambda count=count: pull.stats().refused.get(reason) == count)  # type: ignore[misc]
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert "it speaks HTTP" in lines[0]
    assert "(10 times so far)" in lines[1]
