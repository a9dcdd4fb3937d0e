"""Programs, the commands that compile and run them with each engine, and what a run takes."""
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path.cwd()
BUILD = ROOT / "build/bench"
PULLEY = ROOT / "build/bin/pulley"
RUNNERS = {"ours": [BUILD / "pulley-run", "ours"],
           "pulley64": [BUILD / "wasmtime-run", "pulley64"],
           "native": [BUILD / "wasmtime-run", "native"]}
# A program whose time is up has run at least so often.
LEAST_ROUNDS = 3
# Our own programs, for features that the others do not use: file, target, flags, argument.
KERNELS = [
    ("simd-mandelbrot", "wasm32", ["-msimd128"], "2048"),
    ("simd-blur", "wasm32", ["-msimd128"], "2500"),
    ("memory64-sort", "wasm64", [], "8"),
    ("tail-calls", "wasm32", ["-mtail-call"], "1500"),
]


class Outcome:
    """A finished process: its wall-clock time, its processor's time, peak memory, exit code and output."""

    def __init__(self, command, cwd=None):
        report = BUILD / "report"
        done = subprocess.run([str(word) for word in [BUILD / "launch", report, *command]], cwd=cwd,
                              stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            sys.exit(f"bench: {command[0]} cannot be run")
        wall, seconds, kilobytes, code = report.read_text().split()
        self.wall, self.seconds = float(wall), float(seconds)
        self.kilobytes, self.code = int(kilobytes), int(code)
        self.out = done.stdout.decode(errors="replace").strip()
        self.err = done.stderr.decode(errors="replace").strip()


class Program:
    """A case of a manifest. `folder`: what its paths are relative to. `kind`: the table that it belongs to."""

    def __init__(self, case, folder, kind="suite"):
        self.name, self.kind = case["name"], kind
        self.file = folder / case["file"]
        self.cwd = folder / case.get("cwd", ".")
        self.result = case.get("result")
        self.options = [word for name in case.get("dirs", []) for word in ("--dir", name)]
        if "invoke" in case:
            self.options += ["--invoke", case["invoke"]]
        self.arguments = case.get("args", [])

    def run(self, engine):
        return [*RUNNERS[engine], *self.options, self.file, *self.arguments]

    def run_artifact(self, engine, artifact, times):
        return [*RUNNERS[engine], "--artifact", "--times", times, *self.options, artifact, *self.arguments]

    def compile(self, engine, artifact):
        return [*RUNNERS[engine], "--compile", artifact, self.file]

    def is_right(self, outcome, reference):
        """Whether an outcome is that of the manifest or, where this has none, the reference's."""
        if self.result is None:
            return (outcome.code, outcome.out, outcome.err) == (reference.code, reference.out, reference.err)
        return (outcome.code == 0 and re.fullmatch(r"-?\d+", outcome.out) is not None
                and int(outcome.out) & 0xFFFFFFFF == int(self.result))


def manifest(folder, kind):
    return [Program(case, folder, kind) for case in json.loads((folder / "manifest.json").read_text())]


def kernels():
    """The programs of bench/kernels, compiled by a clang with a WebAssembly back end."""
    programs = []
    for name, target, flags, argument in KERNELS:
        output = BUILD / f"{name}.wasm"
        done = subprocess.run(
            ["clang", f"--target={target}", "-O2", *flags, "-nostdlib", "-Wl,--no-entry",
             f"bench/kernels/{name}.c", "-o", str(output)], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"bench: {name} is left out, clang cannot compile it: {done.stderr[:200]}")
            continue
        programs.append(Program({"name": name, "file": output.name, "invoke": "run", "args": [argument]}, BUILD))
    return programs


def interleaved(commands, rounds, cwd=None):
    """Runs every command once in each round; returns the medians of the processor's time and the last outcomes."""
    seconds = {name: [] for name in commands}
    outcomes = {}
    for _ in range(rounds):
        for name, command in commands.items():
            outcomes[name] = Outcome(command, cwd)
            seconds[name].append(outcomes[name].seconds)
    return {name: statistics.median(values) for name, values in seconds.items()}, outcomes


def alternate(program, artifacts, rounds, limit, engines, from_module=True):
    """Runs a program with each engine in each round, from its module and from an artifact, and returns medians: the
    processor's time of the whole process from the module; of start and of run from the artifact; the peak memory."""
    samples = {engine: {"whole": [], "start": [], "run": [], "kilobytes": []} for engine in engines}
    outcomes = []
    times = BUILD / "times"
    deadline = time.monotonic() + limit
    done = 0
    while done < rounds and (done < LEAST_ROUNDS or time.monotonic() < deadline):
        for engine in engines:
            if from_module:
                whole = Outcome(program.run(engine), program.cwd)
                samples[engine]["whole"].append(whole.seconds)
                samples[engine]["kilobytes"].append(whole.kilobytes)
                outcomes.append((engine, whole))
            times.write_text("nan nan\n")
            again = Outcome(program.run_artifact(engine, artifacts[engine], times), program.cwd)
            start, run = map(float, times.read_text().split())
            samples[engine]["start"].append(start)
            samples[engine]["run"].append(run)
            outcomes.append((engine, again))
        done += 1
    reference = [outcome for engine, outcome in outcomes if engine == engines[-1]][-1]
    wrong = [(engine, outcome) for engine, outcome in outcomes if not program.is_right(outcome, reference)]
    for engine, outcome in wrong[:1]:
        print(f"{program.name} is WRONG with {engine}: {outcome.code} {outcome.out[:60]!r} {outcome.err[:200]!r}")
    medians = {what: {engine: statistics.median(samples[engine][what]) for engine in engines if samples[engine][what]}
               for what in ("whole", "start", "run", "kilobytes")}
    return medians | {"name": program.name, "kind": program.kind, "right": not wrong, "rounds": done}


def dispatches(program):
    command = [PULLEY, "run", "--count-dispatches", *program.options, program.file, *program.arguments]
    found = re.search(r"(\d+) instructions dispatched", Outcome(command, program.cwd).err)
    return int(found.group(1)) if found else None


def measure(programs, rounds, limit):
    rows = []
    artifacts = {engine: BUILD / f"artifact-{engine}" for engine in RUNNERS}
    for program in programs:
        compiled, outcomes = interleaved(
            {engine: program.compile(engine, artifacts[engine]) for engine in RUNNERS}, LEAST_ROUNDS)
        refused = [outcome.err for outcome in outcomes.values() if outcome.code != 0]
        if refused:
            print(f"{program.name} is left out, it cannot be compiled: {refused[0][:200]}")
            continue
        row = alternate(program, artifacts, rounds, limit, list(RUNNERS))
        row |= {"compile": compiled, "dispatches": dispatches(program)}
        rows.append(row)
        run = row["run"]
        print(f"{program.name:16} ours {run['ours']:7.3f}  pulley64 {run['pulley64']:7.3f}"
              f" ({run['pulley64'] / run['ours']:5.2f})  native {run['native']:7.3f}"
              f" ({run['ours'] / run['native']:5.2f} slower)  start {row['start']['ours'] * 1e3:.1f} ms,"
              f" {row['start']['pulley64'] * 1e3:.1f} ms", flush=True)
    return rows
