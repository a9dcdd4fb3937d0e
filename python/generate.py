#!/usr/bin/env python3
"""Writes src/pulley/_api.py, the ctypes declarations of the library, from include/pulley.h.

Usage: generate.py [--check]

With --check it writes nothing, and fails if the file differs from what it would write. It understands the
forms that the header uses. Anything else is an error that names the line.
"""
import keyword
import pathlib
import re
import sys
import typing

FOLDER = pathlib.Path(__file__).resolve().parent
HEADER = FOLDER.parent / "include" / "pulley.h"
OUTPUT = FOLDER / "src" / "pulley" / "_api.py"
WIDTH = 100

#: For each condition of the header, whether ctypes wants what it guards. C++ and the macros of C11 have nothing that
#: the library exports.
CONDITIONS = {
    "#ifndef PULLEY_H": True,
    "#ifdef __cplusplus": False,
    "#if !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L": False,
    "#if defined(__cplusplus) && __cplusplus >= 201103L": False,
}

#: C type → ctypes type, type of the attribute in Python.
SCALARS = {
    "bool": ("c_bool", "bool"),
    "int8_t": ("c_int8", "int"),
    "int16_t": ("c_int16", "int"),
    "int32_t": ("c_int32", "int"),
    "int64_t": ("c_int64", "int"),
    "uint8_t": ("c_uint8", "int"),
    "uint16_t": ("c_uint16", "int"),
    "uint32_t": ("c_uint32", "int"),
    "uint64_t": ("c_uint64", "int"),
    "size_t": ("c_size_t", "int"),
    "float": ("c_float", "float"),
    "double": ("c_double", "float"),
}

TOKEN = re.compile(r"\s+|([A-Za-z_]\w*|\d\w*|[{}()\[\];,*=-])")


class Mistake(Exception):
    """A form of the header that this program does not understand."""


class CType(typing.NamedTuple):
    """A type as the header writes it: `const char *` is ("char", 1, True)."""
    base: str
    stars: int
    constant: bool


class Declaration(typing.NamedTuple):
    """A parameter or a field. `length` is the number of elements of an array, or None."""
    type: CType
    name: str
    length: typing.Optional[int] = None


