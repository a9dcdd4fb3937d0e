"""Calling functions of the guest."""

from __future__ import annotations

import ctypes
import inspect
import struct
from typing import Any, Callable, Dict, List, NamedTuple, NoReturn, Optional, Sequence, Tuple, Type

from . import _api as api
from . import _signals as signals
from ._errors import ErrorCell
from ._failures import _thread, ended, fail, limited
from ._group import Group, Using
from ._guard import need_room
from ._handles import Handle
from ._library import lib, quick
from ._references import GroupReferences
from ._types import NAMES, FunctionType, function_type
from ._values import CODECS, SIZE, pack, unpack


class Function(Handle):
    """A function of an instance: call it with Python's values.

    i32 and i64 take integers in their range, signed or unsigned, and give signed ones; f32 and f64
    floats; v128 gives bytes and takes 16 bytes or an int; funcref takes and gives a `Function` or
    None; externref any object; anyref and exnref only None. Several results are a tuple; none is None.

    `timeout=` ends a call after so many seconds with `Timeout`.

    >>> import pulley
    >>> add = pulley.Instance(pulley.load('''(module
    ...   (func (export "add") (param i32 i32) (result i32)
    ...     (i32.add (local.get 0) (local.get 1))))''')).add
    >>> add
    <pulley.Function add(i32, i32) -> i32>
    >>> add(2**31 - 1, 1)
    -2147483648
    >>> add(2**32, 1)
    Traceback (most recent call last):
        ...
    OverflowError: argument 1 of add (i32) is 4294967296, which does not fit 32 bits
    """

    _delete = lib.pulley_function_delete
    _name: str
    _group: Group
    _type: FunctionType
    _anchor: Any

    @property
    def name(self) -> str:
        """The name of the export; empty for a function of a table or a reference."""
        return self._name

    @property
    def type(self) -> FunctionType:
        return self._type

    def __call__(self, *arguments: Any, timeout: Optional[float] = None) -> Any:
        raise NotImplementedError

    def _release(self, number: int) -> None:
        self._group.delete(lib.pulley_function_delete, number)
        self._anchor = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Function):
            return NotImplemented
        return bool(quick.pulley_function_same(self._handle, other._handle))

    # Equal functions may have several handles, and no number that they share.
    def __hash__(self) -> int:
        return hash(self._type)

    def __repr__(self) -> str:
        name = self._name or "(unnamed)"
        return f"<pulley.Function {name}{self._type}{', closed' if self.closed else ''}>"


class Shape(NamedTuple):
    """The types of a function by the library's numbers."""

    parameters: Tuple[int, ...]
    results: Tuple[int, ...]


_classes: Dict[Shape, Type[Function]] = {}
_MAXIMUM_NAMED = 64
"""Functions of more parameters take them by `*arguments` only, like those of other types."""


def function(number: int, name: str, group: Group, anchor: Any = None) -> Function:
    """A Function that owns the handle. `anchor` lives as long as it."""
    found = quick.pulley_function_type(number)
    shape = Shape(
        tuple(found.parameters[: found.parameter_count]) if found.parameter_count else (),
        tuple(found.results[: found.result_count]) if found.result_count else (),
    )
    kind = _classes.get(shape)
    if kind is None:
        kind = _classes[shape] = _class(shape, function_type(found))
    made = kind.__new__(kind)
    made._number = number
    made._name = name
    made._group = group
    made._anchor = anchor
    return made


def _class(shape: Shape, type: FunctionType) -> Type[Function]:
    """A subclass whose `__call__` is compiled for one type, which is several times as fast as one for
    all types."""
    body: Dict[str, Any] = {
        "_type": type,
        "__doc__": f"A function of the guest: {type}",
        "__module__": __name__,
        "__slots__": (),
    }
    plain = all(kind in CODECS for kind in shape.parameters + shape.results)
    if plain and len(shape.parameters) <= _MAXIMUM_NAMED:
        body["__call__"] = _compiled_call(shape, type)
    else:
        body["__call__"] = _general_call(shape)
    return _make_class("Function", (Function,), body)


_make_class: Callable[..., Type[Function]] = type

Frame = Tuple[bytearray, int, int, ctypes.c_void_p, Any, Any]
"""The memory of a call: a buffer for arguments and results, the addresses of both, the error, a
reference to it, and what keeps the buffer's address valid."""


def frame_maker(shape: Shape) -> Callable[[], Frame]:
    offset = SIZE * len(shape.parameters)
    size = max(offset + SIZE * len(shape.results), 1)

    def make() -> Frame:
        buffer = bytearray(size)
        keeper = (ctypes.c_char * size).from_buffer(buffer)
        address = ctypes.addressof(keeper)
        error = ErrorCell()
        return buffer, address, address + offset, error, ctypes.byref(error), keeper

    return make


_CALL = '''
def __call__(self{defaults}, *more, timeout=None):
    if more or timeout is not None:
        return special(self, timeout{names}, *more)
    # Another thread may take the last one between a question and the pop.
    try:
        frame = frames.pop()
    except no_frame:
        frame = make()
    buffer, arguments, results, error, reference, _ = frame
    try:
        {pack}
    except convert_errors:
        convert(self, buffer{names})
    group = self._group
    if group._parent is not None:
        group = self._group = group.root
    thread = get_thread()
    outermost = group.owner != thread
    if group.calls_python:
        need_room()
    try:
        if outermost:
            if not group.lock.acquire(False):
                group = group.contended()
            group.owner = thread
            if thread == signals.due:
                arm()
        status = call(self._number, arguments, {parameter_count}, results, {result_count}, reference)
        if status:
            failed(self, status, error, group)
    except BaseException as raised:
        ended(thread, error, raised)
        raise
    finally:
        # A handler of a signal may raise an exception after each call, so that nothing is called
        # before the lock is released.
        if outermost:
            if group.owner == thread:
                group.owner = 0
                if group.plain:
                    group.lock.release()
                else:
                    try:
                        group.settle()
                    finally:
                        group.lock.release()
                    group.tidy()
            else:
                group.abandon()
    {unpack}
    frames.append(frame)
    return value
'''


