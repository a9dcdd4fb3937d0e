#!/usr/bin/env python3
"""Runs random modules with objects and exceptions on libpulley and on Wasmtime, which must behave the same.

    Tests/Fuzz/run.sh objects
    python3 Tests/Fuzz/Targets/objects.py FILE…      compares these modules
    python3 Tests/Fuzz/Targets/objects.py --seed N   writes the module of a seed to standard output

Half of the modules come from `wasm-tools smith`, half from object_modules.py. What Wasmtime's native code does with a
module becomes a test script: results, kinds of traps, exported globals, the memory. `pulley wast` runs it in each tier
and, if it has the option, with a collection at each allocation. A module that once differed is a text in
corpus/objects."""
import json
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import object_modules
import referee

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path("build/fuzz")
CORPUS = pathlib.Path("Tests/Fuzz/corpus/objects")
FINDINGS = WORK / "findings" / "objects"
PULLEY = pathlib.Path("build/bin/pulley")
BATCH = 20
#: In seconds. One run takes less than a tenth of a second.
PATIENCE = 60
#: In bytes. Wasmtime's and our heaps have other limits, so that a module with a huge array is left out.
ADDRESS_SPACE = 64 << 30
#: Our errors that say nothing about the module.
LIMITS = ("heap exhausted", "call stack exhausted")
#: One kind of trap in Wasmtime, which has two texts in the specification's tests.
SAME_TRAPS = ("undefined element", "out of bounds table access")

ALWAYS = ["--ensure-termination", "--fuel", "3000", "--canonicalize-nans", "true", "--gc-enabled", "true",
          "--exceptions-enabled", "true", "--relaxed-simd-enabled", "false", "--threads-enabled", "false",
          "--shared-everything-threads-enabled", "false", "--custom-descriptors-enabled", "false",
          "--compact-imports-enabled", "false", "--memory-max-size-required", "true",
          "--table-max-size-required", "true", "--max-memory32-bytes", "2097152", "--max-memory64-bytes", "2097152",
          "--max-table-elements", "1000", "--max-imports", "0", "--allow-start-export", "false",
          "--limit-arrays-in-const-exprs", "true", "--min-types", "2", "--min-tags", "2"]
SOMETIMES = ["--simd-enabled", "--tail-call-enabled", "--memory64-enabled", "--disallow-traps"]


def smith(generator, path, exports):
    chosen = [*ALWAYS, "--exports", str(exports), "--max-types", str(generator.choice((3, 8, 20, 60))),
              "--max-instructions", str(generator.choice((100, 400, 1000)))]
    for option in SOMETIMES:
        chosen += [option, generator.choice(("true", "false"))]
    return referee.smith(generator, path, *chosen)


def assemble(source, path):
    """Writes a module in the text format as a binary, with wasm-tools, and returns whether that succeeded."""
    done = subprocess.run([referee.wasm_tools(), "parse", source, "-o", path], stderr=subprocess.PIPE)
    return done.returncode == 0


def limit_processor():
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))


def limit_all():
    limit_processor()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


