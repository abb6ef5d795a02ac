"""Runs pyzmq's own tests twice, on libzmq and on this engine, and says where they differ.

    python -m tests.pyzmq_backend.suite PATH [pytest's arguments]

PATH is the ``tests`` directory of a checkout of pyzmq, of the release that is installed. The exit
code is 0 if every test that passes on libzmq passes here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.support.processes import ROOT

NEEDS = {"pytest_asyncio": "pytest-asyncio", "tornado": "tornado", "zmq": "pyzmq"}
# For one test. pyzmq's own limit of a minute stops its threads only.
TIMEOUT = 120


@dataclass(frozen=True)
class Outcome:
    """One run of the suite."""

    closing_line: str
    passed: frozenset[str]
    problems: dict[str, str]  # by test: what it says


def run(name: str, tests: Path, backend: str | None, arguments: list[str]) -> Outcome:
    """Run the suite on a backend, None: pyzmq's own."""
    print(f"== {name}", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "PYZMQ_BACKEND"}
    if backend is not None:
        environment |= {"PYZMQ_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = [
            *(sys.executable, "-m", "pytest", str(tests), f"--junitxml={report}"),
            *("-q", "-p", "no:cacheprovider", "-p", "no:warnings", f"--timeout={TIMEOUT}"),
            *("--import-mode=importlib", "-o", f"pythonpath={tests}", "-o", "asyncio_mode=auto"),
            *arguments,
        ]
        process = subprocess.Popen(
            command, cwd=tests.parent, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        closing_line = ""
        for line in process.stdout:
            print(line, end="", flush=True)
            closing_line = line.strip() or closing_line
        process.wait()
        return _outcome(closing_line, report)


def _outcome(closing_line: str, report: Path) -> Outcome:
    if not report.exists():
        raise SystemExit("the suite did not run to its end: see above")
    passed, problems = set(), {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        troubles = [item for item in case if item.tag in ("failure", "error")]
        if troubles:
            problems[name] = troubles[0].get("message", "").splitlines()[0][:100]
        elif case.find("skipped") is None:
            passed.add(name)
    return Outcome(closing_line, frozenset(passed - problems.keys()), problems)


def compare(stock: Outcome, ours: Outcome) -> int:
    """Print both closing lines, and what passes on libzmq and not here; 1 if there is any."""
    missing = sorted(stock.passed - ours.passed)
    print("\n== of the tests that pass on libzmq, these do not pass here:" if missing else "")
    for name in missing:
        print(f"{name}: {ours.problems.get(name, 'left out')}")
    print(f"libzmq:  {stock.closing_line}")
    print(f"BabelMQ: {ours.closing_line}")
    return 1 if missing else 0


def main(arguments: list[str]) -> int:
    """Run both and compare."""
    path = Path(arguments[0] if arguments else os.environ.get("PYZMQ_TESTS", "")).resolve()
    if not (path / "test_socket.py").exists():
        raise SystemExit(f"{__doc__}\nno tests of pyzmq in {path}")
    lacking = [package for module, package in NEEDS.items() if find_spec(module) is None]
    if lacking:
        raise SystemExit(f"the suite needs more packages: pip install {' '.join(lacking)}")
    stock = run("on libzmq", path, None, arguments[1:])
    ours = run("on this engine", path, "core.pyzmq_backend", arguments[1:])
    return compare(stock, ours)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
