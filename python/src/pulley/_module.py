"""Modules: loading, inspecting, saving."""

from __future__ import annotations

import ctypes
import os
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from . import _api as api
from ._engine import Engine, default
from ._errors import attempt, text
from ._handles import Handle, HandleCell
from ._library import lib, quick
from ._names import unknown
from ._types import (
    NAMES, FunctionType, GlobalType, Limits, MemoryType, TableType, TagType, function_type)

Type = Union[FunctionType, MemoryType, TableType, GlobalType, TagType, None]
Source = Union[str, bytes, bytearray, memoryview, "os.PathLike[str]"]

KINDS: Dict[int, str] = {
    api.PULLEY_EXTERN_FUNCTION: "function",
    api.PULLEY_EXTERN_TABLE: "table",
    api.PULLEY_EXTERN_MEMORY: "memory",
    api.PULLEY_EXTERN_GLOBAL: "global",
    api.PULLEY_EXTERN_TAG: "tag",
    api.PULLEY_EXTERN_ADDRESS: "address",
}

_FORMATS = {
    api.PULLEY_FORMAT_WASM: "wasm",
    api.PULLEY_FORMAT_WAT: "wat",
    api.PULLEY_FORMAT_CLIF: "clif",
    api.PULLEY_FORMAT_ARTIFACT: "artifact",
}


class Import(NamedTuple):
    """An import of a module.

    >>> import pulley
    >>> module = pulley.Module('(module (import "env" "log" (func (param i32))))')
    >>> for item in module.imports:
    ...     print(item.module, item.name, item.kind, item.type)
    env log function (i32) -> ()
    """

    module: str
    name: str
    kind: str
    """"function", "memory", "table", "global", "tag" or, in CLIF, "address"."""
    type: Type

    def __str__(self) -> str:
        return f"{self.module}.{self.name}: {_shown(self.kind, self.type)}"


class Export(NamedTuple):
    """An export of a module."""

    name: str
    kind: str
    type: Type

    def __str__(self) -> str:
        return f"{self.name}: {_shown(self.kind, self.type)}"


def _shown(kind: str, type: Type) -> str:
    return kind if type is None else str(type)


class Imports(Tuple[Import, ...]):
    """The imports of a module in its order."""

    def __repr__(self) -> str:
        return f"[{', '.join(str(item) for item in self)}]"


class Exports:
    """The exports of a module in its order; `exports["name"]` finds one by its name."""

    def __init__(self, items: Sequence[Export]) -> None:
        self._items = tuple(items)
        self._names = {item.name: item for item in self._items}

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            found = self._names.get(key)
            if found is None:
                raise unknown(key, list(self._names), "export")
            return found
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._names if isinstance(key, str) else key in self._items

    def __iter__(self) -> Iterator[Export]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"[{', '.join(str(item) for item in self._items)}]"


