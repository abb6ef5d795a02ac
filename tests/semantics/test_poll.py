"""Socket.poll, Poller and select: sockets and plain descriptors together."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, send_until_full
from tests.support.waiting import Background, wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


@TRANSPORTS
def test_readable_and_writable(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    assert pull.poll(0) == 0
    assert push.poll(1000, zmq.POLLOUT) == zmq.POLLOUT
    push.send(b"x")
    assert pull.poll(1000) == zmq.POLLIN
    assert pull.poll(0, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLIN
    pull.recv()
    assert pull.poll(0) == 0


def test_writable_until_full(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=1)
    push = new_socket(zmq.PUSH, sndhwm=1)
    assert push.poll(0, zmq.POLLOUT) == 0  # no peer
    push.connect(bind(pull, endpoint("inproc")))
    assert push.poll(0, zmq.POLLOUT) == zmq.POLLOUT
    send_until_full(push, zmq)
    assert push.poll(0, zmq.POLLOUT) == 0
    pull.recv()
    pull.recv()
    wait_until(lambda: push.poll(0, zmq.POLLOUT))


def test_one_way_sockets_are_never_ready_the_other_way(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    both = zmq.POLLIN | zmq.POLLOUT
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("inproc"))
    push.send(b"x")
    assert pull.poll(1000, both) == zmq.POLLIN
    assert push.poll(0, both) == zmq.POLLOUT
    publisher = new_socket(zmq.PUB)
    assert publisher.poll(0, both) == zmq.POLLOUT  # always: it drops rather than waits


def test_poll_waits_no_longer_than_asked(zmq: Any, new_socket: SocketFactory) -> None:
    pull = new_socket(zmq.PULL)
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    waits: tuple[Callable[[], Any], ...] = (lambda: pull.poll(50), lambda: poller.poll(50))
    for wait in waits:
        begin = time.monotonic()
        assert not wait()
        assert 0.045 <= time.monotonic() - begin < 2


@TRANSPORTS
def test_poll_without_a_timeout_wakes_up(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    waiting = Background(pull.poll)
    waiting.wait_until_blocked()
    push.send(b"x")
    assert waiting.result() == zmq.POLLIN


@TRANSPORTS
def test_poller_reports_sockets_and_descriptors(
    zmq: Any,
    new_socket: SocketFactory,
    endpoint: Endpoints,
    scheme: str,
    pipe: tuple[int, int],
) -> None:
    reader, writer = pipe
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        poller = zmq.Poller()
        poller.register(pull, zmq.POLLIN)
        poller.register(reader, zmq.POLLIN)
        poller.register(ours, zmq.POLLIN)  # anything with a fileno()
        assert poller.poll(0) == []
        os.write(writer, b"x")
        assert dict(poller.poll(1000)) == {reader: zmq.POLLIN}
        push.send(b"x")
        theirs.send(b"x")
        everything = {pull: zmq.POLLIN, reader: zmq.POLLIN, ours.fileno(): zmq.POLLIN}
        wait_until(lambda: dict(poller.poll(1000)) == everything)
        pull.recv()
        os.read(reader, 1)
        ours.recv(1)
        assert poller.poll(0) == []


def test_poller_wakes_up_for_a_descriptor(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, pipe: tuple[int, int]
) -> None:
    reader, writer = pipe
    pull = new_socket(zmq.PULL)
    bind(pull, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    poller.register(reader, zmq.POLLIN)
    waiting = Background(poller.poll)
    waiting.wait_until_blocked()
    os.write(writer, b"x")
    assert waiting.result() == [(reader, zmq.POLLIN)]


def test_poller_wakes_up_for_one_of_many_sockets(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pairs = [
        new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
        for scheme in ("tcp", "ipc", "inproc")
    ]
    poller = zmq.Poller()
    for pull, _ in pairs:
        poller.register(pull, zmq.POLLIN)
    for pull, push in pairs:
        waiting = Background(poller.poll)
        waiting.wait_until_blocked()
        push.send(b"x")
        assert waiting.result() == [(pull, zmq.POLLIN)]
        assert pull.recv() == b"x"


def test_poller_registrations_can_be_changed(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    first, second = new_socket.pair_up(zmq.PAIR, zmq.PAIR, endpoint("inproc"))
    poller = zmq.Poller()
    poller.register(first)  # both ways
    assert first in poller
    assert poller.poll(1000) == [(first, zmq.POLLOUT)]
    poller.modify(first, zmq.POLLIN)
    assert poller.poll(0) == []
    second.send(b"x")
    assert poller.poll(1000) == [(first, zmq.POLLIN)]
    poller.register(first, zmq.POLLIN | zmq.POLLOUT)
    assert poller.poll(1000) == [(first, zmq.POLLIN | zmq.POLLOUT)]
    poller.unregister(first)
    assert first not in poller
    assert poller.poll(0) == []
    with pytest.raises(KeyError):
        poller.unregister(first)


def test_select_takes_three_lists(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, pipe: tuple[int, int]
) -> None:
    reader, writer = pipe
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("inproc"))
    assert zmq.select([pull, reader], [push], [], 1) == ([], [push], [])
    push.send(b"x")
    os.write(writer, b"x")
    ready, writable, wrong = zmq.select([pull, reader], [push], [pull], 1)
    assert (set(ready), writable, wrong) == ({pull, reader}, [push], [])


def test_events_option_says_what_poll_says(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    first, second = new_socket.pair_up(zmq.PAIR, zmq.PAIR, endpoint("inproc"))
    assert first.getsockopt(zmq.EVENTS) == zmq.POLLOUT
    second.send(b"x")
    wait_until(lambda: first.getsockopt(zmq.EVENTS) == zmq.POLLIN | zmq.POLLOUT)
    first.recv()
    assert first.getsockopt(zmq.EVENTS) == zmq.POLLOUT


@TRANSPORTS
def test_descriptor_of_a_socket_wakes_up_foreign_loops(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    """ZMQ_FD: readable means "look at EVENTS"; that is how other event loops watch a socket."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    assert pull.fileno() == pull.getsockopt(zmq.FD)
    for number in range(20):
        push.send(b"%d" % number)
        # Edge-triggered in libzmq: EVENTS has to be looked at before waiting again.
        wait_until(
            lambda: (
                pull.getsockopt(zmq.EVENTS) & zmq.POLLIN
                or (select.select([pull.fileno()], [], [], 1)[0] and False)
            )
        )
        assert pull.recv(zmq.DONTWAIT) == b"%d" % number


