"""Linear memories."""

from __future__ import annotations

import ctypes
import datetime
import functools
import re
import struct
import threading
import weakref
from typing import TYPE_CHECKING, Any, Iterator, Optional, Tuple, Union, overload

from . import _api as api
from ._buffer import exporter, withdraw
from ._cells import FORMATS, CellsOf
from ._engine import Engine, default
from ._errors import BusyError, ClosedError, attempt
from ._group import Group
from ._library import lib, quick
from ._objects import Shared
from ._types import Limits, MemoryType
from ._values import shown

if TYPE_CHECKING:
    from typing_extensions import Buffer

_thread = threading.get_ident

class _Pin(datetime.tzinfo):
    """Keeps a memory alive and at its address until it is deleted, on any thread.

    If views are part of a cycle, Python's garbage collector runs the finalizers of all objects that
    it sees in the cycle, in any order, before it deletes any. A finalizer of the program may use a
    view, so the pin must not be seen. It is therefore held by an object of C that the collector
    cannot look into: a `datetime.time`, which holds a tzinfo. See `hidden`.
    """

    __slots__ = ("number", "_group")

    def __init__(self, memory: Memory) -> None:
        number = quick.pulley_memory_retain(memory._handle)
        if not number:
            # Another thread may have closed the memory meanwhile.
            memory._handle
            raise MemoryError("no memory for a handle")
        try:
            attempt(quick.pulley_memory_pin, number)
        except BaseException:
            lib.pulley_memory_delete(number)
            raise
        # A host function of the group may have a NumPy array of the memory in its closure. Python's
        # garbage collector cannot look into an array either, and so must not need to.
        self._group = weakref.ref(memory._group.root)
        self.number: int = number

    def hidden(self) -> datetime.time:
        return datetime.time(tzinfo=self)

    def __del__(self) -> None:
        # At the end of the interpreter, what this needs may be gone.
        try:
            number = self.number
            quick.pulley_memory_unpin(number)
            group = self._group()
            if group is None:
                lib.pulley_memory_delete(number)
            else:
                group.delete(lib.pulley_memory_delete, number)
        except Exception:
            pass


_ENTERED = Group()
"""In place of a group that the thread has entered before."""


@functools.lru_cache(maxsize=32)
def _array_type(size: int) -> Any:
    return ctypes.c_ubyte * size


@functools.lru_cache(maxsize=256)
def _record(format: str) -> struct.Struct:
    """The layout of a record, little-endian and without padding unless the format tells others."""
    if not isinstance(format, str):
        raise TypeError(f"a format must be a str, not {type(format).__name__}")
    return struct.Struct(format if format[:1] in tuple("@=<>!") else "<" + format)


