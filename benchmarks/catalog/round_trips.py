"""There and back: REQ-REP one request at a time, DEALER↔ROUTER with many in flight."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import MEDIAN, TAIL, Case, python

TITLE = "There and back"
TWO_PROCESSES = (python("latency", "echo"), python("latency", "ask"))
ONE_PROCESS = (python("latency", "threads"),)
LOADS = {
    "awake": "cores kept awake",
    "busy": "cores busy with something else",
}


def cases() -> Iterator[Case]:
    """Yield the section's cases."""
    for transport in ("tcp", "ipc", "inproc"):
        yield req_rep(transport)
    for load in LOADS:
        yield req_rep("tcp", load)
    yield Case(
        name="dealer-router/tcp",
        title="DEALER↔ROUTER tcp 10 B, 200 in flight",
        parts=(python("dealer_router", "route"), python("dealer_router", "deal")),
        measuring=1,
        settings={"size": 10, "window": 200},
        quick=True,
    )


def req_rep(transport: str, load: str = "") -> Case:
    """Return the round trip over one transport, with something beside it or not."""
    inproc = transport == "inproc"
    return Case(
        name=f"req-rep/{transport}" + (f"-{load}" if load else ""),
        title=f"REQ-REP {transport} 10 B" + (f", {LOADS[load]}" if load else ""),
        parts=ONE_PROCESS if inproc else TWO_PROCESSES,
        settings={"transport": transport, "size": 10},
        metrics=(MEDIAN, TAIL),
        measuring=0 if inproc else 1,
        opponents=("pyzmq", "pynng", "plain"),
        goal=2.0 if inproc else 0.0 if load else 1.25,
        load=load,
        quick=transport != "ipc" and not load,
    )
