"""`Socket.monitor_events`: typed events, bounded, whoever reads them and however slowly."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import core
import core.asyncio
from core.events import EventKind, SocketEvent
from core.runtime.mailbox import Mailbox
from tests.support import sockets
from tests.support.endpoints import LOOPBACK, unused_port

LIMIT = 10_000  # ms


@pytest.fixture
def new_socket() -> Iterator[sockets.SocketFactory]:
    factory = sockets.SocketFactory(core, core.Context())
    yield factory
    factory.close()
    sockets.terminate(factory.context)


def kinds_until(stream: Any, last: EventKind) -> list[EventKind]:
    kinds: list[EventKind] = []
    while not kinds or kinds[-1] is not last:
        event = stream.get(LIMIT)
        assert event is not None, kinds
        kinds.append(event.kind)
    return kinds


def test_events_in_words(new_socket: sockets.SocketFactory) -> None:
    client = new_socket(core.PUSH, reconnect_ivl=60_000)
    stream = client.monitor_events()
    with unused_port() as port:
        client.connect(f"tcp://127.0.0.1:{port}")
        kinds = kinds_until(stream, EventKind.CLOSED)
        assert kinds == [EventKind.CONNECT_DELAYED, EventKind.CLOSED]
        retried = stream.get(LIMIT)
    assert retried is not None
    assert retried.timestamp > 1_700_000_000
    assert str(retried) == (
        f"CONNECT_RETRIED tcp://127.0.0.1:{port}: Connection refused: tcp://127.0.0.1:{port}"
    )


def test_iterating_ends_with_the_socket(new_socket: sockets.SocketFactory) -> None:
    socket = new_socket(core.PULL)
    stream = socket.monitor_events()
    seen: list[SocketEvent] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    socket.bind(LOOPBACK)
    socket.close()
    reader.join(10)
    assert [event.kind for event in seen] == [EventKind.LISTENING, EventKind.CLOSED]
    assert stream.get() is None


def test_nothing_in_time(new_socket: sockets.SocketFactory) -> None:
    assert new_socket(core.PULL).monitor_events().get(1) is None


def test_a_closed_stream_takes_no_more(new_socket: sockets.SocketFactory) -> None:
    socket = new_socket(core.PULL)
    with socket.monitor_events() as stream:
        socket.bind(LOOPBACK)
    socket.bind(LOOPBACK)
    assert [event.kind for event in stream] == [EventKind.LISTENING]


def test_a_slow_reader_learns_what_is_missing(new_socket: sockets.SocketFactory) -> None:
    socket = new_socket(core.PULL)
    stream = socket.monitor_events(limit=2)
    for _ in range(5):
        socket.bind(LOOPBACK)
    assert stream.lost == 3
    taken = [stream.get(0) for _ in range(3)]
    assert [event and event.kind for event in taken] == [
        EventKind.LISTENING,
        EventKind.LISTENING,
        EventKind.EVENTS_LOST,
    ]
    assert taken[2] is not None
    assert taken[2].value == 3
    socket.bind(LOOPBACK)
    assert kinds_until(stream, EventKind.LISTENING) == [EventKind.LISTENING]


def test_an_abandoned_stream_is_forgotten(new_socket: sockets.SocketFactory) -> None:
    socket = new_socket(core.PULL)
    socket.monitor_events()
    gc.collect()
    socket.bind(LOOPBACK)
    assert socket._engine.journal._sinks == []


def test_a_mailbox_without_a_reader_says_so() -> None:
    class Reader:
        def on_news(self) -> None: ...

    reader: Reader | None = Reader()
    assert reader is not None
    mailbox = Mailbox(reader, 10)
    assert mailbox.take(SocketEvent(EventKind.LISTENING, ""))
    del reader
    assert not mailbox.take(SocketEvent(EventKind.LISTENING, ""))


def test_a_closed_socket_has_no_events(new_socket: sockets.SocketFactory) -> None:
    socket = new_socket(core.PULL)
    socket.close()
    with pytest.raises(core.ZMQError) as refused:
        socket.monitor_events()
    assert refused.value.errno == core.ENOTSOCK


def test_asyncio() -> None:
    async def scene() -> list[EventKind]:
        context = core.asyncio.Context()
        server, client = context.socket(core.PULL), context.socket(core.PUSH)
        stream = client.monitor_events()
        assert await stream.get(1) is None
        server.bind(LOOPBACK)
        client.connect(server.last_endpoint.decode())
        kinds = []
        async for event in stream:
            kinds.append(event.kind)
            if event.kind is EventKind.HANDSHAKE_SUCCEEDED:
                client.close()
        server.close()
        context.term()
        return kinds

    assert asyncio.run(asyncio.wait_for(scene(), 10)) == [
        EventKind.CONNECT_DELAYED,
        EventKind.CONNECTED,
        EventKind.HANDSHAKE_SUCCEEDED,
    ]


def test_drops_are_events_and_log_lines(
    new_socket: sockets.SocketFactory, caplog: pytest.LogCaptureFixture
) -> None:
    router, dealer = new_socket(core.ROUTER, sndhwm=1), new_socket(core.DEALER, rcvhwm=1)
    endpoint = sockets.bind(router, "inproc://slow-dealer")
    dealer.identity = b"slow"
    dealer.connect(endpoint)
    dealer.send(b"hello")
    router.recv_multipart()
    stream = router.monitor_events()
    for _ in range(200):
        router.send_multipart([b"slow", b"x"])
    events = list(iter(lambda: stream.get(0), None))
    assert {event.kind for event in events} == {EventKind.MESSAGES_DROPPED}
    assert [event.value for event in events] == [1, 10, 100]
    assert "SNDHWM" in caplog.text
