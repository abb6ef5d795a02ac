"""The demo goes right with everything that is installed here, and without Node and Go."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT

PATIENCE = 100  # seconds; the demo takes about ten
GOOD = "everything went right"


def play(path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "examples.demo"],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.requires_node
@pytest.mark.requires_go
def test_all_languages_play() -> None:
    done = play(os.environ["PATH"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert GOOD in done.stdout
    for name in ("Python", "Node", "Go", "libzmq"):
        assert f"{name}  counted" in done.stdout
        assert f"{name}  heard every heading" in done.stdout


def test_without_node_and_go_the_rest_plays(tmp_path: Path) -> None:
    done = play(str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert GOOD in done.stdout
    assert "LEFT OUT  Node: node is not installed" in done.stdout
    assert "LEFT OUT  Go: go is not installed" in done.stdout
    assert "libzmq  counted" in done.stdout
