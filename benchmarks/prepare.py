"""Installs, builds and compiles what the cases need, once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
NODE = HERE / "node"
GO = HERE / "go"


def prepare(language: str) -> str:
    """Make a language ready. Returns why its cases cannot run, or nothing."""
    return {"python": _python, "node": _node, "go": _go}[language]()


def _python() -> str:
    """Compile to bytecode, as installing a package does, or start-up would be compiling."""
    return _run([sys.executable, "-m", "compileall", "-q", "core", "plugins"], HERE.parent)


def _node() -> str:
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "the Node cases: node and npm are not installed"
    if not (HERE.parent / "clients" / "node" / "node_modules").is_dir():
        return "the Node cases: run make setup first"
    if (NODE / "node_modules").is_dir():
        return ""
    return _run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], NODE)


def _go() -> str:
    if shutil.which("go") is None:
        return "the Go cases: go is not installed"
    (GO / "bin").mkdir(exist_ok=True)
    return _run(["go", "build", "-o", "bin", "./..."], GO)


def _run(command: Sequence[str], directory: Path) -> str:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return f"{' '.join(command)}: {done.stderr.strip()}" if done.returncode else ""
