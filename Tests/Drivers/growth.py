#!/usr/bin/env python3
"""Measures how the cost of compiling grows. Each shape in growth/shapes.py is compiled at a size n and at 4n. The
instructions executed (counted by Callgrind) and the peak of allocated memory must grow with an exponent below 1.2
and stay below a bound for each byte of input. No clock is used, so the result does not depend on other load.

    Tests/Drivers/growth.py [--scale FACTOR] [--keep FOLDER] [WORD…]

selects the shapes whose names contain one of the words, and scales their sizes."""
import argparse
import concurrent.futures
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE / "growth"))
import counting
import shapes

EXPONENT = 1.2
# 20 µs of a processor that executes ten billion instructions per second, as current ones do.
INSTRUCTIONS_PER_BYTE = 200_000
# The bound of `MemoryBounds.compiling` for a body of this size with the maximum of locals and operands.
MEMORY = 24 << 20
MEMORY_PER_BYTE = 2_048

parser = argparse.ArgumentParser()
parser.add_argument("--scale", type=float, default=1.0, help="multiplies all sizes")
parser.add_argument("--keep", type=pathlib.Path, help="a folder to leave the inputs in")
parser.add_argument("words", nargs="*")
options = parser.parse_args()
count = counting.Count()


class Row:
    """The measurements of one shape at its two sizes."""

    def __init__(self, name, folder):
        self.name = name
        self.shape = shapes.SHAPES[name]
        self.paths, self.sizes = [], []
        for factor in 1, 4:
            data = self.shape.make(max(1, int(self.shape.start * options.scale)) * factor)
            path = folder / f"{name.replace(' ', '-')}.{factor}"
            path.write_bytes(data)
            self.paths.append(path)
            self.sizes.append(len(data))
        self.outcomes, self.memory, self.instructions = [], [], []


def exponent(pair):
    return math.log(pair[1] / pair[0]) / math.log(4)


def build(folder):
    tool = folder / "measure"
    library = pathlib.Path("build/lib").resolve()
    include = "-DHAVE_CALLGRIND" if shutil.which("valgrind") else "-DNO_CALLGRIND"
    subprocess.run(
        ["cc", "-O1", "-pthread", include, "-Ibuild/include", "-o", tool,
         HERE / "growth" / "measure.c", library / "libpulley.so", f"-Wl,-rpath,{library}"],
        check=True)
    return tool


def measure(tool, rows, folder, counts_instructions):
    """Measures the files of all rows. One process handles all of them, because it starts slowly."""
    paths = [path for row in rows for path in row.paths]
    command = [tool, *paths]
    out = folder / "callgrind.out"
    if counts_instructions:
        folder.mkdir()
        command = ["valgrind", "--quiet", "--tool=callgrind", "--dump-line=no",
                   f"--callgrind-out-file={out}", *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = done.stdout.splitlines()
    if not count.equal("the measuring program succeeds", done.returncode, 0,
                       f"after {len(lines)} of {len(paths)} files: "
                       f"{paths[min(len(lines), len(paths) - 1)].name}", done.stderr[-1500:]):
        return
    for number, line in enumerate(lines):
        row = rows[number // 2]
        _, memory, outcome = line.split("\t")
        if counts_instructions:
            text = out.with_name(f"{out.name}.{number + 1}").read_text()
            row.instructions.append(int(re.search(r"^totals: (\d+)", text, re.M)[1]))
        else:
            row.memory.append(int(memory))
            row.outcomes.append(outcome)


def judge(row):
    details = []
    for outcome in row.outcomes:
        if not re.match(row.shape.outcome, outcome):
            details.append(f"expected {row.shape.outcome!r}: {outcome}")
    columns = [f"{row.name:55}", f"{row.sizes[1]:8} B"]
    if row.instructions:
        each, growth = row.instructions[1] / row.sizes[1], exponent(row.instructions)
        columns.append(f"{each:7.0f} instructions a byte, exponent {growth:5.2f}")
        if growth >= EXPONENT:
            details.append(f"instructions: exponent {growth:.2f}")
        if each > INSTRUCTIONS_PER_BYTE:
            details.append(f"{each:.0f} instructions for each byte")
    each, growth = row.memory[1] / row.sizes[1], exponent(row.memory)
    columns.append(f"{each:6.0f} bytes a byte, exponent {growth:5.2f}")
    if growth >= EXPONENT:
        details.append(f"memory: exponent {growth:.2f}")
    if row.memory[1] > MEMORY + MEMORY_PER_BYTE * row.sizes[1]:
        details.append(f"{row.memory[1]} bytes of memory for {row.sizes[1]}")
    print("  ".join(columns), flush=True)
    count.check(row.name, not details, *details)


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        inputs = options.keep or folder
        inputs.mkdir(exist_ok=True)
        rows = [Row(name, inputs) for name in shapes.SHAPES
                if not options.words or any(word in name for word in options.words)]
        tool = build(folder)
        measure(tool, rows, folder, False)
        if shutil.which("valgrind"):
            processes = max(1, min(os.cpu_count() or 1, 4))
            with concurrent.futures.ThreadPoolExecutor(processes) as pool:
                for number in range(processes):
                    pool.submit(measure, tool, rows[number::processes],
                                folder / f"part{number}", True)
        else:
            counting.left_out("no valgrind: instructions are not counted")
        for row in rows:
            if len(row.memory) == 2:
                judge(row)
    count.finish()


main()
