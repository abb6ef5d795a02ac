"""Figures as people read them."""

from __future__ import annotations

import pytest

from core.cli.meter import Count, rates, size


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (19_900_000, "19.9 MB"),
        (5e9, "5.0 GB"),
        (5e12, "5,000.0 GB"),
    ],
)
def test_sizes(octets: float, shown: str) -> None:
    assert size(octets) == shown


def test_rates() -> None:
    assert rates(1960784.3, 19.6e6) == "1,960,784 msg/s, 19.6 MB/s"


def test_a_count_of_messages_and_bytes() -> None:
    count = Count("sent")
    count.add([])
    assert count.total() == "sent 0 messages, 0 B"
    count.add([b"abc"])
    assert count.total() == "sent 1 messages, 3 B"
    count.add([b"abc", [b"ab", b"", b"c"]])
    count.begin, count.end = 10.0, 12.0
    assert count.total() == "sent 3 messages, 9 B in 2.00 s: 1 msg/s, 4 B/s"
