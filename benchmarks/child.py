"""What a measured process uses to talk to the runner: settings in, JSON lines out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

Crew = Mapping[str, int]
"""The process ids of all roles, by the role's name."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a role may be told. Sizes in bytes, times in seconds."""

    implementation: str = "babelmq"
    transport: str = "tcp"
    pattern: str = "PUSH"
    mechanism: str = "null"
    directory: str = ""
    endpoint: str = ""
    size: int = 10
    seconds: float = 1.0
    count: int = 1000
    warmup: int = 100
    frames: int = 1
    peers: int = 1
    sockets: int = 1
    subscriptions: int = 1
    window: int = 1
    batch: int = 0
    gateway: str = ""
    resident: int = 0
    """Bytes of memory that the role which started first occupied when it was ready."""


Roles = Mapping[str, Callable[[Settings], None]]


def main(roles: Roles) -> None:
    """Run the role named by the first argument with the settings in the second."""
    known = {field.name for field in fields(Settings)}
    given = json.loads(sys.argv[2])
    roles[sys.argv[1]](Settings(**{k: v for k, v in given.items() if k in known}))


def ready(**facts: str | int | Mapping[str, float]) -> None:
    """Say that the next role may start, and what it should know (the endpoint, say).

    `figures` are what this role has measured until then.
    """
    _say({"ready": facts})


def wait_for_go() -> Crew:
    """Block until the runner says that every role is ready. Returns their process ids."""
    line = sys.stdin.readline()
    if not line:
        raise SystemExit("the runner went away before the start")
    crew: Crew = json.loads(line.removeprefix("go"))
    return crew


def wait_for_end() -> None:
    """Stay until the runner ends this process, so that no side closes under the other."""
    sys.stdin.read()


def result(figures: Mapping[str, float]) -> None:
    """Hand the measured figures to the runner."""
    _say({"result": figures})


def _say(message: Mapping[str, object]) -> None:
    print(json.dumps(message), flush=True)
