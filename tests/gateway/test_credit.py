"""Credit as arithmetic: what is allowed, what is told, and that nothing ever falls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.credit import DeliveryCredit, SendCredit
from gateway.errors import GatewayError
from gateway.v1 import gateway_pb2 as pb

sizes_of_messages = st.lists(st.integers(0, 2000), min_size=1, max_size=30)


def window(limit: int, limit_bytes: int = 0, ack: int = 0) -> pb.ReceiveWindow:
    return pb.ReceiveWindow(limit_seq=limit, limit_bytes=limit_bytes, ack_through=ack)


def test_nothing_may_be_delivered_at_first() -> None:
    credit = DeliveryCredit()
    assert credit.messages() == 0
    assert credit.covers([1, 1]) == 0


def test_limits_do_not_fall_and_do_not_add_up() -> None:
    credit = DeliveryCredit()
    for limit in (5, 3, 5):
        credit.announce(window(limit))
    assert credit.messages() == 5
    credit.spend([1, 1])
    credit.announce(window(5, ack=2))
    assert credit.messages() == 3


def test_no_byte_limit_means_any_number_of_bytes() -> None:
    credit = DeliveryCredit()
    credit.announce(window(2))
    assert credit.covers([10**12, 10**12, 1]) == 2


def test_acknowledging_the_future_is_refused() -> None:
    credit = DeliveryCredit()
    with pytest.raises(GatewayError, match="EPROTO"):
        credit.announce(window(5, ack=1))


@given(sizes_of_messages, st.integers(0, 40), st.integers(1, 5000))
def test_a_message_starts_only_under_both_limits(
    sizes: list[int], limit: int, limit_bytes: int
) -> None:
    credit = DeliveryCredit()
    credit.announce(window(limit, limit_bytes))
    expected = 0
    while expected < min(limit, len(sizes)) and sum(sizes[:expected]) < limit_bytes:
        expected += 1
    assert credit.covers(sizes) == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)), max_size=20))
def test_deliveries_never_pass_the_highest_limit(steps: list[tuple[int, int]]) -> None:
    credit = DeliveryCredit()
    highest = 0
    for limit, wished in steps:
        credit.announce(window(limit))
        highest = max(highest, limit)
        credit.spend([1] * credit.covers([1] * wished))
        assert credit.delivered <= highest
        assert credit.messages() == highest - credit.delivered


def test_there_is_news_only_once() -> None:
    credit = SendCredit(1000)
    assert credit.news() is None
    credit.open(10)
    assert credit.news() == pb.SendWindow(limit_seq=10, limit_bytes=1000)
    assert credit.news() is None
    credit.receive([5])
    credit.accept([5])
    assert credit.news() == pb.SendWindow(accepted_through=1, limit_seq=10, limit_bytes=1000)


def test_a_mute_socket_keeps_the_limit_where_it_is() -> None:
    credit = SendCredit(1000)
    credit.open(10)
    credit.news()
    credit.receive([1] * 10)
    credit.accept([1] * 10)
    assert credit.exceeded_by([1])
    credit.open(10)
    credit.news()
    assert not credit.exceeded_by([1] * 10)


def test_only_what_the_client_was_told_counts() -> None:
    credit = SendCredit(1000)
    credit.open(10)
    assert credit.exceeded_by([1])


def test_the_last_message_may_cross_the_byte_limit() -> None:
    credit = SendCredit(100)
    credit.open(10)
    credit.news()
    assert not credit.exceeded_by([99, 10_000])
    assert credit.exceeded_by([100, 0])


@pytest.mark.parametrize(("used", "urgent"), [(1, False), (4, False), (5, True), (10, True)])
def test_half_a_window_of_news_is_urgent(used: int, urgent: bool) -> None:
    credit = SendCredit(10**9)
    credit.open(10)
    credit.news()
    credit.receive([1] * used)
    credit.accept([1] * used)
    credit.open(10)
    assert credit.urgent is urgent


def test_half_the_bytes_are_urgent_too() -> None:
    credit = SendCredit(1000)
    credit.open(100)
    credit.news()
    credit.receive([500])
    credit.accept([500])
    credit.open(100)
    assert credit.urgent


def test_credit_for_one_more_is_urgent_when_there_was_none() -> None:
    credit = SendCredit(1000)
    assert not credit.urgent
    credit.open(1)
    assert credit.urgent
