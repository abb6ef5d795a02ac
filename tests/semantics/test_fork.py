"""A fork: the child is told clearly that its parent's sockets are not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes import PeerProcess

PROGRAM = Path(__file__).parent / "programs" / "forking.py"


@pytest.mark.parametrize("call", ["send", "recv", "poll", "bind", "setsockopt", "socket"])
def test_the_parents_sockets_refuse_to_work_in_the_child(call: str) -> None:
    with PeerProcess.python(PROGRAM, call) as program:
        program.wait()


@pytest.mark.parametrize("scenario", ["context", "instance"])
def test_the_child_may_make_its_own_context(scenario: str) -> None:
    with PeerProcess.python(PROGRAM, scenario) as program:
        program.wait()
