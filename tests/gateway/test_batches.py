"""Flat batches: what goes in comes out, and nonsense is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import batches
from gateway.errors import GatewayError
from gateway.v1 import gateway_pb2 as pb

frames = st.binary(max_size=8)
messages = st.lists(st.one_of(frames, st.lists(frames, min_size=2, max_size=4)), max_size=20)


@given(messages, st.integers(1, 2**64 - 1))
def test_round_trip(some: list[batches.Message], first_seq: int) -> None:
    batch = pb.Batch()
    batches.fill(batch, some, first_seq)
    again = pb.Batch.FromString(batch.SerializeToString())
    assert again.first_seq == first_seq
    assert batches.split(again) == some


def test_single_frames_need_no_counts() -> None:
    batch = pb.Batch()
    batches.fill(batch, [b"a", b"", b"c"], 1)
    assert not batch.frame_counts


@given(st.lists(frames, min_size=1, max_size=5), st.lists(st.integers(0, 6), min_size=1))
def test_counts_add_up_or_are_refused(some: list[bytes], counts: list[int]) -> None:
    batch = pb.Batch(frames=some, frame_counts=counts)
    if sum(counts) == len(some) and all(counts):
        found = [1 if isinstance(one, bytes) else len(one) for one in batches.split(batch)]
        assert found == counts
    else:
        with pytest.raises(GatewayError, match="EPROTO"):
            batches.split(batch)


def test_sizes_count_all_frames() -> None:
    assert batches.sizes([b"abc", [b"ab", b"", b"c"], b""]) == [3, 3, 0]
