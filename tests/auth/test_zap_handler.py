"""`Context.zap_handler`: a function decides who comes in, as a handler behind a socket does."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import core
import core.asyncio
from core.auth import ZapReply, ZapRequest
from core.auth.thread import ThreadAuthenticator
from tests.semantics.test_monitor import Watched
from tests.semantics.test_security_events import failure
from tests.support.security import CLIENT, CLIENT_PUBLIC, CREDENTIALS, MECHANISMS, SERVER
from tests.support.sockets import SAFETY_TIMEOUT, SocketFactory, bind
from tests.support.waiting import wait_until
from tests.support.zap import Handler, Request, refuse

AUTH = "HANDSHAKE_FAILED_AUTH"

pytestmark = pytest.mark.core_only


@pytest.fixture
def context(new_socket: SocketFactory) -> Iterator[Any]:
    yield new_socket.context
    new_socket.context.zap_handler = None


def meet(new_socket: SocketFactory, mechanism: str, **server: Any) -> tuple[Any, Any]:
    near = new_socket(core.DEALER, **SERVER[mechanism], **server)
    far = new_socket(core.DEALER, **CLIENT[mechanism])
    far.connect(bind(near, "tcp://127.0.0.1:*"))
    return near, far


def frame_of(server: Any, client: Any) -> Any:
    client.send(b"hello")
    return server.recv(copy=False)


def outcome(new_socket: SocketFactory, mechanism: str) -> tuple[Any, ...]:
    """What the monitors of a server and of its refused client are told."""
    server, client = (
        Watched(core, new_socket, core.DEALER, **options[mechanism]) for options in (SERVER, CLIENT)
    )
    client.socket.connect(bind(server.socket, "tcp://127.0.0.1:*"))
    return failure(server), failure(client)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_it_is_told_who_asks(context: Any, new_socket: SocketFactory, mechanism: str) -> None:
    asked: list[ZapRequest] = []

    def judge(request: ZapRequest) -> str:
        asked.append(request)
        return "anna"

    context.zap_handler = judge
    assert context.zap_handler is judge
    frame = frame_of(*meet(new_socket, mechanism, identity=b"IDENT"))
    assert frame["User-Id"] == "anna"
    credentials = tuple(CREDENTIALS[mechanism])
    name = mechanism.upper()
    assert asked == [ZapRequest("global", "127.0.0.1", b"IDENT", name, credentials)]


def test_credentials_by_name() -> None:
    plain = ZapRequest("", "", b"", "PLAIN", (b"anna", b"secret"))
    assert (plain.username, plain.password, plain.public_key) == ("anna", "secret", b"")
    curve = ZapRequest("", "", b"", "CURVE", tuple(CREDENTIALS["curve"]))
    assert (curve.username, curve.password, curve.public_key) == ("", "", CLIENT_PUBLIC)
    assert "secret" not in repr(plain)


@pytest.mark.parametrize(
    ("answer", "user"),
    [(True, ""), ("anna", "anna"), (b"anna", "anna"), (ZapReply(user_id="änne"), "änne")],
)
def test_answers_that_let_in(
    context: Any, new_socket: SocketFactory, answer: Any, user: str
) -> None:
    context.zap_handler = lambda _: answer
    assert frame_of(*meet(new_socket, "plain"))["User-Id"] == user


def test_metadata_reaches_the_receiver(context: Any, new_socket: SocketFactory) -> None:
    metadata: dict[str, str | bytes] = {"Group": "admins", "Shoe-Size": b"43"}
    context.zap_handler = lambda _: ZapReply(user_id=b"anna", metadata=metadata)
    frame = frame_of(*meet(new_socket, "curve"))
    assert (frame["User-Id"], frame["Group"], frame["Shoe-Size"]) == ("anna", "admins", "43")


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("status", [400, 500])
def test_a_refusal_is_what_it_is_from_a_socket(
    context: Any, new_socket: SocketFactory, mechanism: str, status: int
) -> None:
    def answer(request: Request) -> list[bytes]:
        return refuse(request, b"%d" % status)

    with Handler(core, context, answer):
        expected = outcome(new_socket, mechanism)
    context.zap_handler = lambda _: ZapReply(status, "No access")
    assert outcome(new_socket, mechanism) == expected == ((AUTH, status), (AUTH, status))


def test_false_refuses(context: Any, new_socket: SocketFactory) -> None:
    context.zap_handler = lambda _: False
    assert outcome(new_socket, "plain") == ((AUTH, 400), (AUTH, 400))


def test_status_300_asks_the_client_to_come_again(context: Any, new_socket: SocketFactory) -> None:
    answers = [ZapReply(300, "not yet"), ZapReply(200, user_id="anna")]
    context.zap_handler = lambda _: answers.pop(0)
    assert frame_of(*meet(new_socket, "curve"))["User-Id"] == "anna"
    assert not answers


@pytest.mark.parametrize("awaited", [False, True])
def test_an_exception_refuses_with_500_and_is_reported(
    context: Any, new_socket: SocketFactory, caplog: pytest.LogCaptureFixture, awaited: bool
) -> None:
    def judge(_: ZapRequest) -> bool:
        raise LookupError("no database")

    async def judge_later(request: ZapRequest) -> bool:
        return judge(request)

    context.zap_handler = judge_later if awaited else judge
    assert outcome(new_socket, "plain") == ((AUTH, 500), (AUTH, 500))
    assert "LookupError: no database" in caplog.text
    context.zap_handler = lambda _: True  # it goes on
    frame_of(*meet(new_socket, "plain"))


@pytest.mark.parametrize("answer", [None, 200, ("anna",)])
def test_another_answer_is_a_mistake(
    context: Any, new_socket: SocketFactory, caplog: pytest.LogCaptureFixture, answer: Any
) -> None:
    context.zap_handler = lambda _: answer
    assert outcome(new_socket, "null")[0] == (AUTH, 500)
    assert "a ZAP handler returns True or False" in caplog.text


@pytest.mark.parametrize(
    "arguments", [{"status": 404}, {"metadata": {"": b""}}, {"metadata": {"x" * 256: b""}}]
)
def test_replies_that_cannot_be(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"status|metadata"):
        ZapReply(**arguments)


def test_only_functions(context: Any) -> None:
    with pytest.raises(TypeError, match="a function or None"):
        context.zap_handler = "anna"
    assert context.zap_handler is None


def test_it_can_be_replaced_and_taken_away(context: Any, new_socket: SocketFactory) -> None:
    for user in ("anna", "bob"):
        context.zap_handler = lambda _, user=user: user
        assert frame_of(*meet(new_socket, "plain"))["User-Id"] == user
    context.zap_handler = None
    assert context.zap_handler is None
    assert outcome(new_socket, "plain")[0][0] == "HANDSHAKE_FAILED_NO_DETAIL"


def test_there_is_one_handler(context: Any) -> None:
    context.zap_handler = bool
    authenticator = ThreadAuthenticator(context)
    with pytest.raises(core.ZMQError, match="already"):
        authenticator.start()
    context.zap_handler = None
    authenticator.start()
    with pytest.raises(core.ZMQError, match="already"):
        context.zap_handler = bool
    assert context.zap_handler is None
    authenticator.stop()


def handler_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "ZAP handler"]


@pytest.mark.parametrize("end", ["term", "destroy"])
def test_it_ends_with_its_context(end: str) -> None:
    context = core.Context()
    context.zap_handler = bool
    assert handler_threads()
    getattr(context, end)(timeout=SAFETY_TIMEOUT)
    wait_until(lambda: not handler_threads(), message="the handler's thread goes on")


def test_a_function_that_hangs_does_not_hold_up_the_end() -> None:
    asked, over = threading.Event(), threading.Event()

    def judge(_: ZapRequest) -> bool:
        asked.set()
        return over.wait(SAFETY_TIMEOUT / 1000)

    context = core.Context()
    context.zap_handler = judge
    server, client = context.socket(core.PULL), context.socket(core.PUSH)
    server.zap_domain, client.linger = b"x", 0
    client.connect(bind(server, "tcp://127.0.0.1:*"))
    assert asked.wait(SAFETY_TIMEOUT / 1000)
    context.destroy(0, timeout=SAFETY_TIMEOUT)
    over.set()
    wait_until(lambda: not handler_threads(), message="the handler's thread goes on")


# asyncio


async def exchange(context: core.asyncio.Context) -> Any:
    with context.socket(core.PULL) as server, context.socket(core.PUSH) as client:
        server.plain_server, client.plain_username = True, b"anna"
        client.connect(bind(server, "tcp://127.0.0.1:*"))
        await client.send(b"hello")
        return await server.recv(copy=False)


def test_a_coroutine_runs_in_the_loop_where_it_was_set() -> None:
    loops = []

    async def judge(request: ZapRequest) -> str:
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())
        return request.username

    async def main() -> None:
        with core.asyncio.Context() as context:
            context.zap_handler = judge
            assert (await exchange(context))["User-Id"] == "anna"
            assert loops == [asyncio.get_running_loop()]

    asyncio.run(main())


def test_a_coroutine_without_a_loop(context: Any, new_socket: SocketFactory) -> None:
    async def judge(request: ZapRequest) -> str:
        await asyncio.sleep(0)
        return request.username

    context.zap_handler = judge
    assert frame_of(*meet(new_socket, "plain"))["User-Id"] == "anna"


def test_a_loop_that_has_ended(
    context: Any, new_socket: SocketFactory, caplog: pytest.LogCaptureFixture
) -> None:
    async def judge(_: ZapRequest) -> bool:
        return True

    async def main() -> None:
        context.zap_handler = judge

    asyncio.run(main())
    assert outcome(new_socket, "plain")[0] == (AUTH, 500)
    assert "Event loop is closed" in caplog.text
    gc.collect()  # a coroutine that was never awaited would be told here


def test_refusals_are_in_the_servers_log(
    context: Any, new_socket: SocketFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "babelmq")
    context.zap_handler = lambda _: ZapReply(400, "not on a Sunday")
    outcome(new_socket, "curve")
    wait_until(lambda: "not on a Sunday" in caplog.text, message="no word of the reason")
