#!/usr/bin/env python3
"""Checks names and bytes. Modules, texts, artifacts and files may have any names, and no command prints characters
that control a terminal. Bytes that are not UTF-8 pass through the command unchanged."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting
from command import PULLEY, Run

count = counting.Count()
folder = pathlib.Path(tempfile.mkdtemp())

# Parts of names: characters that control a terminal, that hide or reorder text, and quotes.
HOSTILE = {
    "controls": "\x1b[7m\a\b\r\t\0", "newline": "\npulley: fine", "upper controls": "\x7f\x9b31m\x85",
    "marks": "\u202egnp.\u202a\u2066x\u2069\u200e\u200f\u061c",
    "separators": "\u2028\u2029\u200b\ufeff\xad\U000e0041\ue000", "quotes": "\"'\"\\u{1b}\\",
}
ALL = "".join(HOSTILE.values())


def file(name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def obeyed(text):
    """The forbidden characters in an output."""
    found = set()
    for character in text:
        value = ord(character)
        if character == "\n" or 0x20 <= value < 0x7F:
            continue
        if (value < 0xA0 or value == 0xAD or value == 0x61C or 0x200B <= value <= 0x200F
                or 0x2028 <= value <= 0x202E or 0x2060 <= value <= 0x206F or value == 0xFEFF
                or 0xE000 <= value < 0xF900 or value >= 0xE0000):
            found.add(f"U+{value:04X}")
    return found


def quiet(what, *arguments, source=False, code=None):
    """Runs a command, checks that its output has no control characters, and returns the run. A source line that
    a message shows may contain tabs and keeps its indentation."""
    run = Run(*arguments)
    text = run.out + run.err
    bad = obeyed(text.replace("\t", " ") if source else text)
    if not source and "\npulley: fine" in "\n" + text:
        bad.add("a line of the name's")
    count.check(f"{what}: {arguments[0]}", not bad and (code is None or run.code == code), bad,
                ascii(str(run)))
    return run


def wat(text):
    """A name as a string of the text format."""
    return '"' + "".join(f"\\{byte:02x}" for byte in text.encode()) + '"'


# Modules in which every name is hostile

def module(name):
    """Imports of each kind, exports of each kind, names of everything, custom sections."""
    n = wat(name)
    return f"""(module ${n}
  (type $t{n[1:-1].replace(chr(92), "")} (func))
  (import {n} {n} (func (param i32)))
  (import {n} "t" (table 1 funcref))
  (import {n} "m" (memory 1))
  (import "g" {n} (global i32))
  (global ${n} (export {n}) i32 (i32.const 1))
  (table (export "t{n[1:-1]}") 1 funcref)
  (memory (export "m{n[1:-1]}") 1)
  (func ${n} (export "f{n[1:-1]}") (export "_start") (local ${n} i32) unreachable)
  (data ${n} (i32.const 0) {n})
  (@custom {n} {n}))"""


def trapping(name):
    """A program in which a function of that name calls another function, which traps."""
    n = wat(name)
    return f"""(module ${n}
  (func $inner (export "inner{n[1:-1]}") unreachable)
  (func ${n} (export {n}) (export "_start") (call $inner)))"""


def invalid(name):
    """A binary with an invalid function of a hostile name."""
    text = file("invalid.wat", f"(module (func ${wat(name)} (result i32) (i64.const 1)))")
    Run("wat2wasm", text)
    return folder / "invalid.wasm"


for what, name in [*HOSTILE.items(), ("all", ALL)]:
    what = f"names with {what}"
    source = file("names.wat", module(name))
    quiet(what, "wat2wasm", source, code=0)
    binary = folder / "names.wasm"
    for command in (["run"], ["inspect"], ["objdump"], ["objdump", "--offsets"], ["validate"], ["compile"],
                    ["wasm2wat"], ["wasm2wat", "--fold"], ["validate", "--json"]):
        quiet(what, *command, binary, source=command[0] == "wasm2wat")
    quiet(what, "inspect", folder / "names.pulley", code=0)
    quiet(what, "objdump", folder / "names.pulley", code=0)
    inspected = json.loads(quiet(what, "inspect", "--json", binary, code=0).out)
    count.equal(f"{what}: `inspect --json` contains the names unchanged",
                (inspected["name"], inspected["imports"][0], inspected["sections"][-1]["name"] in (
                    name, "name")),
                (name, {"module": name, "name": name, "type": "(func (param i32))"}, True))
    quiet(what, "objdump", "--html", binary, "-o", folder / "names.html", code=0)
    count.check(f"{what}: `objdump --html` writes a page without control characters",
                not obeyed((folder / "names.html").read_text().replace("\t", " ")),
                obeyed((folder / "names.html").read_text()))

    trap = file("trap.wat", trapping(name))
    quiet(what, "wat2wasm", trap, code=0)
    run = quiet(what, "run", folder / "trap.wasm", code=134)
    count.check(f"{what}: a backtrace has a line for each function",
                len(run.err.splitlines()) == 3, run)
    quiet(what, "compile", trap, code=0)
    quiet(what, "run", folder / "trap.pulley", code=134)
    if "\0" not in name:
        quiet(what, "run", "--invoke", name, folder / "trap.wasm", code=134)
        quiet(what, "run", "--invoke", "no" + name, folder / "trap.wasm", code=1)
        quiet(what, "run", "--invoke", name, folder / "trap.wasm", name, code=1)
        quiet(what, "run", folder / (name.replace("/", "") + ".wasm"), code=1)
        quiet(what, "run", "--dir", folder / name, trap, code=1)
        quiet(what, "run", "--env", name, trap, code=64)
        quiet(what, "run", "--load", "/" + name, trap, code=1)
        quiet(what, "run", "--host", f"a.{name}=int(int)", trap, code=1)
        quiet(what, "run", "--host", f"a.puts={name}", trap, code=1)
        quiet(what, "run", "--host", name, trap, code=64)
        quiet(what, "run", "--" + name, trap, code=64)
        quiet(what, "run", "--seed", name, trap, code=64)
        quiet(what, name, code=64)
        quiet(what, "compile", trap, "-o", folder / "none" / name, code=1)
        quiet(what, "validate", "--json", folder / name, code=1)
        quiet(what, "wast", folder / name, code=1)
        quiet(what, "objdump", "--html", "--filter", name + "?", trap, "-o", folder / "p.html", code=1)
    no_start = file("exports.wat", f'(module (func (export {wat(name)})))')
    quiet(what, "run", no_start, code=1)
    for command in (["run"], ["validate"], ["validate", "--json"], ["compile"]):
        quiet(what, *command, invalid(name), code=1)
    for number, linked in enumerate((
            f'(module (import "wasi_snapshot_preview1" "fd_close" (func (param i64)))'
            f' (func ${wat(name)}) (import {wat(name)} "x" (func)))',
            f'(module (import "env" "puts" (func $a (param f32)))\n(func ${wat(name)} (export "_start")))')):
        quiet(what, "run", "--host", "env.puts=int(cstr)", file(f"link{number}.wat", linked), code=1)

    # Texts with errors: the message contains the word, and shows the line with a caret.
    for text in (f"(module (func {name}))", f"(module (func (call $x{name})))", f"(module\n{name} (fnuc))",
                 f'(module (func (call $"{wat(name)[1:-1]}")))', f"(module (func i32.{name}))",
                 f'(module (import "a" "{name}" (func)) (fnuc))', f"(module (@{name}) (fnuc))"):
        wrong = file("wrong.wat", text)
        for command in ("run", "validate", "wat2wasm", "wast"):
            quiet(what, command, wrong, source=True)
        quiet(what, "validate", "--json", wrong)

    # CLIF
    quotable = name.replace('"', "'")
    good = f"""function %"{quotable}"(i64) -> i64 {{
    fn0 = %"no{quotable}"(i64) -> i64 system_v
block0(v0: i64):
    trap user1
}}
function %main() {{
    fn0 = %"{quotable}"(i64) -> i64
block0:
    v0 = iconst.i64 1
    v1 = call fn0(v0)
    return
}}
"""
    clif = file("names.clif", good)
    for command in (["run"], ["run", "--invoke", "nobody"], ["objdump"], ["objdump", "--offsets"],
                    ["validate"], ["compile"], ["clif-test"]):
        quiet(what, *command, clif, source=True)
    for command in (["run"], ["objdump"], ["run", "--invoke", "nobody"], ["inspect"]):
        if (folder / "names.pulley").exists():
            quiet(what, *command, folder / "names.pulley", source=True)
    for text in (good.replace("-> i64", "-> i32", 1), good.replace("trap user1", f"{name} v0"),
                 good.replace("%main", f'%"{quotable}"'), f"function %f{name}() {{\nblock0:\n return\n}}",
                 good.replace("call fn0", "call colocated fn0"), f"test {name}\n{good}",
                 f"test run\n{good}; run: %\"{quotable}\"(1) == 2\n", f"test cat\n{good}; check: {name}\n",
                 f"test verifier\n{good}", f"test compile precise-output\n{good}",
                 good.replace("block0:", f"block0: ;{name}\n    {name}")):
        wrong = file("wrong.clif", text)
        for command in ("run", "validate", "clif-test"):
            quiet(what, command, wrong, source=True)
        for command in ("validate", "clif-test"):
            quiet(what, command, "--json", wrong, source=True)

    # Scripts
    script = file("names.wast", f"""{trapping(name)}
