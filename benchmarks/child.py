"""What a measured process uses to talk to the runner: settings in, JSON lines out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a role may be told. Sizes in bytes, times in seconds."""

    implementation: str = "babelmq"
    transport: str = "tcp"
    directory: str = ""
    endpoint: str = ""
    size: int = 10
    count: int = 1000
    warmup: int = 100
    frames: int = 1
    peers: int = 1
    subscriptions: int = 1
    window: int = 1
    batch: int = 0
    gateway: str = ""


Roles = Mapping[str, Callable[[Settings], None]]


def main(roles: Roles) -> None:
    """Run the role named by the first argument with the settings in the second."""
    known = {field.name for field in fields(Settings)}
    given = json.loads(sys.argv[2])
    roles[sys.argv[1]](Settings(**{k: v for k, v in given.items() if k in known}))


def ready(**facts: str | int) -> None:
    """Say that the next role may start, and what it should know (the endpoint, say)."""
    _say({"ready": facts})


def wait_for_go() -> None:
    """Block until the runner says that every role is ready."""
    if not sys.stdin.readline():
        raise SystemExit("the runner went away before the start")


def wait_for_end() -> None:
    """Stay until the runner ends this process, so that no side closes under the other."""
    sys.stdin.read()


def result(**figures: float) -> None:
    """Hand the measured figures to the runner."""
    _say({"result": figures})


def _say(message: Mapping[str, object]) -> None:
    print(json.dumps(message), flush=True)
