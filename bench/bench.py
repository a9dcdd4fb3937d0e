#!/usr/bin/env python3
"""Times whole processes of libpulley and of Wasmtime (its Pulley interpreter and its native back
end) on the same programs, interleaved, and writes a table in Markdown. Called by run.sh, which
builds what is needed.

usage: bench.py [--rounds N] [--only NAME,…] [--output FILE]
"""
import argparse
import datetime
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

import large_clif
import large_module

PULLEY = "build/bin/pulley"
WASMTIME = "build/bench/wasmtime-run"
LAUNCH = "build/bench/launch"
SUITE = pathlib.Path(os.environ["PULLEY_SHARED"]) / "bench"


# Our own programs, for features that the others do not use: file, target, flags, argument.
KERNELS = [
    ("simd-mandelbrot", "wasm32", ["-msimd128"], "2048"),
    ("simd-blur", "wasm32", ["-msimd128"], "2500"),
    ("memory64-sort", "wasm64", [], "8"),
    ("tail-calls", "wasm32", ["-mtail-call"], "1500"),
]


class Outcome:
    """A finished process: its wall-clock time, peak memory, exit code and output."""

    def __init__(self, command):
        report = "build/bench/report"
        done = subprocess.run([LAUNCH, report, *command], capture_output=True)
        if done.returncode != 0:
            sys.exit(f"bench: {command[0]} cannot be run")
        seconds, kilobytes, code = pathlib.Path(report).read_text().split()
        self.seconds, self.kilobytes, self.code = float(seconds), int(kilobytes), int(code)
        self.out = done.stdout.decode(errors="replace").strip()
        self.err = done.stderr.decode(errors="replace").strip()


def engines(case):
    """The command of each engine for a case of the manifest."""
    file, args = str(SUITE / case["file"]), case.get("args", [])
    invoke = [case["invoke"]] if "invoke" in case else []
    return {
        "ours": [PULLEY, "run", *(["--invoke", *invoke] if invoke else []), file, *args],
        "pulley64": [WASMTIME, "pulley64", file, *invoke, *args],
        "native": [WASMTIME, "native", file, *invoke, *args],
    }


def compilers(case, output):
    file = str(SUITE / case["file"])
    return {
        "ours": [PULLEY, "compile", file, "-o", output],
        "pulley64": [WASMTIME, "--compile", "pulley64", file, output],
        "native": [WASMTIME, "--compile", "native", file, output],
    }


def is_right(case, outcomes):
    ours, native = outcomes["ours"], outcomes["native"]
    if "result" in case:
        return (ours.code == 0 and re.fullmatch(r"-?\d+", ours.out) is not None
                and int(ours.out) & 0xFFFFFFFF == int(case["result"]))
    # The WASI programs lack their input files and exit early with an error, with every engine.
    return (ours.code, ours.out) == (native.code, native.out)


def interleaved(commands, rounds):
    """Runs every command once in each round; returns medians and the last outcomes."""
    seconds = {name: [] for name in commands}
    memory = {name: [] for name in commands}
    outcomes = {}
    for _ in range(rounds):
        for name, command in commands.items():
            outcome = Outcome(command)
            outcomes[name] = outcome
            seconds[name].append(outcome.seconds)
            memory[name].append(outcome.kilobytes)
    return ({n: statistics.median(s) for n, s in seconds.items()},
            {n: max(m) for n, m in memory.items()}, outcomes)


def geometric_mean(values):
    values = list(values)
    return math.exp(statistics.mean(math.log(v) for v in values)) if values else float("nan")


def kernels():
    """The cases of bench/kernels, compiled by a clang with a WebAssembly back end."""
    cases = []
    for name, target, flags, argument in KERNELS:
        output = pathlib.Path(f"build/bench/{name}.wasm").absolute()
        done = subprocess.run(
            ["clang", f"--target={target}", "-O2", *flags, "-nostdlib", "-Wl,--no-entry",
             f"bench/kernels/{name}.c", "-o", str(output)], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"bench: {name} is left out, clang cannot compile it: {done.stderr[:200]}")
            continue
        cases.append({"name": name, "file": str(output), "invoke": "run", "args": [argument]})
    return cases


