"""Host functions: Python's functions and those of ctypes, which guests call."""

from __future__ import annotations

import ctypes
import inspect
import struct
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from . import _api as api
from ._errors import attempt
from ._failures import trap
from ._group import Group
from ._library import lib, quick
from ._module import Import
from ._types import NUMBERS, FunctionType


class HostFunction(NamedTuple):
    """A Python function whose types the importing module tells."""

    module: bytes
    name: bytes
    function: Callable[..., Any]


def is_c_function(definition: Any) -> bool:
    return isinstance(definition, ctypes._CFuncPtr)  # type: ignore[attr-defined,unused-ignore]


def register_c(linker: int, module: bytes, name: bytes, function: Any,
               signature: Optional[str]) -> Any:
    """Registers a function of ctypes. Calls of guests do not run Python."""
    raise NotImplementedError


def register(linker: int, module: bytes, name: bytes, function: Callable[..., Any],
             signature: Optional[str]) -> Any:
    """Registers a Python function by its annotations or its signature, and returns what must be kept;
    or returns a HostFunction if neither tells its types."""
    return HostFunction(module, name, function)


_C: Dict[str, Any] = {
    "i32": ctypes.c_int32, "i64": ctypes.c_int64, "f32": ctypes.c_float, "f64": ctypes.c_double}


def define_as(linker: int, host: HostFunction, item: Import, kept: List[Any]) -> None:
    """Registers a Python function with the type of an import."""
    type = item.type
    if not isinstance(type, FunctionType):
        return
    function = host.function
    result = _C[type.results[0]] if type.results else None

    def call(instance: int, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except BaseException as raised:
            trap(instance, raised)
            return 0

    callback = ctypes.CFUNCTYPE(result, ctypes.c_void_p, *(_C[p] for p in type.parameters))(call)
    kept.append(callback)
    words = ", ".join(("instance", *type.parameters))
    signature = f"{type.results[0] if type.results else 'void'}({words})"
    attempt(
        lib.pulley_register, linker, host.module, host.name, signature.encode(),
        ctypes.cast(callback, ctypes.c_void_p), None, None)
