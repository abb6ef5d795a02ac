"""The protocol core over a plain socket, with a living libzmq at the other end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence

import pytest
import zmq

from core.zmtp import Connection, ConnectionConfig, ConnectionState, FailureReason, Message
from core.zmtp.socket_types import COMPATIBLE

pytestmark = pytest.mark.interop

STABLE = ["REQ", "REP", "DEALER", "ROUTER", "PUB", "XPUB", "SUB", "XSUB", "PUSH", "PULL", "PAIR"]

BATCH: list[Message] = [
    b"",
    b"hello",
    b"x" * 255,
    b"y" * 256,
    b"z" * 70_000,
    b"m" * (1 << 20),
    [b"a", b"", b"b" * 300],
    [b"", b""],
    *[b"0123456789"] * 3000,
    *[[b"topic", b"0123456789"]] * 300,
]

SECONDS = 10.0


class Peer:
    """Our protocol core and the TCP connection that carries it to a libzmq socket."""

    def __init__(self, config: ConnectionConfig, endpoint: str) -> None:
        host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
        self.connection = Connection(config, now=0.0)
        self.stream = socket.create_connection((host, int(port)), timeout=SECONDS)

    def exchange(self) -> None:
        """Send what waits, then receive once."""
        self.send(self.connection.data_to_send())
        try:
            data = self.stream.recv(65536)
        except ConnectionError:
            data = b""
        if data:
            self.connection.receive_data(data)
        else:
            self.connection.receive_eof()

    def send(self, data: bytes) -> None:
        self.stream.sendall(data)

    def shake_hands(self) -> ConnectionState:
        decided = (ConnectionState.READY, ConnectionState.CLOSED)
        while self.connection.state not in decided:
            self.exchange()
        self.send(self.connection.data_to_send())
        return self.connection.state

    def receive(self, count: int) -> list[Message]:
        received: list[Message] = []
        while len(received) < count:
            received += self.connection.receive_messages(count - len(received))
            if len(received) < count:
                self.exchange()
        return received


Bound = Callable[..., "zmq.Socket[bytes]"]
MakePeer = Callable[..., Peer]


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    context = zmq.Context()
    yield context
    context.term()


@pytest.fixture
def bound(context: zmq.Context[zmq.Socket[bytes]]) -> Iterator[Bound]:
    """Make a libzmq socket of a type, with options, bound to a free port."""
    sockets: list[zmq.Socket[bytes]] = []

    def make(socket_type: str, **options: int | bytes) -> zmq.Socket[bytes]:
        made = context.socket(getattr(zmq, socket_type))
        made.set(zmq.RCVTIMEO, int(SECONDS * 1000))
        for name, value in options.items():
            made.set(getattr(zmq, name), value)
        made.bind("tcp://127.0.0.1:*")
        sockets.append(made)
        return made

    yield make
    for one in sockets:
        one.close(linger=0)


@pytest.fixture
def peer() -> Iterator[MakePeer]:
    """Make a peer of a type for a libzmq socket."""
    peers: list[Peer] = []

    def make(socket_type: str, other: zmq.Socket[bytes], **settings: object) -> Peer:
        config = ConnectionConfig(socket_type, **settings)  # type: ignore[arg-type]
        peers.append(Peer(config, other.get_string(zmq.LAST_ENDPOINT)))
        return peers[-1]

    yield make
    for one in peers:
        one.stream.close()


def frames(batch: Sequence[Message]) -> list[list[bytes]]:
    return [message if isinstance(message, list) else [message] for message in batch]


FITTING = [(ours, theirs) for ours in STABLE for theirs in STABLE if theirs in COMPATIBLE[ours]]


@pytest.mark.parametrize(("ours", "theirs"), FITTING)
def test_handshake(bound: Bound, peer: MakePeer, ours: str, theirs: str) -> None:
    made = peer(ours, bound(theirs, ROUTING_ID=b"libzmq"))
    assert made.shake_hands() is ConnectionState.READY
    found = made.connection.peer
    assert found is not None
    assert found.socket_type == theirs
    assert found.version >= (3, 1)
    assert found.identity == (b"libzmq" if theirs in {"REQ", "DEALER", "ROUTER"} else b"")


@pytest.mark.parametrize("ours", STABLE)
def test_we_refuse_whom_libzmq_refuses(bound: Bound, peer: MakePeer, ours: str) -> None:
    for theirs in set(STABLE) - COMPATIBLE[ours]:
        made = peer(ours, bound(theirs))
        assert made.shake_hands() is ConnectionState.CLOSED
        failure = made.connection.failure
        assert failure is not None
        # libzmq comes to the same conclusion from our READY, and hangs up without a word, even
        # before it has told us what it is if it is quick.
        assert failure.reason in (
            FailureReason.INCOMPATIBLE_SOCKET_TYPE,
            FailureReason.PEER_CLOSED,
        )
        assert hangs_up(made.stream)


def hangs_up(stream: socket.socket) -> bool:
    try:
        return stream.recv(1) == b""
    except ConnectionError:
        return True


def test_libzmq_understands_us(bound: Bound, peer: MakePeer) -> None:
    pull = bound("PULL", RCVHWM=0)
    push = peer("PUSH", pull)
    push.shake_hands()
    push.send(push.connection.encode(BATCH))
    assert [pull.recv_multipart() for _ in BATCH] == frames(BATCH)
    push.send(b"".join(push.connection.encode_parts(BATCH)))
    assert [pull.recv_multipart() for _ in BATCH] == frames(BATCH)


def test_we_understand_libzmq(bound: Bound, peer: MakePeer) -> None:
    push = bound("PUSH", SNDHWM=0)
    pull = peer("PULL", push)
    pull.shake_hands()
    for message in frames(BATCH):
        push.send_multipart(message)
    assert pull.receive(len(BATCH)) == BATCH


def test_libzmq_knows_our_identity(bound: Bound, peer: MakePeer) -> None:
    router = bound("ROUTER")
    dealer = peer("DEALER", router, identity=b"it is me")
    dealer.shake_hands()
    dealer.send(dealer.connection.encode([b"hello"]))
    assert router.recv_multipart() == [b"it is me", b"hello"]
    router.send_multipart([b"it is me", b"good", b"bye"])
    assert dealer.receive(1) == [[b"good", b"bye"]]


def test_we_subscribe_to_libzmq(bound: Bound, peer: MakePeer) -> None:
    publisher = bound("XPUB")
    subscriber = peer("SUB", publisher)
    subscriber.shake_hands()
    subscriber.send(subscriber.connection.encode_subscription(True, b"a"))
    assert publisher.recv() == b"\x01a"
    publisher.send(b"not for us")
    publisher.send(b"a message")
    assert subscriber.receive(1) == [b"a message"]
    subscriber.send(subscriber.connection.encode_subscription(False, b"a"))
    assert publisher.recv() == b"\x00a"


def test_libzmq_subscribes_to_us(bound: Bound, peer: MakePeer) -> None:
    subscriber = bound("SUB", SUBSCRIBE=b"news")
    publisher = peer("PUB", subscriber)
    publisher.shake_hands()
    subscriber.poll(0)
    while publisher.connection.receive_messages(1) != [b"\x01news"]:
        subscriber.poll(10)
        publisher.exchange()
    publisher.send(publisher.connection.encode([b"weather", b"news of the day"]))
    assert subscriber.recv() == b"news of the day"


def test_libzmq_answers_our_ping(bound: Bound, peer: MakePeer) -> None:
    made = peer("PULL", bound("PUSH"), heartbeat_interval=1.0, heartbeat_timeout=5.0)
    made.shake_hands()
    made.connection.handle_timeout(0.0)
    made.connection.handle_timeout(1.0)
    assert made.connection.next_deadline == 2.0
    made.exchange()
    made.connection.handle_timeout(2.0)
    made.exchange()
    made.connection.handle_timeout(6.0)
    assert made.connection.state is ConnectionState.READY


def test_we_answer_libzmqs_ping(bound: Bound, peer: MakePeer) -> None:
    """libzmq gives up a silent peer after 400 ms; three answered PINGs are past that."""
    push = bound("PUSH", HEARTBEAT_IVL=200, HEARTBEAT_TIMEOUT=400)
    made = peer("PULL", push)
    made.shake_hands()
    answered = 0
    while answered < 4:
        made.exchange()
        assert made.connection.receive_messages(1) == []
        pong = made.connection.data_to_send()
        answered += bool(pong)
        made.send(pong)
    push.send(b"still there")
    assert made.receive(1) == [b"still there"]


def test_libzmq_refuses_what_is_too_large_on_the_announcement_as_we_do(
    bound: Bound, peer: MakePeer
) -> None:
    made = peer("PUSH", bound("PULL", MAXMSGSIZE=100))
    made.shake_hands()
    made.send(b"\x00\x65")
    assert hangs_up(made.stream)


@pytest.mark.parametrize(
    "said", [b"\x04\x09\x08NONSENSE", b"\x04\x02\x09F", b"\x05\x04\x03FOO", b"\x04\x06\x05READY"]
)
def test_libzmq_ignores_the_commands_that_we_ignore(
    bound: Bound, peer: MakePeer, said: bytes
) -> None:
    pull = bound("PULL")
    made = peer("PUSH", pull)
    made.shake_hands()
    made.send(said + made.connection.encode([b"after"]))
    assert pull.recv() == b"after"
