#!/usr/bin/env python3
"""Calls between host and guest by random prototypes, with random values, in both directions.

The prototypes have up to 20 parameters: numbers, structures by value up to three deep, pointers to them, arrays,
addresses, handles, strings, and callbacks with such parameters. One half of each program is a host library, compiled
by the system's C compiler; the other half is a guest, compiled by clang for WebAssembly. libpulley reads the same
header. Both sides compute every value that is passed, and compare what arrives bit by bit.

    Tests/Drivers/c-abi.py [--count N] [--seed S] [--calls N] [--bits 32|64] [--without FEATURE,…] [--words]
        [--only FUNCTION] [--keep FOLDER]

calls N prototypes. A failure names the seed of its module: `--count 1 --seed S --only f17` repeats it alone. A
FEATURE is one of prototypes.FEATURES. `--words` gives the prototypes as signatures of pulley_register."""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "c-abi"
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(FOLDER)]
import counting
import prototypes
import sources
from command import Run

# Prototypes in one module.
PER_MODULE = 200
STAGES = ["arguments", "data after the call", "result", "callback's arguments", "callback's data after it",
          "callback's result"]

parser = argparse.ArgumentParser()
parser.add_argument("--count", type=int, default=2 * PER_MODULE)
parser.add_argument("--seed", type=int, default=13)
parser.add_argument("--calls", type=int, default=6)
parser.add_argument("--bits", type=int, choices=[32, 64])
parser.add_argument("--without", type=lambda text: text.split(","), default=[])
parser.add_argument("--words", action="store_true")
parser.add_argument("--only")
parser.add_argument("--keep", type=pathlib.Path)
options = parser.parse_args()
if options.words:
    # Signatures have no structures without members, and give no strings back.
    options.without += ["empty", "strings"]
count = counting.Count()


class Program:
    """A module of prototypes, with a library of the host and a guest."""

    def __init__(self, folder, seed, size, bits):
        self.folder, self.bits, self.seed = folder, bits, seed
        self.generator = prototypes.Generator(seed, size, options.without)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("abi.h", sources.header(self.generator)), ("types.h", sources.types(self.generator)),
                           ("functions.h", sources.host(self.generator)),
                           ("calls.h", sources.guest(self.generator))):
            (folder / name).write_text(text)

    def compile(self, compiler, *arguments):
        # Values of `long` and `size_t` must fit the narrower side.
        done = subprocess.run(
            [compiler, "-std=gnu11", "-O1", "-w", f"-DSEED={self.seed}", f"-DLONG_BITS={self.bits}",
             f"-I{self.folder}", f"-I{FOLDER}", *map(str, arguments)], capture_output=True, text=True)
        return count.check(f"seed {self.seed}: {compiler} compiles the program", done.returncode == 0,
                           done.stderr[:2000])

    def build(self):
        preprocessed = ["-E", "-x", "c", self.folder / "abi.h", "-o", self.folder / "abi.i"]
        return (self.compile("cc", *preprocessed)
                and self.compile("cc", "-shared", "-fPIC", FOLDER / "host.c", "-o", self.folder / "libhost.so")
                and self.compile("clang", f"--target=wasm{self.bits}", "-nostdlib", "-Wl,--no-entry",
                                 "-Wl,--allow-undefined", "-Wl,--export-table", "-Wl,-z,stack-size=1048576",
                                 FOLDER / "guest.c", "-o", self.folder / "guest.wasm"))

    def run(self, first, last):
        library, guest = self.folder / "libhost.so", self.folder / "guest.wasm"
        if options.words:
            how = ["--load", library]
            for name, signature in sources.OWN + [(p.name, p.signature) for p in self.generator.prototypes]:
                how += ["--host", f"env.{name}={signature}"]
        else:
            how = ["--header", self.folder / "abi.i", "--library", library]
        return Run("run", *how, "--invoke", "run", guest, first, last, options.calls)

    def test(self):
        """Calls all functions at once; if that fails, each alone, to name those that fail."""
        if not self.build():
            return
        known = self.generator.prototypes
        if options.only:
            numbers = [number for number, one in enumerate(known) if one.name == options.only]
        else:
            run = self.run(0, len(known))
            if run.code == 0 and not run.out:
                count.passed += len(known)
                return
            numbers = range(len(known))
            print(f"seed {self.seed}: {run.err[:2000] or run.out[:2000]}")
        for number in numbers:
            run = self.run(number, number + 1)
            # Enough to see what is wrong, if everything is.
            details = [*self.types_of(known[number]), *self.differences(run.out, limit=4), run.err]
            count.check(f"seed {self.seed}: {known[number].text}", run.code == 0 and not run.out,
                        *(details if count.failed < 12 else []))

    def types_of(self, prototype):
        """The definitions of the structures that a prototype uses."""
        found = {}

        def visit(type_):
            if isinstance(type_, prototypes.Array):
                visit(type_.element)
            elif isinstance(type_, prototypes.Structure) and type_ not in found:
                for _, member in type_.members:
                    visit(member)
                found[type_] = type_.definition()

        for parameter in [*prototype.parameters, *(p for c in prototype.callbacks for p in c.parameters)]:
            if parameter.type:
                visit(parameter.type)
        if prototype.result:
            visit(prototype.result)
        return found.values()

    def differences(self, output, limit):
        """The reports of both sides, in words."""
        reports = re.findall(r"^differs (.*)$", output, re.M)
        for line in reports[:limit]:
            *numbers, expected, actual = line.split()
            yield self.in_words(*map(int, numbers)) + f": expected 0x{expected}, got 0x{actual}"
        if len(reports) > limit:
            yield f"and {len(reports) - limit} more"

    def in_words(self, function, call, stage, parameter, round_, inner, element, leaf):
        prototype = self.generator.prototypes[function]
        where = f"{prototype.name}, call {call}, {STAGES[stage]}"
        if parameter < 0:
            return f"{where}: another function was called"
        holder = prototype
        if stage >= 3:
            holder = prototype.parameters[parameter]
            where += f", {holder.name} called for the {['first', 'second', 'third'][round_]} time"
            position = inner
        else:
            position = parameter
        if stage % 3 == 2:
            type_, path = holder.result if stage == 2 else holder.type, "result"
        else:
            type_, path = holder.parameters[position].type, holder.parameters[position].name
            if holder.parameters[position].is_pointer:
                path += f"[{element}]"
        leaves = list(type_.leaves(path)) if type_ and leaf >= 0 else [path]
        return f"{where}, {leaves[max(leaf, 0)] if leaf < len(leaves) else path}"


