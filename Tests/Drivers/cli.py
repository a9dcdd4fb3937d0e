#!/usr/bin/env python3
"""Tests the command line: its output, exit codes and errors, and how it handles damaged files."""
import fcntl
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting
import wasm
from command import PULLEY, Run
from wasm import F32, F64, I32, I64, call, get, i32, s, set_, u

count = counting.Count()
folder = pathlib.Path(tempfile.mkdtemp())


def succeeds(what, run, out):
    count.check(what, run.code == 0 and run.out == out and not run.err, f"expected: {out!r}", run)


def fails(what, run, code, *parts):
    """Expects exit code `code`, no standard output, and all `parts` on standard error."""
    count.check(what, run.code == code and not run.out and all(p in run.err for p in parts),
                f"expected: exit {code}, error with {parts}", run)


def file(name, data):
    path = folder / name
    path.write_bytes(data)
    return path


# Modules

def arithmetic():
    m = wasm.Module()
    m.function("add", [I32, I32], [I32], get(0) + get(1) + b"\x6a")
    m.function("div", [I32, I32], [I32], get(0) + get(1) + b"\x6d")
    m.function("long", [I64], [I64], get(0) + b"\x42\x01\x7c")
    m.function("half", [F32], [F32], get(0) + b"\x43\x00\x00\x00\x3f\x94")
    m.function("twice", [F64], [F64], get(0) + get(0) + b"\xa0")
    m.function("swap", [I32, I64], [I64, I32], get(1) + get(0))
    m.function("nothing", [], [], b"")
    m.function("crash", [], [], b"\x00")
    m.function("outer", [], [], call(7))
    m.function("forever", [I32], [I32], get(0) + i32(1) + b"\x6a" + call(9) + i32(1) + b"\x6a")
    m.function("load", [I32], [I32], get(0) + b"\x28\x02\x00")
    m.function("grow", [I32], [I32], get(0) + b"\x40\x00")
    # loop: n = n * n + i; i -= 1; br_if i
    m.function(
        "loop", [I32], [I32],
        b"\x03\x40" + get(1) + get(1) + b"\x6c" + get(0) + b"\x6a" + set_(1)
        + get(0) + i32(1) + b"\x6b\x22\x00\x0d\x00\x0b" + get(1), [I32])
    m.function("vectors", [wasm.V128, wasm.V128], [wasm.V128], get(0) + get(1) + b"\xfd\xae\x01")
    m.with_memory(1)
    return m.bytes()


def hello(exit_code=None):
    """A WASI program."""
    m = wasm.Module()
    m.imported("wasi_snapshot_preview1", "fd_write", [I32] * 4, [I32])
    m.imported("wasi_snapshot_preview1", "proc_exit", [I32])
    code = i32(1) + i32(8) + i32(1) + i32(0) + call(0) + b"\x1a"
    if exit_code is not None:
        code += i32(exit_code) + call(1)
    m.function("_start", [], [], code)
    m.with_memory(1)
    text = b"hello, world\n"
    m.data = [(8, (16).to_bytes(4, "little") + len(text).to_bytes(4, "little") + text)]
    return m.bytes()


def importing(module, field, parameters, results, code, text=b""):
    m = wasm.Module()
    m.imported(module, field, parameters, results)
    m.function("go", [], [I32], code)
    m.with_memory(1)
    m.data = [(16, text)]
    return m.bytes()


# Help and version

version = re.search(r'#define PULLEY_VERSION "(.*)"',
                    pathlib.Path("include/pulley.h").read_text()).group(1)
run = Run("--version")
succeeds("`--version` prints the version", run, f"{version}\n")
run = Run("--help")
count.check("`--help` names the commands", run.code == 0 and all(
    f"  {command} " in run.out for command in ("run", "compile", "wasm2wat", "objdump", "wast")), run)
count.check("`--help` lists the exit codes", "134" in run.out, run)
for command in ("run", "compile", "wasm2wat", "objdump", "wast"):
    run = Run(command, "--help")
    count.check(f"`{command} --help` succeeds", run.code == 0 and "USAGE" in run.out, run)
fails("an unknown command is refused and the commands are listed",
      Run("dance"), 64, "unknown command 'dance'. There are run, compile,")
fails("a mistyped command is refused with a suggestion",
      Run("rnu", "x.wasm"), 64, "Did you mean 'run'?")
fails("a file in place of a command is refused with the right command",
      Run("x.wasm"), 64, "use `pulley run x.wasm`")
fails("an unknown option is refused", Run("run", "--dance", "x.wasm"), 64, "--dance")
fails("`run` without a file is refused", Run("run"), 64)
for size in ("1", "16383", "1025M", "1073741825", "0", "-1", "big"):
    fails(f"`--stack-size {size}` is refused, as the C interface refuses it",
          Run("run", "--stack-size", size, "x.wasm"), 64, "--stack-size", "16K to 1G")

