"""The registry of transports: URL scheme in, transport out.

Plugins are found through the entry points of group ``babelmq`` (name = scheme) and loaded on the
first use of their scheme, so that ``import core`` stays cheap and a broken plugin breaks only its
own scheme. `register` adds a plugin without packaging. pluggy is imported on first use for the same
reason, and importlib.metadata only when plugins are listed, or one is missing, broken or refused.
"""

from __future__ import annotations

import threading
from errno import EPROTONOSUPPORT
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from core.entry_points import announced_module
from core.errors import ZMQError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.metadata import EntryPoint

    import pluggy

    from core.transport import Transport

GROUP = "babelmq"

_METHODS = {
    "stream": ("parse", "waits_to_resolve", "resolve", "listen", "connect"),
    "message": ("parse", "bind", "connect"),
}

Status = Literal["found", "loaded", "broken", "refused"]


class Registration(NamedTuple):
    """One line of ``babelmq plugins``."""

    scheme: str
    kind: str
    """``stream`` or ``message``; empty until the plugin is loaded."""
    distribution: str
    """Name of the installed package that brought it; empty after `register`."""
    version: str
    module: str
    status: Status
    """``found`` (not loaded yet), ``loaded``, ``broken``, or ``refused`` (two claim the scheme)."""
    problem: str
    """Why it is broken or refused; empty otherwise."""


class _Source(NamedTuple):
    """Where a plugin comes from."""

    scheme: str
    name: str
    load: Callable[[], object]
    distribution: str = ""
    version: str = ""
    module: str = ""


class PluginError(ZMQError):
    """No transport for a scheme: unknown, broken, or claimed twice. ``errno``: EPROTONOSUPPORT."""

    def __init__(self, message: str) -> None:
        super().__init__(EPROTONOSUPPORT, message)


def installed_entry_points() -> Iterable[EntryPoint]:
    """Read the entry points of group ``babelmq`` from the installed packages."""
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


class Registry:
    """Finds, loads and checks transports. Thread-safe.

    :param find: where entry points come from
    :param glance: the module that `find` has for a scheme, if it can be told more quickly
    """

    def __init__(
        self,
        find: Callable[[], Iterable[EntryPoint]] = installed_entry_points,
        glance: Callable[[str], str | None] = lambda scheme: None,
    ) -> None:
        self._find = find
        self._glance = glance
        self._listed = False
        self._lock = threading.RLock()
        self._manager: pluggy.PluginManager | None = None
        self._sources: dict[str, list[_Source]] = {}
        self._transports: dict[str, Transport] = {}

    def transport(self, scheme: str) -> Transport:
        """Return the transport for a scheme, loading its plugin the first time.

        :param scheme: what stands before ``://``
        :raises PluginError: EPROTONOSUPPORT; unknown scheme, broken plugin, or two plugins for it
        """
        found = self._transports.get(scheme)
        if found is not None:
            return found
        with self._lock:
            return self._transports.get(scheme) or self._load(scheme)

    def register(self, plugin: object, name: str = "") -> tuple[str, ...]:
        """Add a plugin object that no package announces.

        :param plugin: what implements the hook ``babelmq_transport``
        :param name: what error messages call it; default is its own name
        :returns: the schemes it added
        :raises PluginError: EPROTONOSUPPORT; it is broken, or one of its schemes is taken
        """
        name = name or str(getattr(plugin, "__name__", type(plugin).__name__))
        with self._lock:
            known = self._plugins().is_registered(plugin)
            transports = self._checked_call(plugin, f"plugin {name!r}")
            try:
                for transport in transports:
                    self._refuse_taken(transport.scheme, name)
            except PluginError:
                if not known:
                    self._plugins().unregister(plugin)
                raise
            for transport in transports:
                self._add(transport, plugin, name)
            return tuple(transport.scheme for transport in transports)

    def schemes(self) -> list[str]:
        """List the schemes that have at least one plugin, sorted, loading none of them."""
        with self._lock:
            return sorted(self._known())

    def registered(self, *, load: bool = False) -> list[Registration]:
        """Describe every plugin, sorted by scheme.

        :param load: load the plugins too, to find out which ones are broken
        """
        with self._lock:
            schemes = self.schemes()
            return [line for scheme in schemes for line in self._describe(scheme, load)]

    def _plugins(self) -> pluggy.PluginManager:
        if self._manager is None:
            self._manager = _new_manager()
        return self._manager

    def _known(self) -> dict[str, list[_Source]]:
        if not self._listed:
            for entry_point in self._find():
                source = _source(entry_point)
                self._sources.setdefault(source.scheme, []).append(source)
            self._listed = True
        return self._sources

    def _add(self, transport: Transport, plugin: object, name: str) -> None:
        module = str(getattr(plugin, "__name__", type(plugin).__module__))
        source = _Source(transport.scheme, name, lambda: plugin, module=module)
        self._sources[transport.scheme] = [source]
        self._transports[transport.scheme] = transport

    def _load(self, scheme: str) -> Transport:
        found = self._load_at_a_glance(scheme) or self._load_listed(scheme)
        self._transports[scheme] = found
        return found

    def _load_at_a_glance(self, scheme: str) -> Transport | None:
        """Load the plain case; None for all others, and for those that need a good error."""
        module = None if self._listed else self._glance(scheme)
        if module is None:
            return None
        try:
            return self._load_source(_Source(scheme, module, partial(import_module, module)))
        except PluginError:
            return None

    def _load_listed(self, scheme: str) -> Transport:
        sources = self._known().get(scheme)
        if not sources:
            known = ", ".join(self.schemes()) or "none: is the package babelmq installed?"
            raise PluginError(
                f"No transport for '{scheme}://' (known: {known}; others come with a plugin)"
            )
        if len(sources) > 1:
            raise PluginError(_conflict(scheme, [source.name for source in sources]))
        return self._load_source(sources[0])

    def _load_source(self, source: _Source) -> Transport:
        title = f"plugin {source.name!r} for '{source.scheme}://'"
        try:
            plugin = source.load()
        except Exception as error:  # whatever a foreign module raises while it is imported
            raise PluginError(f"Broken {title}: {_reason(error)}") from error
        for transport in self._checked_call(plugin, title):
            if transport.scheme == source.scheme:
                return transport
        raise PluginError(
            f"Broken {title}: its hook babelmq_transport returns no transport whose scheme is"
            f" {source.scheme!r}, the name of its entry point"
        )

    def _checked_call(self, plugin: object, title: str) -> list[Transport]:
        """Register the plugin with pluggy, call its hook alone and check what it returns."""
        manager = self._plugins()
        added = not manager.is_registered(plugin)
        try:
            if added:
                manager.register(plugin, f"{title} {id(plugin)}")
            return _checked(_call_hook(manager, plugin))
        except Exception as error:
            if added and manager.is_registered(plugin):
                manager.unregister(plugin)
            raise PluginError(f"Broken {title}: {_reason(error)}") from error

    def _refuse_taken(self, scheme: str, name: str) -> None:
        taken = self._known().get(scheme)
        if taken:
            raise PluginError(_conflict(scheme, [*(source.name for source in taken), name]))

    def _describe(self, scheme: str, load: bool) -> list[Registration]:
        problem = ""
        if load:
            try:
                self.transport(scheme)
            except PluginError as error:
                problem = str(error)
        return [self._line(source, problem) for source in self._sources[scheme]]

    def _line(self, source: _Source, problem: str) -> Registration:
        transport = self._transports.get(source.scheme)
        status: Status = "found"
        if len(self._sources[source.scheme]) > 1:
            status = "refused"
            names = [rival.name for rival in self._sources[source.scheme]]
            problem = _conflict(source.scheme, names)
        elif transport is not None:
            status = "loaded"
        elif problem:
            status = "broken"
        return Registration(
            scheme=source.scheme,
            kind=transport.kind if transport is not None else "",
            distribution=source.distribution,
            version=source.version,
            module=source.module,
            status=status,
            problem=problem,
        )


