"""What a failure says, to people, to monitors and to a connecter."""

from __future__ import annotations

import pytest

from core.zmtp import FailureReason, ProtocolError


@pytest.mark.parametrize("reason", FailureReason)
def test_every_reason_is_a_sentence_about_the_peer(reason: FailureReason) -> None:
    assert reason.value.startswith("the peer") or reason is FailureReason.HANDSHAKE_TIMEOUT
    assert reason.event_code == 0 or reason.event_code >= 0x10000000


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
    }