# Running

arith = file("arithmetic.wasm", arithmetic())
succeeds("`run --invoke` calls the function with its arguments",
         Run("run", "--invoke", "add", arith, "2", "40"), "42\n")
succeeds("`run --invoke` accepts negative arguments",
         Run("run", "--invoke", "add", arith, "-2", "-40"), "-42\n")
succeeds("`run --invoke` accepts hexadecimal and unsigned arguments",
         Run("run", "--invoke", "add", arith, "0xfffffffe", "4294967295"), "-3\n")
succeeds("an i32 addition wraps around",
         Run("run", "--invoke", "add", arith, "2147483647", "1"), "-2147483648\n")
succeeds("an i64 argument and result have 64 bits",
         Run("run", "--invoke", "long", arith, "9223372036854775806"),
         "9223372036854775807\n")
succeeds("an unsigned argument of 64 bits is accepted for an i64",
         Run("run", "--invoke", "long", arith, "18446744073709551614"), "-1\n")
succeeds("an f32 result is printed", Run("run", "--invoke", "half", arith, "3"), "1.5\n")
succeeds("an f64 result is printed", Run("run", "--invoke", "twice", arith, "-0.1"), "-0.2\n")
succeeds("a large f64 result is printed with an exponent",
         Run("run", "--invoke", "twice", arith, "1e300"), "2e+300\n")
succeeds("infinity is accepted and printed", Run("run", "--invoke", "twice", arith, "inf"), "inf\n")
count.equal("NaN is accepted and printed",
            Run("run", "--invoke", "twice", arith, "nan").out.strip("-\n"), "nan")
succeeds("vectors are accepted and printed as four lanes",
         Run("run", "--invoke", "vectors", arith, "1,-2,0x7fffffff,4294967295", "1,1,1,1"),
         "0x00000002,0xffffffff,0x80000000,0x00000000\n")
succeeds("a vector may begin with a negative lane",
         Run("run", "--invoke", "vectors", arith, "-1,0,0,0", "-1,0,0,0"),
         "0xfffffffe,0x00000000,0x00000000,0x00000000\n")
for lanes in ("1,2,3", "1,2,3,4,5", "1,2,3,", "1,2,3,4294967296", "7"):
    fails(f"`{lanes}` is refused for a vector",
          Run("run", "--invoke", "vectors", arith, lanes, "1,1,1,1"), 1, "v128")
succeeds("several results are printed on separate lines",
         Run("run", "--invoke", "swap", arith, "1", "2"), "2\n1\n")
succeeds("a function without results prints nothing", Run("run", "--invoke", "nothing", arith), "")
succeeds("memory.grow returns the previous size", Run("run", "--invoke", "grow", arith, "3"), "1\n")
succeeds("memory.grow beyond the available memory returns -1",
         Run("run", "--invoke", "grow", arith, "65536"), "-1\n")
succeeds("`--eager` gives the same result",
         Run("run", "--eager", "--invoke", "loop", arith, "1000"),
         Run("run", "--invoke", "loop", arith, "1000").out)
run = Run("run", "--count-dispatches", "--invoke", "loop", arith, "1000")
dispatched = re.search(r"\b(\d+) instructions dispatched", run.err)
count.check("`--count-dispatches` prints the number of dispatches", run.code == 0 and dispatched
            and 1000 <= int(dispatched.group(1)) <= 20000, run)
for format in ("text", "json"):
    path = folder / f"stats.{format}"
    run = Run("run", f"--stats={path}", "--stats-format", format, "--invoke", "loop", arith, "1000")
    count.check(f"`--stats=FILE` leaves the output alone in the format {format}",
                run.code == 0 and run.out == Run("run", "--invoke", "loop", arith, "1000").out and not run.err, run)
stats = json.loads((folder / "stats.json").read_text())
handlers = stats["handlers"]
counts = [0] * len(handlers)
for row in stats["runs"]:
    for handler in row["handlers"]:
        counts[handler] += row["count"]
count.equal("in JSON, the runs add up to the counts of the handlers", counts, [h["count"] for h in handlers])
count.equal("in JSON, the handlers add up to the cells, which are the dispatches",
            (sum(counts), sum(counts)), (stats["cells"], int(dispatched.group(1))))
count.equal("in JSON, the handlers add up to the instructions",
            sum(h["count"] * h["instructions"] for h in handlers), stats["instructions"])
count.equal("in JSON, the fused handlers add up to the fused instructions",
            sum(h["count"] * h["instructions"] for h in handlers if h["instructions"] > 1), stats["fusedInstructions"])
