"""The authenticators in a thread and in asyncio, of both libraries: who is let in."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.security import (
    CLIENT,
    CLIENT_PUBLIC,
    OTHER_PUBLIC,
    SERVER,
)
from tests.support.sockets import SocketFactory, bind, is_quiet

QUIET = 150
Rules = Callable[[Any], None]


def module(zmq: Any, name: str) -> Any:
    return importlib.import_module(f"{zmq.__name__}.auth{name}")


@pytest.fixture
def authenticator(zmq: Any, new_socket: SocketFactory) -> Iterator[Any]:
    made = module(zmq, ".thread").ThreadAuthenticator(new_socket.context)
    made.start()
    assert made.is_alive()
    yield made
    made.stop()
    assert not made.is_alive()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A directory with the certificate of the client."""
    (tmp_path / "client.key").write_text(f'curve\n    public-key = "{CLIENT_PUBLIC.decode()}"\n')
    return tmp_path


def meet(zmq: Any, new_socket: SocketFactory, mechanism: str, **options: Any) -> tuple[Any, Any]:
    without_domain = {k: v for k, v in SERVER[mechanism].items() if k != "zap_domain"}
    server = new_socket(zmq.DEALER, **without_domain, **options)
    client = new_socket(zmq.DEALER, **CLIENT[mechanism])
    client.connect(bind(server, "tcp://127.0.0.1:*"))
    return server, client


def kept_out(zmq: Any, server: Any, client: Any) -> bool:
    for sender in (client, server):
        with suppress(zmq.Again):
            sender.send(b"hello", zmq.DONTWAIT)
    return is_quiet(server, client, timeout=QUIET)


CASES: list[tuple[str, Rules, dict[str, Any], bool]] = [
    ("null", lambda auth: None, {"zap_domain": b"x"}, True),
    ("null", lambda auth: auth.allow("127.0.0.1"), {"zap_domain": b"x"}, True),
    ("null", lambda auth: auth.allow("10.0.0.1"), {"zap_domain": b"x"}, False),
    ("null", lambda auth: auth.deny("127.0.0.1"), {"zap_domain": b"x"}, False),
    ("null", lambda auth: auth.deny("10.0.0.1"), {"zap_domain": b"x"}, True),
    ("plain", lambda auth: None, {}, False),
    ("plain", lambda auth: auth.configure_plain("*", {"anna": "secret"}), {}, True),
    ("plain", lambda auth: auth.configure_plain("*", {"anna": "wrong"}), {}, False),
    ("plain", lambda auth: auth.configure_plain("*", {"bob": "secret"}), {}, False),
    ("plain", lambda auth: auth.configure_plain("d", {"anna": "secret"}), {}, False),
    (
        "plain",
        lambda auth: auth.configure_plain("d", {"anna": "secret"}),
        {"zap_domain": b"d"},
        True,
    ),
    ("curve", lambda auth: None, {}, False),
    ("curve", lambda auth: auth.configure_curve("*", "*"), {}, True),
    ("curve", lambda auth: auth.configure_curve("*", "/does/not/exist"), {}, False),
]


@pytest.mark.parametrize(("mechanism", "rules", "options", "expected"), CASES)
def test_rules(
    zmq: Any,
    new_socket: SocketFactory,
    authenticator: Any,
    mechanism: str,
    rules: Rules,
    options: dict[str, Any],
    expected: bool,
) -> None:
    rules(authenticator)
    server, client = meet(zmq, new_socket, mechanism, **options)
    if expected:
        client.send(b"hello")
        assert server.recv() == b"hello"
    else:
        assert kept_out(zmq, server, client)


def test_a_directory_of_certificates(
    zmq: Any, new_socket: SocketFactory, authenticator: Any, keys: Path
) -> None:
    authenticator.configure_curve(location=keys)
    server, client = meet(zmq, new_socket, "curve")
    client.send(b"hello")
    frame = server.recv(copy=False)
    assert frame.get("User-Id") == CLIENT_PUBLIC.decode()
    (keys / "client.key").write_text(f'    public-key = "{OTHER_PUBLIC.decode()}"\n')
    authenticator.configure_curve(location=keys)
    assert kept_out(zmq, *meet(zmq, new_socket, "curve"))


@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize("awaited", [True, False])
def test_a_callback_decides(
    zmq: Any, new_socket: SocketFactory, authenticator: Any, answer: bool, awaited: bool
) -> None:
    asked = []

    class Provider:
        def callback(self, domain: str, key: bytes) -> Any:
            asked.append((domain, key))
            return self.later() if awaited else answer

        async def later(self) -> bool:
            await asyncio.sleep(0)
            return answer

    authenticator.configure_curve_callback("d", Provider())
    server, client = meet(zmq, new_socket, "curve", zap_domain=b"d")
    if answer:
        client.send(b"hello")
        assert server.recv() == b"hello"
    else:
        assert kept_out(zmq, server, client)
    assert set(asked) == {("d", CLIENT_PUBLIC)}


def test_a_user_id_of_ones_own(zmq: Any, new_socket: SocketFactory, authenticator: Any) -> None:
    authenticator.configure_curve("*", module(zmq, "").CURVE_ALLOW_ANY)
    authenticator.curve_user_id = lambda key: f"key of {len(key)} bytes"
    server, client = meet(zmq, new_socket, "curve")
    client.send(b"hello")
    assert server.recv(copy=False).get("User-Id") == "key of 32 bytes"


