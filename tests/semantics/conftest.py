"""Fixtures of the semantics tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.loops import Runner, runner


@pytest.fixture
def run(zmq: Any, endpoint: Endpoints) -> Runner:
    """Runs a coroutine function in a new loop with a new `Face`, within the time limit."""
    return runner(zmq, endpoint)
