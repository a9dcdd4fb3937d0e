"""How Python's values become the library's, and back."""

from __future__ import annotations

import operator
import struct
from typing import Any, Dict, NamedTuple, Optional

from . import _api as api

SIZE = 24
"""The size of a pulley_value_t in bytes. Its type is at 0, its value at 8."""


class Codec(NamedTuple):
    """How the values of a type are packed. `format` is a value's in the words of `struct`."""

    format: str
    """The value in its 16 bytes."""
    wrap: Optional[int]
    """The number of bits of an integer, which may be given as unsigned too; None for others."""


CODECS: Dict[int, Codec] = {
    api.PULLEY_I8: Codec("b15x", 8),
    api.PULLEY_I16: Codec("h14x", 16),
    api.PULLEY_I32: Codec("i12x", 32),
    api.PULLEY_I64: Codec("q8x", 64),
    api.PULLEY_F32: Codec("f12x", None),
    api.PULLEY_F64: Codec("d8x", None),
}
"""The types whose values `struct` packs and unpacks."""


def as_int(value: Any, what: str) -> int:
    """The integer that an object is. TypeError for anything without `__index__`."""
    try:
        return operator.index(value)
    except TypeError:
        if hasattr(type(value), "__index__"):
            raise
        raise TypeError(f"{what} must be an int, not {type(value).__name__}") from None


def as_size(value: Any, what: str, bits: int = 64) -> int:
    """A number that the library takes in `bits` bits without a sign."""
    number = as_int(value, what)
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{what} is {shown(number)}, but must be from 0 to 2**{bits} - 1")
    return number


def as_signed(value: Any, bits: int, what: str) -> int:
    """An integer in the signed form of `bits` bits. Both -1 and 2**bits - 1 are accepted.

    TypeError for anything without `__index__`, OverflowError for what does not fit; `what` names the
    value in the message.
    """
    number = as_int(value, what)
    if -(1 << (bits - 1)) <= number < 1 << (bits - 1):
        return number
    if 0 <= number < 1 << bits:
        return number - (1 << bits)
    raise OverflowError(f"{what} is {shown(number)}, which does not fit {bits} bits")


def shown(number: int) -> str:
    """A number for a message, shortened if it is very long."""
    if number.bit_length() > 256:
        return f"an integer of {number.bit_length()} bits"
    return str(number)


def as_float(value: Any, what: str) -> float:
    if isinstance(value, (str, bytes, bytearray)):
        raise TypeError(f"{what} must be a float, not {type(value).__name__}")
    try:
        return float(value)
    except OverflowError:
        raise OverflowError(f"{what} is too large for a float") from None
    except (TypeError, ValueError):
        raise TypeError(f"{what} must be a float, not {type(value).__name__}") from None


def single(value: float) -> float:
    """The nearest value of 32 bits; beyond them an infinity, as in a conversion of C."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def as_vector(value: Any, what: str) -> bytes:
    """The 16 bytes of a vector, which an int gives in little-endian order."""
    if isinstance(value, int):
        return as_signed(value, 128, what).to_bytes(16, "little", signed=True)
    try:
        data = bytes(memoryview(value).cast("B"))
    except TypeError:
        raise TypeError(
            f"{what} must be 16 bytes or an int, not {type(value).__name__}"
        ) from None
    if len(data) != 16:
        raise ValueError(f"{what} must have 16 bytes, not {len(data)}")
    return data


HEAP_REFERENCES = (api.PULLEY_ANYREF, api.PULLEY_EXNREF)
"""The types of references to what guests have on their heaps. Python has no objects for these yet."""

REFERENCES = (api.PULLEY_FUNCREF, api.PULLEY_EXTERNREF, *HEAP_REFERENCES)


class References:
    """What turns references into Python's objects and back: the group's tables do. See `_references`."""

    def to_function(self, value: Any, what: str) -> int:
        raise NotImplementedError

    def to_extern(self, value: Any, what: str) -> int:
        raise NotImplementedError

    def from_function(self, reference: int) -> Any:
        raise NotImplementedError

    def from_extern(self, reference: int) -> Any:
        raise NotImplementedError


def pack(kind: int, value: Any, what: str, references: References) -> bytes:
    """A pulley_value_t of the type `kind`."""
    codec = CODECS.get(kind)
    if codec is not None:
        if codec.wrap is not None:
            value = as_signed(value, codec.wrap, what)
        else:
            value = as_float(value, what)
            if kind == api.PULLEY_F32:
                value = single(value)
        return struct.pack("i4x" + codec.format, kind, value)
    if kind == api.PULLEY_V128:
        body = as_vector(value, what)
    elif kind == api.PULLEY_I128:
        body = as_signed(value, 128, what).to_bytes(16, "little", signed=True)
    elif kind in HEAP_REFERENCES:
        if value is not None:
            raise TypeError(f"{what} is a reference to a guest's heap, for which Python has only None")
        body = bytes(16)
    else:
        turn = references.to_function if kind == api.PULLEY_FUNCREF else references.to_extern
        body = struct.pack("P8x", turn(value, what))
    return struct.pack("i4x16s", kind, body)


def unpack(data: Any, offset: int, references: References) -> Any:
    """The Python value of a pulley_value_t in a buffer."""
    (kind,) = struct.unpack_from("i", data, offset)
    codec = CODECS.get(kind)
    if codec is not None:
        return struct.unpack_from(codec.format, data, offset + 8)[0]
    body = bytes(data[offset + 8 : offset + 24])
    if kind == api.PULLEY_V128:
        return body
    if kind == api.PULLEY_I128:
        return int.from_bytes(body, "little", signed=True)
    (reference,) = struct.unpack_from("P", body)
    if kind in HEAP_REFERENCES:
        if reference == 0:
            return None
        raise TypeError("a reference to a guest's heap cannot become an object of Python")
    if kind == api.PULLEY_FUNCREF:
        return references.from_function(reference)
    return references.from_extern(reference)


__all__ = [
    "CODECS", "Codec", "HEAP_REFERENCES", "REFERENCES", "References", "SIZE", "as_float", "as_int", "as_signed", "as_size",
    "as_vector", "pack", "shown", "single", "unpack",
]
