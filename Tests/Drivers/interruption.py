#!/usr/bin/env python3
"""Interrupts guests at every place: with the library, in Tests/Drivers/interruption.c, whose latencies are printed
as a table; and with the command, by --timeout."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting
from command import Run

# Without the interruption, each case would take minutes. The limit allows for a busy machine.
GENEROUS = 5_000_000

count = counting.Count()


def measure(folder):
    program = folder / "latency"
    built = subprocess.run(
        ["cc", "-O1", "-Wall", "-Werror", "-o", program, "Tests/Drivers/interruption.c",
         "-Ibuild/include", "-Lbuild/lib", "-Wl,-rpath," + str(pathlib.Path("build/lib").resolve()),
         "-lpulley", "-lpthread"], capture_output=True, text=True)
    if not count.check("interruption.c compiles", built.returncode == 0, built.stderr):
        return
    done = subprocess.run([program, folder], capture_output=True, text=True, timeout=900)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    count.check("interruption.c tries all places", done.returncode == 0 and len(lines) > 40,
                f"exit {done.returncode}", done.stdout, done.stderr)
    print("| place | ends after |")
    print("| --- | --- |")
    for name, latency, result in (line for line in lines if len(line) == 3):
        print(f"| {name} | {int(latency) / 1000:.1f} ms |")
        count.equal(name, result, "ok")
        count.check(f"{name}: the guest ends soon after the interruption",
                    int(latency) < GENEROUS, latency)


LOOP = '(module (func $spin (loop $l (br $l))) (func (export "_start") (call $spin)))'
WASI = 'wasi_snapshot_preview1'

# Each case has a program, its name, options, and the text that the error must contain.
ENDLESS = {
    "a loop": ("loop.wat", LOOP, [], "spin"),
    "a loop, named by --invoke": (
        "invoked.wat", '(module (func (export "f") (loop $l (br $l))))', ["--invoke", "f"], "f"),
    "a start function": (
        "start.wat", '(module (func $begin (loop $l (br $l))) (start $begin))', [], "begin"),
    "a wait": (
        "wait.wat", '(module (memory 1 1 shared) (func (export "_start") (drop (memory.atomic.wait32 '
        '(i32.const 0) (i32.const 0) (i64.const -1)))))', [], "_start"),
    "a read of standard input": (
        "read.wat", f'(module (import "{WASI}" "fd_read" (func $read (param i32 i32 i32 i32) '
        '(result i32))) (memory (export "memory") 1) (data (i32.const 4) "\\10") '
        '(func (export "_start") (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) '
        '(i32.const 16)))))', [], "_start"),
    "CLIF": ("loop.clif", "function %main() {\nblock0:\n    jump block1\nblock1:\n    jump block1\n}\n", [], "main"),
    "a C function": (
        "pause.wat", '(module (import "env" "pause" (func $p (result i32))) (func (export "_start") '
        '(drop (call $p))))', ["--host", "env.pause=i32()"], "in a C function"),
}


def check_timeout(what, arguments, text):
    start = time.monotonic()
    # Standard input is a pipe that stays empty.
    reader, writer = os.pipe()
    run = Run("run", "--timeout", "300ms", *arguments, stream=reader)
    os.close(reader)
    os.close(writer)
    seconds = time.monotonic() - start
    count.equal(f"--timeout: {what}: the exit code is right", run.code, 124, run)
    count.check(f"--timeout: {what}: the message is right",
                "interrupted after 300 ms" in run.err and text in run.err,
                run)
    count.check(f"--timeout: {what}: the guest does not end before the limit", seconds >= 0.3, seconds)


def command(folder):
    for what, (name, text, options, expected) in ENDLESS.items():
        path = folder / name
        path.write_text(text)
        check_timeout(what, [*options, path], expected)
    artifact = folder / "loop.pulley"
    Run("compile", "-o", artifact, folder / "loop.wat")
    check_timeout("an artifact", [artifact], "spin")
    operators = "".join(f"(local.set {i * 7 % 4} (i32.mul (local.get {i * 5 % 4}) (i32.const {i})))\n"
                        for i in range(600000))
    (folder / "big.wat").write_text(
        f'(module (func $big (param i32) (local i32 i32 i32) {operators}) '
        '(func (export "_start") (call $big (i32.const 1))))')
    check_timeout("compiling, at once", ["--eager", folder / "big.wat"], "")
    (folder / "quick.wat").write_text('(module (func (export "_start")))')
    for span in ["10", "10s", "0.5m", "1h", "10000ms", "9.5"]:
        run = Run("run", "--timeout", span, folder / "quick.wat")
        count.equal(f"--timeout {span}: a program that ends in time succeeds",
                    (run.code, run.err), (0, ""), run)
    for span in ["0", "-1", "", "s", "1d", "1e3", "inf", "nan", "1.2.3", "0x10"]:
        run = Run("run", f"--timeout={span}", folder / "quick.wat")
        count.equal(f"--timeout {span!r} is refused", run.code, 64, run)


with tempfile.TemporaryDirectory() as name:
    measure(pathlib.Path(name))
    command(pathlib.Path(name))
count.finish()
