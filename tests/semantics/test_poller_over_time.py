"""A Poller that is asked again and again: what happens between its calls is seen by the next."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind
from tests.support.waiting import Background, wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
SHORT = 1  # milliseconds: time for a poller to settle in
LONG = 10_000


def settled(poller: Any) -> Any:
    """Ask a poller often enough for it to take its sockets as its own."""
    for _ in range(3):
        poller.poll(SHORT)
    return poller


@TRANSPORTS
def test_messages_that_come_between_two_calls(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pairs = [new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme)) for _ in range(3)]
    poller = zmq.Poller()
    for pull, _ in pairs:
        poller.register(pull, zmq.POLLIN)
    settled(poller)
    for turn in range(4):
        pull, push = pairs[turn % 3]
        push.send(b"%d" % turn)
        assert poller.poll(LONG) == [(pull, zmq.POLLIN)]
        assert poller.poll(LONG) == [(pull, zmq.POLLIN)]  # until it is received
        assert pull.recv() == b"%d" % turn
        assert poller.poll(0) == []


@TRANSPORTS
def test_what_the_application_leaves_is_still_ready(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    settled(poller)
    for number in range(5):
        push.send(b"%d" % number)
    assert pull.recv() == b"0"  # not asked for: reads what else has come
    for number in range(1, 5):
        assert poller.poll(LONG) == [(pull, zmq.POLLIN)]
        assert pull.recv() == b"%d" % number
    assert poller.poll(0) == []


def test_a_reply_makes_the_next_request_readable(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    rep, first = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("tcp"))
    second = new_socket(zmq.REQ)
    second.connect(rep.getsockopt_string(zmq.LAST_ENDPOINT))
    poller = zmq.Poller()
    poller.register(rep, zmq.POLLIN)
    settled(poller)
    first.send(b"1")
    second.send(b"2")
    for _ in range(2):
        assert poller.poll(LONG) == [(rep, zmq.POLLIN)]
        request = rep.recv()
        assert poller.poll(SHORT) == []  # it is the application's turn
        rep.send(request)
    assert (first.recv(), second.recv()) == (b"1", b"2")


def test_room_that_is_made_between_two_calls(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket(zmq.PULL, rcvhwm=1), new_socket(zmq.PUSH, sndhwm=1)
    push.connect(bind(pull, endpoint("inproc")))
    poller = zmq.Poller()
    poller.register(push, zmq.POLLOUT)
    assert settled(poller).poll(LONG) == [(push, zmq.POLLOUT)]
    sent = 0
    while poller.poll(20):
        push.send(b"x")
        sent += 1
    for _ in range(sent):
        pull.recv()
    assert poller.poll(LONG) == [(push, zmq.POLLOUT)]


def test_results_come_in_the_order_of_registration(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pairs = [new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp")) for _ in range(4)]
    poller = zmq.Poller()
    for pull, _ in pairs:
        poller.register(pull, zmq.POLLIN)
    settled(poller)
    for _, push in reversed(pairs):
        push.send(b"x")
    wait_until(lambda: len(poller.poll(0)) == 4)
    assert [socket for socket, _ in poller.poll(0)] == [pull for pull, _ in pairs]


def test_sockets_and_descriptors_together(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    reader, writer = os.pipe()
    try:
        poller = zmq.Poller()
        poller.register(reader, zmq.POLLIN)
        poller.register(pull, zmq.POLLIN)
        settled(poller)
        os.write(writer, b"x")
        assert poller.poll(LONG) == [(reader, zmq.POLLIN)]
        push.send(b"x")
        wait_until(lambda: poller.poll(0) == [(reader, zmq.POLLIN), (pull, zmq.POLLIN)])
        os.read(reader, 1)
        assert poller.poll(LONG) == [(pull, zmq.POLLIN)]
    finally:
        os.close(reader)
        os.close(writer)


def test_registrations_change_between_calls(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    late, late_push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    settled(poller)
    poller.register(late, zmq.POLLIN)
    late_push.send(b"x")
    assert poller.poll(LONG) == [(late, zmq.POLLIN)]
    poller.unregister(late)
    assert poller.poll(SHORT) == []
    push.send(b"x")
    assert poller.poll(LONG) == [(pull, zmq.POLLIN)]


def test_a_call_that_waits_is_woken_up(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    settled(poller)
    waiting = Background(poller.poll, LONG)
    waiting.wait_until_blocked()
    push.send(b"x")
    assert waiting.result() == [(pull, zmq.POLLIN)]


@pytest.mark.core_only
def test_a_closed_socket_is_an_error(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, _ = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    settled(poller)
    pull.close(0)
    with pytest.raises(zmq.ZMQError):
        poller.poll(LONG)


@pytest.mark.core_only
def test_two_threads_may_ask_one_poller(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    settled(poller)
    waiting = [Background(poller.poll, LONG) for _ in range(2)]
    for thread in waiting:
        thread.wait_until_blocked()
    push.send(b"x")
    assert [thread.result() for thread in waiting] == [[(pull, zmq.POLLIN)]] * 2


@pytest.mark.core_only
def test_the_sockets_live_on_when_nobody_asks_any_more(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, _ = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    settled(poller)
    late = new_socket(zmq.PUSH)
    late.connect(pull.getsockopt_string(zmq.LAST_ENDPOINT))
    assert late.poll(LONG, zmq.POLLOUT) == zmq.POLLOUT  # its handshake needs both sides


@pytest.mark.core_only
def test_a_call_that_was_interrupted_loses_nothing(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    settled(poller)
    push.send(b"x")

    def interrupted(candidates: set[Any]) -> list[Any]:
        if not candidates:
            return []
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(poller, "_found_among", interrupted)
        with pytest.raises(KeyboardInterrupt):
            poller.poll(LONG)
    assert poller.poll(LONG) == [(pull, zmq.POLLIN)]


@pytest.mark.core_only
def test_sockets_to_which_nothing_happened_are_not_asked(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    for _ in range(50):
        poller.register(new_socket(zmq.PULL), zmq.POLLIN)
    settled(poller)
    asked: list[Any] = []
    engine_class = type(pull._engine)
    peek = engine_class.peek

    def counted(engine: Any, events: int) -> int:
        asked.append(engine)
        found: int = peek(engine, events)
        return found

    monkeypatch.setattr(engine_class, "peek", counted)
    deadline = time.monotonic() + LONG / 1000
    while set(asked) != {pull._engine}:  # a pause of some ms between calls makes it begin anew
        assert time.monotonic() < deadline
        poller.poll(SHORT)
        asked.clear()
        push.send(b"x")
        assert poller.poll(LONG) == [(pull, zmq.POLLIN)]
        pull.recv()


@pytest.mark.core_only
def test_the_io_thread_sleeps_while_a_poller_waits_for_long(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    settled(poller)
    waiting = Background(poller.poll, LONG)
    waiting.wait_until_blocked()
    reactor = pull._engine.reactor
    wait_until(lambda: reactor._tick is None)
    push.send(b"x")
    assert waiting.result() == [(pull, zmq.POLLIN)]
    assert poller.poll(LONG)  # which the I/O thread hears of
    assert poller._vigil is not None
    wait_until(lambda: poller._vigil.ended)
