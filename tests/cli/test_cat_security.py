"""`babelmq cat` over CURVE and PLAIN, with itself and with libzmq."""

from __future__ import annotations

from pathlib import Path

import pytest
import zmq as libzmq
from zmq.auth.thread import ThreadAuthenticator

from core.auth import create_certificates, load_certificate
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


def test_chosen_clients_only(
    certificate: tuple[str, str], endpoint: Endpoints, tmp_path: Path
) -> None:
    public, secret = certificate
    (tmp_path / "friends").mkdir()
    for name in ("anna", "bob"):
        create_certificates(tmp_path / "friends", name)
    dora = libzmq.curve_keypair()[0].decode()
    carl_public, carl = create_certificates(tmp_path, "carl")
    _, stranger = create_certificates(tmp_path, "stranger")
    allowed = ("--curve-allow", str(tmp_path / "friends"), "--curve-allow", carl_public)
    where = endpoint("ipc")
    server = ("rep", "-b", where, "--echo", "--curve-server", "--curve-key", secret, *allowed)

    def ask(key: str) -> tuple[int, bytes, str]:
        keys = ("--curve-peer", public, "--curve-key", key)
        done = run("cat", "req", "-c", where, "-d", "hello", "-t", "2", "--verbose", *keys)
        return done.code, done.out, done.errors

    with Command("cat", *server, "--curve-allow", dora):
        for friend in (tmp_path / "friends/anna.key_secret", tmp_path / "friends/bob.key_secret"):
            assert ask(str(friend))[:2] == (0, b"hello\n")
        assert ask(carl)[:2] == (0, b"hello\n")
        code, out, errors = ask(stranger)
    assert (code, out) == (124, b"")
    assert "HANDSHAKE_FAILED_AUTH" in errors


def test_a_key_as_text_lets_in_a_client_of_libzmq(
    certificate: tuple[str, str], endpoint: Endpoints
) -> None:
    public, secret = certificate
    client_public, client_secret = libzmq.curve_keypair()
    where = endpoint("ipc")
    server = ("pull", "-b", where, "-n", "1", "--curve-server", "--curve-key", secret)
    with Command("cat", *server, "--curve-allow", client_public.decode()) as sink:
        with libzmq.Context() as context, context.socket(libzmq.PUSH) as source:
            source.curve_serverkey = load_certificate(public)[0]
            source.curve_publickey, source.curve_secretkey = client_public, client_secret
            source.connect(where)
            source.send(b"it is me")
        assert sink.finish().out == b"it is me\n"


@pytest.fixture
def passwords(tmp_path: Path) -> str:
    """The file of a PLAIN server; anna's password is in a file of its own."""
    (tmp_path / "anna").write_text("open: sesame\n")
    (tmp_path / "wrong").write_text("open\n")
    (tmp_path / "passwords").write_text("ali:baba\n\nanna:open: sesame\n")
    return str(tmp_path / "passwords")


def test_plain_between_two(passwords: str, endpoint: Endpoints, tmp_path: Path) -> None:
    where = endpoint("ipc")

    def ask(user: str, file: str) -> tuple[int, bytes, str]:
        credentials = ("--plain-user", user, "--plain-password", str(tmp_path / file))
        done = run("cat", "req", "-c", where, "-d", "hello", "-t", "2", "-v", *credentials)
        return done.code, done.out, done.errors

    with Command("cat", "rep", "-b", where, "--echo", "--plain-server", passwords):
        assert ask("anna", "anna")[:2] == (0, b"hello\n")
        for user, file in (("anna", "wrong"), ("ali", "anna"), ("stranger", "wrong")):
            code, out, errors = ask(user, file)
            assert (code, out) == (124, b"")
            assert "HANDSHAKE_FAILED_AUTH" in errors


def test_a_server_that_connects_waits_for_its_client(
    passwords: str, endpoint: Endpoints, tmp_path: Path
) -> None:
    """The authenticator is there until everything has left."""
    where = endpoint("ipc")
    source = ("push", "-c", where, "-d", "a secret", "--plain-server", passwords)
    with Command("cat", *source, "-v") as server:
        while b"CONNECT_RETRIED" not in (line := server.stderr.readline()):
            assert line, "it has ended"
        credentials = ("--plain-user", "anna", "--plain-password", str(tmp_path / "anna"))
        sink = run("cat", "pull", "-b", where, "-n", "1", "-t", "10", *credentials)
        assert (sink.code, sink.out) == (0, b"a secret\n")
        assert server.finish().code == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("", "has no users"), ("anna:x\n\nbob\n", "line 3: not NAME:PASSWORD"), (":x", "line 1")],
)
def test_files_that_are_no_passwords(tmp_path: Path, content: str, complaint: str) -> None:
    (file := tmp_path / "passwords").write_text(content)
    refused = run("cat", "pull", "-b", "tcp://127.0.0.1:*", "--plain-server", str(file))
    assert refused.code == 1
    assert complaint in refused.errors


def test_a_directory_without_certificates(certificate: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    server = ("pull", "-b", "tcp://127.0.0.1:*", "--curve-server", "--curve-key", certificate[1])
    refused = run("cat", *server, "--curve-allow", str(tmp_path / "empty"))
    assert refused.code == 1
    assert "nobody could come in" in refused.errors


@pytest.mark.parametrize("key", ["~" * 40, "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI"])
def test_what_is_no_key(certificate: tuple[str, str], key: str) -> None:
    server = ("pull", "-b", "tcp://127.0.0.1:*", "--curve-server", "--curve-key", certificate[1])
    assert run("cat", *server, "--curve-allow", key).code == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--curve-allow", "x"), "--curve-allow goes with --curve-server"),
        (("--plain-server", "x", "--plain-user", "y", "--plain-password", "z"), "one of them"),
        (("--plain-server", "x", "--curve-peer", "y"), "PLAIN or CURVE"),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...], complaint: str) -> None:
    refused = run("cat", "pull", "-b", "tcp://127.0.0.1:*", *arguments)
    assert refused.code == 2
    assert complaint in refused.errors
