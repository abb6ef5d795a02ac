"""`python -m examples.demo`: the four patterns between Python, Node.js, Go and libzmq."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import monotonic

import core as zmq
from examples.demo import acts, show
from examples.demo.cast import Player, assemble, c_server
from examples.demo.stage import DemoError, stage, start_gateway


def main() -> int:
    """Play every act. Returns 0 when all went right, 1 otherwise."""
    started = monotonic()
    with tempfile.TemporaryDirectory(prefix="babelmq-demo-") as name, stage() as on:
        try:
            passed = play(Path(name), start_gateway(on))
        except (DemoError, zmq.Again) as error:
            show.verdict(False, f"gave up: {error}")
            passed = False
    show.headline("The verdict")
    show.verdict(passed, "everything went right" if passed else "something went wrong")
    print(f"    {monotonic() - started:.1f} s")
    return 0 if passed else 1


def play(folder: Path, gateway: str) -> bool:
    """Introduce the players and run the acts."""
    show.headline("BabelMQ: ZeroMQ's patterns between languages")
    print("  Python runs the engine itself (import core). Node and Go come through the gateway")
    print(f"  at {gateway}. libzmq is the original, which knows nothing of us.")
    players, left_out = assemble(gateway, folder)
    c_program = c_server(folder)
    server = c_program if isinstance(c_program, Player) else None
    if not isinstance(c_program, Player):
        left_out.append(c_program)
    for reason in left_out:
        print(f"  LEFT OUT  {reason}")
    passed = [
        acts.push_pull(players),
        acts.pub_sub(players),
        acts.req_rep(players, server),
        acts.pair(players),
    ]
    return all(passed)


if __name__ == "__main__":
    sys.exit(main())
