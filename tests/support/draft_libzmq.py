"""A libzmq that was built with its draft API, if this machine offers one, with pyzmq's names.

pyzmq's wheels have libzmq without drafts. The environment variable BABELMQ_DRAFT_LIBZMQ names the
shared library of one that has them; without it, the system's libzmq is asked.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
import time
from typing import Any

from core.constants import *  # noqa: F403 - the constants of this "module"
from core.constants import EVENTS, LAST_ENDPOINT, POLLIN, SNDMORE
from core.enums import SocketOption
from core.errors import Again, ZMQError, error_from_errno

WHY_NOT = "no libzmq with the draft API: BABELMQ_DRAFT_LIBZMQ=/path/to/libzmq.so names one"

_MESSAGE_SIZE = 64
_INT64 = (SocketOption.MAXMSGSIZE, SocketOption.AFFINITY)
_BYTES = frozenset(
    {
        SocketOption.ROUTING_ID, SocketOption.LAST_ENDPOINT, SocketOption.HELLO_MSG,
        SocketOption.DISCONNECT_MSG, SocketOption.HICCUP_MSG,
    }
)  # fmt: skip


@functools.cache
def library() -> ctypes.CDLL | None:
    path = os.environ.get("BABELMQ_DRAFT_LIBZMQ") or ctypes.util.find_library("zmq")
    if path is None:
        return None
    found = ctypes.CDLL(path)
    if not found.zmq_has(b"draft"):
        return None
    for name in ("zmq_ctx_new", "zmq_socket", "zmq_msg_data"):
        getattr(found, name).restype = ctypes.c_void_p
    for name in ("zmq_msg_routing_id", "zmq_connect_peer"):
        getattr(found, name).restype = ctypes.c_uint32
    found.zmq_msg_group.restype = ctypes.c_char_p
    found.zmq_msg_size.restype = ctypes.c_size_t
    return found


def available() -> bool:
    return library() is not None


def _call(name: str, *arguments: Any) -> Any:
    """Call a function of libzmq, and raise what -1 stands for."""
    found = library()
    assert found is not None
    result = getattr(found, name)(*arguments)
    if result == -1:
        raise error_from_errno(found.zmq_errno(), name)
    return result


class Frame(bytes):
    """A received frame."""

    more: bool
    routing_id: int
    group: str


class _Message:
    """A `zmq_msg_t`."""

    def __init__(self, data: bytes | None = None) -> None:
        self.pointer = ctypes.create_string_buffer(_MESSAGE_SIZE)
        if data is None:
            _call("zmq_msg_init", self.pointer)
        else:
            _call("zmq_msg_init_size", self.pointer, ctypes.c_size_t(len(data)))
            ctypes.memmove(_call("zmq_msg_data", self.pointer), data, len(data))

    def __enter__(self) -> ctypes.Array[ctypes.c_char]:
        return self.pointer

    def __exit__(self, *_: object) -> None:
        _call("zmq_msg_close", self.pointer)


class Socket:
    """A socket of libzmq: the methods that tests of draft types use."""

    _pointer: ctypes.c_void_p
    type: int
    closed: bool

    def __init__(self, pointer: int, socket_type: int) -> None:
        self.__dict__.update(_pointer=ctypes.c_void_p(pointer), type=socket_type, closed=False)

    # Options

    def set(self, option: int, value: int | bytes) -> None:
        if isinstance(value, bytes):
            buffer: Any = ctypes.create_string_buffer(value, len(value))
            size = len(value)
        else:
            buffer = (ctypes.c_int64 if option in _INT64 else ctypes.c_int)(value)
            size = ctypes.sizeof(buffer)
            buffer = ctypes.byref(buffer)
        _call("zmq_setsockopt", self._pointer, int(option), buffer, ctypes.c_size_t(size))

    def get(self, option: int) -> Any:
        size = ctypes.c_size_t(256 if option in _BYTES else 8 if option in _INT64 else 4)
        buffer = ctypes.create_string_buffer(size.value)
        _call("zmq_getsockopt", self._pointer, int(option), buffer, ctypes.byref(size))
        value = buffer.raw[: size.value]
        return value if option in _BYTES else int.from_bytes(value, "little", signed=True)

    def setsockopt(self, option: int, value: int | bytes) -> None:
        self.set(option, value)

    def __setattr__(self, name: str, value: int | bytes) -> None:
        self.set(SocketOption[name.upper()], value)

    @property
    def last_endpoint(self) -> bytes:
        endpoint: bytes = self.get(LAST_ENDPOINT)
        return endpoint.rstrip(b"\0")

    # Endpoints and groups

    def bind(self, endpoint: str) -> None:
        _call("zmq_bind", self._pointer, endpoint.encode())

    def connect(self, endpoint: str) -> None:
        _call("zmq_connect", self._pointer, endpoint.encode())

    def disconnect(self, endpoint: str) -> None:
        _call("zmq_disconnect", self._pointer, endpoint.encode())

    def connect_peer(self, endpoint: str) -> int:
        found = library()
        assert found is not None
        routing_id = int(found.zmq_connect_peer(self._pointer, endpoint.encode()))
        if not routing_id:
            raise error_from_errno(found.zmq_errno(), "zmq_connect_peer")
        return routing_id

    def disconnect_peer(self, routing_id: int) -> None:
        _call("zmq_disconnect_peer", self._pointer, ctypes.c_uint32(routing_id))

    def get_peer_state(self, routing_id: bytes) -> int:
        size = ctypes.c_size_t(len(routing_id))
        return int(_call("zmq_socket_get_peer_state", self._pointer, routing_id, size))

    def join(self, group: str | bytes) -> None:
        _call("zmq_join", self._pointer, _encoded(group))

    def leave(self, group: str | bytes) -> None:
        _call("zmq_leave", self._pointer, _encoded(group))

    # Messages

    def send(
        self,
        data: bytes,
        flags: int = 0,
        copy: bool = True,
        *,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> None:
        with _Message(data) as message:
            if isinstance(data, Frame) and data.routing_id and routing_id is None:
                routing_id = data.routing_id
            if routing_id is not None:
                _call("zmq_msg_set_routing_id", message, ctypes.c_uint32(routing_id))
            if group is not None:
                _call("zmq_msg_set_group", message, _encoded(group))
            _call("zmq_msg_send", message, self._pointer, int(flags))

    def send_multipart(self, parts: list[bytes], flags: int = 0) -> None:
        for part in parts[:-1]:
            self.send(part, flags | SNDMORE)
        self.send(parts[-1], flags)

    def recv(self, flags: int = 0, copy: bool = True) -> Any:
        found = library()
        assert found is not None
        with _Message() as message:
            _call("zmq_msg_recv", message, self._pointer, int(flags))
            size = found.zmq_msg_size(message)
            frame = Frame(ctypes.string_at(found.zmq_msg_data(message), size))
            frame.more = bool(found.zmq_msg_more(message))
            frame.routing_id = found.zmq_msg_routing_id(message)
            frame.group = found.zmq_msg_group(message).decode()
        return bytes(frame) if copy else frame

    def recv_multipart(self, flags: int = 0) -> list[bytes]:
        parts = [self.recv(flags, copy=False)]
        while parts[-1].more:
            parts.append(self.recv(flags, copy=False))
        return [bytes(part) for part in parts]

    def poll(self, timeout: int | None = None, flags: int = POLLIN) -> int:
        """libzmq's own `zmq_poll` does not take sockets of these types."""
        deadline = None if timeout is None or timeout < 0 else time.monotonic() + timeout / 1000
        while not (found := int(self.get(EVENTS)) & flags):
            if deadline is not None and time.monotonic() >= deadline:
                return 0
            time.sleep(0.001)
        return found

    def close(self, linger: int | None = None) -> None:
        if not self.closed:
            if linger is not None:
                self.set(SocketOption.LINGER, linger)
            self.__dict__["closed"] = True
            _call("zmq_close", self._pointer)


def _encoded(group: str | bytes) -> bytes:
    return group.encode() if isinstance(group, str) else group


class Context:
    """A context of libzmq."""

    def __init__(self) -> None:
        self._pointer = ctypes.c_void_p(_call("zmq_ctx_new"))

    def socket(self, socket_type: int) -> Socket:
        return Socket(_call("zmq_socket", self._pointer, int(socket_type)), socket_type)

    def term(self) -> None:
        _call("zmq_ctx_term", self._pointer)


__all__ = ["WHY_NOT", "Again", "Context", "Socket", "ZMQError", "available"]
