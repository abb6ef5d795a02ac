"""Runs cases A B A B: every round gives every implementation one trial in fresh processes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field

from benchmarks.case import Case
from benchmarks.process import PATIENCE, Role, TrialError
from benchmarks.summary import Summary, summarize

LOAD = [sys.executable, "-m", "benchmarks.programs.load"]
GATEWAY = [sys.executable, "-m", "gateway", "--listen", "127.0.0.1:0"]
Figures = Mapping[str, float]
Say = Callable[[str], None]
Watch = Callable[[Mapping[str, int]], AbstractContextManager[None]]


@dataclass(slots=True)
class Outcome:
    """Everything one case gave: the rounds of each implementation, and what went wrong."""

    case: Case
    rounds: dict[str, list[Figures]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def summary(self, implementation: str, key: str) -> Summary | None:
        """Return the summary of one figure, or None when the implementation gave none."""
        rounds = self.rounds.get(implementation)
        if not rounds or implementation in self.failures or key not in rounds[0]:
            return None
        return summarize([figures[key] for figures in rounds])


def run_case(
    case: Case, implementations: Sequence[str], rounds: int, *, quick: bool, say: Say
) -> Outcome:
    """Play a case. A trial that fails excludes its implementation from further rounds."""
    outcome = Outcome(case)
    playing = [name for name in case.implementations if name in implementations]
    for number in range(rounds):
        for name in playing:
            if name in outcome.failures:
                continue
            say(f"round {number + 1}/{rounds}  {name}")
            try:
                figures = run_trial(case, name, quick=quick)
            except TrialError as error:
                outcome.failures[name] = str(error)
            else:
                outcome.rounds.setdefault(name, []).append(figures)
    return outcome


def run_trial(
    case: Case, implementation: str, *, quick: bool, watch: Watch | None = None
) -> Figures:
    """Start the roles in order, let them go together, return what the measuring one says.

    From the start to the result `watch` is entered, with the process ids of the roles.
    """
    settings = case.settings_for(implementation, quick=quick)
    with ExitStack() as stack:
        directory = tempfile.TemporaryDirectory(prefix="babelmq-bench-")
        settings["directory"] = stack.enter_context(directory)
        if case.language != "python" and implementation == "babelmq":
            gateway = stack.enter_context(Role(GATEWAY))
            settings["gateway"] = gateway.next_line(PATIENCE).rpartition(" ")[2]
        for _ in range(os.cpu_count() or 1 if case.load else 0):
            stack.enter_context(Role([*LOAD, case.load, "{}"])).wait_for("ready")
        roles: list[Role] = []
        figures: dict[str, float] = {}
        for part in case.parts:
            role = stack.enter_context(Role(part.command(implementation, json.dumps(settings))))
            facts = role.wait_for("ready")
            figures |= facts.pop("figures", {})
            settings |= facts
            roles.append(role)
        crew = {name: role.pid for name, role in zip(case.roles, roles, strict=True)}
        with watch(crew) if watch else nullcontext():
            for role in roles:
                role.go(crew)
            result = roles[case.measuring].wait_for("result")
        return result | figures
