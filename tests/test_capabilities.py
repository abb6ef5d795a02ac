"""`core.has`: what this installation can do, by libzmq's names."""

from __future__ import annotations

import importlib.util

import pytest

import core


@pytest.mark.parametrize("capability", ["ipc", "tcp", "inproc", "draft"])
def test_what_is_there(capability: str) -> None:
    assert core.has(capability) is True


@pytest.mark.parametrize("capability", ["gssapi", "norm", "tipc", "vmci", "no such thing", ""])
def test_what_is_not_there(capability: str) -> None:
    assert core.has(capability) is False


def test_curve_depends_on_a_package() -> None:
    assert core.has("curve") is (importlib.util.find_spec("nacl") is not None)
