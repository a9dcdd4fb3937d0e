#!/usr/bin/env python3
"""Tests `--header` and `--library`: guests that use a shared library by its own declarations."""
import json
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting
from command import Run

count = counting.Count()
cc = shutil.which("cc")
if not cc:
    counting.left_out("there is no C compiler to make a library with")
    count.finish()
folder = pathlib.Path(tempfile.mkdtemp())

HEADER = """\
#ifndef SHAPES_H
#define SHAPES_H
#include <stddef.h>
typedef struct { long width; double height; } shape;
struct flags { int a : 3; };
struct canvas;
double area(shape s);
shape twice(shape s);
void grow(shape *s, long by);
long sum(const int *numbers, size_t count) __attribute__((access(read_only, 1, 2), nonnull(1)));
void grow_all(long *numbers, size_t count) __attribute__((access(read_write, 1, 2)));
struct canvas *canvas_new(const char *name);
const char *canvas_name(const struct canvas *c);
void canvas_delete(struct canvas *c) __attribute__((pulley_released(1)));
int refused(struct flags f);
int absent(void);
static inline int small(int x) { return x; }
#endif
"""
LIBRARY = """\
#include <stdlib.h>
#include <string.h>
#include "shapes.h"
double area(shape s) { return s.width * s.height; }
shape twice(shape s) { shape t = {2 * s.width, 2 * s.height}; return t; }
void grow(shape *s, long by) { s->width += by; s->height -= by; }
long sum(const int *numbers, size_t count) {
  long total = 0;
  for (size_t i = 0; i < count; i++) total += numbers[i];
  return total;
}
void grow_all(long *numbers, size_t count) {
  for (size_t i = 0; i < count; i += 1000) numbers[i]++;
}
struct canvas { char name[32]; };
struct canvas *canvas_new(const char *name) {
  struct canvas *c = malloc(sizeof *c);
  strncpy(c->name, name, 31);
  c->name[31] = 0;
  return c;
}
const char *canvas_name(const struct canvas *c) { return c->name; }
void canvas_delete(struct canvas *c) { free(c); }
int refused(struct flags f) { return f.a; }
int hidden(void) { return 1; }
"""


def file(name, text):
    path = folder / name
    path.write_text(text)
    return path


def fails(what, run, code, *parts):
    count.check(what, run.code == code and not run.out and all(p in run.err for p in parts),
                f"expected: exit {code}, error with {parts}", run)


def prints(what, run, out):
    count.check(what, run.code == 0 and run.out == out and not run.err, f"expected: {out!r}", run)


header = file("shapes.h", HEADER)
source = file("shapes.c", LIBRARY)
library = folder / "libshapes.so"
# GCC warns of attributes that it does not know.
subprocess.run([cc, "-w", "-shared", "-fPIC", "-o", library, source], check=True)
preprocessed = folder / "shapes.i"
subprocess.run([cc, "-w", "-E", "-o", preprocessed, header], check=True)
options = ["--header", preprocessed, "--library", library]

# A guest as clang makes it: a shape has 16 bytes in it, as on the host, but other offsets.
guest = file("guest.wat", """(module
  (import "env" "area" (func $area (param i32) (result f64)))
  (import "env" "twice" (func $twice (param i32 i32)))
  (import "env" "grow" (func $grow (param i32 i32)))
  (import "env" "sum" (func $sum (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "\\01\\00\\00\\00\\02\\00\\00\\00\\fd\\ff\\ff\\ff")
  (func $set (param i32 f64)
    (i32.store (i32.const 16) (local.get 0)) (f64.store (i32.const 24) (local.get 1)))
  (func (export "area") (param i32 f64) (result f64)
    (call $set (local.get 0) (local.get 1)) (call $area (i32.const 16)))
  (func (export "twice") (param i32 f64) (result i32 f64)
    (call $set (local.get 0) (local.get 1)) (call $twice (i32.const 32) (i32.const 16))
    (i32.load (i32.const 32)) (f64.load (i32.const 40)))
  (func (export "grow") (param i32 f64 i32) (result i32 f64)
    (call $set (local.get 0) (local.get 1)) (call $grow (i32.const 16) (local.get 2))
    (i32.load (i32.const 16)) (f64.load (i32.const 24)))
  (func (export "sum") (param i32 i32) (result i32) (call $sum (local.get 0) (local.get 1))))
""")
prints("a structure by value is passed with the layout of each side",
       Run("run", *options, "--invoke", "area", guest, "-3", "1.5"), "-4.5\n")
