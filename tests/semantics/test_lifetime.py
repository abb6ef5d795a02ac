"""The end of sockets and contexts: close, linger, term, destroy, and what they wake up."""

from __future__ import annotations

import errno
import gc
import threading
import time
import weakref
from functools import partial
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind
from tests.support.waiting import Background, wait_until


def seconds(call: Any, *arguments: Any) -> float:
    begin = time.monotonic()
    call(*arguments)
    return time.monotonic() - begin


# --- closing ------------------------------------------------------------------------------------


def test_a_closed_socket_says_so(zmq: Any, new_socket: SocketFactory) -> None:
    pair = new_socket(zmq.PAIR)
    assert not pair.closed
    pair.close()
    assert pair.closed
    pair.close()  # again does nothing
    for call, arguments in (
        (pair.send, (b"x",)),
        (pair.recv, ()),
        (pair.recv, (zmq.DONTWAIT,)),
        (pair.send_multipart, ([b"x", b"y"],)),
        (pair.bind, ("tcp://127.0.0.1:*",)),
        (pair.connect, ("tcp://127.0.0.1:1",)),
        (pair.getsockopt, (zmq.LINGER,)),
        (pair.setsockopt, (zmq.LINGER, 0)),
    ):
        with pytest.raises(zmq.ZMQError) as caught:
            call(*arguments)
        assert caught.value.errno == zmq.ENOTSOCK, call


def test_leaving_the_block_closes(zmq: Any) -> None:
    with zmq.Context() as context, context.socket(zmq.PAIR) as pair:
        assert not pair.closed
        assert not context.closed
    assert pair.closed
    assert context.closed


def test_close_takes_a_linger(zmq: Any, context: Any) -> None:
    with unused_port() as port:
        push = context.socket(zmq.PUSH)
        push.connect(f"tcp://127.0.0.1:{port}")
        push.send(b"never delivered")
        push.close(linger=0)
    assert seconds(context.term) < 2


