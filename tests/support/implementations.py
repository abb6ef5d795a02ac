"""The libraries a semantics test is run against: our engine, and the judge it is held to.

A test that asks for the fixture `zmq` gets the module of each implementation in turn, so the test
itself is proven right by libzmq before our engine is measured with it.
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from tests.support import draft_libzmq, tools

MODULES = {"core": "core", "libzmq": "zmq"}
DRAFT = "tests.support.draft_libzmq"
ALL = "both"
NO_DRAFT = f"draft types beside libzmq's own: {draft_libzmq.WHY_NOT}"


def load(name: str) -> Any:
    """The module of the implementation called `name`."""
    return importlib.import_module(MODULES.get(name, DRAFT))


def asyncio_face(zmq: Any) -> Any:
    """The asyncio module that belongs to the implementation `zmq`."""
    return importlib.import_module(f"{zmq.__name__}.asyncio")


def is_core(zmq: Any) -> bool:
    return str(zmq.__name__) == MODULES["core"]


def selected(config: pytest.Config) -> list[str]:
    """Names of the implementations this run was asked to test."""
    choice = config.getoption("--implementation")
    return list(MODULES) if choice == ALL else [choice]


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each selected implementation it is meant for."""
    if "zmq" not in metafunc.fixturenames:
        return
    names = list(selected(metafunc.config))
    markers = {marker.name for marker in metafunc.definition.iter_markers()}
    if "draft" in markers and "libzmq" in names:
        # pyzmq's libzmq does not have these types.
        names.remove("libzmq")
        if draft_libzmq.available():
            names.append("draft")
        elif NO_DRAFT not in tools.left_out:
            tools.left_out.append(NO_DRAFT)
    if "core_only" in markers:
        names = [name for name in names if name == "core"]
    if "interop" in markers and len(names) > 1:
        names = ["core"]  # libzmq against libzmq would only test the test
    metafunc.parametrize("zmq", names, indirect=True)
