"""asyncio sockets for tests: closed with their context, made and used inside a fresh loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support import sockets
from tests.support.endpoints import Endpoints
from tests.support.implementations import asyncio_face
from tests.support.sockets import SAFETY_TIMEOUT, bind

LIMIT = SAFETY_TIMEOUT / 1000  # seconds


class Face:
    """An asyncio context whose sockets are closed with it, made inside the running loop."""

    def __init__(self, zmq: Any, module: Any, endpoint: Endpoints) -> None:
        self.zmq, self.module, self.endpoint = zmq, module, endpoint
        self.context = module.Context()
        self._opened: list[Any] = []

    def __call__(self, socket_type: int, **options: Any) -> Any:
        socket = self.context.socket(socket_type)
        self._opened.append(socket)
        for name, value in {"linger": 0, **options}.items():
            setattr(socket, name, value)
        return socket

    def pair_up(self, binder: int, connecter: int, scheme: str, **options: Any) -> tuple[Any, Any]:
        first, second = self(binder, **options), self(connecter, **options)
        second.connect(bind(first, self.endpoint(scheme)))
        return first, second

    def end(self) -> None:
        for socket in self._opened:
            socket.close(linger=0)
        sockets.terminate(self.context)


@contextmanager
def opened_face(zmq: Any, endpoint: Endpoints) -> Iterator[Face]:
    face = Face(zmq, asyncio_face(zmq), endpoint)
    try:
        yield face
    finally:
        face.end()


Test = Callable[[Face], Awaitable[None]]
Runner = Callable[[Test], None]


def runner(zmq: Any, endpoint: Endpoints) -> Runner:
    """A function that runs a test in a new loop with a new `Face`, within the time limit."""

    def run_test(test: Test) -> None:
        async def main() -> None:
            with opened_face(zmq, endpoint) as made:
                await asyncio.wait_for(test(made), LIMIT)

        asyncio.run(main())

    return run_test
