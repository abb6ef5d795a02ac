"""What keeps the cores occupied beside the processes that are measured: one loop per core.

`awake` loops at the lowest priority there is: whoever else wants the core gets it at once, but
the core never goes to sleep, and so needs not be woken. `busy` loops at the usual priority, as
another program of the same machine would.
"""

from __future__ import annotations

import os

from benchmarks.child import Settings, main, ready


def awake(settings: Settings) -> None:
    """Loop only while nobody else wants the core."""
    if hasattr(os, "sched_setscheduler"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.nice(19)
    busy(settings)


def busy(settings: Settings) -> None:
    """Loop until the runner ends this process."""
    ready()
    while True:
        pass


if __name__ == "__main__":
    main({"awake": awake, "busy": busy})
