"""The commands `babelmq cat` and `babelmq proxy`: sockets for the shell.

Programs like any other: they use the public API, and nothing in core knows of them. The parsers
stand here, cheap to import; what they run is imported when it runs.
"""

from __future__ import annotations

from core.cli.cat_parser import add_cat
from core.cli.proxy_parser import add_proxy

__all__ = ["add_cat", "add_proxy"]
