#!/usr/bin/env python3
"""Tests CLIF at the command line: output, exit codes and errors, and that failing tests are reported."""
import json
import os
import pathlib
import random
import shutil
import tempfile

import counting
from command import Run

count = counting.Count()
folder = pathlib.Path(tempfile.mkdtemp())


def succeeds(what, run, out):
    count.check(what, run.code == 0 and run.out == out and not run.err, f"expected: {out!r}", run)


def fails(what, run, code, *parts):
    """Expects exit code `code` and all `parts` in the output."""
    count.check(what, run.code == code and all(p in run.out + run.err for p in parts),
                f"expected: exit {code}, with {parts}", run)


def file(name, text):
    path = folder / name
    path.write_text(text)
    return path


# Running

program = file("program.clif", """\
function %fib(i64) -> i64 {
    fn0 = colocated %fib(i64) -> i64
block0(v0: i64):
    v1 = iconst.i64 2
    v2 = icmp slt v0, v1
    brif v2, block1, block2
block1:
    return v0
block2:
    v3 = isub v0, v1
    v4 = call fn0(v3)
    v5 = iconst.i64 1
    v6 = isub v0, v5
    v7 = call fn0(v6)
    v8 = iadd v4, v7
    return v8
}
function %many(i8, i16, f32, f64, i32x4, i128) -> i128, i32x4, f64, f32, i16, i8 {
block0(v0: i8, v1: i16, v2: f32, v3: f64, v4: i32x4, v5: i128):
    return v5, v4, v3, v2, v1, v0
}
function u0:3(i32) -> i32 {
    fn0 = %toupper(i32) -> i32 system_v
block0(v0: i32):
    v1 = call fn0(v0)
    return v1
}
function %quotient(i32, i32) -> i32 {
block0(v0: i32, v1: i32):
    v2 = sdiv v0, v1
    return v2
}
function %main() -> i32 {
    ss0 = explicit_slot 8
    fn0 = %puts(i64) -> i32 system_v
block0:
    v0 = stack_addr.i64 ss0
    v1 = iconst.i64 0x216948
    store v1, v0
    v2 = call fn0(v0)
    v3 = iconst.i32 3
    return v3
}
""")
succeeds("`run --invoke` calls a CLIF function",
         Run("run", "--invoke", "%fib", program, "25"), "75025\n")
succeeds("a function name may omit the %", Run("run", "--invoke", "fib", program, "10"), "55\n")
succeeds("`run --eager` runs CLIF", Run("run", "--eager", "--invoke", "fib", program, "10"), "55\n")
succeeds("values of all CLIF types are accepted and printed",
         Run("run", "--invoke", "many", program, "-1", "0x7fff", "1.5", "-0x1.8p1", "1,2,-3,4",
             "0x10000000000000000"),
         "18446744073709551616\n[1 2 -3 4]\n-3.0\n1.5\n32767\n-1\n")
succeeds("CLIF calls a C function", Run("run", "--invoke", "u0:3", program, "97"), "65\n")
run = Run("run", program)
count.check("the result of main is the exit code",
            run.code == 3 and run.out == "Hi!\n" and not run.err, run)
fails("a trap shows the line of the text", Run("run", "--invoke", "quotient", program, "7", "0"), 134,
      "program.clif:30:10: trap: integer divide by zero", "v2 = sdiv v0, v1", "0: quotient at line 30")
fails("a missing function is an error that lists the functions",
      Run("run", "--invoke", "nope", program), 1, "no function named", "%fib")
fails("too few arguments are refused",
      Run("run", "--invoke", "fib", program), 1, "takes 1 arguments, not 0")
fails("an argument of the wrong type is refused",
      Run("run", "--invoke", "fib", program, "x"), 1, "\"x\" is not a value of type i64")
run = Run("run", "--count-dispatches", "--invoke", "fib", program, "5")
count.check("`--count-dispatches` counts for CLIF", run.code == 0 and "dispatched" in run.err, run)
run = Run("run", "--stats", "--invoke", "fib", program, "5")
count.check("`--stats` counts for CLIF", run.code == 0 and "instructions ran in" in run.err, run)

unknown = file("unknown.clif", """\
function %main() {
    fn0 = %no_such_function_anywhere()
block0:
    call fn0()
    return
}
""")
fails("an undefined import is an error that names it", Run("run", unknown), 1, "unknown import",
      "env.no_such_function_anywhere")
succeeds("`--host` defines an import of CLIF",
         Run("run", "--host", "env.abs=int(int)", "--invoke", "f", file("host.clif", """\
function %f(i32) -> i32 {
    fn0 = %abs(i32) -> i32
block0(v0: i32):
    v1 = call fn0(v0)
    return v1
}
"""), "-5"), "5\n")

shown = "examples-c/guests/fib.clif"
succeeds("the CLIF example of the README runs", Run("run", "--invoke", "%fib", shown, "30"), "832040\n")
succeeds("main of the CLIF example prints a greeting", Run("run", shown), "Hello!\n")

# Artifacts, listings, checks

artifact = folder / "program.pulley"
succeeds("`compile` compiles CLIF", Run("compile", program), "")
succeeds("an artifact of CLIF runs", Run("run", "--invoke", "fib", artifact, "20"), "6765\n")
run = Run("run", artifact)
count.check("an artifact of CLIF calls C", run.code == 3 and run.out == "Hi!\n", run)
run = Run("objdump", program, "--filter", "quotient")
count.check("`objdump` lists a CLIF artifact",
            run.code == 0 and "quotient:" in run.out and "xdiv32_s" in run.out
            and "fib" not in run.out, run)
