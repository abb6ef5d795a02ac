"""The four acts, one per pattern. Each prints what happens and returns whether it went right."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from time import monotonic
from typing import Any

import core as zmq
from examples.demo import show, text
from examples.demo.cast import Player
from examples.demo.stage import PATIENCE, DemoError, Stage, stage

ROLL_CALL = 50  # milliseconds between two calls
CHAT_ROUNDS = 3


@contextmanager
def bound(*types: int) -> Iterator[list[Any]]:
    """Open sockets that are bound to free ports; receiving gives up after a while."""
    with zmq.Context() as context:
        sockets = [context.socket(kind) for kind in types]
        for socket in sockets:
            socket.linger = 0
            socket.rcvtimeo = socket.sndtimeo = int(PATIENCE * 1000)
            socket.bind("tcp://127.0.0.1:*")
        yield sockets
        for socket in sockets:
            socket.close()


def endpoint(socket: Any) -> str:
    """Return where a bound socket can be reached."""
    name: str = socket.getsockopt_string(zmq.LAST_ENDPOINT)
    return name


def push_pull(players: Sequence[Player]) -> bool:
    """Push every line to the workers, pull and sum their counts, check against the text."""
    show.headline("PUSH-PULL: a text is counted by workers in every language")
    lines = text.all_lines()
    with bound(zmq.PUSH, zmq.PULL) as (source, sink), stage() as on:
        for player in players:
            player.start(on, "count", endpoint(source), endpoint(sink), player.name)
        names = {player.name for player in players}
        for _ in range(call_roll(on, sink, names, lambda: source.send(b""))):
            sink.recv_multipart()
        shares, words = hand_out(lines, source, sink)
    for name, share in sorted(shares.items()):
        show.line(name, f"counted {share:,} of {len(lines):,} lines")
    expected = sum(len(line.split()) for line in lines)
    passed = words == expected and all(shares[player.name] for player in players)
    show.verdict(passed, f"{words:,} words in sum; the text has {expected:,}")
    return passed


def hand_out(lines: Sequence[bytes], source: Any, sink: Any) -> tuple[Counter[str], int]:
    """Push the lines while pulling the results; return each worker's lines and the sum."""
    shares: Counter[str] = Counter()
    words = sent = received = 0
    ahead = 2000  # lines under way: enough for every worker, and the rest waits its turn
    while received < len(lines):
        while sent < len(lines) and sent - received < ahead:
            source.send(lines[sent])
            sent += 1
        name, count = sink.recv_multipart()
        shares[name.decode()] += 1
        words += int(count)
        received += 1
        show.progress(received, len(lines))
    return shares, words


def pub_sub(players: Sequence[Player]) -> bool:
    """Publish the headings of the documentation; every subscriber must hear exactly these."""
    show.headline("PUB-SUB: one feed, heard in every language")
    headings = text.headings()
    digest = hashlib.sha256(b"".join(headings)).hexdigest()
    with bound(zmq.PUB, zmq.PULL) as (feed, sink), stage() as on:
        for player in players:
            player.start(on, "listen", endpoint(feed), endpoint(sink), player.name)
        names = {player.name for player in players}
        call_roll(on, sink, names, lambda: feed.send_multipart([b"greeting", b"hello"]))
        for number, heading in enumerate(headings):
            feed.send_multipart([b"docs", heading])
            feed.send_multipart([b"numbers", b"%d" % number])  # nobody subscribed to these
        feed.send_multipart([b"docs", b""])
        heard = reports(sink, len(players))
    for name, what in heard.items():
        same = what.decode() == digest
        show.line(name.decode(), "heard every heading" if same else "heard something else")
    passed = len(heard) == len(players) and set(heard.values()) == {digest.encode()}
    show.verdict(passed, f"{len(headings)} headings published, sha256 {digest[:12]}… everywhere")
    return passed


def reports(sink: Any, count: int) -> dict[bytes, bytes]:
    """Return what each subscriber reports at the end, past late answers to the roll call."""
    heard: dict[bytes, bytes] = {}
    while len(heard) < count:
        name, what = sink.recv_multipart()
        if what != b"here":
            heard[name] = what
    return heard


def call_roll(on: Stage, sink: Any, names: set[str], call: Callable[[], object]) -> int:
    """Call until every player has answered. Returns how many calls are unanswered so far."""
    present: set[str] = set()
    unanswered = 0
    deadline = monotonic() + PATIENCE
    while names - present:
        on.check()
        if monotonic() > deadline:
            raise DemoError(f"no answer from {', '.join(sorted(names - present))}")
        call()
        unanswered += 1
        while sink.poll(ROLL_CALL):
            present.add(sink.recv_multipart()[0].decode())
            unanswered -= 1
    show.line("", f"all here: {', '.join(sorted(present))}")
    return unanswered


def req_rep(players: Sequence[Player], server: Player | None) -> bool:
    """Let each player answer the one before it; a C server, where there is one, answers too."""
    show.headline("REQ-REP: a question in one language, the answer in another")
    ring = [*players[1:], players[0]]
    pairs = list(zip(players, ring, strict=True))
    if server:
        pairs += [(player, server) for player in players]
    passed = [ask_and_check(asker, answerer) for asker, answerer in pairs]
    return all(passed)


def ask_and_check(asker: Player, answerer: Player) -> bool:
    """Ask lines of the text; the answers must be the same lines in capitals."""
    questions = text.questions(3)
    with stage() as on:
        where = answerer.start(on, "answer").line()
        asking = asker.start(on, "ask", where, *questions)
        replies = [asking.line() for _ in questions]
    show.line(asker.name, f"asks {questions[0]!r}")
    show.line(answerer.name, f"answers {replies[0]!r}")
    passed = replies == [question.upper() for question in questions]
    show.verdict(passed, f"{asker.name} → {answerer.name}: {len(replies)} answers")
    return passed


def pair(players: Sequence[Player]) -> bool:
    """Let neighbours chat over a PAIR each."""
    show.headline("PAIR: two programs chat")
    passed = [chat(one, other) for one, other in pairwise(players)]
    return all(passed)


def chat(host: Player, guest: Player) -> bool:
    """Run one conversation and check that each heard what the other had to say."""
    with stage() as on:
        hosting = host.start(on, "chat", "", host.name, str(CHAT_ROUNDS))
        where = hosting.line()
        visiting = guest.start(on, "chat", where, guest.name, str(CHAT_ROUNDS))
        heard = [(hosting.line(), visiting.line()) for _ in range(CHAT_ROUNDS)]
    for by_host, by_guest in heard:
        show.line(guest.name, by_host)
        show.line(host.name, by_guest)
    numbers = range(1, CHAT_ROUNDS)
    said_by_guest = [f"hello, this is {guest.name}"]
    said_by_guest += [f"{guest.name} has heard {number}" for number in numbers]
    said_by_host = [f"{host.name} has heard {number}" for number in (*numbers, CHAT_ROUNDS)]
    passed = heard == list(zip(said_by_guest, said_by_host, strict=True))
    show.verdict(passed, f"{host.name} ↔ {guest.name}: {2 * len(heard)} messages")
    return passed
