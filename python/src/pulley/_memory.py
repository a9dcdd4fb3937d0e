"""Linear memories."""

from __future__ import annotations

from ._library import lib, quick
from ._objects import Shared


class Memory(Shared):
    """A linear memory."""

    _delete = lib.pulley_memory_delete
    _equal = quick.pulley_memory_same
