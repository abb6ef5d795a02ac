"""The arguments of `babelmq proxy`, and its help."""

from __future__ import annotations

import argparse
from typing import Any

from core.cli import arguments

#: Kind of device: the socket types of its front and its back.
KINDS = {
    "queue": ("ROUTER", "DEALER"),
    "forwarder": ("XSUB", "XPUB"),
    "streamer": ("PULL", "PUSH"),
}

_DESCRIPTION = """\
A meeting point with two fixed addresses for programs that come and go: passes
messages between FRONT and BACK, both ways, until a signal ends it.

  queue      clients (REQ, DEALER) at the front, servers (REP, ROUTER) at the back
  forwarder  publishers (PUB) at the front, subscribers (SUB) at the back
  streamer   sources (PUSH) at the front, workers (PULL) at the back"""

EPILOG = """\
examples:
  babelmq proxy queue 'tcp://*:5559' 'tcp://*:5560'
  babelmq proxy forwarder 'tcp://*:5556' 'tcp://*:5557' --capture ipc:///tmp/tap
  babelmq cat sub --connect ipc:///tmp/tap                # watch what passes
  babelmq proxy forwarder tcp://feed:5556 'tcp://*:5557' --connect-front
                                                          # a local copy of a far feed"""


def add_proxy(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a program's subcommands; its namespace has ``run``."""
    parser = commands.add_parser(
        "proxy",
        usage="babelmq proxy queue|forwarder|streamer FRONT BACK [OPTION ...]",
        help="pass messages between two endpoints",
        description=_DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_run)
    add = parser.add_argument
    endpoint: dict[str, Any] = {"type": arguments.endpoint}
    add("kind", choices=KINDS, metavar="KIND", help="queue, forwarder or streamer")
    add("front", **endpoint, metavar="FRONT", help="the endpoint of those who ask or send")
    add("back", **endpoint, metavar="BACK", help="the endpoint of those who answer or receive")
    add("--connect-front", action="store_true", help="connect to FRONT instead of binding it")
    add("--connect-back", action="store_true", help="connect to BACK instead of binding it")
    add(
        "--capture",
        **endpoint,
        metavar="ENDPOINT",
        help="publish a copy of everything there, for `babelmq cat sub`",
    )
    add(
        "-o",
        "--option",
        type=arguments.option,
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set an option of both sockets, such as sndhwm=10; may be repeated",
    )
    add(
        "-v",
        "--verbose",
        "--monitor",
        action="store_true",
        help="tell on standard error what happens: who connects, who goes, why",
    )


def _run(parsed: argparse.Namespace) -> int:
    from core.cli.device import run

    return run(parsed)


__all__ = ["KINDS", "add_proxy"]
