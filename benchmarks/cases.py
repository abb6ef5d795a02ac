"""All cases, in the order of the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from benchmarks.case import (
    MEDIAN,
    RATE,
    TAIL,
    Case,
    Metric,
    go,
    node,
    python,
    python_file,
)

ONE_WAY = (python("throughput", "receive"), python("throughput", "send"))
ONE_WAY_INPROC = (python("throughput", "threads"),)
ROUND_TRIP = (python("latency", "echo"), python("latency", "ask"))
ROUND_TRIP_INPROC = (python("latency", "threads"),)
FANOUT = (python("fanout", "publish"), python("fanout", "subscribe"))

SIZES = {
    10: ("10 B", 2_000_000),
    100: ("100 B", 1_500_000),
    1024: ("1 KiB", 800_000),
    8192: ("8 KiB", 200_000),
    65536: ("64 KiB", 30_000),
    1048576: ("1 MiB", 3_000),
}
QUICK_SIZES = (10, 1024, 1048576)
RATE_PER_SECOND = Metric("rate", "1/s")
BYTES = Metric("bytes", "B/s")


def throughput() -> Iterator[Case]:
    """PUSH→PULL one way, every size over every built-in transport."""
    for transport in ("tcp", "ipc", "inproc"):
        inproc = transport == "inproc"
        for size, (label, count) in SIZES.items():
            yield Case(
                name=f"push-pull/{transport}/{size}",
                title=f"PUSH→PULL {transport} {label}",
                roles=ONE_WAY_INPROC if inproc else ONE_WAY,
                settings={
                    "transport": transport,
                    "size": size,
                    "count": count // 2 if inproc else count,
                    "warmup": count // 20,
                },
                # inproc hands references over: bytes a second would say nothing there.
                metrics=(RATE if size < 8192 or inproc else BYTES,),
                opponents=("pyzmq", "pynng") if inproc else ("pyzmq", "pynng", "plain"),
                quick=transport == "tcp" and size in QUICK_SIZES,
                quick_count=count // 5,
            )


def round_trips() -> Iterator[Case]:
    """REQ-REP, one request at a time, over every built-in transport."""
    for transport in ("tcp", "ipc", "inproc"):
        inproc = transport == "inproc"
        yield Case(
            name=f"req-rep/{transport}",
            title=f"REQ-REP {transport} 10 B",
            roles=ROUND_TRIP_INPROC if inproc else ROUND_TRIP,
            settings={"transport": transport, "size": 10, "count": 20_000, "warmup": 1_000},
            metrics=(MEDIAN, TAIL),
            measuring=0 if inproc else 1,
            opponents=("pyzmq", "pynng") if inproc else ("pyzmq", "pynng", "plain"),
            quick=transport != "ipc",
            quick_count=5_000,
        )


def composed() -> Iterator[Case]:
    """DEALER↔ROUTER, multipart, the batch face."""
    yield Case(
        name="dealer-router/tcp",
        title="DEALER↔ROUTER tcp 10 B, 200 in flight",
        roles=(python("dealer_router", "route"), python("dealer_router", "deal")),
        measuring=1,
        settings={"size": 10, "count": 300_000, "warmup": 10_000, "window": 200},
        quick=True,
    )
    yield Case(
        name="multipart/tcp",
        title="PUSH→PULL tcp 5 frames of 10 B",
        roles=ONE_WAY,
        settings={"size": 10, "frames": 5, "count": 400_000, "warmup": 20_000},
        quick=True,
    )
    for size in (10, 100, 1024):
        yield Case(
            name=f"batch/tcp/{size}",
            title=f"send_many→recv_many tcp {SIZES[size][0]} (pyzmq one by one)",
            roles=ONE_WAY,
            settings={"size": size, "count": 3_000_000, "warmup": 100_000, "batch": 500},
            quick=size == 10,
        )


def fan_out() -> Iterator[Case]:
    """PUB to many SUBs, and to one SUB with many subscriptions."""
    for peers, count in ((1, 1_000_000), (10, 100_000), (100, 10_000)):
        yield Case(
            name=f"pub-sub/peers/{peers}",
            title=f"PUB→{peers} SUB tcp 100 B, deliveries",
            roles=FANOUT,
            measuring=1,
            settings={"size": 100, "peers": peers, "count": count, "warmup": count // 20},
            quick=peers == 10,
            quick_count=count // 4,
        )
    for subscriptions in (1, 1_000, 100_000):
        yield Case(
            name=f"pub-sub/subscriptions/{subscriptions}",
            title=f"PUB→SUB tcp 100 B, {subscriptions:,} subscriptions",
            roles=FANOUT,
            measuring=1,
            settings={
                "size": 100,
                "subscriptions": subscriptions,
                "count": 500_000,
                "warmup": 20_000,
            },
        )


def asynchronous() -> Iterator[Case]:
    """The asyncio face beside zmq.asyncio."""
    one_way = {"size": 10, "count": 200_000, "warmup": 5_000}
    yield Case(
        name="asyncio/receive",
        title="asyncio receive tcp 10 B",
        roles=(python("asynchronous", "receive"), python("throughput", "send")),
        settings=one_way,
        quick=True,
        quick_count=50_000,
    )
    yield Case(
        name="asyncio/send",
        title="asyncio send tcp 10 B",
        roles=(python("throughput", "receive"), python("asynchronous", "send")),
        settings=one_way,
        quick=True,
        quick_count=50_000,
    )
    yield Case(
        name="asyncio/req-rep",
        title="asyncio REQ-REP tcp 10 B",
        roles=(python("asynchronous", "echo"), python("asynchronous", "ask")),
        settings={"size": 10, "count": 10_000, "warmup": 500},
        metrics=(MEDIAN, TAIL),
        measuring=1,
        quick=True,
        quick_count=3_000,
    )


def connections() -> Iterator[Case]:
    """What connections cost, and how fast a program starts."""
    yield Case(
        name="connections/rate",
        title="REQ: open, one round trip, close",
        roles=(python("latency", "echo"), python("connections", "connect")),
        settings={"size": 10, "count": 1_000, "warmup": 20},
        metrics=(RATE_PER_SECOND,),
        measuring=1,
        quick=True,
        quick_count=300,
    )
    for count in (1_000, 10_000):
        yield Case(
            name=f"connections/idle/{count}",
            title=f"{count:,} idle connections",
            roles=(python("connections", "idle"), python("connections", "crowd")),
            settings={"count": count},
            metrics=(
                Metric("memory", "KiB each", higher_is_better=False, label="memory"),
                Metric("cpu", "% CPU", higher_is_better=False, label="CPU"),
            ),
        )
    yield Case(
        name="startup",
        title="startup",
        roles=(python_file("startup"),),
        metrics=(
            Metric("import", "ms", higher_is_better=False, label="import"),
            Metric("first", "ms", higher_is_better=False, label="to first message"),
        ),
        quick=True,
    )


def wire() -> Iterator[Case]:
    """Encoding and decoding alone: what is left of the budget for everything else."""
    for role in ("encode", "decode"):
        for kind, window in (("same", 1), ("mixed", 40)):
            yield Case(
                name=f"wire/{role}/{kind}",
                title=f"{role} 10 B messages, {'one size' if window == 1 else 'many sizes'}",
                roles=(python("wire", role),),
                settings={"size": 10, "count": 2_000_000, "window": window},
                metrics=(Metric("time", "ns each", higher_is_better=False),),
                opponents=(),
            )


def gateways() -> Iterator[Case]:
    """The clients of the gateway: Node beside zeromq.js, Go beside a bare gRPC stream."""
    for language, role, opponent in (("node", node, "zeromq.js"), ("go", go, "grpc-stream")):
        for size, count in ((10, 200_000), (100, 200_000), (1024, 100_000), (65536, 5_000)):
            yield Case(
                name=f"gateway/{language}/push-pull/{size}",
                title=f"{language.capitalize()} PUSH→PULL {SIZES[size][0]}, through the gateway",
                roles=(role("throughput", "receive"), role("throughput", "send")),
                settings={"size": size, "count": count, "warmup": count // 20},
                opponents=(opponent,),
                language=language,
                quick=size == 10,
            )
        yield Case(
            name=f"gateway/{language}/req-rep",
            title=f"{language.capitalize()} REQ-REP 10 B, through the gateway",
            roles=(role("latency", "echo"), role("latency", "ask")),
            settings={"size": 10, "count": 5_000, "warmup": 500},
            metrics=(MEDIAN, TAIL),
            opponents=(opponent,),
            measuring=1,
            language=language,
            quick=True,
        )


def all_cases() -> list[Case]:
    """Return every case."""
    groups = (
        throughput,
        round_trips,
        composed,
        fan_out,
        asynchronous,
        connections,
        wire,
        gateways,
    )
    return [case for group in groups for case in group()]


def select(patterns: Sequence[str], *, quick: bool = False) -> list[Case]:
    """Return the cases whose name matches a glob or starts with a given group.

    Raises LookupError for a pattern that matches nothing.
    """
    cases = all_cases()
    for pattern in patterns:
        if not any(matches(case.name, pattern) for case in cases):
            raise LookupError(f"no case matches {pattern!r}")
    if patterns:
        return [case for case in cases if any(matches(case.name, p) for p in patterns)]
    return [case for case in cases if case.quick or not quick]


def matches(name: str, pattern: str) -> bool:
    """Tell whether a case's name is meant: `push-pull`, `push-pull/tcp`, `*/ipc/*`."""
    return fnmatchcase(name, pattern) or name.startswith(pattern.rstrip("/") + "/")
