"""The types of host functions from the annotations of Python functions."""

from __future__ import annotations

import collections.abc
import ctypes
import inspect
import types
import typing
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from .. import _types
from .._function import Function
from .kinds import Buffer, Callback, Kind, Number, Pointer, Record, Text, Value
from .pointer import Ptr
from .scalars import SCALARS, Scalar, scalar_of_ctype
from .structures import Structure, is_structure, structure

_SCALARS: Dict[Any, Scalar] = {
    int: SCALARS["i32"], float: SCALARS["f64"], bool: SCALARS["bool"],
    **{getattr(_types, name): scalar for name, scalar in SCALARS.items() if name != "bool"},
}

_UNKNOWN_RESULTS = (Any, typing.NoReturn, getattr(typing, "Never", typing.NoReturn))
_UNIONS = {Union, getattr(types, "UnionType", Union)}


class Parameter(NamedTuple):
    """A parameter of a Python function that a guest gives."""

    name: str
    kind: Optional[Kind]
    """None if the importing module tells it."""
    is_required: bool
    is_variadic: bool
    """Whether it takes any number of arguments."""


class Interface(NamedTuple):
    """What a Python function tells of its types."""

    parameters: Optional[Sequence[Parameter]]
    """None if it does not tell how many it takes."""
    takes_instance: bool
    """Whether the calling instance is its first argument."""
    results: Optional[Sequence[Kind]]
    """None if the importing module tells them."""

    @property
    def is_complete(self) -> bool:
        """Whether it needs no importing module to tell its types."""
        return self.parameters is not None and self.results is not None and all(
            parameter.kind is not None and parameter.is_required and not parameter.is_variadic
            for parameter in self.parameters)


def interface_of(function: Callable[..., Any], where: str) -> Interface:
    """The interface of a Python function, which `where` names in messages.

    TypeError for an annotation that guests have nothing for, and for parameters that a guest cannot
    give.
    """
    from .._instance import Instance

    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        # Some functions of C do not tell their parameters.
        return Interface(None, False, None)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{where} is a coroutine function: guests cannot wait for its result")
    hints = _hints(function, signature, where)
    parameters: List[Parameter] = []
    takes_instance = False
    for index, parameter in enumerate(signature.parameters.values()):
        name = parameter.name
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY:
            if parameter.default is parameter.empty:
                raise TypeError(f"{where}: guests cannot give the keyword argument {name!r}")
            continue
        hint = hints.get(name, Any)
        if hint is Instance:
            if index:
                raise TypeError(f"{where}: parameter {name!r}: the instance must be the first")
            takes_instance = True
            continue
        variadic = parameter.kind is parameter.VAR_POSITIONAL
        kind = None
        if hint is not Any:
            try:
                kind = kind_of(hint)
            except TypeError as error:
                raise TypeError(f"{where}: parameter {name!r}: {error}") from None
        required = parameter.default is parameter.empty and not variadic
        parameters.append(Parameter(name, kind, required, variadic))
    results = None
    if hints.get("return", Any) not in _UNKNOWN_RESULTS:
        try:
            results = results_of(hints["return"])
        except TypeError as error:
            raise TypeError(f"{where}: the result: {error}") from None
    return Interface(parameters, takes_instance, results)


def _hints(function: Any, signature: inspect.Signature, where: str) -> Dict[str, Any]:
    annotated = {
        name: parameter.annotation for name, parameter in signature.parameters.items()
        if parameter.annotation is not parameter.empty}
    if signature.return_annotation is not signature.empty:
        annotated["return"] = signature.return_annotation
    if not annotated:
        return {}
    while hasattr(function, "__wrapped__") or hasattr(function, "func"):
        function = getattr(function, "__wrapped__", None) or function.func
    if not isinstance(function, (types.FunctionType, types.MethodType)):
        function = getattr(type(function), "__call__", function)
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    cells = getattr(function, "__closure__", None) or ()
    scope: Dict[str, Any] = {}
    for name, cell in zip(code.co_freevars if code else (), cells):
        try:
            scope[name] = cell.cell_contents
        except ValueError:
            continue
    try:
        hints = typing.get_type_hints(function, None, scope)
    except Exception as error:
        raise TypeError(f"{where}: its annotations cannot be read: {error}") from None
    return {name: hints.get(name, annotation) for name, annotation in annotated.items()}


def _shown(annotation: Any) -> str:
    if isinstance(annotation, type):
        return annotation.__qualname__
    return str(annotation).replace("typing.", "")


