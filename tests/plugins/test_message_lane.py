"""The lane against a model, and every interleaving of one call with the other side's."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.transport import Message
from plugins.message_lane import MessageLane, NewestLane

T = TypeVar("T")


class Ends:
    """Counts the wake-ups of a lane's two ends."""

    def __init__(self, lane: MessageLane) -> None:
        self.readable = 0
        self.writable = 0
        lane.listen_readable(self._on_readable)
        lane.listen_writable(self._on_writable)

    def _on_readable(self) -> None:
        self.readable += 1

    def _on_writable(self) -> None:
        self.writable += 1


def numbered(start: int, count: int) -> list[Message]:
    return [b"%d" % number for number in range(start, start + count)]


def test_the_reader_is_woken_once_until_it_has_looked() -> None:
    lane = MessageLane(0)
    ends = Ends(lane)
    lane.put([b"1"])
    lane.put([b"2"])
    assert ends.readable == 1
    assert lane.take(10) == [b"1", b"2"]
    lane.put([b"3"])
    assert ends.readable == 2


def test_a_reader_that_got_its_limit_is_not_woken() -> None:
    lane = MessageLane(0)
    ends = Ends(lane)
    lane.put([b"1", b"2"])
    assert lane.take(2) == [b"1", b"2"]
    lane.put([b"3"])
    assert ends.readable == 1


def test_the_writer_is_woken_when_half_is_free() -> None:
    lane = MessageLane(4)
    ends = Ends(lane)
    assert lane.put(numbered(0, 6)) == 4
    for room in (0, 0, 1):  # what was taken last counts until the reader comes back
        assert (lane.room(), ends.writable) == (room, 0)
        lane.take(1)
    assert (lane.room(), ends.writable) == (2, 1)


def test_a_writer_that_was_not_refused_is_not_woken() -> None:
    lane = MessageLane(4)
    ends = Ends(lane)
    lane.put(numbered(0, 3))
    lane.take(3)
    lane.take(3)
    assert ends.writable == 0


def test_asking_for_room_in_vain_counts_as_refusal() -> None:
    lane = MessageLane(1)
    ends = Ends(lane)
    lane.put([b"x"])
    assert lane.room() == 0
    lane.take(1)
    lane.take(1)
    assert ends.writable == 1


def test_a_batch_in_use_fills_the_lane() -> None:
    lane = MessageLane(2)
    lane.put([b"1", b"2"])
    lane.take(2)
    assert lane.put([b"3"]) == 0
    assert lane.take(2) == []
    assert lane.put([b"3"]) == 1


def test_callbacks_set_late_hear_of_what_they_missed() -> None:
    lane = MessageLane(2)
    lane.put(numbered(0, 3))
    ends = Ends(lane)
    assert ends.readable == 1
    lane = MessageLane(2)
    lane.put(numbered(0, 3))
    lane.take(2)
    lane.take(2)
    ends = Ends(lane)
    assert ends.writable == 1


def test_after_the_writer_closed_the_reader_drains() -> None:
    lane = MessageLane(4)
    lane.put(numbered(0, 3))
    lane.close(discard=False)
    assert lane.put([b"x"]) == 0
    assert lane.room() == 0
    assert lane.take(2) == [b"0", b"1"]
    assert lane.take(2) == [b"2"]


def test_after_the_reader_closed_nothing_is_kept() -> None:
    lane = MessageLane(0)
    ends = Ends(lane)
    lane.put(numbered(0, 5))
    lane.take(1)
    lane.close(discard=True)
    assert lane.take(10) == []
    assert lane.put([b"x"]) == 0
    assert (ends.readable, ends.writable) == (1, 0)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 8)),
        st.tuples(st.just("take"), st.integers(1, 8)),
        st.tuples(st.just("room"), st.just(0)),
    ),
    max_size=60,
)


@given(st.integers(0, 6), STEPS)
def test_it_is_a_bounded_queue(capacity: int, steps: list[tuple[str, int]]) -> None:
    lane = MessageLane(capacity)
    model: list[Message] = []
    lent = sent = 0
    for step, count in steps:
        room = capacity - len(model) - lent if capacity else 1 << 60
        if step == "put":
            accepted = lane.put(numbered(sent, count))
            assert accepted == min(count, room)
            model += numbered(sent, accepted)
            sent += accepted
        elif step == "take":
            taken = lane.take(count)
            assert taken == model[:count]
            del model[:count]
            lent = len(taken)
        else:
            assert min(lane.room(), 1 << 60) == room


def interrupted(
    moment: int, interrupt: Callable[[], object], call: Callable[[], T]
) -> tuple[T, bool]:
    """Run `call`, letting `interrupt` in before its n-th bytecode in the lane's own code.

    That is where CPython may let another thread run. Says whether the call was long enough.
    """
    left = moment
    code = inspect.getsourcefile(MessageLane)

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename != code:
            return None
        frame.f_trace_opcodes = True
        left -= event == "opcode"
        if left == 0:
            left = -1
            interrupt()
        return trace

    outer = sys.gettrace()  # a coverage measurement, or none
    sys.settrace(trace)
    try:
        return call(), left < 0
    finally:
        sys.settrace(outer)