def _compiled_call(shape: Shape, type: FunctionType) -> Callable[..., Any]:
    names = [f"p{index}" for index in range(len(shape.parameters))]
    packer = struct.Struct("".join("i4x" + CODECS[kind].format for kind in shape.parameters))
    unpacker = struct.Struct("".join("8x" + CODECS[kind].format for kind in shape.results))
    make = frame_maker(shape)
    offset = SIZE * len(shape.parameters)
    values = "".join(f", {kind}, {name}" for kind, name in zip(shape.parameters, names))
    text = _CALL.format(
        names="".join(f", {name}" for name in names),
        defaults="".join(f", {name}=missing" for name in names),
        pack=f"pack(buffer, 0{values})" if names else "pass",
        unpack={0: "value = None", 1: f"value, = unpack(buffer, {offset})"}.get(
            len(shape.results), f"value = unpack(buffer, {offset})"),
        parameter_count=len(shape.parameters),
        result_count=len(shape.results),
    )
    scope: Dict[str, Any] = {
        "frames": [],
        "no_frame": IndexError,
        "make": make,
        "pack": packer.pack_into,
        "unpack": unpacker.unpack_from,
        "convert": _converter(shape),
        "convert_errors": (struct.error, OverflowError, TypeError),
        "call": lib.pulley_call,
        "get_thread": _thread,
        "need_room": need_room,
        "signals": signals.state,
        "arm": signals.arm,
        "failed": _failed,
        "ended": ended,
        "special": _special(len(names)),
        "missing": _MISSING,
    }
    exec(compile(text, f"<call of {type}>", "exec"), scope)
    made: Callable[..., Any] = scope["__call__"]
    made.__annotations__ = dict(
        zip(names, (NAMES[kind] for kind in shape.parameters)), timeout="float | None")
    made.__annotations__["return"] = _result_annotation(type)
    made.__signature__ = _signature(names, type)  # type: ignore[attr-defined]
    return made


def _result_annotation(type: FunctionType) -> str:
    if len(type.results) == 1:
        return type.results[0]
    return f"tuple[{', '.join(type.results)}]" if type.results else "None"


def _signature(names: List[str], type: FunctionType) -> inspect.Signature:
    kind = inspect.Parameter
    parameters = [kind("self", kind.POSITIONAL_ONLY)]
    parameters += [
        kind(name, kind.POSITIONAL_ONLY, annotation=annotation)
        for name, annotation in zip(names, type.parameters)
    ]
    parameters.append(kind("timeout", kind.KEYWORD_ONLY, default=None, annotation="float | None"))
    return inspect.Signature(parameters, return_annotation=_result_annotation(type))


def _converter(shape: Shape) -> Callable[..., None]:
    def convert(self: Function, buffer: bytearray, *arguments: Any) -> None:
        """Packs arguments that need a conversion, or raises the exception that says why not."""
        if arguments and arguments[-1] is _MISSING:
            _wrong_count(self, arguments)
        references = GroupReferences(self._group.root)
        for index, (kind, value) in enumerate(zip(shape.parameters, arguments)):
            what = f"argument {index + 1} of {self._name or 'the function'} ({NAMES[kind]})"
            start = SIZE * index
            buffer[start : start + SIZE] = pack(kind, value, what, references)

    return convert


def _general_call(shape: Shape) -> Callable[..., Any]:
    make = frame_maker(shape)
    count, result_count = len(shape.parameters), len(shape.results)
    convert = _converter(shape)

    def __call__(self: Function, *arguments: Any, timeout: Optional[float] = None) -> Any:
        if timeout is not None:
            return _limit(self, timeout, *arguments)
        if len(arguments) != count:
            _wrong_count(self, arguments)
        buffer, address, results, error, reference, _ = make()
        group = self._group.root
        if group.calls_python:
            need_room()
        with Using(group):
            convert(self, buffer, *arguments)
            try:
                status = lib.pulley_call(
                    self._number, address, count, results, result_count, reference)
                if status:
                    _failed(self, status, error, group)
            except BaseException as raised:
                ended(_thread(), error, raised)
                raise
            references = GroupReferences(group)
            values = tuple(
                unpack(buffer, SIZE * (count + index), references) for index in range(result_count))
        if result_count == 1:
            return values[0]
        return values if values else None

    return __call__


def _failed(self: Function, status: int, error: ctypes.c_void_p, group: Group) -> NoReturn:
    if status == api.PULLEY_ERROR_ARGUMENT:
        self._handle
    fail(error, group)


class _Missing:
    """The value of an argument that was not given."""


_MISSING = _Missing()


def _wrong_count(self: Function, arguments: Sequence[Any]) -> NoReturn:
    count = len(self._type.parameters)
    given = sum(argument is not _MISSING for argument in arguments)
    plural = "" if count == 1 else "s"
    name = self._name or "the function"
    raise TypeError(f"{name} takes {count} argument{plural} {self._type}, not {given}")


def _special(count: int) -> Callable[..., Any]:
    def special(self: Function, timeout: Optional[float], *arguments: Any) -> Any:
        """A call with a time limit or with too many arguments."""
        if len(arguments) != count:
            _wrong_count(self, arguments)
        assert timeout is not None
        return _limit(self, timeout, *arguments)

    return special


def _limit(self: Function, timeout: float, *arguments: Any) -> Any:
    group = self._group
    with Using(group), limited(timeout, group):
        return self(*arguments)
