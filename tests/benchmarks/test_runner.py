"""The runner plays real cases with pyzmq, and reports roles that fail, hang or lie."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.case import Case, Command
from benchmarks.cases import select
from benchmarks.process import Role, TrialError
from benchmarks.runner import Outcome, run_case


def script(code: str) -> Command:
    return lambda implementation, settings: [sys.executable, "-c", code, implementation, settings]


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
        READY + "print(json.dumps({'result': {'rate': len(json.loads(sys.argv[2])['endpoint'])}}))"
    )
    outcome, _ = play(Case("c", "c", (first, second), measuring=1))
    assert outcome.rounds["pyzmq"] == [{"rate": 4}]


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
    "name",
    [
        "push-pull/tcp/10",
        "push-pull/inproc/10",
        "multipart/tcp",
        "req-rep/ipc",
        "req-rep/inproc",
        "dealer-router/tcp",
        "pub-sub/peers/10",
        "pub-sub/subscriptions/1000",
        "asyncio/receive",
        "asyncio/send",
        "asyncio/req-rep",
        "connections/rate",
        "startup",
    ],
)
def test_the_case_runs_with_pyzmq(name: str, tiny: Callable[[str], Case]) -> None:
    case = tiny(name)
    outcome = run_case(case, ["pyzmq", "plain"], 1, quick=False, say=lambda text: None)
    assert not outcome.failures
    for implementation in {"pyzmq", "plain"} & set(case.implementations):
        for metric in case.metrics:
            summary = outcome.summary(implementation, metric.key)
            assert summary is not None
            assert summary.median > 0


@pytest.fixture
def tiny() -> Callable[[str], Case]:
    def few_messages(name: str) -> Case:
        (case,) = select([name])
        sizes = {key: min(int(case.settings[key]), 300) for key in ("count", "warmup")
                 if key in case.settings}  # fmt: skip
        settings = {**case.settings, **sizes}
        return Case(
            case.name,
            case.title,
            case.roles,
            settings=settings,
            metrics=case.metrics,
            opponents=case.opponents,
            measuring=case.measuring,
        )

    return few_messages


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


def test_the_command_line_refuses_unknown_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err
