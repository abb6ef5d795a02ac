"""The runner plays real cases with pyzmq, and reports roles that fail, hang or lie."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.case import Case, Part
from benchmarks.cases import select
from benchmarks.implementations import installed
from benchmarks.process import Role, TrialError
from benchmarks.runner import Outcome, run_case


def script(code: str, role: str = "role") -> Part:
    command = [sys.executable, "-c", code]
    return Part(role, lambda implementation, settings: [*command, implementation, settings])


READY = "import sys, json; print('{\"ready\": {}}', flush=True); sys.stdin.readline(); "
GOOD = READY + "print(json.dumps({'result': {'rate': 5.0}}), flush=True); sys.stdin.read()"


def play(case: Case, rounds: int = 1) -> tuple[Outcome, list[str]]:
    said: list[str] = []
    names = ["babelmq", "pyzmq"]
    return run_case(case, names, rounds, quick=True, say=said.append), said


def test_rounds_alternate_between_the_implementations() -> None:
    outcome, said = play(Case("c", "c", (script(GOOD),)), rounds=2)
    assert [line.split()[-1] for line in said] == ["babelmq", "pyzmq", "babelmq", "pyzmq"]
    assert outcome.rounds == {"babelmq": [{"rate": 5.0}] * 2, "pyzmq": [{"rate": 5.0}] * 2}


def test_what_a_role_says_when_ready_reaches_the_next_role() -> None:
    first = script('print(\'{"ready": {"endpoint": "here"}}\', flush=True); input(); input()')
    second = script(
        READY + "print(json.dumps({'result': {'rate': len(json.loads(sys.argv[2])['endpoint'])}}))",
        role="other",
    )
    outcome, _ = play(Case("c", "c", (first, second), measuring=1))
    assert outcome.rounds["pyzmq"] == [{"rate": 4}]


def test_every_role_learns_the_process_ids_of_all() -> None:
    code = (
        "import json, os, sys; print('{\"ready\": {}}', flush=True); "
        "crew = json.loads(sys.stdin.readline().removeprefix('go')); "
        "print(json.dumps({'result': {'rate': crew['me'] == os.getpid(), 'all': len(crew)}}))"
    )
    outcome, _ = play(Case("c", "c", (script(GOOD, "other"), script(code, "me")), measuring=1))
    assert outcome.rounds["pyzmq"] == [{"rate": True, "all": 2}]


def test_what_a_role_measured_before_the_start_joins_the_result() -> None:
    early = 'print(\'{"ready": {"figures": {"memory": 3}}}\', flush=True); input(); input()'
    outcome, _ = play(Case("c", "c", (script(early, "early"), script(GOOD)), measuring=1))
    assert outcome.rounds["pyzmq"] == [{"rate": 5.0, "memory": 3}]


def test_the_load_runs_beside_the_roles_and_ends_with_them() -> None:
    outcome, _ = play(Case("c", "c", (script(GOOD),), load="awake"))
    assert not outcome.failures


def test_an_implementation_that_fails_is_not_tried_again() -> None:
    broken = script(READY + "raise SystemExit('out of luck') if sys.argv[1] == 'babelmq' else 0")
    outcome, said = play(Case("c", "c", (broken,)), rounds=3)
    assert outcome.failures["babelmq"] == "ended too early: out of luck"
    assert outcome.summary("babelmq", "rate") is None
    assert sum("babelmq" in line for line in said) == 1


def test_a_role_that_hangs_is_given_up(python: Callable[[str], Role]) -> None:
    with python("import time; time.sleep(60)") as role, pytest.raises(TrialError, match="silent"):
        role.wait_for("ready", patience=0.05)


def test_a_role_that_says_something_else_is_an_error(python: Callable[[str], Role]) -> None:
    with python("print('{\"result\": {}}')") as role, pytest.raises(TrialError, match="expected"):
        role.wait_for("ready")


@pytest.fixture
def python() -> Callable[[str], Role]:
    return lambda code: Role([sys.executable, "-c", code])


@pytest.mark.parametrize(
    ("name", "players"),
    [
        ("push-pull/tcp/10", "plain pynng"),
        ("push-pull/inproc/65536", "pyzmq-zerocopy plain"),
        ("pair/tcp", "pyzmq"),
        ("multipart/tcp", "babelmq"),
        ("batch/tcp/10", "babelmq"),
        ("req-rep/ipc", "babelmq plain"),
        ("req-rep/inproc", "pynng plain"),
        ("dealer-router/tcp", "pyzmq"),
        ("pub-sub/peers/1", "pynng"),
        ("pub-sub/peers/10", "babelmq"),
        ("pub-sub/subscriptions/1000", "pyzmq"),
        ("asyncio/receive", "pyzmq"),
        ("asyncio/send", "plain"),
        ("asyncio/req-rep", "babelmq pynng plain"),
        ("connections/rate", "pyzmq plain"),
        ("startup", "babelmq"),
        ("growth/subscribers/3", "pyzmq"),
        ("growth/pushers/3", "babelmq"),
        ("growth/subscriptions/10", "babelmq"),
        ("growth/sockets/3", "babelmq"),
        ("growth/connections/10", "babelmq"),
    ],
)
def test_the_case_runs(name: str, players: str) -> None:
    (case,) = select([name])
    small = {"seconds": 0.02}
    if case.language == "python" and int(case.settings.get("count", 0)) > 1000:
        small["count"] = 1000
    case = replace(case, settings={**case.settings, **small})
    playing = [name for name in players.split() if installed(name)]
    assert set(playing) <= set(case.implementations)
    outcome = run_case(case, playing, 1, quick=False, say=lambda text: None)
    assert not outcome.failures
    for implementation in playing:
        for metric in case.metrics:
            summary = outcome.summary(implementation, metric.key)
            assert summary is not None
            assert summary.median >= 0


def test_the_command_line_prints_the_table_and_writes_the_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, chart = tmp_path / "out" / "bench.json", tmp_path / "bench.svg"
    arguments = ["startup", "--implementations", "pyzmq", "--rounds", "1"]
    assert main([*arguments, "--json", str(figures), "--svg", str(chart)]) == 0
    assert "| startup, import" in capsys.readouterr().out
    written = json.loads(figures.read_text(encoding="utf-8"))
    assert written["cases"]["startup"]["rounds"]["pyzmq"][0]["import"] > 0
    assert not chart.exists()


def test_interrupting_a_run_reports_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **more: object) -> Outcome:
        raise KeyboardInterrupt

    monkeypatch.setattr("benchmarks.__main__.run_case", interrupted)
    figures = tmp_path / "bench.json"
    assert main(["startup", "--json", str(figures), "--svg", str(tmp_path / "b.svg")]) == 130
    assert json.loads(figures.read_text(encoding="utf-8"))["cases"] == {}


def test_a_part_cannot_be_published(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["startup", "--publish"])
    assert "leave out" in capsys.readouterr().err


def test_a_list_shows_growth_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert "push-pull/tcp/10 " in listed
    assert "growth/size/16 " in listed


def test_the_command_line_refuses_unknown_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err
