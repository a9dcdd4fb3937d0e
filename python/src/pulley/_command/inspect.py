"""The command `inspect`: the imports, exports and contents of a module."""

from __future__ import annotations

import argparse
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from . import text
from .input import InputFile
from .text import CommandError
from .._engine import Engine
from .._errors import text as text_of
from .._library import quick
from .._module import Module


def inspect(options: argparse.Namespace) -> int:
    if options.header or options.library:
        raise CommandError(
            "--header and --library of `inspect` need what only the command `pulley` has")
    file = InputFile(options.file)
    if file.format == "clif":
        raise CommandError(f"{file.shown}: this is CLIF: `pulley objdump` lists its functions")
    try:
        module = file.module(Engine())
    except text.EXPECTED as error:
        return text.report(error, file.shown)
    # The library does not give the binary form of a text.
    parts = Parts(file.data) if file.format == "wasm" else None
    text.print_line(_json(module, parts) if options.json else _listing(module, parts))
    if file.format == "wat":
        text.print_error(
            f"{file.shown}: the contents of a text are not shown: make a binary of it with "
            "`pulley wat2wasm`")
    return 0


def descriptions(module: Module) -> Tuple[List[str], List[str]]:
    """The types of the imports and of the exports in the words of WebAssembly's text format."""
    handle = module._handle
    return (
        [text_of(quick.pulley_extern_description(quick.pulley_module_import(handle, index)))
         for index in range(len(module.imports))],
        [text_of(quick.pulley_extern_description(quick.pulley_module_export(handle, index)))
         for index in range(len(module.exports))])


# The binary format. The module has been validated, so that nothing is checked here.

_SECTIONS = (
    "custom", "type", "import", "function", "table", "memory", "global", "export", "start",
    "element", "code", "data", "dataCount", "tag")
_SPACES = ("functions", "tables", "memories", "globals", "tags")
_KINDS = ("function", "table", "memory", "global", "tag")


class Section(NamedTuple):
    name: str
    is_custom: bool
    offset: int
    """The position of its contents. Those of a custom section begin with its name."""
    size: int


class MemoryDescription(NamedTuple):
    minimum: int
    maximum: Optional[int]
    is_shared: bool
    page_bits: int
    """The logarithm of the size of its pages."""

    def __str__(self) -> str:
        limits = f"{self.minimum}" if self.maximum is None else f"{self.minimum} {self.maximum}"
        return f"(memory {limits}{' shared' if self.is_shared else ''})"

    @property
    def size(self) -> str:
        most = "without a maximum"
        if self.maximum is not None:
            most = f"at most {self._kilobytes(self.maximum)}"
        return f"{self._kilobytes(self.minimum)}, {most}"

    def _kilobytes(self, pages: int) -> str:
        size = pages << self.page_bits
        return "2^64 bytes and more" if size >> 64 else f"{size // 1024} KiB"


class Parts:
    """The sections of a binary, and what they count."""

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        self.sections: List[Section] = []
        self.memories: List[MemoryDescription] = []
        self.defined = dict.fromkeys(_SPACES, 0)
        self.imported = dict.fromkeys(_SPACES, 0)
        reader = _Reader(data, 8)
        memories: List[MemoryDescription] = []
        while reader.position < len(data):
            number = reader.byte()
            size = reader.number()
            start = reader.position
            self._read(number, _Reader(data, start), start, size, memories)
            reader.position = start + size
        # Imported memories have the first numbers, whatever the order of the sections.
        self.memories.extend(memories)

    def _read(self, number: int, reader: "_Reader", start: int, size: int,
              memories: List[MemoryDescription]) -> None:
        name = _SECTIONS[number]
        if number == 0:
            name = reader.text()
        self.sections.append(Section(name, number == 0, start, size))
        if number == 2:
            for _ in range(reader.number()):
                self._read_import(reader)
        elif name in _KINDS and number != 0:
            count = reader.number()
            self.defined[_SPACES[_KINDS.index(name)]] += count
            if name == "memory":
                memories.extend(reader.memory() for _ in range(count))

    def _read_import(self, reader: "_Reader") -> None:
        reader.text()
        reader.text()
        kind = reader.byte()
        self.imported[_SPACES[kind]] += 1
        if kind == 0:
            reader.number()
        elif kind == 1:
            reader.type()
            reader.memory()
        elif kind == 2:
            self.memories.append(reader.memory())
        elif kind == 3:
            reader.type()
            reader.byte()
        else:
            reader.byte()
            reader.number()


