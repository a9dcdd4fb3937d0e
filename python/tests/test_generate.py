"""generate.py, in a checkout of the project: what it writes, and what it refuses."""
from __future__ import annotations

import ctypes
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Iterator

from pulley import _api

FOLDER = pathlib.Path(__file__).resolve().parent.parent
HEADER = FOLDER.parent / "include" / "pulley.h"
if not HEADER.exists():
    raise unittest.SkipTest("this is not a checkout with include/pulley.h")


def load() -> Any:
    spec = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = load()
TEXT = HEADER.read_text()
BEFORE_END = "#ifdef __cplusplus\n}\n"


def with_declaration(text: str) -> str:
    """The header with more text before its end."""
    start, end = TEXT.split(BEFORE_END)
    return f"{start}{text}\n{BEFORE_END}{end}"


def declared(text: str) -> dict[str, Any]:
    """The names of the Python module for the header with more text."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(generate.generate(with_declaration(text)), "generated", "exec"), names)
    return names


def test_a_form_that_the_generator_does_not_know_is_an_error_with_its_line() -> None:
    line = TEXT.split(BEFORE_END)[0].count("\n") + 1
    for text in [
        "long pulley_new(void);",
        "void pulley_new(int);",
        "void pulley_new();",
        "void pulley_new(int32_t, int32_t b);",
        "void pulley_new(int32_t a, ...);",
        "void pulley_new(FILE *file);",
        "void pulley_new(pulley_engine_t engine);",
        "void pulley_new(int32_t a)",
        "void pulley_free(void *memory);",
        "extern int32_t pulley_new;",
        "enum pulley_new { PULLEY_A = 1 };",
        "enum { PULLEY_A };",
        "enum { PULLEY_A = 1 << 2 };",
        "enum { PULLEY_OK = 0 };",
        "typedef struct pulley_new { int32_t a : 3; } pulley_new_t;",
        "typedef struct pulley_new { FILE *file; } pulley_new_t;",
        "typedef struct pulley_new { int32_t a[2][2]; } pulley_new_t;",
        "typedef struct pulley_new { int32_t a; } pulley_old_t;",
        "typedef struct pulley_new { int32_t in; } pulley_new_t;",
        "typedef enum { PULLEY_A = 1 } pulley_new_t;",
        "typedef long pulley_new_t;",
        "#define PULLEY_A (1 << 2)",
        "#define PULLEY_A(x) x",
        "#define PULLEY_A_INIT { malloc(1) }",
        "#ifdef __APPLE__\n#endif",
        "#pragma once",
        "#undef PULLEY_OK",
        "static inline void pulley_new(void) { if (1) {",
    ]:
        try:
            generate.generate(with_declaration(text))
        except generate.Mistake as mistake:
            assert str(mistake).startswith("line "), mistake
            number = int(str(mistake).split(":")[0].split()[1])
            # A missing `;` is found at the next declaration.
            assert line <= number <= line + 5, (text, mistake)
        else:
            raise AssertionError(f"accepted: {text}")


def test_new_declarations_become_python() -> None:
    names = declared("""
/* A comment; with { all } "sorts" of
 * tokens. */
#define PULLEY_SMALL (-7)
#define PULLEY_LARGE 4294967295u
#define PULLEY_TEXT "a b"
enum { PULLEY_NEGATIVE = -2, PULLEY_LAST = 3 };
typedef uint16_t pulley_port_t;
typedef struct pulley_thing pulley_thing_t;
typedef struct pulley_pair {
  pulley_port_t port; /* a comment */
  union { double number; void *pointer; } of;
  int16_t list[3];
  const uint8_t *bytes;
} pulley_pair_t;
#define PULLEY_PAIR_INIT { 4, {1}, {1, 2} }
typedef bool (*pulley_choice_t)(const char *name, pulley_thing_t *thing, double x);
static inline int pulley_more(int a) { if (a) { return 1; } return a == 'x'; }
pulley_pair_t pulley_pair(const pulley_thing_t *const *things, size_t count,
                          pulley_choice_t choice, const char *text, pulley_pair_t pair);
