"""Starts the programs that play in the demo, and ends all of them whatever happens."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from time import monotonic

PATIENCE = 30.0
"""Seconds that a program may take for one line."""


class DemoError(Exception):
    """Something that had to work did not."""


class Program:
    """A running program whose output is read line by line."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]):
        self.name = name
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
        )
        self._rest = b""

    def line(self, patience: float = PATIENCE) -> str:
        """Return the next line that the program prints. Raises DemoError when there is none."""
        assert self._process.stdout
        deadline = monotonic() + patience
        while b"\n" not in self._rest:
            with selectors.DefaultSelector() as selector:
                selector.register(self._process.stdout, selectors.EVENT_READ)
                if not selector.select(max(0.0, deadline - monotonic())):
                    raise DemoError(f"{self.name} said nothing for {patience:g} s")
            data = os.read(self._process.stdout.fileno(), 4096)
            if not data:
                raise DemoError(f"{self.name} ended too early, exit code {self._process.wait()}")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()

    def check(self) -> None:
        """Raise DemoError when the program has ended with an error."""
        if self._process.poll():
            raise DemoError(f"{self.name} ended with exit code {self._process.returncode}")

    def end(self) -> None:
        """End the program and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
        with self._process:
            pass


class Stage:
    """Everything that runs during one act; leaving the act ends it."""

    def __init__(self, stack: ExitStack):
        self._stack = stack
        self.programs: list[Program] = []

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Program:
        """Start a program that ends with the act."""
        program = Program(name, command, environment or {})
        self._stack.callback(program.end)
        self.programs.append(program)
        return program

    def check(self) -> None:
        """Raise DemoError when any program has failed."""
        for program in self.programs:
            program.check()


@contextmanager
def stage() -> Iterator[Stage]:
    """Open a stage."""
    with ExitStack() as stack:
        yield Stage(stack)


def start_gateway(on: Stage) -> str:
    """Start a gateway on a free port and return its address."""
    command = [sys.executable, "-m", "gateway", "--listen", "127.0.0.1:0", "--grace", "0.5"]
    return on.start("the gateway", command).line().rpartition(" ")[2]
