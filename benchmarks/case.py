"""What a case is: a name, the processes that play it, their settings, what they measure."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.implementations import MODULES

HERE = Path(__file__).parent
SLOWER = {"pynng": 10}
"""Who gets a fraction of the messages, so that a trial takes seconds and not a minute."""

Command = Callable[[str, str], list[str]]
"""From an implementation's name and the settings as JSON to the arguments of a process."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a case: its key in the result, its unit, and which way is better."""

    key: str
    unit: str
    higher_is_better: bool = True
    label: str = ""


RATE = Metric("rate", "msg/s")
MEDIAN = Metric("p50", "µs", higher_is_better=False, label="p50")
TAIL = Metric("p99", "µs", higher_is_better=False, label="p99")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table (or one per metric). Roles start in the order given."""

    name: str
    title: str
    roles: tuple[Command, ...]
    settings: Mapping[str, int | str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = (RATE,)
    opponents: tuple[str, ...] = ("pyzmq",)
    measuring: int = 0
    """Index of the role that reports the result."""
    quick: bool = False
    """Part of the run of about a minute."""
    quick_count: int = 0
    """Messages in a quick run; 0 means a tenth of `count`."""
    language: str = "python"
    """`node` and `go` cases run through a gateway, which the runner starts for `babelmq`."""

    @property
    def implementations(self) -> tuple[str, ...]:
        """Return who plays this case; ours comes first."""
        return ("babelmq", *self.opponents)

    def settings_for(self, implementation: str, *, quick: bool) -> dict[str, int | str]:
        """Return the settings, with fewer messages for a quick run and for who needs longer."""
        settings = {**self.settings, "implementation": implementation}
        if "count" in settings:
            count = int(settings["count"])
            if quick:
                count = self.quick_count or count // 10
            settings["count"] = max(1, count // SLOWER.get(implementation, 1))
        return settings


def python(program: str, role: str) -> Command:
    """Return the command of a role in `benchmarks/programs`."""
    module = f"benchmarks.programs.{program}"
    return lambda implementation, settings: [sys.executable, "-m", module, role, settings]


def python_file(program: str) -> Command:
    """Return the command of a program that imports nothing of this package."""
    path = str(HERE / "programs" / f"{program}.py")
    return lambda implementation, settings: [sys.executable, path, MODULES[implementation]]


def node(program: str, role: str) -> Command:
    """Return the command of a role in `benchmarks/node`."""
    path = str(HERE / "node" / f"{program}.js")
    return lambda implementation, settings: ["node", path, role, settings]


def go(program: str, role: str) -> Command:
    """Return the command of a role in `benchmarks/go`, which `benchmarks.prepare` has built."""
    path = str(HERE / "go" / "bin" / program)
    return lambda implementation, settings: [path, role, settings]
