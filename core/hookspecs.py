"""What a plugin may implement: one hook.

A plugin is any object, usually a module, with::

    from core.hookspecs import hookimpl

    @hookimpl
    def babelmq_transport():
        return MyTransport()

announced in its package's metadata, one line per URL scheme::

    [project.entry-points.babelmq]
    myscheme = "my_package.my_module"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.transport import Transport

PROJECT = "babelmq"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def babelmq_transport() -> Transport | Sequence[Transport]:  # type: ignore[empty-body]
    """Return the transport, or the transports, of this plugin: one object per URL scheme."""


__all__ = ["PROJECT", "babelmq_transport", "hookimpl", "hookspec"]
