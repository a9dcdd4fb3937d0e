"""References of the guest: functions, and Python's objects as externref."""

from __future__ import annotations

import ctypes
import itertools
import struct
import weakref
from typing import Any, Dict

from . import _api as api
from ._errors import attempt
from ._group import Group
from ._handles import HandleCell
from ._library import lib, quick
from ._values import References

_tokens = itertools.count(1)
_holders: "weakref.WeakValueDictionary[int, Group]" = weakref.WeakValueDictionary()
"""The group that holds the object of a token."""


def _release(token: int) -> None:
    holder = _holders.pop(token, None)
    if holder is not None:
        group = holder.root
        value = group.objects.pop(token, None)
        if group.tokens.get(id(value)) == token:
            del group.tokens[id(value)]


_RELEASED = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(_release)


class GroupReferences(References):
    """The references that a group's guests have.

    The guest's externref is a number, not the object's address, so that a guest that forges one gets
    no object.
    """

    __slots__ = ("group",)

    def __init__(self, group: Group) -> None:
        self.group = group

    def to_function(self, value: Any, what: str) -> int:
        from ._function import Function

        if value is None:
            return 0
        if not isinstance(value, Function):
            raise TypeError(f"{what} must be a pulley.Function or None, not {type(value).__name__}")
        handle = value._handle
        if value._group.root is not self.group.root:
            self.group.merge(value._group)
        return int(quick.pulley_function_value(handle).of.ref or 0)

    def from_function(self, reference: int) -> Any:
        from ._function import function

        if not reference:
            return None
        packed = ctypes.create_string_buffer(
            struct.pack("i4xP8x", api.PULLEY_FUNCREF, reference), 24)
        number = HandleCell(lib.pulley_function_delete)
        attempt(lib.pulley_value_function, ctypes.addressof(packed), ctypes.byref(number))
        found = function(number.value or 0, "", self.group.root)
        number.value = None
        return found

    def to_extern(self, value: Any, what: str) -> int:
        if value is None:
            return 0
        group = self.group.root
        known: Dict[int, int] = group.tokens
        token = known.get(id(value))
        if token is not None and token in group.objects:
            return token
        instance = next(iter(group.instances), None)
        if instance is None:
            raise ValueError(f"{what}: there is no instance that could hold the object")
        token = next(_tokens)
        packed = ctypes.create_string_buffer(24)
        group.objects[token] = value
        known[id(value)] = token
        _holders[token] = group
        attempt(
            lib.pulley_instance_externref, instance, token, _RELEASED, ctypes.addressof(packed))
        return token

    def from_extern(self, reference: int) -> Any:
        if not reference:
            return None
        # A host function written in C may have given the guest a pointer of its own.
        return self.group.root.objects.get(reference, reference)
