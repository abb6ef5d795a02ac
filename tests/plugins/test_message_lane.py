"""The lane against a model, and every interleaving of one call with the other side's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.transport import Message
from plugins.message_lane import MessageLane


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


class Interrupted(list[Any]):
    """A list that lets the other side in before its n-th operation."""

    def __init__(self, items: list[Any], moment: int, interrupt: Callable[[], object]) -> None:
        super().__init__(items)
        self.moment = moment
        self.interrupt = interrupt

    def _step(self) -> None:
        self.moment -= 1
        if self.moment == 0:
            self.interrupt()

    def __len__(self) -> int:
        self._step()
        return super().__len__()

    def __getitem__(self, key: Any) -> Any:
        self._step()
        return super().__getitem__(key)

    def __delitem__(self, key: SupportsIndex | slice) -> None:
        self._step()
        super().__delitem__(key)

    def extend(self, items: Any) -> None:
        self._step()
        super().extend(items)


def interrupted(
    lane: MessageLane, moment: int, interrupt: Callable[[], object], call: Callable[[], Any]
) -> tuple[Any, bool]:
    """Run `call`, letting `interrupt` in before its n-th step; say whether there was one."""
    queue = Interrupted(lane._queue, moment, interrupt)
    lane._queue = queue
    result = call()
    lane._queue = list(queue)
    return result, queue.moment <= 0


# More than the steps of any call.
MOMENTS = range(1, 12)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("waiting", [0, 1, 3])
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_a_put_in_the_middle_of_a_take(moment: int, waiting: int, limit: int) -> None:
    lane = MessageLane(0)
    ends = Ends(lane)
    lane.take(1)
    lane.put(numbered(0, waiting))
    woken = ends.readable
    taken, came = interrupted(lane, moment, lambda: lane.put([b"late"]), lambda: lane.take(limit))
    if came and len(taken) < limit and b"late" not in taken:
        assert ends.readable > woken  # the reader believes that nothing is left
    while part := lane.take(limit):
        taken += part
    assert taken == [*numbered(0, waiting), *([b"late"] if came else [])]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_a_take_in_the_middle_of_a_put(moment: int, limit: int) -> None:
    lane = MessageLane(3)
    ends = Ends(lane)
    lane.put(numbered(0, 2))
    taken: list[Message] = []
    accepted, _ = interrupted(
        lane, moment, lambda: taken.extend(lane.take(limit)), lambda: lane.put(numbered(2, 3))
    )
    if len(taken) < limit and accepted:
        assert ends.readable > 0
    while part := lane.take(limit):
        taken += part
    assert taken == numbered(0, 2 + accepted)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("capacity", [1, 2, 5])
@pytest.mark.parametrize("ask", ["put", "room"])
def test_a_refused_writer_is_always_woken(moment: int, capacity: int, ask: str) -> None:
    lane = MessageLane(capacity)
    ends = Ends(lane)
    lane.put(numbered(0, capacity))

    def drain() -> None:
        while lane.take(10):
            pass

    ask_lane = (lambda: lane.put([b"x"])) if ask == "put" else lane.room
    answer, drained = interrupted(lane, moment, drain, ask_lane)
    if not drained:
        assert answer == 0
        drain()
    assert answer > 0 or ends.writable > 0


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_capacity_holds_in_the_middle_of_a_take(moment: int) -> None:
    lane = MessageLane(4)
    lane.put(numbered(0, 4))
    accepted: list[int] = []
    taken, _ = interrupted(
        lane, moment, lambda: accepted.append(lane.put([b"x"])), lambda: lane.take(2)
    )
    assert taken == [b"0", b"1"]
    assert sum(accepted) == 0
