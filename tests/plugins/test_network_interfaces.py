from __future__ import annotations

import ipaddress
import socket
import sys
from pathlib import Path

import pytest

from plugins import network_interfaces
from plugins.network_interfaces import interface_addresses

LOOPBACK = {"linux": "lo", "darwin": "lo0"}.get(sys.platform, "")

pytestmark = pytest.mark.skipif(not LOOPBACK, reason="interface names need Linux or macOS")


def test_the_loopback_interface_has_its_address() -> None:
    assert interface_addresses(LOOPBACK, ipv6=False) == ["127.0.0.1"]


def test_a_name_that_is_no_interface_has_none() -> None:
    assert interface_addresses("localhost", ipv6=True) == []


def test_every_interface_of_this_machine_can_be_asked() -> None:
    for _, name in socket.if_nameindex():
        for address in interface_addresses(name, ipv6=True):
            ipaddress.ip_address(address)


def test_ipv6_addresses_come_first_and_link_local_ones_carry_their_zone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table = tmp_path / "if_inet6"
    table.write_text(
        f"fe800000000000000000000000000001 01 40 20 80 {LOOPBACK:>8}\n"
        f"20010db8000000000000000000000001 01 40 00 80 {LOOPBACK:>8}\n"
        "20010db8000000000000000000000002 02 40 00 80    other0\n"
    )
    monkeypatch.setattr(network_interfaces, "_INTERFACE_TABLE", table)
    assert interface_addresses(LOOPBACK, ipv6=True) == [
        "2001:db8::1",
        f"fe80::1%{LOOPBACK}",
        "127.0.0.1",
    ]


def test_without_the_systems_table_there_are_no_ipv6_addresses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(network_interfaces, "_INTERFACE_TABLE", tmp_path / "missing")
    assert interface_addresses(LOOPBACK, ipv6=True) == ["127.0.0.1"]
