"""Test tools for transport plugins: conformance kits, a recording host, a faulty transport."""

from core.testing.conformance import ConformanceError
from core.testing.faulty_transport import Faults, FaultyTransport
from core.testing.message_checks import check_message_transport
from core.testing.recording_host import HostContext, RecordingHost
from core.testing.stream_checks import check_stream_transport

__all__ = [
    "ConformanceError",
    "Faults",
    "FaultyTransport",
    "HostContext",
    "RecordingHost",
    "check_message_transport",
    "check_stream_transport",
]