prints("a structure is returned by value",
       Run("run", *options, "--invoke", "twice", guest, "-3", "1.5"), "-6\n3\n")
prints("a structure by its address is copied in and out",
       Run("run", *options, "--invoke", "grow", guest, "1", "1.5", "2"), "3\n-0.5\n")
prints("an array is used in place",
       Run("run", *options, "--invoke", "sum", guest, "64", "3"), "0\n")
fails("an array that ends outside of the memory is refused by function and parameter",
      Run("run", *options, "--invoke", "sum", guest, "65528", "3"), 134, "sum", "out of bounds")
fails("a function that is declared not to accept NULL never gets it",
      Run("run", *options, "--invoke", "sum", guest, "0", "3"), 134, "argument 1 of env.sum is NULL")

# What a call converts is as large as the guest says. Whatever the process has left, the call works or traps.
long_array = file("long.wat", """(module
  (import "env" "grow_all" (func $grow (param i32 i32))) (memory 1025 1025)
  (func (export "go") (result i32) (call $grow (i32.const 64) (i32.const 16000000)) (i32.load (i32.const 64))))""")
outcomes = set()
for mebibytes in range(180, 600, 6):
    run = Run("run", *options, "--invoke", "go", long_array, space=mebibytes << 20)
    works = (run.code, run.out) == (0, "1\n")
    traps = run.code == 134 and "argument 1 of env.grow_all" in run.err and "no memory" in run.err
    outcomes.add("works" if works else "traps")
    count.check(f"in {mebibytes} MiB of address space, the call works or traps", works or traps, run)
count.equal("a large array is converted, or refused for lack of memory", outcomes, {"works", "traps"})

# What cannot be bound.
bad = file("bad.wat", """(module
  (import "env" "refused" (func (param i32) (result i32)))
  (import "env" "absent" (func (result i32)))
  (import "env" "hidden" (func (result i32)))
  (import "env" "small" (func (param i32) (result i32)))
  (import "env" "aera" (func (param i32) (result f64)))
  (import "env" "sum" (func (param i64 i32) (result i32)))
  (import "other" "sum" (func (param i32 i32) (result i32))))
""")
fails("every import that cannot be bound is reported with its reason", Run("run", *options, bad), 1,
      "parameter 1 of 'refused', 'struct flags', has the bit-field 'a'",
      f"'int absent(void)' is declared, but {library} has no symbol \"absent\"",
      f"no declaration names 'hidden', which {library} has: declare it",
      "'int small(int x)' is static inline, and no library exports it",
      "no declaration names 'aera'; did you mean 'area'?",
      "does not fit the import (i64, i32) -> (i32)", "other.sum")
prints("a library can serve another module name",
       Run("run", "--header", preprocessed, "--library", f"other={library}", "--invoke", "f",
           file("other.wat", """(module (import "other" "sum" (func $s (param i32 i32) (result i32)))
  (memory 1) (func (export "f") (result i32) (call $s (i32.const 8) (i32.const 4))))""")), "0\n")

# Options.
fails("a library that does not exist is an error", Run("run", "--library", folder / "none.so", guest),
      1, "--library", "none.so")
fails("a header that does not exist is an error", Run("run", "--header", folder / "none.h", guest), 1,
      "none.h: No such file")
fails("a header that was not preprocessed is an error with its line",
      Run("run", "--header", header, "--library", library, guest), 1, "--header", "shapes.h",
      "line 1", "cc -E")
fails("a wrong declaration is an error with its line and column",
      Run("run", "--header", file("wrong.h", "int good(int);\nint bad(strukt x);\n"), guest), 1,
      "line 2, column 9", "strukt")
fails("CLIF has no imports by declarations",
      Run("run", *options, file("f.clif", "function %main() -> i32 {\nblock0:\n v0 = iconst.i32 1\n"
                                " return v0\n}\n")), 1, "bind imports of WebAssembly")

# Inspecting.
run = Run("inspect", *options, guest)
for name, prototype in [("area", "double area(shape s)"), ("twice", "shape twice(shape s)"),
                        ("grow", "void grow(shape *s, long by)"),
                        ("sum", "long sum(const int *numbers, size_t count)")]:
    count.check(f"`inspect` shows the declaration that {name} is bound by",
                any(line.split()[:1] == [f"env.{name}"] and line.endswith(f"binds: {prototype}")
                    for line in run.out.splitlines()), run)
