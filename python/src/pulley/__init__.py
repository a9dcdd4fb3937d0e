"""WebAssembly that calls any C function: libpulley for Python.

>>> import pulley
>>> module = pulley.load('''(module
...   (import "env" "twice" (func $twice (param i32) (result i32)))
...   (func (export "run") (param i32) (result i32) (call $twice (local.get 0))))''')
>>> module.imports, module.exports
([env.twice: (i32) -> i32], [run: (i32) -> i32])
>>> guest = pulley.Instance(module, {"env": {"twice": lambda x: 2 * x}})
>>> guest.run(21)
42
"""

import importlib as _importlib
from typing import Any as _Any, Final as _Final

from . import _api, _errors
from ._engine import Engine
from ._errors import *
from ._function import Function
from ._instance import Instance
from ._linker import Linker
from ._memory import Memory
from ._module import Export, Import, Module, load
from ._objects import Global, Table, Tag
from ._host.pointer import Ptr
from ._types import (
    FunctionType, GlobalType, Limits, MemoryType, TableType, TagType, f32, f64, i8, i16, i32, i64,
    u8, u16, u32, u64, v128)

__all__ = [
    "Engine", "Export", "Function", "FunctionType", "Global", "GlobalType", "Import", "Instance",
    "Limits", "Linker", "Memory", "MemoryType", "Module", "Ptr", "Table", "TableType", "Tag",
    "TagType", "f32", "f64", "i8", "i16", "i32", "i64", "load", "u8", "u16", "u32", "u64", "v128",
]
__all__ += _errors.__all__

__version__: _Final = _api.PULLEY_VERSION


def __getattr__(name: str) -> _Any:
    # Many programs need no WASI, and it takes a third of the time of the import.
    if name == "wasi":
        return _importlib.import_module("pulley.wasi")
    raise AttributeError(f"module 'pulley' has no attribute {name!r}")