class Module(Handle):
    """A validated module, which can be instantiated any number of times. Any thread may use it.

    `source` is WebAssembly, binary or text, or CLIF if the engine accepts it.

    >>> import pulley
    >>> module = pulley.Module('(module $demo (memory (export "memory") 1 2))')
    >>> module
    <pulley.Module 'demo', 0 imports, 1 exports>
    >>> module.exports["memory"].type
    MemoryType(limits=Limits(minimum=1, maximum=2), address_bits=32, page_size=65536, shared=False)
    """

    _delete = lib.pulley_module_delete

    def __init__(self, source: Union[str, bytes, bytearray, memoryview],
                 engine: Optional[Engine] = None) -> None:
        data = source.encode("utf-8") if isinstance(source, str) else _bytes(source)
        engine = default() if engine is None else engine
        number = HandleCell(lib.pulley_module_delete)
        attempt(lib.pulley_compile, engine._handle, data, len(data), ctypes.byref(number))
        self._own(number, engine)
        number.value = None

    @classmethod
    def _open(cls, function: Any, engine: Optional[Engine], *arguments: Any) -> "Module":
        engine = default() if engine is None else engine
        number = HandleCell(lib.pulley_module_delete)
        attempt(function, engine._handle, *arguments, ctypes.byref(number))
        module = cls.__new__(cls)
        module._own(number, engine)
        number.value = None
        return module

    def _own(self, number: ctypes.c_void_p, engine: Engine) -> None:
        self._number = number.value or 0
        self.engine = engine
        self._imports: Optional[Imports] = None
        self._exports: Optional[Exports] = None

    @classmethod
    def from_file(cls, path: Union[str, "os.PathLike[str]"],
                  engine: Optional[Engine] = None) -> "Module":
        """Compiles the contents of a file."""
        return cls._open(lib.pulley_compile_file, engine, _path(path))

    @classmethod
    def from_artifact(cls, artifact: Union[bytes, bytearray, memoryview],
                      engine: Optional[Engine] = None) -> "Module":
        """Makes a module from what `save` gave, without compiling.

        Load only artifacts that you or someone you trust has saved: they are code that runs unchecked.
        """
        data = _bytes(artifact)
        return cls._open(lib.pulley_load, engine, data, len(data))

    @staticmethod
    def validate(source: Union[str, bytes, bytearray, memoryview],
                 engine: Optional[Engine] = None) -> None:
        """Raises the exception that loading the source would raise, without compiling anything.

        >>> import pulley
        >>> pulley.Module.validate(b"\\0asm\\1\\0\\0\\0")
        """
        data = source.encode("utf-8") if isinstance(source, str) else _bytes(source)
        engine = default() if engine is None else engine
        attempt(lib.pulley_validate, engine._handle, data, len(data))

    def save(self, path: Union[str, "os.PathLike[str]", None] = None) -> bytes:
        """Compiles all functions, and returns an artifact for `from_artifact`; also writes it to a
        file if `path` is given.

        >>> import pulley
        >>> saved = pulley.Module('(module (func (export "f") (result i32) (i32.const 7)))').save()
        >>> pulley.Instance(pulley.Module.from_artifact(saved)).f()
        7
        """
        content = ctypes.c_void_p()
        length = ctypes.c_size_t()
        attempt(lib.pulley_module_save, self._handle, ctypes.byref(content), ctypes.byref(length))
        try:
            data = ctypes.string_at(content.value or 0, length.value)
        finally:
            lib.pulley_free(content)
        if path is not None:
            with open(path, "wb") as file:
                file.write(data)
        return data

    @property
    def name(self) -> str:
        """The module's name from its name section; empty if it has none."""
        return text(quick.pulley_module_name(self._handle))

    @property
    def format(self) -> str:
        """The input of which the module was made: "wasm", "wat", "clif" or "artifact"."""
        return _FORMATS[quick.pulley_module_format(self._handle)]

    @property
    def imports(self) -> Imports:
        """The imports in the module's order."""
        handle = self._handle
        if self._imports is None:
            self._imports = Imports(
                _import(quick.pulley_module_import(handle, index))
                for index in range(quick.pulley_module_import_count(handle)))
        return self._imports

    @property
    def exports(self) -> Exports:
        """The exports in the module's order."""
        handle = self._handle
        if self._exports is None:
            found = []
            for index in range(quick.pulley_module_export_count(handle)):
                item = quick.pulley_module_export(handle, index)
                found.append(Export(_field(item), *_kind_and_type(item)))
            self._exports = Exports(found)
        return self._exports

    def custom_sections(self, name: Optional[str] = None) -> List[Tuple[str, bytes]]:
        """The names and contents of the custom sections in the module's order; those of one name if
        `name` is given."""
        handle = self._handle
        found = []
        length = ctypes.c_size_t()
        for index in range(quick.pulley_module_custom_section_count(handle)):
            title = _sized(
                quick.pulley_module_custom_section_name(handle, index, ctypes.byref(length)), length)
            if name is None or title == name:
                data = quick.pulley_module_custom_section(handle, index, ctypes.byref(length))
                found.append((title, ctypes.string_at(data, length.value)))
        return found

    def __repr__(self) -> str:
        if self.closed:
            return "<pulley.Module, closed>"
        name = f" {self.name!r}" if self.name else ""
        lines = [f"<pulley.Module{name}, {len(self.imports)} imports, {len(self.exports)} exports>"]
        return lines[0]

    def _repr_html_(self) -> str:
        import html

        if self.closed:
            return html.escape(repr(self))
        rows = []
        for title, items in (("import", self.imports), ("export", self.exports)):
            for item in items:
                name, _, type = str(item).partition(": ")
                rows.append(
                    f"<tr><td>{title}</td><td><code>{html.escape(name)}</code></td>"
                    f"<td><code>{html.escape(type)}</code></td></tr>")
        name = html.escape(self.name)
        return f"<table><caption>pulley.Module {name}</caption>{''.join(rows)}</table>"


