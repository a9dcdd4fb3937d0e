"""Typed access to single values of a memory."""

from __future__ import annotations

import struct
from typing import (
    TYPE_CHECKING, Any, Dict, Generic, Iterator, Optional, TypeVar, Union, overload)

from ._values import as_float, as_signed, single

if TYPE_CHECKING:
    from ._memory import Memory

V = TypeVar("V", int, float)

FORMATS: Dict[str, str] = {
    "i8": "b", "u8": "B", "i16": "h", "u16": "H", "i32": "i", "u32": "I", "i64": "q", "u64": "Q",
    "f32": "f", "f64": "d"}
"""The types of values in the words of `struct` and `memoryview`."""


class Cells(Generic[V]):
    """The values of one type in a memory by their addresses in bytes, which need not be aligned:
    `memory.i32[address]`."""

    __slots__ = ("_memory", "_format", "_what")

    def __init__(self, memory: Memory, format: struct.Struct, what: str) -> None:
        self._memory = memory
        self._format = format
        self._what = what

    def __getitem__(self, address: int) -> V:
        format = self._format
        value: V = format.unpack(self._memory.read(self._address(address), format.size))[0]
        return value

    def __setitem__(self, address: int, value: V) -> None:
        format, what = self._format, self._what
        start = self._address(address)
        if what[0] == "f":
            number: Any = as_float(value, f"a value of {what}")
            packed = format.pack(single(number) if what == "f32" else number)
        else:
            bits = 8 * format.size
            number = as_signed(value, bits, f"a value of {what}")
            packed = (number & ((1 << bits) - 1)).to_bytes(format.size, "little")
        self._memory.write(start, packed)

    def _address(self, address: int) -> int:
        if isinstance(address, slice):
            raise TypeError(
                f"several values are a view: memory.view({self._what!r}, address, count)")
        return address

    def __iter__(self) -> Iterator[V]:
        # Python would take the addresses 0, 1, 2, ... and so values that overlap.
        raise TypeError(f"iterate over a view: memory.view({self._what!r})")

    def __repr__(self) -> str:
        return f"<{self._what} by address of {self._memory!r}>"


class CellsOf(Generic[V]):
    """The attribute of Memory that gives its Cells of a type."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._format = struct.Struct("<" + FORMATS[what])
        self.__doc__ = f"`memory.{what}[address]` is the {what} at an address in bytes."

    @overload
    def __get__(self, memory: None, kind: Any) -> CellsOf[V]: ...

    @overload
    def __get__(self, memory: Memory, kind: Any) -> Cells[V]: ...

    def __get__(self, memory: Optional[Memory], kind: Any) -> Union[CellsOf[V], Cells[V]]:
        return self if memory is None else Cells(memory, self._format, self._what)

    def __set__(self, memory: Memory, value: Any) -> None:
        raise AttributeError(f"set a value at an address: memory.{self._what}[address] = …")
