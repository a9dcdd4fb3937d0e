#!/usr/bin/env python3
"""Writes tools/startup-order.txt: the functions that the command calls when it starts and runs a small program, in the
order in which it first calls them. The linker puts them side by side, so that fewer pages of the command are read and
counted as its memory.

    make build && tools/startup-order.py

needs Valgrind. Names that no longer exist do no harm, and new functions are only elsewhere; run it again when the
start has changed much."""
import pathlib
import re
import subprocess
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
command = root / ".build/release/pulley-cli"
guests = root / "examples-c/guests"
hello = """(module (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00") (data (i32.const 16) "hello\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"""


def functions(folder, *words):
    """The names of the functions that a run calls, in order."""
    output = folder / "callgrind.out"
    subprocess.run(["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={output}",
                    command, "run", *words], check=True, capture_output=True)
    return [re.sub(r"'\d+$", "", match[1].strip())
            for match in re.finditer(r"^c?fn=\(\d+\) (.*)", output.read_text(), re.M)]


defined = {line.split()[-1] for line in subprocess.run(
    ["nm", "--defined-only", command], check=True, capture_output=True, text=True).stdout.splitlines()}
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "hello.wat").write_text(hello)
    subprocess.run([command, "wat2wasm", folder / "hello.wat", "-o", folder / "hello.wasm"], check=True)
    cache = f"--cache={folder / 'cache'}"
    runs = [functions(folder, folder / "hello.wasm"),
            functions(folder, cache, "--dir", root, guests / "words.wasm", root / "README.md"),
            functions(folder, cache, "--dir", root, guests / "words.wasm", root / "README.md")]
order = dict.fromkeys(name for run in runs for name in run if name in defined)
(root / "tools/startup-order.txt").write_text("".join(f"{name}\n" for name in order))
print(f"{len(order)} functions")
