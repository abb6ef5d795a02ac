"""The only part of the engine that blocks, polls or starts a thread.

`engine.Engine` is one socket at run time; `reactor.Reactor` is a context's I/O thread.
"""
