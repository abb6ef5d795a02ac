"""Callbacks on sockets, for programs built on tornado or on plain asyncio."""
