#!/usr/bin/env python3
"""Checks that every use of a module ends with a status or a trap, however little memory the process may have.

Each scenario runs at thirty settings of `ulimit -v`, from the least with which the process starts to one with which
everything succeeds, with the C interface and with the command."""
import concurrent.futures
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile

import counting
from command import PULLEY
from wasm import F64, FUNCTION, I32, I64, name, s, section, u, vec

count = counting.Count()
folder = pathlib.Path(tempfile.mkdtemp())
CLIENT = folder / "limits"
# More settings find more defects and take longer.
SETTINGS = int(os.environ.get("PULLEY_LIMIT_SETTINGS", 30))
WHOLE = 8 << 30

built = subprocess.run(
    ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "Tests/Drivers/limits.c", "-o", CLIENT,
     "-Ibuild/include", "-Lbuild/lib", "-lpulley", "-lpthread",
     f"-Wl,-rpath,{os.path.abspath('build/lib')}"], capture_output=True, text=True)
if not count.check("limits.c compiles", built.returncode == 0, built.stderr):
    count.finish()


def limited(command, bytes_):
    """Runs a command with the given address space and returns its exit code."""
    def lower():
        resource.setrlimit(resource.RLIMIT_AS, (bytes_, bytes_))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return subprocess.run(command, capture_output=True, text=True, errors="replace",
                          preexec_fn=lower, timeout=120)


def least(command, starts):
    """The least address space with which a command starts."""
    low, high = 1 << 20, 1 << 30
    while high - low > 1 << 15:
        middle = (low + high) // 2
        if starts(limited(command, middle)):
            high = middle
        else:
            low = middle
    return high


def settings(base):
    """Thirty sizes above the least, with growing distances."""
    first, last = 1 << 16, WHOLE - base
    ratio = (last / first) ** (1 / (SETTINGS - 2))
    return [base] + [int(base + first * ratio ** k) for k in range(SETTINGS - 1)]


# Inputs: a lot of code, a lot of everything else, one large function.

def file(name_, content):
    path = folder / name_
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content)
    return path


WORK = """
    (loop $again
      (local.set $a (i32.add (i32.mul (local.get $a) (i32.const 17)) (local.get $b)))
      (i32.store offset=8 (i32.and (local.get $a) (i32.const 0xfff)) (local.get $b))
      (local.set $b (i32.xor (i32.load (i32.and (local.get $b) (i32.const 0xfff))) (local.get $a)))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3))))"""


def text(functions, repeats, imports=True):
    add = "(import \"env\" \"add\" (func $add (param i32 i32) (result i32)))" if imports else (
        "(func $add (param i32 i32) (result i32) (local.get 0))")
    parts = [f"""(module
  {add}
  (memory (export "memory") 1) (table $t 10 1000000 funcref) (table $u 0 externref)
  (elem declare func $deep)
  (func (export "grow") (result i32) (local $n i32)
    (loop $more
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $more (i32.ne (memory.grow (i32.const 64)) (i32.const -1))))
    (local.get $n))
  (func (export "tables") (result i32) (local $n i32)
    (loop $more
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $more (i32.ne (table.grow $t (ref.func $deep) (i32.const 40970)) (i32.const -1))))
    (loop $more
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $more (i32.ne (table.grow $u (ref.null extern) (i32.const 900000)) (i32.const -1))))
    (local.get $n))
  (func $deep (export "deep") (result i32) (i32.add (call $deep) (i32.const 1)))
  (func (export "trap") (result i32) (i32.div_s (i32.const 1) (i32.const 0)))
  (func (export "host") (result i32) (call $add (i32.const 2) (i32.const 3)))"""]
    for index in range(functions):
        callee = f"(drop (call $f{index - 1}))" if index else ""
        parts.append(f"""  (func $f{index} (result i32) (local $a i32) (local $b i32) (local $n i32)
    {callee}{WORK * repeats} (local.get $b))""")
    parts.append(f'  (func (export "all") (result i32) (call $f{functions - 1})))')
    return "\n".join(parts)


