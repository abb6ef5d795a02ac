"""Draft types, ours against those of a libzmq that has them, each side binding in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support import draft_libzmq, sockets
from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not draft_libzmq.available(), reason=draft_libzmq.WHY_NOT),
]

# 255 and 256 bytes are on either side of ZMTP's short and long frames.
PAYLOADS = [b"", b"x", b"x" * 255, b"y" * 256, b"z" * 70_000, b"m" * 1_048_576]
GROUPS = ["", "TV", "g" * 14, "g" * 15, "G" * 250, "ü" * 127]


@pytest.fixture
def new_peer() -> Iterator[SocketFactory]:
    """Opens sockets of the libzmq that has the draft types."""
    factory = SocketFactory(draft_libzmq, draft_libzmq.Context())
    yield factory
    factory.close()
    sockets.terminate(factory.context, factory.still_open)


def one_way(sender: Any, receiver: Any) -> None:
    for payload in PAYLOADS:
        sender.send(payload)
    assert [receiver.recv() for _ in PAYLOADS] == PAYLOADS


def both_ways(first: Any, second: Any) -> None:
    one_way(first, second)
    one_way(second, first)


def client_and_server(client: Any, server: Any) -> None:
    one_way(client, server)
    client.send(b"who am I?")
    question = server.recv(copy=False)
    assert 0 < question.routing_id < 2**32
    for payload in PAYLOADS:
        server.send(payload, routing_id=question.routing_id)
    assert [client.recv() for _ in PAYLOADS] == PAYLOADS
    client.send(b"echo")
    server.send(server.recv(copy=False))
    assert client.recv() == b"echo"


def radio_and_dish(radio: Any, dish: Any) -> None:
    for group in GROUPS:
        dish.join(group)

        def heard(group: str = group) -> bool:
            radio.send(b"probe", group=group)
            return bool(dish.poll(1))

        wait_until(heard, message="the radio never learned of the group")
        radio.send(b"end of probes", group=group)
        while dish.recv() != b"end of probes":
            pass
    for group in GROUPS:
        for payload in PAYLOADS:
            radio.send(payload, group=group)
            radio.send(b"not joined", group=group[:-1] + "?")
            frame = dish.recv(copy=False)
            assert (frame.group, bytes(frame)) == (group, payload)
    dish.leave(GROUPS[-1])
    radio.send(b"not any more", group=GROUPS[-1])
    radio.send(b"still", group="TV")
    assert dish.recv() == b"still"


CONVERSATIONS: dict[tuple[str, str], Callable[[Any, Any], None]] = {
    ("CLIENT", "SERVER"): client_and_server,
    ("RADIO", "DISH"): radio_and_dish,
    ("SCATTER", "GATHER"): one_way,
    ("CHANNEL", "CHANNEL"): both_ways,
}


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
@pytest.mark.parametrize("binder", ["ours", "theirs"])
@pytest.mark.parametrize("first_is", ["ours", "theirs"])
@pytest.mark.parametrize(("first", "second"), CONVERSATIONS)
def test_pair_of_draft_types(
    zmq: Any,
    new_socket: SocketFactory,
    new_peer: SocketFactory,
    endpoint: Endpoints,
    first: str,
    second: str,
    first_is: str,
    binder: str,
    scheme: str,
) -> None:
    our_kind, their_kind = (first, second) if first_is == "ours" else (second, first)
    ours = new_socket(getattr(zmq, our_kind))
    theirs = new_peer(getattr(zmq, their_kind))
    if binder == "ours":
        theirs.connect(bind(ours, endpoint(scheme)))
    else:
        ours.connect(bind(theirs, endpoint(scheme)))
    CONVERSATIONS[first, second](*((ours, theirs) if first_is == "ours" else (theirs, ours)))


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
@pytest.mark.parametrize("binder", ["ours", "theirs"])
def test_peers(
    zmq: Any,
    new_socket: SocketFactory,
    new_peer: SocketFactory,
    endpoint: Endpoints,
    binder: str,
    scheme: str,
) -> None:
    ours, theirs = new_socket(zmq.PEER), new_peer(zmq.PEER)
    bound, connected = (ours, theirs) if binder == "ours" else (theirs, ours)
    number = connected.connect_peer(bind(bound, endpoint(scheme)))
    for payload in PAYLOADS:
        connected.send(payload, routing_id=number)
        asked = bound.recv(copy=False)
        assert bytes(asked) == payload
        bound.send(payload, routing_id=asked.routing_id)
        answer = connected.recv(copy=False)
        assert (bytes(answer), answer.routing_id) == (payload, number)


@pytest.mark.parametrize("binder", ["ours", "theirs"])
def test_types_that_do_not_fit_refuse_each_other(
    zmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, endpoint: Endpoints, binder: str
) -> None:
    ours, theirs = new_socket(zmq.CHANNEL), new_peer(zmq.PEER, hello_msg=b"hello")
    if binder == "ours":
        theirs.connect(bind(ours, endpoint("tcp")))
    else:
        ours.connect(bind(theirs, endpoint("tcp")))
    assert sockets.is_quiet(ours)


def test_messages_of_the_engine(
    zmq: Any, new_socket: SocketFactory, new_peer: SocketFactory, endpoint: Endpoints
) -> None:
    server = new_socket(zmq.SERVER, hello_msg=b"W", disconnect_msg=b"D")
    client = new_peer(zmq.CLIENT, hello_msg=b"H", hiccup_msg=b"I")
    client.connect(bind(server, endpoint("tcp")))
    assert (client.recv(), server.recv()) == (b"W", b"H")
    client.close()
    assert server.recv() == b"D"
    again = new_peer(zmq.CLIENT, hello_msg=b"H", hiccup_msg=b"I")
    again.connect(server.last_endpoint.decode())
    assert (again.recv(), server.recv()) == (b"W", b"H")
    server.close()
    assert again.recv() == b"I"
