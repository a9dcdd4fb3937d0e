"""Instances and their exports."""

from __future__ import annotations

import ctypes
import weakref
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Tuple

from ._engine import RESOURCES
from ._errors import ErrorCell, attempt
from ._failures import _thread, fail
from ._function import Function, function
from ._group import Group, Using
from ._handles import Handle, HandleCell
from ._library import lib, quick
from ._memory import Memory
from ._module import Module
from ._names import unknown
from ._objects import Global, Table, Tag
from ._values import as_size

if TYPE_CHECKING:
    from ._linker import Linker

_instances: "weakref.WeakValueDictionary[int, Instance]" = weakref.WeakValueDictionary()
"""The instances by the numbers that the library keeps for them."""

_groups: "weakref.WeakValueDictionary[int, Group]" = weakref.WeakValueDictionary()
"""Their groups."""

starting: Dict[int, List[Tuple[Group, Module]]] = {}
"""What each thread is instantiating, innermost last."""


class Anchor:
    """Owns the handle of an instance. The instance's functions have it too, so that a call of a
    function can be interrupted when the instance is closed."""

    __slots__ = ("number", "group")

    def __init__(self, number: int, group: Group) -> None:
        self.number = number
        self.group = group
        group.instances[number] = None

    def __del__(self) -> None:
        # At the end of the interpreter, what this needs may be gone.
        try:
            self.group.root.instances.pop(self.number, None)
            self.group.delete(lib.pulley_instance_delete, self.number)
        except Exception:
            pass