def measure(cases, rounds):
    rows = []
    for case in cases:
        seconds, memory, outcomes = interleaved(engines(case), rounds)
        row = {"name": case["name"], "seconds": seconds, "kilobytes": memory,
               "right": is_right(case, outcomes), "finishes": outcomes["native"].code == 0}
        counted = engines(case)["ours"]
        counted = Outcome([*counted[:2], "--count-dispatches", *counted[2:]])
        found = re.search(r"(\d+) instructions dispatched", counted.err)
        row["dispatches"] = int(found.group(1)) if found else None
        with tempfile.TemporaryDirectory() as folder:
            row["compile"], _, _ = interleaved(
                compilers(case, os.path.join(folder, "out")), min(rounds, 3))
        rows.append(row)
        print(f"{case['name']:16} ours {seconds['ours']:7.3f}  pulley64 {seconds['pulley64']:7.3f}"
              f" ({seconds['pulley64'] / seconds['ours']:5.2f})  native {seconds['native']:7.3f}"
              f" ({seconds['ours'] / seconds['native']:5.2f} slower)"
              + ("" if row["right"] else f"  WRONG: {outcomes['ours'].code}"
                 f" {outcomes['ours'].out[:60]!r} {outcomes['ours'].err[:200]!r}"), flush=True)
    return rows


def cold_start(rounds):
    """Median times, in milliseconds, of a process that runs hello and of one that does not use the library."""
    program = "build/bench/cold-start"
    seconds, _, outcomes = interleaved(
        {"hello": [program], "none": [program, "none"]}, rounds)
    if outcomes["hello"].out != "hello":
        return None
    return {name: value * 1e3 for name, value in seconds.items()}


def host_calls():
    outcome = Outcome(["build/bench/host-calls"])
    if outcome.code != 0:
        print(f"host-calls failed: {outcome.err}", file=sys.stderr)
        return None
    names = ["typed", "general", "loop", "direct", "ffi_call"]
    return dict(zip(names, map(float, outcome.out.split("\t"))))


def declared_calls():
    """Nanoseconds for each shape of a prototype: from the guest, by ffi_call, by a wrapper."""
    outcome = Outcome(["build/bench/declared-calls"])
    if outcome.code != 0:
        print(f"declared-calls failed: {outcome.err}", file=sys.stderr)
        return {}
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    return {name: list(map(float, numbers)) for name, *numbers in rows}


