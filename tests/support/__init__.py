"""Helpers shared by the tests: waiting, leak checks, endpoints, sockets, peer processes, tools."""
