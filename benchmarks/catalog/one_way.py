"""One way: PUSH→PULL in every size over every built-in transport, PAIR, multipart, batches."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import BYTES, RATE, Case, Part, python
from benchmarks.catalog import SIZES
from benchmarks.implementations import ZERO_COPY

TITLE = "One way"
TWO_PROCESSES = (python("throughput", "receive"), python("throughput", "send"))
ONE_PROCESS = (python("throughput", "threads"),)
GOALS = {10: 1.5, 100: 1.5, 1024: 2.0, 8192: 2.0, 65536: 1.6, 1048576: 1.6}
QUICK = (10, 1024, 1048576)
LARGE = 65536


def parts(transport: str) -> tuple[Part, ...]:
    """Return the roles: two processes, or one with two threads."""
    return ONE_PROCESS if transport == "inproc" else TWO_PROCESSES


def cases() -> Iterator[Case]:
    """Yield the section's cases."""
    for transport in ("tcp", "ipc", "inproc"):
        for size in SIZES:
            yield push_pull(transport, size)
    for transport in ("tcp", "inproc"):
        yield pair(transport)
    yield multipart()
    for size in (10, 100, 1024):
        yield batch(size)


def push_pull(transport: str, size: int) -> Case:
    """Return one size over one transport."""
    inproc = transport == "inproc"
    zero_copy = (ZERO_COPY,) if size >= LARGE else ()
    return Case(
        name=f"push-pull/{transport}/{size}",
        title=f"PUSH→PULL {transport} {SIZES[size]}",
        parts=parts(transport),
        settings={"transport": transport, "size": size},
        # inproc hands references over: bytes a second would say nothing there.
        metrics=(RATE if size < 8192 or inproc else BYTES,),
        opponents=("pyzmq", *zero_copy, "pynng", "plain"),
        goal=2.0 if inproc else GOALS[size],
        quick=transport == "tcp" and size in QUICK,
    )


def pair(transport: str) -> Case:
    """Return PAIR, used one way."""
    return Case(
        name=f"pair/{transport}",
        title=f"PAIR→PAIR {transport} 100 B",
        parts=parts(transport),
        settings={"transport": transport, "size": 100, "pattern": "PAIR"},
        opponents=("pyzmq", "pynng"),
    )


def multipart() -> Case:
    """Return messages of five small frames."""
    return Case(
        name="multipart/tcp",
        title="PUSH→PULL tcp 5 frames of 10 B",
        parts=TWO_PROCESSES,
        settings={"size": 10, "frames": 5},
        quick=True,
    )


def batch(size: int) -> Case:
    """Return the batch face beside pyzmq's only one."""
    return Case(
        name=f"batch/tcp/{size}",
        title=f"send_many→recv_many tcp {SIZES[size]} (others one by one)",
        parts=TWO_PROCESSES,
        settings={"size": size, "batch": 500},
        opponents=("pyzmq", "plain"),
        goal=3.0 if size == 10 else 0.0,
        quick=size == 10,
    )
