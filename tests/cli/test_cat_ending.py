"""How `babelmq cat` ends: signals, closed pipes, timeouts, refusals, and the exit code of each."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import zmq as libzmq

from tests.support.commands import Command, run
from tests.support.endpoints import Endpoints
from tests.support.processes import ROOT


def line_from(receiver: Command) -> bytes:
    """Send a line to a PULL, so that we know it is at work."""
    with libzmq.Context() as context, context.socket(libzmq.PUSH) as source:
        source.connect(receiver.bound())
        source.send(b"at work")
        return receiver.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("rate", [False, True])
def test_a_signal_ends_it_quietly(number: signal.Signals, rate: bool) -> None:
    arguments = ("--bind", "tcp://127.0.0.1:*", *(["--rate"] if rate else []))
    with Command("cat", "pull", *arguments) as receiver:
        assert line_from(receiver) == b"at work\n"
        receiver.process.send_signal(number)
        done = receiver.finish()
    assert (done.code, done.out) == (-number, b"")
    assert done.errors.endswith("received 1 messages, 7 B\n" if rate else "")
    assert "Traceback" not in done.errors


def test_a_signal_ends_it_while_it_waits_for_a_peer() -> None:
    with Command("cat", "push", "--bind", "tcp://127.0.0.1:*", "--data", "x") as sender:
        sender.bound()
        sender.process.send_signal(signal.SIGTERM)
        assert sender.finish().code == -signal.SIGTERM


def test_a_second_signal_does_not_wait(endpoint: Endpoints) -> None:
    """The first one lets messages leave, for which this peer is not there."""
    with Command("cat", "push", "--connect", endpoint("ipc"), "--verbose") as sender:
        assert b"No such file" in sender.stderr.readline()
        sender.say(b"message\n")
        while sender.process.poll() is None:
            sender.process.send_signal(signal.SIGTERM)
        assert sender.process.returncode == -signal.SIGTERM


def test_what_the_parent_ignores_stays_ignored() -> None:
    code = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "os.execv(sys.executable, [sys.executable, '-m', 'gateway.cli', *sys.argv[1:]])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "cat", "pull", "-b", "tcp://127.0.0.1:*", "-n", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        where = process.stderr.readline().decode().partition("bound to ")[2].strip()
        process.send_signal(signal.SIGINT)
        with libzmq.Context() as context, context.socket(libzmq.PUSH) as source:
            source.connect(where)
            source.send(b"message")
            assert process.stdout.read() == b"message\n"
        assert process.wait(10) == 0


def test_a_reader_that_goes_away_ends_it_while_it_waits() -> None:
    with Command("cat", "pull", "--bind", "tcp://127.0.0.1:*") as receiver:
        assert line_from(receiver) == b"at work\n"
        receiver.stdout.close()  # and no message comes that could fail to be written
        assert receiver.process.wait(10) == -signal.SIGPIPE
        assert receiver.stderr.read() == b""


def test_a_reader_that_goes_away_ends_it_while_it_writes(endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    with (
        Command("cat", "push", "--connect", where, "--data", "message", "--interval", "0"),
        Command("cat", "pull", "--bind", where) as receiver,
    ):
        assert receiver.stdout.readline() == b"message\n"
        receiver.stdout.close()
        assert receiver.process.wait(10) == -signal.SIGPIPE
        assert receiver.stderr.read() == b""


def test_the_last_messages_leave_before_it_ends(endpoint: Endpoints) -> None:
    """The receiver is started when the sender has read all its input."""
    where = endpoint("ipc")
    with Command("cat", "push", "--connect", where, "--verbose") as sender:
        sender.say(b"one\ntwo\n")
        sender.stdin.close()
        assert b"No such file" in sender.stderr.readline()
        received = run("cat", "pull", "--bind", where, "--count", "2")
        assert sender.process.wait(10) == 0
    assert received.out == b"one\ntwo\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("pull", "-b", "{0}"), "nothing came for 0.05 s"),
        (("pair", "-b", "{0}"), "nothing came for 0.05 s"),
        (("rep", "-b", "{0}", "--echo"), "nothing came for 0.05 s"),
        (("req", "-c", "{0}", "-d", "x"), "no reply, asked once: "),
        (("req", "-c", "{0}", "-d", "x", "--retries", "2"), "no reply, asked 3 times: "),
        (("pub", "-b", "{0}", "-d", "x", "--wait", "1"), "0 of 1 subscriptions are there"),
        (("push", "-b", "{0}", "-d", "x"), "could not send"),
        (("push", "-c", "{0}", "-d", "x"), "the peer did not take everything in time"),
    ],
)
def test_time_that_is_over(arguments: tuple[str, ...], why: str, endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    done = run("cat", *(each.format(where) for each in arguments), "--timeout", "0.05")
    *losses, last = done.errors.splitlines()
    assert done.code == 124
    assert last.startswith(f"babelmq cat: {why}")
    assert len(losses) == (arguments[:2] == ("push", "-c"))
    assert all("closed with 1 message unsent" in line for line in losses)


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        refused = run("cat", "pull", "--bind", where)
    assert refused.code == 1
    assert refused.errors.startswith("babelmq cat: Address already in use: cannot bind ")
    assert len(refused.errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("pull", "--bind", "pigeon://coop"), "pigeon"),
        (("pull", "--bind", "tcp://127.0.0.1"), "127.0.0.1"),
        (("pull", "--bind", "tcp://127.0.0.1:*", "-o", "rcvhwm=-1"), "option RCVHWM must be"),
        (("push", "-c", "tcp://localhost:5555", "-i", "hex", "-d", "xy"), "--data is not hex"),
        (("push", "-c", "tcp://localhost:5555", "--file", "/nowhere"), "/nowhere"),
        (("push", "-c", "tcp://localhost:5555", "-i", "json"), "message 1 of the input: "),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: tuple[str, ...], why: str) -> None:
    refused = run("cat", *arguments, text=b"nonsense\n")
    assert refused.code == 1
    assert refused.errors.startswith("babelmq cat: ")
    assert why in refused.errors
    assert len(refused.errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("pull",), "--bind or --connect"),
        (("pull", "--bind", "here"), "such as tcp://localhost:5555"),
        (("pul", "--bind", "tcp://*:0"), "there are: pair pub sub req"),
        (("pull", "--bind", "tcp://*:0", "--data", "x"), "a PULL only receives"),
        (("sub", "--bind", "tcp://*:0", "--echo"), "a SUB only receives"),
        (("push", "--bind", "tcp://*:0", "--recv"), "a PUSH does not receive"),
        (("pull", "--bind", "tcp://*:0", "--send"), "a PULL does not send"),
        (("push", "--bind", "tcp://*:0", "--echo"), "nothing can be sent back"),
        (("req", "--bind", "tcp://*:0", "--echo"), "a REQ asks"),
        (("rep", "--bind", "tcp://*:0", "--send"), "in turn"),
        (("rep", "--bind", "tcp://*:0", "--echo", "--data", "x"), "one of --echo"),
        (("pull", "--bind", "tcp://*:0", "-s", "x"), "a PULL has no subscriptions"),
        (("dish", "--bind", "tcp://*:0"), "--subscribe"),
        (("pub", "--bind", "tcp://*:0", "--retries", "2"), "--retries is for REQ"),
        (("req", "--bind", "tcp://*:0", "--retries", "2"), "--timeout"),
        (("rep", "--bind", "tcp://*:0", "--curve-server"), "needs its certificate"),
        (("rep", "--bind", "tcp://*:0", "--curve-key", "x"), "--curve-key goes with"),
        (("rep", "--bind", "tcp://*:0", "--plain-user", "x"), "both or none"),
        (("pull", "--bind", "tcp://*:0", "-o", "sndhmw=1"), "did you mean sndhwm?"),
        (("pull", "--bind", "tcp://*:0", "-o", "sndhwm"), "--option sndhwm=VALUE"),
        (("pull", "--bind", "tcp://*:0", "-o", "sndhwm=x"), "sndhwm is a number"),
        (("pull", "--bind", "tcp://*:0", "-o", "events=1"), "events can only be read"),
        (("pull", "--bind", "tcp://*:0", "-n", "0"), "not a whole number above 0"),
        (("pull", "--bind", "tcp://*:0", "-t", "soon"), "not a number of seconds"),
        (("pull", "--bind", "tcp://*:0", "--delimiter", "\\q"), "unknown escape"),
        (("pull", "--bind", "tcp://*:0", "--delimiter", ""), "at least one byte"),
    ],
)
def test_arguments_that_make_no_sense(
    arguments: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from gateway.cli import main

    with pytest.raises(SystemExit) as refused:
        main(["cat", *arguments])
    assert refused.value.code == 2
    assert why in " ".join(capsys.readouterr().err.split())


def test_help_is_worth_reading(capsys: pytest.CaptureFixture[str]) -> None:
    from gateway.cli import main

    with pytest.raises(SystemExit) as done:
        main(["cat", "--help"])
    assert done.value.code == 0
    said = capsys.readouterr().out
    for word in ("examples:", "exit codes:", "--subscribe", "tail -f", "quoted", "124"):
        assert word in said


def test_a_closed_standard_input_is_told() -> None:
    command = [sys.executable, "-m", "gateway.cli", "cat", "push", "-c", "tcp://localhost:5555"]
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" "$@" <&-', *command], cwd=ROOT, capture_output=True, timeout=30
    )
    assert done.returncode == 1
    assert b"standard input is closed" in done.stderr


def test_it_needs_neither_grpc_nor_a_loop(tmp_path: Path) -> None:
    """It starts fast: nothing heavy is imported."""
    code = (
        "import sys; sys.modules['grpc'] = None\n"
        "from gateway.cli import main\n"
        "code = main(['cat', 'pull', '--bind', 'tcp://127.0.0.1:*', '-t', '0', '-F', 'json'])\n"
        "print(code, *(sys.modules.keys() & {'asyncio', 'multiprocessing', 'ssl', 'numpy'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "124\n", done.stderr
