"""Sockets of a Python library, remote-controlled: one JSON command per line in, one answer out.

python remote.py MODULE: `core` or `zmq`. remote.js and go/remote.go understand the same commands.
"""

from __future__ import annotations

import base64
import errno
import importlib
import json
import sys
from typing import Any


class Remote:
    """Carries out the commands on sockets that the test knows by number."""

    def __init__(self, module: str) -> None:
        self._zmq = importlib.import_module(module)
        self._context = self._zmq.Context()
        self._sockets: dict[int, Any] = {}

    def run(self) -> None:
        for line in sys.stdin:
            command = json.loads(line)
            try:
                answer = getattr(self, command.pop("do"))(**command) or {}
            except self._zmq.ZMQError as error:
                answer = {"error": errno.errorcode.get(error.errno, error.errno)}
            print(json.dumps(answer), flush=True)
        self._context.destroy(linger=0)

    def open(self, socket: int, kind: str, timeout: int) -> None:
        opened = self._context.socket(getattr(self._zmq, kind))
        opened.linger, opened.rcvtimeo, opened.sndtimeo = 0, timeout, timeout
        self._sockets[socket] = opened

    def bind(self, socket: int, endpoint: str) -> dict[str, str]:
        self._sockets[socket].bind(endpoint)
        return {"endpoint": self._sockets[socket].last_endpoint.decode()}

    def connect(self, socket: int, endpoint: str) -> None:
        self._sockets[socket].reconnect_ivl = 10
        self._sockets[socket].connect(endpoint)

    def subscribe(self, socket: int, topic: str) -> None:
        self._sockets[socket].subscribe(topic)

    def plain_server(self, socket: int, domain: str) -> None:
        self._set(socket, plain_server=1, zap_domain=domain.encode())

    def plain_client(self, socket: int, username: str, password: str) -> None:
        self._set(socket, plain_username=username.encode(), plain_password=password.encode())

    def curve_server(self, socket: int, domain: str, secretkey: str) -> None:
        keys = {"curve_secretkey": secretkey.encode()}
        self._set(socket, curve_server=1, zap_domain=domain.encode(), **keys)

    def curve_client(self, socket: int, **keys: str) -> None:
        self._set(socket, **{f"curve_{name}": key.encode() for name, key in keys.items()})

    def _set(self, socket: int, **options: Any) -> None:
        for name, value in options.items():
            setattr(self._sockets[socket], name, value)

    def send(self, socket: int, frames: list[str]) -> None:
        self._sockets[socket].send_multipart([base64.b64decode(frame) for frame in frames])

    def recv(self, socket: int, timeout: int) -> dict[str, list[str]]:
        self._sockets[socket].rcvtimeo = timeout
        frames = self._sockets[socket].recv_multipart()
        return {"frames": [base64.b64encode(frame).decode() for frame in frames]}

    def close(self, socket: int) -> None:
        self._sockets.pop(socket).close()


if __name__ == "__main__":
    Remote(sys.argv[1]).run()
