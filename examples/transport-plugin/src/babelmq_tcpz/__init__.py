"""`tcpz://`: TCP with a compressed byte stream."""

from babelmq_tcpz.transport import TcpzTransport, babelmq_transport

__all__ = ["TcpzTransport", "babelmq_transport"]
