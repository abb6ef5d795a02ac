"""Import time, and the time from there to the first message over tcp in one process.

Imports nothing before the clock starts that the module under test might want itself.
"""

import sys
import time


def main(module_name: str) -> None:
    """Import the module, move one message from a PUSH to a PULL, print both times in ms."""
    print('{"ready": {}}', flush=True)
    sys.stdin.readline()
    start = time.perf_counter()
    zmq = __import__(module_name)
    imported = time.perf_counter()
    with zmq.Context() as context, context.socket(zmq.PULL) as sink:
        sink.bind("tcp://127.0.0.1:*")
        with context.socket(zmq.PUSH) as source:
            source.connect(sink.getsockopt_string(zmq.LAST_ENDPOINT))
            source.send(b"first")
            sink.recv()
            end = time.perf_counter()
            figures = (imported - start) * 1000, (end - start) * 1000, resident_mib()
    print('{"result": {"import": %f, "first": %f, "memory": %f}}' % figures, flush=True)  # noqa: UP031


def resident_mib() -> float:
    """Return the memory of this process at its largest, in MiB."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if sys.platform == "darwin":
        peak //= 1024
    if sys.platform == "linux":  # there it may be the peak of the process that started this one
        with open("/proc/self/status", encoding="ascii") as status:
            peak = int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) * 1024
    return peak / 2**20


if __name__ == "__main__":
    main(sys.argv[1])
