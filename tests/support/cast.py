"""Peers in every language, each a process whose sockets a test drives like its own.

One process per language serves a whole module of tests; Node.js and Go reach the engine through a
gateway that runs beside them, as their users have it.
"""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support import tools
from tests.support.processes import ROOT, PeerProcess
from tests.support.sockets import QUIET, SAFETY_TIMEOUT
from tests.support.waiting import wait_until

PEERS = ROOT / "tests" / "interop" / "peers"
NEEDS = {"node": pytest.mark.requires_node, "go": pytest.mark.requires_go}
_numbers = itertools.count(1)


class PeerError(Exception):
    """A call failed in the peer; `name` is its errno, such as EAGAIN."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Peer:
    """A running peer; opens sockets in it."""

    def __init__(self, process: PeerProcess) -> None:
        self._process = process
        self._sockets: list[PeerSocket] = []

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Have a command carried out; PeerError when it fails there."""
        self._process.write_line(json.dumps({"do": do, **arguments}))
        answer: dict[str, Any] = json.loads(self._process.read_line(SAFETY_TIMEOUT / 1000 + 5))
        if "error" in answer:
            raise PeerError(str(answer["error"]))
        return answer

    def socket(self, kind: str) -> PeerSocket:
        """A new socket in the peer: kind is "REQ", "PUB", ..."""
        socket = PeerSocket(self, kind)
        self._sockets.append(socket)
        return socket

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def close_sockets(self) -> None:
        while self._sockets:
            self._sockets.pop().close()


class PeerSocket:
    """A socket that lives in a peer."""

    def __init__(self, peer: Peer, kind: str) -> None:
        self._peer, self._number = peer, next(_numbers)
        self._ask("open", kind=kind, timeout=SAFETY_TIMEOUT)

    def _ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        return self._peer.ask(do, socket=self._number, **arguments)

    def bind(self, endpoint: str) -> str:
        """Bind, and return the endpoint with wildcards resolved."""
        return str(self._ask("bind", endpoint=endpoint)["endpoint"])

    def connect(self, endpoint: str) -> None:
        self._ask("connect", endpoint=endpoint)

    def secure(self, part: str, **credentials: str) -> None:
        """Give it a mechanism: part is "plain_client", "curve_server", ..."""
        self._ask(part, **credentials)

    def subscribe(self, topic: str) -> None:
        self._ask("subscribe", topic=topic)

    def send(self, *frames: bytes) -> None:
        self._ask("send", frames=[base64.b64encode(frame).decode() for frame in frames])

    def recv(self, timeout: int = SAFETY_TIMEOUT) -> list[bytes]:
        answer = self._ask("recv", timeout=timeout)
        return [base64.b64decode(frame or "") for frame in answer["frames"]]

    def try_recv(self, timeout: int = QUIET) -> list[bytes] | None:
        """A message, or None when none comes in time."""
        try:
            return self.recv(timeout)
        except PeerError as error:
            if error.name != "EAGAIN":
                raise
            return None

    def close(self) -> None:
        self._ask("close")


def peer_called(name: str, peers: dict[str, Peer]) -> Peer:
    """The peer of a language; skips the test, and says why, where it is not installed."""
    if name not in peers:
        tools.give_up(f"the {name} client", f"the packages of clients/{name} are not installed")
    return peers[name]


def among(*names: str) -> object:
    """One set of a test's parameters: languages, marked with what they need."""
    return pytest.param(*names, marks=[NEEDS[name] for name in {*names} if name in NEEDS])


def synchronise(publisher: PeerSocket, subscriber: PeerSocket) -> None:
    """Return once the subscriptions made so far reach from `subscriber` to `publisher`."""
    subscriber.subscribe("end of probes")
    subscriber.subscribe("probe")

    def heard() -> bool:
        publisher.send(b"probe")
        return subscriber.try_recv(20) is not None

    wait_until(heard, message="the publisher never learned of the subscriptions")
    publisher.send(b"end of probes")
    while subscriber.recv() != [b"end of probes"]:
        pass


class Cast:
    """Starts the gateway and the peers, and ends them all."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.peers: dict[str, Peer] = {}
        self._gateway = ""

    def start_everybody(self, directory: Path) -> None:
        """Start the gateway and a peer for every language there is on this machine.

        directory: where the Go peer is built
        """
        self.start("python", [sys.executable, PEERS / "remote.py", "core"])
        self.start("libzmq", [sys.executable, PEERS / "remote.py", "zmq"])
        self.start_gateway()
        package = ROOT / "clients" / "node"
        if shutil.which("node") and (package / "node_modules").exists():
            self.start("node", ["node", PEERS / "remote.js", package])
        if shutil.which("go"):
            self.start("go", [build_go_peer(directory)])

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Start a peer under this name."""
        self.peers[name] = Peer(self._stack.enter_context(self.process(command)))

    def process(self, command: Sequence[str | Path]) -> PeerProcess:
        """A peer's process that the caller ends, with the same gateway as the others."""
        environment = {"PYTHONPATH": str(ROOT), "BABELMQ_GATEWAY": self._gateway}
        return PeerProcess(command, environment, talk_back=True)

    def start_gateway(self) -> None:
        """Start the gateway that peers started from now on use."""
        command = [sys.executable, "-u", "-m", "gateway", "--listen", "127.0.0.1:0"]
        process = self._stack.enter_context(PeerProcess(command))
        self._gateway = process.expect("listening on ")

    def end(self) -> None:
        self._stack.close()


def build_go_peer(directory: Path) -> Path:
    """Compile the Go peer into `directory`; AssertionError with the compiler's words."""
    program = directory / "remote"
    command = ["go", "build", "-o", str(program), "."]
    done = subprocess.run(command, cwd=PEERS / "go", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program
