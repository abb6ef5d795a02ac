"""The layers of the project, read from the imports: who may know whom, and what stays pure.

gateway → core ← plugins; inside core, `zmtp` and `patterns` decide and never act: no socket, clock,
thread, random number or operating system in them, and nothing of the runtime that drives them.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("core", "plugins", "gateway")
IMPURE = {
    "_thread", "asyncio", "concurrent", "grpc", "multiprocessing", "os", "pathlib", "random",
    "secrets", "select", "selectors", "signal", "socket", "socketserver", "ssl", "subprocess",
    "tempfile", "threading", "time",
}  # fmt: skip
# What a package may import besides the standard library and itself.
ALLOWED = {
    "core": {"nacl", "pluggy"},
    "plugins": {"core", "pluggy"},
    "gateway": {"core", "google", "grpc", "grpc_health", "grpc_reflection", "grpc_tools"},
}


def sources(package: str) -> list[Path]:
    return sorted(
        path
        for path in (ROOT / package).rglob("*.py")
        if not path.name.endswith(("_pb2.py", "_pb2_grpc.py"))
    )


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that the file imports anywhere, as an absolute dotted name, with its line.

    `from a import b` gives `a.b`: whether b is a module of a or a name in it, the rules agree.
    """
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            origin = ".".join(filter(None, [base, node.module]))
            yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def offences(package: str, forbidden: set[str]) -> list[str]:
    """`file:line: imports name` for each import of a forbidden module or anything in it."""
    return [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in sources(package)
        for name, line in imports(path)
        if any(name == module or name.startswith(f"{module}.") for module in forbidden)
    ]


@pytest.mark.parametrize("package", ["core/zmtp", "core/patterns"])
def test_protocol_and_patterns_are_pure(package: str) -> None:
    assert sources(package)
    assert not offences(package, IMPURE)


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("core/zmtp", ("core.zmtp",)),
        ("core/patterns", ("core.patterns", "core.errors", "core.enums", "core.options")),
    ],
)
def test_inner_layers_know_nothing_of_the_outer_ones(
    package: str, allowed: tuple[str, ...]
) -> None:
    outside = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in sources(package)
        for name, line in imports(path)
        if name.split(".")[0] in PACKAGES and not name.startswith(allowed)
    ]
    assert not outside


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_what_they_may(package: str) -> None:
    may = set(sys.stdlib_module_names) | ALLOWED[package] | {package}
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in sources(package)
        for name, line in imports(path)
        if name.split(".")[0] not in may and not in_the_bridge(path, name)
    ]
    assert not wrong


def in_the_bridge(path: Path, name: str) -> bool:
    """`core.pyzmq_backend` stands between pyzmq and core: it alone may import zmq."""
    return path.is_relative_to(ROOT / "core/pyzmq_backend") and f"{name}.".startswith("zmq.")


def test_nothing_in_core_needs_the_bridge() -> None:
    elsewhere = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in sources("core")
        for name, line in imports(path)
        if name.startswith("core.pyzmq_backend") and "pyzmq_backend" not in path.parts
    ]
    assert not elsewhere


def test_the_runtime_knows_nothing_of_the_face() -> None:
    face = {"core.asyncio", "core.context", "core.convenience", "core.poller", "core.socket"}
    assert not offences("core/runtime", face)


def public_names(package: str) -> set[str]:
    module = importlib.import_module(package)
    return {f"{package}.{name}" for name in module.__all__}


def test_gateway_uses_cores_public_api_only() -> None:
    # The registry is public too: `babelmq plugins` prints it; the console script has all commands.
    allowed = public_names("core") | public_names("core.asyncio") | public_names("core.cli")
    allowed |= {"core.plugin.registered"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in sources("gateway")
        for name, line in imports(path)
        if name.split(".")[0] == "core" and name not in allowed | {"core", "core.asyncio"}
    ]
    assert not wrong
    private = [
        f"{path.relative_to(ROOT)}:{node.lineno}: reads zmq.{node.attr}"
        for path in sources("gateway")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("zmq", "core", "azmq")
        and f"core.{node.attr}" not in allowed
        and f"core.asyncio.{node.attr}" not in allowed
        and node.attr != "asyncio"
    ]
    assert not private


