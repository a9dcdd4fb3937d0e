"""Linkers: what modules can import."""

from __future__ import annotations

import ctypes
import dataclasses
import os
from typing import Any, Callable, Dict, List, Mapping, NoReturn, Optional, Tuple, TypeVar, Union

from ._engine import Engine, default
from . import _api as api
from ._errors import ErrorCell, LinkError, attempt
from ._failures import _thread, ended, fail, limited, link_error, watch
from ._function import Function
from ._group import Group, Using
from ._guard import need_room
from ._handles import Handle, HandleCell
from ._host.definitions import (
    HostFunction, define_as, is_c_function, is_library_function, register, register_c)
from ._instance import Instance, starting
from ._library import lib, quick
from ._memory import Memory
from ._module import Module, _path
from ._names import nearest
from ._objects import Global, Table, Tag
from ._types import MemoryType

F = TypeVar("F", bound=Callable[..., Any])

_DEFINE: Dict[Any, Any] = {
    Function: lib.pulley_linker_define_function,
    Memory: lib.pulley_linker_define_memory,
    Table: lib.pulley_linker_define_table,
    Global: lib.pulley_linker_define_global,
    Tag: lib.pulley_linker_define_tag,
}


class Linker(Handle):
    """Names that modules can import, and their definitions. One thread at a time may use it.

    >>> import ctypes, pulley
    >>> linker = pulley.Linker()
    >>> @linker.function("env", "twice")
    ... def twice(x: int) -> int:
    ...     return 2 * x
    >>> linker["env"]["abs"] = ctypes.CDLL(None).abs
    >>> linker["base"] = linker.instantiate(pulley.load('''(module
    ...   (import "env" "abs" (func $abs (param i32) (result i32)))
    ...   (export "abs" (func $abs)))'''))
    >>> guest = linker.instantiate(pulley.load('''(module
    ...   (import "env" "twice" (func $twice (param i32) (result i32)))
    ...   (import "base" "abs" (func $abs (param i32) (result i32)))
    ...   (func (export "run") (param i32) (result i32)
    ...     (call $twice (call $abs (local.get 0)))))'''))
    >>> guest.run(-21)
    42

    Defining a name again replaces its definition. Existing instances keep theirs.
    """

    _delete = lib.pulley_linker_delete

    def __init__(self, engine: Optional[Engine] = None) -> None:
        self.engine = default() if engine is None else engine
        self._number = lib.pulley_linker_new(self.engine._handle) or 0
        if not self._number:
            raise MemoryError("no memory for a linker")
        self._kept: List[Any] = []
        """What the library may call. It only grows, because instances keep older definitions."""
        self._calls_python = False
        """Whether any of it is a function of Python."""
        self._groups: Dict[Tuple[str, Optional[str]], Group] = {}
        """The groups of what is defined; None stands for all names of a module."""
        self._untyped: Dict[Tuple[str, str], HostFunction] = {}
        """Python functions whose types the importing module tells."""
        self._system: Any = None
        """The Wasi object that was last defined."""
        self._use = Group("another thread is using this linker")

    def _release(self, number: int) -> None:
        self._use.delete(lib.pulley_linker_delete, number)

    def __getitem__(self, module: str) -> "Namespace":
        """The definitions for imports from `module`: `linker["env"]["name"] = definition`."""
        return Namespace(self, module)

    def __setitem__(self, module: str, definitions: Union[Instance, Mapping[str, Any]]) -> None:
        """Defines all exports of an instance, or each item of a mapping."""
        if isinstance(definitions, Instance):
            self.define_instance(module, definitions)
            return
        if not isinstance(definitions, Mapping):
            raise TypeError(
                f"the definitions of {module!r} must be a mapping of names or a pulley.Instance, "
                f"not {type(definitions).__name__}")
        for name, definition in definitions.items():
            self.define(module, name, definition)

    def define(self, module: str, name: str, definition: Any, *,
               signature: Optional[str] = None) -> None:
        """Lets modules import `definition` as `module`.`name`.

        It is a Python function, a function of ctypes, or a Function, Memory, Table, Global or Tag.
        `signature` gives the types of a function in the words of `pulley_register`, such as
        "i32(cstr, f64)"; without it, a Python function's annotations or the importing module do
        (see `function`), and `argtypes` and `restype` of a function of ctypes.

        Guests call a function of ctypes without running Python. `c_char_p` is a string, `c_void_p`
        an address in the guest's memory, `POINTER(T)` the address of one T there, a pointer to a
        Structure without members a handle. Without `argtypes`, it gets the numbers that the guest
        passes: set them for every function that takes pointers. An `errcheck` is not called.
        """
        where, encoded = _name(module), _name(name)
        with Using(self._use):
            self._define((module, name), where, encoded, definition, signature)

    def _define(self, key: Tuple[str, str], where: bytes, encoded: bytes, definition: Any,
                signature: Optional[str]) -> None:
        for kind, define in _DEFINE.items():
            if isinstance(definition, kind):
                if signature is not None:
                    raise TypeError("only host functions have a signature")
                attempt(define, self._handle, where, encoded, definition._handle)
                if isinstance(definition, Memory) and definition.shared:
                    # It links no instances: each may run on its own thread.
                    self._groups.pop(key, None)
                else:
                    self._groups[key] = definition._group
                self._untyped.pop(key, None)
                return
        if isinstance(definition, Instance):
            raise TypeError(f"define an instance as a whole: linker[{key[0]!r}] = instance")
        if callable(definition):
            define_host = register_c if is_c_function(definition) else register
            self._calls_python = self._calls_python or not is_library_function(definition)
            made = define_host(self._handle, where, encoded, definition, signature)
            if isinstance(made, HostFunction):
                self._untyped[key] = made
                self._groups.pop(key, None)
                return
            self._kept.append(made)
        else:
            raise TypeError(
                f"{'.'.join(key)} cannot be defined as a {type(definition).__name__}: it must be a "
                "function, or a pulley.Function, Memory, Table, Global or Tag")
        self._groups.pop(key, None)
        self._untyped.pop(key, None)

    def define_instance(self, module: str, instance: Instance) -> None:
        """Lets modules import each export of `instance` from `module`."""
        where = _name(module)
        if not isinstance(instance, Instance):
            raise TypeError(f"instance must be a pulley.Instance, not {type(instance).__name__}")
        with Using(self._use):
            attempt(lib.pulley_linker_define_instance, self._handle, where, instance._handle)
            self._groups[module, None] = instance._group

    def function(self, module: str = "env", name: Optional[str] = None, *,
                 signature: Optional[str] = None) -> Callable[[F], F]:
        """A decorator that defines a Python function, by default under its own name.

        Annotations tell the types. The importing module tells those that are missing.

        - `int` is an i32, `float` an f64, `bool` an i32 that is not 0; `pulley.i8` … `pulley.u64`,
          `pulley.f32` and `pulley.f64` are numbers of their size. Results out of range raise
          OverflowError, others than numbers TypeError, out of the guest's call.
        - `str` is a string in UTF-8 that ends with NUL. As a result, it is copied to memory from
          the guest's exported `malloc`, which the guest frees. With `Optional`, None is address 0.
        - `bytes` and `memoryview` are two parameters of the guest, an address and a length. Bytes
          are a copy. A memoryview is the guest's memory, and is released after the call; views that
          the function has made of it stay valid.
        - `pulley.Ptr`, or `pulley.Ptr[pulley.u16]`, is an address.
        - A dataclass, or a Structure of ctypes, is a structure by value, as clang passes it.
          Members of 64 bits have 64 bits in the guest too, also where C has a `long`.
        - `Callable[[int, float], int]` is a function of the guest, which can be called until the
          Python function returns. If it traps, it gives zero, and the trap ends the guest's call
          when the Python function has returned.
        - `pulley.Function` is a funcref, `object` an externref, `pulley.v128` 16 bytes.
        - `Tuple[int, float]` as a result is several results.
        - `pulley.Instance`, for the first parameter, is the instance that calls. The guest does not
          give it.

        `signature`, such as "i32(cstr, f64)", replaces the annotations: see `define`.

        An exception ends the guest's call and comes out of it as itself.
        """
        if callable(module):
            raise TypeError("write @linker.function(): the decorator has arguments")

        def define(function: F) -> F:
            own = getattr(function, "__name__", None) if name is None else name
            if own is None:
                raise TypeError("a function without a name needs one: @linker.function(module, name)")
            self.define(module, own, function, signature=signature)
            return function

        return define

    def declare(self, declarations: str) -> None:
        """Reads declarations in C, or what a C preprocessor makes of a header, for `bind`."""
        encoded = _text(declarations, "declarations")
        with Using(self._use):
            attempt(lib.pulley_declare, self._handle, encoded)

    def declare_file(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Reads declarations from a file, which errors name."""
        encoded = _path(path)
        with Using(self._use):
            attempt(lib.pulley_declare_file, self._handle, encoded)

    def bind(self, library: Union[str, "os.PathLike[str]", None], *, module: str = "env",
             header: Union[str, "os.PathLike[str]", None] = None,
             declarations: Optional[str] = None) -> None:
        """Lets modules import the functions of a shared library that are declared in C.

        `header` is a file of declarations, `declarations` their text. The library is a file or a
        name that the system searches for; None is the program itself. What is not both declared and
        imported is not reached.

        >>> import pulley
        >>> linker = pulley.Linker()
        >>> linker.bind("libm.so.6", declarations="double hypot(double, double);")
        >>> guest = linker.instantiate(pulley.load('''(module
        ...   (import "env" "hypot" (func $hypot (param f64 f64) (result f64)))
        ...   (func (export "distance") (param f64 f64) (result f64)
        ...     (call $hypot (local.get 0) (local.get 1))))'''))
        >>> guest.distance(3, 4)
        5.0
        """
        if header is not None:
            self.declare_file(header)
        if declarations is not None:
            self.declare(declarations)
        path = None if library is None else _path(library)
        where = _name(module)
        with Using(self._use):
            attempt(lib.pulley_bind_library, self._handle, where, path)

    def instantiate(self, module: Module, *, timeout: Optional[float] = None) -> Instance:
        """Makes an instance of a module and calls its start function.

        Raises LinkError, whose `missing` lists the imports that are not defined or do not fit.
        `timeout` limits the start function, in seconds.
        """
        if not isinstance(module, Module):
            raise TypeError(f"module must be a pulley.Module, not {type(module).__name__}")
        handle, module_handle = self._handle, module._handle
        group = Group()
        group.engine = self.engine
        group.kept.append(self._kept)
        system = self._system
        if system is not None:
            system._join(group)
        # The streams of a WASI system may be functions of Python.
        group.calls_python = self._calls_python or system is not None
        watch(group)
        thread = _thread()
        # The group is this thread's until the instance is returned, also where others are merged into
        # it or it into others.
        with Using(self._use, group):
            stack = starting.setdefault(thread, [])
            stack.append((group, module))
            try:
                self._connect(module, group)
                made = self._instantiate(handle, module, module_handle, group, timeout)
                if system is not None:
                    system._adopt(made)
                return made
            finally:
                stack.pop()
                if not stack:
                    starting.pop(thread, None)

    def _connect(self, module: Module, group: Group) -> None:
        """Links the group to those of what the module imports."""
        for item in module.imports:
            key = (item.module, item.name)
            untyped = self._untyped.get(key)
            if untyped is not None:
                define_as(self._handle, untyped, item, self._kept)
            if isinstance(item.type, MemoryType) and item.type.shared:
                # Instances that share only shared memories may run on different threads.
                continue
            other = self._groups.get(key) or self._groups.get((item.module, None))
            if other is not None and other.root is not group.root:
                group.merge(other)

    def _instantiate(self, handle: int, module: Module, module_handle: int, group: Group,
                     timeout: Optional[float]) -> Instance:
        number = HandleCell(lib.pulley_instance_delete)
        error = ErrorCell()
        arguments = (handle, module_handle, ctypes.byref(number), ctypes.byref(error))
        if group.root.calls_python:
            need_room()
        group.root.linkers.append(handle)
        try:
            if timeout is None:
                if lib.pulley_instantiate(*arguments):
                    self._refuse(error, group)
            else:
                with limited(timeout, group):
                    if lib.pulley_instantiate(*arguments):
                        self._refuse(error, group)
        except BaseException as raised:
            ended(_thread(), error, raised)
            raise
        finally:
            # A host function of the start function may have merged the group into another.
            group.root.linkers.remove(handle)
        made = Instance._adopt(number.value or 0, module, group.root)
        number.value = None
        return made

    def _refuse(self, error: ctypes.c_void_p, group: Group) -> NoReturn:
        """Raises the exception of an instantiation that has failed."""
        if quick.pulley_error_status(error.value or 0) != api.PULLEY_ERROR_LINK:
            fail(error, group)
        found = link_error(error)
        if isinstance(found, LinkError):
            # The library does not know Python functions whose types an import tells.
            for index, item in enumerate(found.missing):
                names = [name for module, name in self._untyped if module == item.module]
                near = nearest(item.name, names)
                if near is not None and near not in item.reason:
                    hint = f"; did you mean {near!r}?"
                    found.missing[index] = dataclasses.replace(item, reason=item.reason + hint)
                    if not index:
                        found.args = (f"{found}{hint}",)
        raise found

    def __repr__(self) -> str:
        return "<pulley.Linker, closed>" if self.closed else "<pulley.Linker>"


class Namespace:
    """The definitions of a linker for imports from one module."""

    def __init__(self, linker: Linker, module: str) -> None:
        self._linker = linker
        self._module = module

    def __setitem__(self, name: str, definition: Any) -> None:
        self._linker.define(self._module, name, definition)

    def function(self, name: Optional[str] = None, *,
                 signature: Optional[str] = None) -> Callable[[F], F]:
        """A decorator that defines a Python function, by default under its own name."""
        return self._linker.function(self._module, name, signature=signature)


def _name(name: str) -> bytes:
    return _text(name, "a name")


def _text(text: str, what: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a str, not {type(text).__name__}")
    if "\0" in text:
        raise ValueError(f"{what} cannot contain NUL")
    return text.encode("utf-8", "surrogateescape")


