#!/usr/bin/env python3
"""Checks that the command does nothing unasked: CLIF and artifacts run because of a file ending or an option, never
because of their contents, and a guest's arguments never become options. Also checks that it reports lost output and
how a run ended."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting
from command import PULLEY, Run

count = counting.Count()
folder = pathlib.Path(tempfile.mkdtemp())


def file(name, data):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


# Formats

CLIF = """function %main() -> i32 {
block0:
    v0 = iconst.i32 7
    return v0
}
"""
WAT = '(module (func (export "_start")))'
clif = file("made/clif.clif", CLIF)
wat = file("made/wat.wat", WAT)
for source in (clif, wat):
    count.equal(f"`compile {source.name}` succeeds", Run("compile", source).code, 0)
count.equal("`wat2wasm` succeeds", Run("wat2wasm", wat).code, 0)
CONTENTS = {
    "a text of CLIF": (clif.read_bytes(), "clif", 7),
    "CLIF after comments": (b";; a comment\n\n; another\n" + clif.read_bytes(), "clif", 7),
    "an artifact of CLIF": ((folder / "made/clif.pulley").read_bytes(), "precompiled", 7),
    "an artifact of WebAssembly": ((folder / "made/wat.pulley").read_bytes(), "precompiled", 0),
    "a text of WebAssembly": (wat.read_bytes(), None, 0),
    "a binary of WebAssembly": ((folder / "made/wat.wasm").read_bytes(), None, 0),
}
ENDINGS = {"clif": ".clif", "precompiled": ".pulley"}
NAMES = ["x.wasm", "x.wat", "x.clif", "x.pulley", "x", "x.CLIF", "x.Clif", "x.PULLEY", "x.clif.wasm",
         "x.pulley.bak", "xclif", "xpulley", ".clif", ".pulley", "x.clif ", "x.clif\n", "x.cli\u0307f",
         "x.clif/x.wasm", "x.pulley/x"]
for what, (content, power, code) in CONTENTS.items():
    bad = []
    for name in NAMES:
        directory = pathlib.Path(tempfile.mkdtemp(dir=folder))
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        for flags in ([], ["--allow-clif"], ["--allow-precompiled"],
                      ["--allow-clif", "--allow-precompiled"]):
            allowed = power is None or name.endswith(ENDINGS[power]) or f"--allow-{power}" in flags
            run = Run("run", *flags, path)
            if allowed != (run.code == code and not run.err) or not allowed and not (
                    run.code == 1 and not run.out and f"--allow-{power}" in run.err
                    and "this is" in run.err):
                bad.append(str(run))
    count.check(f"{what} runs only because of its file ending or the option", not bad, *bad[:3])
    if power:
        real = file("real" + ENDINGS[power], content)
        link = folder / f"link-{power}.wasm"
        link.symlink_to(real)
        run = Run("run", link)
        count.check(f"{what}: the given name counts, not the name of a link's target",
                    run.code == 1 and f"--allow-{power}" in run.err, run)
        link.unlink()
        hidden = file("hidden.wasm", content)
        link = folder / f"link{ENDINGS[power]}"
        link.symlink_to(hidden)
        count.equal(f"{what}: a link with the right ending runs", Run("run", link).code, code)
        link.unlink()
    for name in ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
        run = Run("run", name, stdin=content)
        flags = [f"--allow-{power}"] if power else []
        count.check(f"{what} is refused from standard input as {name}",
                    run.code == (1 if power else code)
                    and (not power or flags[0] in run.err), run)
        count.equal(f"{what} runs from standard input as {name} if it is allowed",
                    Run("run", *flags, name, stdin=content).code, code)

for name in NAMES:
    path = pathlib.Path(tempfile.mkdtemp(dir=folder)) / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(CLIF)
    for command in (["compile", "-o", folder / "out.pulley"], ["validate"]):
        run = Run(*command, path)
        named = name.endswith(".clif")
        count.check(f"{command[0]} takes CLIF by the ending of its name alone: {name!r}",
                    run.code == (0 if named else 1) and (named or "--allow-clif" in run.err), run)
        count.equal(f"{command[0]} --allow-clif: {name!r}",
                    Run(command[0], "--allow-clif", *command[1:], path).code, 0)
run = Run("compile", folder / "made/clif.pulley", "-o", folder / "out.pulley")
count.check("an artifact is not compiled", run.code == 1 and "compiled already" in run.err, run)
disguised = file("disguised.wasm", CLIF)
run = Run("validate", "--json", disguised, wat)
count.check("`validate --json` reports CLIF under another name", run.code == 1 and "--allow-clif" in
            json.loads(run.out)[0]["errors"][0]["message"], run)
for command in (["objdump"], ["objdump", "--offsets"]):
    run = Run(*command, disguised)
    count.check(f"{' '.join(command)} only reads, and takes CLIF by any name",
                run.code == 0 and "main:" in run.out, run)
artifact = file("disguised", (folder / "made/wat.pulley").read_bytes())
for command in ("objdump", "inspect"):
    count.equal(f"{command} only reads, and takes artifacts by any name",
                Run(command, artifact).code, 0)
mistaken = file("mistaken.clif", "functoin %f() {\n}\n")
for command in ("run", "compile", "validate"):
    run = Run(command, mistaken)
    count.check(f"{command}: a text named .clif is read as CLIF, also if its first word is wrong",
                run.code == 1 and "mistaken.clif:1:1: " in run.err, run)
run = Run("run", PULLEY)
count.check("a native program is refused", run.code == 1 and "--allow-precompiled" in run.err,
            run)

# Options end at the file's name

echo = file("echo.wat", r"""(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $get (i32.const 1024) (i32.const 65536)))
    (i32.store (i32.const 0) (i32.const 65536))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))""")


def arguments_of(run):
    """The arguments that the program received, without its name."""
    return run.out.split("\0")[1:-1] if run.code == 0 else None


GUESTS = [
    ["--help"], ["-h"], ["--version"], ["--help-hidden"], ["--dir", "/"], ["--dir=/"], ["--dir"],
    ["--env", "A=B"], ["--load", "/none.so"], ["--host", "env.system=int(cstr)"], ["--invoke", "x"],
    ["--max-memory", "1"], ["--stack-size", "1"], ["--eager"], ["--allow-clif"], ["--unknown"], ["--"],
    ["--", "--dir", "/"], ["a", "--", "b"], ["--", "--"], ["-"], [""], ["", "--help"], ["---x"],
    ["-5", "-x", "-abc"], ["--generate-completion-script", "bash"], ["--experimental-dump-help"],
    ["---completion"], ["help"], ["run"], ["x=y", "=", "-=", "--="], ["@file"], ["\n", "\t", " "],
    ["x"] * 200,
]
for options in ([], ["--"], ["--dir", str(folder)], ["--dir=" + str(folder), "--env", "X=1"],
                ["--eager"], ["--count-dispatches"], ["--stats"], ["--stats=/dev/null"], ["--env", "A=1", "--"], ["--seed", "1", "--clock=2"]):
    bad = []
    for arguments in GUESTS:
        run = Run("run", *options, echo, *arguments)
        if arguments_of(run) != arguments:
            bad.append(f"{arguments}: {run}")
    count.check(f"all words after the file are the guest's: run {' '.join(options)} FILE …", not bad,
                *bad[:3])

dump = json.loads(Run("--experimental-dump-help").out)["command"]
described = next(c for c in dump["subcommands"] if c["commandName"] == "run")
flags = [f"--{name['name']}" for a in described["arguments"] if a["kind"] == "flag"
         for name in a["names"] if name["name"] not in ("help", "h", "version")]
count.check("`run` has the flags --eager and --allow-clif", "--eager" in flags and "--allow-clif" in flags, flags)
for flag in flags:
    run = Run("run", flag, echo, "--help", "--dir", "/")
    count.equal(f"the word after {flag}, which has no value, is the file", arguments_of(run),
                ["--help", "--dir", "/"], run)
for option in [f"--{name['name']}" for a in described["arguments"] if a["kind"] == "option"
               for name in a["names"]]:
    run = Run("run", option, "1", echo, "--help")
    count.check(f"{option} takes one value and the guest receives the rest",
                "USAGE" not in run.out, run)

add = file("add.wat", """(module (func (export "add") (param i32 i32) (result i32)
  (i32.add (local.get 0) (local.get 1))))""")
for arguments, result in ((["2", "-5"], "-3\n"), (["-2", "-5"], "-7\n"), (["-0x10", "1"], "-15\n")):
    run = Run("run", "--invoke", "add", add, *arguments)
    count.equal(f"`--invoke` accepts these numbers: {arguments}", (run.code, run.out), (0, result), run)
count.equal("`--invoke=add` is the same as `--invoke add`",
            Run("run", "--invoke=add", add, "2", "40").out, "42\n")
for arguments in (["--invoke", "add", "1", "2"], ["--host", "env.x=int(int)"], ["--dir", "."],
                  ["--eager"], ["--invoke=add"]):
    run = Run("run", add, *arguments)
    count.check(f"a hint names options that follow a file that does not run: {arguments}", run.code == 1
                and f"hint: {arguments[0].split('=')[0]} comes after the file" in run.err, run)
run = Run("run", add, "--nonsense")
count.check("other words for `--invoke` are refused",
            run.code == 1 and "comes after" not in run.err, run)
run = Run("run", "examples-c/guests/words.wasm", "--dir", ".", "README.md")
count.check("a hint names options that follow the file if a program lacks a directory",
            "hint: --dir comes after the file" in run.err, run)
dashed = file("-dashed.wat", WAT)
count.equal("a file whose name begins with a dash runs after `--`",
            Run("run", "--", "-dashed.wat", cwd=folder).code, 0)
count.equal("a file with the name of an option runs after `--`",
            (shutil.copy(wat, folder / "--help"), Run("run", "--", "--help", "--help", cwd=folder).code)[1],
            0)
for arguments in (["run", "--invoke"], ["run", "--dir"], ["run", "--"], ["run"], ["run", "--eager"]):
    count.equal(f"a command line without a file is refused: {arguments}", Run(*arguments).code, 64)

# Lost output

big = file("big.wat", "(module" + "".join(
    f'(func (export "f{i}") (result i32) i32.const {i})' for i in range(2000)) + ")")
count.equal("`wat2wasm` of a large module succeeds", Run("wat2wasm", big).code, 0)
script = file("x.wast", '(module (func (export "f")))\n(assert_return (invoke "f"))\n')
tested = file("test.clif", "test run\nfunction %f() -> i32 {\nblock0:\n    v0 = iconst.i32 1\n"
              "    return v0\n}\n; run: %f() == 1\n; print: %f()\n")
puts = file("puts.clif", """function %main() -> i32 {
    ss0 = explicit_slot 8
    fn0 = %puts(i64) -> i32 system_v
block0:
    v0 = stack_addr.i64 ss0
    v1 = iconst.i64 0x216948
    store v1, v0
    v2 = call fn0(v0)
    v3 = iconst.i32 0
    return v3
}
""")
PRINTING = [
    ["--help"], ["--version"], ["help"], ["help", "run"], ["run", "--help"], ["compile", "-h"],
    ["--experimental-dump-help"], *(["--generate-completion-script", s] for s in ("bash", "zsh", "fish")),
    ["run", "--invoke", "add", add, "1", "2"], ["run", "--invoke", "main", clif], ["run", puts],
    ["validate", "--json", wat], ["inspect", wat], ["inspect", "--json", wat], ["objdump", wat],
    ["objdump", "--offsets", "--addresses", "--bytes", big], ["objdump", folder / "made/clif.pulley"],
    ["wasm2wat", folder / "made/wat.wasm"], ["wasm2wat", folder / "big.wasm"],
    ["wasm2wat", "-o", "-", folder / "made/wat.wasm"], ["wat2wasm", "-o", "-", wat],
    ["compile", "-o", "-", wat], ["objdump", "--html", "-o", "-", wat], ["wast", script],
    ["wast", "--json", script], ["wast", "--per-file", "--round-trip", script], ["clif-test", tested],
    ["clif-test", "--json", tested], ["clif-test", "--per-file", tested],
]


def with_output(arguments, output, **more):
    process = subprocess.Popen([PULLEY, *map(str, arguments)], stdout=output, stderr=subprocess.PIPE,
                               stdin=subprocess.DEVNULL, **more)
    error = process.communicate(timeout=60)[1].decode(errors="replace")
    return process.returncode, error


def broken_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


for arguments in PRINTING:
    line = " ".join(str(a).removeprefix(str(folder)) for a in arguments)
    good = Run(*arguments)
    count.check(f"the command prints: {line}", good.code == 0 and good.out and not good.err, good)
    with open("/dev/full", "wb") as full:
        code, error = with_output(arguments, full)
    count.check(f"a full device makes the command fail: {line}", code == 1
                and error == "pulley: standard output: No space left on device\n"
                or arguments[:1] == ["run"] and code == 1 and "standard output: " in error, code, error)
    code, error = with_output(arguments, None, preexec_fn=lambda: os.close(1))
    count.check(f"closed standard output makes the command fail: {line}",
                code == 1 and "standard output: " in error, code,
                error)
    writer = broken_pipe()
    code, error = with_output(arguments, writer)
    count.equal(f"a broken pipe ends the command without a message: {line}",
                (code, error), (-signal.SIGPIPE, ""))
    code, error = with_output(arguments, writer, restore_signals=False)
    os.close(writer)
    count.check(f"a broken pipe with SIGPIPE ignored makes the command fail: {line}",
                code == 1 and "standard output: " in error, code, error)
for arguments in (["validate", wat], ["compile", wat], ["run", wat]):
    for output in ("/dev/full", None):
        if output:
            with open(output, "wb") as full:
                result = with_output(arguments, full)
        else:
            result = with_output(arguments, None, preexec_fn=lambda: os.close(1))
        count.equal(f"a command that prints nothing succeeds with a full device: {arguments[0]}",
                    result, (0, ""))

# Exit codes

crash = file("crash.wat", '(module (func (export "_start") unreachable))')
with open("/dev/full", "wb") as full:
    code, error = with_output(["run", crash], full)
count.check("a trap gives exit code 134", code == 134 and "unreachable" in error, code, error)
for code in (0, 1, 2, 64, 70, 124, 125, 134, 139, 255, 256, 1000, 0xFFFFFFFF):
    ending = file("ending.wat", f"""(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const {code}))))""")
    run = Run("run", ending)
    count.check(f"a guest's own exit code, {code}, comes without a message",
                run.code == code & 255 and not run.err, run)
for what, run, code in (
        ("refused input", Run("run", file("broken.wasm", b"\0asm\1\0\0\0\1")), 1),
        ("no such file", Run("run", folder / "none"), 1),
        ("a wrong command line", Run("run", "--unknown", wat), 64),
        ("a trap of CLIF", Run("run", file("trap.clif", "function %main() {\nblock0:\n    trap user1\n}\n")),
         134)):
    count.check(f"{what} gives exit code {code}", run.code == code and run.err, run)
run = Run("run", file("abort.clif", """function %main() {
    fn0 = %abort() system_v
block0:
    call fn0()
    return
}
"""))
count.equal("a C function that aborts ends the process by its signal", run.code, -signal.SIGABRT, run)


def aborted():
    """Whether the command itself aborts although it runs only WebAssembly."""
    forever = file("forever.wat", '(module (func (export "_start") (loop (br 0))))')
    process = subprocess.Popen([PULLEY, "run", forever], stderr=subprocess.PIPE)
    time.sleep(0.3)
    process.send_signal(signal.SIGABRT)
    _, error = process.communicate(timeout=10)
    return process.returncode, error


count.equal("an abort of the command gives exit code 70 and not that of a trap", aborted(),
            (70, b"pulley: internal error: please report this\n"))

shutil.rmtree(folder)
count.finish()
