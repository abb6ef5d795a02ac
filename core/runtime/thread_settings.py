"""Scheduling of a context's I/O thread (ZMQ_THREAD_*)."""

import errno
import os
import threading
from typing import NamedTuple

from core.errors import error_from_errno


class ThreadSettings(NamedTuple):
    """name_prefix: 0 is none; policy, priority: -1 leaves them alone; cpus: empty is all."""

    name_prefix: int = 0
    policy: int = -1
    priority: int = -1
    cpus: frozenset[int] = frozenset()

    def apply(self, thread: threading.Thread) -> None:
        """Make the system schedule a running thread so.

        :raises ZMQError: what the system refuses, such as EPERM for a real-time policy, or ENOTSUP
            where it cannot schedule single threads
        """
        if self.name_prefix:
            thread.name = f"{self.name_prefix}/{thread.name.rpartition('/')[2]}"
        if not (self.cpus or self.policy >= 0 or self.priority >= 0):
            return
        if not hasattr(os, "sched_setscheduler"):
            raise error_from_errno(
                errno.ENOTSUP, "this system cannot schedule single threads: leave THREAD_* unset"
            )
        try:
            self._schedule(thread.native_id or 0)
        except OSError as error:
            number = error.errno or errno.EINVAL
            raise error_from_errno(
                number, f"the system refuses {self} for the I/O thread: {error.strerror}"
            ) from error

    def _schedule(self, thread_id: int) -> None:
        if self.cpus:
            os.sched_setaffinity(thread_id, self.cpus)
        if self.policy >= 0 or self.priority >= 0:
            policy = self.policy if self.policy >= 0 else os.sched_getscheduler(thread_id)
            priority = max(self.priority, 0)
            os.sched_setscheduler(thread_id, policy, os.sched_param(priority))


__all__ = ["ThreadSettings"]
