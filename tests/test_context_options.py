"""The options of a context, beside a real libzmq where there is one."""

import os
import threading
from errno import EINVAL, ENOTSUP

import pytest

import core
from core import constants as c
from core.context_options import CONTEXT_OPTIONS, ContextOptionValues
from core.errors import ZMQError
from core.option_row import INT_MAX, Access, Option

zmq = pytest.importorskip("zmq")

# pyzmq takes the -1 of THREAD_SCHED_POLICY for a failure; the prefix is text in the C interface.
NOT_COMPARABLE = {c.THREAD_SCHED_POLICY, c.THREAD_NAME_PREFIX}
READABLE = [
    row
    for row in CONTEXT_OPTIONS
    if row.access is not Access.WRITE_ONLY and row.number not in NOT_COMPARABLE
]


def test_every_context_option_has_a_row() -> None:
    assert {row.number for row in CONTEXT_OPTIONS} == {*c.ContextOption, c.IPV6, c.BLOCKY}


def test_defaults_of_the_table_are_those_of_the_values() -> None:
    fresh = ContextOptionValues()
    for row in CONTEXT_OPTIONS:
        if row.attribute:
            assert getattr(fresh, row.attribute) == row.default


@pytest.mark.parametrize("row", READABLE, ids=[row.name for row in READABLE])
def test_fresh_context_reads_as_libzmq_does(row: Option) -> None:
    with zmq.Context() as theirs:
        assert ContextOptionValues().get(row.number) == theirs.get(row.number)


@pytest.mark.parametrize("number", [c.IO_THREADS, c.MAX_SOCKETS, c.MAX_MSGSZ, c.IPV6, c.BLOCKY])
@pytest.mark.parametrize("value", [-2, -1, 0, 1, 2, 65535, 65536, INT_MAX])
def test_values_are_accepted_and_refused_as_libzmq_does(number: int, value: int) -> None:
    ours = ContextOptionValues()
    with zmq.Context() as theirs:
        try:
            theirs.set(number, value)
        except zmq.ZMQError:
            with pytest.raises(ZMQError) as caught:
                ours.set(number, value)
            assert caught.value.errno == EINVAL
        else:
            ours.set(number, value)
            assert ours.get(number) == theirs.get(number)


def test_values_are_plain_attributes() -> None:
    values = ContextOptionValues()
    values.set(c.MAX_SOCKETS, 5)
    values.set(c.BLOCKY, 0)
    values.set(c.IPV6, 7)
    assert (values.max_sockets, values.blocky, values.ipv6) == (5, False, True)
    assert values.get(c.IPV6) == 1


def test_processors_are_added_and_removed() -> None:
    values = ContextOptionValues()
    for cpu in (0, 1, 3):
        values.set(c.THREAD_AFFINITY_CPU_ADD, cpu)
    values.set(c.THREAD_AFFINITY_CPU_REMOVE, 1)
    assert values.thread_cpus == {0, 3}
    with pytest.raises(ZMQError, match="needs a processor that was added before, not 1") as caught:
        values.set(c.THREAD_AFFINITY_CPU_REMOVE, 1)
    assert caught.value.errno == EINVAL
    with pytest.raises(ZMQError, match="write-only"):
        values.get(c.THREAD_AFFINITY_CPU_ADD)


def test_thread_priority_shares_its_number_with_a_limit() -> None:
    values = ContextOptionValues()
    values.set(c.THREAD_PRIORITY, 5)
    assert values.thread_priority == 5
    assert values.get(c.SOCKET_LIMIT) == 65535


def io_thread(prefix: str = "") -> threading.Thread:
    (thread,) = (t for t in threading.enumerate() if t.name == f"{prefix}babelmq-io")
    return thread


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a Linux feature")
def test_the_io_thread_is_scheduled_as_asked() -> None:
    (cpu, *_) = os.sched_getaffinity(0)
    with core.Context() as context:
        context.set(core.THREAD_AFFINITY_CPU_ADD, cpu)
        context.set(core.THREAD_SCHED_POLICY, os.SCHED_BATCH)
        context.set(core.THREAD_NAME_PREFIX, 7)
        assert context.get(core.THREAD_NAME_PREFIX) == 7
        with context.socket(core.PULL):
            thread_id = io_thread("7/").native_id
            assert thread_id is not None
            assert os.sched_getaffinity(thread_id) == {cpu}
            assert os.sched_getscheduler(thread_id) == os.SCHED_BATCH


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a Linux feature")
def test_a_schedule_that_the_system_refuses() -> None:
    with core.Context() as context:
        context.set(core.THREAD_SCHED_POLICY, 99)
        for _ in range(2):
            with pytest.raises(core.ZMQError, match=r"policy=99.*Invalid argument") as caught:
                context.socket(core.PULL)
            assert caught.value.errno == EINVAL


def test_a_system_without_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setscheduler", raising=False)
    with core.Context() as context:
        context.set(core.THREAD_AFFINITY_CPU_ADD, 0)
        with pytest.raises(core.ZMQError, match="leave THREAD_\\* unset") as caught:
            context.socket(core.PULL)
        assert caught.value.errno == ENOTSUP


@pytest.mark.parametrize("number", [99, int(c.LINGER)])
def test_unknown_option_is_refused(number: int) -> None:
    message = f"no context option with the number {number}"
    with pytest.raises(ZMQError, match=message):
        ContextOptionValues().get(number)
    with pytest.raises(ZMQError, match=message):
        ContextOptionValues().set(number, 1)


def test_limits_are_read_only() -> None:
    with pytest.raises(ZMQError, match="MSG_T_SIZE is read-only"):
        ContextOptionValues().set(c.MSG_T_SIZE, 1)


def test_wrong_types() -> None:
    with pytest.raises(TypeError, match="expected int"):
        ContextOptionValues().set(c.IO_THREADS, 1.5)
    with pytest.raises(TypeError, match=r"such as zmq\.IO_THREADS"):
        ContextOptionValues().get("io_threads")  # type: ignore[arg-type]
