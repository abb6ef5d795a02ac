"""DEALER: asynchronous, round robin out, fair queue in (RFC 28)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, is_quiet, let_go, send_until_full


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_messages_go_out_round_robin(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    dealer = new_socket(zmq.DEALER)
    peers = [new_socket(zmq.DEALER) for _ in range(3)]
    for peer in peers:
        dealer.connect(bind(peer, endpoint(scheme)))
    for number in range(6):
        dealer.send_multipart([b"", b"%d" % number])
    received = [[peer.recv_multipart()[1] for _ in range(2)] for peer in peers]
    assert sorted(received) == [[b"0", b"3"], [b"1", b"4"], [b"2", b"5"]]


def test_messages_come_in_by_turns(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    dealer = new_socket(zmq.DEALER)
    address = bind(dealer, endpoint("inproc"))
    for number in range(3):
        peer = new_socket(zmq.DEALER)
        peer.connect(address)
        for _ in range(3):
            peer.send(b"%d" % number)
        let_go(peer)
    order = [dealer.recv() for _ in range(9)]
    assert sorted(order[:3]) == [b"0", b"1", b"2"]
    assert order == order[:3] * 3


def test_nothing_is_added_or_taken_away(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    first, second = new_socket.pair_up(zmq.DEALER, zmq.DEALER, endpoint("tcp"))
    for message in ([b""], [b"", b""], [b"", b"x", b""], [b"\x00" * 300], [b"a"] * 50):
        second.send_multipart(message)
        assert first.recv_multipart() == message


def test_sending_without_peers_blocks_and_keeps_the_message_out(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    dealer = new_socket(zmq.DEALER, sndtimeo=20)
    with pytest.raises(zmq.Again):
        dealer.send(b"refused", zmq.DONTWAIT)
    with pytest.raises(zmq.Again):
        dealer.send_multipart([b"refused", b"too"])
    peer = new_socket(zmq.DEALER)
    dealer.connect(bind(peer, endpoint("tcp")))
    dealer.send(b"accepted")
    assert peer.recv() == b"accepted"


def test_queue_exists_before_the_connection(zmq: Any, new_socket: SocketFactory) -> None:
    # RFC 28: SHALL create a double queue when initiating an outgoing connection to a peer, and
    # SHALL maintain the double queue whether or not the connection is established.
    with unused_port() as port:
        dealer = new_socket(zmq.DEALER, sndhwm=3, reconnect_ivl=10)
        dealer.connect(f"tcp://127.0.0.1:{port}")
        assert send_until_full(dealer, zmq, b"queued") == 3
        router = new_socket(zmq.ROUTER)
        router.bind(f"tcp://127.0.0.1:{port}")
        assert [router.recv_multipart()[1] for _ in range(3)] == [b"queued"] * 3
        assert is_quiet(router)


def test_full_peers_are_passed_over(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 28: SHALL consider a peer as available only when it has a outgoing queue not full.
    dealer = new_socket(zmq.DEALER, sndhwm=1)
    small, large = new_socket(zmq.DEALER, rcvhwm=1), new_socket(zmq.DEALER, rcvhwm=9)
    dealer.connect(bind(small, endpoint("inproc")))
    dealer.connect(bind(large, endpoint("inproc")))
    assert send_until_full(dealer, zmq) == 2 + 10
    assert [large.recv() for _ in range(10)] == [b"x"] * 10
    assert [small.recv() for _ in range(2)] == [b"x"] * 2


def test_replies_may_overtake_each_other(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    dealer = new_socket(zmq.DEALER)
    workers = [new_socket(zmq.REP) for _ in range(2)]
    for worker in workers:
        dealer.connect(bind(worker, endpoint("tcp")))
    dealer.send_multipart([b"", b"slow"])
    dealer.send_multipart([b"", b"fast"])
    by_task = {worker.recv(): worker for worker in workers}
    by_task[b"fast"].send(b"fast done")
    assert dealer.recv_multipart() == [b"", b"fast done"]
    by_task[b"slow"].send(b"slow done")
    assert dealer.recv_multipart() == [b"", b"slow done"]