(assert_return (invoke {wat(name)}))
(assert_return (invoke {wat("no" + name)}))
(assert_trap (invoke {wat("no" + name)}) {wat(name)})
(assert_return (get {wat(name)}) (i32.const 1))
(register {wat(name)})
(assert_unlinkable (module (import {wat(name)} {wat("x" + name)} (func))) {wat(name)})
(assert_malformed (module quote "(func {wat(name)[1:-1]})") {wat(name)})
(module (import {wat(name)} {wat("x" + name)} (func)))
(invoke $x{wat(name)} {wat(name)})
""")
    for command in (["wast"], ["wast", "--json"], ["wast", "--per-file"], ["wast", "--round-trip"]):
        quiet(what, *command, script)

    # A path that a program requests and that the hint shows
    asking = file("asking.wat", f"""(module
      (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) (data (i32.const 100) {wat("../" + name)})
      (func (export "_start")
        (call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 100)
          (i32.const {len(name.encode()) + 3}) (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0)
          (i32.const 200)))))""")
    quiet(what, "run", "--dir", folder, asking)

run = Run("run", file("escape.wat", trapping("\x1b[7m\\")))
count.check("different hostile names are shown differently", "\\u{1b}[7m\\\\" in run.err, run)
run = Run("run", file("good.wat", trapping("größe 計算 🎉")))
count.check("visible names are shown unchanged", "größe 計算 🎉" in run.err, run)

# Bytes

RAW = [b"\xff", b"a\x80b", b"\xc3", b"\xed\xa0\x80", b"\xf4\x8f\xbc\x80", b"\xf4\x8f\xbf\xbf\xff",
       "größe".encode(), b"\x01\x1b\x7f", b"e\xcc\x81", b"-\xff", b"--\xff=\xfe", bytes(range(1, 256))]
echo = file("echo.wat", r"""(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name"
    (func $name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 3)
  (func $print (param $length i32)
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $get (i32.const 1024) (i32.const 65536)))
    (call $print (i32.load (i32.const 4)))
    (drop (call $env_sizes (i32.const 0) (i32.const 4)))
    (drop (call $env (i32.const 1024) (i32.const 65536)))
    (call $print (i32.load (i32.const 4)))
    (if (i32.eqz (call $prestat (i32.const 3) (i32.const 16)))
      (then
        (drop (call $name (i32.const 3) (i32.const 65536) (i32.load (i32.const 20))))
        (call $print (i32.load (i32.const 20)))))))""")


def run_bytes(*arguments, **more):
    """Exit code, standard output and standard error as bytes."""
    line = [os.fsencode(PULLEY), *(os.fsencode(a) for a in arguments)]
    done = subprocess.run(line, capture_output=True, timeout=60, **more)
    return done.returncode, done.stdout, done.stderr


os.chdir(folder)
name = os.fsencode(echo.name)
for raw in RAW:
    count.equal(f"the argument {raw!r} reaches the program unchanged",
                run_bytes("run", echo.name, raw, b"x", raw),
                (0, b"\0".join([name, raw, b"x", raw, b""]), b""))
    if b"=" not in raw:
        count.equal(f"the variable {raw!r} reaches the program unchanged",
                    run_bytes("run", b"--env=N=" + raw, b"--env", raw + b"=1",
                                                     b"--env=" + raw, echo.name, env={raw: raw})
                    if not raw.startswith(b"-") else
                    run_bytes("run", b"--env=N=" + raw, b"--env=" + raw + b"=1", b"--env=" + raw,
                              echo.name, env={raw: raw}),
                    (0, name + b"\0N=" + raw + b"\0" + raw + b"=1\0" + raw + b"=" + raw + b"\0", b""))
    if b"/" in raw:
        continue
    directory = os.path.join(os.fsencode(folder), b"d" + raw)
    os.mkdir(directory)
    count.equal(f"the directory {raw!r} can be opened",
                run_bytes("run", b"--dir", directory, echo.name),
                (0, name + b"\0" + directory, b""))
    count.equal(f"a directory can have the guest name {raw!r}",
                run_bytes("run", b"--dir=" + directory + b"::g" + raw + b":ro", echo.name),
                (0, name + b"\0g" + raw, b""))
    # File names, with all commands that read or write files
    path = os.path.join(directory, raw + b".wat")
    shutil.copy(echo, path)
    stem = path[:-4]
    count.equal(f"commands read the file {raw!r}", run_bytes("run", path), (0, path + b"\0", b""))
    count.equal(f"commands write outputs next to the file {raw!r}",
                [run_bytes("wat2wasm", path), run_bytes("compile", path),
                 run_bytes("objdump", "--html", path), run_bytes("wasm2wat", stem + b".wasm", "-o", stem),
                 run_bytes("validate", path, stem + b".wasm"), run_bytes("run", stem + b".pulley", raw)],
                [(0, b"", b"")] * 5 + [(0, stem + b".pulley\0" + raw + b"\0", b"")])
    count.equal(f"all outputs next to the file exist: {raw!r}", sorted(os.listdir(directory)),
                sorted(raw + ending for ending in (b"", b".wat", b".wasm", b".pulley", b".html")))
    with open(stem + b".wast", "wb") as script:
        script.write(b"(module)")
    count.equal(f"scripts in the folder {raw!r} run", run_bytes("wast", directory)[:2],
                (0, b"1 passed, 0 failed\n"))
    code, out, error = run_bytes("run", stem + b".none")
    count.check(f"a message about the file {raw!r} has no control characters",
                code == 1 and not obeyed(error.decode())
                and b".none: No such file" in error, error)
    library = stem + b".so"
    built = subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library],
                           input=b"int seven(void) { return 7; }", capture_output=True)
    if not count.equal(f"the library {raw!r} can be built", built.returncode, 0, built.stderr):
        continue
    using = file("using.wat", '(module (import "env" "seven" (func $s (result i32)))'
                 ' (func (export "f") (result i32) (call $s)))')
    count.equal(f"the library {raw!r} is loaded", run_bytes(
        "run", b"--load=" + library, "--host", "env.seven=int()", "--invoke", "f", using), (0, b"7\n", b""))

# The program opens the named files and counts their words.
words = pathlib.Path(__file__).resolve().parents[2] / "examples-c/guests/words.wasm"
with open(b"w\xff\x80", "wb") as text:
    text.write(b"one two three\n")
code, out, error = run_bytes("run", "--dir", ".", words, b"w\xff\x80")
count.check("a program opens the file with the name that it receives",
            code == 0 and b"3" in out, code, out, error)

os.chdir("/")
shutil.rmtree(folder)
count.finish()
