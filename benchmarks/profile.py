"""Where a small message spends its time: user and system time, and system calls, of each side.

    python -m benchmarks.profile                # a burst and a ping-pong of 10 bytes over tcp
    python -m benchmarks.profile push-pull/ipc/10 asyncio/receive

Times come from one trial, system calls from a second one under `strace`, which slows everything
down: take its counts, not its rates. Without strace only the times are shown.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import cases
from benchmarks.case import Case
from benchmarks.runner import run_trial
from benchmarks.table import aligned, digits
from benchmarks.window import WARM_UP

DEFAULT = ("push-pull/tcp/10", "req-rep/tcp")
MOST = 4
"""How many kinds of system calls are named."""
_LINE = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", re.MULTILINE)

Counts = dict[str, int]


@contextmanager
def timing(crew: Mapping[str, int], into: dict[str, tuple[float, float]]) -> Iterator[None]:
    """Measure the user and system seconds of every role."""
    import psutil

    processes = {role: psutil.Process(pid) for role, pid in crew.items()}
    before = {role: process.cpu_times() for role, process in processes.items()}
    yield
    for role, process in processes.items():
        after = process.cpu_times()
        user, system = after.user - before[role].user, after.system - before[role].system
        into[role] = user, system


@contextmanager
def tracing(crew: Mapping[str, int], into: dict[str, Counts]) -> Iterator[None]:
    """Count the system calls of every role with strace."""
    with tempfile.TemporaryDirectory(prefix="babelmq-strace-") as directory:
        files = {role: Path(directory) / role for role in crew}
        tracers = [attach(pid, files[role]) for role, pid in crew.items()]
        try:
            yield
        finally:
            for tracer in tracers:
                tracer.send_signal(signal.SIGINT)
                tracer.communicate()
        into.update({role: counts(path.read_text()) for role, path in files.items()})


def attach(pid: int, output: Path) -> subprocess.Popen[bytes]:
    """Start strace on a process; it is attached when this returns."""
    command = ["strace", "-f", "-c", "-p", str(pid), "-o", str(output)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert tracer.stderr
    said = tracer.stderr.readline().decode()
    if "attached" not in said:
        raise SystemExit(f"strace cannot attach: {said.strip()}")
    return tracer


def counts(summary: str) -> Counts:
    """Return the calls by name of a summary that `strace -c` has written."""
    return {name: int(calls) for calls, name in _LINE.findall(summary) if name != "total"}


def profile(case: Case, implementation: str) -> list[list[str]]:
    """Return a line of the table for each role."""
    times: dict[str, tuple[float, float]] = {}
    figures = run_trial(case, implementation, quick=False, watch=lambda crew: timing(crew, times))
    timed = messages(case, figures)
    calls: dict[str, Counts] = {}
    traced = 1.0
    if shutil.which("strace"):
        found = run_trial(
            case, implementation, quick=False, watch=lambda crew: tracing(crew, calls)
        )
        traced = messages(case, found)
    return [
        [
            case.title, implementation, role,
            *(f"{digits(seconds / timed * 1e6)} µs" for seconds in times[role]),
            described(calls.get(role, {}), traced),
        ]
        for role in case.roles
    ]  # fmt: skip


def messages(case: Case, figures: Mapping[str, float]) -> float:
    """Return how many messages went by from the start to the result."""
    seconds = float(case.settings_for("babelmq", quick=False)["seconds"])
    return figures["rate"] * seconds * (1 + WARM_UP)


def described(calls: Counts, count: float) -> str:
    """Return system calls per message: all of them, then the most frequent by name."""
    if not calls:
        return ""
    most = sorted(calls, key=lambda name: -calls[name])[:MOST]
    named = ", ".join(f"{name} {calls[name] / count:.3g}" for name in most)
    return f"{sum(calls.values()) / count:.3g}: {named}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. Returns 2 for a case that does not exist."""
    command = argparse.ArgumentParser(
        prog="python -m benchmarks.profile",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("cases", nargs="*", default=DEFAULT, metavar="CASE")
    options = command.parse_args(arguments)
    try:
        selected = cases.select(options.cases)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    if not shutil.which("strace"):
        print("LEFT OUT: system calls: strace is not installed (apt install strace)")
    lines = [line for case in selected for name in ("babelmq", "pyzmq")
             for line in profile(case, name)]  # fmt: skip
    head = ["case", "library", "role", "user", "system", "system calls per message"]
    print(aligned([head, *lines]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
