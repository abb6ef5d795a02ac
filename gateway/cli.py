"""The console script `babelmq`: `cat` is a socket for the shell, `serve` runs the gateway."""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import sys
from collections.abc import Sequence

from core.cli import add_cat, add_proxy
from core.plugin import registered

_NEEDED = {
    "grpc": "grpcio",
    "google.protobuf": "protobuf",
    "grpc_health": "grpcio-health-checking",
    "grpc_reflection": "grpcio-reflection",
}
_DEFAULT_LISTEN = "127.0.0.1:50151"

_DESCRIPTION = """\
ZeroMQ's sockets in pure Python, opened to every language through gRPC."""

_SERVE_DESCRIPTION = """\
Runs the gateway: programs in Node.js, Go and every other language with gRPC use
ZeroMQ sockets that live in this process. Prints "listening on HOST:PORT" when it
is ready. SIGTERM or Ctrl-C ends it: clients are told, and have the grace period
to finish; a second signal ends it at once."""

_SERVE_EPILOG = """\
Whoever reaches the address may open sockets to anywhere this machine can reach:
there is no authentication yet, so listen on a local address or a private network.

examples:
  babelmq serve                             on 127.0.0.1:50151
  babelmq serve --listen 127.0.0.1:0        any free port, which is then printed
  babelmq serve --listen [::1]:50151        IPv6

by hand, with grpcurl:
  grpcurl -plaintext -d '{"endpoint": "tcp://localhost:5555", "text": true,
    "message": {"textFrames": ["Hello"]}}' \\
    127.0.0.1:50151 babelmq.v1.SocketService/Request

clients look for the gateway at $BABELMQ_GATEWAY, by default at 127.0.0.1:50151."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parsed = _parser().parse_args(arguments)
    return int(parsed.run(parsed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="babelmq", description=_DESCRIPTION)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_cat(commands)
    add_proxy(commands)
    _add_serve(commands)
    plugins = commands.add_parser(
        "plugins",
        help="list the transports that are registered, and from where",
        description="Lists the transports that are registered, and which package brings each.",
    )
    plugins.set_defaults(run=_plugins)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser(
        "serve",
        help="run the gateway",
        description=_SERVE_DESCRIPTION,
        epilog=_SERVE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.set_defaults(run=_serve)
    add = serve.add_argument
    add(
        "--listen",
        type=_address,
        default=_DEFAULT_LISTEN,
        metavar="HOST:PORT",
        help="where to listen; port 0: any free one (default: %(default)s)",
    )
    add(
        "--max-message-bytes",
        type=_positive,
        metavar="BYTES",
        help="the largest message that may pass, all its frames together (default: 64 MiB)",
    )
    add(
        "--max-sockets",
        type=_positive,
        metavar="N",
        help="how many sockets all clients together may have (default: 1024)",
    )
    add(
        "--max-linger",
        type=_seconds,
        metavar="SECONDS",
        help="the end of LINGER -1: how long a closed socket still sends (default: 30)",
    )
    add(
        "--grace",
        type=_seconds,
        metavar="SECONDS",
        help="how long clients may finish after SIGTERM (default: 5)",
    )
    add(
        "--idle-timeout",
        type=_seconds,
        metavar="SECONDS",
        help="close a socket made by CreateSocket after so long without a call (default: 600)",
    )
    add(
        "--log-level",
        default="warning",
        choices=["debug", "info", "warning", "error"],
        help="what to say on standard error (default: %(default)s)",
    )


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:50151")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise argparse.ArgumentTypeError(f"an IPv6 address needs brackets: [{host}]:{port}")
    return text


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def _serve(parsed: argparse.Namespace) -> int:
    logging.basicConfig(
        level=parsed.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    missing = [package for module, package in _NEEDED.items() if not _installed(module)]
    if missing:
        print(
            f"babelmq serve needs {', '.join(missing)}: pip install 'babelmq[gateway]'",
            file=sys.stderr,
        )
        return 2
    # What goes wrong is said once and in our words; must be set before gRPC is imported.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from gateway.serve import run
    from gateway.settings import Settings

    chosen = {
        name: value
        for name in ("max_message_bytes", "max_sockets", "max_linger", "grace", "idle_timeout")
        if (value := getattr(parsed, name)) is not None
    }
    return run(parsed.listen, Settings(**chosen))


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a parent of it is missing
        return False


def _plugins(parsed: argparse.Namespace) -> int:
    # Loads every plugin, so that a broken one shows here and not at the first connect.
    found = registered(load=True)
    head = ("SCHEME", "KIND", "PACKAGE", "VERSION", "MODULE", "STATUS")
    rows = [
        (line.scheme, line.kind, line.distribution, line.version, line.module, line.status)
        for line in found
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row, problem in zip([head, *rows], ["", *(line.problem for line in found)], strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join([*cells, problem]).rstrip())
    return int(any(line.problem for line in found))


if __name__ == "__main__":
    sys.exit(main())
