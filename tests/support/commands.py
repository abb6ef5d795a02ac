"""The console script as a shell runs it: arguments, pipes, signals, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from tests.support.processes import ROOT
from tests.support.waiting import DEFAULT_TIMEOUT


@dataclass(frozen=True)
class Result:
    """How a command ended: `code` is negative for a signal."""

    code: int
    out: bytes
    errors: str


class Command:
    """`babelmq ARGUMENTS`, running; leaving the block kills it."""

    def __init__(self, *arguments: str, stdin: int | IO[bytes] = subprocess.PIPE) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "80"},
        )

    @property
    def stdin(self) -> IO[bytes]:
        assert self.process.stdin is not None
        return self.process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def stderr(self) -> IO[bytes]:
        assert self.process.stderr is not None
        return self.process.stderr

    def say(self, text: bytes) -> None:
        """Write to its standard input."""
        self.stdin.write(text)
        self.stdin.flush()

    def bound(self) -> str:
        """The endpoint that it says it is bound to."""
        line = self.stderr.readline().decode()
        _, found, endpoint = line.partition("bound to ")
        assert found, f"it said {line!r}: {self.stderr.read().decode()}"
        return endpoint.strip()

    def finish(self, text: bytes | None = None) -> Result:
        """Write the rest of its input, and wait for its end."""
        out, errors = self.process.communicate(text, DEFAULT_TIMEOUT)
        return Result(self.process.returncode, out, errors.decode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                stream.close()


def run(*arguments: str, text: bytes = b"") -> Result:
    """Run a command to its end, with this as its standard input."""
    with Command(*arguments) as command:
        return command.finish(text)
