"""`python -m benchmarks [CASE…]`: run cases beside the opponents, print the table, write files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import cases, machine, prepare, report
from benchmarks.case import Case
from benchmarks.implementations import ALL, installed
from benchmarks.publish import PUBLISHED, publish
from benchmarks.runner import Outcome, run_case
from benchmarks.table import markdown, rows

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    command.add_argument("cases", nargs="*", metavar="CASE", help="name, group or glob")
    command.add_argument("--list", action="store_true", help="print the names of the cases")
    command.add_argument("--quick", action="store_true", help="few messages, few cases: a minute")
    command.add_argument("--rounds", type=int, help="rounds per case (default 3; quick: 2)")
    command.add_argument(
        "--implementations", default="", help=f"comma-separated, of {', '.join(ALL)}"
    )
    command.add_argument("--json", type=Path, default=RESULTS / "bench.json", metavar="FILE")
    command.add_argument("--svg", type=Path, default=RESULTS / "bench.svg", metavar="FILE")
    command.add_argument(
        "--publish", action="store_true", help="write to docs/figures, README and docs"
    )
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and report. Returns 1 when a trial failed."""
    options = parser().parse_args(arguments)
    try:
        selected = cases.select(options.cases, quick=options.quick)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(f"{case.name:34} {case.title}" for case in selected))
        return 0
    selected = playable(selected)
    rounds = options.rounds or (2 if options.quick else 3)
    facts = machine.facts()
    outcomes = run(selected, players(options), rounds, facts, quick=options.quick)
    save(options, outcomes, facts, rounds)
    return 1 if any(outcome.failures for outcome in outcomes) else 0


def players(options: argparse.Namespace) -> list[str]:
    """Return the implementations to run: those asked for, or those installed."""
    wanted = options.implementations.split(",") if options.implementations else list(ALL)
    if options.quick and not options.implementations:
        wanted = ["babelmq", "pyzmq", "zeromq.js", "grpc-stream"]
    present = [name for name in wanted if installed(name)]
    for name in wanted:
        if name not in present:
            print(f"LEFT OUT: {name} is not installed")
    return present


def playable(selected: Sequence[Case]) -> list[Case]:
    """Prepare the languages that the cases need; drop the cases of those that are not there."""
    missing = {language: prepare.prepare(language) for language in {c.language for c in selected}}
    for reason in filter(None, missing.values()):
        print(f"LEFT OUT: {reason}")
    return [case for case in selected if not missing[case.language]]


def run(
    selected: Sequence[Case],
    implementations: Sequence[str],
    rounds: int,
    facts: report.Facts,
    *,
    quick: bool,
) -> list[Outcome]:
    """Run the cases, print the table as it stands at the end and what failed."""
    print(machine.describe(facts))
    if float(facts["load"]) > machine.BUSY:
        print(f"WARNING: load average {facts['load']}: something else runs; figures will scatter")
    outcomes = [
        run_case(case, implementations, rounds, quick=quick, say=progress) for case in selected
    ]
    progress("")
    print(markdown(rows(outcomes)))
    for outcome in outcomes:
        for name, reason in outcome.failures.items():
            print(f"FAILED: {outcome.case.name} {name}: {reason}")
    return outcomes


def progress(text: str) -> None:
    """Show what runs on one line of a terminal; say nothing into a pipe."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def save(
    options: argparse.Namespace,
    outcomes: Sequence[Outcome],
    facts: report.Facts,
    rounds: int,
) -> None:
    """Write the JSON and the chart, and say where."""
    to_json = PUBLISHED if options.publish else options.json
    report.write(to_json, report.to_json(outcomes, facts, rounds))
    drawn = report.write_chart(options.svg, outcomes, machine.describe(facts))
    print(f"wrote {to_json}" + (f" and {options.svg}" if drawn else ""))
    if options.publish:
        publish()


if __name__ == "__main__":
    sys.exit(main())
