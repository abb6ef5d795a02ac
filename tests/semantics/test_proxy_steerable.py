"""zmq.proxy_steerable: PAUSE, RESUME, TERMINATE and STATISTICS on a control socket.

The libzmq that pyzmq ships has no steerable proxy any more, so only this engine is tested.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, is_quiet
from tests.support.waiting import Background, wait_until

pytestmark = pytest.mark.core_only


class Steered:
    """A proxy in a thread, between a PUSH and a PULL or a REQ and a REP of the test's."""

    def __init__(
        self, zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, control: tuple[int, int]
    ) -> None:
        self.zmq = zmq
        self.front, self.back = new_socket(zmq.ROUTER), new_socket(zmq.DEALER)
        commands, self.control = new_socket(control[0]), new_socket(control[1])
        self.control.connect(bind(commands, endpoint("inproc")))
        self.request, self.reply = new_socket(zmq.REQ), new_socket(zmq.REP)
        self.request.connect(bind(self.front, endpoint("inproc")))
        self.reply.connect(bind(self.back, endpoint("inproc")))
        self.proxy = Background(zmq.proxy_steerable, self.front, self.back, None, commands)

    def command(self, text: bytes) -> list[bytes]:
        self.control.send(text)
        answer: list[bytes] = self.control.recv_multipart()
        return answer

    def exchange(self, text: bytes) -> None:
        self.request.send(text)
        assert self.reply.recv() == text
        self.reply.send(text * 2)
        assert self.request.recv() == text * 2


@pytest.fixture
def steered(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> Iterator[Steered]:
    made = Steered(zmq, new_socket, endpoint, (zmq.REP, zmq.REQ))
    yield made
    if made.proxy.running:
        made.control.send(b"TERMINATE")
        assert made.control.recv() == b""
    assert made.proxy.result() == 0


def test_terminate_ends_it(steered: Steered) -> None:
    steered.exchange(b"hello")
    assert steered.command(b"TERMINATE") == [b""]
    assert steered.proxy.result() == 0


def test_paused_messages_wait_and_go_on(steered: Steered) -> None:
    assert steered.command(b"PAUSE") == [b""]
    steered.request.send(b"later")
    assert is_quiet(steered.reply)
    assert steered.command(b"RESUME") == [b""]
    assert steered.reply.recv() == b"later"
    steered.reply.send(b"answer")
    assert steered.request.recv() == b"answer"


def test_a_paused_proxy_obeys(steered: Steered) -> None:
    assert steered.command(b"PAUSE") == [b""]
    assert steered.command(b"TERMINATE") == [b""]
    assert steered.proxy.result() == 0


def test_unknown_commands_change_nothing(steered: Steered) -> None:
    for text in (b"", b"terminate", b"TERMINATE!", b"\xff" * 300):
        assert steered.command(text) == [b""]
    steered.exchange(b"still here")


def test_statistics_count_frames_and_bytes(steered: Steered) -> None:
    for text in (b"a", b"bcd"):
        steered.exchange(text)

    def numbers() -> tuple[int, ...]:
        return tuple(struct.unpack("=Q", frame)[0] for frame in steered.command(b"STATISTICS"))

    # Through the proxy go [identity, "", body]: the identity that the ROUTER made up has 5 bytes.
    asked, answered = 2 * 5 + 4, 2 * 5 + 8
    expected = (6, asked, 6, answered, 6, answered, 6, asked)
    wait_until(lambda: numbers() == expected, message=lambda: f"{numbers()} is not {expected}")


def test_what_had_no_room_stays_in_its_socket(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    push, pull = new_socket(zmq.PUSH), new_socket(zmq.PULL)
    push.connect(bind(pull, endpoint("inproc")))
    nobody, control, commands = new_socket(zmq.PUSH), new_socket(zmq.PAIR), new_socket(zmq.PAIR)
    control.connect(bind(commands, endpoint("inproc")))
    proxy = Background(zmq.proxy_steerable, pull, nobody, None, commands)
    messages = [b"%d" % number for number in range(100)]
    push.send_many(messages)
    proxy.wait_until_blocked()
    control.send(b"TERMINATE")
    assert proxy.result() == 0
    assert [pull.recv() for _ in messages] == messages


def test_without_control_it_is_a_proxy(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    context = zmq.Context()
    sockets = [context.socket(kind) for kind in (zmq.PULL, zmq.PUSH)]
    push, pull = new_socket(zmq.PUSH), new_socket(zmq.PULL)
    push.connect(bind(sockets[0], endpoint("tcp")))
    pull.connect(bind(sockets[1], endpoint("tcp")))

    def run() -> None:
        with pytest.raises(zmq.ContextTerminated):
            zmq.proxy_steerable(*sockets)
        for socket in sockets:
            socket.close(0)

    proxy = Background(run)
    push.send(b"through")
    assert pull.recv() == b"through"
    context.term()
    proxy.result()
