"""Contexts, sockets and polling of the backend, without pyzmq's face on top."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import zmq

from core.pyzmq_backend import (
    Context,
    Socket,
    monitored_queue,
    proxy,
    proxy_steerable,
    zmq_errno,
    zmq_poll,
)

pytestmark = pytest.mark.interop


@pytest.fixture
def context() -> Iterator[Context]:
    made = Context()
    yield made
    made.term()


def test_errors_are_pyzmqs(context: Context) -> None:
    socket = Socket(context, zmq.PULL)
    with pytest.raises(zmq.Again) as again:
        socket.recv(zmq.DONTWAIT)
    assert again.value.errno == zmq_errno() == zmq.EAGAIN
    with pytest.raises(zmq.ZMQError, match="cannot send"):
        socket.send(b"x")
    for wrong in (lambda: socket.bind("nonsense"), lambda: socket.get(9999)):
        with pytest.raises(zmq.ZMQError) as caught:
            wrong()
        assert caught.value.errno == zmq.EINVAL
    socket.close()
    with pytest.raises(zmq.ZMQError) as caught:
        socket.recv()
    assert caught.value.errno == zmq.ENOTSOCK


def test_handles(context: Context) -> None:
    socket = Socket(context, zmq.PULL)
    twin, shadow = Socket(shadow=socket.underlying), Context(shadow=context.underlying)
    assert twin.underlying == socket.underlying
    other = Socket(shadow, zmq.PUSH)
    other.close()
    socket.close()
    assert twin.closed
    for call in (lambda: Socket(shadow=987654321), lambda: Context(shadow=987654321)):
        with pytest.raises(zmq.ZMQError) as caught:
            call()
        assert caught.value.errno == zmq.EFAULT
    with pytest.raises(TypeError, match="context"):
        Socket()
    with pytest.raises(TypeError, match="socket_type"):
        Socket(context)


def test_a_terminated_context_makes_no_sockets() -> None:
    context = Context()
    shadow = Context(shadow=context.underlying)
    context.term()
    context.term()
    assert context.closed
    assert not context.underlying
    with pytest.raises(zmq.ZMQError) as caught:
        Socket(shadow, zmq.PUB)
    assert caught.value.errno == zmq.EFAULT
    for call in (lambda: context.get(zmq.IO_THREADS), lambda: context.set(zmq.IO_THREADS, 1)):
        with pytest.raises(RuntimeError):
            call()


def test_messages_of_any_size_are_accepted_as_in_libzmq(context: Context) -> None:
    socket = Socket(context, zmq.PULL)
    assert socket.get(zmq.MAXMSGSIZE) == -1
    socket.close()


def test_polling(context: Context) -> None:
    push, pull = Socket(context, zmq.PUSH), Socket(context, zmq.PULL)
    pull.bind("inproc://poll")
    push.connect("inproc://poll")
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, os.fdopen(write, "wb") as writer:
        assert zmq_poll([(pull, zmq.POLLIN), (reader, zmq.POLLIN)], 0) == []
        push.send(b"x")
        writer.write(b"x")
        writer.flush()
        wanted: list[tuple[Any, int]] = [
            (pull, zmq.POLLIN),
            (reader, zmq.POLLIN),
            (read, zmq.POLLIN),
            (pull, zmq.POLLOUT),
        ]
        found = [(pull, zmq.POLLIN), (read, zmq.POLLIN), (read, zmq.POLLIN)]
        assert zmq_poll(wanted, 1000) == found
    assert zmq_poll([]) == []
    with pytest.raises(TypeError):
        zmq_poll([(object(), zmq.POLLIN)], 0)
    with pytest.raises(ValueError, match="fileno"):
        zmq_poll([(reader, zmq.POLLIN)], 0)
    push.close()
    pull.close()
    with pytest.raises(zmq.ZMQError):
        zmq_poll([(pull, zmq.POLLIN)], 0)


@pytest.mark.parametrize("call", [proxy, proxy_steerable, lambda a, b: monitored_queue(a, b, None)])
def test_proxies_want_sockets(call: Any) -> None:
    with pytest.raises(TypeError, match="a proxy connects"):
        call("in", "out")
