"""The diagrams in docs/figures are what their description draws."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tests.support.processes import ROOT

DIAGRAMS = sorted((ROOT / "docs" / "figures").glob("*.svg"))


def test_diagrams_are_fresh() -> None:
    command = [sys.executable, "docs/generate_diagrams.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{done.stdout}run python docs/generate_diagrams.py"


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.name)
def test_diagrams_are_readable_in_light_and_dark(path: object) -> None:
    drawn = ElementTree.parse(str(path)).getroot()
    style = drawn.findtext("{http://www.w3.org/2000/svg}style") or ""
    assert "prefers-color-scheme: dark" in style