run = Run("inspect", *options, bad)
count.check("`inspect` shows why an import is not bound", run.code == 0
            and "no: env.refused cannot be bound: parameter 1 of 'refused'" in run.out, run)
run = Run("inspect", "--header", preprocessed, guest)
count.check("`inspect` without a library shows which imports are declared", run.code == 0
            and "fits: double area(shape s)" in run.out, run)
run = Run("inspect", "--json", *options, bad)
imports = {f"{i['module']}.{i['name']}": i for i in json.loads(run.out)["imports"]} if run.out else {}
count.check("`inspect --json` has the binding of each import",
            imports.get("env.absent", {}).get("binding") == "none"
            and "no symbol" in imports["env.absent"].get("reason", "")
            and imports["other.sum"]["binding"] == "declared", run)
run = Run("inspect", "--json", guest)
count.check("`inspect` says nothing about bindings without the options", "binding" not in run.out, run)
run = Run("inspect", *options, file("wasi.wat", """(module
  (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))))"""))
count.check("`inspect` shows which imports `run` defines itself",
            run.code == 0 and "defined by pulley" in run.out, run)

# Functions with a va_list take a guest's arguments as those with variable ones do.
stdio = folder / "stdio.i"
file("stdio.c", "#include <stdio.h>\n")
subprocess.run([cc, "-E", "-o", stdio, folder / "stdio.c"], check=True)
run = Run("inspect", "--header", stdio, file("list.wat", """(module
  (import "env" "vsnprintf" (func (param i32 i32 i32 i32) (result i32)))
  (import "env" "vprintf" (func (param i32 i32) (result i32))))"""))
count.check("a function with a va_list is bound by the one with variable arguments", run.code == 0
            and "fits: int snprintf(" in run.out and "fits: int printf(" in run.out, run)

# The C library's own `time` is the kernel's, which is in no file.
if platform.libc_ver()[0] == "glibc":
    run = Run("run", "--header", file("time.h", "long time(long *);"), "--library", "libc.so.6",
              "--invoke", "f", file("time.wat", """(module
  (import "env" "time" (func $time (param i32) (result i32)))
  (memory 1) (func (export "f") (result i32) (call $time (i32.const 0))))"""))
    count.check("a function that the kernel gives to the C library is the C library's",
                run.code == 0 and int(run.out) != 0, run)
else:
    counting.left_out("this is not the GNU C library, which takes functions from the kernel")

# The same header for both sides.
clang = shutil.which("clang")
if clang and shutil.which("wasm-ld"):
    main = file("main.c", """\
#include "shapes.h"
static char heap[4096], *next = heap;
__attribute__((export_name("malloc"))) void *guest_malloc(size_t n) {
  void *p = next;
  next += (n + 15) & -16;
  return p;
}
static int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}
__attribute__((export_name("check"))) int check(void) {
  shape s = {3, 0.5};
  if (area(twice(s)) != 6) return 1;
  grow(&s, -5);
  if (s.width != -2 || s.height != 5.5) return 2;
  int numbers[] = {5, -7, 9};
  if (sum(numbers, 3) != 7) return 3;
  struct canvas *c = canvas_new("blank"), *d = canvas_new("other");
  if (!same(canvas_name(c), "blank") || !same(canvas_name(d), "other")) return 4;
  canvas_delete(d);
  if (!same(canvas_name(c), "blank")) return 5;
  canvas_delete(c);
  return 0;
}
__attribute__((export_name("stale"))) void stale(void) {
  struct canvas *c = canvas_new("blank");
  canvas_delete(c);
  canvas_name(c);
}
""")
    wasm = folder / "main.wasm"
    subprocess.run([clang, "-w", "--target=wasm32", "-O1", "-nostdlib", "-Wl,--no-entry",
                    "-Wl,--allow-undefined", "-o", wasm, main], check=True)
    prints("a guest that clang compiles with the library's header uses the library",
           Run("run", *options, "--invoke", "check", wasm), "0\n")
    fails("a handle whose object was released is refused",
          Run("run", *options, "--invoke", "stale", wasm), 134, "canvas_name", "struct canvas",
          "released")
else:
    counting.left_out("there is no clang with wasm-ld to compile a guest with")
shutil.rmtree(folder)
count.finish()
