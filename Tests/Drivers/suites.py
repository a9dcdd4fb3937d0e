#!/usr/bin/env python3
"""Runs the specification's scripts with the command.

All counts must equal those in Tests/expected-counts.tsv, the number of commands of each script must equal the number
in the suites' own list, and every module must survive a round trip through its text.
"""
import json
import os
import pathlib
import subprocess

import counting

PULLEY = "build/bin/pulley"
SECONDS = 900
# Failures that no missing feature explains.
REFUSALS = {"assert_invalid", "assert_malformed", "assert_invalid_custom", "assert_malformed_custom",
            "module definition"}

TIERS = [[], ["-O0"], ["-O1", "--optimize-after", "1"], ["-O1", "--optimize-after", "3"], ["-O2"]]

count = counting.Count()
shared = os.environ.get("PULLEY_SHARED")
suites = pathlib.Path(shared) / "suites" / "spec" if shared else None
if not suites or not suites.is_dir():
    counting.left_out("there are no suites in $PULLEY_SHARED or ../shared")
    count.finish()


def rows(path):
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def manifest():
    """The number of commands of each script, by its path in the suites."""
    lines = rows(suites / "MANIFEST.tsv")
    heads = next(lines)
    kinds = range(heads.index("module"), len(heads))
    commands = heads.index("commands")
    return {f"{line[0]}/{line[1]}": int(line[commands] or sum(int(line[kind]) for kind in kinds))
            for line in lines}


def wast(*arguments):
    """Runs the command and returns its exit code and its JSON output."""
    run = subprocess.run([PULLEY, "wast", "--json", *map(str, arguments)], capture_output=True,
                         text=True, timeout=SECONDS)
    try:
        return run.returncode, json.loads(run.stdout)
    except ValueError:
        return run.returncode, {"error": (run.stdout + run.stderr)[-2000:]}


def failures(result):
    return [(file["file"], failure) for file in result.get("files", [])
            for failure in file["failures"]]


def report(result):
    return [f"{file}:{failure['line']}: {failure['command']}: {failure['message']}"
            for file, failure in failures(result)[:30]] + [result.get("error", "")]


def run_group(group, *expected):
    """In each tier, and with functions that are optimised while they run."""
    for options in TIERS:
        run_in_tier(group, options, *expected)


def run_in_tier(group, options, passed, failed, superseded, round_trips, reasons):
    code, result = wast(*options, "--superseded", suites / "SUPERSEDED.tsv", "--superseded",
                        "Tests/superseded.tsv", suites / group)
    counts = tuple(result.get(key) for key in ("passed", "failed", "superseded"))
    print(f"{group} {' '.join(options)}: {counts}, {result.get('reasons')}", flush=True)
    count.equal(f"{group} {options}: the numbers of passed, failed and superseded commands are the expected ones",
                counts, (passed, failed, superseded),
                *report(result))
    count.equal(f"{group} {options}: the reasons of failures are the expected ones",
                result.get("reasons"), reasons, *report(result))
    count.equal(f"{group} {options}: the exit code is 1 exactly if a command fails", code, int(failed > 0))
    count.passed += counts[0] or 0
    count.failed += 0 if counts[1] == failed else counts[1] or 0
    for reason, number in reasons.items() if options == TIERS[0] else []:
        counting.left_out(f"{group}: {number} commands: {reason}")
    for file, failure in failures(result):
        if failure["command"] in REFUSALS:
            count.check(f"{file}:{failure['line']}: {failure['command']}", False,
                        failure["message"])

    counted = {os.path.relpath(file["file"], suites):
               sum(file[key] for key in ("passed", "failed", "superseded"))
               for file in result.get("files", [])}
    listed = {path: number for path, number in commands.items()
              if path.rsplit("/", 1)[0] == group}
    count.equal(f"{group}: each script runs all its commands", counted, listed)

    if options != TIERS[0]:
        return
    code, result = wast("--round-trip", suites / group)
    count.equal(f"{group}: each module survives a round trip through its text",
                (code, result.get("passed"), result.get("failed")), (0, round_trips, 0),
                *report(result))
    count.passed += result.get("passed") or 0


commands = manifest()
for row in rows(pathlib.Path("Tests/expected-counts.tsv")):
    group, *numbers = row[:5]
    reasons = {}
    for part in row[5].split(", ") if len(row) > 5 and row[5] else []:
        reason, number = part.rsplit(": ", 1)
        reasons[reason] = int(number)
    run_group(group, *map(int, numbers), reasons)
count.finish()
