"""Every program in README, docs and examples runs; every command that they name exists."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.cli import cat_parser, proxy_parser
from gateway.cli import main
from tests.support.markdown import Block, blocks, scenes
from tests.support.processes import ROOT, PeerProcess

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if path.name != "__init__.py")
PATIENCE = 60  # seconds for one program
PORT = re.compile(r"(?<=:)55\d\d\b")

EXPECTED = {
    "asyncio_echo.py": "[b'echo:', b'one']\n[b'echo:', b'two']\n",
    "batches.py": (
        "1000 messages accepted in one call\n"
        "1000 messages received, first b'0', last b'999'\n"
    ),
    "broker.py": "ONE\nTWO\nTHREE\n",
    "failures.py": (
        "A client has the wrong key of its server.\n"
        "    the peer closed the connection: after our HELLO:"
        " is ZMQ_CURVE_SERVERKEY the public key of this server?\n"
        "Somebody else has the port.\n"
        "    Address already in use: cannot bind 'tcp://127.0.0.1:…':"
        " another socket is bound to it: close that one or choose another\n"
        "A peer speaks HTTP.\n"
        "    the peer does not speak ZMTP: it speaks HTTP\n"
        "A request to a server that is not running.\n"
        "    no reply, asked once: no peer was ready in 200 ms (tcp://127.0.0.1:…"
        " is waiting to connect again, Connection refused: tcp://127.0.0.1:…)\n"
        "A subscriber that does not keep up.\n"
        "    20 sent, 5 dropped: the queue for the peer was full (SNDHWM)\n"
        "A context that cannot end.\n"
        "    1 socket holds the context: PUSH made at failures.py:… on"
        " ipc:///tmp/nobody-listens-here: not closed, 1 message unsent,"
        " No such file or directory: ipc:///tmp/nobody-listens-here\n"
        "    1 message did not leave\n"
    ),
    "feed.py": "a subscription arrives: b'\\x01weather'\nsunny\nrain at night\n",
    "hello_client.py": "received b'World'\n" * 3,
    "ironhouse.py": "friend: b'it is me'\nstranger: was not let in\n",
    "pipeline.py": "the squares below 1000 sum to 332833500\n",
    "poll.py": (
        "nothing yet: []\n"
        "the socket has b'a message'\n"
        "the pipe has b'some bytes' events 1\n"
    ),
    "workers.py": "red answered 10 times, green answered 10 times, blue answered 10 times\n",
}  # fmt: skip


def all_scenes(language: str) -> list[object]:
    return [
        pytest.param(scene, id=scene[-1].name) for page in PAGES for scene in scenes(page, language)
    ]


class Ports:
    """Replaces the ports that people read (5555, 5556, …) by free ones, the same each time."""

    def __init__(self) -> None:
        self._free: dict[str, str] = {}

    def replace(self, code: str) -> str:
        return PORT.sub(lambda match: self._free_for(match[0]), code)

    def _free_for(self, port: str) -> str:
        if port not in self._free:
            with socket.create_server(("127.0.0.1", 0)) as taken:
                self._free[port] = str(taken.getsockname()[1])
        return self._free[port]


def run(command: list[str], directory: Path, environment: dict[str, str] | None = None) -> str:
    """Run a program to its end, which must be a good one, and return what it printed."""
    done = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def python_file(folder: Path, block: Block, ports: Ports) -> Path:
    """Write a block to a file of its own, below as many empty lines as the page has above it."""
    path = folder / f"line{block.line}.py"
    path.write_text("\n" * block.line + ports.replace(block.code), encoding="utf-8")
    return path


@pytest.mark.parametrize("scene", all_scenes("python"))
def test_python_program_in_the_docs(scene: list[Block], tmp_path: Path) -> None:
    ports = Ports()
    *background, last = [python_file(tmp_path, block, ports) for block in scene]
    with ExitStack() as stack:
        for path in background:
            stack.enter_context(PeerProcess.python(path))
        run([sys.executable, str(last)], tmp_path)


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    command = [sys.executable, "-m", "gateway", "--listen", "127.0.0.1:0"]
    with PeerProcess(command) as process:
        yield process.expect("listening on ")


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Ports]:
    """A server where the snippets expect one: `examples/hello_server.py` on a free port."""
    ports = Ports()
    path = tmp_path / "server.py"
    source = (ROOT / "examples" / "hello_server.py").read_text(encoding="utf-8")
    path.write_text(ports.replace(source), encoding="utf-8")
    with PeerProcess.python(path):
        yield ports


@pytest.mark.requires_node
@pytest.mark.parametrize("scene", all_scenes("javascript"))
def test_node_program_in_the_docs(
    scene: list[Block], gateway: str, answering: Ports, tmp_path: Path
) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "babelmq").symlink_to(ROOT / "clients" / "node")
    (block,) = scene
    path = tmp_path / "program.js"
    path.write_text(answering.replace(block.code), encoding="utf-8")
    run(["node", str(path)], tmp_path, {"BABELMQ_GATEWAY": gateway})


@pytest.mark.requires_go
@pytest.mark.parametrize("scene", all_scenes("go"))
def test_go_program_in_the_docs(
    scene: list[Block], gateway: str, answering: Ports, tmp_path: Path
) -> None:
    (block,) = scene
    client = ROOT / "clients" / "go"
    module = (client / "go.mod").read_text(encoding="utf-8")
    # The client's own requirements, under another name, so that its checksums fit.
    module = module.replace("module babelmq/zmq4", "module program")
    module += f"\nrequire babelmq/zmq4 v0.0.0\nreplace babelmq/zmq4 => {client}\n"
    (tmp_path / "go.mod").write_text(module, encoding="utf-8")
    shutil.copy(client / "go.sum", tmp_path)
    (tmp_path / "main.go").write_text(answering.replace(block.code), encoding="utf-8")
    run(["go", "run", "-mod=mod", "."], tmp_path, {"BABELMQ_GATEWAY": gateway})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example(path: Path, tmp_path: Path) -> None:
    ports = Ports()
    copies = {}
    for example in EXAMPLES:
        copies[example.name] = tmp_path / example.name
        copies[example.name].write_text(ports.replace(example.read_text()), encoding="utf-8")
    if path.name == "hello_server.py":
        with PeerProcess.python(copies[path.name]) as server:
            run([sys.executable, str(copies["hello_client.py"])], tmp_path)
            assert server.read_line() == "received b'Hello'"
    elif path.name == "hello_client.py":
        with PeerProcess.python(copies["hello_server.py"]):
            assert run([sys.executable, str(copies[path.name])], tmp_path) == EXPECTED[path.name]
    else:
        assert run([sys.executable, str(copies[path.name])], tmp_path) == EXPECTED[path.name]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_targets_of_make_in_the_docs_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for block in blocks(page):
        if block.language == "bash":
            used = set(re.findall(r"^make ([a-z-]+)", block.code, re.MULTILINE))
            assert used <= targets, f"{block.name} names targets that the Makefile lacks"


def shell_commands(text: str) -> list[list[str]]:
    """The arguments of every `babelmq cat` and `babelmq proxy` in lines of shell."""
    found = []
    for line in text.splitlines():
        words = shlex.shlex(line.strip().removeprefix("$ "), posix=True, punctuation_chars="|&<>")
        words.whitespace_split = True
        words.commenters = "#"
        for ends, pipe in itertools.groupby(words, lambda word: set(word) <= set("|&<>")):
            command = list(pipe)
            if not ends and command[:1] == ["babelmq"] and command[1] in ("cat", "proxy"):
                found.append(command[1:])
    return found


def test_shell_commands_make_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arguments of every command in the pages and in the examples of the help."""
    ran = []

    def run(parsed: object) -> int:
        ran.append(parsed)
        return 0

    monkeypatch.setattr("core.cli.cat.run", run)
    monkeypatch.setattr("core.cli.device.run", run)
    commands = shell_commands(f"{cat_parser.EPILOG}\n{proxy_parser.EPILOG}")
    for page in PAGES:
        for block in blocks(page):
            if block.language == "console":
                commands += shell_commands(block.code)
    for command in commands:
        assert main(command) == 0, command
    assert len(ran) == len(commands) > 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_in_the_docs_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text) + re.findall(r'src="([^"]+)"', text)
    for target in targets:
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