def test_peers_notice_a_close(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    for scheme in ("tcp", "ipc", "inproc"):
        pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
        push.send(b"last words")
        push.setsockopt(zmq.LINGER, -1)
        push.close()
        assert pull.recv() == b"last words"
        bound, other = new_socket.pair_up(zmq.PUSH, zmq.PULL, endpoint(scheme))
        wait_until(partial(bound.poll, 0, zmq.POLLOUT))
        other.close()
        wait_until(partial(is_full_or_alone, zmq, bound))


def is_full_or_alone(zmq: Any, sender: Any) -> bool:
    return not sender.poll(0, zmq.POLLOUT)


# --- linger -------------------------------------------------------------------------------------


@pytest.mark.parametrize("linger", [0, 100])
def test_term_waits_for_linger_and_no_longer(zmq: Any, linger: int) -> None:
    context = zmq.Context()
    with unused_port() as port:
        push = context.socket(zmq.PUSH)
        push.linger = linger
        push.connect(f"tcp://127.0.0.1:{port}")
        push.send(b"nobody takes it")
        assert seconds(push.close) < 1  # close itself does not wait
        assert linger / 1000 * 0.9 <= seconds(context.term) < linger / 1000 + 2


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_endless_linger_delivers_to_a_peer_that_comes_late(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}" if scheme == "tcp" else endpoint("ipc")
        context = zmq.Context()
        push = context.socket(zmq.PUSH)
        push.linger = -1
        push.reconnect_ivl = 10
        push.connect(address)
        for number in range(50):
            push.send(b"%d" % number)
        push.close()
        ending = Background(context.term)
        ending.wait_until_blocked()
        pull = new_socket(zmq.PULL)
        pull.bind(address)
        assert [pull.recv() for _ in range(50)] == [b"%d" % number for number in range(50)]
        ending.result()


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_everything_sent_before_close_arrives(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull = new_socket(zmq.PULL, rcvhwm=0)
    push = new_socket(zmq.PUSH, sndhwm=0, linger=-1)
    push.connect(bind(pull, endpoint(scheme)))
    messages = [b"%d" % number * (number % 700) for number in range(3000)]
    for message in messages:
        push.send(message)
    push.close()
    assert [pull.recv() for _ in messages] == messages


def test_default_linger_is_for_ever(zmq: Any, context: Any) -> None:
    with context.socket(zmq.PUSH) as push:
        assert push.linger == -1


def test_context_sets_defaults_for_its_sockets(zmq: Any) -> None:
    with zmq.Context() as context:
        context.linger = 0
        context.setsockopt(zmq.SNDHWM, 7)
        with context.socket(zmq.PUSH) as push:
            assert (push.linger, push.sndhwm) == (0, 7)


# --- the garbage collector ----------------------------------------------------------------------


class Cycle:
    """Garbage that only the collector finds."""

    def __init__(self, socket: Any) -> None:
        self.me = self
        self.socket = socket


@pytest.mark.core_only
@pytest.mark.filterwarnings("ignore:Unclosed socket:ResourceWarning")
def test_a_forgotten_socket_may_be_found_while_it_is_driven(zmq: Any, endpoint: Endpoints) -> None:
    """The collector runs in any thread at any time: the I/O thread holds the socket's lock."""
    with zmq.Context() as context:
        pull = context.socket(zmq.PULL)
        bind(pull, endpoint("tcp"))
        engine = pull._engine
        gc.collect()
        Cycle(pull)
        del pull
        engine.post(gc.collect)
        wait_until(lambda: engine.closed)
        context.term(timeout=10_000)


@pytest.mark.core_only
@pytest.mark.filterwarnings("ignore:Unclosed socket:ResourceWarning")
def test_forgotten_sockets_may_be_found_while_a_context_counts_its_own(zmq: Any) -> None:
    """The same with the locks that all sockets of a context share."""
    with zmq.Context() as context:
        pull = context.socket(zmq.PULL)
        engine = pull._engine
        gc.collect()
        Cycle(pull)
        del pull
        with engine.reactor._lock, engine.reactor.shared_lock:
            gc.collect()
        wait_until(lambda: engine.closed)
        context.term(timeout=10_000)


# --- term ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["recv", "recv_multipart", "poll", "poller", "send"])
def test_term_wakes_blocked_calls(zmq: Any, endpoint: Endpoints, what: str) -> None:
    context = zmq.Context()
    pair = context.socket(zmq.PAIR)
    bind(pair, endpoint("tcp"))
    call = {
        "recv": pair.recv,
        "recv_multipart": pair.recv_multipart,
        "poll": pair.poll,
        "poller": lambda: wait_with_poller(zmq, pair),
        "send": lambda: pair.send(b"x"),
    }[what]

    def blocked() -> None:
        try:
            with pytest.raises(zmq.ContextTerminated) as caught:
                call()
            assert caught.value.errno == zmq.ETERM
        finally:
            pair.close(linger=0)

    waiting = Background(blocked)
    waiting.wait_until_blocked()
    context.term()
    waiting.result()


def wait_with_poller(zmq: Any, socket: Any) -> None:
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.poll()


def test_term_waits_until_all_sockets_are_closed(zmq: Any) -> None:
    context = zmq.Context()
    pair = context.socket(zmq.PAIR)
    ending = Background(context.term)
    ending.wait_until_blocked()
    assert ending.running
    with pytest.raises(zmq.ContextTerminated):
        pair.recv()
    with pytest.raises(zmq.ContextTerminated):
        pair.send(b"x", zmq.DONTWAIT)
    assert ending.running
    pair.close()
    ending.result()
    assert context.closed


@pytest.mark.core_only  # libzmq allows one thread only to end a context
def test_several_threads_may_end_a_context_at_once(zmq: Any) -> None:
    for _ in range(50):
        context = zmq.Context()
        pair = context.socket(zmq.PAIR)
        start = threading.Barrier(4)

        def end(context: Any = context, start: threading.Barrier = start) -> None:
            start.wait(10)
            context.destroy(0)

        threads = [Background(end) for _ in range(4)]
        for thread in threads:
            thread.result()
        assert pair.closed


def test_nothing_can_be_made_from_a_terminated_context(zmq: Any) -> None:
    context = zmq.Context()
    context.term()
    context.term()  # again does nothing
    assert context.closed
    with pytest.raises(zmq.ZMQError):
        context.socket(zmq.PAIR)


def test_destroy_closes_the_sockets_too(zmq: Any, endpoint: Endpoints) -> None:
    context = zmq.Context()
    sockets = [context.socket(zmq.PUSH) for _ in range(3)]
    for socket in sockets:
        socket.connect(endpoint("ipc"))
        socket.send(b"dropped")
    assert seconds(context.destroy, 0) < 2
    assert context.closed
    assert all(socket.closed for socket in sockets)


@pytest.mark.core_only
def test_a_socket_nobody_holds_is_closed_with_a_warning(zmq: Any) -> None:
    context = zmq.Context()
    with pytest.warns(ResourceWarning, match="PAIR"):
        _open_and_forget(zmq, context)
    assert seconds(context.term) < 2


def _open_and_forget(zmq: Any, context: Any) -> None:
    context.socket(zmq.PAIR)
    gc.collect()


@pytest.mark.core_only
def test_term_that_waits_names_the_socket_it_waits_for(
    zmq: Any, endpoint: Endpoints, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("core.context.PATIENCE", 0.05)
    context = zmq.Context()
    pair = context.socket(zmq.PAIR)
    address = bind(pair, endpoint("tcp"))
    ending = Background(context.term)
    wait_until(lambda: "PAIR" in caplog.text and address in caplog.text)
    pair.close()
    ending.result()


def test_contexts_do_not_share_names(zmq: Any, endpoint: Endpoints) -> None:
    address = endpoint("inproc")
    with (
        zmq.Context() as one,
        zmq.Context() as other,
        one.socket(zmq.PULL) as pull,
        other.socket(zmq.PUSH) as push,
    ):
        pull.bind(address)
        push.linger = 0
        push.connect(address)
        push.send(b"to nobody")
        assert not pull.poll(50)


def test_instance_is_one_per_process(zmq: Any) -> None:
    first = zmq.Context.instance()
    assert zmq.Context.instance() is first
    first.term()
    second = zmq.Context.instance()
    assert second is not first
    assert not second.closed
    second.term()


def test_sockets_know_their_context_and_type(zmq: Any, context: Any) -> None:
    for kind in (zmq.PAIR, zmq.REQ, zmq.XPUB):
        with context.socket(kind) as socket:
            assert socket.context is context
            assert socket.getsockopt(zmq.TYPE) == kind
            assert socket.type == kind


def test_too_many_sockets_are_refused(zmq: Any) -> None:
    with zmq.Context() as context:
        context.set(zmq.MAX_SOCKETS, 2)
        sockets = [context.socket(zmq.PAIR) for _ in range(2)]
        with pytest.raises(zmq.ZMQError) as caught:
            context.socket(zmq.PAIR)
        assert caught.value.errno == errno.EMFILE
        for socket in sockets:
            socket.close()


def test_unknown_socket_type(zmq: Any, context: Any) -> None:
    with pytest.raises((zmq.ZMQError, ValueError)):
        context.socket(99)


@pytest.mark.core_only
def test_a_closed_socket_does_not_stay_in_memory(
    zmq: Any, context: Any, endpoint: Endpoints
) -> None:
    """Deadlines that no longer matter, such as the handshake's, must not hold it."""
    pull = context.socket(zmq.PULL)
    address = bind(pull, endpoint("tcp"))
    push = context.socket(zmq.PUSH)
    push.connect(address)
    push.send(b"x")
    assert pull.recv() == b"x"
    engine = weakref.ref(push._engine)
    push.close()
    del push

    def gone() -> bool:
        gc.collect()
        return engine() is None

    wait_until(gone)
    pull.close()
