"""The option tables and the checks of values, beside a real libzmq where there is one."""

import subprocess
import sys
from collections.abc import Iterator
from errno import EINVAL, ENOTSUP
from typing import Any

import pytest

from core import constants as c
from core.enums import LimitOption
from core.errors import ZMQError
from core.option_row import INT_MAX, Access, Kind, Option
from core.option_table import SOCKET_OPTIONS, SUPPORTED_OPTIONS
from core.option_table_limits import LIMIT_OPTIONS
from core.option_table_unsupported import UNSUPPORTED_OPTIONS
from core.options import LIVE_OPTIONS, OptionValues, option_row
from tests.support.processes import ROOT

zmq = pytest.importorskip("zmq")

TYPES = [c.PAIR, c.PUB, c.SUB, c.REQ, c.REP, c.DEALER, c.ROUTER, c.PULL, c.PUSH, c.XPUB, c.XSUB]
TYPES.append(c.STREAM)
EDGES = [-(2**31), -2, -1, 0, 1, 2, 255, 256, 1000, INT_MAX]
# Where the verdict is ours: libzmq takes any negative MAXMSGSIZE for "no limit", rounds a small
# negative HEARTBEAT_TTL to 0 before it looks at the sign, and does not look at these at all.
UNCHECKED = (c.AFFINITY, c.IPC_FILTER_PID, c.IPC_FILTER_UID, c.IPC_FILTER_GID)
STRICTER = {(c.MAXMSGSIZE, -2), (c.MAXMSGSIZE, -(2**31)), (c.HEARTBEAT_TTL, -1)}
STRICTER.add((c.HEARTBEAT_TTL, -2))
STRICTER.update((number, value) for number in UNCHECKED for value in EDGES if value < 0)
# libzmq's REP is built on its ROUTER and takes these too, though its manual gives them to ROUTER.
ROUTER_ONLY = {c.ROUTER_MANDATORY, c.ROUTER_HANDOVER, c.ROUTER_RAW, c.PROBE_ROUTER}
# libzmq has these only when it was built with its draft API, which pyzmq's wheels are not.
DRAFT = {c.XSUB_VERBOSE_UNSUBSCRIBE, c.ROUTER_NOTIFY, c.PRIORITY}
DRAFT |= {c.BUSY_POLL, c.IN_BATCH_SIZE, c.OUT_BATCH_SIZE}
if zmq.has("draft"):
    DRAFT = set()
DRAFT |= {row.number for row in LIMIT_OPTIONS}  # type: ignore[misc]


@pytest.fixture(params=TYPES, ids=lambda kind: kind.name)
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Any, OptionValues]]:
    """A socket of libzmq and our values for the same type."""
    with zmq.Context() as context, context.socket(request.param) as theirs:
        yield theirs, OptionValues(request.param)


def verdict(setter: Any, number: int, value: object) -> str:
    try:
        setter(number, value)
    except (ZMQError, zmq.ZMQError) as error:
        return f"errno {error.errno}"
    except TypeError:
        return "TypeError"
    return "accepted"


def names(rows: tuple[Option, ...]) -> list[str]:
    return [row.name for row in rows]


def test_every_number_has_one_row() -> None:
    numbers = [row.number for row in SOCKET_OPTIONS]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) == {*c.SocketOption, *LimitOption}


def test_every_attribute_of_the_table_is_declared_and_the_other_way_round() -> None:
    stored = {row.attribute for row in SUPPORTED_OPTIONS if row.attribute}
    assert stored == set(OptionValues.__slots__)


@pytest.mark.parametrize("row", SOCKET_OPTIONS, ids=names(SOCKET_OPTIONS))
def test_row_is_complete(row: Option) -> None:
    assert row.doc.endswith(".")
    assert row.minimum <= row.maximum
    assert bool(row.unsupported) == (row in UNSUPPORTED_OPTIONS)
    # The default lies in the range, except where libzmq means "not set" by a value outside.
    if isinstance(row.default, int) and row.number != c.HEARTBEAT_TIMEOUT:
        assert row.minimum <= row.default <= row.maximum


