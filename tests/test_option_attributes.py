"""Options as attributes of a socket-like class: both spellings, reading, writing, refusing."""

from typing import Any

import pytest

from core import constants as c
from core.errors import ZMQError
from core.options import OptionAttributes, OptionValues


class Host(OptionAttributes):
    """The least that a socket has to be for the attributes to work."""

    __slots__ = ("options", "topics")

    def __init__(self, kind: c.SocketType) -> None:
        self.options = OptionValues(kind)
        self.topics: list[tuple[int, bytes]] = []

    def set(self, option: int, value: Any) -> None:
        checked = self.options.set(option, value)
        if isinstance(checked, bytes) and option in (c.SUBSCRIBE, c.UNSUBSCRIBE):
            self.topics.append((option, checked))

    def get(self, option: int) -> Any:
        return self.options.get(option)


# Taken by methods or properties of the socket, in this spelling.
NOT_OPTIONS = {"type", "hwm"}


def test_every_option_has_both_spellings() -> None:
    for name in c.SocketOption.__members__:
        assert hasattr(Host, name), name
        assert hasattr(Host, name.lower()), name


@pytest.mark.parametrize("name", sorted(c.SocketOption.__members__))
def test_attribute_calls_set_and_get_with_its_own_number(name: str) -> None:
    calls: list[int] = []

    class Recorder(OptionAttributes):
        __slots__ = ()

        def set(self, option: int, value: Any) -> None:
            calls.append(option)

        def get(self, option: int) -> Any:
            calls.append(option)
            return b"" if isinstance(value, bytes) else 0

    spellings = {name} if name.lower() in NOT_OPTIONS else {name, name.lower()}
    value: Any = b"x" if "BytesOption" in str(type(vars(OptionAttributes)[name])) else 1
    for spelling in spellings:
        calls.clear()
        setattr(Recorder(), spelling, value)
        if name not in ("SUBSCRIBE", "UNSUBSCRIBE"):
            getattr(Recorder(), spelling)
        assert set(calls) == {c.SocketOption[name]}


def test_value_set_by_one_name_is_read_by_another() -> None:
    socket = Host(c.DEALER)
    socket.linger = 5
    socket.IDENTITY = b"me"
    assert (socket.LINGER, socket.identity, socket.routing_id) == (5, b"me", b"me")
    assert (socket.getsockopt(c.LINGER), socket.get(c.IDENTITY)) == (5, b"me")


def test_setsockopt_is_set() -> None:
    socket = Host(c.DEALER)
    socket.setsockopt(c.SNDHWM, 3)
    assert socket.sndhwm == 3


def test_misspelled_option_is_refused() -> None:
    with pytest.raises(AttributeError, match="sndhmw"):
        Host(c.PUSH).sndhmw = 1  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="sndhmw"):
        Host(c.PUSH).sndhmw  # type: ignore[attr-defined]  # noqa: B018


def test_write_only_attribute_cannot_be_read() -> None:
    socket = Host(c.ROUTER)
    socket.router_mandatory = 1
    with pytest.raises(AttributeError, match="write-only"):
        socket.router_mandatory  # noqa: B018
    assert not hasattr(socket, "ROUTER_MANDATORY")


def test_option_that_is_not_built_raises_its_reason() -> None:
    socket = Host(c.PUSH)
    with pytest.raises(ZMQError, match="is not offered: use CURVE"):
        socket.gssapi_server = 1
    with pytest.raises(ZMQError, match="VMCI_CONNECT_TIMEOUT is not supported"):
        socket.vmci_connect_timeout = 2


def test_bad_value_raises_what_set_raises() -> None:
    socket = Host(c.PUSH)
    with pytest.raises(ZMQError, match="LINGER must be"):
        socket.linger = -2
    with pytest.raises(TypeError, match="unicode not allowed"):
        socket.identity = "me"  # type: ignore[assignment]


def test_subscribe_is_a_method_and_an_attribute() -> None:
    socket = Host(c.SUB)
    socket.subscribe("a")
    socket.subscribe(b"b")
    socket.subscribe = "c"
    socket.SUBSCRIBE = b"d"
    socket.unsubscribe("a")
    expected = [(c.SUBSCRIBE, topic) for topic in (b"a", b"b", b"c", b"d")]
    assert socket.topics == [*expected, (c.UNSUBSCRIBE, b"a")]


def test_hwm_sets_both_and_reads_the_sending_one() -> None:
    socket = Host(c.DEALER)
    socket.hwm = 5
    assert (socket.sndhwm, socket.rcvhwm, socket.hwm, socket.get_hwm()) == (5, 5, 5, 5)
    socket.sndhwm = 6
    assert socket.hwm == 6
    socket.set_hwm(7)
    assert (socket.sndhwm, socket.rcvhwm) == (7, 7)


def test_type_is_the_enumeration_member() -> None:
    socket = Host(c.PUSH)
    assert socket.type is c.PUSH
    assert (socket.TYPE, type(socket.TYPE)) == (8, int)


def test_text_options() -> None:
    socket = Host(c.DEALER)
    socket.set_string(c.IDENTITY, "é", encoding="latin-1")
    assert socket.identity == b"\xe9"
    assert socket.get_string(c.IDENTITY, "latin-1") == "é"
    socket.setsockopt_string(c.IDENTITY, "é")
    assert socket.getsockopt_string(c.IDENTITY) == "é"


def test_text_options_refuse_other_types() -> None:
    socket = Host(c.DEALER)
    with pytest.raises(TypeError, match="strings only"):
        socket.set_string(c.IDENTITY, b"x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="LINGER: expected int"):
        socket.set_string(c.LINGER, "x")
    with pytest.raises(TypeError, match="LINGER is a number"):
        socket.get_string(c.LINGER)
    with pytest.raises(ZMQError, match="no socket option"):
        socket.get_string(9999)
