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

ROOT = pathlib.Path.cwd()
shared = os.environ.get("PULLEY_SHARED")
folders = [ROOT / "bench/gc"]
count = counting.Count()
if shared and (pathlib.Path(shared) / "bench/manifest.json").exists():
    folders.append(pathlib.Path(shared) / "bench")
else:
    counting.left_out("the suite: there are no benchmark programs in $PULLEY_SHARED or ../shared")

# How the output of the programs of WASI ends, which have no result in the manifest. They print on standard error;
# without their input they would trap.
OUTPUT = {
    "richards": "",
    "blake3-scalar": 'returned Hash("059bb0ac5450537c4d30544423687821a498c9af13c23782eed5e69fde7730ea")\n',
    "rust-json": "[rust-json] serialized size: 2608119 bytes\n",
    "shootout-keccak": "",
}


def run(*arguments, cwd=ROOT):
    try:
        done = subprocess.run([ROOT / "build/bin/pulley", *map(str, arguments)], capture_output=True,
                              timeout=300, cwd=cwd)
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(
            errors="replace")
    except subprocess.TimeoutExpired:
        return "timeout", "", ""


with tempfile.TemporaryDirectory() as folder:
    for bench, case in ((bench, case) for bench in folders
                        for case in json.loads((bench / "manifest.json").read_text())):
        name, file = case["name"], bench / case["file"]
        options = ["--invoke", case["invoke"]] if "invoke" in case else []
        options += [word for directory in case.get("dirs", []) for word in ("--dir", directory)]
        cwd = bench / case.get("cwd", ".")
        code, out, err = run("run", *options, file, *case.get("args", []), cwd=cwd)
        if "result" in case:
            # The results in the suite's manifest are unsigned.
            expected = f"exit 0, {case['result']}"
            good = code == 0 and out.strip().lstrip("-").isdigit() and (
                int(out) == int(case["result"]) or int(out) & 0xFFFFFFFF == int(case["result"]))
        else:
            expected = f"exit 0, {OUTPUT[name]!r}"
            good = code == 0 and err.endswith(OUTPUT[name]) and bool(err) == bool(OUTPUT[name])
        count.check(name, good, f"expected: {expected}", f"exit {code}", out, err)
        artifact = pathlib.Path(folder) / f"{name}.pulley"
        compiled = run("compile", file, "-o", artifact)
        if not count.check(f"{name} compiles to an artifact", artifact.exists(), *compiled):
            continue
        again = run("run", *options, artifact, *case.get("args", []), cwd=cwd)
        count.equal(f"{name}: the artifact gives the same result", again, (code, out, err))

count.finish()
