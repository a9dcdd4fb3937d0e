"""Values on the command line: arguments of functions, and their results."""

from __future__ import annotations

import decimal
import math
import re
import struct
from typing import Any, List, Optional

_DECIMAL = re.compile(r"[+-]?[0-9]+")
_HEXADECIMAL = re.compile(r"(-?)0[xX]([0-9a-fA-F]+)")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_HEX_FLOAT = re.compile(r"[+-]?0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)([pP][+-]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(
    r"([+-]?)(inf|infinity|s?nan(\((0x[0-9a-f]+|[0-9]+)\))?)", re.IGNORECASE)


# WebAssembly


def parse(text: str, kind: str) -> Any:
    """The value that an argument of the command line means for a parameter of a type.

    Integers are signed or unsigned, decimal or hexadecimal. A vector is four numbers of 32 bits,
    separated by commas, lane 0 first. ValueError if it is not a value of the type.
    """
    if kind == "i32":
        return _ranged(_integer(text), -(1 << 31), (1 << 32) - 1)
    if kind == "i64":
        # Hexadecimal numbers are bits.
        return _ranged(_integer(text), -(1 << 63), (1 << 64) - 1) & ((1 << 64) - 1)
    if kind in ("f32", "f64"):
        return _float(text)
    if kind == "v128":
        lanes = [_ranged(_integer(lane), -(1 << 31), (1 << 32) - 1) for lane in text.split(",")]
        if len(lanes) != 4:
            raise ValueError(text)
        return struct.pack("<4I", *(lane & 0xFFFF_FFFF for lane in lanes))
    if text != "null":
        raise ValueError(text)
    return None


def _integer(text: str) -> int:
    found = _HEXADECIMAL.fullmatch(text)
    if found is not None:
        magnitude = int(found[2], 16)
        if magnitude >> 64:
            raise ValueError(text)
        # The bits of a negative number.
        signed = magnitude - (1 << 64) if magnitude >> 63 else magnitude
        return -signed if found[1] else signed
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError(text)
    return int(text)


def _ranged(number: int, minimum: int, maximum: int) -> int:
    if not minimum <= number <= maximum:
        raise ValueError(str(number))
    return number


def _float(text: str) -> float:
    if _FLOAT.fullmatch(text) is not None:
        return float(text)
    if _HEX_FLOAT.fullmatch(text) is not None:
        try:
            return float.fromhex(text)
        except OverflowError:
            return -math.inf if text.startswith("-") else math.inf
    special = _SPECIAL_FLOAT.fullmatch(text)
    if special is None:
        raise ValueError(text)
    value = math.inf if special[2][:3].lower() == "inf" else math.nan
    return -value if special[1] == "-" else value


def show(value: Any, kind: str) -> str:
    """A result of a function of WebAssembly."""
    if kind in ("f32", "f64"):
        return show_float(value, kind)
    if kind == "v128":
        return ",".join(f"{lane:#010x}" for lane in struct.unpack("<4I", value))
    if kind in ("i32", "i64"):
        return str(value)
    return "null" if value is None else kind


def show_float(value: float, kind: str) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == int(value) and abs(value) < 1e15 and math.copysign(1, value) > 0:
        return str(int(value))
    text = _shortest_single(value) if kind == "f32" else repr(value)
    # Numbers that differ from their neighbours by more than one have an exponent.
    if abs(value) > (1 << 24 if kind == "f32" else 1 << 53):
        return _with_exponent(text)
    return text


def _shortest_single(value: float) -> str:
    """The shortest decimal number whose nearest number of 32 bits is the value."""
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == value:
            break
    return repr(float(text))


def _with_exponent(text: str) -> str:
    sign, digits, exponent = decimal.Decimal(text).normalize().as_tuple()
    first, rest = str(digits[0]), "".join(str(digit) for digit in digits[1:])
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{first}{'.' + rest if rest else ''}e+{power:02}"


# CLIF


def parse_clif(text: str, kind: str) -> Any:
    """The value of an argument for a parameter of CLIF: an integer, a float, or a vector as its
    lanes, separated by commas. ValueError if it is not a value of the type."""
    lane, count = lanes_of(kind)
    if count > 1:
        return _parse_vector(text, lane, count)
    if lane.startswith("i"):
        return _clif_integer(text, int(lane[1:]))
    try:
        return struct.unpack("<" + _FORMATS[lane], _clif_float(text, lane))[0]
    except ValueError:
        return _float(text)


_FORMATS = {"f32": "f", "f64": "d"}
_BIT_FORMATS = {"f32": "I", "f64": "Q"}


def lanes_of(kind: str) -> "tuple[str, int]":
    """The type of the lanes of a vector, and their number; of another type itself, and 1."""
    lane, _, count = kind.partition("x")
    if lane not in ("i8", "i16", "i32", "i64", "i128", "f32", "f64"):
        raise LookupError(f"the type {kind} is not supported")
    return lane, int(count or "1")


