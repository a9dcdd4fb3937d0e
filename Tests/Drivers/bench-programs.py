#!/usr/bin/env python3
"""Runs every benchmark program, as a module and as an artifact, and compares its result with the manifest."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting

shared = os.environ.get("PULLEY_SHARED")
bench = pathlib.Path(shared) / "bench" if shared else None
count = counting.Count()
if not bench or not (bench / "manifest.json").exists():
    counting.left_out("there are no benchmark programs in $PULLEY_SHARED or ../shared")
    count.finish()

# The exit codes of the WASI programs. Most lack an input file and panic, which is a trap.
WITHOUT_INPUT = {"richards": 134, "blake3-scalar": 134, "rust-json": 134, "shootout-keccak": 0}


def run(*arguments):
    try:
        done = subprocess.run(["build/bin/pulley", *map(str, arguments)], capture_output=True,
                              timeout=300)
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(
            errors="replace")
    except subprocess.TimeoutExpired:
        return "timeout", "", ""


with tempfile.TemporaryDirectory() as folder:
    for case in json.loads((bench / "manifest.json").read_text()):
        name, file = case["name"], bench / case["file"]
        invoke = ["--invoke", case["invoke"]] if "invoke" in case else []
        code, out, err = run("run", *invoke, file, *case.get("args", []))
        if "result" in case:
            # The results in the manifest are unsigned.
            expected = f"exit 0, {case['result']}"
            good = code == 0 and out.strip().lstrip("-").isdigit() and (
                int(out) & 0xFFFFFFFF == int(case["result"]))
        else:
            expected = f"exit {WITHOUT_INPUT[name]}, no output"
            good = (code, out) == (WITHOUT_INPUT[name], "")
        count.check(name, good, f"expected: {expected}", f"exit {code}", out, err)
        artifact = pathlib.Path(folder) / f"{name}.pulley"
        compiled = run("compile", file, "-o", artifact)
        if not count.check(f"{name} compiles to an artifact", artifact.exists(), *compiled):
            continue
        again = run("run", *invoke, artifact, *case.get("args", []))
        count.equal(f"{name}: the artifact gives the same result", again[:2], (code, out), again[2])

count.finish()
