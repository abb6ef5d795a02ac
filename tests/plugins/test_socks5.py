"""The client's side of SOCKS 5: golden bytes, every cut of the answers, every refusal."""

from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.socks5 import Socks5Client

IPV4_REPLY = b"\x05\0\0\x01\x7f\0\0\x01\x04\x38"
ASK_IPV4 = b"\x05\x01\0\x01\x7f\0\0\x01\x15\xb3"


def converse(client: Socks5Client, answers: list[bytes], step: int = 1000) -> list[bytes]:
    """What the client says before each of the answers; no more is handed over than it wants."""
    said = []
    for answer in answers:
        said.append(client.data_to_send())
        while answer:
            assert not client.done
            count = min(client.wanted, step)
            assert count > 0
            client.receive_data(answer[:count])
            answer = answer[count:]
    assert client.data_to_send() == b""
    return said


@pytest.mark.parametrize("step", [1000, 3, 1])
def test_without_authentication(step: int) -> None:
    client = Socks5Client("127.0.0.1", 5555)
    assert converse(client, [b"\x05\0", IPV4_REPLY], step) == [b"\x05\x01\0", ASK_IPV4]
    assert client.done
    assert client.wanted == 0


@pytest.mark.parametrize("step", [1000, 3, 1])
def test_with_user_name_and_password(step: int) -> None:
    client = Socks5Client("127.0.0.1", 5555, b"ann", b"secret")
    said = converse(client, [b"\x05\x02", b"\x01\0", IPV4_REPLY], step)
    assert said == [b"\x05\x02\0\x02", b"\x01\x03ann\x06secret", ASK_IPV4]
    assert client.done


def test_a_proxy_need_not_ask_for_the_password() -> None:
    client = Socks5Client("127.0.0.1", 5555, b"ann", b"secret")
    assert converse(client, [b"\x05\0", IPV4_REPLY]) == [b"\x05\x02\0\x02", ASK_IPV4]


def test_an_empty_password() -> None:
    client = Socks5Client("127.0.0.1", 1, b"ann")
    assert converse(client, [b"\x05\x02", b"\x01\0", IPV4_REPLY])[1] == b"\x01\x03ann\0"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", b"\x01\xc0\0\x02\x07"),
        ("::1", b"\x04" + bytes(15) + b"\x01"),
        ("peer.example", b"\x03\x0cpeer.example"),
        ("bücher.example", b"\x03\x15xn--bcher-kva.example"),
    ],
)
def test_addresses(host: str, address: bytes) -> None:
    client = Socks5Client(host, 258)
    assert converse(client, [b"\x05\0", IPV4_REPLY])[1] == b"\x05\x01\0" + address + b"\x01\x02"


@pytest.mark.parametrize(
    "address", [b"\x01" + bytes(4), b"\x04" + bytes(16), b"\x03\0", b"\x03\xff" + 255 * b"x"]
)
def test_every_form_of_the_reply_ends_where_the_peer_begins(address: bytes) -> None:
    client = Socks5Client("127.0.0.1", 5555)
    converse(client, [b"\x05\0", b"\x05\0\0" + address + b"\0\0"])
    assert client.done


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        (1, errno.EHOSTUNREACH),
        (2, errno.EACCES),
        (3, errno.ENETUNREACH),
        (4, errno.EHOSTUNREACH),
        (5, errno.ECONNREFUSED),
        (6, errno.ETIMEDOUT),
        (7, errno.EOPNOTSUPP),
        (8, errno.EAFNOSUPPORT),
        (9, errno.EPROTO),
    ],
)
def test_refusals(reply: int, number: int) -> None:
    client = Socks5Client("127.0.0.1", 5555)
    client.receive_data(b"\x05\0")
    with pytest.raises(OSError, match=r"\w+") as caught:
        client.receive_data(bytes((5, reply, 0, 1, 0)))
    assert caught.value.errno == number


@pytest.mark.parametrize(
    ("answers", "user", "number", "why"),
    [
        ([b"HT"], b"", errno.EPROTO, "does not speak SOCKS 5"),
        ([b"\x04\0"], b"", errno.EPROTO, "does not speak SOCKS 5"),
        ([b"\x05\xff"], b"", errno.EACCES, "set SOCKS_USERNAME"),
        ([b"\x05\xff"], b"ann", errno.EACCES, "of kind 255"),
        ([b"\x05\x01"], b"ann", errno.EACCES, "of kind 1"),
        ([b"\x05\x02"], b"", errno.EACCES, "of kind 2"),
        ([b"\x05\x02", b"\x01\x01"], b"ann", errno.EACCES, "does not accept SOCKS_USERNAME"),
        ([b"\x05\0", b"\x04\0\0\x01\0"], b"", errno.EPROTO, "does not begin with a 5"),
        ([b"\x05\0", b"\x05\0\0\x07\0"], b"", errno.EPROTO, "unknown type 7"),
    ],
)
def test_what_cannot_go_on(answers: list[bytes], user: bytes, number: int, why: str) -> None:
    client = Socks5Client("127.0.0.1", 5555, user, b"x")
    with pytest.raises(OSError, match=why) as caught:
        converse(client, answers)
    assert caught.value.errno == number


def test_a_name_that_no_request_can_carry() -> None:
    with pytest.raises(OSError, match="at most 255 bytes"):
        Socks5Client("x" * 256, 1)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=10), st.binary(max_size=3))
def test_whatever_comes_only_an_oserror_goes_out(answers: list[bytes], user: bytes) -> None:
    client = Socks5Client("127.0.0.1", 5555, user)
    for answer in answers:
        client.data_to_send()
        if client.done:
            break
        try:
            client.receive_data(answer[: client.wanted])
        except OSError:
            break
