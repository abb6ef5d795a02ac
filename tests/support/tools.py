"""Programs that some tests need: missing ones fail in CI and are reported elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

NEEDS = {
    "requires_node": ("node", "npm"),
    "requires_go": ("go",),
    "requires_cc": ("cc", "pkg-config"),
}
left_out: list[str] = []


def check(item: pytest.Item) -> None:
    """Fail (with CI=true) or skip `item` when a program it is marked to need is missing."""
    for marker, programs in NEEDS.items():
        if item.get_closest_marker(marker) is None:
            continue
        missing = [program for program in programs if shutil.which(program) is None]
        if missing:
            give_up(item.nodeid, f"{', '.join(missing)} not installed")


def give_up(what: str, reason: str) -> None:
    """Say that `what` cannot run: a failure in CI, elsewhere a skip that the summary repeats."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI must leave nothing out", pytrace=False)
    left_out.append(f"{what}: {reason}")
    pytest.skip(reason)


def library_flags(package: str) -> list[str] | None:
    """What pkg-config says a C program needs to use `package`; None when it is not installed."""
    done = subprocess.run(
        ["pkg-config", "--cflags", "--libs", package], capture_output=True, text=True
    )
    return done.stdout.split() if done.returncode == 0 else None
