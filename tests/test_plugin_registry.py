from __future__ import annotations

import errno
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from core.errors import ZMQError
from core.hookspecs import hookimpl
from core.plugin import PluginError, Registry, get_transport, registered
from core.testing import FaultyTransport
from core.transport import StreamTransport

GOOD = """
from core.hookspecs import hookimpl
from core.testing import FaultyTransport

@hookimpl
def babelmq_transport():
    return {transports}
"""


class Workshop:
    """Writes plugin modules and announces them to a registry of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.entry_points: list[EntryPoint] = []
        self.registry = Registry(lambda: self.entry_points)

    def announce(self, scheme: str, module: str, source: str | None = None) -> None:
        if source is not None:
            (self.directory / f"{module}.py").write_text(source)
        self.entry_points.append(EntryPoint(scheme, module, "babelmq"))

    def announce_good(self, *schemes: str, module: str) -> None:
        transports = [f"FaultyTransport({scheme!r})" for scheme in schemes]
        source = GOOD.format(transports=f"[{', '.join(transports)}]")
        for scheme in schemes:
            self.announce(scheme, module, source)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Workshop(tmp_path)


def plugin_returning(answer: object) -> ModuleType:
    @hookimpl
    def babelmq_transport() -> object:
        return answer

    plugin = ModuleType("mine")
    plugin.__dict__["babelmq_transport"] = babelmq_transport
    return plugin


def refusal(call: Callable[[], object]) -> str:
    """Run a call that must be refused; return what it says."""
    with pytest.raises(PluginError) as caught:
        call()
    assert isinstance(caught.value, ZMQError)
    assert caught.value.errno == errno.EPROTONOSUPPORT
    return str(caught.value)


def test_built_in_transports_are_found_through_the_installed_package() -> None:
    lines = {line.scheme: line for line in registered(load=True)}
    for scheme, kind in (("tcp", "stream"), ("ipc", "stream"), ("inproc", "message")):
        line = lines[scheme]
        assert (line.kind, line.status, line.problem) == (kind, "loaded", "")
        assert (line.distribution, line.module) == ("babelmq", f"plugins.{scheme}")
        assert line.version


def test_a_plugin_is_imported_on_first_use_of_its_scheme(workshop: Workshop) -> None:
    workshop.announce_good("one", module="plugin_on_first_use")
    assert workshop.registry.schemes() == ["one"]
    assert workshop.registry.registered()[0].status == "found"
    assert "plugin_on_first_use" not in sys.modules
    transport = workshop.registry.transport("one")
    assert transport.scheme == "one"
    assert workshop.registry.transport("one") is transport
    assert workshop.registry.registered()[0].status == "loaded"


def test_one_module_may_bring_several_transports(workshop: Workshop) -> None:
    workshop.announce_good("one", "two", module="plugin_with_two")
    assert workshop.registry.transport("two").scheme == "two"
    assert workshop.registry.transport("one").scheme == "one"


def test_an_unknown_scheme_lists_the_known_ones(workshop: Workshop) -> None:
    workshop.announce_good("two", "one", module="plugin_to_list")
    assert "No transport for 'three://' (known: one, two;" in refusal(
        lambda: workshop.registry.transport("three")
    )


def test_without_any_plugin_the_error_asks_about_the_installation(workshop: Workshop) -> None:
    assert "is the package babelmq installed?" in refusal(
        lambda: workshop.registry.transport("tcp")
    )


BROKEN = {
    "import": ("raise RuntimeError('no such library')", "RuntimeError: no such library"),
    "syntax": ("def", "SyntaxError"),
    "no hook": ("x = 1", "does not implement the hook babelmq_transport"),
    "hook fails": (
        GOOD.format(transports="1 / 0"),
        "ZeroDivisionError",
    ),
    "hook gives nothing": (
        GOOD.format(transports="None"),
        "does not implement the hook babelmq_transport (or it returns None)",
    ),
    "hook wants arguments": (
        GOOD.replace("babelmq_transport()", "babelmq_transport(nonsense)").format(transports="1"),
        "nonsense",
    ),
    "no transport": (GOOD.format(transports="42"), "int.kind is None"),
    "other scheme": (
        GOOD.format(transports="FaultyTransport('other')"),
        "no transport whose scheme is 'bad'",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_breaks_only_its_scheme_and_is_named(workshop: Workshop, case: str) -> None:
    source, problem = BROKEN[case]
    module = f"plugin_broken_{case.replace(' ', '_')}"
    workshop.announce("bad", module, source)
    workshop.announce_good("good", module=f"{module}_beside")
    for _ in range(2):  # it stays broken, and says so again
        message = refusal(lambda: workshop.registry.transport("bad"))
        assert problem in message
        assert f"({module})" in message
        assert "bad://" in message
    assert workshop.registry.transport("good").scheme == "good"
    lines = {line.scheme: line for line in workshop.registry.registered(load=True)}
    assert lines["bad"].status == "broken"
    assert problem in lines["bad"].problem
    assert lines["good"].status == "loaded"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "carrier pigeon"}, "FaultyTransport.kind is 'carrier pigeon'"),
        ({"scheme": 7}, "FaultyTransport.scheme must be a string"),
        ({"listen": None}, "FaultyTransport lacks listen"),
        ({"kind": "message"}, "FaultyTransport lacks bind"),
    ],
)
def test_a_transport_of_the_wrong_shape_says_what_is_wrong(
    change: dict[str, Any], problem: str
) -> None:
    transport = FaultyTransport()
    for name, value in change.items():
        setattr(transport, name, value)
    message = refusal(lambda: Registry(list).register(plugin_returning(transport)))
    assert problem in message
    assert "plugin 'mine'" in message


def test_two_packages_that_claim_a_scheme_are_both_refused_by_name(workshop: Workshop) -> None:
    workshop.announce_good("one", module="plugin_rival_a")
    workshop.announce_good("one", module="plugin_rival_b")
    message = refusal(lambda: workshop.registry.transport("one"))
    assert "(plugin_rival_a) and (plugin_rival_b)" in message
    lines = workshop.registry.registered()
    assert [line.status for line in lines] == ["refused", "refused"]
    assert lines[0].problem == message


def test_a_plugin_object_can_be_registered_without_a_package() -> None:
    registry = Registry(list)
    transports = [FaultyTransport("one"), FaultyTransport("two")]
    assert registry.register(plugin_returning(transports)) == ("one", "two")
    assert registry.transport("two") is cast("StreamTransport", transports[1])
    assert [(line.scheme, line.status) for line in registry.registered()] == [
        ("one", "loaded"),
        ("two", "loaded"),
    ]


def test_a_plugin_cannot_bring_a_scheme_twice() -> None:
    twice = plugin_returning([FaultyTransport("one"), FaultyTransport("one")])
    assert "two transports for one scheme" in refusal(lambda: Registry(list).register(twice))


def test_registering_again_is_refused_and_harmless() -> None:
    registry = Registry(list)
    plugin = plugin_returning(FaultyTransport("one"))
    registry.register(plugin)
    for _ in range(2):
        assert "mine and mine" in refusal(lambda: registry.register(plugin))
    assert registry.transport("one").scheme == "one"


def test_a_registered_plugin_cannot_take_a_scheme_over(workshop: Workshop) -> None:
    workshop.announce_good("one", module="plugin_first")
    rival = plugin_returning([FaultyTransport("new"), FaultyTransport("one")])
    message = refusal(lambda: workshop.registry.register(rival, "the rival"))
    assert "'one://': (plugin_first) and the rival" in message
    assert workshop.registry.schemes() == ["one"]  # nothing of the rival was kept
    assert "'one://'" in refusal(lambda: workshop.registry.register(rival, "the rival"))


def test_plugins_of_one_name_do_not_collide() -> None:
    registry = Registry(list)
    registry.register(plugin_returning(FaultyTransport("one")))
    registry.register(plugin_returning(FaultyTransport("two")))
    assert registry.schemes() == ["one", "two"]


def test_the_same_plugin_can_be_loaded_by_two_registries(workshop: Workshop) -> None:
    workshop.announce_good("one", module="plugin_shared")
    other = Registry(lambda: workshop.entry_points)
    assert workshop.registry.transport("one").scheme == other.transport("one").scheme


def test_threads_that_race_for_a_scheme_get_one_transport(workshop: Workshop) -> None:
    workshop.announce_good("one", module="plugin_raced_for")
    found: list[object] = []
    barrier = threading.Barrier(4)

    def use() -> None:
        barrier.wait(10)
        found.append(workshop.registry.transport("one"))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 4
    assert len(set(map(id, found))) == 1


def test_importing_core_loads_no_plugin_and_none_of_what_finds_them() -> None:
    code = (
        "import sys, core\n"
        "found = {'pluggy', 'importlib.metadata', 'plugins', 'core.hookspecs'} & set(sys.modules)\n"
        "assert not found, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_using_one_scheme_loads_no_other() -> None:
    code = (
        "import sys\n"
        "from core.plugin import get_transport\n"
        "get_transport('inproc')\n"
        "found = {'plugins.tcp', 'plugins.ipc'} & set(sys.modules)\n"
        "assert not found, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_hook_is_documented_where_plugin_authors_look() -> None:
    from core import hookspecs

    hooks = [
        getattr(hookspecs, name)
        for name in dir(hookspecs)
        if hasattr(getattr(hookspecs, name), "babelmq_spec")
    ]
    assert hooks
    for hook in hooks:
        assert hook.__doc__
        assert hook.__name__ in (hookspecs.__doc__ or "")


def test_built_in_plugins_are_modules_with_the_hook() -> None:
    for scheme in ("tcp", "ipc", "inproc"):
        module = sys.modules[type(get_transport(scheme)).__module__]
        assert isinstance(module, ModuleType)
        assert module.babelmq_transport().scheme == scheme
