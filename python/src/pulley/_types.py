"""The types of values, functions, memories, tables and globals."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Dict, NewType, Optional, Tuple

from . import _api as api

if TYPE_CHECKING:
    # So that `def f(x: i64) -> i64: return x + 1` is right for a type checker.
    i8 = int
    i16 = int
    i32 = int
    i64 = int
    u8 = int
    u16 = int
    u32 = int
    u64 = int
    f32 = float
    f64 = float
    v128 = bytes
else:
    i8 = NewType("i8", int)
    i16 = NewType("i16", int)
    i32 = NewType("i32", int)
    i64 = NewType("i64", int)
    u8 = NewType("u8", int)
    u16 = NewType("u16", int)
    u32 = NewType("u32", int)
    u64 = NewType("u64", int)
    f32 = NewType("f32", float)
    f64 = NewType("f64", float)
    v128 = NewType("v128", bytes)

NAMES: Dict[int, str] = {
    api.PULLEY_I8: "i8",
    api.PULLEY_I16: "i16",
    api.PULLEY_I32: "i32",
    api.PULLEY_I64: "i64",
    api.PULLEY_I128: "i128",
    api.PULLEY_F32: "f32",
    api.PULLEY_F64: "f64",
    api.PULLEY_V128: "v128",
    api.PULLEY_FUNCREF: "funcref",
    api.PULLEY_EXTERNREF: "externref",
    api.PULLEY_ANYREF: "anyref",
    api.PULLEY_EXNREF: "exnref",
}
"""The names of the types by their numbers in the library."""

NUMBERS: Dict[str, int] = {name: number for number, name in NAMES.items()}


def type_number(name: str) -> int:
    """The library's number of a type's name. ValueError for another name."""
    number = NUMBERS.get(name)
    if number is None:
        raise ValueError(f"{name!r} is not a type: use one of {', '.join(NUMBERS)}")
    return number


@dataclasses.dataclass(frozen=True)
class FunctionType:
    """The type of a function: the names of its parameters' and results' types, such as `"i32"`.

    >>> import pulley
    >>> print(pulley.FunctionType(["i32", "f64"], ["i64"]))
    (i32, f64) -> i64
    >>> print(pulley.FunctionType([]))
    () -> ()
    """

    parameters: Tuple[str, ...]
    results: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("parameters", "results"):
            names = tuple(getattr(self, field))
            for name in names:
                type_number(name)
            object.__setattr__(self, field, names)

    def __str__(self) -> str:
        result = ", ".join(self.results)
        if len(self.results) != 1:
            result = f"({result})"
        return f"({', '.join(self.parameters)}) -> {result}"


@dataclasses.dataclass(frozen=True)
class Limits:
    """The size of a memory in pages or of a table in elements. No maximum is None.

    >>> import pulley
    >>> print(pulley.Limits(1), pulley.Limits(1, 16))
    1 1..16
    """

    minimum: int
    maximum: Optional[int] = None

    def __str__(self) -> str:
        return f"{self.minimum}" if self.maximum is None else f"{self.minimum}..{self.maximum}"


@dataclasses.dataclass(frozen=True)
class MemoryType:
    """The type of a memory. `limits` counts pages of `page_size` bytes.

    >>> import pulley
    >>> print(pulley.MemoryType(pulley.Limits(1, 16), shared=True))
    shared memory 1..16 pages
    """

    limits: Limits
    address_bits: int = 32
    page_size: int = 65536
    shared: bool = False

    def __str__(self) -> str:
        words = ["shared"] if self.shared else []
        words += ["memory", str(self.limits), "pages"]
        if self.page_size != 65536:
            words.append(f"of {self.page_size} bytes")
        if self.address_bits != 32:
            words.append(f"of {self.address_bits}-bit addresses")
        return " ".join(words)


@dataclasses.dataclass(frozen=True)
class TableType:
    """The type of a table. `limits` counts elements."""

    element: str
    limits: Limits
    address_bits: int = 32

    def __str__(self) -> str:
        return f"table {self.limits} of {self.element}"


@dataclasses.dataclass(frozen=True)
class GlobalType:
    """The type of a global."""

    value: str
    mutable: bool = False

    def __str__(self) -> str:
        return f"global {'mutable ' if self.mutable else ''}{self.value}"


@dataclasses.dataclass(frozen=True)
class TagType:
    """The type of a tag of exceptions: the names of its values' types."""

    values: Tuple[str, ...]

    def __str__(self) -> str:
        return f"tag ({', '.join(self.values)})"


def function_type(found: api.pulley_function_type_t) -> FunctionType:
    """A function type of the library."""
    return FunctionType(
        tuple(NAMES[found.parameters[i]] for i in range(found.parameter_count)),
        tuple(NAMES[found.results[i]] for i in range(found.result_count)),
    )
