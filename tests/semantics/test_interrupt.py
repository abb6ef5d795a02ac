"""Ctrl-C: SIGINT ends every blocking call, and the socket is as good as before."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.implementations import asyncio_face
from tests.support.processes import PeerProcess
from tests.support.sockets import SocketFactory, bind, drain
from tests.support.waiting import Background, wait_until, wait_until_blocked


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    # A shell that starts the tests in the background makes them ignore SIGINT.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_when_blocked(signal_number: int = signal.SIGINT) -> Background:
    """Send this process a signal, as a terminal would, once its main thread waits."""

    def interrupt() -> None:
        wait_until_blocked(threading.main_thread())
        os.kill(os.getpid(), signal_number)

    return Background(interrupt)


CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "recv": lambda zmq, pair: pair.recv(),
    "recv_multipart": lambda zmq, pair: pair.recv_multipart(),
    "recv_string": lambda zmq, pair: pair.recv_string(),
    "timed recv": lambda zmq, pair: _timed(pair).recv(),
    "send": lambda zmq, pair: pair.send(b"x"),
    "send_multipart": lambda zmq, pair: pair.send_multipart([b"x", b"y"]),
    "poll": lambda zmq, pair: pair.poll(),
    "timed poll": lambda zmq, pair: pair.poll(20_000),
    "Poller": lambda zmq, pair: _poller(zmq, pair).poll(),
    "select": lambda zmq, pair: zmq.select([pair], [], []),
}


CORE_CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "recv_many": lambda zmq, pair: pair.recv_many(),
    "send_many": lambda zmq, pair: pair.send_many([b"x", b"y"]),
    "proxy": lambda zmq, pair: zmq.proxy(pair, pair),
}


def _timed(pair: Any) -> Any:
    pair.rcvtimeo = 20_000
    return pair


def _poller(zmq: Any, pair: Any) -> Any:
    poller = zmq.Poller()
    poller.register(pair, zmq.POLLIN)
    return poller


@pytest.mark.parametrize("call", CALLS)
def test_blocking_call(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, call: str) -> None:
    check_call(zmq, new_socket, endpoint, CALLS[call])


@pytest.mark.core_only
@pytest.mark.parametrize("call", CORE_CALLS)
def test_blocking_call_of_core(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, call: str
) -> None:
    check_call(zmq, new_socket, endpoint, CORE_CALLS[call])


def check_call(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, call: Callable[[Any, Any], Any]
) -> None:
    pair = new_socket(zmq.PAIR, rcvtimeo=-1, sndtimeo=-1)
    address = bind(pair, endpoint("tcp"))
    interrupter = interrupt_when_blocked()
    with pytest.raises(KeyboardInterrupt):
        call(zmq, pair)
    interrupter.result()
    other = new_socket(zmq.PAIR)
    other.connect(address)
    other.send(b"still working")
    pair.rcvtimeo = 10_000
    assert pair.recv() == b"still working"
    pair.send(b"both ways")
    assert other.recv() == b"both ways"


class InterruptedLock:
    """A lock for which a thread has to wait, and Ctrl-C comes just then."""

    def __init__(self, lock: Any) -> None:
        self._lock = lock
        self.release = lock.release
        self.interrupts = 1

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if blocking and self.interrupts:
            self.interrupts -= 1
            raise KeyboardInterrupt
        return bool(self._lock.acquire(blocking, timeout))

    def __enter__(self) -> bool:
        return bool(self._lock.__enter__())

    def __exit__(self, *error: object) -> None:
        self._lock.__exit__(*error)


@pytest.mark.core_only
def test_at_the_end_of_a_wait(zmq: Any, endpoint: Endpoints) -> None:
    """While the thread takes back the lock of its socket, which others have at that moment."""
    with zmq.Context() as context, context.socket(zmq.PULL) as pull:
        with context.socket(zmq.PUSH) as push:
            push.connect(bind(pull, endpoint("tcp")))
            engine = pull._engine
            engine.lock = lock = InterruptedLock(engine.lock)
            pull.rcvtimeo = 100  # nothing has been sent, so that it waits
            with pytest.raises(KeyboardInterrupt):
                pull.recv()
            assert not lock.interrupts
            pull.rcvtimeo = 10_000
            push.send(b"first")
            assert pull.recv() == b"first"
            push.send(b"second")
            assert pull.recv() == b"second"
        pull.close()
        context.term(timeout=10_000)


@pytest.mark.core_only
def test_in_the_middle_of_a_frame(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    """Its beginning is lost: the connection is made anew, and the rest is not taken for frames."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    push.reconnect_ivl = 1
    push.send(b"first")
    assert pull.recv() == b"first"
    (link,) = pull._engine.endpoints[0]._links
    read = link._read

    def interrupted(size: int) -> bytes:
        read(size)
        raise KeyboardInterrupt

    engine = pull._engine
    with engine.lock:  # so that it is this thread that reads
        link._read = interrupted
        push.send(b"\0" * 100_000)
        with pytest.raises(KeyboardInterrupt):
            engine._process(engine.selector.wait(10))
        link._read = read
    arrived: list[bytes] = []
    while not arrived:
        push.send(b"after")
        if pull.poll(10):
            arrived.append(pull.recv())
    assert arrived in ([b"after"], [b"\0" * 100_000])