const char *pulley_bytes(pulley_thing_t *thing, size_t *length);
""")
    pair = names["pulley_pair_t"]
    assert [names[f"PULLEY_{name}"] for name in ("SMALL", "LARGE", "TEXT", "NEGATIVE", "LAST")] == [
        -7, 4294967295, "a b", -2, 3]
    assert [(name, ctype) for name, ctype in pair._fields_ if name != "bytes"] == [
        ("port", ctypes.c_uint16), ("of", names["pulley_pair_of_t"]), ("list", ctypes.c_int16 * 3)]
    assert pair(*names["PULLEY_PAIR_INIT"]).list[1] == 2
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    assert names["FUNCTIONS"]["pulley_pair"] == (pair, (pointer, size, pointer, ctypes.c_char_p, pair))
    assert names["FUNCTIONS"]["pulley_bytes"] == (pointer, (pointer, pointer))
    assert "pulley_more" not in names["FUNCTIONS"]
    assert names["pulley_choice_t"](lambda name, thing, x: name == b"a" and x == 2.5)(b"a", None, 2.5)


def test_every_name_that_the_library_exports_is_declared() -> None:
    listed = [line.strip(" ;") for line in (FOLDER.parent / "pulley.map").read_text().split("\n")]
    assert [name for name in listed if name.startswith("pulley_")] == list(_api.FUNCTIONS)


def test_the_check_fails_when_the_header_has_changed() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "include").mkdir()
        (folder / "python" / "src" / "pulley").mkdir(parents=True)
        header = folder / "include" / "pulley.h"
        program = folder / "python" / "generate.py"
        shutil.copy(FOLDER / "generate.py", program)

        def run(*arguments: str) -> tuple[int, str]:
            done = subprocess.run([sys.executable, program, *arguments], capture_output=True, text=True)
            return done.returncode, done.stderr

        header.write_text(TEXT)
        stale = (1, "_api.py is not what pulley.h declares: run make generate\n")
        assert run("--check") == stale
        assert run() == (0, "")
        assert run("--check") == (0, "")
        header.write_text(with_declaration("void pulley_new(void);"))
        assert run("--check") == stale
        header.write_text(with_declaration("#pragma once"))
        assert run("--check")[0] == 1
        assert run("--help")[0] == 64


def paths(ctype: Any, prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """Yields the path, the offset and the size of each field of a structure, also of nested ones."""
    for name, field in ctype._fields_:
        offset = getattr(ctype, name).offset
        yield prefix + name, offset, ctypes.sizeof(field)
        if issubclass(field, (ctypes.Structure, ctypes.Union)):
            for path, inner, size in paths(field, f"{prefix}{name}."):
                yield path, offset + inner, size


def test_constants_and_structures_are_those_of_a_c_compiler() -> None:
    compiler = shutil.which("cc")
    if not compiler:
        raise unittest.SkipTest("there is no C compiler")
    lines, expected = [], []
    for name, value in vars(_api).items():
        if name.endswith("_INIT"):
            ctype = name.lower().replace("_init", "_t")
            lines.append(f"{{ static const {ctype} v = {name}; dump(&v, sizeof v); }}")
            expected.append(bytes(getattr(_api, ctype)(*value)).hex())
        elif name.startswith("PULLEY_") and isinstance(value, int):
            lines.append(f'printf("%d %" PRIu64 "\\n", {name} < 0, (uint64_t){name});')
            expected.append(f"{int(value < 0)} {value & 0xFFFF_FFFF_FFFF_FFFF}")
        elif name.startswith("PULLEY_"):
            lines.append(f"puts({name});")
            expected.append(value)
        elif isinstance(value, type) and issubclass(value, ctypes.Structure):
            lines.append(f'printf("%zu\\n", sizeof({name}));')
            expected.append(str(ctypes.sizeof(value)))
            for path, offset, size in paths(value):
                lines.append(f'printf("%zu %zu\\n", offsetof({name}, {path}), sizeof((({name} *)0)->{path}));')
                expected.append(f"{offset} {size}")
    assert len(expected) > 100
    source = """
#include <inttypes.h>
#include <stdio.h>
#include <pulley.h>
static void dump(const void *at, size_t count) {
  for (const unsigned char *byte = at; count--; byte++) printf("%02x", *byte);
  puts("");
}
int main(void) {
""" + "\n".join(lines) + "\nreturn 0;\n}\n"
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "constants"
        subprocess.run([compiler, "-x", "c", "-", "-I", HEADER.parent, "-o", program],
                       input=source, text=True, check=True)
        assert subprocess.check_output([program], text=True).split("\n")[:-1] == expected
