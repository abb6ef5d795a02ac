"""`babelmq cat` over CURVE and PLAIN, with itself and with libzmq."""

from __future__ import annotations

from pathlib import Path

import pytest
import zmq as libzmq
from zmq.auth.thread import ThreadAuthenticator

from core.auth import create_certificates
from tests.support.commands import Command, run
from tests.support.endpoints import Endpoints
from tests.support.sockets import SAFETY_TIMEOUT


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """The files of a server's public and secret certificate."""
    public, secret = create_certificates(tmp_path, "server")
    return str(public), str(secret)


def test_curve_between_two(certificate: tuple[str, str], endpoint: Endpoints) -> None:
    public, secret = certificate
    where = endpoint("ipc")
    server = (
        "cat",
        "rep",
        "-b",
        where,
        "--echo",
        "-n",
        "1",
        "--curve-server",
        "--curve-key",
        secret,
    )
    with Command(*server, "--verbose") as server_command:
        client = run("cat", "req", "-c", where, "-d", "secret", "--curve-peer", public)
        assert (client.code, client.out, client.errors) == (0, b"secret\n", "")
        assert "HANDSHAKE_SUCCEEDED" in server_command.finish().errors


def test_a_key_of_libzmq_as_text(endpoint: Endpoints) -> None:
    public, secret = libzmq.curve_keypair()
    with libzmq.Context() as context, context.socket(libzmq.PULL) as sink:
        sink.rcvtimeo = SAFETY_TIMEOUT
        sink.curve_server, sink.curve_secretkey = 1, secret
        sink.bind(where := endpoint("ipc"))
        done = run("cat", "push", "-c", where, "-d", "secret", "--curve-peer", public.decode())
        assert (done.code, done.errors) == (0, "")
        assert sink.recv() == b"secret"


def test_a_wrong_key_is_told(certificate: tuple[str, str], endpoint: Endpoints) -> None:
    _, secret = certificate
    wrong = libzmq.curve_keypair()[0].decode()
    where = endpoint("ipc")
    server = ("cat", "rep", "-b", where, "--echo", "--curve-server", "--curve-key", secret)
    with Command(*server):
        client = ("req", "-c", where, "-d", "x", "--curve-peer", wrong, "-t", "2", "--verbose")
        refused = run("cat", *client)
    assert refused.code == 124
    assert "HANDSHAKE_FAILED" in refused.errors


def test_a_user_and_a_password(endpoint: Endpoints, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    with libzmq.Context() as context, context.socket(libzmq.PULL) as sink:
        guard = ThreadAuthenticator(context)
        guard.start()
        guard.configure_plain(domain="*", passwords={"ali": "open sesame"})
        sink.rcvtimeo = SAFETY_TIMEOUT
        sink.plain_server = 1
        sink.bind(where := endpoint("ipc"))
        credentials = ("--plain-user", "ali", "--plain-password", str(tmp_path / "password"))
        done = run("cat", "push", "-c", where, "-d", "let me in", *credentials)
        assert (done.code, done.errors) == (0, "")
        assert sink.recv() == b"let me in"
        guard.stop()


def test_a_certificate_without_its_secret(certificate: tuple[str, str]) -> None:
    public, _ = certificate
    refused = run("cat", "rep", "-b", "tcp://127.0.0.1:*", "--curve-server", "--curve-key", public)
    assert refused.code == 1
    assert "has no secret key" in refused.errors
