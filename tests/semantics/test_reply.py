"""REP: one request from any peer, then one reply to that peer (RFC 28)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind, is_quiet, let_go
from tests.support.waiting import wait_until


def refuses(zmq: Any, number: int, call: Any, *arguments: Any) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        call(*arguments)
    assert caught.value.errno == number, caught.value


def test_send_before_receive_is_out_of_turn(zmq: Any, new_socket: SocketFactory) -> None:
    refuses(zmq, zmq.EFSM, new_socket(zmq.REP).send, b"x")


def test_two_receives_in_a_row_are_out_of_turn(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, request = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("tcp"))
    request.send(b"q")
    assert reply.recv() == b"q"
    refuses(zmq, zmq.EFSM, reply.recv)
    refuses(zmq, zmq.EFSM, reply.recv, zmq.DONTWAIT)
    reply.send(b"a")
    refuses(zmq, zmq.EFSM, reply.send, b"b")
    assert request.recv() == b"a"


def test_envelope_is_stored_and_given_back(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 28: SHALL remove and store the address envelope, including the delimiter; SHALL prepend
    # the address envelope and delimiter.
    reply, dealer = new_socket.pair_up(zmq.REP, zmq.DEALER, endpoint("tcp"))
    dealer.send_multipart([b"hop1", b"hop2", b"", b"A", b"", b"B"])
    assert reply.recv_multipart() == [b"A", b"", b"B"]
    reply.send_multipart([b"C", b"D"])
    assert dealer.recv_multipart() == [b"hop1", b"hop2", b"", b"C", b"D"]


def test_request_without_delimiter_is_discarded(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, dealer = new_socket.pair_up(zmq.REP, zmq.DEALER, endpoint("tcp"))
    dealer.send(b"no delimiter")
    dealer.send_multipart([b"two", b"frames"])
    dealer.send_multipart([b"", b"good"])
    assert reply.recv() == b"good"
    reply.send(b"answer")
    assert dealer.recv_multipart() == [b"", b"answer"]
    assert is_quiet(dealer, reply)


def test_requests_of_several_peers_are_taken_in_turn(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 28: SHALL receive incoming messages from its peers using a fair-queuing strategy.
    reply = new_socket(zmq.REP)
    address = bind(reply, endpoint("inproc"))
    peers = [new_socket(zmq.DEALER) for _ in range(3)]
    for number, peer in enumerate(peers):
        peer.connect(address)
        for _ in range(3):
            peer.send_multipart([b"", b"%d" % number])
        let_go(peer)
    order = []
    for _ in range(9):
        order.append(reply.recv())
        reply.send(b"done")
    assert sorted(order[:3]) == [b"0", b"1", b"2"]
    assert order == order[:3] * 3


def test_reply_goes_to_the_peer_that_asked(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply = new_socket(zmq.REP)
    address = bind(reply, endpoint("tcp"))
    peers = [new_socket(zmq.REQ) for _ in range(3)]
    for number, peer in enumerate(peers):
        peer.connect(address)
        peer.send(b"%d" % number)
    for _ in peers:
        reply.send(b"to " + reply.recv())
    assert [peer.recv() for peer in peers] == [b"to 0", b"to 1", b"to 2"]


def test_reply_to_a_peer_that_left_is_dropped(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 28: SHALL silently discard the reply ... if the originating peer is no longer connected;
    # SHALL not block on sending.
    reply = new_socket(zmq.REP, sndtimeo=0)
    address = bind(reply, endpoint("tcp"))
    leaver, stayer = new_socket(zmq.REQ), new_socket(zmq.REQ)
    leaver.connect(address)
    leaver.send(b"and gone")
    assert reply.recv() == b"and gone"
    leaver.close()
    reply.send(b"to nobody")
    stayer.connect(address)
    stayer.send(b"q")
    assert reply.recv() == b"q"
    reply.send(b"a")
    assert stayer.recv() == b"a"


def test_replies_never_block_on_a_peer_that_does_not_read(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply = new_socket(zmq.REP, sndhwm=1, sndtimeo=0)
    dealer = new_socket(zmq.DEALER, rcvhwm=1)
    dealer.connect(bind(reply, endpoint("inproc")))
    for number in range(20):
        dealer.send_multipart([b"", b"%d" % number])
        assert reply.recv() == b"%d" % number
        reply.send(b"re %d" % number)  # the dealer has room for two; the rest is dropped
    assert dealer.recv_multipart() == [b"", b"re 0"]


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_a_chain_of_routers_and_dealers_finds_the_way_back(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    front, request = new_socket.pair_up(zmq.ROUTER, zmq.REQ, endpoint(scheme))
    back, reply = new_socket.pair_up(zmq.DEALER, zmq.REP, endpoint(scheme))
    wait_until(lambda: back.poll(100, zmq.POLLOUT))
    request.send_multipart([b"q", b"", b"more"])
    back.send_multipart(front.recv_multipart())
    assert reply.recv_multipart() == [b"q", b"", b"more"]
    reply.send(b"a")
    front.send_multipart(back.recv_multipart())
    assert request.recv() == b"a"


def test_the_rest_of_a_request_is_there_and_comes_before_the_reply(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, request = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("tcp"))
    request.send_multipart([b"two", b"parts"])
    assert reply.recv() == b"two"
    assert reply.poll(0, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLIN
    refuses(zmq, zmq.EFSM, reply.send, b"too early")
    assert reply.recv() == b"parts"
    assert reply.poll(0, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLOUT
    reply.send(b"in time")
    assert request.recv() == b"in time"
