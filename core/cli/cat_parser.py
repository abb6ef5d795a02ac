"""The arguments of `babelmq cat`, and its help."""

from __future__ import annotations

import argparse
import os
from typing import Any

from core.cli import arguments, credentials
from core.cli.formats import FORMATS
from core.patterns import PATTERNS

_DESCRIPTION = """\
A socket for the shell: sends what it reads, prints what it receives.

  push pub             send: each line of standard input is a message
  pull sub             print each message that arrives
  req                  send each line as a request, and print its reply
  rep                  print each request; the reply is --data, --echo, --exec or a line of input
  pair dealer router   send lines, and meanwhile print what arrives
  xpub xsub            the same; an xpub prints subscriptions as they come
  client channel       like dealer and pair, for messages of one frame
  scatter gather       like push and pull, for messages of one frame
  server peer          like router, with a routing id (a number) as the first frame
  radio dish           like pub and sub; the first frame is the group, --subscribe joins one
  stream               plain TCP: the peer's id, then its bytes"""

EPILOG = """\
formats (--format prints, --input reads; each reads what it prints):
  text    bytes as they are, a newline after each message. On a terminal, what cannot be
          printed is shown as \\xNN.
  raw     bytes as they are, nothing in between; all of the input is one message
  quoted  "text" in quotes with \\n, \\", \\xNN; a space between the frames of a message
  hex     hexadecimal digits; a space between the frames of a message
  json    {"frames": ["text", {"base64": "/wA="}]}, one a line
  none    prints nothing

exit codes:
  0    all is done: the input has ended and has left, or --count is reached
  1    it failed: an endpoint, an option, or input that is not in its format
  2    the arguments make no sense
  124  nothing moved for --timeout
  Ctrl-C, SIGTERM and a closed pipe end it as they end other commands.

examples:
  babelmq cat pull --bind 'tcp://*:5555'                  # print what is pushed here
  tail -f app.log | babelmq cat push --connect tcp://logs:5555
  babelmq cat req --connect tcp://localhost:5555 --data Hello --timeout 2
  babelmq cat rep --bind 'tcp://*:5555' --exec 'tr a-z A-Z'
  babelmq cat pub --bind 'tcp://*:5556' --data weather sunny --interval 1
  babelmq cat pub --bind 'tcp://*:5556' --data weather rain --wait 1
  babelmq cat sub --connect tcp://localhost:5556 --subscribe weather --format json
  babelmq cat pull --bind ipc:///tmp/pictures --format raw --count 1 > copy.png
  babelmq cat push --connect ipc:///tmp/pictures --file picture.png
  babelmq cat pull --bind 'tcp://*:5555' --format none --rate          # how fast is it?
  babelmq cat pull --bind 'tcp://*:5555' --curve-server --curve-key me.key_secret
  babelmq cat push --connect tcp://localhost:5555 --data Hello --curve-peer server.key
  babelmq cat pull --bind ipc:///tmp/box --plain-server passwords"""