@exporter
class Memory(Shared):
    """A linear memory: `instance.memory`, or `instance["name"]` for one that is exported.

    `Memory(1, 16)` makes one of 1 page, and at most 16, to define in a linker. `address_bits` is 32
    or 64, `page_size` 65536 or 1 bytes. A `shared` memory must have a maximum; guests on several
    threads may use it at once.

    Bytes are copied by

        memory.read(address, 16)           memory[address]           an int
        memory.write(address, b"data")     memory[start:end]         bytes
        memory.read_cstr(address)          memory[address] = 7
        memory.u32[address] += 1           memory[start:end] = b"data"
        memory.unpack("IfH", address)      memory.pack("IfH", address, 1, 2.5, 3)

    and shared without a copy by views:

        memory.view("f32", address, 100)   a memoryview of 100 floats
        memoryview(memory)                 a memoryview of all bytes
        numpy.frombuffer(memory, "f4", 100, address)

    >>> import pulley
    >>> memory = pulley.Memory(1, 16)
    >>> memory[8:14] = b"hello\\0"
    >>> memory.read_cstr(8)
    'hello'
    >>> numbers = memory.view("f32", 64, 3)
    >>> numbers[2] = 1.5
    >>> memory.f32[72]
    1.5

    Addresses are in bytes. An i32 is signed in Python, so a guest's address of 2 GiB or more may be
    negative. It is understood: -16 is 2**32 - 16, or 2**64 - 16 in a memory of 64-bit addresses. So
    memory[-1] is not the last byte. IndexError tells what is not wholly in the memory.

    Views stay valid whatever happens. A view keeps the memory alive after `close`, of the memory
    and of the instance, and it keeps its length when the memory grows. A memory never moves while
    it has a view. Growth is hardly ever refused for this, because the library reserves the whole
    address range of a memory. Where the system does not allow that, and the memory would have to
    move, `grow` raises LimitError and the guest's `memory.grow` gives -1 while there is a view.

    Any thread may read and write a memory and make views of it, also while a guest runs. Nothing
    orders its accesses and the guest's. Only `grow` raises BusyError while another thread uses the
    memory, unless it is shared.
    """

    _delete = lib.pulley_memory_delete
    _equal = quick.pulley_memory_same
    _last: Optional[weakref.ref[Any]] = None
    """The exported bytes of the last view, if one is left."""

    def __init__(self, minimum: int, maximum: Optional[int] = None, *, address_bits: int = 32,
                 page_size: int = 65536, shared: bool = False,
                 engine: Optional[Engine] = None) -> None:
        type = api.pulley_memory_type_t(*api.PULLEY_MEMORY_TYPE_INIT)
        type.limits.minimum = _pages(minimum, "minimum")
        if maximum is not None:
            type.limits.maximum = _pages(maximum, "maximum")
        type.address_bits = _choice(address_bits, (32, 64), "address_bits")
        type.page_size = _choice(page_size, (65536, 1), "page_size")
        type.is_shared = bool(shared)
        number = ctypes.c_void_p()
        engine = default() if engine is None else engine
        attempt(
            lib.pulley_memory_new_type, engine._handle, ctypes.byref(type), ctypes.byref(number))
        self._number = number.value or 0
        self._group = Group()
        self._shared = bool(shared)

    @classmethod
    def _adopt(cls, number: int, group: Group) -> Any:
        made = super()._adopt(number, group)
        made._shared = quick.pulley_memory_is_shared(number)
        if made._shared:
            # It belongs to no thread, and so to no group that a thread enters.
            made._group = Group()
        return made

    @property
    def _handle(self) -> int:
        number = self._number
        if not number:
            raise ClosedError("this memory is closed")
        return number

    def close(self) -> None:
        """Releases the memory. Closing it again does nothing. Instances and views keep it alive."""
        super().close()
        withdraw(self)

    def __del__(self) -> None:
        # At the end of the interpreter, what this needs may be gone.
        try:
            Shared.close(self)
        except Exception:
            pass

    @property
    def type(self) -> MemoryType:
        """The memory's type. The minimum is the present number of pages."""
        handle = self._handle
        limits = quick.pulley_memory_limits(handle)
        maximum = None if limits.maximum == api.PULLEY_NO_MAXIMUM else limits.maximum
        return MemoryType(
            Limits(limits.minimum, maximum), quick.pulley_memory_address_bits(handle),
            quick.pulley_memory_page_size(handle), self._shared)

    @property
    def shared(self) -> bool:
        """Whether guests on several threads may use the memory at once."""
        return self._shared

    @property
    def size(self) -> int:
        """The size in bytes; also `len(memory)`."""
        return int(quick.pulley_memory_size(self._handle))

    @property
    def pages(self) -> int:
        """The size in pages of `type.page_size` bytes."""
        return int(quick.pulley_memory_limits(self._handle).minimum)

    def __len__(self) -> int:
        return int(quick.pulley_memory_size(self._handle))

    def grow(self, pages: int) -> int:
        """Adds pages and returns the previous number of pages.

        LimitError if the memory cannot grow so much. BusyError while another thread is using it.
        """
        count = _pages(pages, "pages")
        handle = self._handle
        previous = ctypes.c_uint64()
        if self._shared:
            attempt(lib.pulley_memory_grow, handle, count, ctypes.byref(previous))
            return previous.value
        group = self._group.root
        outermost = group.enter()
        try:
            attempt(lib.pulley_memory_grow, handle, count, ctypes.byref(previous))
        finally:
            if outermost:
                group.leave()
        return previous.value

    # Copies

    def read(self, address: int, length: int) -> bytes:
        """The bytes at an address. IndexError if they are not all in the memory."""
        start = self._start(address)
        count = _size(length, "length")
        group = self._enter()
        if group is None:
            view = self._view()
            self._check(start, count, len(view))
            return bytes(view[start : start + count])
        try:
            handle = self._handle
            self._check(start, count, quick.pulley_memory_size(handle))
            if not count:
                return b""
            return ctypes.string_at(quick.pulley_memory_data(handle) + start, count)
        finally:
            if group is not _ENTERED:
                group.leave()

    def write(self, address: int, data: Buffer) -> None:
        """Writes bytes, or what any object with the buffer protocol contains, at an address.

        IndexError if they do not all fit; then nothing is written.
        """
        start = self._start(address)
        if not isinstance(data, bytes):
            self._replace(start, None, data)
            return
        count = len(data)
        group = self._enter()
        if group is None:
            self._replace(start, None, data)
            return
        try:
            handle = self._handle
            self._check(start, count, quick.pulley_memory_size(handle))
            if count:
                ctypes.memmove(quick.pulley_memory_data(handle) + start, data, count)
        finally:
            if group is not _ENTERED:
                group.leave()

    def _replace(self, start: int, count: Optional[int], data: Any) -> None:
        content = _content(data)
        size = content.nbytes
        if count is not None and count != size:
            raise ValueError(f"{size} bytes cannot replace {count}: a memory keeps its size")
        view = self._view()
        self._check(start, size, len(view))
        view[start : start + size] = content

    def read_cstr(self, address: int, maximum: Optional[int] = None, *,
                  errors: str = "strict") -> str:
        """The string of C at an address: UTF-8 up to a byte of 0.

        ValueError if the memory ends before, or if the string is longer than `maximum` bytes;
        UnicodeDecodeError if it is not UTF-8, unless `errors` says otherwise, as in `bytes.decode`.
        """
        start = self._start(address)
        limit = None if maximum is None else _size(maximum, "maximum")
        view = self._view()
        self._check(start, 1, len(view))
        last = len(view) if limit is None else min(len(view), start + limit + 1)
        # Most strings are short. Each step copies twice as much, so that long ones are fast, too.
        found = bytearray()
        at, step = start, 64
        while at < last:
            part = bytes(view[at : min(at + step, last)])
            end = part.find(0)
            if end >= 0:
                found += part[:end]
                return found.decode("utf-8", errors)
            found += part
            at, step = at + step, min(2 * step, 1 << 20)
        if last == len(view):
            raise ValueError(f"the string at {start} has no end in the memory of {last} bytes")
        raise ValueError(f"the string at {start} is longer than {limit} bytes")

    def unpack(self, format: str, address: int) -> Tuple[Any, ...]:
        """The values of a record at an address.

        `format` is one of the module `struct`. Unless it says otherwise, the values are
        little-endian and have no padding between them.
        """
        layout = _record(format)
        return layout.unpack(self.read(address, layout.size))

    def pack(self, format: str, address: int, *values: Any) -> None:
        """Writes the values of a record at an address. See `unpack`."""
        self.write(address, _record(format).pack(*values))

    i8 = CellsOf[int]("i8")
    u8 = CellsOf[int]("u8")
    i16 = CellsOf[int]("i16")
    u16 = CellsOf[int]("u16")
    i32 = CellsOf[int]("i32")
    u32 = CellsOf[int]("u32")
    i64 = CellsOf[int]("i64")
    u64 = CellsOf[int]("u64")
    f32 = CellsOf[float]("f32")
    f64 = CellsOf[float]("f64")

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> bytes: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[int, bytes]:
        if isinstance(index, slice):
            return self.read(*self._range(index))
        return self.read(index, 1)[0]

    @overload
    def __setitem__(self, index: int, value: int) -> None: ...

    @overload
    def __setitem__(self, index: slice, value: Buffer) -> None: ...

    def __setitem__(self, index: Union[int, slice], value: Any) -> None:
        if isinstance(index, slice):
            self._replace(*self._range(index), value)
            return
        if not hasattr(value, "__index__"):
            raise TypeError(f"a byte must be an int, not {type(value).__name__}")
        number = value.__index__()
        if not 0 <= number < 256:
            raise ValueError(f"a byte must be from 0 to 255, not {shown(number)}")
        self.write(index, bytes((number,)))

    def __iter__(self) -> Iterator[int]:
        return iter(self._view())

    def __contains__(self, item: object) -> bool:
        view = self._view()
        if isinstance(item, int):
            return item in view
        return re.search(re.escape(bytes(_content(item))), view, re.DOTALL) is not None

    # Views

    def view(self, type: str = "u8", address: int = 0, count: Optional[int] = None) -> memoryview:
        """A memoryview of `count` values at an address, which shares the memory's bytes.

        `type` is "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f32" or "f64". Without
        `count`, the view has as many values as the rest of the memory. The address need not be a
        multiple of anything. IndexError if the values are not all in the memory.
        """
        name = getattr(type, "__name__", type)
        format: Any = FORMATS.get(name) if isinstance(name, str) else None
        if format is None:
            raise ValueError(f"{name!r} is not a type of views: use one of {', '.join(FORMATS)}")
        width = struct.calcsize(format)
        start = self._start(address)
        view = self._view()
        if count is None:
            self._check(start, 0, len(view))
            number = (len(view) - start) // width
        else:
            number = _size(count, "count")
        self._check(start, number * width, len(view))
        found: memoryview = view[start : start + number * width].cast(format)
        return found

    def __buffer__(self, flags: int) -> memoryview:
        return self._view()

    def _view(self) -> memoryview:
        """A view of all bytes."""
        last = None if self._last is None else self._last()
        if last is not None and len(last) == self.size:
            return memoryview(last).cast("B")
        pin = _Pin(self)  # type: ignore[abstract]
        # While the memory is pinned, any thread may read its address. It is NULL if the size was 0.
        size = quick.pulley_memory_size(pin.number)
        if not size:
            return memoryview(bytearray())
        exported = _array_type(size).from_address(quick.pulley_memory_data(pin.number))
        exported.pin = pin.hidden()
        self._last = weakref.ref(exported)
        return memoryview(exported).cast("B")

    def notify(self, address: int, count: int = 0xFFFF_FFFF) -> int:
        """Wakes up to `count` guest threads that wait at an address of a shared memory, like the
        guest's `memory.atomic.notify`, and returns how many."""
        start = self._start(address)
        woken = ctypes.c_uint32()
        number = min(_size(count, "count"), 0xFFFF_FFFF)
        self._check(start, 4, self.size)
        attempt(lib.pulley_memory_notify, self._handle, start, number, ctypes.byref(woken))
        return woken.value

    # Addresses

    def _enter(self) -> Optional[Group]:
        """Takes the group for this thread, so that the memory neither moves nor is deleted.

        Returns the group if the caller must leave it, and `_ENTERED` if the thread had it before.
        None if another thread has it, or could use the memory without it.
        """
        if self._shared:
            return None
        group = self._group
        if group._parent is not None:
            group = group.root
        if group.owner == _thread():
            return _ENTERED
        try:
            group.enter()
        except BusyError:
            return None
        return group

    def _start(self, address: int) -> int:
        try:
            number = int(address.__index__())
        except AttributeError:
            raise TypeError(f"an address must be an int, not {type(address).__name__}") from None
        if number < 0:
            bits = int(quick.pulley_memory_address_bits(self._handle))
            if number >= -(1 << (bits - 1)):
                return number + (1 << bits)
        return number

    def _check(self, start: int, count: int, size: int) -> None:
        if not 0 <= start <= size - count:
            what = "1 byte" if count == 1 else f"{shown(count)} bytes"
            raise IndexError(
                f"{what} at {shown(start)} out of range: the memory has {size} bytes")

    def _range(self, index: slice) -> Tuple[int, int]:
        """The address and the length of a slice."""
        if index.step is not None and index.step != 1:
            raise ValueError("a slice of a memory has no step: use memory.view()[start:end:step]")
        size = self.size
        start = 0 if index.start is None else self._start(index.start)
        end = size if index.stop is None else self._start(index.stop)
        if not 0 <= start <= end <= size:
            raise IndexError(
                f"{shown(start)}:{shown(end)} is out of range: the memory has {size} bytes")
        return start, end - start

    def __repr__(self) -> str:
        return "<pulley.Memory, closed>" if self.closed else f"<pulley.Memory {self.type}>"


def _content(data: Any) -> memoryview:
    """The bytes of an object with the buffer protocol."""
    try:
        view = memoryview(data)
    except TypeError:
        hint = ": encode it" if isinstance(data, str) else ""
        raise TypeError(f"data must be bytes, not {type(data).__name__}{hint}") from None
    if not view.nbytes:
        return memoryview(b"")
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


def _size(value: Any, name: str) -> int:
    try:
        number = int(value.__index__())
    except AttributeError:
        raise TypeError(f"{name} must be an int, not {type(value).__name__}") from None
    if number < 0:
        raise ValueError(f"{name} is {shown(number)}, but must not be negative")
    return number


def _pages(value: Any, name: str) -> int:
    """A number of pages, which the library takes in 64 bits."""
    number = _size(value, name)
    if number >= 1 << 64:
        raise OverflowError(f"{name} is {shown(number)}, which does not fit 64 bits")
    return number


def _choice(value: Any, values: Tuple[int, int], name: str) -> int:
    if value not in values:
        raise ValueError(f"{name} is {value!r}, but must be {values[0]} or {values[1]}")
    return int(value)