def _parse_vector(text: str, lane: str, count: int) -> bytes:
    bits = int(lane[1:])
    words = _vector_words(text)
    if words is None:
        digits = text[2:].replace("_", "") if text.startswith("0x") else ""
        if not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", digits) or len(digits) > bits * count // 4:
            raise ValueError(text)
        return int(digits, 16).to_bytes(16, "little")
    if len(words) != count:
        raise ValueError(text)
    data = b""
    for word in words:
        if lane.startswith("i"):
            data += (_clif_integer(word, bits) & ((1 << bits) - 1)).to_bytes(bits // 8, "little")
        else:
            data += _clif_float(word, lane)
    return data.ljust(16, b"\0")


def _vector_words(text: str) -> Optional[List[str]]:
    if text.startswith("[") and text.endswith("]"):
        return text[1:-1].split()
    words = text.split(",")
    return [word.strip() for word in words] if len(words) > 1 else None


def _clif_magnitude(text: str) -> int:
    digits = text.replace("_", "")
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", digits):
        return int(digits, 16)
    if re.fullmatch(r"[0-9]+", digits):
        return int(digits)
    raise ValueError(text)


def _clif_integer(text: str, bits: int) -> int:
    negative = text.startswith("-")
    value = _clif_magnitude(text[1:] if text[:1] in "+-" else text)
    limit = 1 << (bits - 1) if negative else (1 << bits) - 1
    if value > limit:
        raise ValueError(text)
    value = -value if negative else value
    return value - (1 << bits) if value >> (bits - 1) > 0 else value


def _clif_float(text: str, kind: str) -> bytes:
    """The bits of a float as CLIF writes them: `0x1.8p3`, `+Inf`, `-NaN:0x1`, or in decimal."""
    width = int(kind[1:])
    fraction = 23 if width == 32 else 52
    sign = 1 << (width - 1) if text.startswith("-") else 0
    rest = text[1:] if text[:1] in "+-" else text
    infinity = ((1 << (width - 1 - fraction)) - 1) << fraction
    quiet = 1 << (fraction - 1)
    payload = re.fullmatch(r"(s?)NaN:(.+)", rest)
    if rest == "Inf":
        bits = infinity
    elif rest == "NaN":
        bits = infinity | quiet
    elif payload is not None:
        number = _clif_magnitude(payload[2])
        top = 0 if payload[1] else quiet
        if number >= quiet or not top | number:
            raise ValueError(text)
        bits = infinity | top | number
    else:
        return _clif_number(rest.replace("_", ""), kind, sign != 0)
    return struct.pack("<" + _BIT_FORMATS[kind], sign | bits)


def _clif_number(text: str, kind: str, negative: bool) -> bytes:
    hexadecimal = _HEX_FLOAT.fullmatch(text) is not None
    if not hexadecimal and re.fullmatch(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", text) is None:
        raise ValueError(text)
    try:
        value = float.fromhex(text) if hexadecimal else float(text)
        data = struct.pack("<" + _FORMATS[kind], -value if negative else value)
    except OverflowError:
        raise ValueError(text) from None
    # A number of bits is one that the format has.
    if hexadecimal and abs(struct.unpack("<" + _FORMATS[kind], data)[0]) != value:
        raise ValueError(text)
    return data


def show_clif(value: Any, kind: str) -> str:
    """A result of a function of CLIF."""
    lane, count = lanes_of(kind)
    if count == 1:
        return show_float(value, kind) if lane.startswith("f") else str(value)
    size = int(lane[1:]) // 8
    parts = [value[index * size : (index + 1) * size] for index in range(count)]
    if lane.startswith("i"):
        return f"[{' '.join(str(int.from_bytes(part, 'little', signed=True)) for part in parts)}]"
    return f"[{' '.join(_show_bits(int.from_bytes(part, 'little'), lane) for part in parts)}]"


def _show_bits(bits: int, kind: str) -> str:
    """As C's `%a`, with all digits of the fraction. A NaN has its payload."""
    width = int(kind[1:])
    fraction_bits = 23 if width == 32 else 52
    digits = (fraction_bits + 3) // 4
    fraction = bits & ((1 << fraction_bits) - 1)
    greatest = (1 << (width - 1 - fraction_bits)) - 1
    bias = greatest // 2
    exponent = bits >> fraction_bits & greatest
    sign = "-" if bits >> (width - 1) else ""
    if exponent == greatest:
        sign = sign or "+"
        quiet = 1 << (fraction_bits - 1)
        payload = fraction & (quiet - 1)
        if not fraction:
            return sign + "Inf"
        if not fraction & quiet:
            return f"{sign}sNaN:{payload:#x}"
        return f"{sign}NaN:{payload:#x}" if payload else sign + "NaN"
    if not exponent and not fraction:
        return sign + "0.0"
    start = "0x1." if exponent else "0x0."
    fraction <<= 4 * digits - fraction_bits
    return f"{sign}{start}{fraction:0{digits}x}p{exponent - bias if exponent else 1 - bias}"
