"""Who plays: a name, a command and an environment for each language that is installed here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from examples.demo.stage import Program, Stage
from examples.demo.text import ROOT

PLAYERS = Path(__file__).parent / "players"
NODE_CLIENT = ROOT / "clients" / "node"


@dataclass(frozen=True)
class Player:
    """One language."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, on: Stage, *arguments: str) -> Program:
        """Start this language's program in a role."""
        return on.start(self.name, [*self.command, *arguments], self.environment)


def assemble(gateway: str, folder: Path) -> tuple[list[Player], list[str]]:
    """Return the players, and a line for each language that is left out and why.

    `folder` is where programs may be built. Python always plays.
    """
    players, left_out = [python()], list[str]()
    for player in (node(gateway, folder), go(gateway, folder), libzmq()):
        if isinstance(player, Player):
            players.append(player)
        else:
            left_out.append(player)
    return players, left_out


def python() -> Player:
    """Return Python with `import core`."""
    return Player("Python", [sys.executable, str(PLAYERS / "player.py")], python_path())


def libzmq() -> Player | str:
    """Return the same Python program on pyzmq, which is the real libzmq."""
    if find_spec("zmq") is None:
        return "libzmq: pyzmq is not installed"
    environment = {**python_path(), "DEMO_ZMQ": "zmq"}
    return Player("libzmq", [sys.executable, str(PLAYERS / "player.py")], environment)


def python_path() -> dict[str, str]:
    """Return an environment in which the packages of this checkout are found."""
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def node(gateway: str, folder: Path) -> Player | str:
    """Return Node, with this checkout's client under the name `babelmq`."""
    if shutil.which("node") is None:
        return "Node: node is not installed"
    if not (NODE_CLIENT / "node_modules").is_dir():
        return "Node: the client's packages are not installed (make setup)"
    (folder / "babelmq").symlink_to(NODE_CLIENT)
    environment = {"NODE_PATH": str(folder), "BABELMQ_GATEWAY": gateway}
    return Player("Node", ["node", str(PLAYERS / "player.js")], environment)


def go(gateway: str, folder: Path) -> Player | str:
    """Build the Go program and return it."""
    if shutil.which("go") is None:
        return "Go: go is not installed"
    binary = folder / "player-go"
    build = ["go", "build", "-o", str(binary), "."]
    done = subprocess.run(build, cwd=PLAYERS / "go", capture_output=True, text=True, check=False)
    if done.returncode:
        return f"Go: the program does not build: {done.stderr.strip()}"
    return Player("Go", [str(binary)], {"BABELMQ_GATEWAY": gateway})


def c_server(folder: Path) -> Player | str:
    """Compile the libzmq server in C and return it."""
    if shutil.which("cc") is None:
        return "C: no C compiler is installed"
    binary = folder / "answer-c"
    build = ["cc", "-o", str(binary), str(PLAYERS / "answer.c"), "-lzmq"]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if done.returncode:
        return "C: libzmq's headers are not installed (libzmq3-dev)"
    return Player("C", [str(binary)])
