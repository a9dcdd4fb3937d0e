"""Host functions: Python's functions and those of ctypes, which guests call."""

from __future__ import annotations

import ctypes
import inspect
from typing import Any, Callable, Dict, List, NoReturn, Optional, Tuple

from .. import _api as api
from .annotations import Interface, interface_of
from .c_functions import (
    address_of, is_c_function, is_library_function, signature_for, signature_of)
from .._errors import LinkError, MissingImport, attempt
from .kinds import Kind, kind_of_type
from .._library import lib
from .._module import Import
from .._types import NUMBERS, FunctionType
from .words import interface_of_words
from .wrapper import Call, Wrapper, direct, mismatch, of_values

_MAXIMUM_DIRECT = 120
"""More parameters than `pulley_register` takes are values."""


class HostFunction:
    """A function whose types the importing module tells, at least in part."""

    def __init__(self, module: bytes, name: bytes, function: Callable[..., Any],
                 interface: Optional[Interface]) -> None:
        self.module = module
        self.name = name
        self.function = function
        self.interface = interface
        """None for a function of ctypes."""
        self.registered: Optional[FunctionType] = None
        """The type for which the linker has the function now."""
        self.wrappers: Dict[FunctionType, Wrapper] = {}
        """What was made of the function for each type."""


def _where(module: bytes, name: bytes) -> str:
    return f"{module.decode('utf-8', 'surrogateescape')}.{name.decode('utf-8', 'surrogateescape')}"


def register_c(linker: int, module: bytes, name: bytes, function: Any,
               signature: Optional[str]) -> Any:
    """Registers a function of ctypes, and returns what must be kept; or returns a HostFunction if
    neither `signature` nor `argtypes` tell its types. Calls of guests do not run Python."""
    where = _where(module, name)
    address = address_of(function, where)
    words = signature_of(function, where) if signature is None else _text(signature, where)
    if words is None:
        return HostFunction(module, name, function, None)
    attempt(lib.pulley_register, linker, module, name, words.encode(), address, None, None)
    return function


def _text(signature: Any, where: str) -> str:
    if not isinstance(signature, str):
        raise TypeError(f"the signature of {where} must be a str, not {type(signature).__name__}")
    if "\0" in signature:
        raise ValueError(f"the signature of {where} has a NUL")
    return signature


def register(linker: int, module: bytes, name: bytes, function: Callable[..., Any],
             signature: Optional[str]) -> Any:
    """Registers a Python function by its annotations or its signature, and returns what must be
    kept; or returns a HostFunction if the importing module must tell more."""
    where = _where(module, name)
    if signature is None:
        interface = interface_of(function, where)
    else:
        interface = interface_of_words(signature, where)
        _check_count(function, interface, where)
    if interface.is_complete:
        call = Call(
            where, function, _parameters(interface), interface.takes_instance,
            interface.results or ())
        if call.is_direct and _width(call) <= _MAXIMUM_DIRECT:
            wrapper = direct(call)
            _define(linker, module, name, wrapper, None)
            return wrapper.callback
    return HostFunction(module, name, function, interface)


def _parameters(interface: Interface) -> List[Tuple[str, Kind]]:
    return [
        (parameter.name, parameter.kind) for parameter in interface.parameters or ()
        if parameter.kind is not None]


def _width(call: Call) -> int:
    return sum(len(kind.words) for _, kind in call.parameters) + 2


def _define(linker: int, module: bytes, name: bytes, wrapper: Wrapper,
            type: Optional[FunctionType]) -> None:
    address = ctypes.cast(wrapper.callback, ctypes.c_void_p)
    if wrapper.signature is not None:
        attempt(
            lib.pulley_register, linker, module, name, wrapper.signature.encode(), address, None,
            None)
        return
    assert type is not None
    parameters = (ctypes.c_int32 * max(len(type.parameters), 1))(
        *(NUMBERS[item] for item in type.parameters))
    results = (ctypes.c_int32 * max(len(type.results), 1))(
        *(NUMBERS[item] for item in type.results))
    described = api.pulley_function_type_t(
        parameters, len(type.parameters), results, len(type.results))
    attempt(
        lib.pulley_register_values, linker, module, name, described, wrapper.callback, None, None)