@pytest.mark.core_only
def test_in_the_middle_of_a_batch(zmq: Any, new_socket: SocketFactory) -> None:
    """Over inproc the sender tells the receiver only when that has seen everything."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, "inproc://batch", rcvhwm=5)
    for number in range(20):
        push.send(b"%d" % number)
    assert pull.recv() == b"0"
    (link,) = pull._engine.endpoints[0]._links.values()
    channel = link._channel
    receive = channel.receive
    interrupts: list[Any] = []

    def interrupted(limit: int) -> Any:
        messages = receive(limit)
        if not interrupts:
            interrupts.append(messages)
            raise KeyboardInterrupt
        return messages

    channel.receive = interrupted
    with pytest.raises(KeyboardInterrupt):
        drain(pull)
    push.send(b"last")
    while pull.recv() != b"last":
        pass


def test_waiting_for_a_reply(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    reply, request = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("tcp"), rcvtimeo=-1)
    request.send(b"q")
    interrupter = interrupt_when_blocked()
    with pytest.raises(KeyboardInterrupt):
        request.recv()
    interrupter.result()
    reply.send(reply.recv())
    assert request.recv() == b"q"  # the reply to the interrupted receive is not lost


@pytest.mark.core_only  # an interrupted term of pyzmq forgets its context, and leaks it
def test_ending_a_context(zmq: Any) -> None:
    context = zmq.Context()
    pair = context.socket(zmq.PAIR)
    interrupter = interrupt_when_blocked()
    with pytest.raises(KeyboardInterrupt):
        context.term()
    interrupter.result()
    pair.close()
    context.term()


def test_handlers_that_return_do_not_end_the_call(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # PEP 475: a call interrupted by a handler that does not raise goes on waiting.
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"), rcvtimeo=-1)
    handled = threading.Event()
    before = signal.signal(signal.SIGUSR1, lambda *_: handled.set())
    try:
        interrupter = interrupt_when_blocked(signal.SIGUSR1)

        def send_after_the_signal() -> None:
            assert handled.wait(10)
            push.send(b"afterwards")

        sender = Background(send_after_the_signal)
        assert pull.recv() == b"afterwards"
        interrupter.result()
        sender.result()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_asyncio_run_is_interrupted(zmq: Any, endpoint: Endpoints) -> None:
    face = asyncio_face(zmq)

    async def wait_for_ever() -> None:
        with face.Context() as context, context.socket(zmq.PULL) as pull:
            pull.bind(endpoint("tcp"))
            try:
                await pull.recv()
            finally:
                pull.close(linger=0)

    interrupter = interrupt_when_blocked()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(wait_for_ever())
    interrupter.result()


PROGRAM = """
import importlib, signal, sys
zmq = importlib.import_module(sys.argv[1])
context = zmq.Context()
pull = context.socket(zmq.PULL)
pull.bind("tcp://127.0.0.1:*")
try:
    print("waiting")
    pull.recv()
except KeyboardInterrupt:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("interrupted")
pull.close()
context.term()
"""


def test_a_whole_program_ends_in_order(zmq: Any) -> None:
    with PeerProcess.source(PROGRAM, zmq.__name__) as program:
        program.expect("waiting")

        def reacts() -> bool:
            # Once is not enough when the signal comes just before the call has begun to wait.
            program.send_signal(signal.SIGINT)
            return program.says_something(0.2)

        wait_until(reacts)
        program.expect("interrupted")
        program.wait()