expected = {}
for row in stats["runs"]:
    single = [part for handler in row["handlers"] for part in handlers[handler]["parts"] or [handler]]
    for length in range(2, 7):
        for start in range(len(single) - length + 1):
            key = tuple(single[start:start + length])
            expected[key] = expected.get(key, 0) + row["count"]
count.equal("in JSON, the sequences are those of the runs",
            {tuple(row["handlers"]): row["count"] for row in stats["sequences"]}, expected)
count.check("the body of a loop is a run that is counted once per iteration",
            any(row["count"] in (999, 1000) and len(row["handlers"]) > 1 for row in stats["runs"]), stats["runs"])
text = (folder / "stats.text").read_text()
count.check("as text, `--stats` has the same numbers", text.startswith(
    f"{stats['instructions']} instructions ran in {stats['cells']} cells, ") and handlers[0]["name"] in text, text)
for options, code in ((("--invoke", "loop", arith, "1000"), 0), (("--invoke", "crash", arith), 134)):
    run = Run("run", "--stats", *options)
    count.check(f"`--stats` prints on standard error, also if the program ends with {code}",
                run.code == code and "instructions ran in" in run.err and "instructions" not in run.out, run)
run = Run("run", "--stats=-", "--invoke", "loop", arith, "1000")
count.check("`--stats=-` prints on standard output", run.code == 0 and "instructions ran in" in run.out, run)
fails("a file for `--stats` that cannot be written is an error",
      Run("run", f"--stats={folder}/none/stats", "--invoke", "nothing", arith), 1, "No such file")
fails("`--stats-format` without `--stats` is wrong",
      Run("run", "--stats-format", "json", "--invoke", "nothing", arith), 64, "--stats")
fails("an unknown format of `--stats` is wrong",
      Run("run", "--stats", "--stats-format", "xml", "--invoke", "nothing", arith), 64, "xml")

succeeds("a WASI program runs and prints", Run("run", file("hello.wasm", hello())), "hello, world\n")
run = Run("run", "--stats", file("exits.wasm", hello(7)))
count.check("`--stats` prints and keeps the exit code if the program exits",
            run.code == 7 and "instructions ran in" in run.err, run)
run = Run("run", file("exits.wasm", hello(7)))
count.check("the exit code of the command is the program's exit code",
            run.code == 7 and run.out == "hello, world\n", run)
run = Run("run", file("exits0.wasm", hello(0)))
count.check("a program that exits with 0 succeeds", run.code == 0 and run.out == "hello, world\n", run)

puts = file("puts.wasm", importing("env", "puts", [I32], [I32], i32(16) + call(0), b"from C\0"))
run = Run("run", "--host", "env.puts=i32(cstr)", "--invoke", "go", puts)
count.check("a guest calls a function of the C library",
            run.code == 0 and run.out.startswith("from C\n"), run)
fails("a malformed signature is refused",
      Run("run", "--host", "env.puts=i32(strange)", "--invoke", "go", puts), 1, "strange")

# Errors

fails("a missing file is an error that names it", Run("run", folder / "none.wasm"), 1, "none.wasm",
      "No such file")
fails("a folder in place of a file is an error", Run("run", folder), 1, "directory")
fails("a missing export is an error that names it", Run("run", "--invoke", "sub", arith), 1, "sub")
run = Run("run", "--invoke", "add", arith, "1")
count.check("too few arguments for a function are refused",
            run.code in (1, 64) and not run.out and "2" in run.err, run)
run = Run("run", "--invoke", "add", arith, "1", "two")
count.check("an argument of the wrong type is refused",
            run.code in (1, 64) and not run.out and "two" in run.err, run)
run = Run("run", "--invoke", "add", arith, "1", "99999999999")
count.check("an argument out of range is refused", run.code in (1, 64) and not run.out, run)
fails("a module without `_start` is refused without `--invoke`", Run("run", arith), 1, "_start")
fails("an undefined import is an error that names it",
      Run("run", "--invoke", "go", puts), 1, "env", "puts")

# Traps

fails("unreachable traps and the function is named",
      Run("run", "--invoke", "crash", arith), 134, "trap", "unreachable", "crash")
run = Run("run", "--invoke", "outer", arith)
count.check("a backtrace lists the innermost function first", run.code == 134
            and 0 <= run.err.find("crash") < run.err.find("outer"), run)
count.check("a trap shows the position in the module", re.search(r"0x[0-9a-f]+", run.err), run)
fails("a division by zero traps", Run("run", "--invoke", "div", arith, "1", "0"), 134,
      "integer divide by zero")
fails("an overflowing division traps", Run("run", "--invoke", "div", arith, "-2147483648", "-1"), 134,
      "integer overflow")
fails("a load out of bounds traps",
      Run("run", "--invoke", "load", arith, "65533"), 134, "out of bounds memory")
