#!/usr/bin/env python3
"""Measures the Python package beside wasmtime-py, in one process, and prints a table.

    PYTHONPATH=python/src .bench-venv/bin/python bench/python.py [--rounds N] [--json]

`bench/run.sh` makes the virtual environment, and `make bench` runs this too.

Times are the processor's, the best of N rounds that alternate between the packages. The loop of the
guest that calls a function a million times is part of the time of a call. Start-up and memory are
measured in processes of their own. PULLEY_LIBRARY names another libpulley.
"""
import argparse
import ctypes
import importlib.metadata
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time

CALLS = 20_000
INSTANCES = 200
MEBIBYTES = 64

ADD = """(module (func (export "add") (param i32 i32) (result i32)
  local.get 0 local.get 1 i32.add))"""

# Calls "f" with the numbers from n down to 1, and returns the sum of the results.
LOOP = """(module
  (import "env" "f" (func $f (param i32) (result i32)))
  (func (export "run") (param $n i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $f (local.get $n))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))"""

# What a plugin of a few kilobytes has: a page of memory that it has written to, a table, a global.
PLUGIN = """(module
  (memory (export "memory") 1) (table 8 funcref) (global (mut i32) (i32.const 7))
  (data (i32.const 0) "written when the instance is made")
  (func (export "run") (result i32) (i32.load (i32.const 0))))"""

LARGE = f'(module (memory (export "memory") {MEBIBYTES * 16}))'


def negate(number):
    return -number


# One function for each package and each measurement: it prepares, and returns what is timed.


def pulley_call():
    import pulley

    add = pulley.Instance(pulley.load(ADD)).add

    def run(count):
        for _ in range(count):
            add(2, 3)

    return run


def wasmtime_call():
    import wasmtime

    store = wasmtime.Store()
    instance = wasmtime.Instance(store, wasmtime.Module(store.engine, ADD), [])
    add = instance.exports(store)["add"]

    def run(count):
        for _ in range(count):
            add(store, 2, 3)

    return run


def _pulley_loop(function):
    import pulley

    return pulley.Instance(pulley.load(LOOP), {"env": {"f": function}}).run


def _wasmtime_loop(function):
    import wasmtime

    store = wasmtime.Store()
    i32 = wasmtime.ValType.i32()
    imported = wasmtime.Func(store, wasmtime.FuncType([i32], [i32]), function)
    instance = wasmtime.Instance(store, wasmtime.Module(store.engine, LOOP), [imported])
    run = instance.exports(store)["run"]
    return lambda count: run(store, count)


def pulley_callback():
    return _pulley_loop(negate)


def wasmtime_callback():
    return _wasmtime_loop(negate)


def pulley_c_function():
    return _pulley_loop(ctypes.CDLL(None).abs)


def wasmtime_c_function():
    absolute = ctypes.CDLL(None).abs
    return _wasmtime_loop(lambda number: absolute(number))


def pulley_view():
    import pulley

    memory = pulley.Instance(pulley.load(LARGE)).memory

    def run(count):
        for _ in range(count):
            view = memoryview(memory)
            view[5] = 1

    return run


def wasmtime_view():
    """`get_buffer_ptr` is the nearest to a view; it is not kept valid."""
    import wasmtime

    store = wasmtime.Store()
    instance = wasmtime.Instance(store, wasmtime.Module(store.engine, LARGE), [])
    memory = instance.exports(store)["memory"]

    def run(count):
        for _ in range(count):
            view = memoryview(memory.get_buffer_ptr(store)).cast("B")
            view[5] = 1

    return run


def pulley_instances():
    import pulley

    module = pulley.load(PLUGIN)
    linker = pulley.Linker()
    linker.instantiate(module).run()

    def run(count):
        made = [linker.instantiate(module) for _ in range(count)]
        for instance in made:
            instance.run()
        return made

    return run


