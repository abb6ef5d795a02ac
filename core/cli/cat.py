"""What `babelmq cat` does once its arguments are understood."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from core.cli import conversation
from core.cli.credentials import apply_credentials, guarded
from core.cli.ending import Failed, TimedOut, say, supervise
from core.cli.formats import decoder, encoder, frames_of, message_from_arguments, message_of
from core.cli.meter import Meter
from core.cli.opening import bind, open_socket
from core.cli.output import Output
from core.cli.sources import Fixed, Input, Paced, Source, Splitter, one_by_one
from core.cli.wire import Wire, wire
from core.context import Context
from core.errors import NotReady
from core.patterns import Message
from core.socket import Socket

Reply = Callable[[Message], Message | None]

_FOR_EVER = 2**31 - 1  # milliseconds: the longest linger


def run(parsed: Namespace) -> int:
    """Run the command to its end; the exit code."""
    linger = -1 if parsed.timeout is None else int(parsed.timeout * 1000)
    return supervise("cat", partial(_measured, parsed), linger)


def _measured(parsed: Namespace, context: Context, after: ExitStack) -> None:
    if not parsed.rate:
        _talk(parsed, context, after, None)
        return
    meter = Meter(sys.stderr.isatty())
    try:
        _talk(parsed, context, after, meter)
    finally:
        meter.stop()


def _talk(parsed: Namespace, context: Context, after: ExitStack, meter: Meter | None) -> None:
    # The input first: what is wrong there is said before anybody is bothered.
    source = _source(parsed)
    line = wire(_open(parsed, context, after))
    if parsed.wait:
        _wait(line.socket, parsed)
    _exchange(parsed, line, source, meter)
    if guarded(parsed):
        # The context's end takes the authenticator away: what is queued has to leave before.
        limit = _FOR_EVER if parsed.timeout is None else int(parsed.timeout * 1000)
        line.socket.close(wait=limit)


def _exchange(parsed: Namespace, line: Wire, source: Source | None, meter: Meter | None) -> None:
    limits = conversation.Limits(parsed.count, parsed.timeout)
    sent = None if meter is None else meter.sent
    if not parsed.receives:
        assert source is not None
        conversation.send(line, source, limits, sent)
        return
    output = _output(parsed, meter)
    if parsed.type == "REQ":
        assert source is not None
        conversation.ask(line, source, limits, output, sent, parsed.retries)
    elif reply := _reply(parsed, source):
        conversation.answer(line, reply, limits, output, sent)
    else:
        conversation.converse(line, source, limits, output, sent)


# The socket


def _open(parsed: Namespace, context: Context, after: ExitStack) -> Socket:
    socket = open_socket("cat", context, after, parsed.type, parsed.option, parsed.verbose)
    if parsed.timeout is not None:
        socket.sndtimeo = socket.rcvtimeo = int(parsed.timeout * 1000)
    apply_credentials(socket, parsed, after)
    _subscribe(socket, parsed)
    for endpoint in parsed.bind:
        bind("cat", socket, endpoint)
    for endpoint in parsed.connect:
        if parsed.type == "PEER":
            say("cat", f"routing id {socket.connect_peer(endpoint)} is the peer at {endpoint}")
        else:
            socket.connect(endpoint)
    return socket


def _subscribe(socket: Socket, parsed: Namespace) -> None:
    for topic in parsed.subscribe or [b""]:
        if parsed.type == "SUB":
            socket.subscribe(topic)
        elif parsed.type == "XSUB":
            socket.send(b"\x01" + topic)
        elif parsed.type == "DISH":
            socket.join(topic)


def _wait(socket: Socket, parsed: Namespace) -> None:
    what = "subscriptions" if parsed.type in ("PUB", "XPUB", "RADIO") else "peers"
    timeout = None if parsed.timeout is None else parsed.timeout * 1000
    try:
        socket.wait_for(**{what: parsed.wait}, timeout=timeout)
    except NotReady as missing:
        raise TimedOut(str(missing)) from None


# Where messages come from and go to


def _source(parsed: Namespace) -> Source | None:
    source = _given(parsed) if parsed.sends else None
    if source is None or not parsed.interval:
        return source
    return Paced(source, parsed.interval)


def _given(parsed: Namespace) -> Source | None:
    try:
        messages = [
            message_from_arguments(parsed.input, [os.fsencode(each) for each in arguments])
            for arguments in parsed.data
        ]
    except ValueError as error:
        raise Failed(f"--data is not {parsed.input}: {error}") from error
    messages += [path.read_bytes() for path in _paths(parsed)]
    if messages:
        endless = parsed.interval is not None or parsed.type == "REP"
        total = parsed.count or (None if endless else len(messages))
        return Fixed(messages, total)
    if parsed.echo or parsed.exec:
        return None
    if sys.stdin is None:
        raise Failed("standard input is closed: give --data or --file")
    raw = parsed.input == "raw" and parsed.delimiter is None
    splitter = Splitter(None if raw else parsed.delimiter or b"\n")
    return Input(sys.stdin.fileno(), splitter, decoder(parsed.input, parsed.separator))


def _paths(parsed: Namespace) -> Iterator[Path]:
    return (Path(name) for names in parsed.file for name in names)


def _output(parsed: Namespace, meter: Meter | None) -> Output:
    if sys.stdout is None:
        raise Failed("standard output is closed")
    fd = sys.stdout.fileno()
    separator = b"\t" if parsed.separator is None else parsed.separator
    encode = encoder(parsed.format, parsed.delimiter, separator, os.isatty(fd))
    return Output(fd, encode, None if meter is None else meter.received)


# Replies


def _reply(parsed: Namespace, source: Source | None) -> Reply | None:
    if parsed.echo:
        return lambda message: message
    if parsed.exec:
        return lambda message: _run(parsed, message)
    if parsed.type != "REP":
        return None
    assert source is not None
    replies = one_by_one(source)
    return lambda message: next(replies, None)


def _run(parsed: Namespace, message: Message) -> Message:
    """The last frame is a command's input, and its output takes the frame's place."""
    *envelope, body = frames_of(message)
    done = subprocess.run(parsed.exec, shell=True, input=body, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        say("cat", f"{parsed.exec!r} ended with {done.returncode}")
    text = done.stdout
    return message_of([*envelope, text if parsed.input == "raw" else text.removesuffix(b"\n")])


__all__ = ["run"]