def test_commands_are_programs_like_any_other() -> None:
    """They see the face, the tables of options and types, and nothing that moves bytes."""
    assert not offences("core/cli", {"core.runtime", "core.zmtp", "core.transport", "core.plugin"})
    knowing = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in sources("core")
        for name, line in imports(path)
        if name.startswith("core.cli") and path.parent.name != "cli"
    ]
    assert not knowing


def test_plugins_use_the_transport_interface_only() -> None:
    interface = {"core.transport", "core.plugin", "core.errors", "core.endpoint", "core.hookspecs"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in sources("plugins")
        for name, line in imports(path)
        if name.split(".")[0] == "core" and not any(name.startswith(part) for part in interface)
    ]
    assert not wrong


def schemes() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return set(project["project"]["entry-points"]["babelmq"])


def test_core_names_no_plugin() -> None:
    """No string in core's code is a scheme or a module of a plugin; prose may give examples."""
    names = schemes()
    assert names >= {"tcp", "ipc", "inproc"}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for path in sources("core")
        for node in code_strings(ast.parse(path.read_text(encoding="utf-8")))
        if node.value in names or str(node.value).startswith("plugins")
    ]
    assert not wrong


def code_strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """The string constants of a module that are not docstrings or other bare expressions."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


def module_names() -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in PACKAGES
        for path in sources(package)
        if path.name != "__main__.py"
    ]


@pytest.mark.filterwarnings("ignore:core.auth.ioloop is deprecated")
@pytest.mark.parametrize("name", module_names())
def test_all_lists_exactly_what_exists(name: str) -> None:
    module = importlib.import_module(name)
    if not hasattr(module, "__all__"):
        return
    names = list(module.__all__)
    assert len(names) == len(set(names)), "a name is listed twice"
    assert not [item for item in names if not hasattr(module, item)]
    assert not [item for item in names if item.startswith("_") and not item.startswith("__")]


@pytest.mark.parametrize("name", ["core", "core.asyncio", "core.zmtp"])
def test_packages_say_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    unlisted = {
        item
        for item, value in vars(module).items()
        if not item.startswith("_")
        and not isinstance(value, ModuleType)
        and str(getattr(value, "__module__", "")).startswith("core")
    } - set(module.__all__)
    assert not unlisted


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in sources(package)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_import_core_is_cheap() -> None:
    """Importing core loads no plugin, and nothing that only plugins or loops need."""
    code = "import sys; before = set(sys.modules); import core; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert not loaded & {
        "asyncio",
        "dataclasses",
        "grpc",
        "importlib.metadata",
        "inspect",
        "json",
        "logging",
        "multiprocessing",
        "pickle",
        "pluggy",
        "random",
        "ssl",
    }
    assert not [name for name in loaded if name.split(".")[0] in ("plugins", "gateway")]


FIRST_MESSAGE = """
import sys
import core as zmq
with zmq.Context() as context, context.socket(zmq.PULL) as sink, context.socket(zmq.PUSH) as source:
    port = sink.bind_to_random_port("tcp://127.0.0.1")
    source.connect(f"tcp://127.0.0.1:{port}")
    source.send(b"first")
    assert sink.recv() == b"first"
print(*sys.modules)
"""


def test_the_first_message_is_cheap() -> None:
    """Up to there nothing is imported that takes as long as all the rest."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_MESSAGE], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "plugins.tcp" in loaded
    assert not loaded & {
        "asyncio",
        "dataclasses",
        "email",
        "encodings.idna",
        "importlib.metadata",
        "ipaddress",
        "logging",
        "pathlib",
        "tempfile",
    }
