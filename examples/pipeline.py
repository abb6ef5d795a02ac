"""PUSH-PULL: work is spread over whoever pulls, and results flow together."""

import threading

import core as zmq

WORKERS = 3
JOBS = 1000


def worker(context: zmq.Context, source: str, sink: str) -> None:
    """Square numbers until the context ends."""
    with context.socket(zmq.PULL) as jobs, context.socket(zmq.PUSH) as results:
        jobs.connect(source)
        results.connect(sink)
        try:
            while True:
                results.send(b"%d" % int(jobs.recv()) ** 2)
        except zmq.ContextTerminated:
            pass


context = zmq.Context()
with context.socket(zmq.PUSH) as jobs, context.socket(zmq.PULL) as results:
    jobs.bind("tcp://127.0.0.1:*")
    results.bind("tcp://127.0.0.1:*")
    endpoints = [socket.getsockopt_string(zmq.LAST_ENDPOINT) for socket in (jobs, results)]
    threads = [threading.Thread(target=worker, args=(context, *endpoints)) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for number in range(JOBS):
        jobs.send(b"%d" % number)
    total = sum(int(results.recv()) for _ in range(JOBS))
    print(f"the squares below {JOBS} sum to {total}")
context.term()
for thread in threads:
    thread.join()