class _Reader:
    def __init__(self, data: bytes, position: int) -> None:
        self.data = data
        self.position = position

    def byte(self) -> int:
        self.position += 1
        return self.data[self.position - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def text(self) -> str:
        size = self.number()
        self.position += size
        return self.data[self.position - size : self.position].decode("utf-8", "surrogateescape")

    def type(self) -> None:
        """A type of values. Those of references to types of the module have more than a byte."""
        if self.byte() in (0x63, 0x64):
            self.number()

    def memory(self) -> MemoryDescription:
        """The limits of a memory or a table."""
        flags = self.number()
        minimum = self.number()
        maximum = self.number() if flags & 1 else None
        return MemoryDescription(
            minimum, maximum, flags & 2 != 0, self.number() if flags & 8 else 16)


# The listing


def _listing(module: Module, parts: Optional[Parts]) -> str:
    imports, exports = descriptions(module)
    blocks = [f"module {text.name(module.name)}"] if module.name else []
    blocks.append(_table(
        f"imports ({len(imports)})",
        [(f"{text.name(item.module)}.{text.name(item.name)}", description)
         for item, description in zip(module.imports, imports)]))
    blocks.append(_table(
        f"exports ({len(exports)})",
        [(text.name(item.name), description)
         for item, description in zip(module.exports, exports)]))
    if parts is not None:
        blocks += _contents(parts)
    return "\n\n".join(blocks)


def _contents(parts: Parts) -> List[str]:
    total = max(parts.size, 1)
    return [
        _table(f"memories ({len(parts.memories)})", [
            (f"{index}", str(memory), memory.size) for index, memory in enumerate(parts.memories)]),
        _table("contents", [
            (name, f"{parts.defined[name]}",
             f"and {parts.imported[name]} imported" if parts.imported[name] else "")
            for name in _SPACES if parts.defined[name] + parts.imported[name]]),
        _table(f"sections ({parts.size} bytes)", [
            (f"custom {text.quoted(section.name)}" if section.is_custom else section.name,
             f"{section.size}", f"at {section.offset:#x}",
             f"{(section.size * 100 + parts.size // 2) // total} %")
            for section in parts.sections]),
    ]


def _table(heading: str, rows: Sequence[Sequence[str]]) -> str:
    """A heading, and rows in aligned columns. Numbers are aligned to the right."""
    lines = [heading]
    columns = max((len(row) for row in rows), default=0)
    widths = [max(min(len(row[column]), 60) for row in rows) for column in range(columns)]
    for row in rows:
        line = ""
        for column, cell in enumerate(row):
            digits = cell[:-2] if cell.endswith(" %") else cell
            is_number = column > 0 and digits.isdecimal()
            width = widths[column]
            line += "  " + (cell.rjust(width) if is_number else cell.ljust(width))
        lines.append(line.rstrip(" "))
    return "\n".join(lines)


# JSON


def _json(module: Module, parts: Optional[Parts]) -> str:
    imports, exports = descriptions(module)
    members = [
        ("name", _string(module.name)),
        ("imports", _list([
            _object([("module", _string(item.module)), ("name", _string(item.name)),
                     ("type", _string(description))])
            for item, description in zip(module.imports, imports)])),
        ("exports", _list([
            _object([("name", _string(item.name)), ("type", _string(description))])
            for item, description in zip(module.exports, exports)])),
    ]
    if parts is not None:
        members += [
            ("bytes", f"{parts.size}"),
            ("memories", _list([_string(str(memory)) for memory in parts.memories])),
            ("counts", _object([
                (name, _object([("defined", parts.defined[name]),
                                ("imported", parts.imported[name])])) for name in _SPACES])),
            ("sections", _list([
                _object([("name", _string(section.name)),
                         ("custom", "true" if section.is_custom else "false"),
                         ("offset", section.offset), ("bytes", section.size)])
                for section in parts.sections])),
        ]
    return "{\n" + ",\n".join(f"  {_string(name)}: {value}" for name, value in members) + "\n}"


def _string(value: str) -> str:
    """A string of JSON, in which characters that a terminal obeys are escaped."""
    parts = ['"']
    for character in value:
        if character in '"\\':
            parts.append("\\" + character)
        elif character in "\n\t":
            parts.append("\\n" if character == "\n" else "\\t")
        elif text.is_visible(character):
            parts.append(character)
        else:
            data = character.encode("utf-16-be", "surrogatepass")
            parts += [f"\\u{data[i : i + 2].hex()}" for i in range(0, len(data), 2)]
    return "".join(parts) + '"'


def _object(members: Sequence[Tuple[str, Any]]) -> str:
    return "{" + ", ".join(f"{_string(name)}: {value}" for name, value in members) + "}"


def _list(elements: Sequence[str]) -> str:
    """A list with one element in each line."""
    return "[\n    " + ",\n    ".join(elements) + "\n  ]" if elements else "[]"