class Instance(Handle):
    """An instantiated module, with its own memories, tables and globals.

    Exports are attributes, `instance.add(2, 3)`, and items, `instance["name with spaces"]`, which
    also finds exports that have the name of a method.

    `Instance(module, imports={"env": {"log": print}})` defines the imports and instantiates in one
    step: each is a Python function, a function of ctypes, or a Function, Memory, Table, Global or Tag.
    `linker` has definitions besides. `timeout` limits the start function, in seconds.

    >>> import pulley
    >>> guest = pulley.Instance(pulley.load('''(module
    ...   (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    ...   (func (export "swap it") (param i32 f64) (result f64 i32)
    ...     (local.get 1) (local.get 0)))'''))
    >>> guest
    <pulley.Instance: add(i32, i32) -> i32, swap it(i32, f64) -> (f64, i32)>
    >>> guest.add(2, 3)
    5
    >>> guest["swap it"](1, 2)
    (2.0, 1)
    """

    _delete = lib.pulley_instance_delete
    _group: Group

    def __new__(cls, module: Module, imports: Optional[Mapping[str, Mapping[str, Any]]] = None, *,
                linker: "Optional[Linker]" = None, timeout: Optional[float] = None) -> "Instance":
        from ._linker import Linker

        if not isinstance(module, Module):
            raise TypeError(f"module must be a pulley.Module, not {type(module).__name__}")
        own = linker if linker is not None else Linker(module.engine)
        for name, definitions in (imports or {}).items():
            own[name] = definitions
        return own.instantiate(module, timeout=timeout)

    @classmethod
    def _adopt(cls, number: int, module: Optional[Module], group: Group) -> "Instance":
        made = object.__new__(cls)
        fields = made.__dict__
        fields["_number"] = number
        fields["_group"] = group
        fields["_module"] = module
        fields["_found"] = {}
        fields["_anchor"] = Anchor(number, group)
        # All handles of an instance have the number of its first one.
        first = quick.pulley_instance_data(number)
        if not first:
            first = number
            quick.pulley_instance_set_data(number, first)
        fields["_identity"] = first
        _instances[first] = made
        _groups[first] = group
        return made

    def _release(self, number: int) -> None:
        fields = self.__dict__
        found, fields["_found"] = fields.get("_found", {}), {}
        for name in found:
            fields.pop(name, None)
        fields["_anchor"] = None

    @property
    def module(self) -> Module:
        """The module of which this is an instance."""
        found = self.__dict__["_module"]
        if found is None or found.closed:
            number = HandleCell(lib.pulley_module_delete)
            attempt(lib.pulley_instance_module, self._handle, ctypes.byref(number))
            found = Module.__new__(Module)
            found._own(number, self._group.root.engine)
            number.value = None
            self.__dict__["_module"] = found
        return found  # type: ignore[no-any-return]

    @property
    def exports(self) -> "InstanceExports":
        """The exports by name, in the module's order."""
        return InstanceExports(self)

    @property
    def memory(self) -> Memory:
        """The instance's first memory, whether it is exported or not."""
        found = self.__dict__["_found"].get(None)
        if found is None or found.closed:
            number = HandleCell(lib.pulley_memory_delete)
            with Using(self._group):
                attempt(lib.pulley_instance_memory, self._handle, None, ctypes.byref(number))
            found = Memory._adopt(number.value or 0, self._group.root)
            number.value = None
            self.__dict__["_found"][None] = found
        return found  # type: ignore[no-any-return]

    def __getitem__(self, name: str) -> Any:
        if not isinstance(name, str):
            raise TypeError(f"the name of an export is a str, not {type(name).__name__}")
        found = self.__dict__["_found"].get(name)
        if found is None or found.closed:
            found = self._export(name)
            self.__dict__["_found"][name] = found
        return found

    def _export(self, name: str) -> Any:
        handle = self._handle
        exports = self.module.exports
        if name not in exports:
            raise unknown(name, [item.name for item in exports], "export")
        kind = exports[name].kind
        encoded = name.encode("utf-8", "surrogateescape")
        if b"\0" in encoded:
            raise ValueError(f"the export {name!r} has a NUL in its name and cannot be looked up")
        class_ = _CLASSES[kind]
        number = HandleCell(class_._delete)
        with Using(self._group):
            attempt(_LOOKUPS[kind], handle, encoded, ctypes.byref(number))
        owned, group = number.value or 0, self._group.root
        if kind == "function":
            found = function(owned, name, group, self.__dict__["_anchor"])
        else:
            found = class_._adopt(owned, group)
        number.value = None
        return found

    def __getattr__(self, name: str) -> Any:
        # A name that Python asks every object for must not fail with the exception of a closed one.
        if name.startswith("__") or "_found" not in self.__dict__:
            raise AttributeError(name)
        if name not in self.module.exports:
            names = [item.name for item in self.module.exports]
            raise AttributeError(str(unknown(name, names, "export"))) from None
        found = self[name]
        self.__dict__[name] = found
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__ or hasattr(type(self), name):
            object.__setattr__(self, name, value)
            return
        exports = self.module.exports
        if name in exports and exports[name].kind == "global":
            raise AttributeError(f"set a global by its value: instance.{name}.value = …")
        raise AttributeError(f"an instance has no attribute {name!r} to set")

    def __contains__(self, name: object) -> bool:
        return name in self.module.exports

    def __dir__(self) -> List[str]:
        names = [] if self.closed else [item.name for item in self.module.exports]
        return sorted({*object.__dir__(self), *(name for name in names if name.isidentifier())})

    def call(self, name: str, *arguments: Any, timeout: Optional[float] = None) -> Any:
        """Calls an export by its name.

        >>> import pulley
        >>> guest = pulley.Instance(
        ...     pulley.load('(module (func (export "close") (result i32) (i32.const 7)))'))
        >>> guest.call("close")
        7
        """
        found = self[name]
        if not isinstance(found, Function):
            raise TypeError(f"the export {name!r} is not a function")
        return found(*arguments, timeout=timeout)

    def initialize(self) -> None:
        """Calls `_initialize`, by which libraries for WASI set themselves up, if there is one and if
        this has not called it before."""
        group = self._group.root
        error = ErrorCell()
        with Using(group):
            if lib.pulley_instance_initialize(self._handle, ctypes.byref(error)):
                fail(error, group)

    def allocate(self, size: int) -> int:
        """Calls the guest's own allocator, its export `malloc` or `cabi_realloc`, for `size` bytes, and
        returns their address. The caller frees them with `free`."""
        group = self._group.root
        error = ErrorCell()
        address = ctypes.c_uint64()
        count = as_size(size, "size")
        with Using(group):
            if lib.pulley_instance_allocate(
                    self._handle, count, ctypes.byref(address), ctypes.byref(error)):
                fail(error, group)
        return address.value

    def free(self, address: int) -> None:
        """Returns memory to the guest's allocator."""
        number = as_size(address, "address")
        group = self._group.root
        error = ErrorCell()
        with Using(group):
            if lib.pulley_instance_free(self._handle, number, ctypes.byref(error)):
                fail(error, group)

    def release_objects(self) -> int:
        """Releases the objects that the guests no longer refer to, and returns their number.

        The library has no garbage collector. A guest keeps every object that it was given as an
        externref until this finds that no table and no global has it. It fails while a guest runs.
        """
        group = self._group.root
        count = ctypes.c_size_t()
        with Using(group):
            attempt(lib.pulley_instance_release_objects, self._handle, ctypes.byref(count))
        return count.value

    def interrupt(self) -> None:
        """Ends the calls on this instance with `Interrupted`. Any thread may call this."""
        quick.pulley_interrupt(self._handle)

    def clear_interrupt(self) -> None:
        """Clears an interruption that has not ended a call yet. Those of signals and time limits
        stay."""
        self._group.clear_interrupt(self._handle)

    def usage(self, resource: str) -> int:
        """How many bytes of a resource this and all instances linked to it use."""
        if resource not in RESOURCES:
            raise ValueError(f"{resource!r} is not a resource: {', '.join(RESOURCES)}")
        with Using(self._group):
            return int(quick.pulley_instance_usage(self._handle, RESOURCES[resource]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instance):
            return NotImplemented
        if self is other:
            return True
        return bool(quick.pulley_instance_same(self._handle, other._handle))

    def __hash__(self) -> int:
        return hash(self.__dict__["_identity"])

    def __repr__(self) -> str:
        if self.closed:
            return "<pulley.Instance, closed>"
        module = self.module
        name = f" of {module.name!r}" if module.name else ""
        exports = ", ".join(
            f"{item.name}{item.type}" if item.kind == "function" else str(item)
            for item in module.exports[:8])
        more = ", …" if len(module.exports) > 8 else ""
        return f"<pulley.Instance{name}: {exports}{more}>"


_LOOKUPS: Dict[str, Any] = {
    "function": lib.pulley_instance_function,
    "memory": lib.pulley_instance_memory,
    "table": lib.pulley_instance_table,
    "global": lib.pulley_instance_global,
    "tag": lib.pulley_instance_tag,
}

_CLASSES: Dict[str, Any] = {
    "function": Function, "memory": Memory, "table": Table, "global": Global, "tag": Tag}


class InstanceExports(Mapping[str, Any]):
    """The exports of an instance by name."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def __getitem__(self, name: str) -> Any:
        return self._instance[name]

    def __iter__(self) -> Iterator[str]:
        return iter([item.name for item in self._instance.module.exports])

    def __len__(self) -> int:
        return len(self._instance.module.exports)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._instance.module.exports

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default

    def __repr__(self) -> str:
        return repr(self._instance.module.exports)


def borrowed(handle: int) -> Instance:
    """The instance of the handle that a host function gets."""
    identity = quick.pulley_instance_data(handle) or 0
    found = _instances.get(identity)
    if found is not None and not found.closed:
        return found
    module = None
    group = _groups.get(identity)
    if group is None:
        group, module = starting[_thread()][-1]
    number = quick.pulley_instance_retain(handle)
    if not number:
        raise MemoryError("no memory for a handle")
    return Instance._adopt(number, module, group.root)

