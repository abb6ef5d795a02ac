"""What a case is: a name, the processes that play it, their settings, what they measure."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.implementations import MODULES

HERE = Path(__file__).parent
SECONDS, QUICK_SECONDS = 1.5, 0.5
"""How long a measured window is. Cases that count messages instead say so in their settings."""

Command = Callable[[str, str], list[str]]
"""From an implementation's name and the settings as JSON to the arguments of a process."""


@dataclass(frozen=True, slots=True)
class Part:
    """A role in a case: what it is called in the figures, and the command of its process."""

    role: str
    command: Command


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a case: its key in the result, its unit, and which way is better."""

    key: str
    unit: str
    higher_is_better: bool = True
    label: str = ""
    least: float = 0.0
    """What both sides have less of than this is nothing, and not worth a comparison."""


RATE = Metric("rate", "msg/s")
BYTES = Metric("bytes", "B/s")
MEDIAN = Metric("p50", "µs", higher_is_better=False, label="p50")
TAIL = Metric("p99", "µs", higher_is_better=False, label="p99")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table (or one per metric). Roles start in the order given."""

    name: str
    title: str
    parts: tuple[Part, ...]
    settings: Mapping[str, int | float | str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = (RATE,)
    opponents: tuple[str, ...] = ("pyzmq",)
    measuring: int = 0
    """Index of the part that reports the result."""
    goal: float = 0.0
    """How many times better than the first opponent the first metric has to be; 0: not said."""
    quick: bool = False
    """Part of the run of about two minutes."""
    load: str = ""
    """What else the cores do: nothing, `awake` or `busy` (see `benchmarks.programs.load`)."""
    language: str = "python"
    """`node` and `go` cases run through a gateway, which the runner starts for `babelmq`."""

    @property
    def implementations(self) -> tuple[str, ...]:
        """Return who plays this case; ours comes first."""
        return ("babelmq", *self.opponents)

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the names of the roles, in the order in which they start."""
        return tuple(part.role for part in self.parts)

    def settings_for(self, implementation: str, *, quick: bool) -> dict[str, int | float | str]:
        """Return the settings, with a shorter window (or fewer messages) for a quick run."""
        settings = {**self.settings, "implementation": implementation}
        settings.setdefault("seconds", QUICK_SECONDS if quick else SECONDS)
        counted = self.language != "python"
        if quick and counted:
            settings["count"] = max(1, int(settings["count"]) // 4)
        return settings


def python(program: str, role: str) -> Part:
    """Return a role of a program in `benchmarks/programs`."""
    module = f"benchmarks.programs.{program}"
    return Part(role, lambda implementation, settings: _module(module, role, settings))


def _module(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def python_file(program: str) -> Part:
    """Return a program that imports nothing of this package."""
    path = str(HERE / "programs" / f"{program}.py")
    return Part(
        program, lambda implementation, settings: [sys.executable, path, MODULES[implementation]]
    )


def node(program: str, role: str) -> Part:
    """Return a role of a program in `benchmarks/node`."""
    path = str(HERE / "node" / f"{program}.js")
    return Part(role, lambda implementation, settings: ["node", path, role, settings])


def go(program: str, role: str) -> Part:
    """Return a role of a program in `benchmarks/go`, which `benchmarks.prepare` has built."""
    path = str(HERE / "go" / "bin" / program)
    return Part(role, lambda implementation, settings: [path, role, settings])
