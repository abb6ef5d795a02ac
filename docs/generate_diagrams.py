"""Draws the diagrams of the guide: ``python docs/generate_diagrams.py`` writes figures/*.svg.

Boxes stand on a grid of columns and rows (fractions allowed), arrows run from box to box. The
colours follow the reader's light or dark mode.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

FIGURES = Path(__file__).parent / "figures"
COLUMN, ROW, WIDTH, HEIGHT, MARGIN = 190, 78, 132, 46, 14

STYLE = """
  text { font: 13px system-ui, sans-serif; text-anchor: middle; fill: #1f2328; }
  .small { font-size: 11.5px; fill: #59636e; }
  .box text { fill: #fff; font-weight: 600; }
  .box .small { fill: #fff; font-weight: 400; opacity: .9; }
  .code { font-family: ui-monospace, monospace; }
  .line { stroke: #7d8590; stroke-width: 1.6; fill: none; }
  .head { fill: #7d8590; }
  .dash { stroke-dasharray: 5 4; }
  .halo { stroke: #fff; stroke-width: 6px; paint-order: stroke; stroke-linejoin: round; }
  .frame { fill: none; stroke: #7d8590; stroke-dasharray: 2 3; }
  .blue { fill: #2563c9; } .green { fill: #1a7f4b; } .amber { fill: #9a5b00; }
  .violet { fill: #7847c2; } .grey { fill: #57606a; } .red { fill: #b3372f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .small { fill: #9198a1; } .halo { stroke: #131416; }
  }
"""


@dataclass(frozen=True)
class Box:
    """A rounded box with a title and a small line below it."""

    column: float
    row: float
    title: str
    small: str = ""
    colour: str = "blue"
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def x(self) -> float:
        """Its left edge."""
        return MARGIN + self.column * COLUMN

    @property
    def y(self) -> float:
        """Its upper edge."""
        return MARGIN + self.row * ROW

    def svg(self) -> str:
        """The box as SVG."""
        middle = self.x + self.width / 2
        lines = (
            f'<rect class="{self.colour}" x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" '
            f'height="{self.height:g}" rx="7"/>'
        )
        centre = self.y + self.height / 2
        if self.small:
            lines += text(middle, centre - 3, self.title)
            lines += text(middle, centre + 13, self.small, "small")
        else:
            lines += text(middle, centre + 4.5, self.title)
        return f'<g class="box">{lines}</g>'


@dataclass(frozen=True)
class Frame:
    """A dotted rectangle around boxes, with a name in its corner."""

    column: float
    row: float
    columns: float
    rows: float
    name: str

    def svg(self) -> str:
        """The frame as SVG."""
        x, y = MARGIN + self.column * COLUMN, MARGIN + self.row * ROW
        width, height = self.columns * COLUMN, self.rows * ROW
        return (
            f'<rect class="frame" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
            f'rx="9"/>{text(x + width / 2, y + 16, self.name, "small")}'
        )


@dataclass(frozen=True)
class Arrow:
    """From the edge of one box to the edge of another."""

    begin: Box
    end: Box
    label: str = ""
    both: bool = False
    dashed: bool = False
    #: where the label stands, from 0 at the beginning to 1 at the end
    at: float = 0.5
    lift: float = 7.0

    def svg(self) -> str:
        """The arrow as SVG."""
        x1, y1, x2, y2 = self._ends()
        kind = "line dash" if self.dashed else "line"
        start = ' marker-start="url(#head)"' if self.both else ""
        return (
            f'<line class="{kind}" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
            f'{start} marker-end="url(#head)"/>'
        )

    def words(self) -> str:
        """The label as SVG."""
        x1, y1, x2, y2 = self._ends()
        x, y = x1 + (x2 - x1) * self.at, y1 + (y2 - y1) * self.at - self.lift
        return text(x, y, self.label, "small halo") if self.label else ""

    def _ends(self) -> tuple[float, float, float, float]:
        a, b = self.begin, self.end
        gap = 5
        if a.x + a.width <= b.x or b.x + b.width <= a.x:  # side by side
            right = b.x > a.x
            x1 = a.x + a.width + gap if right else a.x - gap
            x2 = b.x - gap if right else b.x + b.width + gap
            return x1, a.y + a.height / 2, x2, b.y + b.height / 2
        down = b.y > a.y
        y1 = a.y + a.height + gap if down else a.y - gap
        y2 = b.y - gap if down else b.y + b.height + gap
        return a.x + a.width / 2, y1, b.x + b.width / 2, y2


@dataclass(frozen=True)
class Note:
    """Text without a box."""

    column: float
    row: float
    words: str
    kind: str = "small"

    def svg(self) -> str:
        """The text as SVG."""
        x = MARGIN + self.column * COLUMN + WIDTH / 2
        y = MARGIN + self.row * ROW + HEIGHT / 2 + 4
        return text(x, y, self.words, self.kind)


@dataclass
class Sequence:
    """Who says what to whom, from top to bottom: lifelines and messages between them."""

    actors: list[tuple[str, str]]
    steps: list[tuple[int, int, str, str]] = field(default_factory=list)
    spacing: float = 300

    def svg(self) -> str:
        """The whole sequence as SVG; a step from an actor to itself is a remark at its line."""
        parts = []
        bottom = MARGIN + HEIGHT + 26 + len(self.steps) * 30
        for index, (name, colour) in enumerate(self.actors):
            x = self._x(index)
            parts.append(
                f'<line class="line dash" x1="{x:g}" y1="{MARGIN + 34}" x2="{x:g}" '
                f'y2="{bottom:g}"/>'
            )
            parts.append(
                f'<g class="box"><rect class="{colour}" x="{x - 66:g}" y="{MARGIN}" width="132" '
                f'height="34" rx="7"/>{text(x, MARGIN + 21.5, name)}</g>'
            )
        for number, (begin, end, words, kind) in enumerate(self.steps):
            y = MARGIN + HEIGHT + 22 + number * 30
            parts.append(self._step(begin, end, words, kind, y))
        return "".join(parts)

    def _x(self, index: int) -> float:
        return MARGIN + 90 + index * self.spacing

    def _step(self, begin: int, end: int, words: str, kind: str, y: float) -> str:
        x1, x2 = self._x(begin), self._x(end)
        if begin == end:
            return text(x1, y - 2, words, "small halo")
        toward = 5 if x2 > x1 else -5
        stop = (x1 + x2) / 2 if kind == "lost" else x2 - toward
        cross = text(stop + toward * 2, y + 5, "✕") if kind == "lost" else ""
        dashed = " dash" if kind == "lost" else ""
        return (
            f'<line class="line{dashed}" x1="{x1 + toward:g}" y1="{y:g}" x2="{stop:g}" y2="{y:g}" '
            f'marker-end="url(#head)"/>{cross}{text((x1 + x2) / 2, y - 6, words, "small halo")}'
        )

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        width = MARGIN * 2 + 180 + (len(self.actors) - 1) * self.spacing
        return width, MARGIN * 2 + HEIGHT + 30 + len(self.steps) * 30


Part = Box | Frame | Arrow | Note


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """A line of text, centred at x."""
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:g}" y="{y:g}">{escape(words)}</text>'


def page(title: str, body: str, width: float, height: float) -> str:
    """An SVG file."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(title)}">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n"
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
        'markerHeight="8" orient="auto-start-reverse"><path class="head" d="M0 0 10 5 0 10z"/>'
        f"</marker></defs>\n{body}\n</svg>\n"
    )


def grid(title: str, columns: float, rows: float, *parts: Part) -> str:
    """A diagram of boxes and arrows, so many columns wide and rows high."""
    order = (Frame, Arrow, Box, Note)
    body = "\n".join(part.svg() for part in sorted(parts, key=lambda part: order.index(type(part))))
    body += "\n" + "".join(part.words() for part in parts if isinstance(part, Arrow))
    width = MARGIN * 2 + (columns - 1) * COLUMN + WIDTH
    height = MARGIN * 2 + (rows - 1) * ROW + HEIGHT
    return page(title, body, width, height)


# ---------------------------------------------------------------- the diagrams


def sockets() -> str:
    """Two programs, their contexts and sockets."""
    left = [Box(0.16, 0.55, "REQ socket"), Box(0.16, 1.35, "SUB socket", colour="green")]
    right = [Box(2.68, 0.55, "REP socket"), Box(2.68, 1.35, "PUB socket", colour="green")]
    return grid(
        "A context holds the sockets of a program; sockets meet at endpoints",
        3.88, 2.75,
        Frame(-0.03, -0.1, 1.06, 2.25, "your program: one Context"),
        Frame(2.5, -0.1, 1.06, 2.25, "another program: one Context"),
        *left, *right,
        Arrow(left[0], right[0], "connect   tcp://server:5555   bind", both=True),
        Arrow(right[1], left[1], "connect   tcp://server:5556   bind"),
    )  # fmt: skip


def request_reply() -> str:
    """One client, three servers in turn."""
    client = Box(0, 1, "client", "REQ")
    servers = [Box(2, row, f"server {row + 1}", "REP", "green") for row in range(3)]
    labels = ["requests 1, 4, 7 …", "2, 5, 8 …", "3, 6, 9 …"]
    return grid(
        "A REQ asks its servers in turn; each reply comes back",
        3, 3,
        client, *servers,
        *(Arrow(client, server, label, both=True, at=0.6)
          for server, label in zip(servers, labels, strict=True)),
    )  # fmt: skip


def publish_subscribe() -> str:
    """One publisher, subscribers of topics."""
    feed = Box(0, 1, "feed", "PUB", "amber")
    readers = [
        Box(2, 0, "subscribed to", '"gold"', "green"),
        Box(2, 1, "subscribed to", '"gold", "tin"', "green"),
        Box(2, 2, "subscribed to", '"" (everything)', "green"),
    ]
    labels = ["gold", "gold, tin", "gold, tin, silver"]
    return grid(
        "A PUB sends each subscriber what it has subscribed to",
        3, 3,
        feed, *readers,
        *(Arrow(feed, reader, label, at=0.6)
          for reader, label in zip(readers, labels, strict=True)),
    )  # fmt: skip


def pipeline() -> str:
    """A ventilator, workers, a sink."""
    source = Box(0, 1, "source", "PUSH", "amber")
    workers = [Box(1.5, row, f"worker {row + 1}", "PULL … PUSH", "violet") for row in range(3)]
    sink = Box(3, 1, "sink", "PULL", "green")
    return grid(
        "Jobs go to whoever is free, results flow together",
        4, 3,
        source, *workers, sink,
        *(Arrow(source, worker) for worker in workers),
        *(Arrow(worker, sink) for worker in workers),
    )  # fmt: skip


def pair() -> str:
    """Two threads."""
    left, right = Box(0.15, 0.35, "PAIR"), Box(2.15, 0.35, "PAIR", colour="green")
    return grid(
        "A PAIR is a pipe with messages",
        3.36, 1.6,
        Frame(-0.03, -0.1, 1.04, 1.15, "main thread"),
        Frame(1.98, -0.1, 1.04, 1.15, "worker thread"),
        left, right, Arrow(left, right, "inproc://steering", both=True),
    )  # fmt: skip


def envelope() -> str:
    """What ROUTER adds and takes."""
    dealer = Box(0, 0.55, "DEALER", "identity: desk-7")
    router = Box(3, 0.55, "ROUTER", colour="violet")
    sent = [
        Box(1.14, 0.2, "job 1", colour="grey", width=70, height=30),
        Box(1.54, 0.2, "details", colour="grey", width=70, height=30),
    ]
    seen = [
        Box(2.59, 1.4, "desk-7", colour="amber", width=70, height=30),
        Box(2.99, 1.4, "job 1", colour="grey", width=70, height=30),
        Box(3.39, 1.4, "details", colour="grey", width=70, height=30),
    ]
    return grid(
        "A ROUTER puts the sender's identity in front of what it receives",
        4.12, 2.3,
        dealer, router, *sent, *seen,
        Arrow(dealer, router, "", both=True),
        Note(1.18, -0.26, "sends two frames"), Note(3.01, 1.67, "receives three"),
    )  # fmt: skip


def broker() -> str:
    """Clients and servers that know one address each."""
    clients = [Box(0, row, f"client {row + 1}", "REQ") for row in range(3)]
    servers = [Box(3.4, row, f"server {row + 1}", "REP", "green") for row in range(3)]
    front = Box(1.42, 1, "ROUTER", "tcp://*:5559", "violet", width=112)
    back = Box(2.1, 1, "DEALER", "tcp://*:5560", "violet", width=112)
    return grid(
        "A proxy between clients and servers: each knows one address",
        4.4, 3,
        Frame(1.3, 0.45, 1.5, 1.65, "proxy: a queue"),
        *clients, *servers, front, back,
        *(Arrow(client, front, both=True) for client in clients),
        *(Arrow(back, server, both=True) for server in servers),
        Arrow(front, back, both=True),
    )  # fmt: skip


def forwarders() -> str:
    """A tree of forwarders."""
    feed = Box(0, 1.5, "feed", "PUB", "amber")
    middle = [Box(1.5, row, "forwarder", "XSUB … XPUB", "violet") for row in (0.5, 2.5)]
    readers = [Box(3, row, "subscriber", "SUB", "green") for row in range(4)]
    return grid(
        "A tree of forwarders: the feed sends two copies, whatever the number of readers",
        4, 4,
        feed, *middle, *readers,
        *(Arrow(feed, each) for each in middle),
        *(Arrow(middle[row // 2], reader) for row, reader in enumerate(readers)),
    )  # fmt: skip


def queues() -> str:
    """Where a message can wait."""
    boxes = [
        Box(0, 0.3, "send()", colour="blue", width=84),
        Box(0.72, 0.3, "outgoing queue", "≤ sndhwm messages", "amber"),
        Box(1.82, 0.3, "TCP", "buffers of both systems", "grey", width=150),
        Box(3.02, 0.3, "incoming queue", "≤ rcvhwm messages", "amber"),
        Box(4.1, 0.3, "recv()", colour="green", width=84),
    ]
    return grid(
        "Where a message can wait: one pair of queues for each peer",
        4.86, 1.85,
        Frame(-0.03, -0.1, 1.52, 1.2, "sender"), Frame(2.98, -0.1, 1.62, 1.2, "receiver"),
        *boxes, *(Arrow(a, b) for a, b in itertools.pairwise(boxes)),
    )  # fmt: skip


def gateway() -> str:
    """Clients in any language, one gateway, ZeroMQ peers."""
    clients = [
        Box(0, 0, "Node.js", 'require("babelmq")', "green"),
        Box(0, 1, "Go", "zmq4", "green"),
        Box(0, 2, "any language", "gRPC stubs", "green"),
    ]
    middle = Box(1.6, 1, "gateway", "babelmq serve", "violet")
    peers = [
        Box(3.2, 0.5, "Python", "import core as zmq"),
        Box(3.2, 1.5, "C, C++, …", "libzmq", "grey"),
    ]
    return grid(
        "Clients hold a gRPC stream per socket; the sockets live in the gateway",
        4.2, 3,
        *clients, middle, *peers,
        *(Arrow(client, middle, both=True) for client in clients),
        *(Arrow(middle, peer, both=True) for peer in peers),
        Note(2.4, 1.0, "tcp, ipc, inproc"), Note(0.8, 0.87, "gRPC"),
    )  # fmt: skip


def sequence(title: str, drawn: Sequence) -> str:
    """A sequence as a file."""
    return page(title, drawn.svg(), *drawn.size)


def reconnection() -> str:
    """A server that crashes and comes back."""
    drawn = Sequence([("client", "blue"), ("server", "green")])
    drawn.steps = [
        (0, 1, "message 1", ""),
        (1, 1, "crashes", ""),
        (0, 1, "message 2 waits in the client's queue", "lost"),
        (0, 1, "connect … refused, again, with growing pauses", "lost"),
        (1, 1, "is started again", ""),
        (0, 1, "connected", ""),
        (0, 1, "message 2", ""),
    ]
    return sequence("Reconnection: what is sent meanwhile waits in the queue", drawn)


def retry() -> str:
    """A request whose server dies."""
    drawn = Sequence([("client", "blue"), ("server", "green")])
    drawn.steps = [
        (0, 1, "request", ""),
        (1, 1, "dies, and the request with it", ""),
        (0, 0, "no reply in time", ""),
        (0, 1, "the request again", "lost"),
        (0, 0, "no reply in time", ""),
        (1, 1, "is back", ""),
        (0, 1, "the request again", ""),
        (1, 0, "reply", ""),
    ]
    return sequence("A request is repeated until a reply comes", drawn)


DIAGRAMS = {
    "sockets": sockets,
    "request-reply": request_reply,
    "publish-subscribe": publish_subscribe,
    "pipeline": pipeline,
    "pair": pair,
    "envelope": envelope,
    "broker": broker,
    "forwarders": forwarders,
    "queues": queues,
    "gateway": gateway,
    "reconnection": reconnection,
    "retry": retry,
}


def main() -> int:
    """Write them all, or check that they are what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if one is old")
    check = parser.parse_args().check
    old = 0
    for name, draw in DIAGRAMS.items():
        path, drawn = FIGURES / f"{name}.svg", draw()
        if path.exists() and path.read_text(encoding="utf-8") == drawn:
            continue
        old += 1
        print(f"{path.relative_to(FIGURES.parent)} {'is old' if check else 'is written'}")
        if not check:
            path.write_text(drawn, encoding="utf-8")
    return int(check and old > 0)


if __name__ == "__main__":
    sys.exit(main())
