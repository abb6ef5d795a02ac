"""The measured window: how fast work goes, and what it costs each process in time and memory.

The clock starts when the warm-up's last message has arrived and stops when the window's last
one has, so neither a start nor an end is in it. What the other roles use meanwhile is read from
outside, at the same two moments, so that measuring costs them nothing.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.child import Crew, Settings

WARM_UP = 0.3
"""Length of the warm-up as a share of the window."""


class Window:
    """Clocks of a run of `settings.seconds`; make it when everybody is connected and idle."""

    def __init__(self, settings: Settings, crew: Crew) -> None:
        self.seconds = settings.seconds
        self._crew = crew
        self._resident = {role: resident(pid) for role, pid in crew.items()}

    def measure(self, work: Callable[[int], object], chunk: int) -> dict[str, float]:
        """Call `work(chunk)` over and over; see `figures` for what is returned."""
        repeat(work, chunk, self.seconds * WARM_UP)
        self.start()
        return self.figures(repeat(work, chunk, self.seconds))

    async def measure_async(
        self, work: Callable[[int], Awaitable[object]], chunk: int
    ) -> dict[str, float]:
        """Do as `measure` does, with `await work(chunk)`."""
        await repeat_async(work, chunk, self.seconds * WARM_UP)
        self.start()
        return self.figures(await repeat_async(work, chunk, self.seconds))

    def start(self) -> None:
        """Start the clocks: what went before was the warm-up."""
        self._processor = {role: processor_time(pid) for role, pid in self._crew.items()}
        self._started = time.perf_counter()

    def figures(self, done: int) -> dict[str, float]:
        """Stop the clocks.

        Returns the `rate` a second, for each role the processor time per unit of work in
        microseconds (`cpu ROLE`), and by how many bytes it has grown (`memory ROLE`; `memory` is
        their sum).
        """
        rate = done / (time.perf_counter() - self._started)
        figures = {"rate": rate}
        for role, pid in self._crew.items():
            used = processor_time(pid) - self._processor[role]
            figures[f"cpu {role}"] = used * 1e6 / done
            figures[f"memory {role}"] = float(max(0, resident(pid) - self._resident[role]))
        figures["memory"] = sum(figures[f"memory {role}"] for role in self._crew)
        return figures


def repeat(work: Callable[[int], object], chunk: int, seconds: float) -> int:
    """Call `work(chunk)` until `seconds` are over. Returns how much was done."""
    end = time.perf_counter() + seconds
    done = 0
    while True:
        work(chunk)
        done += chunk
        if time.perf_counter() >= end:
            return done


async def repeat_async(work: Callable[[int], Awaitable[object]], chunk: int, seconds: float) -> int:
    """Await `work(chunk)` until `seconds` are over. Returns how much was done."""
    end = time.perf_counter() + seconds
    done = 0
    while True:
        await work(chunk)
        done += chunk
        if time.perf_counter() >= end:
            return done


def chunk_for(size: int) -> int:
    """Return how many messages go between two looks at the clock: few when they are large."""
    return max(1, min(1000, 500_000 // size))


def processor_time(pid: int) -> float:
    """Return the seconds that all threads of a process have computed, in user and system mode.

    Linux has a clock for it with nanoseconds; elsewhere psutil counts ticks.
    """
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED of linux/posix-timers.h
    except (OSError, OverflowError):
        import psutil

        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)


def resident(pid: int) -> int:
    """Return the bytes of memory that a process occupies."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        import psutil

        return int(psutil.Process(pid).memory_info().rss)
    import resource

    return int(pages) * resource.getpagesize()