fails("a load at a negative address traps", Run("run", "--invoke", "load", arith, "-1"), 134,
      "out of bounds memory")
fails("endless recursion traps", Run("run", "--invoke", "forever", arith, "0"), 134,
      "call stack exhausted")
fails("endless recursion traps on a larger stack too",
      Run("run", "--stack-size", "67108864", "--invoke", "forever", arith, "0"), 134,
      "call stack exhausted")

# Artifacts

artifact = folder / "arithmetic.pulley"
succeeds("`compile` writes an artifact", Run("compile", arith, "-o", artifact), "")
data = artifact.read_bytes() if artifact.exists() else b""
count.check("the artifact is ELF", data.startswith(b"\x7fELF"))
if shutil.which("readelf"):
    done = subprocess.run(["readelf", "-aW", artifact], capture_output=True, text=True)
    count.check("readelf reads the artifact without warnings",
                done.returncode == 0 and not re.search("(?i)warning|error", done.stderr),
                done.stderr, done.stdout[-500:])
for arguments in (["add", "2", "40"], ["div", "1", "0"], ["swap", "1", "2"], ["twice", "-0.1"],
                  ["outer"], ["forever", "0"], ["load", "65533"], ["grow", "3"], ["loop", "77"]):
    a = Run("run", "--invoke", arguments[0], arith, *arguments[1:])
    b = Run("run", "--invoke", arguments[0], artifact, *arguments[1:])
    count.equal(f"the artifact gives the same results: {' '.join(arguments)}",
                (b.code, b.out, b.err.replace(
        str(artifact), str(arith))), (a.code, a.out, a.err))
count.equal("`compile` without `-o` chooses the name of the artifact",
            (Run("compile", arith, cwd=folder).code,
                                   (folder / "arithmetic.pulley").exists()), (0, True))
for threads in ("1", "2", "7"):
    other = folder / f"threads-{threads}.pulley"
    Run("compile", "--threads", threads, arith, "-o", other)
    count.check(f"compiling with {threads} threads gives the same artifact",
                other.exists() and other.read_bytes() == data)
Run("compile", folder / "hello.wasm", "-o", folder / "hello.pulley")
succeeds("an artifact of a WASI program runs", Run("run", folder / "hello.pulley"), "hello, world\n")
fails("`compile` fails if it cannot write its output",
      Run("compile", arith, "-o", folder / "none" / "x.pulley"), 1, "none")

# Text

adder = b"""(module $m
  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b))))
"""
adder_text = file("adder.wat", adder)
succeeds("`run` runs a module as text", Run("run", "--invoke", "add", adder_text, "2", "40"), "42\n")
succeeds("`compile` compiles a module as text", Run("compile", adder_text), "")
succeeds("an artifact made from text runs",
         Run("run", "--invoke", "add", folder / "adder.pulley", "2", "40"), "42\n")
succeeds("`wat2wasm` succeeds", Run("wat2wasm", adder_text), "")
adder_binary = folder / "adder.wasm"
count.check("`wat2wasm` writes a binary module", adder_binary.read_bytes().startswith(b"\0asm\1\0\0\0"))
succeeds("the output of `wat2wasm` runs",
         Run("run", "--invoke", "add", adder_binary, "2", "40"), "42\n")
succeeds("`wat2wasm -o` writes to another file",
         Run("wat2wasm", adder_text, "-o", folder / "o.wasm"), "")
count.check("`wat2wasm -o` writes the same bytes",
            (folder / "o.wasm").read_bytes() == adder_binary.read_bytes())
succeeds("`validate` accepts a valid text and a valid binary",
         Run("validate", adder_text, adder_binary), "")
bad_text = file("bad.wat", b"(module\n  (func\n\ti32.frob 1))\n")
invalid_text = file("invalid.wat", b"(func (result i32)\n  (i32.eqz\n    (i64.const 1)))\n")
for command in ["run", "compile", "wat2wasm", "validate"]:
    fails(f"`{command}` shows the position of a syntax error", Run(command, bad_text), 1,
          "bad.wat:3:2: unknown operator i32.frob\n\ti32.frob 1))\n\t^\n")
for command in ["run", "compile", "validate"]:
    fails(f"`{command}` shows the position of a validation error", Run(command, invalid_text), 1,
          "invalid.wat:2:4: type mismatch", "\n  (i32.eqz\n   ^\n")
succeeds("`wat2wasm` does not validate", Run("wat2wasm", invalid_text), "")
fails("`validate` refuses an invalid binary", Run("validate", folder / "invalid.wasm"), 1,
      "invalid.wasm: type mismatch", "(at byte 0x")
fails("`validate` continues after a bad file",
      Run("validate", folder / "none", bad_text, adder_text), 1,
      "none: ", "bad.wat:3:2: ")

