"""A peer in a process of its own, whose output is part of the failure when it misbehaves."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.waiting import DEFAULT_TIMEOUT

ROOT = Path(__file__).parents[2]


class PeerProcess:
    """A child process that talks to the test by lines on its standard output.

    Used as a context manager it never outlives the test: leaving the block kills it. With
    `talk_back` the test may write to its standard input.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str] | None = None,
        directory: Path = ROOT,
        talk_back: bool = False,
    ) -> None:
        self._command = [str(part) for part in command]
        # Not a pipe: a peer that complains a lot must not block on a buffer nobody empties.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._lines: list[str] = []
        self._rest = b""
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE if talk_back else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=directory,
            env={**os.environ, **(environment or {})},
        )

    @classmethod
    def python(cls, script: Path, *arguments: object) -> PeerProcess:
        """Run a Python script, unbuffered, with this interpreter and this checkout's packages."""
        environment = {"PYTHONPATH": str(ROOT)}
        return cls([sys.executable, "-u", script, *map(str, arguments)], environment)

    @classmethod
    def source(cls, code: str, *arguments: object) -> PeerProcess:
        """Run Python source text the same way."""
        environment = {"PYTHONPATH": str(ROOT)}
        return cls([sys.executable, "-u", "-c", code, *map(str, arguments)], environment)

    @property
    def pid(self) -> int:
        return self._process.pid

    def read_line(self, timeout: float = DEFAULT_TIMEOUT) -> str:
        """The next line of its output, without the line end."""
        deadline = time.monotonic() + timeout
        while not self._lines:
            if not self._read_more(deadline):
                self._fail(f"said nothing more (waited up to {timeout:g} s)")
        return self._lines.pop(0)

    def says_something(self, timeout: float) -> bool:
        """Whether a line is there to be read within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self._lines and self._read_more(deadline):
            pass
        return bool(self._lines)

    def expect(self, prefix: str, timeout: float = DEFAULT_TIMEOUT) -> str:
        """Read one line, which must start with `prefix`, and return what follows it."""
        line = self.read_line(timeout)
        if not line.startswith(prefix):
            self._fail(f"was expected to say {prefix!r} and said {line!r}")
        return line[len(prefix) :].strip()

    def write_line(self, line: str) -> None:
        """Write one line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def wait(self, timeout: float = DEFAULT_TIMEOUT) -> None:
        """Wait for it to end; anything but success is a failure of the test."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._fail(f"still runs after {timeout:g} s")
        if code:
            self._fail(f"ended with {code}")

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and return once it is gone."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        if error is not None and (said := self._error_output()):
            error.add_note(f"{self._command[-2:]} wrote to its standard error:\n{said}")
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                stream.close()

    def _read_more(self, deadline: float) -> bool:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return False
        chunk = os.read(self._process.stdout.fileno(), 65536)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._lines += [line.decode() for line in lines]
        return bool(chunk)

    def _error_output(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def _fail(self, what: str) -> None:
        state = "still running" if self._process.poll() is None else f"exit {self._process.poll()}"
        said = self._error_output()
        raise AssertionError(f"{' '.join(self._command)} ({state}) {what}\n{said}".rstrip())
