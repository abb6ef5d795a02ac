"""PLAIN and CURVE between our engine and libzmq: either side the server, either side binding."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.interop
