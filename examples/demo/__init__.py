"""The demo: Python, Node.js, Go and libzmq at work together. Run it with `make demo`."""
