"""Addresses in a guest's memory."""

from __future__ import annotations

import ctypes
import operator
import struct
from typing import TYPE_CHECKING, Any, Generic, Optional, Union, overload

from . import guest_data as data
from .._errors import Trap
from .._library import quick
from .scalars import Scalar
from .structures import Structure
from .._values import as_signed

if TYPE_CHECKING:
    from .._instance import Instance

if TYPE_CHECKING:
    # mypy has this module. Python's own TypeVar has defaults from version 3.13 on.
    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

_LIMIT = 1 << 64


class Ptr(Generic[T]):
    """An address in an instance's first memory.

    A host function's parameter of the type `pulley.Ptr` gets one, and `Ptr(instance, address)`
    makes one. It has methods to read and to write bytes. A pointer to a type, `Ptr[pulley.i32]` or
    what `pointer.cast(pulley.i32)` gives, also has elements: `pointer[0]`, `pointer[1] = 7`,
    `pointer[0:10]`, and `pointer.value` for the first. Types are the numbers of this package, `int`
    (an i32), `float` (an f64), `bool`, dataclasses, and numbers and structures of ctypes.

    Addresses out of the memory's bounds raise IndexError when they are used.
    """

    __slots__ = ("address", "instance", "_element")

    def __init__(self, instance: "Instance", address: int, type: Any = None) -> None:
        number = operator.index(address)
        if not 0 <= number < _LIMIT:
            raise OverflowError(f"{number} is not an address")
        self.address: int = number
        """In bytes from the memory's beginning."""
        self.instance = instance
        self._element: Union[Scalar, Structure, None] = None
        if type is not None:
            from .annotations import element_of

            self._element = element_of(type)
            check_layout(self._element)

    @classmethod
    def _make(cls, instance: "Instance", address: int,
              element: Union[Scalar, Structure, None]) -> "Ptr[Any]":
        made = cls.__new__(cls)
        made.address = address
        made.instance = instance
        made._element = element
        return made

    def read(self, length: int) -> bytes:
        """A copy of `length` bytes."""
        count = operator.index(length)
        if count < 0:
            raise ValueError(f"length is {count}, but must not be negative")
        return self._read(self.address, count)

    def write(self, content: Any) -> None:
        """Copies bytes, or any object with a buffer, to the address."""
        try:
            view = memoryview(content)
        except TypeError:
            raise TypeError(
                f"what is written must be bytes or a buffer, not {type(content).__name__}"
            ) from None
        self._write(self.address, view.tobytes())

    def cstr(self, maximum: Optional[int] = None) -> str:
        """The text of a string in UTF-8 that ends with NUL. ValueError if it has no end in the
        memory, or more than `maximum` bytes."""
        group = self.instance._group.root
        outermost = group.enter()
        try:
            return data.read_text(
                self.instance._handle, self.address, f"the string at {self.address}", maximum)
        except Trap as error:
            raise ValueError(str(error)) from None
        finally:
            if outermost:
                group.leave()

    def cast(self, type: Any) -> "Ptr[Any]":
        """A pointer to elements of a type at the same address; of bytes if the type is None."""
        return Ptr(self.instance, self.address, type)

    @property
    def value(self) -> T:
        """The first element."""
        return self[0]

    @value.setter
    def value(self, value: T) -> None:
        self[0] = value

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> "list[T]": ...

    def __getitem__(self, index: Union[int, slice]) -> Any:
        element = self._typed()
        size = _size(element)
        if isinstance(index, slice):
            start, count = _range(index)
            content = self._read(self._place(start, size), count * size)
            if isinstance(element, Scalar):
                return list(struct.unpack(f"<{count}{element.format}", content))
            return [
                element.to_python(element.ctype.from_buffer_copy(content, size * number))
                for number in range(count)]
        content = self._read(self._place(operator.index(index), size), size)
        if isinstance(element, Scalar):
            return struct.unpack("<" + element.format, content)[0]
        return element.to_python(element.ctype.from_buffer_copy(content))

    @overload
    def __setitem__(self, index: int, value: T) -> None: ...

    @overload
    def __setitem__(self, index: slice, value: "list[T]") -> None: ...

    def __setitem__(self, index: Union[int, slice], value: Any) -> None:
        element = self._typed()
        size = _size(element)
        if isinstance(index, slice):
            start, count = _range(index)
            values = list(value)
            if len(values) != count:
                raise ValueError(f"{count} elements cannot be set to {len(values)} values")
            content = b"".join(_packed(element, item) for item in values)
            self._write(self._place(start, size), content)
        else:
            self._write(self._place(operator.index(index), size), _packed(element, value))

    def _typed(self) -> Union[Scalar, Structure]:
        if self._element is None:
            raise TypeError("this pointer has no type: give it one by cast, or as Ptr[pulley.i32]")
        return self._element

    def _place(self, index: int, size: int) -> int:
        address = self.address + index * size
        if not 0 <= address < _LIMIT:
            raise IndexError(f"element {index} is out of bounds of the guest's memory")
        return address

    def _read(self, address: int, length: int) -> bytes:
        group = self.instance._group.root
        outermost = group.enter()
        try:
            handle = self.instance._handle
            if not length:
                return b""
            return data.bytes_at(  # type: ignore[no-any-return]
                _bounds(handle, address, length), length)
        finally:
            if outermost:
                group.leave()

    def _write(self, address: int, content: bytes) -> None:
        group = self.instance._group.root
        outermost = group.enter()
        try:
            handle = self.instance._handle
            if content:
                ctypes.memmove(_bounds(handle, address, len(content)), content, len(content))
        finally:
            if outermost:
                group.leave()

    def __add__(self, count: int) -> "Ptr[T]":
        """A pointer so many elements later; bytes, if the pointer has no type."""
        size = 1 if self._element is None else _size(self._element)
        address = self.address + operator.index(count) * size
        if not 0 <= address < _LIMIT:
            raise OverflowError(f"{address} is not an address")
        return Ptr._make(self.instance, address, self._element)

    def __sub__(self, count: int) -> "Ptr[T]":
        return self + -count

    def __index__(self) -> int:
        return self.address

    __int__ = __index__

    def __bool__(self) -> bool:
        return self.address != 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ptr):
            return NotImplemented
        return self.address == other.address and self.instance == other.instance

    def __hash__(self) -> int:
        return hash((Ptr, self.address))

    def __repr__(self) -> str:
        if self._element is None:
            return f"<pulley.Ptr {self.address:#x}>"
        name = (
            self._element.name if isinstance(self._element, Scalar) else
            self._element.type.__name__)
        return f"<pulley.Ptr[{name}] {self.address:#x}>"


