"""Binding and connecting: any order, any number, wildcards, taking endpoints back."""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, bind_again, is_quiet, last_endpoint
from tests.support.waiting import wait_until

TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def round_trip(reply: Any, request: Any) -> None:
    request.send(b"q")
    assert reply.recv() == b"q"
    reply.send(b"a")
    assert request.recv() == b"a"


@TRANSPORTS
def test_bind_then_connect(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    round_trip(*new_socket.pair_up(zmq.REP, zmq.REQ, endpoint(scheme)))
    request, reply = new_socket.pair_up(zmq.REQ, zmq.REP, endpoint(scheme))
    round_trip(reply, request)


@pytest.mark.parametrize("scheme", ["ipc", "inproc"])
def test_connect_then_bind(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    address = endpoint(scheme)
    reply, request = new_socket(zmq.REP), new_socket(zmq.REQ, reconnect_ivl=10)
    request.connect(address)
    reply.bind(address)
    round_trip(reply, request)


def test_connect_then_bind_tcp(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        reply, request = new_socket(zmq.REP), new_socket(zmq.REQ, reconnect_ivl=10)
        request.connect(f"tcp://127.0.0.1:{port}")
        reply.bind(f"tcp://127.0.0.1:{port}")
        round_trip(reply, request)


def test_many_connect_to_an_inproc_name_before_it_is_bound(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    address = endpoint("inproc")
    for number in range(10):
        push = new_socket(zmq.PUSH)
        push.connect(address)
        push.send(b"%d" % number)
    pull = new_socket(zmq.PULL)
    pull.bind(address)
    assert sorted(pull.recv() for _ in range(10)) == [b"%d" % number for number in range(10)]


def test_one_socket_has_many_endpoints_of_all_kinds(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket(zmq.PULL), new_socket(zmq.PUSH)
    others = []
    for scheme in ("tcp", "ipc", "inproc"):
        push.connect(bind(pull, endpoint(scheme)))
        other = new_socket(zmq.PULL)  # and one socket both binds and connects
        other.connect(bind(push, endpoint(scheme)))
        others.append(other)
    received = 0

    def everybody_has_some() -> bool:
        nonlocal received
        push.send(b"x")
        received += bool(pull.poll(1) and pull.recv())
        return received >= 3 and all(other.poll(1) for other in others)

    wait_until(everybody_has_some)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:*", "tcp://127.0.0.1:0", "tcp://*:*"])
def test_wildcard_port_shows_in_the_last_endpoint(
    zmq: Any, new_socket: SocketFactory, address: str
) -> None:
    reply, request = new_socket(zmq.REP), new_socket(zmq.REQ)
    reply.bind(address)
    host, _, port = last_endpoint(reply).removeprefix("tcp://").rpartition(":")
    assert host == ("0.0.0.0" if "//*" in address else "127.0.0.1")
    assert 0 < int(port) < 65536
    assert reply.getsockopt(zmq.LAST_ENDPOINT).decode() == last_endpoint(reply)
    request.connect(f"tcp://127.0.0.1:{port}")
    assert last_endpoint(request) == f"tcp://127.0.0.1:{port}"
    round_trip(reply, request)


def test_wildcard_ipc_path_shows_in_the_last_endpoint(zmq: Any, new_socket: SocketFactory) -> None:
    reply, request = new_socket(zmq.REP), new_socket(zmq.REQ)
    address = bind(reply, "ipc://*")
    assert len(address) > len("ipc://*")
    request.connect(address)
    round_trip(reply, request)


def test_a_socket_without_endpoints_has_no_last_endpoint(
    zmq: Any, new_socket: SocketFactory
) -> None:
    assert last_endpoint(new_socket(zmq.REP)) == ""


def test_bind_to_random_port(zmq: Any, new_socket: SocketFactory) -> None:
    reply, request = new_socket(zmq.REP), new_socket(zmq.REQ)
    port = reply.bind_to_random_port("tcp://127.0.0.1")
    request.connect(f"tcp://127.0.0.1:{port}")
    round_trip(reply, request)
    other = new_socket(zmq.REP)
    chosen = other.bind_to_random_port("tcp://127.0.0.1", min_port=50000, max_port=50400)
    assert 50000 <= chosen < 50400


def test_bind_to_random_port_gives_up(zmq: Any, new_socket: SocketFactory) -> None:
    taken = new_socket(zmq.REP).bind_to_random_port("tcp://127.0.0.1")
    with pytest.raises(zmq.ZMQBindError):
        new_socket(zmq.REP).bind_to_random_port(
            "tcp://127.0.0.1", min_port=taken, max_port=taken + 1, max_tries=3
        )


@pytest.mark.parametrize("host", ["localhost", "lo", "127.0.0.1"])
def test_hosts_by_name_interface_and_address(
    zmq: Any, new_socket: SocketFactory, host: str
) -> None:
    if host == "lo" and sys.platform == "darwin":
        host = "lo0"
    reply, request = new_socket(zmq.REP), new_socket(zmq.REQ)
    address = bind(reply, f"tcp://{host}:*")
    assert address.startswith("tcp://127.0.0.1:")
    request.connect(f"tcp://localhost:{address.rpartition(':')[2]}")
    round_trip(reply, request)


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["[::1]", "::1"])
def test_ipv6(zmq: Any, new_socket: SocketFactory, host: str) -> None:
    reply, request = new_socket(zmq.REP, ipv6=1), new_socket(zmq.REQ, ipv6=1)
    address = bind(reply, f"tcp://{host}:*")
    assert address.startswith("tcp://[::1]:")
    request.connect(address)
    round_trip(reply, request)


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6_wildcard_serves_both_families(zmq: Any, new_socket: SocketFactory) -> None:
    reply = new_socket(zmq.REP, ipv6=1)
    address = bind(reply, "tcp://*:*")
    port = address.rpartition(":")[2]
    assert address == f"tcp://[::]:{port}"
    for host in ("127.0.0.1", "[::1]"):
        request = new_socket(zmq.REQ, ipv6=1)
        request.connect(f"tcp://{host}:{port}")
        round_trip(reply, request)


def test_connecting_from_a_chosen_source_address(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply, request = new_socket(zmq.REP), new_socket(zmq.REQ)
    port = bind(reply, endpoint("tcp")).rpartition(":")[2]
    request.connect(f"tcp://127.0.0.1:0;127.0.0.1:{port}")
    round_trip(reply, request)


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_abstract_ipc_name(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as unique:
        reply, request = new_socket(zmq.REP), new_socket(zmq.REQ)
        address = bind(reply, f"ipc://@babelmq-test-{unique}")
        assert address == f"ipc://@babelmq-test-{unique}"
        request.connect(address)
        round_trip(reply, request)


@pytest.mark.core_only
def test_ipc_path_disappears_with_the_binding(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    reply = new_socket(zmq.REP)
    address = bind(reply, endpoint("ipc"))
    path = Path(address.removeprefix("ipc://"))
    assert path.is_socket()
    reply.unbind(address)
    wait_until(lambda: not path.exists())


def test_a_socket_file_left_behind_is_replaced(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    address = endpoint("ipc")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(address.removeprefix("ipc://"))
        dead.listen()
    reply, request = new_socket(zmq.REP), new_socket(zmq.REQ)
    request.connect(bind(reply, address))
    round_trip(reply, request)


# --- taking endpoints back --------------------------------------------------------------------


@TRANSPORTS
def test_unbound_endpoint_is_free_for_others(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    first, second = new_socket(zmq.PULL), new_socket(zmq.PULL)
    address = bind(first, endpoint(scheme))
    first.unbind(address)
    bind_again(zmq, second, address)
    push = new_socket(zmq.PUSH)
    push.connect(address)
    push.send(b"for the second")
    assert second.recv() == b"for the second"
    assert is_quiet(first)


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_unbinding_stops_accepting_and_ends_connections(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull = new_socket(zmq.PULL)
    address = bind(pull, endpoint(scheme))
    early = new_socket(zmq.PUSH, immediate=1, reconnect_ivl=-1)
    early.connect(address)
    early.send(b"before")
    assert pull.recv() == b"before"
    pull.unbind(address)
    # libzmq: the connection ends when the application next uses its socket.
    wait_until(lambda: not pull.poll(0) and not early.poll(0, zmq.POLLOUT))
    late = new_socket(zmq.PUSH, immediate=1)
    late.connect(address)
    assert not late.poll(50, zmq.POLLOUT)


@TRANSPORTS
def test_disconnected_peer_gets_nothing_more(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    push = new_socket(zmq.PUSH)
    stays, goes = new_socket(zmq.PULL), new_socket(zmq.PULL)
    addresses = [bind(pull, endpoint(scheme)) for pull in (stays, goes)]
    for address in addresses:
        push.connect(address)
    push.send(b"1")
    push.send(b"2")
    assert {stays.recv(), goes.recv()} == {b"1", b"2"}
    push.disconnect(addresses[1])
    for _ in range(4):
        push.send(b"3")
    assert [stays.recv() for _ in range(4)] == [b"3"] * 4
    assert is_quiet(goes)
    push.connect(addresses[1])
    push.send(b"4")
    push.send(b"4")
    assert [stays.recv(), goes.recv()] == [b"4", b"4"]


def test_disconnecting_flushes_what_lingers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    pull, push = new_socket(zmq.PULL), new_socket(zmq.PUSH, linger=-1)
    address = bind(pull, endpoint("tcp"))
    push.connect(address)
    for number in range(100):
        push.send(b"%d" % number)
    push.disconnect(address)
    assert [pull.recv() for _ in range(100)] == [b"%d" % number for number in range(100)]


@TRANSPORTS
def test_the_same_endpoint_may_be_connected_to_twice(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str
) -> None:
    pull, push = new_socket(zmq.PULL, rcvhwm=1), new_socket(zmq.PUSH, sndhwm=1)
    address = bind(pull, endpoint(scheme))
    push.connect(address)
    push.connect(address)
    for number in range(4):
        push.send(b"%d" % number)
    assert sorted(pull.recv() for _ in range(4)) == [b"0", b"1", b"2", b"3"]


@pytest.mark.parametrize("verb", ["unbind", "disconnect"])
@TRANSPORTS
def test_taking_back_what_was_never_given(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str, verb: str
) -> None:
    pull = new_socket(zmq.PULL)
    address = bind(pull, endpoint(scheme))
    pull.unbind(address)
    for unknown in (address, "tcp://127.0.0.1:1"):
        with pytest.raises(zmq.ZMQError) as caught:
            getattr(pull, verb)(unknown)
        assert caught.value.errno == errno.ENOENT


def test_bind_and_connect_as_context_managers(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    with new_socket(zmq.PULL) as pull, new_socket(zmq.PUSH) as push:
        with pull.bind(endpoint("inproc")), push.connect(last_endpoint(pull)):
            push.send(b"x")
            assert pull.recv() == b"x"
        assert not pull.closed
    assert pull.closed
    assert push.closed
