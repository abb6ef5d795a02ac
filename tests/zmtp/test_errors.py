"""What a failure says, to people, to monitors and to a connecter."""

from __future__ import annotations

import pytest

from core.enums import Event
from core.zmtp import FailureReason, ProtocolError

# All numbers of zmq.h for what ZMTP and ZAP peers do wrong.
PROTOCOL_ERRORS = {
    int(number)
    for name, number in Event.__members__.items()
    if name.startswith(("PROTOCOL_ERROR_ZMTP", "PROTOCOL_ERROR_ZAP"))
}


@pytest.mark.parametrize("reason", FailureReason)
def test_every_reason_is_a_sentence_about_who_did_what(reason: FailureReason) -> None:
    assert reason.value.startswith(("the ", "no ZAP handler"))
    assert reason.event_code == 0 or reason.event_code in PROTOCOL_ERRORS
    assert reason.status_code in (0, 300, 400, 500)


@pytest.mark.parametrize("reason", FailureReason)
def test_a_reason_is_of_one_kind(reason: FailureReason) -> None:
    assert not (reason.event_code and reason.status_code)


def test_every_protocol_error_of_libzmq_has_its_reasons() -> None:
    assert {reason.event_code for reason in FailureReason} == {0, *PROTOCOL_ERRORS}


def test_the_statuses_of_zap() -> None:
    assert FailureReason.AUTHENTICATION_UNAVAILABLE.status_code == 300
    assert FailureReason.AUTHENTICATION_FAILED.status_code == 400
    assert FailureReason.AUTHENTICATION_ERROR.status_code == 500


def test_the_message_has_reason_and_detail() -> None:
    error = ProtocolError(FailureReason.NOT_ZMTP, "it speaks HTTP")
    assert str(error) == "the peer does not speak ZMTP: it speaks HTTP"
    assert str(ProtocolError(FailureReason.NOT_ZMTP)) == "the peer does not speak ZMTP"


def test_what_may_be_tried_again() -> None:
    transient = {reason for reason in FailureReason if reason.is_transient}
    assert transient == {
        FailureReason.PEER_CLOSED,
        FailureReason.HANDSHAKE_TIMEOUT,
        FailureReason.HEARTBEAT_TIMEOUT,
        FailureReason.AUTHENTICATION_UNAVAILABLE,
    }
