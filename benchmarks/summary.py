"""Medians, spreads and ratios: the arithmetic behind the table, kept free of input and output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Summary:
    """The rounds of one figure: the median and how far the rounds lie apart."""

    median: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """Half the distance between the best and the worst round, as a share of the median."""
        return (self.high - self.low) / 2 / self.median if self.median else 0.0


def summarize(samples: Sequence[float]) -> Summary:
    """Summarize the rounds of one figure. Raises ValueError without any sample."""
    if not samples:
        raise ValueError("no round gave a figure")
    return Summary(median(samples), min(samples), max(samples))


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def gain(ours: Summary, theirs: Summary, *, higher_is_better: bool) -> float | None:
    """Return how many times better ours is; None where a figure of 0 allows no ratio."""
    better, worse = (ours, theirs) if higher_is_better else (theirs, ours)
    return better.median / worse.median if worse.median and better.median else None
