"""Through the gateway: the Node client beside zeromq.js, the Go one beside a bare gRPC stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.case import MEDIAN, TAIL, Case, Part, go, node
from benchmarks.catalog import SIZES

TITLE = "Through the gateway"
COUNTS = {10: 400_000, 100: 400_000, 1024: 200_000, 65536: 10_000}


def cases() -> Iterator[Case]:
    """Yield the section's cases."""
    yield from cases_in("node", node, "zeromq.js")
    yield from cases_in("go", go, "grpc-stream")


def cases_in(language: str, role: Callable[[str, str], Part], opponent: str) -> Iterator[Case]:
    """Yield the cases of one language."""
    for size, count in COUNTS.items():
        yield Case(
            name=f"gateway/{language}/push-pull/{size}",
            title=f"{language.capitalize()} PUSH→PULL {SIZES[size]}",
            parts=(role("throughput", "receive"), role("throughput", "send")),
            settings={"size": size, "count": count, "warmup": count // 20},
            opponents=(opponent,),
            language=language,
            quick=size == 10,
        )
    yield Case(
        name=f"gateway/{language}/req-rep",
        title=f"{language.capitalize()} REQ-REP 10 B",
        parts=(role("latency", "echo"), role("latency", "ask")),
        settings={"size": 10, "count": 5_000, "warmup": 500},
        metrics=(MEDIAN, TAIL),
        opponents=(opponent,),
        measuring=1,
        language=language,
        quick=True,
    )
