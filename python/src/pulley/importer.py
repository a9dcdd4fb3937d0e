"""Imports WebAssembly modules like Python's own.

    import pulley.importer
    import my_module                  # finds my_module.wasm or my_module.wat on sys.path

    my_module.add(2, 3)

The module object has the exports as attributes, and the instance as `__instance__`. Modules of
Python come first: a file my_module.py hides my_module.wasm.

A module that imports `name` from `other` gets the attribute `name` of the module that Python's
`import other` gives: a function, an export of another WebAssembly module, or a number for a global.
A name that begins with a dot is relative to the package. So importing a module, like importing one
of Python, trusts it: it may call any function of any module. Modules that are not trusted belong in
a Linker, which has only what is defined in it.

A module for WASI gets a system without arguments, environment, directories and input. It writes to
`sys.stdout` and `sys.stderr`. Set `system` to give it more. Importing a module runs its start
function and `_initialize`, but not the `_start` of a program.

As for every instance, one thread at a time may use a module.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types
from typing import Any, Callable, List, Optional, Sequence
import weakref

from ._engine import Engine, default
from ._errors import Error
from ._function import Function
from ._instance import Instance
from ._linker import Linker
from ._memory import Memory
from ._module import Import, Module
from ._objects import Global, Table, Tag
from ._streams import to_standard
from ._types import GlobalType
from .wasi import Wasi

__all__ = ["install", "system", "uninstall"]

_ENDINGS = (".wasm", ".wat")
_WASI = "wasi_snapshot_preview1"
_RESERVED = frozenset((
    "__all__", "__builtins__", "__cached__", "__class__", "__dict__", "__doc__", "__file__",
    "__instance__", "__loader__", "__name__", "__package__", "__path__", "__spec__"))
"""Attributes of a module that exports do not replace: `__instance__["__doc__"]` finds them."""


def _default_system(name: str) -> Wasi:
    return Wasi([name], stdout=to_standard("stdout"), stderr=to_standard("stderr"))


system: Callable[[str], Wasi] = _default_system
"""Gives each module for WASI its system, by the module's name. Programs may set another one."""

engine: Optional[Engine] = None
"""The engine of the modules; None is the default one."""


_exported: "weakref.WeakKeyDictionary[types.ModuleType, List[str]]" = weakref.WeakKeyDictionary()
"""The names that each module has from its exports."""


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Optional[Sequence[str]],
                  target: Optional[types.ModuleType] = None
                  ) -> Optional[importlib.machinery.ModuleSpec]:
        name = fullname.rpartition(".")[2]
        # The name may come from a module, which must not reach other folders.
        if os.sep in name or "\0" in name:
            return None
        for folder in sys.path if path is None else path:
            if not isinstance(folder, (str, os.PathLike)):
                continue
            for ending in _ENDINGS:
                # An empty entry of sys.path is the current folder.
                file = os.path.abspath(os.path.join(folder, name + ending))
                if os.path.isfile(file):
                    return importlib.util.spec_from_file_location(
                        fullname, file, loader=_Loader(fullname, file))
        return None


class _Loader(importlib.abc.FileLoader):
    """Instantiates the module of a file."""

    def is_package(self, fullname: str) -> bool:
        return False

    def get_source(self, fullname: str) -> Optional[str]:
        """The text of a module in the text format."""
        if not str(self.path).endswith(".wat"):
            return None
        return self.get_data(self.path).decode("utf-8", "replace")

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Optional[types.ModuleType]:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None
        instance = _instantiate(spec.name, str(self.path), module.__package__)
        fields = module.__dict__
        # If the module is loaded again, what it exported before must not stay.
        for name in _exported.get(module, ()):
            fields.pop(name, None)
        names = [item.name for item in instance.module.exports
                 if item.name not in _RESERVED and "\0" not in item.name]
        for name in names:
            fields[name] = instance[name]
        _exported[module] = names
        fields["__instance__"] = instance
        fields["__all__"] = [name for name in names if not name.startswith("_")]
        fields["__doc__"] = _description(instance.module)


def _description(module: Module) -> str:
    lines = [f"The WebAssembly module {module.name}".rstrip() + "."]
    if len(module.exports):
        lines += ["", "Exports:", ""]
    for item in module.exports:
        colon = "" if item.kind == "function" else ": "
        lines.append(f"    {item.name}{colon}{item.kind if item.type is None else item.type}")
    return "\n".join(lines)


def _instantiate(name: str, path: str, package: Optional[str]) -> Instance:
    try:
        with open(path, "rb") as file:
            module = Module(file.read(), default() if engine is None else engine)
        linker = Linker(module.engine)
        if any(item.module == _WASI for item in module.imports):
            system(name).define(linker)
        for item in module.imports:
            if item.module != _WASI:
                _define(linker, item, name, path, package)
        instance = linker.instantiate(module)
        instance.initialize()
    except (Error, OSError) as error:
        raise ImportError(f"cannot import {path}: {error}", name=name, path=path) from error
    return instance


def _define(linker: Linker, item: Import, name: str, path: str, package: Optional[str]) -> None:
    """Defines an import of a module by the attribute of a module of Python."""
    where = f"{path} imports {item.name!r} from {item.module!r}"
    try:
        origin = importlib.import_module(item.module, package)
    except (ImportError, TypeError, ValueError) as error:
        raise ImportError(f"{where}, which cannot be imported: {error}", name=name,
                          path=path) from error
    instance = origin.__dict__.get("__instance__")
    try:
        if isinstance(instance, Instance) and item.name in instance:
            found = instance[item.name]
        else:
            found = getattr(origin, item.name)
    except AttributeError as error:
        raise ImportError(f"{where}, which has no such attribute", name=name,
                          path=path) from error
    if isinstance(item.type, GlobalType) and not isinstance(found, Global):
        found = _global(found, item.type, linker, where)
    try:
        linker.define(item.module, item.name, found)
    except TypeError as error:
        raise ImportError(f"{where}: {error}", name=name, path=path) from error


def _global(value: Any, type: GlobalType, linker: Linker, where: str) -> Any:
    if isinstance(value, (Function, Memory, Table, Tag)) or callable(value):
        return value
    try:
        return Global(type.value, value, mutable=type.mutable, engine=linker.engine)
    except (TypeError, ValueError, OverflowError) as error:
        raise ImportError(f"{where}: {error}") from error


_finder = _Finder()


def install() -> None:
    """Lets Python's imports find WebAssembly modules, after all others. Importing this module does
    so; calling it again does nothing."""
    if _finder not in sys.meta_path:
        sys.meta_path.append(_finder)


def uninstall() -> None:
    """Undoes `install`. Modules that are imported already stay."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)


install()
