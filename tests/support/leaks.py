"""What this process holds open: file descriptors with what they refer to, and threads."""

from __future__ import annotations

import gc
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import wait_until


def open_descriptors() -> dict[int, str]:
    """Every open descriptor of this process and what it refers to ("?" where nobody says)."""
    directory = Path("/proc/self/fd") if Path("/proc/self/fd").exists() else Path("/dev/fd")
    return {fd: _target(fd) for fd in map(int, os.listdir(directory)) if _is_open(fd)}


def _is_open(fd: int) -> bool:
    # The listing itself needed a descriptor, which is closed again by now.
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _target(fd: int) -> str:
    try:
        return str(Path(f"/proc/self/fd/{fd}").readlink())
    except OSError:
        return "?"


@dataclass(frozen=True)
class Holdings:
    """A snapshot to compare a later one with."""

    descriptors: dict[int, str]
    threads: frozenset[threading.Thread]

    @classmethod
    def now(cls) -> Holdings:
        return cls(open_descriptors(), frozenset(threading.enumerate()))

    def added_since(self) -> list[str]:
        """One line for each descriptor and thread that exists now and did not exist then."""
        now = Holdings.now()
        lines = [
            f"descriptor {fd} -> {target}"
            for fd, target in sorted(now.descriptors.items())
            if self.descriptors.get(fd) != target
        ]
        lines += [f"thread {thread.name}" for thread in now.threads - self.threads]
        return lines

    def assert_nothing_added(self, timeout: float = 5.0) -> None:
        """Give closing a moment to finish, then fail with the list of what stayed."""
        if not self.added_since():
            return
        gc.collect()  # an exception kept by pytest may hold a socket in its traceback
        wait_until(
            lambda: not self.added_since(),
            timeout,
            lambda: "left open by this test: " + "; ".join(self.added_since()),
        )
