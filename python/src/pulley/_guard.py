"""Python functions that C calls, from which no exception may be lost.

ctypes can only print an exception that leaves such a function: C, and so the guest, would go on
with an arbitrary result. A function that catches everything in a `try` block is not enough. Python
also raises exceptions before the block: those of signal handlers, which it runs at a function's
first instruction, and RecursionError where a call has no room.
"""

from __future__ import annotations

import dis
import sys
from types import FunctionType
from typing import Any, Callable, Iterator, List


_KNOWN = (3, 11) <= sys.version_info[:2] <= (3, 14)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its first `try` block extended to its first instruction.

    The function must begin with the block and have no closure. Python before 3.11 runs no signal
    handlers between the beginning of a function and a `try` statement there. In versions whose code
    may have another form, the function stays as it is.
    """
    if not _KNOWN or not isinstance(function, FunctionType):
        return function
    code = function.__code__
    table: bytes = code.co_exceptiontable
    if not table or code.co_freevars or code.co_code[0] != dis.opmap["RESUME"]:
        return function
    # An entry is four numbers: where the block starts, its length, its handler, and the depth of
    # the stack there. The entries of a table are in the order of their starts.
    rest = iter(table)
    start, length, handler, depth = [_number(rest) for _ in range(4)]
    if depth >> 1:
        return function
    entry = bytearray()
    for value in (0, start + length, handler, depth):
        entry += _encoded(value)
    entry[0] |= 0x80
    function.__code__ = code.replace(co_exceptiontable=bytes(entry) + bytes(rest))
    return function


def _number(data: Iterator[int]) -> int:
    """A number in groups of six bits, of which all but the last have the bit 0x40."""
    byte = next(data)
    value = byte & 0x3F
    while byte & 0x40:
        byte = next(data)
        value = value << 6 | byte & 0x3F
    return value


def _encoded(value: int) -> bytes:
    groups: List[int] = [value & 0x3F]
    while value > 0x3F:
        value >>= 6
        groups.append(value & 0x3F | 0x40)
    return bytes(reversed(groups))


def _nested(depth: int) -> List[Any]:
    made: List[Any] = []
    for _ in range(depth):
        made = [made]
    return made


_ROOM = 10
"""So many calls deep is what this package does in a call from C, without the program's function."""

_one, _other = _nested(_ROOM), _nested(_ROOM)


def need_room() -> None:
    """Raises RecursionError if Python's limit of recursion is nearly reached.

    Calls of guests that may call Python's functions check this, so that the limit is never reached
    where C calls Python.
    """
    # A comparison of nested lists calls itself in C. Python counts these calls like its own before
    # version 3.12, and then apart from them.
    _one == _other
    if _COUNTS_APART:
        _need_frames(_ROOM)


_COUNTS_APART = sys.version_info >= (3, 12)


def _need_frames(count: int) -> None:
    if count:
        _need_frames(count - 1)
