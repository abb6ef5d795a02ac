"""Warnings reach somebody, whether the program uses `logging` or not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.runtime import log


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )


def test_a_warning_goes_to_the_logger(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("%s has %d peers", "PUSH", 2)
    [record] = caplog.records
    assert (record.name, record.levelname) == ("babelmq", "WARNING")
    assert record.getMessage() == "PUSH has 2 peers"
    assert record.funcName == "test_a_warning_goes_to_the_logger"


@pytest.mark.parametrize("before", ["import logging", ""])
def test_without_any_set_up_warnings_go_to_stderr_and_the_rest_nowhere(before: str) -> None:
    code = f"{before}\nfrom core.runtime import log\nlog.warning('%d left', 3)\nlog.debug('x')"
    assert run(code).stderr == "3 left\n"


def test_a_warning_imports_nothing() -> None:
    """There may be no descriptor left to import with."""
    run(
        "import sys\n"
        "from core.runtime import log\n"
        "before = set(sys.modules)\n"
        "log.warning('no descriptor left')\n"
        "assert set(sys.modules) == before, set(sys.modules) - before\n"
    )


@pytest.mark.parametrize("stderr", ["None", "open('/dev/full', 'w')", "closed"])
def test_a_warning_that_cannot_be_told_does_no_harm(stderr: str) -> None:
    code = (
        "import sys\n"
        "from core.runtime import log\n"
        "closed = open('/dev/null', 'w'); closed.close()\n"
        f"sys.stderr = {stderr}\n"
        "log.warning('nobody hears me')\n"
        "sys.stderr = sys.__stderr__\n"
        "print('still here')\n"
    )
    if "full" in stderr:
        if sys.platform != "linux":
            pytest.skip("needs /dev/full")
        code += "sys.stdout.flush()\nimport os\nos._exit(0)  # it would try again to write\n"
    assert run(code).stdout == "still here\n"
