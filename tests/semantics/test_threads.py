"""Sockets of this engine may be used by any number of threads at once."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

import psutil
import pytest

from tests.support.endpoints import Endpoints
from tests.support.leaks import open_descriptors
from tests.support.sockets import SAFETY_TIMEOUT, SocketFactory, bind
from tests.support.waiting import Background, wait_until

pytestmark = pytest.mark.core_only
TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


def together(*functions: Callable[[], Any]) -> list[Any]:
    """Run the functions at the same time, each in its thread, and return their results."""
    start = threading.Barrier(len(functions))

    def run(function: Callable[[], Any]) -> Any:
        start.wait(10)
        return function()

    threads = [Background(run, function) for function in functions]
    begin = time.monotonic()
    results = [thread.result(30) for thread in threads]
    # A thread that missed its wake-up goes on only when its call times out.
    assert time.monotonic() - begin < SAFETY_TIMEOUT / 1000 * 0.9, "somebody was not woken"
    return results


@TRANSPORTS
def test_many_senders_one_receiver_on_one_socket(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    total, senders = 2000, 4

    def send(sender: int) -> None:
        for number in range(total):
            push.send_multipart([b"%d" % sender, b"%d" % number])

    def receive() -> list[list[bytes]]:
        return [pull.recv_multipart() for _ in range(total * senders)]

    *_, received = together(*(lambda s=s: send(s) for s in range(senders)), receive)
    for sender in range(senders):
        # Whole messages, in the order of each thread, none lost and none twice.
        numbers = [number for who, number in received if who == b"%d" % sender]
        assert numbers == [b"%d" % number for number in range(total)]


@TRANSPORTS
def test_many_receivers_on_one_socket(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    total, receivers = 3000, 3

    def receive() -> list[bytes]:
        received = []
        while (message := pull.recv()) != b"end":
            received.append(message)
        return received

    def send() -> None:
        for number in range(total):
            push.send(b"%d" % number)
        for _ in range(receivers):
            push.send(b"end")

    *shares, _ = together(*[receive] * receivers, send)
    assert Counter(itertools.chain(*shares)) == Counter(b"%d" % number for number in range(total))


class SharedInbox(deque[bytes]):
    """Another thread's `recv` takes a message whenever somebody has counted them."""

    def __init__(self, messages: Iterable[bytes]) -> None:
        super().__init__(messages)
        self.taken: list[bytes] = []

    def __len__(self) -> int:
        count = super().__len__()
        if count:
            self.taken.append(self.popleft())
        return count


