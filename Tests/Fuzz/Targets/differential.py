#!/usr/bin/env python3
"""Runs random modules on libpulley and on Wasmtime, which must behave the same.

    Tests/Fuzz/run.sh differential
    python3 Tests/Fuzz/Targets/differential.py FILE…      compares these modules

`wasm-tools smith` generates the modules. They end after a number of calls and loop iterations and use canonical
NaNs, so that their behaviour is deterministic."""
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import referee

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path("build/fuzz")
CORPUS = pathlib.Path("Tests/Fuzz/corpus/differential")
FINDINGS = WORK / "findings" / "differential"
BATCH = 40
#: The processor time of a batch, in seconds; one module takes less than a tenth of a second. The elapsed time may
#: be ten times as long on a busy machine.
PATIENCE = 120
LIBRARY = os.path.abspath("build/lib")

ALWAYS = ["--ensure-termination", "--fuel", "300", "--export-everything", "true", "--canonicalize-nans", "true",
          "--gc-enabled", "false", "--exceptions-enabled", "false", "--relaxed-simd-enabled", "false",
          "--shared-everything-threads-enabled", "false", "--custom-descriptors-enabled", "false",
          "--compact-imports-enabled", "false", "--memory-max-size-required", "true",
          "--table-max-size-required", "true", "--max-memory32-bytes", "2097152",
          "--max-memory64-bytes", "2097152", "--max-table-elements", "1000", "--min-funcs", "1",
          "--allow-start-export", "true", "--max-instructions", "400",
          "--available-imports", str(HERE / "differential-imports.wasm")]
#: Each option is enabled at random.
SOMETIMES = ["--simd-enabled", "--tail-call-enabled", "--memory64-enabled", "--threads-enabled",
             "--wide-arithmetic-enabled", "--custom-page-sizes-enabled", "--disallow-traps"]


def options(generator):
    chosen = list(ALWAYS)
    for option in SOMETIMES:
        chance = 0.15 if option == "--disallow-traps" else 0.5
        chosen += [option, "true" if generator.random() < chance else "false"]
    chosen += ["--max-memories", str(generator.choice((1, 1, 3))), "--max-imports", str(generator.choice((0, 3)))]
    return chosen


def compile_comparison():
    program = WORK / "bin" / "compare"
    program.parent.mkdir(parents=True, exist_ok=True)
    wasmtime = referee.wasmtime_folder()
    # Both libraries have wasm.h: the first has those functions.
    subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror",
                    "-Iinclude", HERE / "differential-compare.c", "-o", program,
                    f"-L{wasmtime}", "-l:_libwasmtime.so", f"-L{LIBRARY}", "-lpulley",
                    f"-Wl,-rpath,{LIBRARY}:{wasmtime}"], check=True)
    return program


class Comparison:
    def __init__(self, program):
        self.program = program
        self.inputs = self.calls = self.findings = 0
        self.left = {}

    def find(self, path, what):
        self.findings += 1
        FINDINGS.mkdir(parents=True, exist_ok=True)
        if path is None:
            print(f"FINDING in differential: it ended before the first module\n  {what}", flush=True)
            return
        kept = FINDINGS / pathlib.Path(path).name
        if pathlib.Path(path).exists() and not kept.exists():
            shutil.copy(path, kept)
        print(f"FINDING in differential: python3 Tests/Fuzz/Targets/differential.py {kept}\n  {what}", flush=True)

    def run(self, paths):
        paths = [str(path) for path in paths]
        while paths:
            try:
                done = subprocess.run([self.program, *paths], capture_output=True, timeout=10 * PATIENCE,
                                      env={**os.environ, "SWIFT_BACKTRACE": "enable=no"},
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU,
                                                                            (PATIENCE, PATIENCE)))
                code, output, errors = done.returncode, done.stdout, done.stderr
            except subprocess.TimeoutExpired as expired:
                code, output, errors = "no end", expired.stdout or b"", expired.stderr or b""
            current = None
            for line in output.decode(errors="replace").splitlines():
                word, _, rest = line.partition(" ")
                if word == "begin":
                    current = rest
                    self.inputs += 1
                elif word == "same":
                    self.calls += int(rest.split()[-1])
                elif word == "left":
                    why = rest.split(" ", 1)[1]
                    self.left[why] = self.left.get(why, 0) + 1
                elif word == "FINDING":
                    self.find(current, rest)
            if code in (0, 1):
                return
            # The last module ended the process.
            self.find(current, f"exit {code}: {errors.decode(errors='replace')[-300:]}")
            paths = paths[paths.index(current) + 1:] if current in paths else []


def main():
    if not referee.install():
        print("LEFT OUT: wasmtime and wasm-tools cannot be installed from PyPI")
        return 0
    comparison = Comparison(compile_comparison())
    if sys.argv[1:]:
        comparison.run(sys.argv[1:])
        return comparison.findings != 0
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    seed = int(os.environ.get("FUZZ_SEED", "1"))
    end = time.monotonic() + seconds
    generator = random.Random(seed)
    modules = WORK / "modules"
    shutil.rmtree(modules, ignore_errors=True)
    modules.mkdir(parents=True)
    comparison.run(sorted(CORPUS.glob("*")))
    batch = 0
    while time.monotonic() < end and comparison.findings < 20:
        paths = [modules / f"{seed}-{batch}-{number}.wasm" for number in range(BATCH)]
        comparison.run([path for path in paths if referee.smith(generator, path, *options(generator))])
        for path in paths:
            path.unlink(missing_ok=True)
        batch += 1
    left = ", ".join(f"{why} {number}" for why, number in sorted(comparison.left.items()))
    print(f"differential: {comparison.inputs} inputs in {seconds} s, {comparison.findings} findings "
          f"(FUZZ_SEED={seed}); {comparison.calls} calls are the same; not compared to their end: {left or 'none'}")
    return comparison.findings != 0


if __name__ == "__main__":
    sys.exit(main())