def validation(rounds):
    """Milliseconds for decoding and validating a module of 20 MB: ours and Wasmtime's."""
    small = (SUITE / "sightglass" / "rust-json.wasm").read_bytes()
    file = pathlib.Path("build/bench/large.wasm")
    file.write_bytes(large_module.repeat(small, 20_000_000))
    commands = {"ours": ["build/bench/validation", str(file), "1"],
                "wasmtime": [WASMTIME, "--validate", "native", str(file)]}
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
    file, output = pathlib.Path("build/bench/large.clif"), "build/bench/large.pulley"
    rows = []
    for name, kind in large_clif.KINDS:
        outcomes = []
        for size in large_clif.SIZES:
            large_clif.write(file, kind, size)
            runs = [Outcome([PULLEY, "compile", "--threads", "1", str(file), "-o", output])
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


def text_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout
    except OSError:
        return ""


def machine():
    model = "unknown processor"
    try:
        found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
        model = found.group(1) if found else platform.machine()
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def speedup(rows):
    return geometric_mean(r["seconds"]["pulley64"] / r["seconds"]["ours"] for r in rows)


def slowdown(rows):
    return geometric_mean(r["seconds"]["ours"] / r["seconds"]["native"] for r in rows)


def report(rows, start, calls, declared, checked, texts, python, rounds, load):
    swift = re.search(r"Swift version ([\d.]+)", text_of("swift", "--version"))
    version = text_of(PULLEY, "--version").strip()
    commit = text_of("git", "rev-parse", "--short", "HEAD").strip()
    wasmtime = importlib.metadata.version("wasmtime")
    right = [r for r in rows if r["right"]]
    whole = [r for r in right if r["finishes"]]
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    lines = [
        "# Benchmarks", "",
        "Written by `make bench`, with the programs in `bench/`.", "",
        f"* {today}, {machine()}",
        f"* libpulley {version} at {commit}, built with Swift"
        f" {swift.group(1) if swift else 'unknown'}",
        f"* Wasmtime {wasmtime} (the library of the PyPI package): its Pulley interpreter"
        " (`pulley64`) and its native back end",
        f"* medians of {rounds} rounds, alternating between the engines; whole processes on one core,"
        " including compiling",
        f"* load average of the machine when the run began: {load:.1f}", "",
        f"**{speedup(right):.2f} times as fast as Wasmtime's Pulley**, {slowdown(right):.2f} times the"
        f" time of its native code (geometric means over {len(right)} programs).", "",
        f"Over the {len(whole)} programs that run to their end: {speedup(whole):.2f} and"
        f" {slowdown(whole):.2f}. The others lack an input file and exit early: they measure"
        " starting and compiling.", ""]
    wrong = [r["name"] for r in rows if not r["right"]]
    if wrong:
        lines += [f"Excluded from the means because of a wrong result: {', '.join(wrong)}.", ""]
    lines += [
        "## Time", "",
        "| program | ours, s | pulley64, s | native, s | pulley64 / ours | ours / native"
        " | dispatches, million | ns / dispatch |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for r in rows:
        s = r["seconds"]
        count = r["dispatches"]
        lines.append(
            f"| {r['name']}{'' if r['right'] else ' (wrong)'} | {s['ours']:.3f}"
            f" | {s['pulley64']:.3f} | {s['native']:.3f} | {s['pulley64'] / s['ours']:.2f}"
            f" | {s['ours'] / s['native']:.2f}"
            + (f" | {count / 1e6:.1f} | {s['ours'] * 1e9 / count:.2f} |"
               if count and r["finishes"] else " | | |"))
    lines += [
        "", "## Compiling and memory", "",
        "Compile: from the module to an artifact on disk, whole process. Memory: the peak resident"
        " set of the run.", "",
        "| program | compile, ms: ours | pulley64 | native | memory, MB: ours | pulley64"
        " | native |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for r in rows:
        c, k = r["compile"], r["kilobytes"]
        lines.append(
            f"| {r['name']} | " + " | ".join(
                [f"{c[e] * 1e3:.0f}" for e in c] + [f"{k[e] / 1024:.1f}" for e in k]) + " |")
    if rows:
        lines.append("| geometric mean | " + " | ".join(
            [f"{geometric_mean(r['compile'][e] for r in rows) * 1e3:.0f}"
             for e in rows[0]["compile"]]
            + [f"{geometric_mean(r['kilobytes'][e] for r in rows) / 1024:.1f}"
               for e in rows[0]["kilobytes"]]) + " |")
    if checked:
        size = checked["bytes"] / 1e6
        lines += [
            "", "## Decoding and validating", "",
            f"A module of {size:.1f} MB (the functions of rust-json, repeated), one core: ours"
            f" {checked['ours']:.0f} ms, {size * 1e3 / checked['ours']:.0f} MB/s; Wasmtime's"
            f" `wasmtime_module_validate` {checked['wasmtime']:.0f} ms,"
            f" {size * 1e3 / checked['wasmtime']:.0f} MB/s; the ratio is"
            f" {checked['wasmtime'] / checked['ours']:.2f}."]
    if texts:
        small, large = large_clif.SIZES
        lines += [
            "", "## Large texts of CLIF", "",
            "From the text to an artifact on disk, whole process, one thread. If the time is proportional"
            f" to the size, the ratio is {large / small:.0f}.", "",
            f"| text | {small:,} instructions, s | {large:,}, s | ratio | instructions/s"
            " | memory, MB |",
            "| --- | ---: | ---: | ---: | ---: | ---: |"]
        for name, ((first, _), (second, kilobytes)) in texts:
            lines.append(f"| {name} | {first:.2f} | {second:.2f} | {second / first:.2f}"
                         f" | {large / second:,.0f} | {kilobytes / 1024:.0f} |")
    lines += ["", "## Host calls and start", "",
              "| what | measured |", "| --- | ---: |"]
    if calls:
        lines += [
            f"| host call of `i32(i32, i32)` from a guest loop | {calls['typed']:.1f} ns |",
            f"| host call of eight `i32`, through libffi | {calls['general']:.1f} ns |",
            f"| `ffi_call` of the first, from C | {calls['ffi_call']:.1f} ns |",
            f"| direct call of the first through a pointer, from C | {calls['direct']:.1f} ns |",
            f"| one iteration of the guest loop without the call | {calls['loop']:.1f} ns |"]
    else:
        lines.append("| host calls | not measured |")
    if start:
        lines += [
            "| a process that loads the library, compiles hello and runs it"
            f" | {start['hello']:.1f} ms |",
            f"| the same process without calling the library | {start['none']:.1f} ms |"]
    else:
        lines.append("| cold start | not measured |")
    if declared:
        lines += ["", "## Calls by declarations", "",
                  "By the shape of the C function's prototype, in the same run: a call from a guest loop, less the"
                  " loop; `ffi_call` of the same function from C; a wrapper written by hand, which gets the guest's"
                  " arguments as an array of words and the memory, called from C through a pointer. For a callback:"
                  " a call of the guest's function from C; of a closure of libffi; of a C function.", "",
                  "| shape | from the guest, ns | `ffi_call`, ns | wrapper, ns |", "| --- | ---: | ---: | ---: |"]
        lines += [f"| {name} | " + " | ".join(f"{number:.1f}" for number in numbers) + " |"
                  for name, numbers in declared.items()]
    if python:
        lines += ["", "## Python", "",
                  f"The package in `python/` beside wasmtime-py {python['wasmtime']}, in one process of"
                  f" {python['python']} (`bench/python.py`). Times are the processor's, the best of {python['rounds']}"
                  " rounds that alternate. A call from a guest includes one iteration of the guest's loop. wasmtime-py"
                  " calls a function of ctypes through a Python function.", "",
                  *python["table"]]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="names of programs, separated by commas")
    parser.add_argument("--output", help="the output file (default: docs/benchmarks.md, or"
                        " standard output with --only)")
    options = parser.parse_args()
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    wanted = options.only.split(",") if options.only else None
    cases = [c for c in json.loads((SUITE / "manifest.json").read_text()) + kernels()
             if not wanted or c["name"] in wanted]
    load = os.getloadavg()[0]
    rows = measure(cases, options.rounds)
    start = cold_start(max(options.rounds * 4, 20))
    calls = host_calls()
    declared = declared_calls()
    checked = validation(max(options.rounds, 5))
    texts = [] if wanted else large_texts(min(options.rounds, 3))
    python = python_package()
    text = report(rows, start, calls, declared, checked, texts, python, options.rounds, load)
    output = options.output or (None if wanted else "docs/benchmarks.md")
    if output:
        pathlib.Path(output).write_text(text)
        print(f"written to {output}")
    print(text)
    pathlib.Path("build/bench/results.json").write_text(
        json.dumps({"programs": rows, "start": start, "calls": calls, "declared": declared,
                    "validation": checked, "python": python},
                   indent=1))
    sys.exit(any(not r["right"] for r in rows))


main()