def dense(count_):
    """Many types, imports, exports, globals, elements, names and empty functions."""
    number = range(count_)
    types = vec([b"\x60\x00\x01\x7f"]
                + [b"\x60" + vec([bytes([I64])] * (k % 20)) + vec([bytes([F64])] * (k // 20 % 50))
                   for k in number])
    functions = vec(b"\x00" for _ in number)
    table = vec([b"\x70\x00" + u(count_)])
    globals_ = vec(bytes([I32, 1]) + b"\x41" + s(k) + b"\x0b" for k in number)
    exports = vec([name("first") + bytes([FUNCTION]) + u(0)]
                  + [name(f"e{k}") + bytes([FUNCTION]) + u(k) for k in number])
    elements = vec([b"\x04\x41\x00\x0b" + vec(b"\xd2" + u(k) + b"\x0b" for k in number)])
    code = vec(b"\x04\x00\x41\x07\x0b" for _ in number)
    names = name("name") + section(1, vec(u(k) + name(f"n{k}") for k in number))
    return (b"\0asm\1\0\0\0" + section(1, types) + section(3, functions) + section(4, table)
            + section(6, globals_) + section(7, exports) + section(9, elements) + section(10, code)
            + section(0, names))


def clif(functions, repeats):
    parts = []
    for index in range(functions):
        lines = [f"function %{'sum' if index == functions - 1 else f'f{index}'}() -> i32 {{"]
        if index:
            lines.append(f"    fn0 = colocated %f{index - 1}() -> i32")
        lines += ["block0:", "    v0 = call fn0()" if index else "    v0 = iconst.i32 5"]
        for k in range(repeats):
            lines.append(f"    v{3 * k + 1} = iconst.i32 {k}")
            lines.append(f"    v{3 * k + 2} = iadd v{3 * k}, v{3 * k + 1}")
            lines.append(f"    v{3 * k + 3} = imul v{3 * k + 2}, v{3 * k + 1}")
        lines += [f"    return v{3 * repeats}", "}", ""]
        parts.append("\n".join(lines))
    return "\n".join(parts)


many = file("many.wat", text(100, 3))
large = file("large.wat", text(1, 100))
alone = file("alone.wat", text(100, 3, imports=False))
for source in (many, large, alone):
    subprocess.run([PULLEY, "wat2wasm", source, "-o", source.with_suffix(".wasm")], check=True)
clif_file = file("sum.clif", clif(40, 30))
dense_file = file("dense.wasm", dense(3000))
artifact = folder / "many.pulley"
subprocess.run([PULLEY, "compile", alone.with_suffix(".wasm"), "-o", artifact], check=True)
wasi_program = os.path.abspath("examples-c/guests/words.wasm")

SCENARIOS = [
    ("C: a module of many functions", [CLIENT, many.with_suffix(".wasm")], "done"),
    ("C: the same, all compiled at once", [CLIENT, many.with_suffix(".wasm"), "eager"], "done"),
    ("C: the same on another thread", [CLIENT, many.with_suffix(".wasm"), "eager", "thread"],
     "done"),
    ("C: a text", [CLIENT, many], "done"),
    ("C: a large function", [CLIENT, large.with_suffix(".wasm")], "done"),
    ("C: many of everything", [CLIENT, dense_file], "done"),
    ("C: CLIF", [CLIENT, clif_file], "done"),
    ("C: a WASI program", [CLIENT, "wasi", wasi_program, folder], "exit code"),
    ("the command: run", [PULLEY, "run", "--invoke", "all", alone.with_suffix(".wasm")], ""),
    ("the command: run an artifact", [PULLEY, "run", "--invoke", "grow", artifact], ""),
    ("the command: run a text", [PULLEY, "run", "--eager", "--invoke", "tables", alone], ""),
    ("the command: run CLIF", [PULLEY, "run", "--invoke", "sum", clif_file], ""),
    ("the command: overflow a stack", [PULLEY, "run", "--invoke", "deep", alone], ""),
    ("the command: compile", [PULLEY, "compile", many, "-o", folder / "out.pulley"], ""),
    ("the command: validate", [PULLEY, "validate", dense_file, many, clif_file], ""),
    ("the command: wat2wasm", [PULLEY, "wat2wasm", many, "-o", folder / "out.wasm"], ""),
    ("the command: wasm2wat", [PULLEY, "wasm2wat", dense_file], ""),
    ("the command: inspect", [PULLEY, "inspect", dense_file], ""),
    ("the command: a WASI program", [PULLEY, "run", "--dir", f"{folder}::/", wasi_program, clif_file.name], ""),
]

least_client = least([CLIENT, "start"], lambda run: run.returncode == 0)
least_command = least([PULLEY, "--version"], lambda run: run.returncode >= 0 and run.returncode < 127)
print(f"the client starts with {least_client >> 10} KiB, the command with {least_command >> 10} KiB")


def sweep(scenario):
    what, command, end = scenario
    base = least_client if command[0] == CLIENT else least_command
    outcomes = []
    for bytes_ in settings(base):
        try:
            outcomes.append((bytes_, limited(command, bytes_)))
        except subprocess.TimeoutExpired:
            outcomes.append((bytes_, None))
    return what, end, outcomes


with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for what, end, outcomes in pool.map(sweep, SCENARIOS):
        first = None
        for bytes_, run in outcomes:
            label = f"{what}, with {bytes_ >> 10} KiB"
            if not count.check(f"{label}: the process ends by itself", run is not None, "timeout"):
                continue
            # 134 is the exit code of a trap; a signal gives a negative code.
            count.check(f"{label}: the process ends with a status or a trap",
                        run.returncode in (0, 1, 134) and "UNEXPECTED" not in run.stdout,
                        f"exit {run.returncode}", run.stdout[-600:], run.stderr[-600:])
            if first is None and end in run.stdout and " 9" not in run.stdout and (
                    run.returncode in (0, 134)):
                first = bytes_
        last = outcomes[-1][1]
        count.check(f"{what}: the process succeeds with enough memory", last is not None
                    and last.returncode in (0, 134) and end in last.stdout,
                    last and last.stdout[-600:], last and last.stderr[-600:])
        if first:
            print(f"{what}: all succeeds from {first >> 20} MiB on")

shutil.rmtree(folder, ignore_errors=True)
count.finish()