def _without_none(annotation: Any) -> Tuple[Any, bool]:
    """An annotation without an Optional, and whether it had one."""
    if typing.get_origin(annotation) not in _UNIONS:
        return annotation, False
    others = [item for item in typing.get_args(annotation) if item is not type(None)]
    if len(others) != 1 or len(others) == len(typing.get_args(annotation)):
        raise TypeError(f"{_shown(annotation)} is of several types")
    return others[0], True


def kind_of(annotation: Any) -> Kind:
    """The kind of a parameter or a result. TypeError if guests have nothing for the annotation."""
    inner, optional = _without_none(annotation)
    found = _kind(inner, optional)
    if found is not None:
        return found
    if optional and _kind(inner, False) is not None:
        raise TypeError(f"{_shown(inner)} cannot be None, because no value of a guest means None")
    raise TypeError(
        f"{_shown(annotation)} is not a type that guests have: use int (an i32), float (an f64), "
        "bool, str, bytes, memoryview, the numbers of pulley, pulley.Ptr, a dataclass, a Structure "
        "of ctypes, Callable, pulley.Function or object")


def _kind(annotation: Any, optional: bool) -> Optional[Kind]:
    origin = typing.get_origin(annotation)
    if annotation is str:
        return Text(optional)
    if annotation in (bytes, memoryview):
        return Buffer(annotation is memoryview, optional)
    if annotation is Ptr or annotation is ctypes.c_void_p:
        return Pointer(None, optional)
    if origin is Ptr:
        return Pointer(_pointed(typing.get_args(annotation)[0]), optional)
    if origin is collections.abc.Callable:
        return _callback(annotation, optional)
    if annotation is Function:
        return Value("funcref")
    if annotation is object:
        return Value("externref")
    if optional:
        return None
    scalar = _scalar(annotation)
    if scalar is not None:
        return Number(scalar)
    if annotation is _types.v128:
        return Value("v128")
    if is_structure(annotation):
        return Record(structure(annotation))
    return None


def _scalar(annotation: Any) -> Optional[Scalar]:
    try:
        found = _SCALARS.get(annotation)
    except TypeError:
        return None
    return scalar_of_ctype(annotation) if found is None else found


def element_of(annotation: Any) -> Union[Scalar, Structure]:
    """The type of what a pointer points to, or of a member. TypeError for another annotation."""
    scalar = _scalar(annotation)
    if scalar is not None:
        return scalar
    if is_structure(annotation):
        return structure(annotation)
    raise TypeError(
        f"{_shown(annotation)} is not a type of data: use a number, bool, a dataclass, or a number "
        "or a Structure of ctypes")


def _pointed(annotation: Any) -> Union[Scalar, Structure, None]:
    from .pointer import check_layout

    if annotation is Any or isinstance(annotation, typing.TypeVar):
        return None
    element = element_of(annotation)
    check_layout(element)
    return element


def _callback(annotation: Any, optional: bool) -> Callback:
    arguments = typing.get_args(annotation)
    if not arguments or arguments[0] is Ellipsis:
        raise TypeError("Callable must tell its types, as in Callable[[int, float], int]")
    parameters = [kind_of(item) for item in arguments[0]]
    results = results_of(arguments[1])
    if len(results) > 1:
        raise TypeError("a function that a guest passes has one result at most")
    result = results[0] if results else None
    for kind in [*parameters, *results]:
        if not isinstance(kind, (Number, Text, Pointer)):
            raise TypeError("a Callable takes and gives numbers, str and pulley.Ptr only")
    if isinstance(result, Text) and result.optional:
        raise TypeError("a Callable cannot give None for a str")
    return Callback(parameters, result, optional)


def results_of(annotation: Any) -> List[Kind]:
    """The kinds of results: none for None, several for a tuple."""
    if annotation is None or annotation is type(None):
        return []
    if typing.get_origin(annotation) is tuple:
        items = [item for item in typing.get_args(annotation) if item != ()]
        if Ellipsis in items:
            raise TypeError("a tuple must tell the type of each result")
    else:
        items = [annotation]
    kinds = []
    for item in items:
        kind = kind_of(item)
        if isinstance(kind, Buffer):
            raise TypeError(
                f"{_shown(item)} has no length for the guest: take a pulley.Ptr or a memoryview "
                "and write to it, or give a str")
        if isinstance(kind, Callback):
            raise TypeError("guests cannot call functions of Python by their address")
        if isinstance(kind, Record):
            if not kind.structure.same_layout:
                raise TypeError(f"{_shown(item)} has pointers, which guests could not use")
            if len(items) > 1:
                raise TypeError("a structure cannot be one of several results")
        kinds.append(kind)
    return kinds
