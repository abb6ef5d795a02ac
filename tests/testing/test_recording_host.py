from __future__ import annotations

from typing import Any

import pytest

from core.testing import HostContext, RecordingHost
from core.transport import PeerFacts
from plugins.inproc import InprocTransport


class DeafChannel:
    """Takes and gives nothing."""

    def send(self, messages: list[Any]) -> int:
        return 0

    def room(self) -> int:
        return 0

    def receive(self, limit: int) -> list[Any]:
        return []

    def close(self) -> None:
        """Nothing to close."""


def impatient_host() -> RecordingHost:
    return RecordingHost(HostContext(), timeout=0.01)


def test_it_tells_which_call_of_the_transport_is_missing() -> None:
    host = impatient_host()
    with pytest.raises(AssertionError, match=r"attach\(\) was not called"):
        host.channel()
    host.attach(DeafChannel(), PeerFacts("PAIR", b"", "x://y"))
    with pytest.raises(AssertionError, match=r"0 of 1 messages came.*readable\(\)"):
        host.receive(1)
    with pytest.raises(AssertionError, match=r"writable\(\) was not called"):
        host.send([b"x"])


def test_it_counts_what_it_was_told() -> None:
    host, channel = impatient_host(), DeafChannel()
    host.readable(channel)
    host.readable(channel)
    host.detach(channel)
    assert (host.count("readable"), host.count("detach"), host.count("attach")) == (2, 1, 0)
    assert host.wait_for("readable", 2)
    assert not host.wait_for("readable", 3)


def test_hosts_of_one_context_meet() -> None:
    context = HostContext()
    bound, connected = RecordingHost(context), RecordingHost(context)
    InprocTransport().bind("a", bound)
    InprocTransport().connect("a", connected)
    connected.send([b"hello"])
    assert bound.receive(1) == [b"hello"]
