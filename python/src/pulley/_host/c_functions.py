"""The types of C functions from what ctypes knows of them.

Guests call these functions directly: no code of Python runs in a call.
"""

from __future__ import annotations

import ctypes
from typing import Any, List, Optional

from .scalars import scalar_of_ctype
from .structures import is_structure, structure
from .._types import FunctionType

_CFuncPtr: Any = ctypes.CFUNCTYPE(None).__mro__[1]
_Pointer: Any = ctypes.POINTER(ctypes.c_int).__mro__[1]
_KEEPS_LOCK = 4
"""The flag of functions of PyDLL and PYFUNCTYPE, which must be called with Python's lock."""


def is_c_function(definition: Any) -> bool:
    return isinstance(definition, _CFuncPtr)


def is_library_function(definition: Any) -> bool:
    """Whether a definition is a function that ctypes has found in a library, and not one of Python
    that it has wrapped."""
    if not is_c_function(definition):
        return False
    needed = (definition._objects or {}).values()
    return any(isinstance(item, ctypes.CDLL) for item in needed)


def address_of(function: Any, where: str) -> int:
    """The address of a function. TypeError if it can only be called by Python."""
    if type(function)._flags_ & _KEEPS_LOCK:
        raise TypeError(
            f"{where} is a function of PyDLL or PYFUNCTYPE, which needs Python's lock: load it by "
            "CDLL, or define a Python function that calls it")
    address = ctypes.cast(function, ctypes.c_void_p).value
    if not address:
        raise ValueError(f"{where} is a NULL function of ctypes")
    return address


def signature_of(function: Any, where: str) -> Optional[str]:
    """The signature that `argtypes` and `restype` tell, in the words of `pulley_register`; None if
    `argtypes` is not set. TypeError, which names the parameter, for a type that guests cannot
    pass."""
    types = function.argtypes
    if types is None:
        return None
    words: List[str] = []
    for index, type in enumerate(types):
        try:
            words.append(_parameter(type))
        except TypeError as error:
            raise TypeError(f"{where}: argument {index + 1} in argtypes: {error}") from None
    return f"{_restype(function, where)}({', '.join(words)})"


def signature_for(function: Any, type: FunctionType, where: str) -> Optional[str]:
    """The signature of a function without `argtypes` for an import: plain numbers. None if the
    import has other types."""
    if any(name not in ("i32", "i64", "f32", "f64") for name in type.parameters + type.results):
        return None
    if len(type.results) > 1:
        return None
    if function.restype is ctypes.c_int:
        # This is also the default of ctypes, for functions that return something else.
        result = type.results[0] if type.results else "void"
    else:
        result = _restype(function, where)
    return f"{result}({', '.join(type.parameters)})"


def _restype(function: Any, where: str) -> str:
    try:
        return _result(function.restype)
    except TypeError as error:
        raise TypeError(f"{where}: restype: {error}") from None


def _name(type: Any) -> str:
    return str(getattr(type, "__name__", type))


def _simple(type: Any) -> Optional[str]:
    scalar = scalar_of_ctype(type)
    if scalar is None:
        return None
    # A long, a size_t and 64 bits are one type of ctypes. These words accept both of the guest.
    return {"l": "long", "L": "unsigned long"}.get(type._type_, scalar.word)


def _is_a(type: Any, base: Any) -> bool:
    return isinstance(type, _type) and issubclass(type, base)


_type = type


def _is_incomplete(type: Any) -> bool:
    return _is_a(type, ctypes.Structure) and not hasattr(type, "_fields_")


def _parameter(type: Any) -> str:
    word = _simple(type)
    if word is not None:
        return word
    code = getattr(type, "_type_", None)
    if code == "z":
        return "cstr"
    if code == "P":
        return "ptr"
    if _is_a(type, _CFuncPtr):
        return _callback(type)
    if _is_a(type, _Pointer):
        return _pointer(type._type_)
    if _is_a(type, ctypes.Array):
        return f"inout {_pointed(type._type_)}[{type._length_}]"
    if is_structure(type) and _is_a(type, ctypes.Structure):
        return structure(type).word
    raise TypeError(f"guests cannot pass {_name(type)}: give signature=")


def _pointer(type: Any) -> str:
    if _is_incomplete(type):
        return f"handle({_name(type)})"
    if getattr(type, "_type_", None) == "c":
        return "ptr"
    if _is_a(type, _Pointer) and _is_incomplete(type._type_):
        return f"out handle({_name(type._type_)})"
    return f"inout {_pointed(type)}"


def _pointed(type: Any) -> str:
    """The word of what a pointer points to."""
    code = getattr(type, "_type_", None)
    if code in ("l", "L"):
        raise TypeError(
            f"{_name(type)} may be a long, which has 32 bits in guests, or have 64 bits: give "
            "signature=, with 'inout long' or 'inout i64'")
    word = _simple(type)
    if word is not None:
        return word
    if code == "z":
        return "cstr?"
    if code == "P":
        return "ptr?"
    if _is_a(type, ctypes.Structure):
        return structure(type).word
    raise TypeError(f"guests cannot pass a pointer to {_name(type)}: give signature=")


def _callback(type: Any) -> str:
    arguments = ", ".join(_parameter(item) for item in type._argtypes_)
    return f"callback({_result(type._restype_)}({arguments}))"


def _result(type: Any) -> str:
    if type is None:
        return "void"
    word = _simple(type)
    if word is not None:
        return word
    code = getattr(type, "_type_", None)
    if code == "z":
        return "cstr"
    if code == "P":
        return "ptr"
    if _is_a(type, _Pointer):
        if _is_incomplete(type._type_):
            return f"handle({_name(type._type_)})"
        return "ptr"
    if _is_a(type, ctypes.Structure):
        return structure(type).word
    if not isinstance(type, _type):
        raise TypeError("guests cannot call a function of Python for the result")
    raise TypeError(f"guests cannot get {_name(type)}: give signature=")
