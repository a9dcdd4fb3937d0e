"""Structures: dataclasses and those of ctypes, by value and in the guest's memory."""

from __future__ import annotations

import ctypes
import dataclasses
import typing
from typing import Any, Callable, Dict, List, Optional, Tuple
import weakref

from .scalars import SCALARS, Scalar, scalar_of_ctype


class Structure:
    """A structure that host functions take and give."""

    __slots__ = ("type", "ctype", "word", "same_layout", "scalar", "to_python", "from_python")

    def __init__(self, type: Any, ctype: Any, word: str, same_layout: bool,
                 scalar: "Optional[Tuple[Scalar, Callable[[Any], Any]]]",
                 to_python: Callable[[Any], Any], from_python: Callable[[Any, str], Any]) -> None:
        self.type = type
        """What the program calls it."""
        self.ctype = ctype
        """The structure of ctypes that has its layout in C."""
        self.word = word
        """In a signature of `pulley_register`."""
        self.same_layout = same_layout
        """Whether the guest's layout is the host's: a pointer has the guest's width there."""
        self.scalar = scalar
        """The only scalar that it has, and how to read it from the structure of ctypes. Such a
        structure is passed as this scalar."""
        self.to_python = to_python
        self.from_python = from_python
        """Gives the structure of ctypes; raises TypeError or OverflowError."""


_known: "weakref.WeakKeyDictionary[Any, Structure]" = weakref.WeakKeyDictionary()


_making: List[Any] = []
"""The types whose members are being read."""


def is_structure(type: Any) -> bool:
    if not isinstance(type, _type):
        return False
    return dataclasses.is_dataclass(type) or issubclass(type, (ctypes.Structure, ctypes.Union))


_type = type
_metaclass: Any = type(ctypes.Structure)


def structure(type: Any) -> Structure:
    """The structure of a dataclass or of a class of ctypes.

    TypeError if a guest cannot have it, which says why.
    """
    found = _known.get(type)
    if found is None:
        if type in _making:
            raise TypeError(f"{type.__name__} contains itself")
        _making.append(type)
        try:
            found = _of_dataclass(type) if dataclasses.is_dataclass(type) else _of_ctype(type)
        finally:
            _making.remove(type)
        _known[type] = found
    return found


# Structures of ctypes


class _Member(typing.NamedTuple):
    word: str
    same_layout: bool
    scalars: "List[Tuple[Scalar, Callable[[Any], Any]]]"
    """At most two are of interest, each with the function that gets it from the member's value."""


def _of_ctype(type: Any) -> Structure:
    member = _record(type)
    scalar = member.scalars[0] if len(member.scalars) == 1 else None

    def from_python(value: Any, what: str) -> Any:
        return _instance_of(type, value, what)

    return Structure(
        type, type, member.word, member.same_layout, scalar, lambda value: value, from_python)


def _instance_of(type: Any, value: Any, what: str) -> Any:
    if not isinstance(value, type):
        raise TypeError(f"{what} must be a {type.__name__}, not {_type(value).__name__}")
    return value


def _record(type: Any) -> _Member:
    name = type.__name__
    if issubclass(type, ctypes.Union):
        raise TypeError(f"{name} is a union, and only its users know which member counts")
    if issubclass(type, ctypes.BigEndianStructure):
        raise TypeError(f"{name} has another order of bytes than guests")
    if getattr(type, "_pack_", 0):
        raise TypeError(f"{name} is packed, and cannot be passed by value")
    fields = getattr(type, "_fields_", None)
    if not fields:
        raise TypeError(f"{name} has no members")
    base = type.__mro__[1]
    if getattr(base, "_fields_", None):
        raise TypeError(f"{name} inherits the members of {base.__name__}: list them in one class")
    words, same, scalars = [], True, []
    for field in fields:
        if len(field) == 3:
            raise TypeError(
                f"{name}.{field[0]} is a bit-field, whose place is the compiler's choice")
        try:
            member = _member(field[1])
        except TypeError as error:
            raise TypeError(f"{name}.{field[0]}: {error}") from None
        words.append(member.word)
        same = same and member.same_layout
        scalars += [(scalar, _through(field[0], get)) for scalar, get in member.scalars]
    return _Member(f"struct{{{', '.join(words)}}}", same, scalars[:2])


def _through(name: str, get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: get(getattr(value, name))


def _first(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: get(value[0])


def _itself(value: Any) -> Any:
    return value


def _member(type: Any) -> _Member:
    scalar = scalar_of_ctype(type)
    if scalar is not None:
        return _Member(scalar.word, True, [(scalar, _itself)])
    code = getattr(type, "_type_", None)
    if code in ("P", "z"):
        # Two, so that a structure of one pointer is not taken for a structure of one scalar.
        pointer = (SCALARS["u64"], _itself)
        return _Member("ptr" if code == "P" else "cstr", False, [pointer, pointer])
    if isinstance(type, _type) and issubclass(type, ctypes.Array):
        element = _member(type._type_)
        count = int(getattr(type, "_length_"))
        if not count:
            raise TypeError("an array must have an element")
        scalars = element.scalars * min(count, 2)
        if count == 1:
            scalars = [(scalar, _first(get)) for scalar, get in element.scalars]
        return _Member(f"{element.word}[{count}]", element.same_layout, scalars)
    if isinstance(type, _type) and issubclass(type, (ctypes.Structure, ctypes.Union)):
        return _record(type)
    raise TypeError(f"{getattr(type, '__name__', type)} is not a type of a member that guests have")


# Dataclasses


def _of_dataclass(type: Any) -> Structure:
    """A structure whose members are the dataclass's fields, in their order."""
    from .annotations import element_of

    try:
        hints = typing.get_type_hints(type)
    except Exception as error:
        raise TypeError(f"the annotations of {type.__name__} cannot be read: {error}") from None
    fields = [field for field in dataclasses.fields(type)]
    if not fields:
        raise TypeError(f"{type.__name__} has no members")
    if not all(field.init for field in fields):
        raise TypeError(f"{type.__name__} has fields that are not parameters of its __init__")
    members: List[Tuple[str, Any]] = []
    readers: List[Callable[[Any], Any]] = []
    writers: List[Callable[[Any, str], Any]] = []
    for field in fields:
        try:
            element = element_of(hints[field.name])
        except TypeError as error:
            raise TypeError(f"{type.__name__}.{field.name}: {error}") from None
        if isinstance(element, Scalar):
            members.append((field.name, element.native))
            readers.append(_itself)
            writers.append(element.checker)
        else:
            members.append((field.name, element.ctype))
            readers.append(element.to_python)
            writers.append(element.from_python)
    names = [name for name, _ in members]
    space: Dict[str, Any] = {"_fields_": members}
    ctype = _metaclass(type.__name__, (ctypes.Structure,), space)
    member = _record(ctype)
    keywords = {field.name for field in fields if getattr(field, "kw_only", False)}

    def to_python(value: Any) -> Any:
        read = [reader(getattr(value, name)) for name, reader in zip(names, readers)]
        if not keywords:
            return type(*read)
        return type(**dict(zip(names, read)))

    def from_python(value: Any, what: str) -> Any:
        _instance_of(type, value, what)
        return ctype(*[
            writer(getattr(value, name), f"{what}: {type.__name__}.{name}")
            for name, writer in zip(names, writers)])

    scalar = member.scalars[0] if len(member.scalars) == 1 else None
    return Structure(
        type, ctype, member.word, member.same_layout, scalar, to_python, from_python)