class Comparison:
    def __init__(self):
        self.inputs = self.calls = self.traps = self.findings = 0
        self.left = {}
        offered = subprocess.run([PULLEY, "help", "wast"], capture_output=True, text=True).stdout
        stress = ["--gc-stress"] if "--gc-stress" in offered else []
        # In each tier, and with functions that are optimised while they run.
        tiers = (["-O", "0"], ["-O", "2"], ["-O", "1", "--optimize-after", "2"])
        self.variants = [[*tier, *more] for more in ([[], stress] if stress else [[]]) for tier in tiers]

    def find(self, path, what):
        self.findings += 1
        FINDINGS.mkdir(parents=True, exist_ok=True)
        kept = FINDINGS / path.name
        shutil.copy(path, kept)
        print(f"FINDING in objects: python3 Tests/Fuzz/Targets/objects.py {kept}\n  {what}", flush=True)

    def leave(self, why):
        self.left[why] = self.left.get(why, 0) + 1

    def record(self, paths):
        """Writes the scripts. Yields each path and what its recording says."""
        paths = list(paths)
        while paths:
            command = [referee.ENVIRONMENT / "bin/python", HERE / "objects-record.py", *paths]
            done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit_processor)
            finished = [json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("done ")]
            yield from zip(paths, finished)
            if len(finished) == len(paths):
                return
            # The recording of this one ended the process.
            self.leave(f"Wasmtime ends with {done.returncode}: {done.stderr.strip()[-80:]}")
            paths = paths[len(finished) + 1:]

    def run(self, paths):
        for path, recorded in self.record(paths):
            self.inputs += 1
            self.calls += recorded["calls"]
            self.traps += recorded["traps"]
            if recorded["left"]:
                self.leave(recorded["left"])
            script = path.with_name(path.name + ".wast")
            if script.stat().st_size > 1:
                for variant in self.variants:
                    what = self.replay(script, variant)
                    if what:
                        self.find(path, f"{' '.join(variant)}: {what}")
                        break

    def replay(self, script, variant):
        """Runs a script and returns how it fails, None if it passes or an engine's limit ends it."""
        try:
            done = subprocess.run([PULLEY, "wast", *variant, script], capture_output=True, text=True, errors="replace",
                                  timeout=10 * PATIENCE, preexec_fn=limit_all,
                                  env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        except subprocess.TimeoutExpired:
            return "no end"
        if done.returncode == 0:
            return None
        if done.returncode != 1:
            return f"exit {done.returncode}: {done.stderr[-300:]}"
        failed = [line for line in done.stdout.splitlines() if re.match(r"\S+:\d+: ", line)]
        failed = [line for line in failed if not all(words in line for words in SAME_TRAPS)]
        if not failed:
            return None
        # What happens after a limit has no meaning.
        if any(limit in failed[0] for limit in LIMITS):
            self.leave("a limit of ours")
            return None
        return failed[0][:300]


def main():
    if sys.argv[1:2] == ["--seed"]:
        sys.stdout.write(object_modules.text(sys.argv[2]))
        return 0
    if not referee.install():
        print("LEFT OUT: wasmtime and wasm-tools cannot be installed from PyPI")
        return 0
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    seed = int(os.environ.get("FUZZ_SEED", "1"))
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        return fuzz(pathlib.Path(folder), seconds, seed)


def fuzz(modules, seconds, seed):
    comparison = Comparison()
    given = [pathlib.Path(path) for path in sys.argv[1:]] or sorted(CORPUS.glob("*"))
    initial = []
    for number, path in enumerate(given):
        copy = modules / f"{number}-{path.stem}.wasm"
        if assemble(path, copy):
            initial.append(copy)
    comparison.run(initial)
    if sys.argv[1:]:
        return comparison.findings != 0
    exports = modules / "exports.wasm"
    assemble(HERE / "objects-exports.wat", exports)
    end = time.monotonic() + seconds
    generator = random.Random(seed)
    batch = 0
    while time.monotonic() < end and comparison.findings < 20:
        paths = []
        for number in range(BATCH):
            path = modules / f"{seed}-{batch}-{number}.wasm"
            if number % 2:
                made = smith(generator, path, exports)
            else:
                source = path.with_suffix(".wat")
                source.write_text(object_modules.text(generator.getrandbits(64)))
                made = assemble(source, path)
            if made:
                paths.append(path)
            elif not number % 2:
                print(f"FINDING in objects: {source} is no module", flush=True)
        comparison.run(paths)
        for path in modules.glob(f"{seed}-{batch}-*"):
            path.unlink()
        batch += 1
    left = ", ".join(f"{why} {number}" for why, number in sorted(comparison.left.items()))
    print(f"objects: {comparison.inputs} inputs in {seconds} s, {comparison.findings} findings (FUZZ_SEED={seed}); "
          f"{comparison.calls} calls, {comparison.traps} of them trap; not compared to their end: {left or 'none'}")
    return comparison.findings != 0


if __name__ == "__main__":
    sys.exit(main())