def add_cat(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a program's subcommands; its namespace has ``run``."""
    parser = commands.add_parser(
        "cat",
        usage="babelmq cat TYPE --bind|--connect ENDPOINT [OPTION ...]",
        help="send and receive from the shell",
        description=_DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=lambda parsed: _run(parser, parsed))
    parser.add_argument(
        "type",
        type=arguments.socket_type,
        metavar="TYPE",
        help=f"the socket's type: {' '.join(PATTERNS).lower()}",
    )
    _add_socket(parser.add_argument_group("the socket"))
    credentials.add_credentials(parser.add_argument_group("security"))
    _add_sending(parser.add_argument_group("what to send (default: lines of standard input)"))
    _add_printing(parser.add_argument_group("what to print"))
    _add_end(parser.add_argument_group("when to end"))


def _add_socket(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    repeated: dict[str, Any] = {"action": "append", "default": []}
    endpoint: dict[str, Any] = {"type": arguments.endpoint, "metavar": "ENDPOINT", **repeated}
    add("-b", "--bind", **endpoint, help="accept peers there; may be repeated")
    add("-c", "--connect", **endpoint, help="look for a peer there; may be repeated")
    add(
        "-s",
        "--subscribe",
        type=os.fsencode,
        metavar="TOPIC",
        **repeated,
        help="take messages that begin so (dish: that are sent to this group); may be repeated "
        "(default: everything)",
    )
    add(
        "-o",
        "--option",
        type=arguments.option,
        metavar="NAME=VALUE",
        **repeated,
        help="set a socket option, such as sndhwm=10; may be repeated",
    )
    add(
        "-v",
        "--verbose",
        "--monitor",
        action="store_true",
        help="tell on standard error what happens: connected, refused, disconnected, why",
    )


def _add_sending(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    repeated: dict[str, Any] = {"action": "append", "nargs": "+", "default": []}
    add("-d", "--data", metavar="FRAME", **repeated, help="a message of these frames")
    add("-f", "--file", metavar="PATH", **repeated, help="each file is a message")
    add("--echo", action="store_true", help="send back whatever arrives")
    add(
        "--exec",
        metavar="COMMAND",
        help="send back what a shell command makes of the last frame of what arrives",
    )
    add(
        "-i",
        "--input",
        choices=FORMATS,
        default="text",
        metavar="FORMAT",
        help="of standard input and --data: text (default), raw, quoted, hex or json",
    )
    add(
        "--wait",
        type=arguments.positive,
        metavar="N",
        help="wait for N peers before the first message (pub, xpub, radio: for N subscriptions)",
    )
    add(
        "--interval",
        type=arguments.seconds,
        metavar="SECONDS",
        help="from one message to the next; --data and --file go round for ever",
    )


def _add_printing(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "-F",
        "--format",
        choices=[*FORMATS, "none"],
        default="text",
        metavar="FORMAT",
        help="text (default), raw, quoted, hex, json or none",
    )
    add(
        "--delimiter",
        type=arguments.delimiter,
        metavar="BYTES",
        help=r"between messages, read and printed, such as '\0' (default: a newline; raw: none)",
    )
    add(
        "--separator",
        type=arguments.delimiter,
        metavar="BYTES",
        help="between the frames of a message, read and printed in text and raw "
        "(default: read none, print a tab)",
    )
    add("--rate", action="store_true", help="tell messages and bytes a second on standard error")


def _add_end(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "-n",
        "--count",
        type=arguments.positive,
        metavar="N",
        help="end after N messages received, by a socket that receives, else sent; "
        "--data and --file go round until then",
    )
    add(
        "-t",
        "--timeout",
        type=arguments.seconds,
        metavar="SECONDS",
        help="give up when nothing could be sent or received for so long",
    )
    add(
        "--retries",
        type=arguments.positive,
        metavar="N",
        default=0,
        help="ask again so often when there is no reply within --timeout (req)",
    )
    only = group.add_mutually_exclusive_group()
    only.add_argument("--send", action="store_true", help="only send, although the type receives")
    only.add_argument("--recv", action="store_true", help="only receive, although the type sends")


# What arguments make sense together


def _run(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> int:
    pattern = PATTERNS[parsed.type]
    parsed.sends = pattern.can_send and not parsed.recv
    parsed.receives = pattern.can_receive and not parsed.send
    if problem := _problem(parsed):
        parser.error(problem)
    from core.cli.cat import run

    return run(parsed)


def _problem(parsed: argparse.Namespace) -> str:
    """Why the arguments make no sense; empty when they do."""
    name = parsed.type
    in_turn = name in ("REQ", "REP")
    reacts = parsed.echo or parsed.exec
    checks = {
        "give it an endpoint: --bind or --connect": not (parsed.bind or parsed.connect),
        f"a {name} does not send": parsed.send and not parsed.sends,
        f"a {name} does not receive": parsed.recv and not parsed.receives,
        f"a {name} sends and receives in turn: --send and --recv cannot be": in_turn
        and (parsed.send or parsed.recv),
        f"a {name} only receives here: nothing can be sent": not parsed.sends
        and (parsed.data or parsed.file or reacts),
        f"a {name} asks: --echo and --exec are for those that answer": name == "REQ" and reacts,
        f"a {name} only sends here: nothing can be sent back": not parsed.receives and reacts,
        "one of --echo, --exec and --data or --file": bool(parsed.echo)
        + bool(parsed.exec)
        + bool(parsed.data or parsed.file)
        > 1,
        f"a {name} does not ask: --retries is for REQ": name != "REQ" and parsed.retries,
        "--retries needs to know how long to wait: --timeout": parsed.retries
        and parsed.timeout is None,
        f"a {name} has no subscriptions": name not in ("SUB", "XSUB", "DISH") and parsed.subscribe,
        "a DISH joins groups: give it one with --subscribe": name == "DISH"
        and not parsed.subscribe,
    }
    found = next((problem for problem, holds in checks.items() if holds), "")
    return found or credentials.problem(parsed)


__all__ = ["add_cat"]
