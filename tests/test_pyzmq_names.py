"""Every name that a pyzmq program may write is here, but for those that the docs say are not."""

from __future__ import annotations

import inspect
from typing import Any, assert_type

import pytest

import core
import core.asyncio
import core.error
from core import errors

zmq = pytest.importorskip("zmq")

# What only a binding to C has, and what `docs/coming-from-pyzmq.md` says is not there.
OF_THE_BINDING = {
    "DraftFDWarning",
    "EINTR",
    "IPC_PATH_MAX_LEN",
    "PYZMQ_DRAFT_API",
    "Stopwatch",
    "backend",
    "devices",  # here, too, but not before it is imported
    "get_includes",
    "get_library_dirs",
    "shadow_pyczmq",
    "sugar",
    "zmq_errno",
    "zmq_poll",
}


def of_the_api(module: Any) -> set[str]:
    """The public names of a module, without what it imports for itself."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and str(getattr(value, "__module__", "zmq")).startswith("zmq")
    }


def readable(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_") and hasattr(thing, name)}


def test_names_of_the_package() -> None:
    names = of_the_api(zmq) | {"error"}
    assert {name for name in names if not hasattr(core, name)} <= OF_THE_BINDING


def test_names_of_the_error_module() -> None:
    assert of_the_api(zmq.error) - OF_THE_BINDING <= set(dir(core.error))
    assert core.error.Again is core.Again is errors.Again


@pytest.mark.filterwarnings("ignore:Socket.socket_type is deprecated:DeprecationWarning")
@pytest.mark.parametrize("kind", ["PULL", "SUB", "ROUTER", "REQ"])
def test_names_of_a_socket(kind: str) -> None:
    with (
        zmq.Context() as theirs,
        core.Context() as ours,
        theirs.socket(getattr(zmq, kind)) as their,
        ours.socket(getattr(core, kind)) as our,
    ):
        assert readable(their) - readable(our) <= OF_THE_BINDING
        for socket in (their, our):
            assert socket.copy_threshold == 65536
            socket.copy_threshold = 0
            assert socket.copy_threshold == 0
            socket.close()
            assert socket.socket_type == getattr(core, kind)


def test_names_of_a_context() -> None:
    with zmq.Context() as theirs, core.Context() as ours:
        assert readable(theirs) - readable(ours) <= OF_THE_BINDING
        assert "io_threads" in dir(ours)


def test_annotations_of_pyzmq_can_be_evaluated() -> None:
    """``def f(socket: zmq.Socket[bytes])`` runs when the module is imported."""
    for module in (zmq, core):
        assert module.Socket[bytes]
        assert module.Context[module.Socket[bytes]]
        assert module.SyncSocket
        assert module.SyncContext
    assert core.SyncSocket is core.Socket
    assert core.SyncContext is core.Context


class OwnSocket(core.Socket):
    """A program's own class of sockets."""


def test_an_editor_knows_what_comes_back() -> None:
    """The type checker reads this: `assert_type` does nothing when it runs."""
    with core.Context() as context:
        push, pull = context.socket(core.PUSH), context.socket(core.PULL, socket_class=OwnSocket)
        assert_type(push, core.Socket)
        assert_type(pull, OwnSocket)
        with pull.bind("inproc://types") as bound, push.connect("inproc://types"):
            assert_type(bound, OwnSocket)
            assert bound is pull
            push.send_many([b"1"] * 4)
            assert_type(pull.recv(), bytes)
            assert_type(pull.recv(core.DONTWAIT), bytes)
            assert_type(pull.recv(copy=False), core.Frame)
            assert_type(pull.recv(0, False), core.Frame)
        push.close()
        pull.close()


async def typed_asyncio(socket: core.asyncio.Socket) -> None:
    """Read by the type checker only."""
    assert_type(await socket.recv(), bytes)
    assert_type(await socket.recv(copy=False), core.Frame)
    assert_type(await socket.recv_multipart(), list[bytes])


@pytest.mark.parametrize("kind", ["SUB", "ROUTER", "SERVER"])
def test_a_socket_can_be_inspected(kind: str) -> None:
    """Debuggers and completion read every attribute: one without a value is an AttributeError."""
    with core.Context() as context, context.socket(getattr(core, kind)) as socket:
        members = dict(inspect.getmembers(socket))
        assert members["linger"] == socket.linger
