"""Small programs to run and to read: `python examples/hello_server.py`, `python -m examples.demo`."""
