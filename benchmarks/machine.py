"""What the figures depend on: processor, kernel, versions, and how busy the machine was."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

BUSY = 0.5
"""Load average (one minute) above which figures are not to be trusted."""


def facts() -> dict[str, str | int | float]:
    """Return what belongs beside the figures."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load": round(os.getloadavg()[0], 2),
        **{f"version of {name}": _version(name) for name in ("babelmq", "pyzmq", "pynng")},
        "version of libzmq": _libzmq(),
    }


def describe(given: dict[str, str | int | float]) -> str:
    """Return the facts in one line."""
    return (
        f"{given['processor']}, {given['cores']} cores, {given['system']}, {given['python']}, "
        f"pyzmq {given['version of pyzmq']} (libzmq {given['version of libzmq']})"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"


def _libzmq() -> str:
    try:
        import zmq
    except ImportError:
        return "not installed"
    return zmq.zmq_version()
