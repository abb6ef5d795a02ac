"""ZAP (RFC 27): requests and replies, and what each answer means to each mechanism."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.zmtp import Connection, ConnectionConfig, ConnectionState, FailureReason, ProtocolError
from core.zmtp.null import NullMechanism
from core.zmtp.zap import Credentials, ZapPolicy, build_request, parse_reply
from tests.zmtp import security, wire

GOOD = security.reply(metadata=wire.metadata(Hello=b"World"))


def changed(index: int, value: bytes) -> list[bytes]:
    return [*GOOD[:index], value, *GOOD[index + 1 :]]


def test_a_request() -> None:
    policy, credentials = ZapPolicy(b"global"), Credentials("PLAIN", (b"anna", b"secret"))
    assert build_request(policy, "10.0.0.7", b"me", credentials) == [
        b"", b"1.0", b"1", b"global", b"10.0.0.7", b"me", b"PLAIN", b"anna", b"secret",
    ]  # fmt: skip


def test_a_reply() -> None:
    verdict = parse_reply(GOOD)
    assert (verdict.status, verdict.text) == (200, "text")
    assert verdict.properties == {"User-Id": b"anna", "Hello": b"World"}


MALFORMED = [
    (b"alone", FailureReason.ZAP_MALFORMED_REPLY),
    (GOOD[:6], FailureReason.ZAP_MALFORMED_REPLY),
    ([*GOOD, b""], FailureReason.ZAP_MALFORMED_REPLY),
    (changed(0, b"x"), FailureReason.ZAP_BAD_DELIMITER),
    (changed(1, b"1.1"), FailureReason.ZAP_BAD_VERSION),
    (changed(1, b"invalid_version"), FailureReason.ZAP_BAD_VERSION),
    (changed(2, b"2"), FailureReason.ZAP_BAD_REQUEST_ID),
    (changed(2, b"invalid_request_id"), FailureReason.ZAP_BAD_REQUEST_ID),
    (changed(3, b"100"), FailureReason.ZAP_INVALID_STATUS_CODE),
    (changed(3, b"600"), FailureReason.ZAP_INVALID_STATUS_CODE),
    (changed(3, b"201"), FailureReason.ZAP_INVALID_STATUS_CODE),
    (changed(3, b"210"), FailureReason.ZAP_INVALID_STATUS_CODE),
    (changed(3, b"20"), FailureReason.ZAP_INVALID_STATUS_CODE),
    (changed(3, b"invalid_status"), FailureReason.ZAP_INVALID_STATUS_CODE),
    (changed(6, b"\x05Hel"), FailureReason.ZAP_INVALID_METADATA),
]


@pytest.mark.parametrize(("reply", "reason"), MALFORMED)
def test_a_malformed_reply(reply: list[bytes] | bytes, reason: FailureReason) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_reply(reply)
    assert caught.value.reason is reason


@given(st.lists(st.binary(max_size=40), max_size=9) | st.binary(max_size=40))
def test_any_reply_is_read_or_refused(reply: list[bytes] | bytes) -> None:
    with suppress(ProtocolError):
        assert parse_reply(reply).status in (200, 300, 400, 500)


@given(
    st.sampled_from([b"200", b"300", b"400", b"500", b"xxx"]),
    st.binary(max_size=30),
    st.binary(max_size=30),
)
def test_any_answer_of_the_right_shape(status: bytes, user: bytes, metadata: bytes) -> None:
    server = asked("plain")
    server.authenticate(security.reply(status, user, metadata))
    assert server.state in (ConnectionState.HANDSHAKE, ConnectionState.CLOSED)


def null_server(domain: bytes = b"global", enforce: bool = False) -> Connection:
    policy = ZapPolicy(domain, enforce)
    config = ConnectionConfig("DEALER", mechanism=lambda c: NullMechanism(c, policy))
    return Connection(config, now=0.0)


def asked(mechanism: str, *, enforce: bool = False) -> Connection:
    """A server whose question to the handler is not answered yet; its output was taken."""
    if mechanism == "null":
        server = null_server(enforce=enforce)
        server.receive_data(wire.greeting() + wire.ready(b"DEALER"))
    else:
        policy = ZapPolicy(b"global", enforce)
        curve = mechanism == "curve"
        factory = (security.curve_server if curve else security.plain_server)(policy)
        client = security.open_connection(
            security.curve_client() if curve else security.plain_client()
        )
        server = security.open_connection(factory)
        for _ in range(4):
            server.receive_data(client.data_to_send())
            client.receive_data(server.data_to_send())
    server.data_to_send()
    assert len(security.peek(server)) == 1
    return server


ALL = ["null", "plain", "curve"]


@pytest.mark.parametrize("mechanism", ALL)
def test_nothing_is_said_before_the_handler_has_answered(mechanism: str) -> None:
    server = asked(mechanism)
    assert server.data_to_send() == b""
    server.authenticate(security.reply())
    assert server.data_to_send() != b""
    assert server.state is not ConnectionState.CLOSED


@pytest.mark.parametrize("mechanism", ALL)
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (b"400", FailureReason.AUTHENTICATION_FAILED),
        (b"500", FailureReason.AUTHENTICATION_ERROR),
    ],
)
def test_a_refused_peer_is_told_the_status(
    mechanism: str, status: bytes, reason: FailureReason
) -> None:
    server = asked(mechanism)
    server.authenticate(security.reply(status))
    assert security.refusal(server) is reason
    assert server.data_to_send() == wire.command(b"ERROR", b"\x03" + status)
    assert "text" in str(server.failure)


@pytest.mark.parametrize("mechanism", ALL)
def test_a_temporary_failure_says_nothing(mechanism: str) -> None:
    # RFC 26: so that the client comes back, rather than give up.
    server = asked(mechanism)
    server.authenticate(security.reply(b"300"))
    assert security.refusal(server) is FailureReason.AUTHENTICATION_UNAVAILABLE
    assert server.data_to_send() == b""


@pytest.mark.parametrize("mechanism", ALL)
@pytest.mark.parametrize(("reply", "reason"), MALFORMED)
def test_a_handler_that_talks_nonsense_lets_nobody_in(
    mechanism: str, reply: list[bytes] | bytes, reason: FailureReason
) -> None:
    server = asked(mechanism)
    server.authenticate(reply)
    assert security.refusal(server) is reason


@pytest.mark.parametrize("mechanism", ["null", "curve"])
def test_without_a_handler_the_domain_decides(mechanism: str) -> None:
    server = asked(mechanism)
    server.authenticate(security.NO_HANDLER)
    assert server.state is ConnectionState.READY
    enforcing = asked(mechanism, enforce=True)
    enforcing.authenticate(security.NO_HANDLER)
    assert security.refusal(enforcing) is FailureReason.ZAP_NO_HANDLER


@pytest.mark.parametrize("enforce", [True, False])
def test_null_without_a_domain_asks_nobody(enforce: bool) -> None:
    server = null_server(b"", enforce)
    server.receive_data(wire.greeting() + wire.ready(b"DEALER"))
    assert server.state is ConnectionState.READY


def test_curve_without_a_domain_asks_unless_domains_are_enforced() -> None:
    for enforce in (True, False):
        server = security.open_connection(security.curve_server(ZapPolicy(b"", enforce)))
        client = security.open_connection(security.curve_client())
        questions = security.talk(client, server)
        assert len(questions) == (not enforce)
        assert server.state is ConnectionState.READY


def test_an_answer_that_comes_too_late_is_ignored() -> None:
    server = asked("null")
    server.receive_eof()
    server.handle_timeout(1000.0)
    assert server.state is ConnectionState.CLOSED
    server.authenticate(security.reply())
    assert server.state is ConnectionState.CLOSED


def test_a_question_that_came_to_nothing_ends_the_connection() -> None:
    server = asked("curve")
    server.authentication_failed(ProtocolError(FailureReason.ZAP_HANDLER_LEFT))
    assert security.refusal(server) is FailureReason.ZAP_HANDLER_LEFT


def test_a_silent_handler_is_named_when_the_time_is_over() -> None:
    server = asked("plain")
    server.handle_timeout(1000.0)
    assert security.refusal(server) is FailureReason.HANDSHAKE_TIMEOUT
    assert "ZAP handler has not answered" in str(server.failure)