# objdump

run = Run("objdump", artifact)
count.check("`objdump` lists the functions", run.code == 0 and all(
    field in run.out for field in ("add", "outer", "loop")), run)
count.check("`objdump` lists instructions",
            re.search(r"^\s*(xadd32|br_if)\S* ", run.out, re.M) and "ret" in run.out, run)
plain = run.out
run = Run("objdump", arith)
count.equal("`objdump` lists a module like its artifact", (run.code, run.out), (0, plain))
run = Run("objdump", "--addresses", "--bytes", "--filter", "outer", artifact)
count.check("`objdump --filter` lists one function", run.code == 0 and "outer" in run.out
            and "loop" not in run.out and re.search(r"\b[0-9a-f]+:", run.out), run)
run = Run("objdump", PULLEY)
count.check("`objdump` of an ELF file for another machine is refused or empty",
            run.code == 1 and run.err, run)
fails("`objdump` refuses a truncated ELF file", Run("objdump", file("short.elf", data[:100])), 1,
      "short.elf")

# Damaged input gives an error with a position, never a signal or a hang

module = arithmetic()
bad = []
for length in range(len(module) - 1):
    # A module may end after any section; most prefixes are malformed.
    run = Run("compile", file("prefix.wasm", module[:length]), "-o", folder / "prefix.pulley")
    if run.code == 0:
        continue
    if run.code != 1 or not re.search(r"prefix\.wasm: .*byte", run.err):
        bad.append((length, str(run)))
count.check("each prefix of a module is refused with a position", not bad, *bad[:3])

generator = random.Random(1)
bad = []
for _ in range(150):
    damaged = bytearray(module)
    for _ in range(generator.randint(1, 4)):
        damaged[generator.randrange(len(damaged))] = generator.randrange(256)
    run = Run("run", "--invoke", "add", file("damaged.wasm", bytes(damaged)), "2", "40")
    if run.code not in (0, 1, 134):
        bad.append((bytes(damaged).hex(), str(run)))
count.check("each damaged module gives an error or a result", not bad, *bad[:3])

header = b"\0asm\1\0\0\0"
for what, content in {
    "an empty file": b"",
    "random bytes": generator.randbytes(1000),
    "text in another language": b"hello",
    "a wrong version": b"\0asm\2\0\0\0",
    "a section longer than the file": header + b"\x01\xff\xff\xff\xff\x0f",
    "a huge count of types": header + wasm.section(1, u(0xFFFFFFFF)),
    "a huge count of functions": header + wasm.section(1, b"\x01\x60\0\0") + wasm.section(
        3, u(0xFFFFFFF0) + b"\0"),
    "a huge count of locals": header + wasm.section(1, b"\x01\x60\0\0") + wasm.section(
        3, b"\x01\0") + wasm.section(10, b"\x01" + u(8) + b"\x01" + u(0xFFFFFFFF) + b"\x7f\x0b"),
    "blocks nested 100,000 deep and not ended": header + wasm.section(
        1, b"\x01\x60\0\0") + wasm.section(3, b"\x01\0") + wasm.section(
            10, b"\x01" + u(100002) + b"\0" + b"\x02\x40" * 50000 + b"\x0b"),
}.items():
    fails(what, Run("run", file("bad.wasm", content)), 1, "bad.wasm: ", "byte")

deep = wasm.Module()
deep.function("_start", [], [], b"\x02\x40" * 20000 + b"\x0b" * 20000)
run = Run("run", file("deep.wasm", deep.bytes()))
count.check("blocks nested 20,000 deep run or are refused", run.code in (0, 1), run)
large = wasm.Module()
large.function("_start", [], [], i32(1) + (i32(3) + b"\x6a") * 100000 + b"\x1a")
run = Run("run", file("large.wasm", large.bytes()))
count.equal("a function of 200,000 instructions runs", run.code, 0, run)