def test_a_batch_is_whole_although_another_thread_takes_of_the_same_messages(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    """`recv` takes what is there without a lock."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint("tcp"))
    push.send(b"first")
    assert pull.recv() == b"first"
    messages = [b"%d" % number for number in range(9)]
    inbox = SharedInbox(messages)
    pull._engine.inbox = pull._engine.pattern.inbox = inbox
    assert sorted(pull.recv_many() + inbox.taken) == messages


@TRANSPORTS
def test_many_receivers_of_many_peers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    """One receiver may look at what another is waiting for; what it leaves must be noticed."""
    pull = new_socket(zmq.PULL)
    address = bind(pull, endpoint(scheme))
    pushers = [new_socket(zmq.PUSH) for _ in range(3)]
    for pusher in pushers:
        pusher.connect(address)
    total = 200

    def receive() -> list[bytes]:
        return [pull.recv() for _ in range(total)]

    def send() -> None:
        for number in range(total):
            for pusher in pushers:
                pusher.send(b"%d" % number)

    for _ in range(10):
        *shares, _ = together(*[receive] * len(pushers), send)
        expected = Counter(b"%d" % number for number in range(total) for _ in pushers)
        assert Counter(itertools.chain(*shares)) == expected


def test_sending_and_receiving_on_one_socket_at_once(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    """A burst from one thread and a blocked receive in another both make progress."""
    first, second = new_socket.pair_up(zmq.DEALER, zmq.DEALER, endpoint("tcp"))
    messages = [b"%d" % number for number in range(2000)]

    def send(socket: Any) -> None:
        for message in messages:
            socket.send(message)

    def receive(socket: Any) -> list[bytes]:
        return [socket.recv() for _ in messages]

    _, _, at_first, at_second = together(
        lambda: send(first), lambda: send(second), lambda: receive(first), lambda: receive(second)
    )
    assert at_first == at_second == messages


def test_options_and_endpoints_while_others_send(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL)
    push = new_socket(zmq.PUSH)
    push.connect(bind(pull, endpoint("tcp")))
    done = threading.Event()

    def change() -> None:
        for number in itertools.count():
            push.sndhwm = 1000 + number % 7
            address = bind(pull, endpoint("inproc"))
            pull.unbind(address)
            if done.is_set():
                return

    def send() -> None:
        for number in range(2000):
            push.send(b"%d" % number)

    def receive() -> None:
        assert [pull.recv() for _ in range(2000)] == [b"%d" % number for number in range(2000)]
        done.set()

    together(change, send, receive)


@pytest.mark.parametrize("call", ["recv", "send", "poll"])
def test_closing_wakes_the_thread_that_waits(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, call: str
) -> None:
    pair = new_socket(zmq.PAIR, rcvtimeo=-1, sndtimeo=-1)
    bind(pair, endpoint("tcp"))
    waiting = Background(getattr(pair, call), *([b"x"] if call == "send" else []))
    waiting.wait_until_blocked()
    pair.close()
    with pytest.raises(zmq.ZMQError) as caught:
        waiting.result()
    assert caught.value.errno == zmq.ENOTSOCK


def test_contexts_and_sockets_come_and_go_in_many_threads(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    before = len(open_descriptors())
    pull = new_socket(zmq.PULL)
    address = bind(pull, endpoint("inproc"))

    def visit() -> None:
        for _ in range(50):
            with new_socket.context.socket(zmq.PUSH) as push:
                push.connect(address)
                push.send(b"x")

    def receive() -> None:
        for _ in range(200):
            assert pull.recv() == b"x"

    together(visit, visit, visit, visit, receive)
    assert len(open_descriptors()) < before + 30


# --- prompt delivery and rest -------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_a_lone_message_leaves_while_its_thread_computes(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    """Sent in a burst, then the thread never calls the library again: all leaves in no time."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
    push.send(b"warm")
    assert pull.recv() == b"warm"
    for burst in (1, 3, 100, 900):
        receiver = Background(lambda burst=burst: [pull.recv() for _ in range(burst)])
        receiver.wait_until_blocked()
        for _ in range(burst):
            push.send(b"x")
        begin = time.monotonic()
        while receiver.running:
            assert time.monotonic() - begin < 3, f"a burst of {burst} is stuck"
        receiver.result()


def test_an_idle_context_uses_no_cpu_after_its_peers_left(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull = new_socket(zmq.PULL)
    addresses = [bind(pull, endpoint(scheme)) for scheme in ("tcp", "ipc", "inproc")]
    for address in addresses:
        push = new_socket(zmq.PUSH)
        push.connect(address)
        push.send(b"x")
        assert pull.recv() == b"x"
        push.close()
    stays = new_socket(zmq.PUSH)
    stays.connect(addresses[0])
    stays.send(b"x")
    assert pull.recv() == b"x"
    wait_until(lambda: rests_during(lambda: pull.poll(300)))


def rests_during(wait: Callable[[], Any]) -> bool:
    """Whether this process uses next to no CPU while it waits some 300 ms."""
    process = psutil.Process()
    before = process.cpu_times()
    wait()
    after = process.cpu_times()
    return bool(after.user + after.system - before.user - before.system <= 0.03)


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_no_cpu_is_used_while_the_messages_of_a_peer_that_left_wait(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    """More than the high-water mark: the rest stays in the kernel, and its end with it."""
    pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme), rcvhwm=10)
    messages = [b"%d" % number for number in range(500)]
    for message in messages:
        push.send(message)
    assert push.close(wait=10_000) == 0
    wait_until(lambda: rests_during(lambda: time.sleep(0.3)))
    assert [pull.recv() for _ in messages] == messages


def test_a_context_has_one_thread_at_most(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    before = threading.active_count()
    for scheme in ("tcp", "ipc", "inproc") * 3:
        pull, push = new_socket.pair_up(zmq.PULL, zmq.PUSH, endpoint(scheme))
        push.send(b"x")
        assert pull.recv() == b"x"
    # Threads that look up a name end with the lookup.
    wait_until(lambda: threading.active_count() <= before + 1)
