"""Ends that tell: what was left behind at close, and who holds a context that cannot end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

import core
import core.asyncio
from core import context as context_module
from tests.support import sockets
from tests.support.endpoints import LOOPBACK, unused_port
from tests.support.sockets import SAFETY_TIMEOUT, bind
from tests.support.waiting import wait_until


@pytest.fixture
def context() -> Iterator[core.Context]:
    context = core.Context()
    yield context
    sockets.terminate(context)


def test_close_says_how_many_messages_did_not_leave(
    context: core.Context, caplog: pytest.LogCaptureFixture
) -> None:
    push = context.socket(core.PUSH)
    with unused_port() as port:
        push.connect(f"tcp://127.0.0.1:{port}")
        for _ in range(3):
            push.send(b"x")
        assert push.close(wait=20) == 3
    assert "closed with 3 messages unsent: LINGER, 20 ms, was over" in caplog.text
    assert "test_ends.py:" in caplog.text


def test_close_waits_until_everything_has_left(context: core.Context) -> None:
    pull, push = context.socket(core.PULL), context.socket(core.PUSH)
    push.connect(bind(pull, LOOPBACK))
    for _ in range(100):
        push.send(b"x" * 1000)
    assert push.close(wait=SAFETY_TIMEOUT) == 0
    assert [len(pull.recv()) for _ in range(100)] == [1000] * 100
    pull.close()


def test_messages_that_were_to_be_dropped_are_no_news(
    context: core.Context, caplog: pytest.LogCaptureFixture
) -> None:
    push = context.socket(core.PUSH)
    with unused_port() as port:
        push.connect(f"tcp://127.0.0.1:{port}")
        push.send(b"x")
        push.close(linger=0)
    assert "unsent" not in caplog.text


def test_asyncio_sockets_are_closed_with_await() -> None:
    async def scene() -> tuple[int, int]:
        context = core.asyncio.Context()
        pull, push, lonely = (context.socket(kind) for kind in (core.PULL, core.PUSH, core.PUSH))
        push.connect(bind(pull, LOOPBACK))
        await push.send(b"x")
        with unused_port() as port:
            lonely.connect(f"tcp://127.0.0.1:{port}")
            await lonely.send(b"x")
            left = await push.close(wait=SAFETY_TIMEOUT), await lonely.close(wait=20)
        assert await pull.recv() == b"x"
        pull.close()
        context.term(timeout=SAFETY_TIMEOUT)
        return left

    assert asyncio.run(asyncio.wait_for(scene(), 10)) == (0, 1)


def test_term_names_who_holds_it() -> None:
    context = core.Context()
    push, pull = context.socket(core.PUSH), context.socket(core.PULL)
    with unused_port() as port:
        push.connect(f"tcp://127.0.0.1:{port}")
        push.send(b"x")
        push.close()
        pull.bind("inproc://held")
        with pytest.raises(core.StillInUse) as held:
            context.term(timeout=20)
        text = str(held.value)
        assert text.startswith("2 sockets hold the context: ")
        assert f"on tcp://127.0.0.1:{port}: closed, 1 message unsent" in text
        assert "on inproc://held: not closed" in text
        assert text.count("made at test_ends.py:") == 2
        assert len(held.value.holders) == 2
        assert isinstance(held.value, core.Again)
        pull.close()
        with pytest.raises(core.StillInUse):
            context.term(timeout=0)
        for engine in context._shared.reactor.engines():
            with engine.lock:
                for endpoint in list(engine._endpoints):
                    endpoint.stop()
        context.term(timeout=SAFETY_TIMEOUT)


def test_destroy_with_a_limit() -> None:
    context = core.Context()
    push = context.socket(core.PUSH)
    with unused_port() as port:
        push.connect(f"tcp://127.0.0.1:{port}")
        push.send(b"x")
        with pytest.raises(core.StillInUse, match="1 socket holds the context"):
            context.destroy(linger=200, timeout=10)
        context.term(timeout=SAFETY_TIMEOUT)


def test_a_long_term_is_told_on_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(context_module, "FIRST_PATIENCE", 0.01)
    context = core.Context()
    socket = context.socket(core.PULL)
    thread = threading.Thread(target=context.term)
    thread.start()
    wait_until(
        lambda: "Context.term waits: 1 socket holds the context: PULL made at" in caplog.text
    )
    socket.close()
    thread.join(10)
    assert not thread.is_alive()


def test_a_monitor_is_not_blamed() -> None:
    context = core.Context()
    socket = context.socket(core.PULL)
    monitor = socket.get_monitor_socket()
    monitor.close()
    with pytest.raises(core.StillInUse) as held:
        context.term(timeout=10)
    assert len(held.value.holders) == 1
    socket.close()
    context.term(timeout=SAFETY_TIMEOUT)
