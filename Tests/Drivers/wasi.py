#!/usr/bin/env python3
"""Runs the public suite of WASI preview 1 with the command. Each program must do what its description says, and
the number of programs must equal that of the suite.

    Tests/Drivers/wasi.py [FOLDER…]

runs the programs of other folders with the same layout."""
import json
import os
import pathlib
import shutil
import stat
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting
from command import Run

PROGRAMS = {"assemblyscript": 12, "c": 14}

count = counting.Count()
shared = os.environ.get("PULLEY_SHARED")
suites = pathlib.Path(shared) / "suites" / "wasi-p1" if shared else None
if not sys.argv[1:] and not (suites and suites.is_dir()):
    counting.left_out("there is no suite of WASI in $PULLEY_SHARED or ../shared")
    count.finish()


def copy_of(directory, folder):
    """A writable copy, whatever the permissions of the suite's own files."""
    copy = pathlib.Path(folder) / directory.name
    shutil.copytree(directory, copy, symlinks=True)
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | stat.S_IWUSR)
    return copy


def check(program):
    described = program.with_suffix(".json")
    description = json.loads(described.read_text()) if described.exists() else {}
    options = []
    with tempfile.TemporaryDirectory() as folder:
        for name in description.get("dirs", []):
            options += ["--dir", f"{copy_of(program.parent / name, folder)}::{name}"]
        for item in description.get("env", {}).items():
            options += ["--env", "=".join(item)]
        run = Run("run", *options, program, *description.get("args", []),
                  stdin=description.get("stdin", "").encode())
    expected = {"exit_code": description.get("exit_code", 0),
                **{key: description[key] for key in ("stdout", "stderr") if key in description}}
    actual = {"exit_code": run.code, "stdout": run.out, "stderr": run.err}
    actual = {key: actual[key] for key in expected}
    count.equal(f"{program.parent.name}/{program.name}", actual, expected, run)


folders = [(pathlib.Path(name), None) for name in sys.argv[1:]]
for folder, number in folders or [(suites / name, number) for name, number in PROGRAMS.items()]:
    programs = sorted(folder.glob("*.wasm"))
    if number is not None:
        count.equal(f"{folder.name} contains all its programs", len(programs), number)
    for program in programs:
        check(program)
count.finish()
