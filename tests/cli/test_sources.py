"""Where messages come from: input in pieces, data that goes round, and the beat of an interval."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.ending import Failed
from core.cli.formats import decoder
from core.cli.sources import Fixed, Input, Paced, Splitter, batches, one_by_one


@given(
    st.lists(st.binary(max_size=4).map(lambda text: text.replace(b"-", b"+"))),
    st.sampled_from([b"-", b"--", b"-+-"]),
    st.data(),
)
def test_pieces_do_not_depend_on_how_the_input_arrives(
    pieces: list[bytes], delimiter: bytes, data: st.DataObject
) -> None:
    stream = delimiter.join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    splitter = Splitter(delimiter)
    found: list[bytes] = []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[begin:end])
    found += splitter.finish()
    expected = stream.split(delimiter)
    assert found == (expected if expected[-1] else expected[:-1])


def test_without_a_delimiter_all_is_one_piece() -> None:
    splitter = Splitter(None)
    assert splitter.feed(b"a\n") == splitter.feed(b"b") == []
    assert splitter.finish() == [b"a\nb"]
    assert Splitter(None).finish() == [b""]


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for fd in ends:
        try:
            os.close(fd)
        except OSError:
            pass  # the test closed it


def test_input_hands_out_what_each_read_completes(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    source = Input(reading, Splitter(b"\n"), bytes)
    os.write(writing, b"one\ntwo\nthr")
    assert source.take() == [b"one", b"two"]
    os.write(writing, b"ee")
    assert source.take() == []
    os.close(writing)
    assert [source.ended, source.take(), source.ended] == [False, [b"three"], True]


def test_input_says_which_message_is_wrong(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    source = Input(reading, Splitter(b"\n"), decoder("hex", None))
    os.write(writing, b"00\nff\nxx\n")
    with pytest.raises(Failed, match="message 3 of the input: non-hexadecimal"):
        source.take()


@pytest.mark.parametrize("total", [1, 2, 3, 2500])
def test_fixed_messages_go_round_until_there_are_enough(total: int) -> None:
    messages = list(one_by_one(Fixed([b"a", b"b"], total)))
    assert messages == [b"a", b"b"] * (total // 2) + [b"a"] * (total % 2)


def test_fixed_messages_without_end() -> None:
    source = Fixed([b"a", b"b"], None)
    assert len(source.take()) >= 1000
    assert list(source.take()[:3]) == [b"a", b"b", b"a"]
    assert not source.ended


class Clock:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "monotonic", made.monotonic)
    monkeypatch.setattr(time, "sleep", made.sleep)
    return made


def test_paced_messages_keep_the_beat(clock: Clock) -> None:
    times = []
    sending = iter([0.0, 4.0, 35.0, 0.0])  # how long each takes to be sent
    for batch in batches(Paced(Fixed([b"a", b"b", b"c", b"d"], 4), 10.0)):
        assert len(batch) == 1
        times.append(clock.now)
        clock.now += next(sending)
    assert times == [100.0, 110.0, 120.0, 155.0]


def test_paced_input_waits_for_input_only_when_it_has_none(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    source = Paced(Input(reading, Splitter(b"\n"), bytes), 0.0)
    waits_for = [source.fd]
    os.write(writing, b"one\ntwo\n")
    for expected in (b"one", b"two"):
        assert source.take() == [expected]
        waits_for.append(source.fd)
    assert waits_for == [reading, None, reading]