def _check_count(function: Callable[..., Any], interface: Interface, where: str) -> None:
    """TypeError if a function cannot take as many arguments as its signature gives."""
    count = len(interface.parameters or ()) + interface.takes_instance
    problem = _refused_count(function, count)
    if problem is not None:
        raise TypeError(f"{where}: the signature has {count} parameters: {problem}")


def _refused_count(function: Callable[..., Any], count: int) -> Optional[str]:
    """Why a function cannot take so many arguments; None if it can, or does not tell."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*[None] * count)
    except TypeError as error:
        return str(error)
    return None


def define_as(linker: int, host: HostFunction, item: Import, kept: List[Any]) -> None:
    """Registers a function with the type of an import. LinkError if it cannot have it."""
    type = item.type
    if not isinstance(type, FunctionType) or host.registered == type:
        return
    if host.interface is None:
        words = signature_for(host.function, type, _where(host.module, host.name))
        if words is None:
            _refuse(item, f"a function of ctypes without argtypes cannot have the type {type}")
        attempt(
            lib.pulley_register, linker, host.module, host.name, words.encode(),
            address_of(host.function, _where(host.module, host.name)), None, None)
        kept.append(host.function)
    else:
        wrapper = host.wrappers.get(type)
        if wrapper is None:
            wrapper = host.wrappers[type] = _wrapper(host, host.interface, item, type)
            kept.append(wrapper.callback)
        _define(linker, host.module, host.name, wrapper, type)
    host.registered = type


def _wrapper(host: HostFunction, interface: Interface, item: Import,
             type: FunctionType) -> Wrapper:
    results = interface.results
    if results is None:
        results = [_kind(name, item) for name in type.results]
    call = Call(
        _where(host.module, host.name), host.function, [], interface.takes_instance, results)
    call = call._replace(parameters=_arguments(call, interface, item, type))
    if call.is_direct and _width(call) <= _MAXIMUM_DIRECT:
        return direct(call)
    problem = mismatch(call, type)
    if problem is not None:
        _refuse(item, problem)
    return of_values(call, type)


def _arguments(call: Call, interface: Interface, item: Import,
               type: FunctionType) -> List[Tuple[str, Kind]]:
    """The arguments that a function gets from the guest: by its annotations, and where it has none,
    as the import tells."""
    given = list(type.parameters)
    first = call.results[0] if call.results else None
    if first is not None and first.is_placed:
        given = given[1:]
    arguments: List[Tuple[str, Kind]] = []
    if interface.parameters is None:
        return [(str(index + 1), _kind(name, item)) for index, name in enumerate(given)]
    for parameter in interface.parameters:
        while given:
            kind = parameter.kind or _kind(given[0], item)
            arguments.append((parameter.name, kind))
            given = given[len(kind.guest):]
            if not parameter.is_variadic:
                break
    count = len(arguments) + interface.takes_instance
    problem = _refused_count(call.function, count)
    if problem is None and given:
        problem = "too many positional arguments"
    if problem is not None:
        _refuse(item, f"the Python function cannot have the type {type}: {problem}")
    return arguments


def _kind(name: str, item: Import) -> Kind:
    kind = kind_of_type(name)
    if kind is None:
        _refuse(item, f"Python functions cannot have the type {name}")
    return kind


def _refuse(item: Import, reason: str) -> NoReturn:
    raise LinkError(
        f"{item.module}.{item.name}: {reason}", [MissingImport(item.module, item.name, reason)])


__all__ = [
    "HostFunction", "define_as", "is_c_function", "is_library_function", "register", "register_c"]
