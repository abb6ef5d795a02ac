"""The docstrings of the public API name every parameter, or say where they are explained."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

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