def test_of_this_test(folder):
    """A native program whose halves disagree about one function must report all of its values, and only these."""
    program = Program(folder, 1, 12, 32)
    guest, host, wrong = folder / "guest.o", folder / "host.o", 7
    built = (program.compile("cc", "-c", FOLDER / "guest.c", "-o", guest)
             and program.compile("cc", "-c", FOLDER / "host.c", "-o", host)
             and program.compile("cc", guest, host, "-o", folder / "right")
             and program.compile("cc", "-c", f"-DWRONG={wrong}", FOLDER / "host.c", "-o", host)
             and program.compile("cc", guest, host, "-o", folder / "wrong"))
    if not built:
        return
    right, other = (subprocess.run([folder / name], capture_output=True, text=True) for name in ("right", "wrong"))
    count.equal("two native halves of a program agree", (right.returncode, right.stdout), (0, ""))
    reports = list(program.differences(other.stdout, limit=1000))
    name = program.generator.prototypes[wrong].name
    count.check("halves that disagree about a function report it", reports and all(
        report.startswith(name + ",") for report in reports), *reports[:10])


with tempfile.TemporaryDirectory() as name_:
    place = options.keep or pathlib.Path(name_)
    missing = [tool for tool in ("cc", "clang", "wasm-ld") if not shutil.which(tool)]
    if missing:
        counting.left_out(f"random prototypes: there is no {' and no '.join(missing)}")
        count.finish()
    if not options.only:
        test_of_this_test(place / "native")
    for start in range(0, options.count, PER_MODULE):
        size_ = min(PER_MODULE, options.count - start)
        if options.only:
            size_ = PER_MODULE
        for bits_ in [options.bits] if options.bits else [32, 64]:
            # The second half of CI's prototypes is for guests of 64 bits.
            if options.bits or (start // PER_MODULE) % 2 == (bits_ == 64):
                seed_ = options.seed + start // PER_MODULE
                Program(place / f"{seed_}-{bits_}", seed_, size_, bits_).test()
count.finish()
