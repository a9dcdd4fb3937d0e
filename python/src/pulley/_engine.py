"""Engines: the options and limits of modules and instances."""

from __future__ import annotations

import os
import threading
from typing import Dict, Mapping, Optional, Tuple, Union

from . import _api as api
from ._errors import attempt
from ._handles import Handle
from ._library import lib, quick
from ._values import as_float, as_size

RESOURCES: Dict[str, int] = {
    name[len("PULLEY_RESOURCE_"):].lower(): value
    for name, value in vars(api).items()
    if name.startswith("PULLEY_RESOURCE_")
}

TIERS: Dict[str, int] = {
    name[len("PULLEY_TIERS_"):].lower(): value
    for name, value in vars(api).items()
    if name.startswith("PULLEY_TIERS_")
}

Bound = Optional[int]


class Engine(Handle):
    """The options and limits of its modules, linkers and instances.

    Objects of different engines cannot be combined. Most programs need none: `load` uses `default()`.

    - `interruptible`: whether Ctrl-C, `timeout=` and `Instance.interrupt` end a guest in any loop.
      False makes guests a little faster; then they are ended only where they wait.
    - `timeout`: how long any call may last, in seconds.
    - `clif`: whether the engine accepts CLIF, which is trusted like machine code.
    - `stack_size`: the size of a guest's stack in bytes.
    - `eager`: whether modules are compiled as a whole when they are loaded.
    - `tiers`: how functions are compiled on their first call: "background" (quickly, and those that run often
      again on another thread, with optimisation), "synchronous" (the same on the thread that runs them), "first"
      (quickly) or "second" (with optimisation).
    - `threads`: how many threads may compile at once; by default one for each processor.
    - `memory_limit`: how many bytes the memories of linked instances may have together.
    - `limits`: for each resource ("memory", "tables", "instances", "stacks", "wasi", "compilation"),
      how many bytes each group of linked instances and the whole engine may have; None is no limit.

    >>> import pulley
    >>> engine = pulley.Engine(memory_limit=1 << 20, limits={"tables": (None, 4096)})
    >>> module = pulley.Module("(module (memory 17))", engine)
    >>> pulley.Instance(module)
    Traceback (most recent call last):
        ...
    pulley.LimitError: a memory of 17 pages is larger than the limit of 1048576 bytes
    """

    _delete = lib.pulley_engine_delete

    def __init__(
        self,
        *,
        interruptible: bool = True,
        timeout: Optional[float] = None,
        clif: bool = False,
        stack_size: Optional[int] = None,
        eager: bool = False,
        tiers: str = "background",
        threads: Optional[int] = None,
        memory_limit: Optional[int] = None,
        limits: Optional[Mapping[str, Union[Bound, Tuple[Bound, Bound]]]] = None,
    ) -> None:
        options = lib.pulley_options_new()
        if not options:
            raise MemoryError("no memory for an engine")
        try:
            attempt(lib.pulley_options_set_interruptible, options, bool(interruptible))
            attempt(lib.pulley_options_set_clif, options, bool(clif))
            attempt(lib.pulley_options_set_eager, options, bool(eager))
            if tiers not in TIERS:
                raise ValueError(f"tiers is {tiers!r}, but must be one of {', '.join(TIERS)}")
            attempt(lib.pulley_options_set_tiers, options, TIERS[tiers])
            if timeout is not None:
                seconds = as_float(timeout, "timeout")
                if not seconds > 0:
                    raise ValueError(f"timeout is {timeout!r}, but must be positive")
                milliseconds = max(1, round(min(seconds, 1e15) * 1000))
                attempt(lib.pulley_options_set_time_limit, options, milliseconds)
            if stack_size is not None:
                attempt(lib.pulley_options_set_stack_size, options, as_size(stack_size, "stack_size"))
            if threads is not None:
                count = as_size(threads, "threads", 32)
                attempt(lib.pulley_options_set_threads, options, count)
            if memory_limit is not None:
                size = as_size(memory_limit, "memory_limit")
                attempt(lib.pulley_options_set_memory_limit, options, size)
            for name, bounds in (limits or {}).items():
                if name not in RESOURCES:
                    raise ValueError(f"{name!r} is not a resource: {', '.join(RESOURCES)}")
                group, engine = bounds if isinstance(bounds, tuple) else (bounds, None)
                attempt(
                    lib.pulley_options_set_limit, options, RESOURCES[name],
                    _bound(group, name), _bound(engine, name))
            self._number = lib.pulley_engine_new(options) or 0
        finally:
            lib.pulley_options_delete(options)
        if not self._number:
            raise MemoryError("no memory for an engine")
        self.clif = bool(clif)
        self.interruptible = bool(interruptible)

    def usage(self, resource: str) -> int:
        """How many bytes of a resource all objects of the engine use now.

        >>> import pulley
        >>> engine = pulley.Engine()
        >>> guest = pulley.Instance(pulley.Module("(module (memory 2))", engine))
        >>> engine.usage("memory")
        131072
        """
        return int(quick.pulley_engine_usage(self._handle, _resource(resource)))

    def peak(self, resource: str) -> int:
        """The maximum that `usage` ever was."""
        return int(quick.pulley_engine_peak(self._handle, _resource(resource)))

    def __repr__(self) -> str:
        if self.closed:
            return "<pulley.Engine, closed>"
        words = [word for word in ("interruptible", "clif") if getattr(self, word)]
        return f"<pulley.Engine{''.join(', ' + word for word in words)}>"


def _bound(value: Bound, name: str) -> int:
    return int(api.PULLEY_NO_LIMIT) if value is None else as_size(value, f"the limit of {name}")


def _resource(name: str) -> int:
    number = RESOURCES.get(name)
    if number is None:
        raise ValueError(f"{name!r} is not a resource: {', '.join(RESOURCES)}")
    return number


_default: Optional[Engine] = None
_making = threading.Lock()


def default() -> Engine:
    """The engine with default options that modules and linkers have unless they are given another."""
    global _default
    if _default is None or _default.closed:
        with _making:
            if _default is None or _default.closed:
                _default = Engine()
    return _default


def _forked() -> None:
    """Another thread of the parent may have held the lock."""
    global _making
    _making = threading.Lock()


os.register_at_fork(after_in_child=_forked)
