"""What `babelmq proxy` does once its arguments are understood."""

from __future__ import annotations

from argparse import Namespace

from core.cli.arguments import apply_options
from core.cli.ending import supervise
from core.cli.opening import bind, connect
from core.cli.proxy_parser import KINDS
from core.context import Context
from core.enums import SocketType
from core.proxy import proxy
from core.socket import Socket


def run(parsed: Namespace) -> int:
    """Pass messages until a signal ends it."""
    return supervise("proxy", lambda context: _pass(parsed, context))


def _pass(parsed: Namespace, context: Context) -> None:
    front, back = KINDS[parsed.kind]
    frontend = _open(context, parsed, front, parsed.front, parsed.connect_front)
    backend = _open(context, parsed, back, parsed.back, parsed.connect_back)
    capture = None
    if parsed.capture is not None:
        capture = _open(context, parsed, "PUB", parsed.capture, connects=False)
    proxy(frontend, backend, capture)


def _open(
    context: Context, parsed: Namespace, type_name: str, endpoint: str, connects: bool
) -> Socket:
    socket = context.socket(SocketType[type_name])
    apply_options(socket, parsed.option)
    (connect if connects else bind)("proxy", socket, endpoint, parsed.verbose)
    return socket


__all__ = ["run"]
