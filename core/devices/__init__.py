"""Devices: proxies that make their own sockets and run in a thread or a process of their own.

The names are those of pyzmq's ``zmq.devices``.
"""

from __future__ import annotations

from core.devices.device import BackgroundDevice, Device, ProcessDevice, ThreadDevice
from core.devices.monitored import (
    MonitoredQueue,
    ProcessMonitoredQueue,
    ThreadMonitoredQueue,
    monitored_queue,
)
from core.devices.proxy_device import ProcessProxy, Proxy, ThreadProxy
from core.devices.steerable import ProcessProxySteerable, ProxySteerable, ThreadProxySteerable
from core.proxy import proxy

__all__ = [
    "BackgroundDevice",
    "Device",
    "MonitoredQueue",
    "ProcessDevice",
    "ProcessMonitoredQueue",
    "ProcessProxy",
    "ProcessProxySteerable",
    "Proxy",
    "ProxySteerable",
    "ThreadDevice",
    "ThreadMonitoredQueue",
    "ThreadProxy",
    "ThreadProxySteerable",
    "monitored_queue",
    "proxy",
]
