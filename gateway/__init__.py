"""The gateway: ZeroMQ sockets for every language that has gRPC.

A client of core's public API and of nothing else in core. `python -m gateway` or
`babelmq serve` runs it; `gateway.server.Gateway` embeds it in an asyncio program.
"""