def at_every_moment(check: Callable[[int], bool]) -> None:
    """Run the check for each moment until its call is over before the moment comes."""
    moment = 1
    while check(moment):
        moment += 1
    assert moment > 10


@pytest.mark.parametrize("waiting", [0, 1, 3])
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_a_put_in_the_middle_of_a_take(waiting: int, limit: int) -> None:
    def check(moment: int) -> bool:
        lane = MessageLane(0)
        ends = Ends(lane)
        lane.take(1)
        lane.put(numbered(0, waiting))
        woken = ends.readable
        taken, came = interrupted(moment, lambda: lane.put([b"late"]), lambda: lane.take(limit))
        if came and len(taken) < limit and b"late" not in taken:
            assert ends.readable > woken  # the reader believes that nothing is left
        assert taken + drained(lane) == [*numbered(0, waiting), *([b"late"] if came else [])]
        return came

    at_every_moment(check)


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_a_take_in_the_middle_of_a_put(limit: int) -> None:
    def check(moment: int) -> bool:
        lane = MessageLane(3)
        ends = Ends(lane)
        lane.put(numbered(0, 2))
        woken = ends.readable
        taken: list[Message] = []
        accepted, came = interrupted(
            moment, lambda: taken.extend(lane.take(limit)), lambda: lane.put(numbered(2, 3))
        )
        if came and len(taken) < limit and len(taken) < 2 + accepted:
            assert ends.readable > woken
        assert taken + drained(lane) == numbered(0, 2 + accepted)
        return came

    at_every_moment(check)


@pytest.mark.parametrize("capacity", [1, 2, 5])
@pytest.mark.parametrize("ask", ["put", "room"])
def test_a_refused_writer_is_always_woken(capacity: int, ask: str) -> None:
    def check(moment: int) -> bool:
        lane = MessageLane(capacity)
        ends = Ends(lane)
        lane.put(numbered(0, capacity))
        ask_lane = partial(lane.put, [b"x"]) if ask == "put" else lane.room
        answer, came = interrupted(moment, lambda: drained(lane), ask_lane)
        if not came:
            assert answer == 0
            drained(lane)
        assert answer > 0 or ends.writable > 0
        return came

    at_every_moment(check)


@pytest.mark.parametrize("limit", [1, 2, 4, 10])
def test_the_capacity_holds_in_the_middle_of_a_take(limit: int) -> None:
    def check(moment: int) -> bool:
        lane = MessageLane(4)
        lane.put(numbered(0, 4))
        accepted: list[int] = []
        taken, came = interrupted(
            moment, lambda: accepted.append(lane.put([b"x"])), lambda: lane.take(limit)
        )
        assert taken == numbered(0, min(limit, 4))
        assert sum(accepted) == 0
        return came

    at_every_moment(check)


def test_the_newest_lane_keeps_one_message() -> None:
    lane = NewestLane()
    ends = Ends(lane)
    assert lane.put(numbered(0, 5)) == 5
    assert lane.put([]) == 0
    assert lane.room() > 1 << 30
    assert drained(lane) == [b"4"]
    lane.put([b"5"])
    lane.put([b"6"])
    assert ends.readable == 2
    lane.close(discard=False)
    assert (lane.put([b"7"]), lane.room()) == (0, 0)
    assert drained(lane) == [b"6"]


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_put_in_the_middle_of_taking_the_newest(waiting: int) -> None:
    def check(moment: int) -> bool:
        lane = NewestLane()
        ends = Ends(lane)
        lane.take(1)
        lane.put(numbered(0, waiting))
        woken = ends.readable
        taken, came = interrupted(moment, lambda: lane.put([b"late"]), lambda: lane.take(10))
        if came and b"late" not in taken:
            assert ends.readable > woken
        assert (taken + drained(lane))[-1:] == ([b"late"] if came else numbered(0, waiting))
        return came

    at_every_moment(check)


def test_a_take_in_the_middle_of_putting_the_newest() -> None:
    def check(moment: int) -> bool:
        lane = NewestLane()
        ends = Ends(lane)
        lane.put([b"old"])
        woken = ends.readable
        taken: list[Message] = []
        _, came = interrupted(
            moment, lambda: taken.extend(lane.take(10)), lambda: lane.put([b"new"])
        )
        if came and b"new" not in taken:
            assert ends.readable > woken
        assert (taken + drained(lane))[-1] == b"new"
        return came

    at_every_moment(check)


def drained(lane: MessageLane) -> list[Message]:
    """Everything that is left, and the reader asked once too often."""
    left: list[Message] = []
    while part := lane.take(10):
        left += part
    return left
