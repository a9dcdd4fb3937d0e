"""Writes what bench.py has measured as a page in Markdown."""
import datetime
import importlib.metadata
import math
import os
import pathlib
import platform
import re
import statistics
import subprocess

import large_clif
import objects

ENGINES = ["ours", "pulley64", "native"]


def geometric_mean(values):
    values = list(values)
    return math.exp(statistics.mean(math.log(v) for v in values)) if values else float("nan")


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


def ratio(rows, what, other, engine):
    """The geometric mean of one engine's time by another's."""
    return geometric_mean(row[what][other] / row[what][engine] for row in rows)


def heading(rows, rounds, load):
    swift = re.search(r"Swift version ([\d.]+)", text_of("swift", "--version"))
    version = text_of("build/bin/pulley", "--version").strip()
    commit = text_of("git", "rev-parse", "--short", "HEAD").strip()
    wasmtime = importlib.metadata.version("wasmtime")
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    lines = [
        "# Benchmarks", "",
        "Written by `make bench`, with the programs in `bench/`.", "",
        f"* {today}, {machine()}",
        f"* libpulley {version} at {commit}, built with Swift"
        f" {swift.group(1) if swift else 'unknown'}",
        f"* Wasmtime {wasmtime} (the library of the PyPI package): its Pulley interpreter"
        " (`pulley64`) and its native back end",
        f"* the processor's time, medians of {rounds} rounds that alternate between the engines, on one core",
        f"* load average of the machine when the run began: {load:.1f}", ""]
    for kind, title in [("suite", ""), ("aside", " kept aside")]:
        right = [row for row in rows if row["kind"] == kind and row["right"]]
        if right:
            lines += [
                f"Geometric means over {len(right)} programs{title}: running, without start,"
                f" **{ratio(right, 'run', 'pulley64', 'ours'):.2f} times as fast as Wasmtime's Pulley**,"
                f" {ratio(right, 'run', 'ours', 'native'):.2f} times the time of its native code. Whole processes from"
                f" the module, including compiling: {ratio(right, 'whole', 'pulley64', 'ours'):.2f} and"
                f" {ratio(right, 'whole', 'ours', 'native'):.2f}.", ""]
    wrong = [row["name"] for row in rows if not row["right"]]
    if wrong:
        lines += [f"Excluded from the means because of a wrong result: {', '.join(wrong)}.", ""]
    return lines


def program_tables(rows):
    lines = [
        "## Time", "",
        "Run: the call of the program's function, from an artifact. Start: what the process does before, without"
        " compiling: loading the library and the artifact, and making an instance. Nothing is subtracted: both are"
        " measured in the same process.", "",
        "| program | run, s: ours | pulley64 | native | pulley64 / ours | ours / native"
        " | start, ms: ours | pulley64 | native | dispatches, million | ns / dispatch |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for row in rows:
        run, count = row["run"], row["dispatches"]
        title = row["name"] + ("" if row["right"] else " (wrong)") + (" (aside)" if row["kind"] == "aside" else "")
        lines.append(
            f"| {title} | {run['ours']:.3f} | {run['pulley64']:.3f} | {run['native']:.3f}"
            f" | {run['pulley64'] / run['ours']:.2f} | {run['ours'] / run['native']:.2f} | "
            + " | ".join(f"{row['start'][engine] * 1e3:.1f}" for engine in ENGINES)
            + (f" | {count / 1e6:.1f} | {run['ours'] * 1e9 / count:.2f} |" if count else " | | |"))
    lines += [
        "", "## From the module", "",
        "Whole: the process that compiles the module and runs the program; ours compiles a function when it is first"
        " called. Compile: from the module to an artifact on disk. Memory: the peak resident set of the first.", "",
        "| program | whole, s: ours | pulley64 | native | pulley64 / ours | compile, ms: ours | pulley64 | native"
        " | memory, MB: ours | pulley64 | native |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    columns = [("whole", 1, ".3f"), ("compile", 1e3, ".0f"), ("kilobytes", 1 / 1024, ".1f")]
    means = {"name": "geometric mean"} | {
        what: {engine: geometric_mean(row[what][engine] for row in rows) for engine in ENGINES}
        for what, _, _ in columns}
    for row in [*rows, means]:
        whole, compiled, memory = (" | ".join(format(row[what][engine] * scale, style) for engine in ENGINES)
                                   for what, scale, style in columns)
        lines.append(f"| {row['name']} | {whole} | {row['whole']['pulley64'] / row['whole']['ours']:.2f}"
                     f" | {compiled} | {memory} |")
    return lines


def real_table(rows):
    lines = [
        "", "## Large programs", "",
        "From packages of PyPI (`bench/real.py`), on the inputs in `bench/real`. Run and start are from artifacts, as"
        " above. Lazily: the whole process from the module with ours, which compiles only what is called.", "",
        "| program | module, MB | run, s: ours | pulley64 | pulley64 / ours | start, ms: ours | pulley64"
        " | lazily, s | compile, s: ours | pulley64 | artifact, MB: ours | pulley64 |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for row in rows:
        size = f"{row['bytes'] / 1e6:.1f}"
        if "error" in row:
            lines.append(f"| {row['name']} | {size} | {row['error']} | | | | | | | | | |")
            continue
        run, start, compiled, artifact = row["run"], row["start"], row["compile"], row["artifact"]
        lines.append(
            f"| {row['name']}{'' if row['right'] else ' (wrong)'} | {size} | {run['ours']:.2f} | {run['pulley64']:.2f}"
            f" | {run['pulley64'] / run['ours']:.2f} | {start['ours'] * 1e3:.1f} | {start['pulley64'] * 1e3:.1f}"
            f" | {row['lazily']['ours']:.2f} | "
            + " | ".join("" if compiled[engine] is None else f"{compiled[engine]:.1f}" for engine in compiled)
            + " | " + " | ".join(f"{artifact[engine] / 1e6:.1f}" for engine in artifact) + " |")
    right = [row for row in rows if row.get("right")]
    if right:
        lines += ["", f"The geometric mean of pulley64 / ours over {len(right)} programs is"
                  f" {ratio(right, 'run', 'pulley64', 'ours'):.2f}. An empty cell: compiled in an earlier run."]
    return lines


def report(found, rounds, load):
    """The page, with those parts that were measured."""
    rows = found["programs"]
    lines = heading(rows, rounds, load)
    if rows:
        lines += program_tables(rows)
    if found["objects"]:
        lines += objects.table(found["objects"], ratio)
    if found["real"]:
        lines += real_table(found["real"])
    if "calls" in found:
        lines += other_tables(found)
    return "\n".join(lines) + "\n"


def other_tables(found):
    start, calls, declared, checked, texts, python = (
        found[name] for name in ("start", "calls", "declared", "validation", "texts", "python"))
    lines = []
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
    return lines
