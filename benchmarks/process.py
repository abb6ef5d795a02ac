"""One role in its own process: start it, exchange lines with it under a deadline, end it."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from time import monotonic
from types import TracebackType
from typing import Any, Self

PATIENCE = 120.0
"""Seconds that one step of a role may take."""


class TrialError(Exception):
    """A role ended, hung or said something unexpected; the text holds its last words."""


class Role:
    """A started process that speaks the line protocol of `benchmarks/README.md`."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None):
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=dict(os.environ, **(environment or {})),
        )
        self._lines: list[bytes] = []
        self._partial = b""

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        # Popen's own exit closes the pipes and collects the exit code.
        with self._process, self._errors:
            pass

    def wait_for(self, key: str, patience: float = PATIENCE) -> dict[str, Any]:
        """Return what the role says under `key`. Raises TrialError when it does not."""
        message = json.loads(self.next_line(patience))
        if key not in message:
            raise TrialError(f"expected {key!r}, got {message}")
        value: dict[str, Any] = message[key]
        return value

    def next_line(self, patience: float) -> str:
        """Return the next line of its output. Raises TrialError when there is none in time."""
        assert self._process.stdout
        deadline = monotonic() + patience
        while not self._lines:
            self._await_output(deadline)
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                self._process.wait()
                raise TrialError(f"ended too early: {self._last_words()}")
            *complete, self._partial = (self._partial + data).split(b"\n")
            self._lines += complete
        return self._lines.pop(0).decode()

    def go(self, crew: Mapping[str, int]) -> None:
        """Tell the role that everybody is ready, and the process ids of all."""
        assert self._process.stdin
        try:
            self._process.stdin.write(f"go {json.dumps(crew)}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            raise TrialError(f"ended before the start: {self._last_words()}") from None

    def _await_output(self, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            assert self._process.stdout
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - monotonic())):
                raise TrialError(f"silent for too long: {self._last_words()}")

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self._process.poll()}, nothing on stderr"
