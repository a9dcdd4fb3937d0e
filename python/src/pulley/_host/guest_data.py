"""Data in the memory of the instance that calls a host function."""

from __future__ import annotations

import contextlib
import ctypes
from typing import Any, Optional

from .._errors import Trap
from .._library import quick

_prototype = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t)
bytes_at = _prototype(("PyBytes_FromStringAndSize", ctypes.pythonapi))
"""A copy of so many bytes at an address of the host. Unlike `ctypes.string_at`, it has no limit."""


def pointer(instance: int, address: int, length: int, what: str) -> int:
    """The host's address of bytes of the guest, at least one. Trap if they are out of bounds."""
    found: Optional[int] = quick.pulley_instance_pointer(instance, address, length)
    if not found:
        raise Trap(f"{what}: {length} bytes at {address} are out of bounds of the guest's memory")
    return found


def read(instance: int, address: int, length: int, what: str) -> bytes:
    if not length:
        return b""
    return bytes_at(pointer(instance, address, length, what), length)  # type: ignore[no-any-return]


def write(instance: int, address: int, data: bytes, what: str) -> None:
    if data:
        ctypes.memmove(pointer(instance, address, len(data), what), data, len(data))


def read_text(instance: int, address: int, what: str, maximum: Optional[int] = None) -> str:
    """The text of a string that ends with NUL. ValueError if it has more than `maximum` bytes, Trap
    if it has no NUL in the memory."""
    found = bytearray()
    length = 256
    while True:
        while length and not quick.pulley_instance_pointer(instance, address, length):
            length //= 2
        if not length:
            raise Trap(f"{what} has no end in the guest's memory")
        piece = read(instance, address, length, what)
        end = piece.find(b"\0")
        if end >= 0:
            found += piece[:end]
            if maximum is not None and len(found) > maximum:
                break
            return decoded(bytes(found), what)
        found += piece
        if maximum is not None and len(found) > maximum:
            break
        address += length
        length = min(2 * length, 1 << 20)
    raise ValueError(f"{what} has more than {maximum} bytes")


def decoded(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise not_utf8(error, what) from None


def not_utf8(error: UnicodeDecodeError, what: str) -> UnicodeDecodeError:
    """The same exception, whose message also says which string it is."""
    return UnicodeDecodeError(
        error.encoding, error.object, error.start, error.end, f"{error.reason} ({what})")


def encoded(value: Any, what: str) -> bytes:
    """A string for the guest, without the NUL at its end."""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{what} has a NUL, which would end the guest's string")
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise UnicodeEncodeError(
            error.encoding, error.object, error.start, error.end, f"{error.reason} ({what})"
        ) from None


def give_text(instance: int, value: Any, what: str) -> int:
    """Copies a string into memory from the guest's allocator, and returns its address."""
    from .._instance import borrowed

    data = encoded(value, what) + b"\0"
    address = borrowed(instance).allocate(len(data))
    write(instance, address, data, what)
    return address


def view_of(instance: int, address: int, length: int) -> memoryview:
    """A view of bytes at an address of the host in the memory of the instance, which does not move
    as long as there are views."""
    from .._instance import borrowed

    memory = borrowed(instance).memory
    start = address - (quick.pulley_memory_data(memory._handle) or 0) if length else 0
    with memory._view() as whole:
        return whole[start : start + length]


def close_view(view: memoryview) -> None:
    """Releases a view after the call. It stays valid if something has been made of it that cannot
    be released, such as an array of NumPy. So do slices of it."""
    with contextlib.suppress(BufferError):
        view.release()
