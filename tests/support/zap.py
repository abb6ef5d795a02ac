"""A ZAP handler in a thread (RFC 27), for either library, that answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Self

from tests.support.waiting import wait_until

ENDPOINT = "inproc://zeromq.zap.01"

Request = list[bytes]
Answer = Callable[[Request], list[bytes] | None]


def allow(request: Request, user: bytes = b"anna", metadata: bytes = b"") -> list[bytes]:
    return [request[0], request[1], b"200", b"OK", user, metadata]


def refuse(request: Request, status: bytes = b"400") -> list[bytes]:
    return [request[0], request[1], status, b"No access", b"", b""]


class Handler:
    """Bound as long as the block runs; `requests` are those it has got, without the envelope.

    answer: makes the reply of a request; None leaves it unanswered.
    """

    def __init__(self, zmq: Any, context: Any, answer: Answer = allow, kind: str = "REP") -> None:
        self._zmq = zmq
        self._answer = answer
        self._routes = kind == "ROUTER"
        self.requests: list[Request] = []
        self._stopping = threading.Event()
        self._socket = context.socket(getattr(zmq, kind))
        self._socket.linger = 0
        self._socket.rcvtimeo = 20
        self._socket.bind(ENDPOINT)
        self._thread = threading.Thread(target=self._run, name="ZAP handler", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(10)
        self._socket.close()

    def wait_for_request(self) -> Request:
        wait_until(lambda: self.requests, message="the handler was not asked")
        return self.requests[0]

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._handle(self._socket.recv_multipart())
            except self._zmq.Again:
                continue

    def _handle(self, frames: list[bytes]) -> None:
        envelope = frames[:2] if self._routes else []
        request = frames[len(envelope) :]
        self.requests.append(request)
        reply = self._answer(request)
        if reply is not None:
            self._socket.send_multipart([*envelope, *reply])
        elif not self._routes:
            self._stopping.wait(10)  # a REP that owes an answer cannot receive
