"""Data in the memory of the instance that calls a host function."""

from __future__ import annotations

import ctypes
from typing import Any, Optional
import weakref

from ._errors import Trap, attempt
from ._group import Group
from ._library import lib, quick

_prototype = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t)
bytes_at = _prototype(("PyBytes_FromStringAndSize", ctypes.pythonapi))
"""A copy of so many bytes at an address of the host. Unlike `ctypes.string_at`, it has no limit."""

_prototype = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int)
_view_at = _prototype(("PyMemoryView_FromMemory", ctypes.pythonapi))
_WRITABLE = 0x200


def pointer(instance: int, address: int, length: int, what: str) -> int:
    """The host's address of bytes of the guest, at least one. Trap if they are out of
    bounds."""
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
    from ._instance import borrowed

    data = encoded(value, what) + b"\0"
    address = borrowed(instance).allocate(len(data))
    write(instance, address, data, what)
    return address


class View:
    """A memoryview of the guest's memory, for the duration of a call."""

    __slots__ = ("value", "_inner", "_memory", "_group")

    def __init__(self, address: int, length: int, instance: int) -> None:
        # This is imported where it is used, because it takes long.
        from pickle import PickleBuffer

        from ._instance import borrowed

        # The function may close the instance and its memory.
        memory = borrowed(instance).memory
        self._group: Group = memory._group
        self._memory: int = quick.pulley_memory_retain(memory._handle)
        # Growth does not move the memory then.
        attempt(lib.pulley_memory_pin, self._memory)
        self._inner: memoryview = (
            _view_at(address, length, _WRITABLE) if length else memoryview(bytearray()))
        # A PickleBuffer makes a view that is not a copy of the inner one, so that the inner one
        # knows whether others have been made of it.
        self.value = memoryview(PickleBuffer(self._inner))

    def close(self) -> None:
        """Releases the view. If the program has made others of it, such as NumPy's arrays, they
        stay valid, and keep the memory at its place."""
        try:
            self.value.release()
            self._inner.release()
        except BufferError:
            weakref.finalize(self._inner, _release, self._memory, self._group).atexit = False
        else:
            _release(self._memory, self._group)


def _release(memory: int, group: Group) -> None:
    """Any thread may call this, as a garbage collector does."""
    lib.pulley_memory_unpin(memory)
    group.delete(lib.pulley_memory_delete, memory)
