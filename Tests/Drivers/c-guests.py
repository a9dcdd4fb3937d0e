#!/usr/bin/env python3
"""Runs the guests of Tests/c-guests, which use libraries of the host by their headers, and compares their output with
that of the same sources, compiled for this machine.

    Tests/Drivers/c-guests.py [GUEST…]"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import counting
from command import Run

GUESTS = pathlib.Path(__file__).resolve().parent.parent / "c-guests"
# The headers and libraries of each guest, besides the C library's.
NEEDS = {
    "sorting": [],
    "formats": [],
    "times": [("time.h", "c", "libc.so.6")],
    "compression": [("zlib.h", "z", "libz.so.1")],
    "database": [("sqlite3.h", "sqlite3", "libsqlite3.so.0")],
}
# The time zone is one with a history.
os.environ["TZ"] = "Europe/Berlin"
count = counting.Count()


def preprocess(headers):
    text = "".join(f"#include <{header}>\n" for header in headers)
    return subprocess.run(["cc", "-std=gnu11", "-D_GNU_SOURCE", "-E", "-x", "c", "-"], input=text,
                          capture_output=True, text=True)


def test(folder, guest):
    needs = NEEDS[guest]
    header = folder / f"{guest}.i"
    done = preprocess(["stdio.h", "stdlib.h", "string.h", *(need[0] for need in needs)])
    if done.returncode:
        counting.left_out(f"{guest}: there is no {' or no '.join(need[0] for need in needs)}")
        return
    header.write_text(done.stdout)
    native = folder / guest
    built = subprocess.run(
        ["cc", "-std=gnu11", "-D_GNU_SOURCE", "-fno-builtin", "-w", GUESTS / f"{guest}.c", "-o", native,
         *(f"-l{need[1]}" for need in needs)], capture_output=True, text=True)
    if not count.check(f"{guest}.c compiles for this machine", built.returncode == 0, built.stderr):
        return
    expected = subprocess.run([native], capture_output=True, text=True)
    count.equal(f"{guest}: the native program ends without an error", (expected.returncode, expected.stderr), (0, ""))
    libraries = ["libc.so.6", *(need[2] for need in needs if need[1] != "c")]
    run = Run("run", "--header", header, *(f"--library={library}" for library in libraries), "--invoke", "run",
              GUESTS / f"{guest}.wasm")
    count.equal(f"{guest}: the guest ends without an error", (run.code, run.err), (0, ""))
    # The command prints the export's result, 0, as the last line.
    lines = run.out.splitlines()
    if lines and lines[-1] == "0":
        lines.pop()
    for number, line in enumerate(expected.stdout.splitlines()):
        count.equal(f"{guest}: line {number + 1}", lines[number] if number < len(lines) else None, line)
    count.equal(f"{guest}: the number of lines", len(lines), len(expected.stdout.splitlines()))


with tempfile.TemporaryDirectory() as name:
    if shutil.which("cc"):
        for guest_ in sys.argv[1:] or NEEDS:
            test(pathlib.Path(name), guest_)
        count.equal("each guest has a source and a binary and is tested",
                    ({path.stem for path in GUESTS.glob("*.c")}, {path.stem for path in GUESTS.glob("*.wasm")}),
                    ({*NEEDS}, {*NEEDS}))
    else:
        counting.left_out("guests in C: there is no C compiler")
count.finish()
