#!/usr/bin/env python3
"""Runs Cranelift's test files with the command.

The counts of each file must equal those in Tests/expected-clif-counts.tsv. The number of run commands must equal
the number in the suites' own list, with and without optimisation. `--update` writes the counts to the file
instead; review the difference.
"""
import json
import os
import pathlib
import subprocess
import sys

import counting

PULLEY = "build/bin/pulley"
SECONDS = 900
EXPECTED = pathlib.Path("Tests/expected-clif-counts.tsv")
GROUPS = ["runtests", "verifier", "parser", "isa-pulley64", "isa-pulley32"]
HEAD = """\
# What `pulley clif-test` counts for each of Cranelift's test files: checks that pass, by kind of test;
# checks that fail, by their reasons; of functions compared with a listing, how many there are, and how
# many have more instructions than it.
# group/file	passed	failed	compared	larger
"""

count = counting.Count()
shared = os.environ.get("PULLEY_SHARED")
suites = pathlib.Path(shared) / "suites" / "clif" if shared else None
if not suites or not suites.is_dir():
    counting.left_out("there are no suites in $PULLEY_SHARED or ../shared")
    count.finish()


def clif_test(*arguments):
    """Runs the command and returns its results by file name."""
    run = subprocess.run([PULLEY, "clif-test", "--json", *map(str, arguments)],
                         capture_output=True, text=True, timeout=SECONDS)
    try:
        files = json.loads(run.stdout)["files"]
    except ValueError:
        count.check(" ".join(map(str, arguments)), False, run.returncode,
                    (run.stdout + run.stderr)[-2000:])
        return {}
    failed = sum(len(file["failures"]) for file in files)
    count.equal(f"{arguments}: exit code", run.returncode, int(failed > 0))
    return {pathlib.Path(file["file"]).name: file for file in files}


def reason(message):
    """Removes the name of the function from a message."""
    return message.split(": ", 1)[-1]


def row(file):
    passed = ", ".join(f"{kind}: {number}" for kind, number in sorted(file["passed"].items()))
    reasons = {}
    for failure in file["failures"]:
        text = reason(failure["message"])
        reasons[text] = reasons.get(text, 0) + 1
    failed = "; ".join(f"{text}: {number}" for text, number in sorted(reasons.items()))
    return (passed or "-", failed or "-", str(file["compared"]), str(len(file["larger"])))


def run_lines(group):
    """The number of run commands of each file in the suites' list; empty if there is no list."""
    path = suites / group / "MANIFEST.tsv"
    if not path.exists():
        return {}
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    column = lines[0].index("run_lines")
    return {line[0]: int(line[column]) for line in lines[1:]}


expected = {}
if EXPECTED.exists():
    for line in EXPECTED.read_text().splitlines():
        if line and not line.startswith("#"):
            name, *fields = line.split("\t")
            expected[name] = tuple(fields)

rows = {}
for group in GROUPS:
    files = clif_test(suites / group)
    for name, file in files.items():
        rows[f"{group}/{name}"] = row(file)
        count.passed += sum(file["passed"].values())
        for failure in file["failures"]:
            counting.left_out(f"{group}/{name}:{failure['line']}: {failure['message']}")
    for name, number in run_lines(group).items():
        if number:
            passed = files.get(name, {"passed": {}})["passed"].get("run", 0)
            count.equal(f"{group}/{name}: all run commands are counted", passed, number)
    if group == "runtests":
        total = sum(file["passed"].get("run", 0) for file in files.values())
        print(f"{total} run commands pass in {len(files)} files")
        unoptimized = clif_test("--unoptimized", suites / group)
        for name, file in files.items():
            count.equal(f"{group}/{name} gives the same counts without optimisation",
                        row(unoptimized[name]), row(file))
    if group == "isa-pulley64":
        compared = sum(file["compared"] for file in files.values())
        larger = sum(len(file["larger"]) for file in files.values())
        print(f"{larger} of {compared} functions have more instructions than Cranelift's")
        count.check("at most one function in ten has more instructions", larger * 10 <= compared)

if "--update" in sys.argv:
    EXPECTED.write_text(HEAD + "".join(
        "\t".join((name, *fields)) + "\n" for name, fields in sorted(rows.items())))
else:
    for name in sorted(rows.keys() | expected.keys()):
        count.equal(name, rows.get(name), expected.get(name))
count.finish()
