"""The four patterns crosswise between languages: Node.js, Go, Python, and real libzmq.

Node.js and Go use their clients through a running gateway; Python runs the engine itself. Each pair
of languages is tried with either of them binding.
"""

from __future__ import annotations

import pytest

from tests.support.cast import PEERS, Cast, Peer, PeerError, among, peer_called, synchronise
from tests.support.endpoints import LOOPBACK, unused_port
from tests.support.processes import ROOT, PeerProcess
from tests.support.waiting import wait_until

pytestmark = pytest.mark.interop

MEETINGS = [
    ("node", "go"),
    ("node", "python"),
    ("go", "python"),
    ("node", "libzmq"),
    ("go", "libzmq"),
    ("node", "node"),
    ("go", "go"),
]
PAYLOADS = [
    [b""],
    [b"x" * 255],
    [b"y" * 256],
    [bytes(range(256)) * 300],
    [b"m" * 1_048_576],
    [b"", b"", b""],
    [b"head", b"", b"m" * 70_000, b"t"],
]


def pairs() -> list[object]:
    """Both orders of every meeting."""
    orders = dict.fromkeys(order for meeting in MEETINGS for order in (meeting, meeting[::-1]))
    return [among(*order) for order in orders]


def clients() -> list[object]:
    return [among(name) for name in ("node", "go", "python")]


CROSSWISE = pytest.mark.parametrize(("binder", "connecter"), pairs())


@CROSSWISE
def test_request_and_reply(peers: dict[str, Peer], binder: str, connecter: str) -> None:
    reply = peer_called(binder, peers).socket("REP")
    request = peer_called(connecter, peers).socket("REQ")
    request.connect(reply.bind(LOOPBACK))
    for payload in PAYLOADS:
        request.send(*payload)
        assert reply.recv() == payload
        reply.send(b"re", *payload)
        assert request.recv() == [b"re", *payload]


@CROSSWISE
def test_publish_and_subscribe(peers: dict[str, Peer], binder: str, connecter: str) -> None:
    publisher = peer_called(binder, peers).socket("PUB")
    subscriber = peer_called(connecter, peers).socket("SUB")
    subscriber.connect(publisher.bind(LOOPBACK))
    subscriber.subscribe("topic")
    synchronise(publisher, subscriber)
    for number, payload in enumerate(PAYLOADS):
        publisher.send(b"other", *payload)
        publisher.send(b"topic %d" % number, *payload)
    for number, payload in enumerate(PAYLOADS):
        assert subscriber.recv() == [b"topic %d" % number, *payload]


@CROSSWISE
@pytest.mark.parametrize("direction", ["from binder", "to binder"])
def test_push_and_pull(peers: dict[str, Peer], binder: str, connecter: str, direction: str) -> None:
    kinds = ("PUSH", "PULL") if direction == "from binder" else ("PULL", "PUSH")
    bound = peer_called(binder, peers).socket(kinds[0])
    connected = peer_called(connecter, peers).socket(kinds[1])
    connected.connect(bound.bind(LOOPBACK))
    push, pull = (bound, connected) if direction == "from binder" else (connected, bound)
    for payload in PAYLOADS:
        push.send(*payload)
    for payload in PAYLOADS:
        assert pull.recv() == payload


@CROSSWISE
def test_pair(peers: dict[str, Peer], binder: str, connecter: str) -> None:
    first = peer_called(binder, peers).socket("PAIR")
    second = peer_called(connecter, peers).socket("PAIR")
    second.connect(first.bind(LOOPBACK))
    for payload in PAYLOADS:
        second.send(b"to the first", *payload)
        first.send(b"to the second", *payload)
    for payload in PAYLOADS:
        assert first.recv() == [b"to the first", *payload]
        assert second.recv() == [b"to the second", *payload]


def server(kind: str, address: str) -> PeerProcess:
    return PeerProcess.python(PEERS / "libzmq_server.py", kind, address)


@pytest.mark.parametrize("client", clients())
def test_request_goes_on_when_the_server_is_killed(peers: dict[str, Peer], client: str) -> None:
    request = peer_called(client, peers).socket("REQ")
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        request.connect(address)
        for run in range(3):
            with server("REP", address) as process:
                process.expect("ready")
                for turn in (b"first", b"second"):
                    request.send(turn, b"%d" % run)
                    assert request.recv() == [turn, b"%d" % run]
                process.kill()


@pytest.mark.parametrize("client", clients())
def test_subscriber_goes_on_when_the_server_is_killed(peers: dict[str, Peer], client: str) -> None:
    subscriber = peer_called(client, peers).socket("SUB")
    subscriber.subscribe("news")
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        subscriber.connect(address)
        for _ in range(2):
            with server("PUB", address) as process:
                process.expect("ready")
                numbers = [int(subscriber.recv()[0].split()[1]) for _ in range(5)]
                assert numbers == list(range(numbers[0], numbers[0] + 5))
                process.kill()
            while subscriber.try_recv():  # what the dead one had sent
                pass


@pytest.mark.parametrize("client", clients())
def test_push_goes_on_when_the_server_is_killed(peers: dict[str, Peer], client: str) -> None:
    push = peer_called(client, peers).socket("PUSH")
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        push.connect(address)
        for run in range(2):
            with server("PULL", address) as process:
                process.expect("ready")

                def one_arrives(process: PeerProcess = process, run: int = run) -> bool:
                    # Messages sent before the loss is noticed die with the old server.
                    push.send(b"%d" % run)
                    return process.says_something(0.05)

                wait_until(one_arrives)
                assert process.read_line() in {str(number) for number in range(run + 1)}
                process.kill()


@pytest.mark.parametrize("client", clients())
def test_errors_have_their_names(peers: dict[str, Peer], client: str) -> None:
    peer = peer_called(client, peers)
    push = peer.socket("PUSH")
    pull = peer.socket("PULL")
    pull.bind(LOOPBACK)
    assert pull.try_recv(20) is None
    with pytest.raises(PeerError, match=r"EINVAL|[Ii]nvalid"):
        push.bind("tcp://127.0.0.1")


@pytest.mark.requires_node
def test_a_client_that_is_killed_disturbs_nobody(cast: Cast, peers: dict[str, Peer]) -> None:
    """Its sockets end, and other clients of the same gateway go on."""
    steady = peer_called("node", peers).socket("REQ")
    reply = peers["libzmq"].socket("REP")
    address = reply.bind(LOOPBACK)
    steady.connect(address)
    with cast.process(["node", PEERS / "remote.js", ROOT / "clients" / "node"]) as process:
        victim = Peer(process).socket("REQ")
        victim.connect(address)
        victim.send(b"from the victim")
        assert reply.recv() == [b"from the victim"]
        process.kill()
    reply.send(b"to nobody")
    steady.send(b"still here")
    assert reply.recv() == [b"still here"]
    reply.send(b"so am I")
    assert steady.recv() == [b"so am I"]