def wasmtime_instances():
    """An instance has a store of its own, because instances of one store are released together."""
    import wasmtime

    engine = wasmtime.Engine()
    module = wasmtime.Module(engine, PLUGIN)

    def make():
        store = wasmtime.Store(engine)
        return store, wasmtime.Instance(store, module, [])

    def use(store, instance):
        instance.exports(store)["run"](store)

    use(*make())

    def run(count):
        made = [make() for _ in range(count)]
        for store, instance in made:
            use(store, instance)
        return made

    return run


TIMED = {
    "a call of a guest's `add(i32, i32)` from Python": ("call", CALLS),
    "a call of a Python function `i32(i32)` from a guest": ("callback", CALLS),
    "a call of C's `abs`, from ctypes, from a guest": ("c_function", CALLS),
    f"a writable view of a memory of {MEBIBYTES} MiB": ("view", 2000),
    "an instance, made and called once": ("instances", INSTANCES),
}
PACKAGES = ("pulley", "wasmtime")


def best_times(name, count, rounds):
    """The nanoseconds of one of `count` operations, by package."""
    timed = {package: globals()[f"{package}_{name}"]() for package in PACKAGES}
    best = dict.fromkeys(PACKAGES, float("inf"))
    for _ in range(rounds):
        for package, run in timed.items():
            begin = time.process_time()
            kept = run(count)
            best[package] = min(best[package], time.process_time() - begin)
            del kept
    return {package: seconds / count * 1e9 for package, seconds in best.items()}


def import_times(rounds):
    """The processor's milliseconds of a process that imports a package, less those of one that does
    not."""
    programs = {"": "pass", **{package: f"import {package}" for package in PACKAGES}}
    best = dict.fromkeys(programs, float("inf"))
    with tempfile.TemporaryDirectory() as cache:
        # The first round compiles the packages, as an installation does.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(rounds + 1):
            for package, program in programs.items():
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run([sys.executable, "-c", program], check=True, env=environment)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                best[package] = min(
                    best[package],
                    after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {package: (best[package] - best[""]) * 1e3 for package in PACKAGES}


def resident():
    """The kilobytes of the process that are in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1024


def measure_instances(package):
    """The kilobytes of an instance. Runs in a process of its own."""
    run = globals()[f"{package}_instances"]()
    before = resident()
    kept = run(INSTANCES)
    growth = (resident() - before) / len(kept)
    print(growth)


def instance_sizes():
    return {
        package: float(subprocess.run(
            [sys.executable, __file__, "--instances", package], check=True, capture_output=True,
            text=True).stdout)
        for package in PACKAGES}


def measure(rounds):
    """Rows of a name, a unit, and a figure for each package."""
    rows = []
    for title, (name, count) in TIMED.items():
        rows.append((title, "ns", best_times(name, count, rounds)))
    rows.append(("`import`", "ms", import_times(max(rounds, 10))))
    rows.append((f"memory of an instance (of {INSTANCES})", "KiB", instance_sizes()))
    return rows


def figure(number):
    """A number with three digits that count."""
    digits = max(0, 2 - math.floor(math.log10(number))) if number > 0 else 0
    return f"{round(number, 2 - math.floor(math.log10(number))) if number > 0 else 0:,.{digits}f}"


def report(rows):
    lines = ["| what | pulley | wasmtime-py | ratio |", "| --- | ---: | ---: | ---: |"]
    for title, unit, found in rows:
        ours, theirs = found["pulley"], found["wasmtime"]
        lines.append(
            f"| {title} | {figure(ours)} {unit} | {figure(theirs)} {unit}"
            f" | {figure(theirs / ours)} |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--instances", choices=PACKAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.instances:
        measure_instances(options.instances)
        return
    rows = measure(options.rounds)
    if options.json:
        version = f"{platform.python_implementation()} {platform.python_version()}"
        print(json.dumps({
            "python": version, "wasmtime": importlib.metadata.version("wasmtime"), "rows": rows,
            "rounds": options.rounds, "table": report(rows)}))
    else:
        print("\n".join(report(rows)))


main()
