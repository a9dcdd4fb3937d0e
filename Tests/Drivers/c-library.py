#!/usr/bin/env python3
"""Calls the functions that math.h, string.h and stdlib.h declare from a guest, and compares the results with those of
the same program, compiled for this machine.

The functions of math.h are called with many values, by their types (Tests/c-library/mathematics.py). The others are
called by Tests/c-library/calls.c. A function that is not called is in left-out.tsv, with its reason."""
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "c-library"
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(FOLDER)]
import counting
import headers
import mathematics
from command import Run

NAMES = ["math.h", "string.h", "stdlib.h"]
# The types that the prototypes use, for a guest without headers.
TYPES = """
#ifdef __wasm__
#define SYMBOL(name)
#else
#define SYMBOL(name) __asm__(name)
#endif
typedef __SIZE_TYPE__ size_t;
typedef __WCHAR_TYPE__ wchar_t;
typedef unsigned __uint32_t;
typedef int (*__compar_fn_t)(const void *, const void *);
typedef struct { int quot, rem; } div_t;
typedef struct { long quot, rem; } ldiv_t;
typedef struct { long long quot, rem; } lldiv_t;
struct drand48_data { unsigned short x[3], old_x[3], c, init; unsigned long long a; };
"""
count = counting.Count()


def blocks():
    """The text of calls.c before its blocks, and the rest in pieces: (name, text)."""
    start, *pieces = re.split(r"(?m)^(?=CALL\()", (FOLDER / "calls.c").read_text())
    return start, [(re.match(r"CALL\((\w+)\)", piece)[1], piece) for piece in pieces]


def program(known):
    """The program, and the names of the functions that it calls."""
    start, pieces = blocks()
    left_out = dict(line.split("\t") for line in (FOLDER / "left-out.tsv").read_text().splitlines()
                    if not line.startswith("#"))
    left_out |= {name: "long double has another format in the guest" for name, function in known.items()
                 if "long double" in function.text}
    called, texts = [], []
    for name, text in pieces:
        if name not in known and name != "setenv":
            # What follows a call for the next ones: their comments and tables.
            text = re.sub(r"(?ms)\ACALL\(.*?\)\s*\{.*?\}\n(?=\n|\Z)", "", text)
        else:
            called.append(name)
        texts.append(text)
    for function in headers.functions("math.h").values():
        text, reason = mathematics.call(function)
        if text:
            called.append(function.name)
            texts.append(text)
        else:
            left_out[function.name] = reason
    for name in sorted(known):
        count.check(f"{name} is called or left out, and not both", (name in called) != (name in left_out),
                    left_out.get(name))
    prototypes = [known[name].text for name in known if name in called or re.search(rf"\b{name}\(", "".join(texts))]
    runs = " ".join(f"call_{name}();" for name in called)
    return "\n".join([
        '#include "results.h"', TYPES, *prototypes, "#ifdef __wasm__", '#include "../c-guests/allocator.h"', "#endif",
        start, *texts, f'void run(void) {{ {runs} }}', "#ifndef __wasm__", "int main(void) { run(); return 0; }",
        "#endif", ""]), called


def compile_(*command):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True)
    return count.check(f"{command[0]} compiles the program", done.returncode == 0, done.stderr)


def by_function(output):
    found = collections.defaultdict(list)
    for line in output.splitlines():
        found[line.split(" ")[0].removeprefix("call_")].append(line)
    return found


def test(folder):
    known = headers.functions(*NAMES)
    text, called = program(known)
    source = folder / "program.c"
    source.write_text(text)
    common = ["-std=gnu11", "-O1", "-w", "-fno-builtin", f"-I{FOLDER}", source]
    header = folder / "library.i"
    header.write_text(subprocess.run(
        ["cc", "-std=gnu11", "-E", "-x", "c", "-"], capture_output=True, text=True, check=True,
        input="".join(f"#include <{name}>\n" for name in NAMES)).stdout)
    if not (compile_("cc", *common, FOLDER / "results.c", "-lm", "-o", folder / "native")
            and compile_("cc", "-shared", "-fPIC", FOLDER / "results.c", "-o", folder / "libresults.so")
            and compile_("clang", "--target=wasm32", *common, "-nostdlib", "-Wl,--no-entry", "-Wl,--allow-undefined",
                         "-Wl,--export=run", "-Wl,--export-table", "-o", folder / "guest.wasm")):
        return
    native = subprocess.run([folder / "native"], capture_output=True, text=True)
    count.equal("the native program ends without an error", (native.returncode, native.stderr), (0, ""))
    guest = Run("run", "--header", header, "--header", FOLDER / "results.h", "--library", "libc.so.6", "--library",
                "libm.so.6", "--library", folder / "libresults.so", "--invoke", "run", folder / "guest.wasm")
    count.equal("the guest ends without an error", (guest.code, guest.err), (0, ""))
    expected, actual = by_function(native.stdout), by_function(guest.out)
    for name in called:
        count.check(f"{name} gives results", name in expected)
        count.equal(f"{name} gives the same results to a guest", actual[name], expected[name],
                    *[pair for pair in zip(expected[name], actual[name]) if pair[0] != pair[1]][:5])


with tempfile.TemporaryDirectory() as name_:
    missing = [tool for tool in ("cc", "clang", "wasm-ld") if not shutil.which(tool)]
    if missing:
        counting.left_out(f"functions of the C library: there is no {' and no '.join(missing)}")
    else:
        test(pathlib.Path(name_))
count.finish()