def _new_manager() -> pluggy.PluginManager:
    import pluggy

    from core import hookspecs

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _source(entry_point: EntryPoint) -> _Source:
    dist = entry_point.dist
    distribution, version = (dist.name, dist.version) if dist is not None else ("", "")
    name = f"{distribution} {version} ({entry_point.value})".strip()
    return _Source(
        entry_point.name, name, entry_point.load, distribution, version, entry_point.value
    )


def _call_hook(manager: pluggy.PluginManager, plugin: object) -> object:
    others = [other for other in manager.get_plugins() if other is not plugin]
    answers = manager.subset_hook_caller("babelmq_transport", remove_plugins=others)()
    if not answers:
        raise LookupError("it does not implement the hook babelmq_transport (or it returns None)")
    return answers[0]


def _checked(answer: object) -> list[Transport]:
    transports: list[Any] = [*answer] if isinstance(answer, (list, tuple)) else [answer]
    for transport in transports:
        _check_shape(transport)
    schemes = [transport.scheme for transport in transports]
    if len(set(schemes)) < len(schemes):
        raise ValueError(f"it brings two transports for one scheme: {schemes}")
    return transports


def _check_shape(transport: object) -> None:
    kind = getattr(transport, "kind", None)
    what = type(transport).__name__
    if kind not in _METHODS:
        raise TypeError(f"{what}.kind is {kind!r}, it must be 'stream' or 'message'")
    if not isinstance(getattr(transport, "scheme", None), str):
        raise TypeError(f"{what}.scheme must be a string")
    missing = [name for name in _METHODS[kind] if not callable(getattr(transport, name, None))]
    if missing:
        raise TypeError(f"{what} lacks {', '.join(missing)} (see core.transport)")


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _conflict(scheme: str, names: list[str]) -> str:
    listed = " and ".join(names)
    return f"Two plugins claim '{scheme}://': {listed}; uninstall one of them"


_default = Registry(glance=partial(announced_module, GROUP))


def get_transport(scheme: str) -> Transport:
    """`Registry.transport` of the process-wide registry."""
    return _default.transport(scheme)


def register(plugin: object, name: str = "") -> tuple[str, ...]:
    """`Registry.register` of the process-wide registry."""
    return _default.register(plugin, name)


def schemes() -> list[str]:
    """`Registry.schemes` of the process-wide registry."""
    return _default.schemes()


def registered(*, load: bool = False) -> list[Registration]:
    """`Registry.registered` of the process-wide registry."""
    return _default.registered(load=load)


__all__ = [
    "GROUP",
    "PluginError",
    "Registration",
    "Registry",
    "Status",
    "get_transport",
    "register",
    "registered",
    "schemes",
]
