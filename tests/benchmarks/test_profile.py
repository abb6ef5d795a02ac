"""The profile reads what strace writes, and says when it cannot."""

from __future__ import annotations

import pytest

from benchmarks import profile
from benchmarks.case import Case

SUMMARY = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 62.50    0.000500           5       100           sendto
 37.50    0.000300           3        50         7 recvfrom
------ ----------- ----------- --------- --------- ----------------
100.00    0.000800           5       150         7 total
"""


def test_calls_are_counted_by_name() -> None:
    assert profile.counts(SUMMARY) == {"sendto": 100, "recvfrom": 50}


def test_the_most_frequent_calls_are_named() -> None:
    assert profile.described(profile.counts(SUMMARY), 100) == "1.5: sendto 1, recvfrom 0.5"
    assert profile.described({}, 100) == ""


def test_without_strace_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def played(case: Case, implementation: str) -> list[list[str]]:
        return [[case.title, implementation, "send", "1 µs", "2 µs", ""]]

    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(profile, "profile", played)
    assert profile.main(["push-pull/tcp/10"]) == 0
    shown = capsys.readouterr().out
    assert "strace is not installed" in shown
    assert "pyzmq | send | 1 µs" in shown


def test_an_unknown_case_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert profile.main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err
