"""Logging to sockets: see `core.log.handlers`."""
