"""RADIO and DISH: to everybody who has joined a group (RFC 48)."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support.endpoints import Endpoints, unused_port
from tests.support.sockets import SocketFactory, bind, bind_again, drain, is_quiet
from tests.support.waiting import Background, wait_until

pytestmark = pytest.mark.draft
TRANSPORTS = pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
_numbers = itertools.count(1)


def error_of(zmq: Any, call: Callable[[], Any]) -> int:
    with pytest.raises(zmq.ZMQError) as caught:
        call()
    return int(caught.value.errno)


def synchronise(radio: Any, *dishes: Any) -> None:
    """Return once the radio knows all that the dishes have joined and left so far."""
    for dish in dishes:
        # What a dish says travels in order, so when a probe arrives the rest is known as well.
        probe = f"probe-{next(_numbers)}"
        dish.join(probe)

        def heard(dish: Any = dish, probe: str = probe) -> bool:
            radio.send(b"probe", group=probe)
            return bool(dish.poll(1))

        wait_until(heard, message="the radio never learned of the group")
        dish.leave(probe)
        while dish.poll(1):
            frame = dish.recv(copy=False)
            assert frame.group == probe


def received(dish: Any) -> tuple[str, bytes]:
    frame = dish.recv(copy=False)
    return frame.group, bytes(frame)


@TRANSPORTS
@pytest.mark.parametrize("binder", ["RADIO", "DISH"])
def test_groups_come_and_go(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints, scheme: str, binder: str
) -> None:
    radio, dish = new_socket(zmq.RADIO), new_socket(zmq.DISH)
    dish.join("Movies")
    if binder == "RADIO":
        dish.connect(bind(radio, endpoint(scheme)))
    else:
        radio.connect(bind(dish, endpoint(scheme)))
    synchronise(radio, dish)
    radio.send(b"Friends", group="TV")
    radio.send(b"Godfather", group="Movies")
    assert received(dish) == ("Movies", b"Godfather")
    dish.join(b"TV")
    synchronise(radio, dish)
    radio.send(b"Friends", group=b"TV")
    assert received(dish) == ("TV", b"Friends")
    dish.leave("TV")
    synchronise(radio, dish)
    radio.send(b"Friends", group="TV")
    radio.send(b"Godfather", group="Movies")
    assert dish.poll(1000) == zmq.POLLIN
    assert received(dish) == ("Movies", b"Godfather")
    assert is_quiet(dish)


def test_groups_match_whole(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    # Unlike topics of PUB and SUB, of which a prefix is enough.
    radio, dish = new_socket.pair_up(zmq.RADIO, zmq.DISH, endpoint("tcp"))
    dish.join("TV")
    synchronise(radio, dish)
    for group in ("T", "", "TV2", "tv", "TV"):
        radio.send(group.encode(), group=group)
    assert received(dish) == ("TV", b"TV")
    assert is_quiet(dish)


def test_group_without_a_name(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    radio, dish = new_socket.pair_up(zmq.RADIO, zmq.DISH, endpoint("tcp"))
    dish.join("")
    synchronise(radio, dish)
    radio.send(b"to nobody", group="x")
    radio.send(b"to all of us")
    assert received(dish) == ("", b"to all of us")


def test_everybody_in_the_group_gets_it(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    radio = new_socket(zmq.RADIO)
    address = bind(radio, endpoint("tcp"))
    dishes = [new_socket(zmq.DISH) for _ in range(3)]
    for number, dish in enumerate(dishes):
        dish.connect(address)
        dish.join("all")
        dish.join(f"{number}")
    synchronise(radio, *dishes)
    for number in range(3):
        radio.send(b"own", group=f"{number}")
        radio.send(b"%d" % number, group="all")
    for number, dish in enumerate(dishes):
        got = [received(dish) for _ in range(4)]
        shared = [("all", b"0"), ("all", b"1"), ("all", b"2")]
        assert got == [*shared[:number], (f"{number}", b"own"), *shared[number:]]


def test_dish_hears_all_radios(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    dish = new_socket(zmq.DISH)
    radios = [new_socket(zmq.RADIO) for _ in range(2)]
    for radio in radios:
        dish.connect(bind(radio, endpoint("tcp")))
    dish.join("news")
    for radio in radios:
        synchronise(radio, dish)
    for radio in radios:
        radio.send(b"hello", group="news")
    assert [received(dish), received(dish)] == [("news", b"hello")] * 2


def test_groups_are_joined_once_and_left_once(zmq: Any, new_socket: SocketFactory) -> None:
    dish = new_socket(zmq.DISH)
    assert error_of(zmq, lambda: dish.leave("Movies")) == errno.EINVAL
    dish.join("Movies")
    assert error_of(zmq, lambda: dish.join("Movies")) == errno.EINVAL
    dish.leave("Movies")
    assert error_of(zmq, lambda: dish.leave("Movies")) == errno.EINVAL


def test_longest_group(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    radio, dish = new_socket.pair_up(zmq.RADIO, zmq.DISH, endpoint("tcp"))
    assert error_of(zmq, lambda: dish.join("A" * 256)) == errno.EINVAL
    longest = "0123456789ABCDE" * 17
    dish.join(longest)
    synchronise(radio, dish)
    radio.send(b"HELLO", group=longest)
    assert received(dish) == (longest, b"HELLO")


def test_only_a_dish_has_groups(zmq: Any, new_socket: SocketFactory) -> None:
    for kind in ("RADIO", "SUB", "CLIENT"):
        socket = new_socket(getattr(zmq, kind))
        for call in (socket.join, socket.leave):
            assert error_of(zmq, partial(call, "x")) == errno.ENOTSUP


def test_directions_and_parts(zmq: Any, new_socket: SocketFactory) -> None:
    radio, dish = new_socket(zmq.RADIO), new_socket(zmq.DISH)
    assert error_of(zmq, lambda: radio.send(b"x", zmq.SNDMORE, group="g")) == errno.EINVAL
    assert error_of(zmq, radio.recv) == errno.ENOTSUP
    assert error_of(zmq, lambda: dish.send(b"x")) == errno.ENOTSUP
    assert radio.poll(0, zmq.POLLOUT | zmq.POLLIN) == zmq.POLLOUT
    assert dish.poll(0, zmq.POLLOUT | zmq.POLLIN) == zmq.POLLOUT  # groups can always be joined


def test_what_nobody_joined_is_dropped(zmq: Any, new_socket: SocketFactory) -> None:
    radio = new_socket(zmq.RADIO, sndtimeo=0)
    for _ in range(3):
        radio.send(b"x", group="nobody")


def test_left_group_delivers_nothing_that_waited(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    radio, dish = new_socket.pair_up(zmq.RADIO, zmq.DISH, endpoint("tcp"))
    for group in ("a", "b"):
        dish.join(group)
    synchronise(radio, dish)
    for number in range(5):
        radio.send(b"%d" % number, group="a")
        radio.send(b"%d" % number, group="b")
    assert [received(dish), received(dish)] == [("a", b"0"), ("b", b"0")]
    dish.leave("a")
    assert [received(dish) for _ in range(4)] == [("b", b"%d" % n) for n in range(1, 5)]
    assert is_quiet(dish)


def test_slow_dish_loses_messages_and_no_other_does(
    zmq: Any, new_socket: SocketFactory, endpoint: Endpoints
) -> None:
    radio = new_socket(zmq.RADIO, sndhwm=5)
    address = bind(radio, endpoint("inproc"))
    slow, quick = new_socket(zmq.DISH, rcvhwm=5), new_socket(zmq.DISH, rcvhwm=1000)
    for dish in (slow, quick):
        dish.connect(address)
        dish.join("g")
    synchronise(radio, slow, quick)
    for number in range(100):
        radio.send(b"%d" % number, group="g")
    assert [received(quick)[1] for _ in range(100)] == [b"%d" % n for n in range(100)]
    got = [bytes(message[0]) for message in drain(slow)]
    assert got == [b"%d" % n for n in range(len(got))]
    # Both high-water marks; libzmq still counts some probes that were received.
    assert 0 < len(got) <= 10


def test_nodrop_makes_send_wait(zmq: Any, new_socket: SocketFactory, endpoint: Endpoints) -> None:
    radio, dish = new_socket(zmq.RADIO, sndhwm=5), new_socket(zmq.DISH, rcvhwm=5)
    radio.setsockopt(zmq.XPUB_NODROP, 1)
    dish.connect(bind(radio, endpoint("inproc")))
    dish.join("g")
    synchronise(radio, dish)
    sent = 0

    def full() -> bool:
        nonlocal sent
        try:
            radio.send(b"%d" % sent, zmq.DONTWAIT, group="g")
        except zmq.Again:
            return True
        sent += 1
        return False

    wait_until(full)
    assert 0 < sent <= 10
    waiting = Background(lambda: radio.send(b"last", group="g"))
    assert [dish.recv() for _ in range(sent)] == [b"%d" % number for number in range(sent)]
    assert dish.recv() == b"last"
    waiting.result()


def test_groups_are_joined_again_after_a_reconnection(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        dish = new_socket(zmq.DISH, reconnect_ivl=10)
        dish.connect(address)
        dish.join("news")
        for _ in range(2):
            radio = new_socket(zmq.RADIO)
            bind_again(zmq, radio, address)
            synchronise(radio, dish)
            radio.send(b"hello", group="news")
            assert received(dish) == ("news", b"hello")
            radio.close()


def test_dish_has_nothing_to_linger_for(zmq: Any, new_socket: SocketFactory) -> None:
    dish = new_socket.context.socket(zmq.DISH)
    assert dish.get(zmq.LINGER) == 0
    dish.close()


# What this engine adds


@pytest.mark.core_only
def test_group_without_a_frame(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    zmq = new_socket.zmq
    radio, dish = new_socket.pair_up(zmq.RADIO, zmq.DISH, endpoint("tcp"))
    dish.join("news")
    synchronise(radio, dish)
    radio.send_string("Grüße", group="news")
    assert dish.recv_with_group() == ("Grüße".encode(), "news")
    with pytest.raises(zmq.ZMQError, match="messages of a RADIO socket have no group"):
        radio.recv_with_group()


@pytest.mark.core_only
@pytest.mark.parametrize("group", ["ä" * 128, b"a\0b"])
def test_wrong_group_is_refused(new_socket: SocketFactory, group: Any) -> None:
    # libzmq would send what stands before the zero byte, or the first 255 bytes.
    zmq = new_socket.zmq
    radio, dish = new_socket(zmq.RADIO), new_socket(zmq.DISH)
    frame = zmq.Frame(b"x")
    calls: list[Callable[[], Any]] = [
        lambda: radio.send(b"x", group=group),
        lambda: dish.join(group),
        lambda: dish.leave(group),
        lambda: frame.set("group", group),
    ]
    assert [error_of(zmq, call) for call in calls] == [errno.EINVAL] * 4


@pytest.mark.core_only
def test_flood_of_several_groups(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    # One by one and in batches; in bursts, messages of different groups are routed together.
    zmq = new_socket.zmq
    radio = new_socket(zmq.RADIO, sndhwm=0)
    address = bind(radio, endpoint("tcp"))
    dishes = [new_socket(zmq.DISH, rcvhwm=0) for _ in range(3)]
    for number, dish in enumerate(dishes):
        dish.connect(address)
        for group in ("all", f"{number}"):
            dish.join(group)
    synchronise(radio, *dishes)
    sent = [("all" if n % 4 == 3 else f"{n % 4}", b"%d" % n) for n in range(4000)]
    for group, body in sent[:3000]:
        radio.send(body, group=group)
    frames = []
    for group, body in sent[3000:]:
        frames.append(zmq.Frame(body))
        frames[-1].group = group
    assert radio.send_many(frames) == 1000
    for number, dish in enumerate(dishes):
        mine = [message for message in sent if message[0] in ("all", f"{number}")]
        got: list[tuple[str, bytes]] = []
        while len(got) < len(mine):
            got += [(frame.group, bytes(frame)) for frame in dish.recv_many(500)]
        assert got == mine


@pytest.mark.core_only
def test_proxy_keeps_the_groups(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    zmq = new_socket.zmq
    radio, backend = new_socket.pair_up(zmq.RADIO, zmq.DISH, endpoint("inproc"))
    frontend, dish = new_socket.pair_up(zmq.RADIO, zmq.DISH, endpoint("inproc"))
    for socket in (backend, dish):
        socket.join("news")
    synchronise(radio, backend)
    synchronise(frontend, dish)
    thread = Background(lambda: zmq.proxy(backend, frontend))
    radio.send(b"hello", group="news")
    assert dish.recv_with_group() == (b"hello", "news")
    new_socket.context.shutdown()
    with pytest.raises(zmq.ContextTerminated):
        thread.result()


@pytest.mark.core_only
def test_malformed_broadcasts_are_dropped(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    # A PUSH that pretends to be a RADIO can, over inproc, send what it likes.
    zmq = new_socket.zmq
    dish, liar = new_socket.pair_up(zmq.DISH, zmq.PUSH, endpoint("inproc"))
    dish.join("g")
    liar.send_many([b"g", [b"g", b"x", b"y"], b"", [b"h", b"not joined"], [b"g", b"good"]])
    assert received(dish) == ("g", b"good")
    assert is_quiet(dish)


@pytest.mark.core_only
def test_what_a_dish_cannot_say_is_dropped(new_socket: SocketFactory, endpoint: Endpoints) -> None:
    zmq = new_socket.zmq
    radio, liar = new_socket.pair_up(zmq.RADIO, zmq.PAIR, endpoint("inproc"))
    for nonsense in (b"\x01" + b"g" * 256, b"\x00not joined", b"\x02", b"", [b"\x01a", b"b"]):
        liar.send_multipart(nonsense if isinstance(nonsense, list) else [nonsense])
    liar.send(b"\x01" + b"g" * 255)
    while not liar.poll(1):
        radio.send(b"to nobody", group="")
        radio.send(b"to nobody", group="a")
        radio.send(b"hello", group=b"g" * 255)
    assert liar.recv_multipart() == [b"g" * 255, b"hello"]
