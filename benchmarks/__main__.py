"""Run cases beside the opponents, print tables, write JSON and drawings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import cases, machine, prepare, report
from benchmarks.case import Case
from benchmarks.implementations import ALL, installed
from benchmarks.page import page
from benchmarks.progress import Progress
from benchmarks.publish import PUBLISHED, publish
from benchmarks.runner import Outcome, run_case

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
SOME = ("babelmq", "pyzmq", "zeromq.js", "grpc-stream")
"""Who plays in a quick run, unless it is told."""

EXAMPLES = """\
examples:
  python -m benchmarks --quick                 a part of everything beside pyzmq: two minutes
  python -m benchmarks push-pull/tcp/10        one case beside everybody who can play it
  python -m benchmarks req-rep 'asyncio/*'     groups and globs
  python -m benchmarks --growth                the points of the growth plots: ten minutes
  python -m benchmarks --publish --quick       everything, in short windows, into README and docs
  python -m benchmarks.profile                 where a small message spends its time

Every case runs A B A B: in each round each implementation has one trial, in fresh processes.
Shown are the median of the rounds and half the distance between the best and the worst;
▲ better than the first opponent in every round, ▼ worse in every round, ≈ the rounds overlap.
Columns: pyzmq (zmq.asyncio in the asyncio cases), pyzmq-zerocopy (with copy=False), pynng, and
plain, a Python loop over a plain socket, which is the limit. Close other programs before.
"""


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    command = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "cases", nargs="*", metavar="CASE", help="name, group or glob (default: the whole table)"
    )
    command.add_argument("--list", action="store_true", help="print the names of the cases")
    command.add_argument("--growth", action="store_true", help="measure how it grows instead")
    command.add_argument(
        "--quick",
        action="store_true",
        help="windows of half a second instead of one and a half; without a CASE also fewer "
        "cases and opponents",
    )
    command.add_argument(
        "--rounds", type=int, metavar="N", help="rounds per case (default: 3; quick: 2)"
    )
    command.add_argument(
        "--implementations",
        default="",
        metavar="A,B",
        help=f"who plays, of {', '.join(ALL)} (default: all that are installed)",
    )
    command.add_argument("--json", type=Path, default=RESULTS / "bench.json", metavar="FILE")
    command.add_argument(
        "--svg", type=Path, default=RESULTS / "bench.svg", metavar="FILE",
        help="the chart; growth plots are written beside it",
    )  # fmt: skip
    command.add_argument(
        "--publish",
        action="store_true",
        help="run everything, growth too, and write figures and drawings to README and docs, "
        "unless something failed",
    )
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and report. Returns 1 when a trial failed, 2 for a wrong command, 130 after Ctrl-C."""
    command = parser()
    options = command.parse_args(arguments)
    if options.publish and (options.cases or options.implementations or options.growth):
        command.error("--publish runs everything: leave out cases and --implementations")
    try:
        selected = chosen(options)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(f"{case.name:34} {case.title}" for case in selected))
        return 0
    rounds = options.rounds or (2 if options.quick else 3)
    facts = machine.facts()
    outcomes, interrupted = run(playable(selected), players(options), rounds, facts, options.quick)
    save(options, outcomes, facts, rounds)
    failed = any(outcome.failures for outcome in outcomes)
    if options.publish and not interrupted:
        if failed:
            print("NOT PUBLISHED: something failed")
        else:
            report.write(PUBLISHED, report.to_json(outcomes, facts, rounds))
            publish()
    return 130 if interrupted else int(failed)


def chosen(options: argparse.Namespace) -> list[Case]:
    """Return the cases that the command line means."""
    if options.publish or (options.list and not options.cases):
        return [*cases.all_cases(), *cases.growth_cases()]
    return cases.select(options.cases, quick=options.quick, growing=options.growth)


def players(options: argparse.Namespace) -> list[str]:
    """Return the implementations to run: those asked for, or those installed."""
    wanted = options.implementations.split(",") if options.implementations else list(ALL)
    if options.quick and not (options.implementations or options.cases or options.publish):
        wanted = list(SOME)
    unknown = set(wanted) - set(ALL)
    if unknown:
        raise SystemExit(f"no such implementation: {', '.join(sorted(unknown))}")
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
    quick: bool,
) -> tuple[list[Outcome], bool]:
    """Run the cases, print the tables and what failed. Ctrl-C ends the run, not the report."""
    print(machine.describe(facts))
    if float(facts["load"]) > machine.BUSY:
        print(f"WARNING: load average {facts['load']}: something else runs; figures will scatter")
    outcomes: list[Outcome] = []
    interrupted = False
    with Progress(len(selected)) as progress:
        try:
            for case in selected:
                say = progress.saying(case.name)
                outcomes.append(run_case(case, implementations, rounds, quick=quick, say=say))
        except KeyboardInterrupt:
            interrupted = True
    print(page(outcomes))
    for outcome in outcomes:
        for name, reason in outcome.failures.items():
            print(f"FAILED: {outcome.case.name} {name}: {reason}")
    return outcomes, interrupted


def save(
    options: argparse.Namespace,
    outcomes: Sequence[Outcome],
    facts: report.Facts,
    rounds: int,
) -> None:
    """Write the JSON and the drawings, and say where."""
    report.write(options.json, report.to_json(outcomes, facts, rounds))
    drawn = report.write_drawings(options.svg, outcomes, machine.describe(facts))
    for path in (options.json, *drawn):
        print(f"wrote {path}")


if __name__ == "__main__":
    sys.exit(main())
