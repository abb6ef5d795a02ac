"""Heartbeats: when to send PING, and when silence means that the peer is gone.

RFC 37 §connection heartbeating, with libzmq's timing: a PING goes out every interval whatever else
is sent; the first PING after a sign of life starts the timeout, any incoming byte stops it. PINGs
go to 3.0 peers as well, because libzmq 4.2 answers them and still announces ZMTP 3.0.
"""

from __future__ import annotations

__all__ = ["Heartbeat"]


class Heartbeat:
    """The timers of one ready connection; times in seconds on the caller's clock.

    A deadline that was set without knowing the time is due at once (`started` and `ttl_received`
    have no time at hand because bytes arrive without one); `tick` then starts it.
    """

    __slots__ = ("_answer_due", "_interval", "_peer_ttl", "_ping_due", "_timeout", "_ttl_due")

    def __init__(self, interval: float, timeout: float) -> None:
        self._interval = interval
        self._timeout = interval if timeout < 0 else timeout
        self._ping_due: float | None = None
        self._answer_due: float | None = None
        self._ttl_due: float | None = None
        self._peer_ttl = 0.0

    def ttl_received(self, ttl: float) -> None:
        """The peer's PING asked us to give it up after `ttl` seconds of silence (0 = never)."""
        self._peer_ttl = ttl

    def traffic_received(self) -> None:
        """Any incoming byte is a sign of life."""
        self._answer_due = None
        self._ttl_due = None
        self._peer_ttl = 0.0

    def next_deadline(self, last_time: float) -> float | None:
        """When to call `tick`; `last_time`, which is past, for what waits to be started."""
        if self._peer_ttl or (self._interval and self._ping_due is None):
            return last_time
        due = [t for t in (self._ping_due, self._answer_due, self._ttl_due) if t is not None]
        return min(due, default=None)

    def expired(self, now: float) -> bool:
        """Whether the peer has been silent for too long."""
        return any(t is not None and now >= t for t in (self._answer_due, self._ttl_due))

    def postpone(self, now: float) -> None:
        """Forgive the silence: it is we who have not looked at the input."""
        if self._answer_due is not None:
            self._answer_due = now + self._timeout
        self._ttl_due = None

    def tick(self, now: float) -> bool:
        """Start what waits to be started; return whether a PING is to be sent now."""
        if self._peer_ttl:
            self._ttl_due = now + self._peer_ttl
            self._peer_ttl = 0.0
        if not self._interval:
            return False
        ping = self._ping_due is not None and now >= self._ping_due
        if self._ping_due is None or ping:
            self._ping_due = now + self._interval
        if ping and self._timeout and self._answer_due is None:
            self._answer_due = now + self._timeout
        return ping
