"""Globals, tables and tags."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Iterator, Optional, Sequence

from . import _api as api
from ._engine import Engine, default
from ._errors import attempt
from ._group import Group, Using
from ._handles import Handle, HandleCell
from ._library import lib, quick
from ._references import GroupReferences
from ._types import (
    NAMES, GlobalType, Limits, TableType, TagType, function_type, type_number)
from ._values import REFERENCES, SIZE, as_int, as_size, pack, shown, unpack


class Shared(Handle):
    """The base of what instances share: memories, globals, tables and tags."""

    _group: Group

    @classmethod
    def _adopt(cls, number: int, group: Group) -> Any:
        made = cls.__new__(cls)
        made._number = number
        made._group = group
        return made

    def _release(self, number: int) -> None:
        self._group.delete(type(self)._delete, number)

    _equal: Callable[[int, int], bool]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return bool(type(self)._equal(self._handle, other._handle))

    # Equal objects may have several handles, and no number that they share.
    def __hash__(self) -> int:
        return hash(type(self))


class Global(Shared):
    """A global: `value` reads and writes it.

    `Global("i32", 7, mutable=True)` makes one, to define in a linker.

    >>> import pulley
    >>> counter = pulley.Global("i32", 7, mutable=True)
    >>> guest = pulley.Instance(pulley.load('''(module
    ...   (import "env" "counter" (global $counter (mut i32)))
    ...   (func (export "next") (result i32)
    ...     (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
    ...     (global.get $counter)))'''), {"env": {"counter": counter}})
    >>> guest.next()
    8
    >>> counter.value
    8
    """

    _delete = lib.pulley_global_delete
    _equal = quick.pulley_global_same

    def __init__(self, type: str, value: Any = None, *, mutable: bool = False,
                 engine: Optional[Engine] = None) -> None:
        self._group = Group()
        kind = type_number(type)
        if value is None and kind not in REFERENCES:
            value = 0
        packed = ctypes.create_string_buffer(
            pack(kind, value, f"the value of a global ({type})", GroupReferences(self._group)), SIZE)
        number = HandleCell(lib.pulley_global_delete)
        engine = default() if engine is None else engine
        attempt(
            lib.pulley_global_new, engine._handle, ctypes.addressof(packed), bool(mutable),
            ctypes.byref(number))
        self._number = number.value or 0
        number.value = None

    @property
    def type(self) -> GlobalType:
        handle = self._handle
        return GlobalType(
            NAMES[quick.pulley_global_type(handle)], quick.pulley_global_is_mutable(handle))

    @property
    def value(self) -> Any:
        handle, group = self._handle, self._group.root
        packed = ctypes.create_string_buffer(SIZE)
        with Using(group):
            attempt(quick.pulley_global_get, handle, ctypes.addressof(packed))
            return unpack(packed, 0, GroupReferences(group))

    @value.setter
    def value(self, value: Any) -> None:
        handle, group = self._handle, self._group.root
        kind = quick.pulley_global_type(handle)
        with Using(group):
            what = f"the value of a global ({NAMES[kind]})"
            packed = ctypes.create_string_buffer(
                pack(kind, value, what, GroupReferences(group)), SIZE)
            attempt(lib.pulley_global_set, handle, ctypes.addressof(packed))

    def __repr__(self) -> str:
        if self.closed:
            return "<pulley.Global, closed>"
        return f"<pulley.Global {self.type}>"


class Table(Shared):
    """A table of references: `len(table)`, `table[index]`, `table[index] = function`, `table.grow`.

    `Table("funcref", 10, 20)` makes one of 10 elements, and at most 20, to define in a linker.

    >>> import pulley
    >>> table = pulley.Table("funcref", 1, 4)
    >>> table.grow(2)
    1
    >>> len(table), table[2]
    (3, None)
    """

    _delete = lib.pulley_table_delete
    _equal = quick.pulley_table_same

    def __init__(self, element: str = "funcref", minimum: int = 0, maximum: Optional[int] = None, *,
                 address_bits: int = 32, engine: Optional[Engine] = None) -> None:
        self._group = Group()
        type = api.pulley_table_type_t(*api.PULLEY_TABLE_TYPE_INIT)
        type.element = type_number(element)
        type.address_bits = address_bits
        type.limits.minimum = as_size(minimum, "minimum")
        if maximum is not None:
            type.limits.maximum = as_size(maximum, "maximum")
        number = HandleCell(lib.pulley_table_delete)
        engine = default() if engine is None else engine
        attempt(
            lib.pulley_table_new_type, engine._handle, ctypes.byref(type), ctypes.byref(number))
        self._number = number.value or 0
        number.value = None

    @property
    def type(self) -> TableType:
        handle = self._handle
        with Using(self._group):
            limits = quick.pulley_table_limits(handle)
        maximum = None if limits.maximum == api.PULLEY_NO_MAXIMUM else limits.maximum
        return TableType(
            NAMES[quick.pulley_table_element(handle)], Limits(limits.minimum, maximum),
            quick.pulley_table_address_bits(handle))

    def __len__(self) -> int:
        with Using(self._group):
            return int(quick.pulley_table_size(self._handle))

    def _index(self, index: Any) -> int:
        number = as_int(index, "an index of a table")
        size = len(self)
        if number < 0:
            number += size
        if not 0 <= number < size:
            raise IndexError(f"index {shown(number)} is out of range: the table has {size} elements")
        return number

    def __getitem__(self, index: int) -> Any:
        group = self._group.root
        packed = ctypes.create_string_buffer(SIZE)
        with Using(group):
            attempt(
                quick.pulley_table_get, self._handle, self._index(index), ctypes.addressof(packed))
            return unpack(packed, 0, GroupReferences(group))

    def __setitem__(self, index: int, value: Any) -> None:
        group = self._group.root
        with Using(group):
            packed = self._packed(value, group)
            attempt(
                lib.pulley_table_set, self._handle, self._index(index), ctypes.addressof(packed))

    def _packed(self, value: Any, group: Group) -> Any:
        kind = quick.pulley_table_element(self._handle)
        what = f"an element of a table ({NAMES[kind]})"
        return ctypes.create_string_buffer(pack(kind, value, what, GroupReferences(group)), SIZE)

    def __iter__(self) -> Iterator[Any]:
        for index in range(len(self)):
            yield self[index]

    def grow(self, count: int, value: Any = None) -> int:
        """Adds elements and returns the previous size. LimitError if the table cannot grow so much."""
        group = self._group.root
        previous = ctypes.c_uint64()
        with Using(group):
            packed = self._packed(value, group)
            attempt(
                lib.pulley_table_grow, self._handle, as_size(count, "count"),
                ctypes.addressof(packed), ctypes.byref(previous))
        return previous.value

    def __repr__(self) -> str:
        if self.closed:
            return "<pulley.Table, closed>"
        return f"<pulley.Table {self.type}>"


class Tag(Shared):
    """A tag of exceptions: `Tag(["i32"])` makes one with the types of its values.

    >>> import pulley
    >>> pulley.Tag(["i32", "f64"])
    <pulley.Tag tag (i32, f64)>
    """

    _delete = lib.pulley_tag_delete
    _equal = quick.pulley_tag_same

    def __init__(self, values: Sequence[str] = (), *, engine: Optional[Engine] = None) -> None:
        self._group = Group()
        kinds = [type_number(name) for name in values]
        array = (ctypes.c_int32 * max(len(kinds), 1))(*kinds)
        number = HandleCell(lib.pulley_tag_delete)
        engine = default() if engine is None else engine
        attempt(
            lib.pulley_tag_new, engine._handle, ctypes.addressof(array), len(kinds),
            ctypes.byref(number))
        self._number = number.value or 0
        number.value = None

    @property
    def type(self) -> TagType:
        return TagType(function_type(quick.pulley_tag_type(self._handle)).parameters)

    def __repr__(self) -> str:
        return "<pulley.Tag, closed>" if self.closed else f"<pulley.Tag {self.type}>"

