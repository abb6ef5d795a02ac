"""Every limit and time of the gateway in one place, with its default."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Settings:
    """What a gateway grants its clients. Sizes in bytes, times in seconds.

    The windows are the memory one socket may take: what a client may have under way to a socket
    that does not take it, beyond the socket's own high-water mark.
    """

    max_message_bytes: int = 64 * MIB  # all frames of one message
    max_batch_messages: int = 1000
    max_batch_bytes: int = 256 * KIB
    window_messages: int = 1000  # or the socket's SNDHWM when that is smaller
    window_bytes: int = 8 * MIB
    max_sockets: int = 1024  # attached and named together
    max_linger: float = 30.0  # LINGER -1 ("for ever") ends here
    open_timeout: float = 30.0  # between the start of a stream and its first frame
    grace: float = 5.0  # how long streams may finish after SIGTERM
    idle_timeout: float = 600.0  # a named socket that nobody used so long is closed
    ack_delay: float = 0.02  # an acknowledgement without urgency may wait so long for company

    @property
    def max_frame_bytes(self) -> int:
        """The largest gRPC message: one message of the largest size and what surrounds it."""
        return self.max_message_bytes + 512 * KIB
