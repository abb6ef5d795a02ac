"""Every compatible pair of socket types, ours against libzmq's, each side binding in turn.

One connection carries all the payloads, so the matrix stays fast enough to run whole every time.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, drain, synchronise
from tests.support.waiting import wait_until

pytestmark = pytest.mark.interop

# 255 and 256 bytes are on either side of ZMTP's short and long frames; 70,000 and 1 MiB arrive in
# several reads.
PAYLOADS: list[list[bytes]] = [
    [b""],
    [b"x" * 255],
    [b"y" * 256],
    [bytes(range(256)) * 273 + b"z" * 112],
    [b"m" * 1_048_576],
    [b"", b"", b""],
    [b"head", b"", b"m" * 70_000, b"", b"t" * 255, b"u" * 256],
]
IDENTITY = b"identity"


def one_way(sender: Any, receiver: Any) -> None:
    for payload in PAYLOADS:
        sender.send_multipart(payload)
    for payload in PAYLOADS:
        assert receiver.recv_multipart() == payload


def both_ways(first: Any, second: Any) -> None:
    one_way(first, second)
    one_way(second, first)


def request_and_reply(request: Any, reply: Any) -> None:
    for payload in PAYLOADS:
        request.send_multipart(payload)
        assert reply.recv_multipart() == payload
        reply.send_multipart(payload)
        assert request.recv_multipart() == payload


def request_and_router(request: Any, router: Any) -> None:
    for payload in PAYLOADS:
        request.send_multipart(payload)
        assert router.recv_multipart() == [IDENTITY, b"", *payload]
        router.send_multipart([IDENTITY, b"", *payload])
        assert request.recv_multipart() == payload


def dealer_and_reply(dealer: Any, reply: Any) -> None:
    for payload in PAYLOADS:
        dealer.send_multipart([b"hop", b"", *payload])
        assert reply.recv_multipart() == payload
        reply.send_multipart(payload)
        assert dealer.recv_multipart() == [b"hop", b"", *payload]


def dealer_and_router(dealer: Any, router: Any) -> None:
    for payload in PAYLOADS:
        dealer.send_multipart(payload)
        assert router.recv_multipart() == [IDENTITY, *payload]
        router.send_multipart([IDENTITY, *payload])
        assert dealer.recv_multipart() == payload


def router_and_router(first: Any, second: Any) -> None:
    for sender, receiver in ((first, second), (second, first)):
        wait_until(partial(reaches_its_peer, sender))
        assert receiver.recv_multipart() == [IDENTITY, b"hello"]
        for payload in PAYLOADS:
            sender.send_multipart([IDENTITY, *payload])
            assert receiver.recv_multipart() == [IDENTITY, *payload]


def reaches_its_peer(router: Any) -> bool:
    try:
        router.send_multipart([IDENTITY, b"hello"])
    except Exception as error:  # either library's
        if getattr(error, "errno", None) != errno.EHOSTUNREACH:
            raise
        return False
    return True


class SubscribingXsub:
    """An XSUB with the methods of a SUB."""

    def __init__(self, xsub: Any) -> None:
        self.recv, self.recv_multipart, self.poll = xsub.recv, xsub.recv_multipart, xsub.poll
        self._send = xsub.send

    def subscribe(self, topic: bytes) -> None:
        self._send(b"\x01" + topic)

    def unsubscribe(self, topic: bytes) -> None:
        self._send(b"\x00" + topic)


def pub_and_sub(publisher: Any, subscriber: Any) -> None:
    subscriber.subscribe(b"topic")
    synchronise(publisher, subscriber)
    for topic in (b"topi", b"Topic", b"", b"topical"):
        publisher.send_multipart([topic, b"body"])
    assert subscriber.recv_multipart() == [b"topical", b"body"]
    subscriber.unsubscribe(b"topic")
    synchronise(publisher, subscriber)
    publisher.send_multipart([b"topical", b"not any more"])
    subscriber.subscribe(b"")
    synchronise(publisher, subscriber)
    one_way(publisher, subscriber)


def pub_and_xsub(publisher: Any, subscriber: Any) -> None:
    pub_and_sub(publisher, SubscribingXsub(subscriber))


def xpub_and_sub(publisher: Any, subscriber: Any) -> None:
    pub_and_sub(publisher, subscriber)
    heard = [message for message in drain(publisher, timeout=0) if b"probe" not in message[0]]
    assert heard == [[b"\x01topic"], [b"\x00topic"], [b"\x01"]]


def xpub_and_xsub(publisher: Any, subscriber: Any) -> None:
    xpub_and_sub(publisher, SubscribingXsub(subscriber))
    for payload in ([b"up"], [b"up", b"", b"m" * 70_000]):
        subscriber.send_multipart(payload)
        while b"probe" in (message := publisher.recv_multipart())[0]:
            pass
        assert message == payload


CONVERSATIONS: dict[tuple[str, str], Callable[[Any, Any], None]] = {
    ("PAIR", "PAIR"): both_ways,
    ("PUSH", "PULL"): one_way,
    ("REQ", "REP"): request_and_reply,
    ("REQ", "ROUTER"): request_and_router,
    ("DEALER", "REP"): dealer_and_reply,
    ("DEALER", "DEALER"): both_ways,
    ("DEALER", "ROUTER"): dealer_and_router,
    ("ROUTER", "ROUTER"): router_and_router,
    ("PUB", "SUB"): pub_and_sub,
    ("PUB", "XSUB"): pub_and_xsub,
    ("XPUB", "SUB"): xpub_and_sub,
    ("XPUB", "XSUB"): xpub_and_xsub,
}
ROUTER_OPTIONS = {"router_mandatory": 1}


def options(kind: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"identity": IDENTITY} if kind in ("REQ", "DEALER", "ROUTER") else {}
    return settings | (ROUTER_OPTIONS if kind == "ROUTER" else {})


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
@pytest.mark.parametrize("binder", ["ours", "theirs"])
@pytest.mark.parametrize("first_is", ["ours", "theirs"])
@pytest.mark.parametrize(("first", "second"), CONVERSATIONS)
def test_pair_of_socket_types(
    zmq: Any,
    libzmq: Any,
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
    ours = new_socket(getattr(zmq, our_kind), **options(our_kind))
    theirs = new_peer(getattr(libzmq, their_kind), **options(their_kind))
    if binder == "ours":
        theirs.connect(bind(ours, endpoint(scheme)))
    else:
        ours.connect(bind(theirs, endpoint(scheme)))
    CONVERSATIONS[first, second](*((ours, theirs) if first_is == "ours" else (theirs, ours)))
