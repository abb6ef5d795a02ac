"""A small SOCKS 5 server: enough of RFC 1928 and 1929 to judge a client."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

NO_AUTHENTICATION, PASSWORD, NONE_OF_THEM = 0, 2, 0xFF


@dataclass
class Request:
    """What one client asked for."""

    methods: bytes
    credentials: tuple[bytes, bytes] | None = None
    kind: int = 0
    host: str = ""
    port: int = 0


@dataclass
class SocksServer:
    """Serves until the block ends.

    users: name and password; with any, a client has to present one of them.
    reply: the reply octet of every request; 0 connects.
    names: addresses of host names, which no other server knows.
    bound: the address part of the reply, in each of the forms that there are.
    trickle: answer byte by byte.
    silent: accept and say nothing.
    """

    users: dict[bytes, bytes] = field(default_factory=dict)
    reply: int = 0
    names: dict[str, str] = field(default_factory=dict)
    bound: bytes = b"\x01\0\0\0\0\0\0"
    trickle: bool = False
    silent: bool = False
    family: int = socket.AF_INET
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> Self:
        host = "::1" if self.family == socket.AF_INET6 else "127.0.0.1"
        self._listener = socket.create_server((host, 0), family=self.family)
        self.port = int(self._listener.getsockname()[1])
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self._open: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sock in self._open:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:  # not connected any more
                pass
        for thread in self._threads:
            thread.join(10)
        for sock in self._open:
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            self._start(self._serve, client)

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            if self.silent:
                client.recv(1000)
                client.recv(1000)  # until the client gives up
                return
            target = self._negotiate(client)
        except (OSError, EOFError):
            client.close()
            return
        if target is None:
            client.close()
            return
        self._open.append(target)
        self._start(_carry, client, target)
        _carry(target, client)

    def _negotiate(self, client: socket.socket) -> socket.socket | None:
        assert _read(client, 1) == b"\x05"
        request = Request(_read(client, _read(client, 1)[0]))
        self.requests.append(request)
        method = PASSWORD if self.users else NO_AUTHENTICATION
        if method not in request.methods:
            method = NONE_OF_THEM
        self._say(client, bytes((5, method)))
        if method == NONE_OF_THEM or not self._authenticates(client, method, request):
            return None
        assert _read(client, 3) == b"\x05\x01\0"
        request.kind = _read(client, 1)[0]
        request.host = _host(client, request.kind)
        request.port = int.from_bytes(_read(client, 2), "big")
        target = None
        if not self.reply:
            host = self.names.get(request.host, request.host)
            target = socket.create_connection((host, request.port))
        self._say(client, bytes((5, self.reply, 0)) + self.bound)
        return target

    def _authenticates(self, client: socket.socket, method: int, request: Request) -> bool:
        if method != PASSWORD:
            return True
        assert _read(client, 1) == b"\x01"
        user = _read(client, _read(client, 1)[0])
        password = _read(client, _read(client, 1)[0])
        request.credentials = (user, password)
        good = self.users.get(user) == password
        self._say(client, bytes((1, not good)))
        return good

    def _say(self, client: socket.socket, data: bytes) -> None:
        if not self.trickle:
            client.sendall(data)
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for value in data:
            client.sendall(bytes((value,)))


def _host(client: socket.socket, kind: int) -> str:
    if kind == 3:
        return _read(client, _read(client, 1)[0]).decode()
    if kind == 1:
        return socket.inet_ntop(socket.AF_INET, _read(client, 4))
    return socket.inet_ntop(socket.AF_INET6, _read(client, 16))


def _read(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _carry(source: socket.socket, sink: socket.socket) -> None:
    """Copy until one of them ends."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        try:
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