if data:
    for length in sorted({0, 1, 4, 16, 63, 64, len(data) // 3, len(data) // 2, len(data) - 1}):
        content = data[:length]
        run = Run("run", "--invoke", "add", file("short.pulley", content), "2", "40")
        count.check(f"an artifact cut to {length} bytes is refused",
                    run.code == 1 and "short.pulley: " in run.err, run)
    bad, refused = [], 0
    for _ in range(150):
        damaged = bytearray(data)
        damaged[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        run = Run("run", "--invoke", "add", file("damaged.pulley", bytes(damaged)), "2", "40")
        refused += run.code == 1
        if run.code != 1 and (run.code, run.out) != (0, "42\n"):
            bad.append(str(run))
    count.check("an artifact with one changed bit is refused or gives the same result",
                not bad, *bad[:3])
    count.check("most artifacts with a changed bit are refused", refused > 30, f"{refused} of 150")
    foreign = bytearray(data)
    foreign[18] = 62  # The ELF header names another machine.
    fails("an artifact for another machine is refused",
          Run("run", file("foreign.pulley", bytes(foreign))), 1,
          "foreign.pulley: ")
fails("an ELF file that is not an artifact is refused", Run("run", PULLEY), 1, "pulley: ")

run = Run("validate", "--json", adder_text, bad_text, folder / "none")
found = json.loads(run.out)
count.check("`validate --json` prints the error as JSON", run.code == 1 and not run.err
            and [item["valid"] for item in found] == [True, False, False]
            and found[0]["errors"] == [] and found[1]["errors"][0]["line"] >= 1
            and found[1]["errors"][0]["message"] and "No such file" in found[2]["errors"][0]["message"],
            run)

# inspect

run = Run("inspect", arith)
count.check("`inspect` shows exports, memories and sections", run.code == 0 and not run.err
            and "imports (0)" in run.out and re.search(r"  add +\(func \(param i32 i32\)", run.out)
            and "64 KiB, without a maximum" in run.out and re.search(r"  code +\d+ +at 0x", run.out), run)
run = Run("inspect", "--json", file("hello-inspect.wasm", hello()))
inspected = json.loads(run.out)
count.equal("`inspect --json` lists the imports", [item["name"] for item in inspected["imports"]],
            ["fd_write", "proc_exit"])
count.equal("`inspect --json` lists the exports",
            {item["name"]: item["type"] for item in inspected["exports"]},
            {"_start": "(func)", "memory": "(memory 1)"})
count.equal("`inspect --json` lists the sections", [item["name"] for item in inspected["sections"]],
            ["type", "import", "function", "memory", "export", "code", "data", "name"])
count.equal("the sections of `inspect --json` cover all bytes",
            8 + sum(2 + item["bytes"] for item in inspected["sections"]), inspected["bytes"])
fails("`inspect` refuses a damaged module",
      Run("inspect", file("cut.wasm", hello()[:60])), 1, "cut.wasm: ")
fails("`inspect` refuses CLIF", Run("inspect", file("x.clif", b"function %f() { block0: return }")), 1,
      "pulley objdump")

# Access and limits of programs

program = file("program.wasm", hello(3))
fails("`--dir` with a missing directory is an error",
      Run("run", "--dir", folder / "none", program), 1, "--dir: ",
      "none cannot be opened: No such file or directory")
fails("`--dir` with a file is an error", Run("run", "--dir", program, program), 1, "Not a directory")
fails("`--env` without a name is refused", Run("run", "--env", "=x", program), 64, "--env")
fails("`--max-memory` with a value that is not a size is refused",
      Run("run", "--max-memory", "big", program), 64, "--max-memory")
succeeds("memory.grow beyond `--max-memory` returns -1",
         Run("run", "--invoke", "grow", "--max-memory", "64K", arith, "1"), "-1\n")
succeeds("memory.grow up to `--max-memory` succeeds",
         Run("run", "--invoke", "grow", "--max-memory", "128K", arith, "1"), "1\n")
limited = file("limited.wat", b"""(module (memory 1) (memory 1) (table 1 funcref)
  (func (export "first") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "second") (param i32) (result i32) (memory.grow 1 (local.get 0)))
  (func $f (export "table") (param i32) (result i32)
    (table.grow (ref.func $f) (local.get 0))))""")
for function in ("first", "second"):
    succeeds(f"`--max-memory` limits the sum of all memories ({function})",
             Run("run", "--max-memory", "192K", "--invoke", function, limited, "2"), "-1\n")
    succeeds(f"`--max-memory` allows growth within the sum ({function})",
             Run("run", "--max-memory", "192K", "--invoke", function, limited, "1"), "1\n")
fails("a module whose memories exceed `--max-memory` is refused",
      Run("run", "--max-memory", "64K", "--invoke", "first", limited, "0"), 1, "limit of the group",
      "linear memories")
succeeds("`--max-memory` limits tables too",
         Run("run", "--max-memory", "1M", "--invoke", "table", limited, "200000"), "-1\n")
succeeds("table.grow beyond `--max-tables` returns -1",
         Run("run", "--max-tables", "1K", "--invoke", "table", limited, "128"), "-1\n")
succeeds("table.grow up to `--max-tables` succeeds",
         Run("run", "--max-memory", "1M", "--max-tables", "2M", "--invoke", "table", limited,
             "200000"), "1\n")
succeeds("a program has no more than 128 MiB of tables by default",
         Run("run", "--invoke", "table", file("tables.wat", b"(module " + b"".join(
             b"(table $t%d 0 funcref)" % k for k in range(2)) + b"""
  (func $f (export "table") (param i32) (result i32)
    (drop (table.grow $t0 (ref.null func) (local.get 0)))
    (table.grow $t1 (ref.null func) (local.get 0))))"""), "9000000"), "-1\n")
fails("`run` fails at `--max-compile-memory`",
      Run("run", "--max-compile-memory", "100K", "--invoke", "first", limited,
                                  "0"), 1, "limit of the module", "102400 bytes for compilation")
fails("`compile` fails at `--max-compile-memory`",
      Run("compile", "--max-compile-memory", "100K", "-o", folder / "limited.pulley", limited), 1,
      "limit of the module")
fails("instantiation fails at `--max-instances`",
      Run("run", "--max-instances", "1K", "--invoke", "first", limited, "0"), 1,
      "1024 bytes for instances")
run = Run("run", "--usage", "--invoke", "first", limited, "3")
count.check("`--usage` prints the peaks of all resources", run.code == 0 and run.out == "1\n"
            and "memories: 327680 bytes" in run.err and "tables: 8 bytes" in run.err
            and "stacks: 1048576 bytes" in run.err, run)
run = Run("run", program)
count.check("the exit code of the command is the program's exit code",
            run.code == 3 and run.out == "hello, world\n" and not run.err,
            run)


def interrupted():
    """Ctrl-C ends a running program immediately, like a native program."""
    forever = file("forever.wat", b"""(module (func (export "_start") (loop (br 0))))""")
    # Shells ignore the signal for commands in the background, and children inherit that.
    process = subprocess.Popen([PULLEY, "run", forever], stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=10)
    return process.returncode, error


count.equal("an interrupt ends a program", interrupted(), (-signal.SIGINT, b""))


def unblocked():
    """Runs a program that reads its input without waiting. Returns the result of reading, and whether the
    flags of the input, which other processes share, are unchanged."""
    path = file("unblocked.wat", b"""(module
  (import "wasi_snapshot_preview1" "fd_fdstat_set_flags" (func $set (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (if (call $set (i32.const 0) (i32.const 4)) (then (call $exit (i32.const 100))))
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 8))
    (call $exit (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))))""")
    reader, writer = os.pipe()
    before = fcntl.fcntl(reader, fcntl.F_GETFL)
    process = subprocess.run([PULLEY, "run", path], stdin=reader, capture_output=True, timeout=10)
    after = fcntl.fcntl(reader, fcntl.F_GETFL)
    os.close(reader)
    os.close(writer)
    return process.returncode, after == before


# 6 is EAGAIN.
count.equal("a program that sets nonblock does not change the flags of the host",
            unblocked(), (6, True))


def on_terminal(*arguments, **environment):
    """Runs a command whose standard error is a terminal, and returns what it writes there."""
    master, terminal = os.openpty()
    process = subprocess.Popen([PULLEY, *map(str, arguments)], stderr=terminal,
                               stdout=subprocess.DEVNULL, env=environment)
    os.close(terminal)
    written = b""
    try:
        while chunk := os.read(master, 4096):
            written += chunk
    except OSError:
        pass
    os.close(master)
    return process.wait(), written.decode()


wanting = file("wanting.wat", b"""(module
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $prestat (i32.const 3) (i32.const 0)))))""")
count.equal("a hint about `--dir` is printed on a terminal if a program was denied a directory",
            on_terminal("run", wanting),
            (8, "pulley: hint: the program looked for files and was given no directory; "
             "--dir . grants the current one\r\n"))
count.equal("errors are coloured on a terminal", on_terminal("run", folder / "none", TERM="xterm"),
            (1, f"\x1b[1;31mpulley:\x1b[0m {folder}/none: No such file or directory\r\n"))
count.equal("errors are not coloured if NO_COLOR is set",
            on_terminal("run", folder / "none", TERM="xterm", NO_COLOR="1"),
            (1, f"pulley: {folder}/none: No such file or directory\r\n"))
run = Run("run", wanting)
count.check("the hint is not printed if standard error is not a terminal",
            run.code == 8 and not run.err, run)
run = Run("run", file("missing.wasm", importing("env", "puts", [I32], [I32], i32(0) + call(0))))
count.check("the error for a missing import shows how to define it", run.code == 1
            and "env.puts (func (param i32) (result i32)) is not defined" in run.err
            and "hint: --host" in run.err, run)

# Copies of one function, enough to compile longer than the half second before the progress bar appears.
many = wasm.Module()
for number in range(20_000):
    many.function(f"f{number}", [I32], [I32], get(0) + (get(0) + b"\x6c" + i32(7) + b"\x6a") * 60)
many = file("many.wasm", many.bytes())
code, written = on_terminal("compile", many, "-o", folder / "many.pulley")
count.check("compiling shows a progress bar on a terminal and removes it", code == 0 and
            re.search(r"compiling \[#*\.*\] \d+ % of \d+ functions", written)
            and written.endswith("\r\x1b[K"), written[-300:])
run = Run("compile", many, "-o", folder / "many.pulley")
count.check("compiling shows no progress bar if standard error is not a terminal",
            run.code == 0 and not run.out and not run.err, run)

# The manual page and completions

count.equal("docs/pulley.1 is up to date with docs/man.py",
            pathlib.Path("docs/pulley.1").read_text(),
            subprocess.run([sys.executable, "docs/man.py", PULLEY], capture_output=True,
                           text=True).stdout)
for shell in ("bash", "zsh", "fish"):
    run = Run("--generate-completion-script", shell)
    count.check(f"`--generate-completion-script {shell}` succeeds",
                run.code == 0 and "wasm2wat" in run.out
                and "max-memory" in run.out, run)

# wasm2wat

run = Run("wasm2wat", arith)
count.check("`wasm2wat` prints a module", run.code == 0 and run.out.startswith("(module\n")
            and '(export "add" (func $add))' in run.out and "\n    i32.div_s\n" in run.out, run)
folded = Run("wasm2wat", "--fold", arith)
count.check("`wasm2wat --fold` nests operands",
            folded.code == 0 and "(i32.div_s\n      (local.get 0)\n      (local.get 1))" in folded.out,
            folded)
output = folder / "arith.wat"
succeeds("`wasm2wat -o` succeeds", Run("wasm2wat", arith, "-o", output), "")
count.equal("`wasm2wat -o` writes the same text as standard output", output.read_text(), run.out)
fails("`wasm2wat` refuses an empty file", Run("wasm2wat", file("empty", b"")), 1, "empty")
fails("`wasm2wat` refuses a truncated module", Run("wasm2wat", file("short.wasm", module[:40])), 1,
      "short.wasm")

# wast

scripts = folder / "scripts" / "inner"
scripts.mkdir(parents=True)
good = """(module (func (export "add") (param i32 i32) (result i32)
  (i32.add (local.get 0) (local.get 1))))
(assert_return (invoke "add" (i32.const 40) (i32.const 2)) (i32.const 42))
(assert_malformed (module quote "(func") "unexpected token")
"""
path = file("scripts/good.wast", good.encode())
succeeds("`wast` counts passing commands", Run("wast", path), "3 passed, 0 failed\n")
bad = file("scripts/inner/bad.wast", good.encode() + b"""
(assert_return (invoke "add" (i32.const 1) (i32.const 1)) (i32.const 3))
(assert_trap (invoke "add" (i32.const 1) (i32.const 1)) "unreachable")
""")
run = Run("wast", bad)
count.check("`wast` names each failure and its reason", run.code == 1 and run.out.endswith(
    "wrong result: 1\nmissing trap: 1\n3 passed, 2 failed\n") and f"{bad}:6: assert_return: " in run.out
    and f"{bad}:7: assert_trap: " in run.out, run)
run = Run("wast", folder / "scripts")
count.check("`wast` runs all scripts below a folder", run.code == 1
            and run.out.endswith("\n6 passed, 2 failed\n"), run)
run = Run("wast", "--json", folder / "scripts")
result = json.loads(run.out)
count.equal("`wast --json` prints the counts as JSON",
            (run.code, result["passed"], result["failed"], result["reasons"],
                            [len(part["failures"]) for part in result["files"]]),
            (1, 6, 2, {"wrong result": 1, "missing trap": 1}, [0, 2]))
table = file("superseded.tsv", b"inner\tbad.wast\t6\ninner\tbad.wast\t7\n")
run = Run("wast", "--superseded", table, bad)
count.check("`wast --superseded` counts superseded commands separately",
            run.code == 0 and run.out == "superseded: 2\n3 passed, 0 failed\n",
            run)
succeeds("`wast --round-trip` converts each module to text and back",
         Run("wast", "--round-trip", path), "1 passed, 0 failed\n")
endless = file("endless.wast", b"""(module (func (export "f") (loop (br 0))))
(invoke "f") (invoke "f")""")
run = Run("wast", "--timeout", 1, endless)
count.check("`wast` stops a script that does not end", run.code == 1
            and run.out.endswith("timed out: 2\n1 passed, 2 failed\n"), run)
run = Run("wast", file("no.wast", b"(module) (dance)"))
count.check("`wast` reports a file that is not a script",
            run.code == 1 and "no.wast:1: script: " in run.out
            and run.out.endswith("0 passed, 1 failed\n"), run)
run = Run("wast", folder / "none")
count.check("`wast` reports a missing file", run.code == 1 and "none" in run.err, run)

shutil.rmtree(folder)
count.finish()
