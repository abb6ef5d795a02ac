"""docs/libzmq-tests.md names tests that exist, and each of libzmq's files once."""

from __future__ import annotations

import re

import pytest

from tests.support.processes import ROOT

PAGE = (ROOT / "docs" / "libzmq-tests.md").read_text(encoding="utf-8")
REFERENCE = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")
ROW = re.compile(r"^\| ((?:unit)?test_[^|]*) \|", re.MULTILINE)


@pytest.mark.parametrize("path", sorted({path for path, _ in REFERENCE.findall(PAGE)}))
def test_every_test_that_is_named_exists(path: str) -> None:
    source = (ROOT / "tests" / path).read_text(encoding="utf-8")
    for known, name in REFERENCE.findall(PAGE):
        if known == path and name:
            assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), name


def test_no_file_is_named_twice() -> None:
    files = [name for row in ROW.findall(PAGE) for name in row.split(", ")]
    assert len(files) == len(set(files))
