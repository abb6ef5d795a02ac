"""Who drives a socket while a call waits, and when it gives the socket back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import core as zmq
from core.runtime.driven import Driven
from tests.support.waiting import wait_until


def recorded(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Driven]:
    """Return a list that grows by the engine at each call of one of its methods."""
    calls: list[Driven] = []
    method: Callable[..., object] = getattr(Driven, name)

    def record(engine: Driven, *arguments: object) -> object:
        calls.append(engine)
        return method(engine, *arguments)

    monkeypatch.setattr(Driven, name, record)
    return calls


@pytest.mark.parametrize("timeout", [-1, 10_000])
def test_a_call_that_waits_several_times_gives_the_socket_back_once(
    monkeypatch: pytest.MonkeyPatch, timeout: int
) -> None:
    """In between, the I/O thread would wake up for what the caller is about to look at."""
    waits = recorded(monkeypatch, "_lead")
    ends = recorded(monkeypatch, "_unclaim")
    with (
        ThreadPoolExecutor(1) as pool,
        zmq.Context() as context,
        context.socket(zmq.PULL) as sink,
        context.socket(zmq.PUSH) as source,
    ):
        sink.rcvtimeo = timeout
        port = sink.bind_to_random_port("tcp://127.0.0.1")
        received = pool.submit(sink.recv)
        wait_until(lambda: sink._engine._leading)
        source.connect(f"tcp://127.0.0.1:{port}")
        source.send(b"behind a handshake")
        assert received.result(10) == b"behind a handshake"
        assert waits.count(sink._engine) > 1  # the peer, its greeting, its message
        assert ends.count(sink._engine) == 1


def test_a_call_that_gives_up_gives_the_socket_back() -> None:
    with (
        zmq.Context() as context,
        context.socket(zmq.PULL) as sink,
        context.socket(zmq.PUSH) as source,
    ):
        port = sink.bind_to_random_port("tcp://127.0.0.1")
        sink.rcvtimeo = 1
        with pytest.raises(zmq.Again):
            sink.recv()
        source.connect(f"tcp://127.0.0.1:{port}")
        source.wait_for(peers=1, timeout=10_000)  # it takes two: the I/O thread drives the other