succeeds("`validate` accepts valid CLIF", Run("validate", program), "")
fails("`validate` prints all errors of a CLIF text", Run("validate", file("bad.clif", """\
function %f(i32) -> i32 {
block0(v0: i32):
    v1 = iadd.i64 v0, v0
    return v1
}
function %g() {
block0:
    jump block9
}
""")), 1, "bad.clif:3:10: arg 0 (v0) has type i32, expected i64",
      "bad.clif:4:5: result 0 has type i64", "bad.clif:8:5: invalid block reference block9")
fails("`validate` prints all syntax errors of a CLIF text", Run("validate", file("worse.clif", """\
function %f(i32) -> i32 {
block0(v0: i32):
    v1 = frobnicate v0
    return v7
""")), 1, "worse.clif:3:10: unknown opcode: 'frobnicate'", "worse.clif:4:12: undefined operand value v7",
      "worse.clif:5:1: expected '}'")
fails("`compile` names a function that cannot be compiled",
      Run("compile", file("refused.clif", """\
function %f(i128, i128) -> i128 {
block0(v0: i128, v1: i128):
    v2 = udiv v0, v1
    return v2
}
""")), 1, "refused.clif:3:10: function %f cannot be compiled: udiv.i128 is not supported")

# Tests

good = file("good.clif", """\
test run
test cat
test compile precise-output
target pulley64

function %sum(i32, i32) -> i32 fast {
block0(v0: i32, v1: i32):
    v2 = iadd v0, v1
    return v2
}
; run: %sum(1, 2) == 3
; run: %sum(1, 2) != 4
; print: %sum(5, 6)
; sameln: function %sum(i32, i32) -> i32 fast {
; nextln: block0(v0: i32, v1: i32):
; nextln:     v2 = iadd v0, v1
; not: isub
; check: }
; Disassembled:
; xadd32 x0, x0, x1
; ret
""")
fails("`clif-test` passes a correct file", Run("clif-test", good), 0, "%sum(5, 6) -> 11",
      "0 of 1 functions have more instructions than expected", "5 passed, 0 failed")
result = json.loads(Run("clif-test", "--json", good).out)
count.equal("`clif-test --json` prints the counts as JSON",
            (result["passed"], result["failed"], result["compared"]), (5, 0, 1))


def wrong(what, old, new, *parts):
    fails(what, Run("clif-test", file("wrong.clif", good.read_text().replace(old, new))), 1, *parts)


wrong("a wrong result fails", "(1, 2) == 3", "(1, 2) == 4", "wrong.clif:11: run:",
      "%sum(1, 2) gives 3, expected 4")
wrong("a result that should differ fails", "!= 4", "!= 3", "anything but")
wrong("a line that is missing fails", "nextln: block0", "nextln: block1", "wrong.clif:6: cat:")
wrong("a line that should not be there fails", "not: isub", "not: return", "found text that `not` forbids")
wrong("an unknown test fails", "test run", "test frob", "unknown test `frob`")
wrong("a run command that is none fails", "%sum(1, 2) == 3", "%sum(1) == 3", "wrong.clif:11: run:")
fails("`clif-test` lists functions with more instructions than expected",
      Run("clif-test", file("long.clif", good.read_text().replace("; xadd32 x0, x0, x1\n", ""))), 0,
      "%sum: 2 instructions, not 1", "1 of 1 functions have more")
verifier = file("verifier.clif", """\
test verifier
function %f(i32) -> i32 {
block0(v0: i32):
    return ; error: arguments of return
}
""")
fails("`clif-test` passes an expected verifier error",
      Run("clif-test", verifier), 0, "1 passed, 0 failed")
fails("`clif-test` fails if an expected error does not occur",
      Run("clif-test", file("verifier2.clif", verifier.read_text().replace("return ;", "return v0 ;"))),
      1, "no error: arguments of return")
fails("`clif-test` fails on an unexpected error",
      Run("clif-test", file("verifier3.clif", verifier.read_text().replace("; error", "; note"))),
      1, "unexpected error")
tree = folder / "tree" / "deeper"
tree.mkdir(parents=True)
shutil.copy(good, tree / "a.clif")
shutil.copy(verifier, folder / "tree" / "b.clif")
fails("`clif-test` runs all files below a folder", Run("clif-test", "--per-file", folder / "tree"), 0,
      "a.clif: 5 passed, 0 failed", "b.clif: 1 passed, 0 failed", "6 passed, 0 failed")
fails("`clif-test` reports a missing file", Run("clif-test", folder / "none.clif"), 1, "none.clif")

# A damaged text gives an error or compiles.

random.seed(4)
source = program.read_bytes() + good.read_bytes()
for number in range(150):
    data = bytearray(source)
    for _ in range(random.randrange(1, 6)):
        place = random.randrange(len(data))
        choice = random.randrange(3)
        if choice == 0:
            data[place] = random.randrange(256)
        elif choice == 1:
            del data[place:place + random.randrange(1, 40)]
        else:
            start = random.randrange(len(source))
            data[place:place] = source[start:start + random.randrange(40)]
    path = folder / "damaged.clif"
    path.write_bytes(data)
    run = Run("compile", path, "-o", os.devnull)
    if not count.check(f"damaged text {number} compiles or gives an error", run.code in (0, 1), run):
        shutil.copy(path, f"build/damaged-{number}.clif")

shutil.rmtree(folder)
count.finish()