def test_closed_sockets_cannot_be_polled(zmq: Any, new_socket: SocketFactory) -> None:
    pull = new_socket(zmq.PULL)
    pull.close()
    with pytest.raises(zmq.ZMQError) as caught:
        pull.poll(0)
    assert caught.value.errno in (zmq.ENOTSOCK, zmq.ENOTSUP)  # the latter is pyzmq's own


def test_receivers_find_nothing_after_poll_says_so(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    """poll and recv agree, message by message, while messages keep coming."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    total = 2000
    sender = Background(lambda: [push.send(b"%d" % number) for number in range(total)])
    received = 0
    while received < total:
        assert pull.poll(5000) == zmq.POLLIN
        assert pull.recv(zmq.DONTWAIT) == b"%d" % received
        received += 1
    sender.result()
    assert pull.poll(0) == 0


@TRANSPORTS
def test_descriptor_tells_of_room_too(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme), sndhwm=4, rcvhwm=4)
    descriptor = push.fileno()
    large = bytes(100_000)
    sent = send_until_full(push, zmq, large)
    receiver = Background(lambda: [len(pull.recv()) for _ in range(sent)])

    def has_room() -> bool:
        if push.getsockopt(zmq.EVENTS) & zmq.POLLOUT:
            return True
        select.select([descriptor], [], [], 10)
        return False

    wait_until(has_room)
    assert receiver.result() == [len(large)] * sent


@pytest.mark.parametrize("scheme", ["tcp", "inproc"])
def test_a_foreign_asyncio_loop_watches_the_descriptor(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    """A blocking socket in somebody's loop: `add_reader`, and all that is there at each call."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    received: list[bytes] = []

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def on_readable() -> None:
            while pull.getsockopt(zmq.EVENTS) & zmq.POLLIN:
                received.append(pull.recv(zmq.DONTWAIT))
            if len(received) == 300 and not done.done():
                done.set_result(None)

        loop.add_reader(pull.fileno(), on_readable)
        on_readable()
        for number in range(300):
            push.send(b"%d" % number)
            if number % 50 == 0:
                await asyncio.sleep(0)
        push.poll(0)
        await asyncio.wait_for(done, 10)
        loop.remove_reader(pull.fileno())

    asyncio.run(watch())
    assert received == [b"%d" % number for number in range(300)]
