"""Looking up host names without holding up anything else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

Post = Callable[[Callable[[], None]], None]


def resolve_elsewhere(
    resolve: Callable[[], Sequence[T]],
    post: Post,
    done: Callable[[Sequence[T] | OSError], None],
) -> None:
    """Run `resolve` in a thread of its own and `post` its outcome to `done`.

    A name server that does not answer holds its thread for minutes, so there is no pool that a few
    of them could exhaust.
    """

    def run() -> None:
        try:
            outcome: Sequence[T] | OSError = resolve()
        except OSError as error:
            outcome = error
        post(lambda: done(outcome))

    threading.Thread(target=run, name="babelmq-resolver", daemon=True).start()
