"""pyzmq's own face over this engine: programs that know nothing of it, each in a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT

PROGRAMS = Path(__file__).parent / "programs"

# Runs a program, then says what of libzmq was loaded: modules, and libraries where the system
# tells (Linux).
WITNESS = """
import runpy, sys
from pathlib import Path
try:
    runpy.run_path(sys.argv[1], run_name="__main__")
finally:
    backends = ("zmq.backend.cython", "zmq.backend.cffi")
    modules = [name for name in sys.modules if name.startswith(backends)]
    maps = Path("/proc/self/maps")
    lines = maps.read_text().splitlines() if maps.exists() else []
    libraries = {line.split()[-1] for line in lines if "zmq" in line and ".so" in line}
    print("of libzmq:", *modules, *libraries)
"""


@pytest.mark.interop
@pytest.mark.parametrize("program", sorted(PROGRAMS.glob("*.py")), ids=lambda path: path.stem)
def test_runs_without_libzmq(program: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", WITNESS, str(program)],
        env={
            **os.environ,
            "PYZMQ_BACKEND": "core.pyzmq_backend",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    *_, said, witness = done.stdout.splitlines()
    assert said.startswith("done")
    assert witness.strip() == "of libzmq:"
    assert "Traceback" not in done.stderr  # in a thread, or while something is deleted
    assert "Warning" not in done.stderr
