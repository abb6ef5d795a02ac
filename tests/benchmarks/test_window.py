"""The measured window: what is counted, and whose clocks are read."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from benchmarks.child import Settings
from benchmarks.window import Window, chunk_for, processor_time, repeat, repeat_async, resident

MY_CREW = {"me": os.getpid()}


def test_work_is_repeated_until_the_time_is_up_and_always_once() -> None:
    calls: list[int] = []
    assert repeat(calls.append, 7, 0.0) == 7
    assert calls == [7]
    assert repeat(calls.append, 7, 0.001) == 7 * (len(calls) - 1)


def test_the_same_with_coroutines() -> None:
    calls: list[int] = []

    async def work(count: int) -> None:
        calls.append(count)

    assert asyncio.run(repeat_async(work, 5, 0.0)) == 5
    assert calls == [5]


def test_figures_have_rate_processor_time_and_memory_of_each_role() -> None:
    figures = Window(Settings(seconds=0.0), MY_CREW).measure(lambda count: None, 3)
    assert figures["rate"] > 0
    assert set(figures) == {"rate", "cpu me", "memory me", "memory"}


def test_the_warm_up_is_not_in_the_window() -> None:
    calls: list[int] = []
    Window(Settings(seconds=0.0), MY_CREW).measure(calls.append, 3)
    assert calls == [3, 3]


def test_processor_time_grows_with_work() -> None:
    before = processor_time(os.getpid())
    sum(range(200_000))
    assert processor_time(os.getpid()) > before


def test_the_clock_of_another_process_can_be_read() -> None:
    command = "import sys; sum(range(200_000)); print(flush=True); sys.stdin.read()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", command], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert processor_time(process.pid) > 0
        assert resident(process.pid) > 0
        process.kill()


def test_memory_is_seen() -> None:
    before = resident(os.getpid())
    block = b"x" * 50_000_000
    assert resident(os.getpid()) - before > 10_000_000
    del block


def test_large_messages_are_looked_at_one_by_one() -> None:
    assert chunk_for(10) == 1000
    assert chunk_for(1 << 20) == 1