def test_allow_and_deny_exclude_each_other(zmq: Any, authenticator: Any) -> None:
    authenticator.allow("127.0.0.1")
    with pytest.raises(ValueError, match="not both"):
        authenticator.deny("127.0.0.1")


@pytest.mark.core_only  # with libzmq the name of the handler may still be taken for a moment
def test_starting_again(zmq: Any, new_socket: SocketFactory, authenticator: Any) -> None:
    authenticator.stop()
    authenticator.start()
    server, client = meet(zmq, new_socket, "null", zap_domain=b"x")
    client.send(b"hello")
    assert server.recv() == b"hello"


async def let_anna_in(zmq: Any, new_socket: SocketFactory, authenticator: Any) -> None:
    authenticator.configure_plain("*", {"anna": "secret"})
    authenticator.start()
    server, client = meet(zmq, new_socket, "plain")
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, client.send, b"hello")
    assert await loop.run_in_executor(None, server.recv) == b"hello"
    authenticator.stop()
    await asyncio.sleep(0)


def test_asyncio(zmq: Any, new_socket: SocketFactory) -> None:
    async def main() -> None:
        authenticator = module(zmq, ".asyncio").AsyncioAuthenticator(new_socket.context)
        await let_anna_in(zmq, new_socket, authenticator)

    asyncio.run(main())


def test_the_old_name_for_tornado(zmq: Any, new_socket: SocketFactory) -> None:
    sys.modules.pop(f"{zmq.__name__}.auth.ioloop", None)
    with pytest.warns(DeprecationWarning, match=r"auth\.asyncio\.AsyncioAuthenticator"):
        old = module(zmq, ".ioloop")

    async def main() -> None:
        authenticator = old.IOLoopAuthenticator(new_socket.context, "utf-8", None)
        assert isinstance(authenticator, module(zmq, ".asyncio").AsyncioAuthenticator)
        await let_anna_in(zmq, new_socket, authenticator)

    asyncio.run(main())


# What only ours promises


@pytest.mark.core_only  # pyzmq asks the argument for its asyncio_loop
def test_the_old_name_ignores_its_loop(zmq: Any, new_socket: SocketFactory) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old = module(zmq, ".ioloop")
    with pytest.warns(DeprecationWarning, match="ignored"):
        old.IOLoopAuthenticator(new_socket.context, io_loop=object())


@pytest.mark.core_only
def test_a_callback_that_breaks_keeps_out_and_is_logged(
    zmq: Any, new_socket: SocketFactory, authenticator: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def callback(self, domain: str, key: bytes) -> bool:
            raise RuntimeError("no database")

    authenticator.configure_curve_callback("*", Broken())
    assert kept_out(zmq, *meet(zmq, new_socket, "curve"))
    assert authenticator.is_alive()
    assert "no database" in caplog.text


@pytest.mark.core_only
def test_a_second_handler_is_refused(
    zmq: Any, new_socket: SocketFactory, authenticator: Any
) -> None:
    second = module(zmq, ".thread").ThreadAuthenticator(new_socket.context)
    with pytest.raises(zmq.ZMQError, match="already"):
        second.start()
    assert not second.is_alive()


@pytest.mark.core_only
@pytest.mark.parametrize(
    ("request_frames", "status"),
    [
        ([b"1.0", b"7"], b"400"),
        ([b"2.0", b"7", b"", b"127.0.0.1", b"", b"NULL"], b"400"),
        ([b"1.0", b"7", b"", b"127.0.0.1", b"", b"PLAIN", b"anna"], b"400"),
        ([b"1.0", b"7", b"", b"127.0.0.1", b"", b"CURVE"], b"400"),
        ([b"1.0", b"7", b"", b"127.0.0.1", b"", b"WHISPER"], b"400"),
        ([b"1.0", b"7", b"", b"127.0.0.1", b"", b"CURVE", b"key"], b"500"),
        ([b"1.0", b"7", b"\xff", b"\xff", b"", b"NULL"], b"200"),
    ],
)
def test_any_request_gets_an_answer(
    zmq: Any,
    new_socket: SocketFactory,
    authenticator: Any,
    request_frames: list[bytes],
    status: bytes,
) -> None:
    authenticator.configure_curve("*", "*")
    asker = new_socket(zmq.REQ)
    asker.connect("inproc://zeromq.zap.01")
    asker.send_multipart(request_frames)
    reply = asker.recv_multipart()
    assert (reply[:3], len(reply)) == ([b"1.0", b"7", status], 6)


@pytest.mark.core_only
def test_a_context_that_ends_ends_the_thread(zmq: Any) -> None:
    context = zmq.Context()
    authenticator = module(zmq, ".thread").ThreadAuthenticator(context)
    authenticator.start()
    thread = authenticator.thread
    context.destroy()
    thread.join(10)
    assert not authenticator.is_alive()


@pytest.mark.core_only
def test_no_password_is_logged(
    zmq: Any, new_socket: SocketFactory, authenticator: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "zmq.auth")
    authenticator.configure_plain("*", {"anna": "secret"})
    server, client = meet(zmq, new_socket, "plain")
    client.send(b"hello")
    assert server.recv() == b"hello"
    assert "anna" in caplog.text
    assert "secret" not in caplog.text
