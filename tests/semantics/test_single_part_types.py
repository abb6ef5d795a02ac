"""SCATTER and GATHER (RFC 49), CHANNEL (RFC 52), DGRAM: the draft types that have no addresses."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from core.enums import SocketType
from core.errors import ZMQError
from core.options import OptionValues
from core.patterns.datagram import DgramPattern
from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, is_quiet
from tests.support.waiting import Background

pytestmark = pytest.mark.draft
TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


def error_of(zmq: Any, call: Callable[[], Any]) -> int:
    with pytest.raises(zmq.ZMQError) as caught:
        call()
    return int(caught.value.errno)


# SCATTER and GATHER


@TRANSPORTS
def test_scattered_messages_are_gathered(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    gather, scatter = new_socket.pair_up(zmq.GATHER, zmq.SCATTER, endpoint(scheme))
    for number in range(100):
        scatter.send(b"%d" % number)
    assert [gather.recv() for _ in range(100)] == [b"%d" % number for number in range(100)]


def test_messages_go_round_the_gatherers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    scatter = new_socket(zmq.SCATTER)
    gatherers = [new_socket(zmq.GATHER) for _ in range(2)]
    for gather in gatherers:
        scatter.connect(bind(gather, endpoint("inproc")))
    for message in (b"1", b"2"):
        scatter.send(message)
    assert [gather.recv() for gather in gatherers] == [b"1", b"2"]


def test_scatter_without_a_peer_waits(zmq: Any, new_socket: SocketFactory) -> None:
    scatter = new_socket(zmq.SCATTER)
    assert scatter.poll(0, zmq.POLLOUT) == 0
    with pytest.raises(zmq.Again):
        scatter.send(b"x", zmq.DONTWAIT)


def test_directions_of_scatter_and_gather(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    gather, scatter = new_socket.pair_up(zmq.GATHER, zmq.SCATTER, endpoint("inproc"))
    assert error_of(zmq, lambda: scatter.send(b"1", zmq.SNDMORE)) == errno.EINVAL
    assert error_of(zmq, lambda: scatter.send_multipart([b"1", b"2"])) == errno.EINVAL
    with pytest.raises(IndexError):
        scatter.send_multipart([])
    assert error_of(zmq, scatter.recv) == errno.ENOTSUP
    assert error_of(zmq, lambda: gather.send(b"1")) == errno.ENOTSUP
    assert error_of(zmq, lambda: gather.send(b"1", zmq.SNDMORE)) == errno.ENOTSUP


# CHANNEL


@TRANSPORTS
def test_channel_round_trip(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    one, two = new_socket.pair_up(zmq.CHANNEL, zmq.CHANNEL, endpoint(scheme))
    two.send(b"HELLO")
    assert one.recv() == b"HELLO"
    one.send(b"WORLD")
    assert two.recv() == b"WORLD"


def test_channel_has_one_peer(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    one, two = new_socket.pair_up(zmq.CHANNEL, zmq.CHANNEL, endpoint("tcp"))
    two.send(b"first")
    assert one.recv() == b"first"
    third = new_socket(zmq.CHANNEL)
    third.connect(one.last_endpoint.decode())
    third.send(b"refused")
    assert is_quiet(one)
    two.send(b"still there")
    assert one.recv() == b"still there"


def test_channel_refuses_parts(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    one, two = new_socket.pair_up(zmq.CHANNEL, zmq.CHANNEL, endpoint("inproc"))
    assert error_of(zmq, lambda: two.send(b"X", zmq.SNDMORE)) == errno.EINVAL
    two.send(b"whole")
    assert one.recv() == b"whole"


def test_channel_without_a_peer_waits(zmq: Any, new_socket: SocketFactory) -> None:
    channel = new_socket(zmq.CHANNEL)
    assert channel.poll(0, zmq.POLLOUT | zmq.POLLIN) == 0
    with pytest.raises(zmq.Again):
        channel.send(b"x", zmq.DONTWAIT)


# All of them


@pytest.mark.core_only
@pytest.mark.parametrize(
    ("sender", "receiver"), [("SCATTER", "GATHER"), ("CLIENT", "SERVER"), ("CHANNEL", "CHANNEL")]
)
def test_flood_one_by_one_and_in_batches(
    new_socket: SocketFactory, endpoint: Endpoints, sender: str, receiver: str
) -> None:
    zmq = new_socket.zmq
    sink, source = new_socket.pair_up(
        getattr(zmq, receiver), getattr(zmq, sender), endpoint("tcp"), sndhwm=0, rcvhwm=0
    )
    messages = [b"%d" % number for number in range(5000)]
    for message in messages[:2500]:
        source.send(message)
    assert source.send_many(messages[2500:]) == 2500
    got: list[bytes] = []
    while len(got) < 2500:
        got += map(bytes, sink.recv_many(1000))
    got += [sink.recv() for _ in range(5000 - len(got))]
    assert got == messages


@pytest.mark.core_only  # over inproc, libzmq lets any type meet any other, too
@pytest.mark.parametrize("kind", ["GATHER", "CLIENT", "SERVER", "CHANNEL", "PEER"])
def test_messages_in_parts_are_dropped(
    new_socket: SocketFactory, endpoint: Endpoints, kind: str
) -> None:
    zmq = new_socket.zmq
    receiver, liar = new_socket.pair_up(getattr(zmq, kind), zmq.PUSH, endpoint("inproc"))
    liar.send_many([[b"a", b"b"], b"one", [b"", b"", b""], [b"c", b"d"], b"two"])
    assert [receiver.recv(), receiver.recv()] == [b"one", b"two"]
    assert is_quiet(receiver)


@pytest.mark.core_only
@pytest.mark.parametrize("rcvhwm", [1, 10])
@pytest.mark.parametrize("kind", ["GATHER", "SERVER", "DISH"])
def test_good_message_is_found_behind_any_number_of_bad_ones(
    new_socket: SocketFactory, endpoint: Endpoints, kind: str, rcvhwm: int
) -> None:
    zmq = new_socket.zmq
    receiver, liar = new_socket(getattr(zmq, kind), rcvhwm=rcvhwm), new_socket(zmq.PUSH, sndhwm=0)
    good = b"good" if kind != "DISH" else [b"g", b"good"]
    if kind == "DISH":
        receiver.join("g")
    liar.connect(bind(receiver, endpoint("inproc")))
    thread = Background(liar.send_many, [*([[b"a", b"b"]] * 2000), good])
    assert receiver.recv() == b"good"
    thread.result()


@pytest.mark.core_only
def test_frames_in_batches(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    # With a high-water mark of one message, a batch is sent message by message.
    zmq = new_socket.zmq
    sink, source = new_socket.pair_up(zmq.GATHER, zmq.SCATTER, endpoint("tcp"), sndhwm=1)
    source.send(b"one")
    assert sink.recv() == b"one"
    assert source.send_many([zmq.Frame(b"two"), [zmq.Frame(b"three")]]) == 2
    assert [sink.recv(), sink.recv()] == [b"two", b"three"]


@pytest.mark.core_only
def test_poller_waits_for_them_too(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    zmq = new_socket.zmq
    server, client = new_socket.pair_up(zmq.SERVER, zmq.CLIENT, endpoint("tcp"))
    radio, dish = new_socket.pair_up(zmq.RADIO, zmq.DISH, endpoint("tcp"))
    dish.join("g")
    poller = zmq.Poller()
    for socket in (server, client, dish):
        poller.register(socket, zmq.POLLIN)
    poller.register(radio, zmq.POLLIN | zmq.POLLOUT)
    assert dict(poller.poll(0)) == {radio: zmq.POLLOUT}
    poller.unregister(radio)
    client.send(b"request")
    assert poller.poll() == [(server, zmq.POLLIN)]
    server.send(server.recv(copy=False))
    assert poller.poll() == [(client, zmq.POLLIN)]
    client.recv()
    while not (ready := poller.poll(1)):
        radio.send(b"x", group="g")
    assert ready == [(dish, zmq.POLLIN)]


# DGRAM


@pytest.mark.core_only  # libzmq binds, and nothing comes of it
@pytest.mark.parametrize("endpoint_", ["tcp://127.0.0.1:*", "ipc:///tmp/nowhere", "inproc://x"])
def test_dgram_needs_datagrams(new_socket: SocketFactory, endpoint_: str) -> None:
    zmq = new_socket.zmq
    dgram = new_socket(zmq.DGRAM)
    for attempt in (dgram.bind, dgram.connect):
        with pytest.raises(zmq.ZMQError, match="a DGRAM socket needs udp://, not ") as caught:
            attempt(endpoint_)
        assert caught.value.errno == zmq.Errno.ENOCOMPATPROTO


@pytest.mark.core_only
@pytest.mark.parametrize("frames", [[b"127.0.0.1:9"], [b"127.0.0.1:9", b"x", b"y"]])
def test_dgram_sends_an_address_and_a_datagram(
    new_socket: SocketFactory, frames: list[bytes]
) -> None:
    zmq = new_socket.zmq
    with pytest.raises(zmq.ZMQError, match="a DGRAM message has two frames") as caught:
        new_socket(zmq.DGRAM).send_multipart(frames)
    assert caught.value.errno == errno.EINVAL


def test_dgram_over_the_transport_that_is_its_peer() -> None:
    pattern = DgramPattern(OptionValues(SocketType.DGRAM))
    pipe, other = pattern.new_pipe(), pattern.new_pipe()
    with pytest.raises(ZMQError, match="a DGRAM socket binds only"):
        pattern.connecting(pipe)
    assert not pattern.writable()
    assert pattern.attach(pipe)
    assert not pattern.attach(other)
    assert pattern.send([b"127.0.0.1:9", b"there"])
    assert pipe.take_outgoing() == [[b"127.0.0.1:9", b"there"]]
    pipe.incoming.append([b"127.0.0.1:8", b"back"])
    pattern.arrived(pipe)
    assert pattern.receive() == [b"127.0.0.1:8", b"back"]
