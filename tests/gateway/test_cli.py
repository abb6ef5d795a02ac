"""The command line: ready line, signals, friendly errors, the list of transports."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest

from gateway.v1 import gateway_pb2 as pb
from tests.support.processes import PeerProcess

SERVE = (sys.executable, "-m", "gateway")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gateway.cli import main; raise SystemExit(main())"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=60)


def create_socket(address: str) -> str:
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(
            "/babelmq.v1.SocketService/CreateSocket",
            request_serializer=pb.CreateSocketRequest.SerializeToString,
            response_deserializer=pb.CreateSocketResponse.FromString,
        )
        made = call(pb.CreateSocketRequest(type=pb.SOCKET_TYPE_PUSH), timeout=10)
        assert isinstance(made, pb.CreateSocketResponse)
        return made.socket_id


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [SERVE, (sys.executable, "-m", "gateway.cli", "serve")])
def test_it_says_where_it_listens_and_a_signal_ends_it(
    number: signal.Signals, command: Sequence[str]
) -> None:
    with PeerProcess([*command, "--listen", "127.0.0.1:0"]) as gateway:
        address = gateway.expect("listening on ")
        host, _, port = address.rpartition(":")
        assert host == "127.0.0.1"
        assert int(port) > 0
        assert create_socket(address) == "push-1"
        gateway.send_signal(number)
        gateway.wait()


def test_a_second_signal_does_not_wait_for_anybody() -> None:
    with PeerProcess([*SERVE, "--listen", "127.0.0.1:0", "--grace", "60"]) as gateway:
        address = gateway.expect("listening on ")
        with grpc.insecure_channel(address) as channel:
            call = channel.stream_stream(
                "/babelmq.v1.SocketService/Attach",
                request_serializer=pb.AttachRequest.SerializeToString,
                response_deserializer=pb.AttachResponse.FromString,
            )
            over = threading.Event()
            frames: Any = call(one_frame(over))
            assert next(frames).HasField("opened")
            gateway.send_signal(signal.SIGTERM)
            assert next(frames).HasField("go_away")
            gateway.send_signal(signal.SIGTERM)
            gateway.wait()
            over.set()
            with pytest.raises(grpc.RpcError):
                list(frames)


def one_frame(over: threading.Event) -> Iterator[pb.AttachRequest]:
    """The first frame, and then the stream stays open until the test is over."""
    yield pb.AttachRequest(open=pb.Open(type=pb.SOCKET_TYPE_PUSH))
    over.wait()


def test_a_port_that_is_taken() -> None:
    with PeerProcess([*SERVE, "--listen", "127.0.0.1:0"]) as gateway:
        address = gateway.expect("listening on ")
        second = run("serve", "--listen", address)
        assert second.returncode == 1
        assert f"cannot listen on {address}" in second.stderr
        assert len(second.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--listen", "50151"],
        ["--listen", "host:"],
        ["--listen", ":1"],
        ["--listen", "h:99999"],
        ["--listen", "::1:50151"],
        ["--max-sockets", "0"],
        ["--grace", "-1"],
        ["--grace", "soon"],
        ["--max-linger", "inf"],
        ["--log-level", "loud"],
    ],
)
def test_arguments_that_cannot_be(arguments: list[str]) -> None:
    refused = run("serve", *arguments)
    assert refused.returncode == 2
    assert arguments[0] in refused.stderr


def test_help_is_worth_reading() -> None:
    assert "serve" in run("--help").stdout
    said = run("serve", "--help").stdout
    for word in ("listening on HOST:PORT", "grpcurl", "BABELMQ_GATEWAY", "SIGTERM", "--listen"):
        assert word in said


def test_without_grpc_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['grpc'] = None; sys.modules['grpc_health'] = None\n"
        "from gateway.cli import main; raise SystemExit(main(['serve']))"
    )
    refused = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 2
    assert "pip install 'babelmq[gateway]'" in refused.stderr
    assert "grpcio" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_plugins_lists_the_transports_without_grpc() -> None:
    code = (
        "import sys; sys.modules['grpc'] = None\n"
        "from gateway.cli import main; raise SystemExit(main(['plugins']))"
    )
    listed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert listed.returncode == 0, listed.stderr
    rows = [line.split() for line in listed.stdout.splitlines()]
    assert rows[0][:2] == ["SCHEME", "KIND"]
    assert {("tcp", "stream"), ("inproc", "message")} <= {tuple(row[:2]) for row in rows}
