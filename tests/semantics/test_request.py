"""REQ: one request, then one reply, round robin over all peers (RFC 28)."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import QUIET, SAFETY_TIMEOUT, SocketFactory, bind, bind_again
from tests.support.waiting import wait_until


def refuses(zmq: Any, number: int, call: Any, *arguments: Any) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        call(*arguments)
    assert caught.value.errno == number, caught.value


def test_receive_before_send_is_out_of_turn(zmq: Any, new_socket: SocketFactory) -> None:
    refuses(zmq, zmq.EFSM, new_socket(zmq.REQ).recv)
    refuses(zmq, zmq.EFSM, new_socket(zmq.REQ).recv, zmq.DONTWAIT)


def test_two_sends_in_a_row_are_out_of_turn(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, request = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("tcp"))
    request.send(b"one")
    refuses(zmq, zmq.EFSM, request.send, b"two")
    refuses(zmq, zmq.EFSM, request.send_multipart, [b"two", b"parts"])
    # The refused sends changed nothing.
    assert reply.recv() == b"one"
    reply.send(b"answer")
    assert request.recv() == b"answer"
    refuses(zmq, zmq.EFSM, request.recv)


def test_a_send_that_timed_out_may_be_repeated(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    request = new_socket(zmq.REQ, sndtimeo=20)
    with pytest.raises(zmq.Again):
        request.send(b"nobody there")
    with pytest.raises(zmq.Again):
        request.send(b"nobody there", zmq.DONTWAIT)
    reply = new_socket(zmq.REP)
    request.connect(bind(reply, endpoint("inproc")))
    request.send(b"somebody there")
    assert reply.recv() == b"somebody there"


def test_a_receive_that_timed_out_still_waits_for_the_reply(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, request = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("tcp"))
    request.send(b"q")
    with pytest.raises(zmq.Again):
        request.recv(zmq.DONTWAIT)
    refuses(zmq, zmq.EFSM, request.send, b"another")
    assert reply.recv() == b"q"
    reply.send(b"a")
    assert request.recv() == b"a"


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_three_workers_take_turns(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    workers = [new_socket(zmq.REP) for _ in range(3)]
    request = new_socket(zmq.REQ)
    for worker in workers:
        request.connect(bind(worker, endpoint(scheme)))
    order = [answered_by(request, workers) for _ in range(9)]
    assert sorted(order[:3]) == [0, 1, 2]
    assert order == order[:3] * 3


def test_three_workers_that_connect_take_turns(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    request = new_socket(zmq.REQ)
    address = bind(request, endpoint("tcp"))
    workers = [new_socket(zmq.REP) for _ in range(3)]
    for worker in workers:
        worker.connect(address)
    seen: set[int] = set()

    def all_attached() -> bool:
        seen.add(answered_by(request, workers))
        return len(seen) == len(workers)

    wait_until(all_attached)
    order = [answered_by(request, workers) for _ in range(9)]
    assert order == order[:3] * 3
    assert sorted(order[:3]) == [0, 1, 2]


def answered_by(request: Any, workers: list[Any]) -> int:
    """One round trip; returns which of the workers got the request."""
    request.send(b"whose turn?")

    def receiver() -> list[int]:
        return [number for number, worker in enumerate(workers) if worker.poll(1)]

    (number,) = wait_until(receiver)
    assert workers[number].recv() == b"whose turn?"
    workers[number].send(b"mine %d" % number)
    assert request.recv() == b"mine %d" % number
    return int(number)


def test_request_on_the_wire_starts_with_a_delimiter(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 28: SHALL prefix the outgoing message with an empty delimiter frame.
    router, request = new_socket.pair_up(zmq.ROUTER, zmq.REQ, endpoint("tcp"))
    request.send_multipart([b"A", b"", b"B"])
    peer, *rest = router.recv_multipart()
    assert rest == [b"", b"A", b"", b"B"]
    router.send_multipart([peer, b"", b"C", b""])
    assert request.recv_multipart() == [b"C", b""]


def test_reply_without_delimiter_is_discarded(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router, request = new_socket.pair_up(zmq.ROUTER, zmq.REQ, endpoint("inproc"))
    request.send(b"q")
    peer, _, _ = router.recv_multipart()
    router.send_multipart([peer, b"no delimiter"])
    router.send_multipart([peer, b"not empty", b"body"])
    router.send_multipart([peer, b""])  # a delimiter and nothing behind it
    router.send_multipart([peer, b"", b"good"])
    assert request.recv_multipart() == [b"good"]


def test_only_the_peer_that_was_asked_is_heard(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    # RFC 28: SHALL accept an incoming message only from the last peer that it sent a request to,
    # and SHALL discard silently any messages received from other peers.
    request = new_socket(zmq.REQ, identity=b"asker")
    routers = [new_socket(zmq.ROUTER, router_mandatory=1) for _ in range(2)]
    for router in routers:
        request.connect(bind(router, endpoint("tcp")))
    for router in routers:  # so that each of them knows the asker
        request.send(b"hello")
        assert router.recv_multipart() == [b"asker", b"", b"hello"]
        router.send_multipart([b"asker", b"", b"welcome"])
        assert request.recv() == b"welcome"
    asked, other = routers
    request.send(b"q")
    assert asked.recv_multipart() == [b"asker", b"", b"q"]
    other.send_multipart([b"asker", b"", b"not you"])
    # Not poll(): libzmq finds out that a message is not for the application by receiving it.
    request.rcvtimeo = QUIET
    with pytest.raises(zmq.Again):
        request.recv()
    request.rcvtimeo = SAFETY_TIMEOUT
    asked.send_multipart([b"asker", b"", b"you"])
    assert request.recv() == b"you"


def test_request_waits_for_a_server_that_comes_later(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        request = new_socket(zmq.REQ, reconnect_ivl=10)
        request.connect(f"tcp://127.0.0.1:{port}")
        request.send(b"early")
        reply = new_socket(zmq.REP)
        reply.bind(f"tcp://127.0.0.1:{port}")
        assert reply.recv() == b"early"
        reply.send(b"late")
        assert request.recv() == b"late"


def test_relaxed_request_may_be_given_up_and_repeated(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    router = new_socket(zmq.ROUTER)
    request = new_socket(zmq.REQ, req_relaxed=1, req_correlate=1)
    request.connect(bind(router, endpoint("tcp")))
    request.send(b"first")
    peer, first_id, delimiter, body = router.recv_multipart()
    assert (len(first_id), delimiter, body) == (4, b"", b"first")
    request.send(b"second")
    # libzmq drops the connection of a request given up: the asker comes back as a new peer.
    peer_again, second_id, _, body = router.recv_multipart()
    assert body == b"second"
    assert second_id != first_id
    router.send_multipart([peer, first_id, b"", b"late answer"])
    router.send_multipart([peer_again, first_id, b"", b"answer to the first"])
    router.send_multipart([peer_again, second_id, b"", b"answer to the second"])
    assert request.recv() == b"answer to the second"


def test_sending_and_polling_follow_the_turn(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, request = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("inproc"))
    assert request.poll(1000, zmq.POLLOUT) == zmq.POLLOUT
    assert reply.poll(0, zmq.POLLOUT) == 0
    request.send(b"q")
    assert request.poll(0, zmq.POLLOUT) == 0
    assert reply.poll(1000, zmq.POLLIN) == zmq.POLLIN
    reply.recv()
    assert reply.poll(1000, zmq.POLLOUT) == zmq.POLLOUT
    reply.send(b"a")
    assert request.poll(1000, zmq.POLLIN) == zmq.POLLIN


def test_out_of_turn_is_not_again(zmq: Any, new_socket: SocketFactory) -> None:
    # A program that retries on Again must not loop on its own mistake.
    with pytest.raises(zmq.ZMQError) as caught:
        new_socket(zmq.REQ).recv(zmq.DONTWAIT)
    assert not isinstance(caught.value, zmq.Again)
    assert caught.value.errno != errno.EAGAIN


def test_relaxed_request_hears_the_last_one_asked(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    request = new_socket(zmq.REQ, req_relaxed=1, req_correlate=1)
    address = bind(request, endpoint("tcp"))
    workers = [new_socket(zmq.REP) for _ in range(3)]
    for worker in workers:
        worker.connect(address)
    known: set[Any] = set()
    while len(known) < len(workers):
        request.send(b"who is there?")
        worker = answerer(workers, [b"who is there?"])
        worker.send(b"me")
        assert request.recv() == b"me"
        known.add(worker)
    asked = []
    for number in range(len(workers)):
        request.send_multipart([b"question", b"%d" % number])
        asked.append(answerer(workers, [b"question", b"%d" % number]))
        assert request.events == zmq.POLLOUT  # another one may be sent at once
    for number, worker in enumerate(asked):
        worker.send(b"answer %d" % number)
    assert request.recv() == b"answer 2"
    request.send(b"next")
    answerer(workers, [b"next"]).send_multipart([b"two", b"frames"])
    assert request.recv_multipart() == [b"two", b"frames"]


def answerer(workers: list[Any], question: list[bytes]) -> Any:
    """The worker that was asked."""
    (found,) = wait_until(lambda: [worker for worker in workers if worker.poll(1)])
    assert found.recv_multipart() == question
    return found


def test_relaxed_requests_queue_for_a_server_that_comes_later(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        request = new_socket(zmq.REQ, req_relaxed=1, req_correlate=1)
        request.connect(address)
        request.send(b"to be discarded")
        request.send(b"to be answered")
        router = new_socket(zmq.ROUTER)
        bind_again(zmq, router, address)
        while (question := router.recv_multipart())[-1] != b"to be answered":
            router.send_multipart(question)
        router.send_multipart(question)
        assert request.recv() == b"to be answered"


def test_the_rest_of_a_reply_is_there_and_comes_before_the_next_request(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, request = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("tcp"))
    request.send(b"first")
    reply.recv()
    reply.send_multipart([b"two", b"parts"])
    assert request.recv() == b"two"
    assert request.poll(0, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLIN
    refuses(zmq, zmq.EFSM, request.send, b"too early")
    assert request.recv() == b"parts"
    assert request.poll(0, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLOUT
    request.send(b"second")
    assert reply.recv() == b"second"


def test_a_relaxed_request_forgets_the_rest_of_a_reply(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, request = new_socket.pair_up(zmq.REP, zmq.REQ, endpoint("tcp"))
    request.req_relaxed = request.req_correlate = 1
    request.send(b"first")
    reply.recv()
    reply.send_multipart([b"two", b"parts"])
    assert request.recv() == b"two"
    request.send(b"second")
    assert reply.recv() == b"second"
    reply.send(b"answer")
    assert request.recv() == b"answer"
