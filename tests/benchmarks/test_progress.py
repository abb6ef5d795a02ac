"""Long runs say where they are."""

from __future__ import annotations

import io

from benchmarks.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_a_line_for_each_case() -> None:
    stream = io.StringIO()
    with Progress(4, stream) as progress:
        for name in "abcd":
            progress.saying(name)("round 1/3  pyzmq")
    lines = stream.getvalue().splitlines()
    assert lines[:3] == ["[1/4] a", "[2/4] b", "[3/4] c"]
    assert lines[3].startswith("[4/4] d  (0 s left)")


def test_a_terminal_gets_one_line_that_changes_and_goes() -> None:
    stream = Terminal()
    with Progress(1, stream) as progress:
        progress.saying("a")("round 2/3  pyzmq")
    assert stream.getvalue() == "\r\033[K[1/1] a  round 2/3  pyzmq\r\033[K"