class Parser:
    """Reads the header and collects the lines of the generated file, in the header's order."""

    def __init__(self, text: str) -> None:
        self.constants: typing.List[str] = []
        self.types: typing.List[str] = []
        self.functions: typing.List[str] = []
        self.scalars = dict(SCALARS)
        self.handles: typing.Set[str] = set()
        self.structures: typing.Set[str] = set()
        self.callbacks: typing.Set[str] = set()
        self.names: typing.Set[str] = set()
        self.tokens: typing.List[typing.Tuple[str, int]] = []
        self.position = 0
        for line, number in self.wanted_lines(text):
            self.tokenize(line, number)
        while self.position < len(self.tokens):
            self.statement()

    # ---- Lines: comments, conditions, macros ----

    def wanted_lines(self, text: str) -> typing.Iterator[typing.Tuple[str, int]]:
        """Yields the lines that declare something, with their numbers. Handles the preprocessor's."""
        text = re.sub(r"/\*.*?\*/", lambda comment: "\n" * comment.group().count("\n"), text, flags=re.S)
        conditions: typing.List[bool] = []
        lines = enumerate(text.split("\n"), 1)
        for number, line in lines:
            start = number
            while line.endswith("\\"):
                number, continuation = next(lines)
                line = line[:-1].rstrip() + " " + continuation.strip()
            line = line.strip()
            if line.startswith(("#if", "#ifdef", "#ifndef")):
                if line not in CONDITIONS:
                    raise Mistake(f"line {start}: unknown condition: {line}")
                conditions.append(CONDITIONS[line])
            elif line == "#endif":
                if not conditions:
                    raise Mistake(f"line {start}: #endif without #if")
                conditions.pop()
            elif not all(conditions):
                continue
            elif line.startswith("#define"):
                self.macro(line, start)
            elif line.startswith("#include <"):
                continue
            elif line.startswith("#"):
                raise Mistake(f"line {start}: unknown directive: {line}")
            elif line:
                yield line, start
        if conditions:
            raise Mistake("the last #if has no #endif")

    def macro(self, line: str, number: int) -> None:
        match = re.fullmatch(r"#define (\w+)(?: (.*))?", line)
        if not match:
            raise Mistake(f"line {number}: unknown form of a macro: {line}")
        name, value = match.group(1), match.group(2)
        if value is None:  # the include guard
            return
        value = value.strip()
        integer = re.fullmatch(r"\(?(-?\d+)[uU]?\)?", value)
        if integer:
            python = integer.group(1)
        elif value == "UINT64_MAX":
            python = "0xFFFF_FFFF_FFFF_FFFF"
        elif re.fullmatch(r'"[^"\\]*"', value):
            python = value
        elif name.endswith("_INIT") and value.startswith("{"):
            python = self.initializer(value, number)
        else:
            raise Mistake(f"line {number}: unknown form of a value: {value}")
        self.constant(name, python, number)

    def initializer(self, value: str, number: int) -> str:
        """`{ sizeof(t), {0}, false }` → `(ctypes.sizeof(t), (0,), False)`, the arguments of t in Python."""
        words = {"{": "(", "}": ",)", "(": "(", ")": ")", ",": ", ", "sizeof": "ctypes.sizeof", "true": "True",
                 "false": "False"}
        python = ""
        for token in re.findall(r"\w+|\S", value):
            if token not in words and not re.fullmatch(r"\d+", token) and not token.startswith(("pulley_", "PULLEY_")):
                raise Mistake(f"line {number}: unknown form of an initializer: {token}")
            python += words.get(token, token)
        # Only a tuple of one element needs its comma.
        return re.sub(r"(, [^(),]+(?:\(\w+\))?|\)),\)", r"\1)", python)

    def constant(self, name: str, python: str, number: int) -> None:
        self.define(name, number)
        line = f"{name}: Final = {python}"
        if len(line) > WIDTH:  # an initial value
            line = line.replace("(", "(\n    ", 1)
        self.constants.append(line)

    def define(self, name: str, number: int) -> None:
        if name in self.names:
            raise Mistake(f"line {number}: {name} is declared twice")
        self.names.add(name)

    # ---- Tokens ----

    def tokenize(self, line: str, number: int) -> None:
        position = 0
        while position < len(line):
            match = TOKEN.match(line, position)
            if not match:
                # Inline functions have other characters. `statement` leaves these functions out.
                self.tokens.append((line[position], number))
                position += 1
                continue
            position = match.end()
            if match.group(1):
                self.tokens.append((match.group(1), number))

    @property
    def line(self) -> int:
        return self.tokens[min(self.position, len(self.tokens) - 1)][1]

    def peek(self) -> str:
        return self.tokens[self.position][0] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def accept(self, *tokens: str) -> bool:
        if [token for token, _ in self.tokens[self.position:self.position + len(tokens)]] != list(tokens):
            return False
        self.position += len(tokens)
        return True

    def expect(self, *tokens: str) -> None:
        for token in tokens:
            if not self.accept(token):
                raise Mistake(f"line {self.line}: expected '{token}' instead of '{self.peek()}'")

    def identifier(self) -> str:
        if not re.fullmatch(r"[A-Za-z_]\w*", self.peek()):
            raise Mistake(f"line {self.line}: expected a name instead of '{self.peek()}'")
        return self.take()

    def integer(self) -> int:
        sign = -1 if self.accept("-") else 1
        if not re.fullmatch(r"\d+", self.peek()):
            raise Mistake(f"line {self.line}: expected a number instead of '{self.peek()}'")
        return sign * int(self.take())

    # ---- Declarations ----

    def statement(self) -> None:
        if self.accept("static", "inline"):
            self.skip_body()
        elif self.accept("enum", "{"):
            self.enumeration()
        elif self.accept("typedef", "struct"):
            self.structure()
        elif self.accept("typedef"):
            self.alias()
        else:
            self.function()

    def skip_body(self) -> None:
        while self.take() != "{":
            if self.position >= len(self.tokens):
                raise Mistake(f"line {self.line}: an inline function without a body")
        depth = 1
        while depth:
            if self.position >= len(self.tokens):
                raise Mistake(f"line {self.line}: the body of an inline function does not end")
            token = self.take()
            depth += {"{": 1, "}": -1}.get(token, 0)

    def enumeration(self) -> None:
        while True:
            line = self.line
            name = self.identifier()
            self.expect("=")
            self.constant(name, str(self.integer()), line)
            if not self.accept(","):
                break
        self.expect("}", ";")

    def structure(self) -> None:
        line = self.line
        tag = self.identifier()
        if not self.accept("{"):
            self.expect(tag + "_t", ";")
            self.define(tag + "_t", line)
            self.handles.add(tag + "_t")
            return
        fields, union = [], []
        while not self.accept("}"):
            if self.accept("union", "{"):
                while not self.accept("}"):
                    union.append(self.declaration())
                    self.expect(";")
                name = self.identifier()
                self.aggregate("Union", f"{tag}_{name}_t", union, line)
                fields.append(Declaration(CType(f"{tag}_{name}_t", 0, False), name))
            else:
                fields.append(self.declaration())
            self.expect(";")
        self.expect(tag + "_t", ";")
        self.aggregate("Structure", tag + "_t", fields, line)

    def aggregate(self, kind: str, name: str, fields: typing.List[Declaration], line: int) -> None:
        self.define(name, line)
        annotations, rows = [], []
        for field in fields:
            if keyword.iskeyword(field.name):
                raise Mistake(f"line {line}: a field of {name} has the name {field.name}, which is a keyword of Python")
            ctype, python = self.field_types(field.type, line)
            if field.length is not None:
                ctype, python = f"{ctype} * {field.length}", f"ctypes.Array[{ctype}]"
            annotations.append(f"    {field.name}: {python}")
            rows.append(f'        ("{field.name}", {ctype}),')
        self.types += ["", "", f"class {name}(ctypes.{kind}):", *annotations, "    _fields_ = [", *rows, "    ]"]
        self.structures.add(name)

    def field_types(self, ctype: CType, line: int) -> typing.Tuple[str, str]:
        """The type of a field for ctypes, and of the attribute for a type checker."""
        if ctype.stars == 0 and ctype.base in self.scalars:
            return self.scalars[ctype.base]
        if ctype.stars == 0 and ctype.base in self.structures:
            return ctype.base, ctype.base
        if ctype.stars == 1 and ctype.base in self.scalars:
            target = self.scalars[ctype.base][0]
            return f"ctypes.POINTER({target})", f"ctypes._Pointer[{target}]"
        if ctype == CType("void", 1, False):
            return "c_void_p", "Optional[int]"
        raise Mistake(f"line {line}: unknown type of a field: {ctype.base} {'*' * ctype.stars}")

    def alias(self) -> None:
        line = self.line
        ctype = self.type()
        if not self.accept("(", "*"):
            name = self.identifier()
            self.expect(";")
            if ctype.stars or ctype.base not in self.scalars:
                raise Mistake(f"line {line}: unknown type of {name}")
            self.define(name, line)
            self.scalars[name] = self.scalars[ctype.base]
            return
        name = self.identifier()
        self.expect(")")
        parameters = self.parameters()
        self.expect(";")
        self.define(name, line)
        self.callbacks.add(name)
        types = [self.passed(ctype, line, result=True)]
        types += [self.passed(parameter.type, line) for parameter in parameters]
        if self.types[-1] == "    ]":
            self.types += ["", ""]
        self.types += [*wrap(f"{name} = ctypes.CFUNCTYPE(", types, ")", "")]

    def function(self) -> None:
        line = self.line
        ctype = self.type()
        name = self.identifier()
        parameters = self.parameters()
        self.expect(";")
        self.define(name, line)
        result = self.passed(ctype, line, result=True)
        # Text with a length may contain NUL, and c_char_p would end there.
        if result == "c_char_p" and any(parameter.name == "length" for parameter in parameters):
            result = "c_void_p"
        types = [self.passed(parameter.type, line) for parameter in parameters]
        row = f'"{name}": ({result}, ('
        self.functions += wrap(row, types, ",))," if len(types) == 1 else ")),", "    ")

    def parameters(self) -> typing.List[Declaration]:
        self.expect("(")
        if self.accept("void", ")"):
            return []
        parameters = [self.declaration()]
        while self.accept(","):
            parameters.append(self.declaration())
        self.expect(")")
        return parameters

    def declaration(self) -> Declaration:
        ctype = self.type()
        name = self.identifier()
        length = None
        if self.accept("["):
            length = self.integer()
            self.expect("]")
        return Declaration(ctype, name, length)

    def type(self) -> CType:
        constant = self.accept("const")
        base = self.identifier()
        stars = 0
        while self.accept("*"):
            stars += 1
            self.accept("const")
        return CType(base, stars, constant)

    def passed(self, ctype: CType, line: int, result: bool = False) -> str:
        """The type of a parameter or a result for ctypes. A function is c_void_p, because a type of CFUNCTYPE does
        not take None."""
        known = {"void", "char", *self.scalars, *self.handles, *self.structures}
        if ctype.base in self.callbacks and ctype.stars <= 1:
            return "c_void_p"
        if ctype.stars and ctype.base in known:
            return "c_char_p" if ctype == CType("char", 1, True) else "c_void_p"
        if ctype == CType("void", 0, False) and result:
            return "None"
        if ctype.stars == 0 and ctype.base in self.scalars:
            return self.scalars[ctype.base][0]
        if ctype.stars == 0 and ctype.base in self.structures:
            return ctype.base
        raise Mistake(f"line {line}: unknown type: {ctype.base} {'*' * ctype.stars}")


