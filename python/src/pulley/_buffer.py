"""The buffer protocol for classes written in Python.

Only C has access to the whole protocol: an object exports its bytes by functions in slots of its
type. The type object of a class is memory that ctypes can reach, so `exporter` writes callbacks
into the slots, which call the method `__buffer__`.

From Python 3.12 on, classes with that method have the protocol anyway (PEP 688). But then each view
holds the object itself. The object that is exported here refers to host functions, and their
closures may hold NumPy arrays, which the garbage collector cannot look into: such a cycle would
never be collected. With the callbacks, the exporter of a view is the memoryview that `__buffer__`
gives, which refers to nothing else.

These fields, from CPython's Include/cpython/object.h, are the same in versions 3.9 to 3.14:

    struct PyTypeObject {            word of the size of a pointer
        Py_ssize_t ob_refcnt;            0
        PyTypeObject *ob_type;           1
        Py_ssize_t ob_size;              2
        const char *tp_name;             3
        Py_ssize_t tp_basicsize;         4    __basicsize__
        Py_ssize_t tp_itemsize;          5    __itemsize__
        …                                     14 pointers
        PyBufferProcs *tp_as_buffer;    20
        unsigned long tp_flags;         21    __flags__
        …
    };
    struct PyBufferProcs {
        int (*bf_getbuffer)(PyObject *exporter, Py_buffer *view, int flags);
        void (*bf_releasebuffer)(PyObject *exporter, Py_buffer *view);
    };

The type object of a class contains its PyBufferProcs. `_procs` checks all that it can of this
before anything is written. Where a build of Python has other type objects, such as those of
free-threaded builds, PEP 688 remains, and before Python 3.12 there is no protocol.
"""

from __future__ import annotations

import _thread
import ctypes
import sys
from typing import Any, Type, TypeVar

C = TypeVar("C", bound=Type[Any])

_WORD = ctypes.sizeof(ctypes.c_void_p)
_BASICSIZE, _ITEMSIZE, _AS_BUFFER, _FLAGS, _WORDS = 4, 5, 20, 21, 22


def _procs(kind: Type[Any]) -> Any:
    """The PyBufferProcs of a class, as two pointers; None if its type object has another form."""
    if sys.implementation.name != "cpython":
        return None
    start = id(kind)
    words = (ctypes.c_size_t * _WORDS).from_address(start)
    known = (kind.__basicsize__, kind.__itemsize__, kind.__flags__)
    if (words[_BASICSIZE], words[_ITEMSIZE], words[_FLAGS]) != known:
        return None
    procs = words[_AS_BUFFER]
    if not start < procs <= start + type(kind).__basicsize__ - 2 * _WORD:
        return None
    return (ctypes.c_void_p * 2).from_address(procs)


_get_buffer_of = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer_of.argtypes = (ctypes.py_object, ctypes.c_void_p, ctypes.c_int)
_get_buffer_of.restype = ctypes.c_int


def _get_buffer(exporter: Any, view: int, flags: int) -> int:
    try:
        return int(_get_buffer_of(exporter.__buffer__(flags), view, flags))
    except BaseException as raised:
        # ctypes passes no exception on. Python makes a SystemError of a failure without one. Only
        # rare failures get here: another thread closes the object just now, or Ctrl-C.
        if isinstance(raised, KeyboardInterrupt):
            _thread.interrupt_main()
        return -1


def _release_buffer(exporter: Any, view: Any) -> None:
    """Does nothing. But without a bf_releasebuffer, NumPy releases a view at once, and holds the
    object instead."""


_slots = (
    ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_int)(_get_buffer),
    ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(_release_buffer))
# Classes call them for as long as the process lives, also while the interpreter exits.
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_slots))

_works = True


def exporter(kind: C) -> C:
    """Decorates a class that has the method `__buffer__(flags) -> memoryview`.

    `__buffer__` must not fail, except in an object for which `withdraw` has been called.
    """
    # Python updates the slots when the attribute is set, so this comes first.
    kind.__release_buffer__ = _release_buffer
    procs = _procs(kind) if _works else None
    if procs is not None:
        procs[:] = [ctypes.cast(slot, ctypes.c_void_p).value for slot in _slots]
    return kind


def withdraw(exporter: Any) -> None:
    """Ends the buffer protocol of one object, whose `__buffer__` must fail from now on.

    The object's class becomes a subclass without the callbacks. So `memoryview(exporter)` raises
    what `__buffer__` raises, or TypeError before Python 3.12. Do not call this in a finalizer.
    """
    kind: Any = type(exporter)
    closed: Any = kind.__dict__.get("_withdrawn")
    if closed is None:
        closed = type(f"closed {kind.__name__}", (kind,), {
            "__slots__": (), "__module__": kind.__module__, "__doc__": kind.__doc__})
        procs = _procs(closed) if sys.version_info < (3, 12) else None
        if procs is not None:
            procs[:] = [None, None]
        # The subclass is its own, so that withdrawing again changes nothing.
        closed._withdrawn = closed
        kind._withdrawn = closed
    exporter.__class__ = closed


def _test() -> bool:
    """Whether a class gets the protocol, and an object loses it."""

    @exporter
    class Probe:
        def __buffer__(self, flags: int) -> memoryview:
            if type(self) is not Probe:
                raise TypeError("withdrawn")
            return inner

    inner = memoryview(bytearray(b"probe"))
    probe: Any = Probe()
    try:
        view = memoryview(probe)
    except TypeError:
        return False
    view[0] = 80
    works = bytes(inner) == b"Probe" and view.format == "B" and view.obj is inner
    view.release()
    withdraw(probe)
    try:
        memoryview(probe)
    except TypeError:
        return works
    return False


_works = _test()
