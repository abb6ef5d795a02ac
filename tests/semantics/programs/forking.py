"""A program that forks with a context open and tries one thing in the child; 0 when that is right.

python forking.py SCENARIO. A process of its own, because a fork of the test run would take along
whatever else the tests have loaded.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

import core as zmq

# Python 3.12 warns of every fork beside a thread: that it is safe here is what is being tried.
warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)


def in_child(function: Callable[[], bool]) -> None:
    """Run `function` in a forked child; it must return True within ten seconds."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        code = 1
        try:
            code = 0 if function() else 2
        finally:
            os._exit(code)  # the rest of the program is the parent's
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code == 0, f"the child ended with {code}"


def says_fork(call: Callable[[], Any]) -> bool:
    """Whether the call fails with an error that names the cause."""
    try:
        call()
    except zmq.ZMQError as error:
        return "fork" in str(error) and error.errno in (errno.ENOTSUP, zmq.ENOTSOCK)
    return False


def old_socket_in_child(what: str) -> None:
    """A socket of the parent refuses to work in the child, and goes on in the parent."""
    with zmq.Context() as context, context.socket(zmq.PAIR) as first:
        first.rcvtimeo = first.sndtimeo = 5000
        first.bind("tcp://127.0.0.1:*")
        with context.socket(zmq.PAIR) as second:
            second.connect(first.last_endpoint.decode())
            first.send(b"x")
            assert second.recv() == b"x"
            calls: dict[str, Callable[[], Any]] = {
                "send": lambda: first.send(b"child"),
                "recv": first.recv,
                "poll": lambda: first.poll(10),
                "bind": lambda: first.bind("tcp://127.0.0.1:*"),
                "setsockopt": lambda: first.setsockopt(zmq.SNDHWM, 1),
                "socket": lambda: context.socket(zmq.PAIR),
            }
            in_child(lambda: says_fork(calls[what]))
            second.send(b"still here")
            assert first.recv() == b"still here"


def new_context_in_child() -> None:
    """The child may make its own context and talk to the parent with it."""
    with zmq.Context() as context, context.socket(zmq.REP) as reply:
        reply.rcvtimeo = 5000
        reply.bind("tcp://127.0.0.1:*")
        address = reply.last_endpoint.decode()

        def child() -> bool:
            with zmq.Context() as own, own.socket(zmq.REQ) as request:
                request.linger, request.rcvtimeo = 0, 5000
                request.connect(address)
                request.send(b"from the child")
                return bool(request.recv() == b"from the parent")

        pid = os.fork()
        if pid == 0:
            signal.alarm(10)
            os._exit(0 if child() else 2)
        assert reply.recv() == b"from the child"
        reply.send(b"from the parent")
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0


def instance_in_child() -> None:
    """`Context.instance` is another one in the child."""
    parents: zmq.Context = zmq.Context.instance()

    def child() -> bool:
        own: zmq.Context = zmq.Context.instance()
        own.socket(zmq.PAIR).close()
        own.term()
        return own is not parents

    in_child(child)
    parents.term()


if __name__ == "__main__":
    others = {"context": new_context_in_child, "instance": instance_in_child}
    scenario = sys.argv[1]
    others.get(scenario, lambda: old_socket_in_child(scenario))()
