"""The public API stands in the reference, and its docstrings name every parameter."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.processes import ROOT

MODULES = ("core", "core.asyncio", "core.plugin", "core.endpoint", "core.event_stream")
_KINDS = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def public_functions() -> Iterator[tuple[str, Any]]:
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.isfunction(found):
                yield f"{module_name}.{name}", found
            elif inspect.isclass(found) and not issubclass(found, (int, BaseException)):
                for method, value in inspect.getmembers(found, callable):
                    ours = inspect.isfunction(value) or inspect.ismethod(value)
                    if not method.startswith("_") and ours:
                        yield f"{module_name}.{name}.{method}", value


def unexplained(function: Any) -> list[str]:
    text = inspect.getdoc(function) or ""
    if re.search(r"see `|`Registry\.", text, re.IGNORECASE):
        return []  # explained there
    return [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind not in _KINDS
        and parameter.name not in ("self", "cls")
        and f":param {parameter.name}:" not in text
        and f"``{parameter.name}``" not in text
    ]


@pytest.mark.parametrize(
    "function", [pytest.param(value, id=name) for name, value in public_functions()]
)
def test_parameters_are_explained(function: Any) -> None:
    assert inspect.getdoc(function)
    assert not unexplained(function)


def stands_in(reference: str, name: str, value: object) -> bool:
    """By its own name, or with the module that it comes from."""
    home = re.escape(str(getattr(value, "__module__", "")))
    return bool(
        re.search(rf"\bcore\.[\w.]*\b{name}\b", reference)
        or re.search(rf"automodule:: {home}$", reference, re.MULTILINE)
    )


@pytest.mark.parametrize("module", ["core", "core.asyncio", "core.auth", "core.devices"])
def test_public_names_stand_in_the_reference(module: str) -> None:
    pages = sorted((ROOT / "docs" / "reference").glob("*.rst"))
    reference = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    constants = set(vars(importlib.import_module("core.constants"))) | {"CURVE_ALLOW_ANY"}
    found = importlib.import_module(module)
    names = [
        name
        for name in found.__all__
        if name not in constants
        and getattr(getattr(found, name), "__name__", name) == name  # an old name of another
    ]
    assert [name for name in names if not stands_in(reference, name, getattr(found, name))] == []