def test_the_page_of_options_is_up_to_date() -> None:
    command = [sys.executable, "docs/generate_options.py", "--check"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_fresh_socket_reads_as_libzmq_does(pair: tuple[Any, OptionValues]) -> None:
    theirs, ours = pair
    compared = 0
    for row in SOCKET_OPTIONS:
        if row.number in LIVE_OPTIONS or row.default_reason or row.access is Access.WRITE_ONLY:
            continue
        try:
            expected = theirs.get(row.number)
        except zmq.ZMQError:
            continue  # libzmq was built without it
        if row.default is not None or row.number == c.TYPE:
            assert (row.name, ours.get(row.number)) == (row.name, expected)
            compared += 1
    assert compared > 40


def test_numbers_are_accepted_and_refused_as_libzmq_does(pair: tuple[Any, OptionValues]) -> None:
    theirs, ours = pair
    for row in SUPPORTED_OPTIONS:
        if row.kind is Kind.BYTES or row.number in DRAFT:
            continue
        if theirs.type == c.REP and row.number in ROUTER_ONLY:
            continue
        for value in EDGES:
            if (row.number, value) not in STRICTER:
                facts = (row.name, value)
                expected = verdict(theirs.set, row.number, value)
                assert (*facts, verdict(ours.set, row.number, value)) == (*facts, expected)


def test_bytes_are_accepted_and_refused_as_libzmq_does(pair: tuple[Any, OptionValues]) -> None:
    theirs, ours = pair
    for number in (c.ROUTING_ID, c.SUBSCRIBE, c.UNSUBSCRIBE, c.LAST_ENDPOINT):
        for value in (b"", b"x", b"x" * 255, b"x" * 256, 5, "x", bytearray(b"x")):
            facts = (number.name, value)
            expected = verdict(theirs.set, number, value)
            assert (*facts, verdict(ours.set, number, value)) == (*facts, expected)


def test_values_are_plain_attributes() -> None:
    options = OptionValues(c.DEALER)
    options.set(c.SNDHWM, 7)
    options.set(c.IDENTITY, b"me")
    options.set(c.CONFLATE, 1)
    assert (options.sndhwm, options.identity, options.conflate) == (7, b"me", True)
    assert (options.get(c.SNDHWM), options.get(c.ROUTING_ID)) == (7, b"me")
    assert type(options.get(c.CONFLATE)) is int


def test_unknown_attribute_cannot_be_set() -> None:
    with pytest.raises(AttributeError):
        OptionValues(c.PUSH).sndhmw = 1  # type: ignore[attr-defined]


def test_context_decides_ipv6_and_linger() -> None:
    options = OptionValues(c.PUSH, ipv6=True, linger=0)
    assert (options.get(c.IPV6), options.get(c.IPV4ONLY), options.get(c.LINGER)) == (1, 0, 0)


def test_ipv4only_is_the_opposite_of_ipv6() -> None:
    options = OptionValues(c.PUSH)
    options.set(c.IPV4ONLY, 0)
    assert (options.ipv6, options.get(c.IPV6), options.get(c.IPV4ONLY)) == (True, 1, 0)


def test_verbose_levels_replace_each_other() -> None:
    options = OptionValues(c.XPUB)
    options.set(c.XPUB_VERBOSER, 1)
    assert (options.xpub_verbose, options.xpub_verboser) == (True, True)
    options.set(c.XPUB_VERBOSE, 1)
    assert (options.xpub_verbose, options.xpub_verboser) == (True, False)
    options.set(c.XPUB_VERBOSER, 0)
    assert (options.xpub_verbose, options.xpub_verboser) == (False, False)


def test_heartbeat_ttl_is_rounded_to_what_the_wire_can_carry() -> None:
    options = OptionValues(c.PUSH)
    assert options.set(c.HEARTBEAT_TTL, 6553599) == 6553500
    assert options.heartbeat_ttl == 6553500


def test_metadata_adds_up() -> None:
    options = OptionValues(c.PUSH)
    for fact in (b"X-a:1", b"X-b:2:3", b"X-a:again"):
        options.set(c.METADATA, fact)
    assert options.metadata == {"X-a": b"1", "X-b": b"2:3"}


def test_ipc_filters_add_up() -> None:
    options = OptionValues(c.PULL)
    for number in (1000, 65534, 2**32 - 2):
        options.set(c.IPC_FILTER_UID, number)
    options.set(c.IPC_FILTER_GID, 5)
    options.set(c.IPC_FILTER_PID, 77)
    assert options.ipc_filter_uid == {1000, 65534, 2**32 - 2}
    assert options.ipc_filter_gid == {5}
    assert options.ipc_filter_pid == {77}


def test_accept_filters_add_up_and_are_cleared() -> None:
    options = OptionValues(c.PULL)
    for network in (b"127.0.0.1", b"10.1.2.3/8", b"fe80::/10"):
        options.set(c.TCP_ACCEPT_FILTER, network)
    assert list(options.tcp_accept_filter) == ["127.0.0.1", "10.1.2.3/8", "fe80::/10"]
    options.set(c.TCP_ACCEPT_FILTER, b"")
    assert not options.tcp_accept_filter


@pytest.mark.parametrize(
    "network",
    [b"foo", b"0.0.0.0foo", b"0.0.0.0/foo", b"0.0.0.0/", b"0.0.0.0/-1", b"0.0.0.0/33", b"x" * 256],
)
def test_accept_filter_has_a_form(pair: tuple[Any, OptionValues], network: bytes) -> None:
    theirs, ours = pair
    for socket in (theirs, ours):
        assert verdict(socket.set, c.TCP_ACCEPT_FILTER, network) == f"errno {EINVAL}"
    assert not ours.tcp_accept_filter


@pytest.mark.parametrize(
    "fact", [b"", b"x", b"a:b", b":b", b"X-a:", b"X-a", b"X-" + 254 * b"a" + b":b"]
)
def test_metadata_has_a_form(pair: tuple[Any, OptionValues], fact: bytes) -> None:
    theirs, ours = pair
    for socket in (theirs, ours):
        assert verdict(socket.set, c.METADATA, fact) == f"errno {EINVAL}"
    assert ours.metadata == {}


def test_subscribing_is_checked_but_not_stored() -> None:
    assert OptionValues(c.SUB).set(c.SUBSCRIBE, b"news") == b"news"
    with pytest.raises(ZMQError, match="needs XPUB_MANUAL"):
        OptionValues(c.XPUB).set(c.SUBSCRIBE, b"news")


@pytest.mark.parametrize(
    ("number", "value", "message"),
    [
        (c.LINGER, -2, r"option LINGER must be -1 to 2147483647 \(ms\), not -2"),
        (c.TCP_KEEPALIVE, 2, "option TCP_KEEPALIVE must be -1 to 1, not 2"),
        (c.ROUTING_ID, b"x" * 256, "option ROUTING_ID must be 1 to 255 bytes long, not 256"),
        (c.SNDHWM, 2**31, r"option SNDHWM must be 0 to 2147483647 \(messages\)"),
        (c.MAXMSGSIZE, -2, r"option MAXMSGSIZE must be -1 to 9223372036854775807 \(bytes\)"),
        (c.TYPE, 3, "option TYPE is read-only"),
        (c.SUBSCRIBE, b"", "option SUBSCRIBE belongs to SUB, XPUB sockets, not to a PUSH socket"),
        (9999, 1, "no socket option with the number 9999"),
    ],
)
def test_refusal_names_the_option_and_the_rule(number: int, value: object, message: str) -> None:
    with pytest.raises(ZMQError, match=message) as caught:
        OptionValues(c.PUSH).set(number, value)
    assert caught.value.errno == EINVAL


@pytest.mark.parametrize(
    ("number", "value", "message"),
    [
        (c.LINGER, "5", "use set_string"),
        (c.LINGER, 5.0, "LINGER: expected int, got: 5.0"),
        (c.LINGER, None, "LINGER: expected int, got: None"),
        (c.IDENTITY, 5, "ROUTING_ID: expected bytes, got: 5"),
        ("linger", 5, "not 'linger'"),
    ],
)
def test_wrong_type_is_a_type_error(number: Any, value: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        OptionValues(c.PUSH).set(number, value)


@pytest.mark.parametrize("row", UNSUPPORTED_OPTIONS, ids=names(UNSUPPORTED_OPTIONS))
def test_what_is_not_built_says_so(row: Option) -> None:
    options = OptionValues(c.PUSH)
    other: Any = b"x" if row.kind is Kind.BYTES else 1 - int(row.default or 0)
    with pytest.raises(ZMQError, match=f"option {row.name} is not supported: ") as caught:
        options.set(row.number, other)
    assert caught.value.errno == ENOTSUP
    if row.default is None:
        assert verdict(lambda number, _: options.get(number), row.number, 0) == f"errno {ENOTSUP}"
    else:
        assert options.set(row.number, row.default) == options.get(row.number) == row.default


@pytest.mark.parametrize("number", sorted(LIVE_OPTIONS))
def test_settings_do_not_answer_for_the_socket(number: int) -> None:
    with pytest.raises(LookupError, match=f"{option_row(number).name} is answered by the socket"):
        OptionValues(c.PUSH).get(number)


def test_write_only_option_cannot_be_read() -> None:
    with pytest.raises(ZMQError, match="ROUTER_MANDATORY is write-only"):
        OptionValues(c.ROUTER).get(c.ROUTER_MANDATORY)