def _import(item: int) -> Import:
    length = ctypes.c_size_t()
    module = _sized(quick.pulley_extern_module(item, ctypes.byref(length)), length)
    return Import(module, _field(item), *_kind_and_type(item))


def _field(item: int) -> str:
    length = ctypes.c_size_t()
    return _sized(quick.pulley_extern_name(item, ctypes.byref(length)), length)


def _sized(name: Any, length: ctypes.c_size_t) -> str:
    return ctypes.string_at(name, length.value).decode("utf-8", "surrogateescape")


def _limits(found: Any) -> Limits:
    maximum = found.maximum
    return Limits(found.minimum, None if maximum == api.PULLEY_NO_MAXIMUM else maximum)


def _kind_and_type(item: int) -> Tuple[str, Type]:
    kind = quick.pulley_extern_kind(item)
    type: Type = None
    if kind == api.PULLEY_EXTERN_FUNCTION:
        type = function_type(quick.pulley_extern_function_type(item))
    elif kind == api.PULLEY_EXTERN_TAG:
        type = TagType(function_type(quick.pulley_extern_function_type(item)).parameters)
    elif kind == api.PULLEY_EXTERN_MEMORY:
        type = MemoryType(
            _limits(quick.pulley_extern_limits(item)), quick.pulley_extern_address_bits(item),
            quick.pulley_extern_page_size(item), quick.pulley_extern_is_shared(item))
    elif kind == api.PULLEY_EXTERN_TABLE:
        type = TableType(
            NAMES[quick.pulley_extern_value_type(item)], _limits(quick.pulley_extern_limits(item)),
            quick.pulley_extern_address_bits(item))
    elif kind == api.PULLEY_EXTERN_GLOBAL:
        type = GlobalType(
            NAMES[quick.pulley_extern_value_type(item)], quick.pulley_extern_is_mutable(item))
    return KINDS[kind], type


def _bytes(source: Any) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return bytes(memoryview(source))
    except TypeError:
        raise TypeError(
            f"a module is bytes or a str, not {type(source).__name__}") from None


def _path(path: Union[str, "os.PathLike[str]"]) -> bytes:
    found = os.fsencode(path)
    if b"\0" in found:
        raise ValueError("a path cannot contain NUL")
    return found


def is_text(source: str) -> bool:
    """Whether a str is a module's text and not the path of a file."""
    start = source.lstrip()
    return start.startswith(("(", ";;", "function ", "test ", "target ", "set ")) or "\n" in source


def load(source: Source, engine: Optional[Engine] = None) -> Module:
    """Loads a module.

    - a path (a str or a `pathlib.Path`) is a file with WebAssembly, binary or text, or CLIF;
    - a str that begins like a text (`(module …)`, or `function %f …` of CLIF) or has several lines is
      that text;
    - bytes are the contents of a file.

    Raises CompileError with the position, or OSError for a file that cannot be read.

    >>> import pulley
    >>> pulley.load("(module)").format
    'wat'
    >>> pulley.load(b"\\0asm\\1\\0\\0\\0").format
    'wasm'
    """
    if isinstance(source, str) and is_text(source):
        return Module(source, engine)
    if isinstance(source, (str, os.PathLike)):
        path = _path(source)
        # Python's own exceptions for files are more precise than the library's.
        with open(path, "rb"):
            pass
        return Module.from_file(source, engine)
    return Module(source, engine)