def _bounds(handle: int, address: int, length: int) -> int:
    found = quick.pulley_instance_pointer(handle, address, length)
    if not found:
        raise IndexError(f"{length} bytes at {address} are out of bounds of the guest's memory")
    return int(found)


def _size(element: Union[Scalar, Structure]) -> int:
    return ctypes.sizeof(element.native if isinstance(element, Scalar) else element.ctype)


def _range(index: slice) -> "tuple[int, int]":
    if index.stop is None or (index.step not in (None, 1)):
        raise IndexError("a slice of a pointer needs an end, and no step")
    start = 0 if index.start is None else operator.index(index.start)
    return start, max(operator.index(index.stop) - start, 0)


def _packed(element: Union[Scalar, Structure], value: Any) -> bytes:
    if isinstance(element, Structure):
        return bytes(element.from_python(value, "the element"))
    checked = element.checker(value, f"the element ({element.name})")
    if element.name == "f32":
        checked = ctypes.c_float(checked).value
    elif element.name[0] == "i":
        checked = as_signed(checked, 8 * _size(element), "the element")
    return struct.pack("<" + element.format, checked)


def check_layout(element: Union[Scalar, Structure]) -> None:
    if isinstance(element, Structure) and not element.same_layout:
        raise TypeError(
            f"{element.type.__name__} has pointers, which have another width in guests: read its "
            "members one by one")
