"""What `babelmq proxy` does once its arguments are understood."""

from __future__ import annotations

from argparse import Namespace
from contextlib import ExitStack
from functools import partial

from core.cli.ending import supervise
from core.cli.opening import bind, open_socket
from core.cli.proxy_parser import KINDS
from core.context import Context
from core.proxy import proxy
from core.socket import Socket


def run(parsed: Namespace) -> int:
    """Pass messages until a signal ends it."""
    return supervise("proxy", partial(_pass, parsed))


def _pass(parsed: Namespace, context: Context, after: ExitStack) -> None:
    front, back = KINDS[parsed.kind]

    def open_at(name: str, endpoint: str, connects: bool) -> Socket:
        socket = open_socket("proxy", context, after, name, parsed.option, parsed.verbose)
        if connects:
            socket.connect(endpoint)
        else:
            bind("proxy", socket, endpoint)
        return socket

    frontend = open_at(front, parsed.front, parsed.connect_front)
    backend = open_at(back, parsed.back, parsed.connect_back)
    capture = None
    if parsed.capture is not None:
        capture = open_at("PUB", parsed.capture, connects=False)
    proxy(frontend, backend, capture)


__all__ = ["run"]