def wrap(start: str, items: typing.List[str], end: str, indent: str) -> typing.List[str]:
    """Lines of a list between `start` and `end`, on one line if it fits."""
    line = indent + start + ", ".join(items) + end
    if len(line) <= WIDTH:
        return [line]
    lines, row = [indent + start], indent + "    "
    for index, item in enumerate(items):
        item += end if index == len(items) - 1 else ", "
        if len(row + item.rstrip()) > WIDTH:
            lines.append(row.rstrip())
            row = indent + "    "
        row += item
    return lines + [row]


def generate(header: str) -> str:
    """Returns the text of _api.py for the text of the header. Raises Mistake."""
    parser = Parser(header)
    # Initial values of structures refer to their classes.
    initial = [line for line in parser.constants if "ctypes." in line]
    constants = [line for line in parser.constants if line not in initial]
    body = "\n".join([
        *constants,
        *parser.types,
        "",
        "# The arguments of a structure's class for its initial value.",
        *initial,
        "",
        "#: Name → the type of the result, the types of the arguments. A pointer is c_void_p, which takes",
        "#: numbers, bytes, arrays, byref(…), functions and None. Text that ends with NUL is c_char_p.",
        "FUNCTIONS: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {",
        *parser.functions,
        "}",
    ])
    imported = sorted(set(re.findall(r"(?<!\.)\bc_\w+", body)))
    head = "\n".join([
        '"""The C interface of libpulley for ctypes, with the names of C.',
        "",
        "Generated from include/pulley.h by python/generate.py. Do not edit.",
        '"""',
        "from __future__ import annotations",
        "",
        "import ctypes",
        *wrap("from ctypes import (", imported, ")", ""),
        "from typing import Any, Final, Optional",
        "",
    ])
    return f"{head}\n{body}\n"


def main(arguments: typing.List[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 64
    try:
        text = generate(HEADER.read_text())
    except Mistake as mistake:
        print(f"{HEADER.name}: {mistake}", file=sys.stderr)
        return 1
    if not arguments:
        OUTPUT.write_text(text)
    elif not OUTPUT.exists() or OUTPUT.read_text() != text:
        print(f"{OUTPUT.name} is not what {HEADER.name} declares: run make generate", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
