"""The end of a context while threads send, receive, poll and proxy at full speed in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import bind, terminate
from tests.support.waiting import Background, wait_until


class Load:
    """Threads on both sides of a proxy, which stop with the context only."""

    def __init__(self, zmq: Any, endpoint: Endpoints, scheme: str) -> None:
        self.zmq, self.context, self.received = zmq, zmq.Context(), 0
        front, back, source, sink = (
            self.context.socket(kind) for kind in (zmq.PULL, zmq.PUSH, zmq.PUSH, zmq.PULL)
        )
        source.connect(bind(front, endpoint(scheme)))
        sink.connect(bind(back, endpoint(scheme)))
        self.threads = [
            Background(self._until_the_end, zmq.proxy, front, back),
            Background(self._until_the_end, self._flood, source),
            Background(self._until_the_end, self._drain, sink),
        ]

    def _until_the_end(self, work: Callable[..., None], *sockets: Any) -> bool:
        try:
            with pytest.raises(self.zmq.ContextTerminated):
                work(*sockets)
        finally:
            for socket in sockets:
                socket.close(linger=0)
        return True

    def _flood(self, source: Any) -> None:
        while True:
            source.send(b"x" * 100)

    def _drain(self, sink: Any) -> None:
        poller = self.zmq.Poller()
        poller.register(sink, self.zmq.POLLIN)
        while True:
            if poller.poll(1):
                sink.recv()
                self.received += 1


@pytest.mark.core_only  # libzmq's term sometimes does not return here, all sockets being closed
@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_term_ends_it(zmq: Any, endpoint: Endpoints, scheme: str) -> None:
    load = Load(zmq, endpoint, scheme)
    wait_until(lambda: load.received > 100)
    terminate(load.context)
    assert all(thread.result() for thread in load.threads)


@pytest.mark.core_only
@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_shutdown_ends_it_and_does_not_wait(zmq: Any, endpoint: Endpoints, scheme: str) -> None:
    load = Load(zmq, endpoint, scheme)
    wait_until(lambda: load.received > 100)
    load.context.shutdown()
    load.context.shutdown()
    assert all(thread.result() for thread in load.threads)
    with pytest.raises(zmq.ContextTerminated):
        load.context.socket(zmq.PUSH)
    load.context.term()
