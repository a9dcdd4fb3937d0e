"""The numbers that host functions take and give."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional

from .._values import as_float, shown


class Scalar(NamedTuple):
    """A number or a bool, as Python, C and guests have it."""

    name: str
    """As the package names it."""
    word: str
    """In a signature of `pulley_register`."""
    native: Any
    """The type of ctypes."""
    guest: str
    """The type of the guest; "address" for one of its addresses' width."""
    low: int
    """The least integer that it takes; integers have one."""
    high: int
    format: str
    """In the words of `struct`."""

    @property
    def is_float(self) -> bool:
        return self.guest in ("f32", "f64")

    @property
    def checker(self) -> "Callable[[Any, str], Any]":
        """Gives the value that ctypes takes for a value of Python, or raises TypeError or
        OverflowError, whose message begins with its second argument."""
        if self.is_float:
            return as_float
        if self.name == "bool":
            return as_bool
        low, high, name = self.low, self.high, self.name

        def check(value: Any, what: str) -> int:
            return as_integer(value, low, high, name, what)

        return check

    def from_guest(self, name: str) -> str:
        """An expression for the value of a guest's word, whose integers are signed."""
        if self.name == "bool":
            return f"({name} & 0xFFFFFFFF != 0)"
        if self.guest == "address":
            return name if self.low else f"({name} & address_mask)"
        if self.is_float or self.name in ("i32", "i64"):
            return name
        bits = 8 * ctypes.sizeof(self.native)
        mask = (1 << bits) - 1
        if self.name[0] == "u":
            return f"({name} & {mask:#x})"
        half = 1 << (bits - 1)
        return f"(({name} & {mask:#x} ^ {half:#x}) - {half:#x})"


def _integers() -> Iterator[Scalar]:
    formats = {8: "b", 16: "h", 32: "i", 64: "q"}
    for bits, format in formats.items():
        guest = "i64" if bits == 64 else "i32"
        native = getattr(ctypes, f"c_int{bits}")
        # What a guest has as i8 may be signed or not.
        yield Scalar(
            f"i{bits}", f"i{bits}", native, guest, -(1 << bits - 1), (1 << bits) - 1, format)
        native = getattr(ctypes, f"c_uint{bits}")
        yield Scalar(f"u{bits}", f"u{bits}", native, guest, 0, (1 << bits) - 1, format.upper())


SCALARS: Dict[str, Scalar] = {
    scalar.name: scalar
    for scalar in [
        *_integers(),
        Scalar("f32", "f32", ctypes.c_float, "f32", 0, 0, "f"),
        Scalar("f64", "f64", ctypes.c_double, "f64", 0, 0, "d"),
        Scalar("bool", "bool", ctypes.c_bool, "i32", 0, 1, "?"),
    ]
}
"""The scalars by their names."""


def as_integer(value: Any, low: int, high: int, name: str, what: str) -> int:
    try:
        number: int = value.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"{what} must be an int, not {type(value).__name__}") from None
    if low <= number <= high:
        return number
    raise OverflowError(f"{what} is {shown(number)}, which does not fit {name}")


def as_bool(value: Any, what: str) -> bool:
    kind = type(value)
    if kind is bool or hasattr(kind, "__index__") or (
            kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_")):
        return bool(value)
    raise TypeError(f"{what} must be a bool, not {kind.__name__}")


_CODES = {
    "b": "i8", "B": "u8", "h": "i16", "H": "u16", "i": "i32", "I": "u32", "q": "i64", "Q": "u64",
    "f": "f32", "d": "f64", "?": "bool", "c": "u8",
}


def scalar_of_ctype(type: Any) -> Optional[Scalar]:
    """The scalar of a simple type of ctypes; None if it is not a number.

    ctypes has one type for `long` and for 64 bits: c_long is c_int64.
    """
    code = getattr(type, "_type_", None)
    if not isinstance(code, str):
        return None
    if code in "lL":
        bits = 8 * ctypes.sizeof(type)
        return SCALARS[f"{'i' if code == 'l' else 'u'}{bits}"]
    name = _CODES.get(code)
    return None if name is None else SCALARS[name]
