"""Devices: proxies that make their sockets where they run, in threads and in processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import core as zmq
from core import devices
from tests.support.processes import PeerProcess
from tests.support.sockets import SocketFactory, bind
from tests.support.waiting import Background, wait_until

pytestmark = pytest.mark.core_only

LOCAL = "tcp://127.0.0.1"
PROGRAMS = Path(__file__).parent / "semantics" / "programs"


@pytest.fixture
def own_context() -> Iterator[zmq.Context]:
    """A context for the devices of a test, ended with it, in place of the process's one."""
    context = zmq.Context()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(devices.Device, "context_factory", lambda: context)
        yield context
    context.term()


@pytest.fixture
def started(own_context: zmq.Context) -> Iterator[Any]:
    """A function that starts a device, which is ended and waited for after the test."""
    running: list[devices.Device] = []

    def start(device: devices.Device) -> None:
        device.start()
        running.append(device)

    yield start
    end = Background(own_context.term)
    for device in running:
        device.join(5)
        assert device.done
    end.result()


def test_a_queue_in_a_thread(started: Any, new_socket: SocketFactory) -> None:
    device = devices.ThreadDevice(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
    device.setsockopt_in(zmq.IDENTITY, b"front")
    front, back = device.bind_in_to_random_port(LOCAL), device.bind_out_to_random_port(LOCAL)
    assert front != back
    started(device)
    request, reply = new_socket(zmq.REQ), new_socket(zmq.REP)
    request.connect(f"{LOCAL}:{front}")
    reply.connect(f"{LOCAL}:{back}")
    request.send(b"question")
    assert reply.recv() == b"question"
    reply.send(b"answer")
    assert request.recv() == b"answer"


def test_one_socket_on_both_sides(started: Any, new_socket: SocketFactory) -> None:
    request = new_socket(zmq.REQ)
    device = devices.ThreadDevice(zmq.QUEUE, zmq.REP, -1)
    device.connect_out(f"{LOCAL}:{request.bind_to_random_port(LOCAL)}")
    started(device)
    request.send(b"echo")
    assert request.recv() == b"echo"


def test_a_streamer_in_a_process() -> None:
    # In a program of its own: a fork of this one would take gRPC's threads by surprise.
    with PeerProcess.python(PROGRAMS / "process_device.py") as program:
        program.wait()


def test_a_proxy_tells_its_monitor(started: Any, new_socket: SocketFactory) -> None:
    pull, witness = new_socket(zmq.PULL), new_socket(zmq.PULL)
    device = devices.ThreadProxy(zmq.PULL, zmq.PUSH, zmq.PUSH)
    front = device.bind_in_to_random_port(LOCAL)
    device.connect_out(f"{LOCAL}:{pull.bind_to_random_port(LOCAL)}")
    device.connect_mon(f"{LOCAL}:{witness.bind_to_random_port(LOCAL)}")
    started(device)
    push = new_socket(zmq.PUSH)
    push.connect(f"{LOCAL}:{front}")
    push.send(b"seen")
    assert pull.recv() == b"seen"
    assert witness.recv() == b"seen"


def test_a_steerable_proxy_obeys(own_context: zmq.Context, new_socket: SocketFactory) -> None:
    push, pull = new_socket(zmq.PUSH), new_socket(zmq.PULL)
    device = devices.ThreadProxySteerable(zmq.PULL, zmq.PUSH, zmq.PUB, zmq.REP)
    device.connect_in(f"{LOCAL}:{push.bind_to_random_port(LOCAL)}")
    device.connect_out(f"{LOCAL}:{pull.bind_to_random_port(LOCAL)}")
    control = new_socket(zmq.REQ)
    control.connect(f"{LOCAL}:{device.bind_ctrl_to_random_port(LOCAL)}")
    device.start()
    push.send(b"through")
    assert pull.recv() == b"through"
    control.send(b"TERMINATE")
    assert control.recv() == b""
    device.join(5)
    assert device.done


def test_a_monitored_queue_labels_what_it_tells(started: Any, new_socket: SocketFactory) -> None:
    alice, bob, witness = new_socket(zmq.PAIR), new_socket(zmq.PAIR), new_socket(zmq.PULL)
    device = devices.ThreadMonitoredQueue(zmq.PAIR, zmq.PAIR, zmq.PUSH, b"from a", b"from b")
    device.connect_in(f"{LOCAL}:{alice.bind_to_random_port(LOCAL)}")
    device.connect_out(f"{LOCAL}:{bob.bind_to_random_port(LOCAL)}")
    device.connect_mon(f"{LOCAL}:{witness.bind_to_random_port(LOCAL)}")
    started(device)
    alice.send_multipart([b"hello", b"bob"])
    assert bob.recv_multipart() == [b"hello", b"bob"]
    assert witness.recv_multipart() == [b"from a", b"hello", b"bob"]
    bob.send(b"hello")
    assert alice.recv() == b"hello"
    assert witness.recv_multipart() == [b"from b", b"hello"]


def test_between_routers_sender_and_receiver_change_places(
    started: Any, new_socket: SocketFactory
) -> None:
    alice, bob = new_socket(zmq.DEALER, identity=b"a"), new_socket(zmq.DEALER, identity=b"b")
    device = devices.ThreadMonitoredQueue(zmq.ROUTER, zmq.ROUTER)
    alice.connect(f"{LOCAL}:{device.bind_in_to_random_port(LOCAL)}")
    bob.connect(f"{LOCAL}:{device.bind_out_to_random_port(LOCAL)}")
    started(device)

    def arrived() -> bool:  # a ROUTER drops what comes before its addressee
        alice.send_multipart([b"b", b"hello"])
        return bool(bob.poll(10))

    wait_until(arrived)
    assert bob.recv_multipart() == [b"a", b"hello"]
    bob.send_multipart([b"a", b"welcome"])
    assert alice.recv_multipart() == [b"b", b"welcome"]


def test_a_device_in_the_calling_thread_returns_with_its_context(
    own_context: zmq.Context,
) -> None:
    device = devices.Device(zmq.FORWARDER, zmq.XSUB, zmq.XPUB)
    run = Background(device.start)
    run.wait_until_blocked()
    assert not device.done
    own_context.term()
    run.result()
    device.join(5)
    assert device.done


def test_what_cannot_be_done_is_raised_where_it_runs(
    own_context: zmq.Context, new_socket: SocketFactory
) -> None:
    taken = bind(new_socket(zmq.PULL), f"{LOCAL}:*")
    device = devices.Device(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
    device.bind_in(taken)
    with pytest.raises(zmq.ZMQError) as caught:
        device.start()
    assert caught.value.errno == zmq.EADDRINUSE
    assert device.done


def test_ports_run_out() -> None:
    device = devices.Device(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
    probe = zmq.Context.instance().socket(zmq.PULL)
    port = probe.bind_to_random_port(LOCAL)
    probe.close()
    zmq.Context.instance().term()
    assert device.bind_in_to_random_port(LOCAL, min_port=port, max_port=port + 1) == port
    with pytest.raises(zmq.ZMQBindError):
        device.bind_in_to_random_port(LOCAL, min_port=port, max_port=port + 1)


@pytest.mark.parametrize(
    ("arguments", "missing"), [((zmq.QUEUE,), "in_type"), ((zmq.QUEUE, zmq.SUB), "out_type")]
)
def test_types_are_needed(arguments: tuple[int, ...], missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        devices.Device(*arguments)


def test_steering_needs_a_type() -> None:
    with pytest.raises(TypeError, match="ctrl_type"):
        devices.ProxySteerable(zmq.SUB, zmq.PUB)


@pytest.mark.parametrize("prefixes", [("in", b"out"), (b"in", "out")])
def test_prefixes_are_bytes(new_socket: SocketFactory, prefixes: tuple[Any, Any]) -> None:
    sockets = [new_socket(kind) for kind in (zmq.PAIR, zmq.PAIR, zmq.PUB)]
    with pytest.raises(TypeError, match="prefix"):
        devices.monitored_queue(sockets[0], sockets[1], sockets[2], *prefixes)
