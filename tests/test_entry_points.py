"""What `core.entry_points` finds is what `importlib.metadata` finds, or nothing."""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import Distribution, entry_points
from pathlib import Path

import pytest

from core.entry_points import announced_module


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for packages, before all others."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def install(site: Path, package: str, *lines: str, group: str = "babelmq") -> None:
    folder = site / f"{package}.dist-info"
    folder.mkdir(parents=True)
    name, version = package.split("-")
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (folder / "entry_points.txt").write_text("\n".join((f"[{group}]", *lines)) + "\n")


def found(name: str) -> str | None:
    """Return what `announced_module` says, which must not differ from the standard library."""
    module = announced_module("babelmq", name)
    values = [entry.value for entry in entry_points(group="babelmq", name=name)]
    assert module is None or values == [module]
    return module


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "inproc"])
def test_built_in_transports_are_plain_cases(scheme: str) -> None:
    assert found(scheme) == f"plugins.{scheme}"


def test_a_package_that_announces_a_module(site: Path) -> None:
    install(site, "thunder-1.0", "other = no", "thunder=thunder.transport", "; thunder = comment")
    assert found("thunder") == "thunder.transport"


def test_of_two_versions_of_one_package_the_first_counts(site: Path, tmp_path: Path) -> None:
    install(site, "Thunder_Bolt-2.0", "thunder = new")
    install(tmp_path / "later", "thunder.bolt-1.0", "thunder = old")
    sys.path.append(str(tmp_path / "later"))  # the fixture takes it away again
    assert found("thunder") == "new"


def test_nothing_is_announced(site: Path) -> None:
    install(site, "thunder-1.0", "thunder = thunder", group="babelmq.other")
    assert found("thunder") is None


def test_two_packages_that_announce_the_same_are_no_plain_case(site: Path) -> None:
    install(site, "thunder-1.0", "storm = thunder")
    install(site, "lightning-1.0", "storm = lightning")
    assert found("storm") is None


@pytest.mark.parametrize("value", ["thunder:Plugin", "thunder [extra]", ""])
def test_more_than_a_module_is_no_plain_case(site: Path, value: str) -> None:
    install(site, "thunder-1.0", f"storm = {value}")
    assert announced_module("babelmq", "storm") is None


def test_packages_in_an_archive_are_no_plain_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "packages.zip", "w") as archive:
        archive.writestr("x-1.dist-info/entry_points.txt", "[babelmq]\ntcp = rival\n")
        archive.writestr("x-1.dist-info/METADATA", "Name: x\nVersion: 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "packages.zip"))
    assert announced_module("babelmq", "tcp") is None  # `importlib.metadata` would keep it open


class Finder:
    """Finds packages somewhere else."""

    def find_spec(self, *_: object) -> None:
        return None

    def find_distributions(self, *_: object) -> list[Distribution]:
        return []


def test_packages_that_others_find_are_no_plain_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert found("tcp") is None


def test_places_that_are_not_there_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend("/no/such/place")
    assert found("tcp") == "plugins.tcp"
