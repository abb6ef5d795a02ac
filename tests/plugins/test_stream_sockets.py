from __future__ import annotations

import select
import socket
from typing import Any

import pytest

from plugins.stream_sockets import SocketListener, SocketStream, _gathering_send


def test_hot_calls_go_straight_to_the_system() -> None:
    near, far = socket.socketpair()
    stream = SocketStream(near, "x://here", "x://there")
    assert (stream.read, stream.write, stream.writev) == (near.recv, near.send, near.sendmsg)
    stream.close()
    far.close()


def test_without_sendmsg_buffers_are_joined() -> None:
    class WithoutSendmsg:
        """A socket as Windows has it."""

        sent = b""

        def send(self, data: bytes) -> int:
            self.sent += data
            return len(data)

    sock: Any = WithoutSendmsg()
    assert _gathering_send(sock)([b"a", memoryview(b"b"), b"c"]) == 3
    assert sock.sent == b"abc"


def test_a_peer_that_cannot_be_taken_is_closed() -> None:
    def refuse(*_: object) -> SocketStream:
        raise OSError("broken before it began")

    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = SocketListener(server.dup(), "x://", refuse)
        with socket.create_connection(server.getsockname()) as peer:
            select.select([listener], [], [], 10)
            with pytest.raises(OSError, match="broken before it began"):
                listener.accept()
            assert peer.recv(1) == b""
        listener.close()


def test_what_binding_left_behind_is_undone_once() -> None:
    undone: list[int] = []
    listener = SocketListener(socket.socket(), "x://", SocketStream, lambda: undone.append(1))  # type: ignore[arg-type]
    listener.close()
    listener.close()
    assert undone == [1]
