"""The command line `python -m pulley`."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

import pulley
from pulley._command import values

COMMAND = os.environ.get("PULLEY_COMMAND") or shutil.which("pulley")
"""The command of the project, with which the output is compared."""

FILES = {
    "kinds.wat": """(module $kinds
      (func $inner unreachable)
      (func (export "same") (param i32 i64 f32 f64 v128) (result i32 i64 f32 f64 v128)
        local.get 0 local.get 1 local.get 2 local.get 3 local.get 4)
      (func (export "fail") call $inner)
      (func (export "down") (param i32)
        (if (local.get 0)
          (then (call 3 (i32.sub (local.get 0) (i32.const 1)))) (else unreachable)))
      (func (export "null") (param externref funcref) (result externref funcref)
        local.get 0 local.get 1)
      (global (export "number") i32 (i32.const 1))
      (memory (export "memory") 1 3))""",
    "exit.wat": """(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start") (call $exit (i32.const 300))))""",
    "words.wat": """(module
      (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "environ_sizes_get"
        (func $environ_sizes (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 2)
      (func $show (param $size i32)
        (i32.store (i32.const 0) (i32.const 65536))
        (i32.store (i32.const 4) (local.get $size))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
      (func (export "_start")
        (drop (call $sizes (i32.const 16) (i32.const 20)))
        (drop (call $args (i32.const 1024) (i32.const 65536)))
        (call $show (i32.load (i32.const 20)))
        (drop (call $environ_sizes (i32.const 16) (i32.const 20)))
        (drop (call $environ (i32.const 1024) (i32.const 65536)))
        (call $show (i32.load (i32.const 20)))))""",
    "cat.wat": """(module
      (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (loop $more
          (i32.store (i32.const 0) (i32.const 1024))
          (i32.store (i32.const 4) (i32.const 4096))
          (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
          (if (i32.load (i32.const 4))
            (then
              (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
              (br $more))))))""",
    "forever.wat": """(module
      (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (i32.store (i32.const 4) (i32.const 1024))
        (loop $more
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
          (br $more))))""",
    "loop.wat": '(module (func (export "_start") (loop $l (br $l))))',
    "start.wat": '(module (func $s (loop $l (br $l))) (start $s) (func (export "_start")))',
    "open.wat": """(module
      (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 64) "../x")
      (func (export "_start")
        (call $exit
          (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4) (i32.const 0)
            (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 32)))))""",
    "puts.wat": """(module
      (import "env" "puts" (func $puts (param i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 64) "from C")
      (func (export "f") (result i32) (drop (call $puts (i32.const 64))) (i32.const 7)))""",
    "library.wat": """(module
      (global $ready (mut i32) (i32.const 0))
      (func (export "_initialize") (global.set $ready (i32.const 1)))
      (func (export "ready") (result i32) (global.get $ready)))""",
    "many.wat": """(module
      (import "env" "foo" (func (param i32))) (import "e\\1b" "g" (global i32)))""",
    "empty.wat": "(module)",
    "invalid.wat": '(module\n  (func (export "f") (result i32) i64.const 1))\n',
    "text.wasm": "hello",
    "cut.wasm": b"\0asm\1\0\0\0\1\5",
    "sum.clif": """function %add(i32, i64) -> i64 {
block0(v0: i32, v1: i64):
  v2 = sextend.i64 v0
  v3 = iadd v2, v1
  return v3
}
function %same(i32x4, f32x4, i8, i16, i128, f32) -> i32x4, f32x4, i8, i16, i128, f32 {
block0(v0: i32x4, v1: f32x4, v2: i8, v3: i16, v4: i128, v5: f32):
  return v0, v1, v2, v3, v4, v5
}
function %main() -> i32 {
block0:
  v0 = iconst.i32 300
  return v0
}
function %fail() {
block0:
  trap user7
}
""",
    "bad.clif": "function %x() {\nblock0:\n  foo\n}\nfunction %y() {\nblock0:\n  v1 = iadd v7, v8\n"
                " return\n}\n",
    "word.clif": "hello %x",
    "puts.h": "int puts(const char *);",
    "bad.h": "int puts(int;",
}

BINARY = bytes.fromhex(
    "0061736d01000000"  # magic and version
    "010401600000"  # type: func
    "021002016d016602000103656e7601670000"  # imports: m.f memory 1; env.g func 0
    "03020100"  # one function
    "0504010301" "02"  # memory 1 2 shared
    "070501016600" "01"  # export f
    "0a040102000b"  # its code
    "000501782e2e2e"  # custom section x
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("command")
    for name, content in FILES.items():
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (path / "parts.wasm").write_bytes(BINARY)
    (path / "sum.txt").write_text(FILES["sum.clif"])
    (path / "dir").mkdir()
    (path / "-dash.wat").write_text(FILES["words.wat"])
    (path / "kinds.pulley").write_bytes(pulley.Module(FILES["kinds.wat"]).save())
    shutil.copy(path / "kinds.pulley", path / "kinds.bin")
    clif = pulley.Engine(clif=True)
    (path / "sum.pulley").write_bytes(pulley.Module(FILES["sum.clif"], clif).save())
    return path


SERVER = """
import gc, json, os, signal, sys
from pulley._command import arguments as _cli, inspect as _cli_inspect, run as _cli_run

# A child need not collect at its end what it has from the parent.
gc.freeze()
for number in (signal.SIGINT, signal.SIGPIPE):
    signal.signal(number, signal.SIG_DFL)
for line in iter(sys.stdin.readline, ""):
    words = json.loads(line)
    child = os.fork()
    if not child:
        for number, flags in enumerate((os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)):
            os.dup2(os.open(f"stream{number}", flags | os.O_TRUNC * bool(number)), number)
        sys.exit(_cli.main(words))
    print(os.waitpid(child, 0)[1], flush=True)
"""
"""Forks for each command line, because starting Python takes longer. The streams are files."""


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        self.all = code, out, err


def started(command, words, folder, stdin=b""):
    """The result of a process of its own."""
    done = subprocess.run(
        command + [os.fsencode(word) for word in words], cwd=folder, input=stdin,
        capture_output=True, timeout=120, env={**os.environ, "GIVEN": "value"})
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def run(folder):
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=folder, env={**os.environ, "GIVEN": "value"})

    def perform(*words, stdin=b""):
        for number, data in enumerate((stdin, b"", b"")):
            (folder / f"stream{number}").write_bytes(data)
        server.stdin.write(json.dumps([os.fsdecode(word) for word in words]) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return Result(code, *((folder / f"stream{number}").read_bytes() for number in (1, 2)))

    with server:
        yield perform
        server.stdin.close()


SAME = [
    "run exit.wat", "run words.wat a -- --dir b", "run words.wat",
    "run --env A=1 --env GIVEN words.wat",
    "run --env A=1 --env A=2 words.wat", "run -- -dash.wat x", "run cat.wat",
    "run kinds.wat", "run --invoke fail kinds.wat", "run --invoke down kinds.wat 3",
    "run --invoke down kinds.wat", "run --invoke nope kinds.wat", "run --invoke number kinds.wat",
    "run --invoke same kinds.wat 1 -1 1.5 -0.0 1,2,3,0xff", "run --invoke null kinds.wat null null",
    "run --invoke same kinds.wat 1 x 1 1 1,1,1,1", "run --invoke same kinds.wat 1 1 1 1 1,1,1",
    "run --invoke null kinds.wat 0 null", "run --invoke=down --eager kinds.wat 3",
    "run kinds.pulley", "run --invoke fail kinds.pulley", "run kinds.bin",
    "run --allow-precompiled --invoke down kinds.bin 1", "run library.wat",
    "run --invoke ready library.wat", "run --invoke _initialize library.wat",
    "run many.wat", "run many.wat --dir .", "run --dir . many.wat --nonsense", "run empty.wat",
    "run invalid.wat", "run cut.wasm", "run missing.wasm", "run dir",
    "run --timeout 1h exit.wat",
    "run --dir . open.wat", "run --dir dir::/:ro open.wat", "run open.wat --dir .",
    "run --dir nodir exit.wat", "run --host env.puts=i32(cstr) --invoke f puts.wat",
    "run --host env.nope=i32(cstr) --invoke f puts.wat", "run --host env.puts=i32(nope) puts.wat",
    "run --host env.puts=f64(cstr) --invoke f puts.wat", "run --load nope.so exit.wat",
    "run --header puts.h --library libc.so.6 --invoke f puts.wat",
    "run --header bad.h puts.wat", "run --header nope.h puts.wat", "run --library nope.so puts.wat",
    "run --header puts.h --library m=libc.so.6 --invoke f puts.wat",
    "run sum.clif", "run --invoke add sum.clif 1 -5", "run --invoke %add sum.clif 0x10 1_000",
    "run --invoke add sum.clif 1", "run --invoke nope sum.clif", "run --invoke fail sum.clif",
    "run --invoke same sum.clif 1,2,3,-4 1.5,-2.0,0x1.8p3,+NaN:0x5 -1 7 -5 1.5",
    "run --invoke same sum.clif 1,2,3 1.5,2.0,3.0,4.0 -1 7 5 1.5",
    "run --invoke same sum.clif 1,2,3,4 1.5,2.0,3.0,Inf 255 65535 5 NaN",
    "run --invoke same sum.clif 1,2,3,4 1.5,2.0,3.0,4.0 256 7 5 1",
    "run --invoke same sum.clif 0x00112233445566778899aabbccddeeff [0.0,-0.0,1.0,0x1p-149] 0 0 0 0",
    "run bad.clif", "run sum.txt", "run --allow-clif sum.txt", "run sum.pulley",
    "run --header puts.h sum.clif",
    "inspect parts.wasm", "inspect --json parts.wasm", "inspect kinds.pulley",
    "inspect --json kinds.pulley", "inspect sum.clif", "inspect missing.wasm", "inspect cut.wasm",
    "compile -o - missing.wat", "compile kinds.pulley", "compile invalid.wat", "compile sum.txt",
    "compile -o nodir/x kinds.wat", "compile -o /dev/full kinds.wat", "run --version", "--version",
    "run --max-memory 64K kinds.wat", "run --max-compile-memory 1 kinds.wat",
    "run --clock 5 --seed 7 --stack-size 16K exit.wat",
]


@pytest.mark.parametrize("line", SAME if COMMAND is not None else [pytest.param(
    "", marks=pytest.mark.skip(reason="there is no command pulley: set PULLEY_COMMAND"))])
def test_the_output_is_that_of_the_command(run, folder, line):
    words = line.split()
    if "[0.0,-0.0,1.0,0x1p-149]" in words:
        words[words.index("[0.0,-0.0,1.0,0x1p-149]")] = "[0.0 -0.0 1.0 0x1p-149]"
    stdin = b"some input"
    assert run(*words, stdin=stdin).all == started([COMMAND], words, folder, stdin).all


WRONG = [
    "run", "run --nope x.wat", "run --dir", "run --dir :ro x.wat", "run --dir :: x.wat",
    "run --env =x x.wat", "run --env NOT_THERE x.wat", "run --clock x x.wat",
    "run --seed 1.5 x.wat", "run --stack-size 1 x.wat", "run --stack-size 2G x.wat",
    "run --max-memory 1T x.wat",
    "run --timeout 0 x.wat", "run --timeout 1e3 x.wat", "run --timeout 1x x.wat",
    "run --timeout inf x.wat", "run --host nope kinds.wat", "run --library m= x.wat",
    "run --eager=1 x.wat", "run --invoke",
    "inspect", "inspect a b", "compile", "compile --threads x a", "compile a b", "nope.wasm", "ru",
]


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_command_line_is_refused_with_the_usage(run, folder, line):
    done = run(*line.split())
    assert (done.code, done.out) == (64, b"")
    assert done.err.startswith(b"Error: ")
    assert b"\nUsage: python -m pulley" in done.err
    if COMMAND is not None:
        original = started([COMMAND], line.split(), folder)
        assert (original.code, original.out) == (64, b"")
        first = [text.split(b"\n")[0].replace(b"python -m ", b"")
                 for text in (done.err, original.err)]
        assert first[0] == first[1]


@pytest.mark.skipif(COMMAND is None, reason="there is no command pulley: set PULLEY_COMMAND")
def test_an_artifact_is_that_of_the_command(run, folder):
    for name in ("kinds.wat", "sum.clif"):
        assert run("compile", name, "-o", "ours").all == (0, b"", b"")
        assert started([COMMAND], ["compile", name, "-o", "theirs"], folder).code == 0
        assert (folder / "ours").read_bytes() == (folder / "theirs").read_bytes()


# What the commands do, also without the original


def test_run_returns_eight_bits_of_the_exit_code(run):
    assert run("run", "exit.wat").all == (300 & 0xFF, b"", b"")


def test_the_package_runs_as_a_command(folder):
    command = [sys.executable, "-m", "pulley"]
    done = started(command, ["run", "cat.wat"], folder, stdin=b"abc\xff")
    assert done.all == (0, b"abc\xff", b"")
    done = started(command, ["run", "--invoke", "down", "kinds.wat", "0"], folder)
    assert (done.code, done.out) == (134, b"")
    assert started(command, ["run", "exit.wat"], folder).code == 300 & 0xFF


def test_run_passes_words_input_and_variables_unchanged(run):
    done = run("run", "--env", "GIVEN", "words.wat", "--help", b"\xff", "")
    assert done.all == (0, b"words.wat\0--help\0\xff\0\0GIVEN=value\0", b"")
    assert run("run", "cat.wat", stdin=b"abc\xff").all == (0, b"abc\xff", b"")


def test_run_reads_a_module_from_standard_input(run):
    done = run("run", "--invoke", "down", "-", "1", stdin=FILES["kinds.wat"].encode())
    assert done.code == 134
    assert done.err.startswith(b"pulley: -: trap: unreachable")


def test_run_prints_results_after_what_c_functions_print(run):
    done = run("run", "--host", "env.puts=i32(cstr)", "--invoke", "f", "puts.wat")
    assert done.all == (0, b"from C\n7\n", b"")


def test_a_trap_has_its_own_exit_code_and_a_backtrace(run):
    code, out, err = run("run", "--invoke", "fail", "kinds.wat").all
    assert (code, out) == (134, b"")
    assert err.splitlines()[0].startswith(b"pulley: kinds.wat: trap: unreachable (at byte 0x")
    assert b"0: kinds!inner at byte 0x" in err


@pytest.mark.parametrize("file, span, words", [
    ("loop.wat", "200ms", b"200 ms"), ("start.wat", "0.2", b"0.2 s"),
    ("loop.wat", "0.005m", b"0.005 m"),
])
def test_a_time_limit_ends_the_run(run, file, span, words):
    begin = time.monotonic()
    code, out, err = run("run", "--timeout", span, file).all
    assert (code, out) == (124, b"")
    # On a busy machine, the process may have to end before the guest does.
    assert re.match(rb"pulley: \w+.wat: (trap: )?interrupted after " + words + rb"(\n|, )", err)
    assert 0.2 <= time.monotonic() - begin < 60


def test_control_c_ends_the_process_by_the_signal(folder):
    process = subprocess.Popen(
        [sys.executable, "-m", "pulley", "run", "forever.wat"], cwd=folder, stdout=subprocess.PIPE)
    with process:
        process.stdout.read(1024)
        process.send_signal(signal.SIGINT)
        process.stdout.close()
    assert process.returncode == -signal.SIGINT


def test_a_pipe_that_nobody_reads_ends_the_process_by_the_signal(folder):
    process = subprocess.Popen(
        [sys.executable, "-m", "pulley", "run", "forever.wat"], cwd=folder, stdout=subprocess.PIPE)
    with process:
        process.stdout.read(1024)
        process.stdout.close()
        assert process.wait(60) == -signal.SIGPIPE


def test_output_that_cannot_be_written_is_an_error(folder):
    if not os.path.exists("/dev/full"):
        pytest.skip("the system has no /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pulley", "inspect", "parts.wasm"], cwd=folder, stdout=full,
            stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1
    assert done.stderr == b"pulley: standard output: No space left on device\n"


def test_closed_streams_are_no_error(folder):
    command = f'"{sys.executable}" -m pulley run --invoke down kinds.wat 0 <&- 2>&-'
    done = subprocess.run(["sh", "-c", command], cwd=folder, stdout=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stdout) == (134, b"")


def test_compile_makes_an_artifact_that_runs(run, folder, tmp_path):
    assert run("compile", "kinds.wat", "-o", tmp_path / "a.pulley").all == (0, b"", b"")
    done = run("run", "--invoke", "same", tmp_path / "a.pulley", *"1 2 3 4 5,6,7,8".split())
    assert done.out == b"1\n2\n3\n4\n0x00000005,0x00000006,0x00000007,0x00000008\n"
    shutil.copy(folder / "sum.clif", tmp_path / "b.clif")
    assert run("compile", "--threads", "1", tmp_path / "b.clif").code == 0
    assert run("run", tmp_path / "b.pulley").code == 300 & 0xFF
    assert run("compile", "-o", "-", "empty.wat").out.startswith(b"\x7fELF")


def test_inspect_lists_the_parts_of_a_binary(run):
    code, out, err = run("inspect", "--json", "parts.wasm").all
    assert (code, err) == (0, b"")
    found = json.loads(out)
    assert [item["type"] for item in found["imports"]] == ["(memory 1)", "(func)"]
    assert found["exports"] == [{"name": "f", "type": "(func)"}]
    assert found["memories"] == ["(memory 1)", "(memory 1 2 shared)"]
    assert found["counts"]["functions"] == {"defined": 1, "imported": 1}
    assert found["counts"]["memories"] == {"defined": 1, "imported": 1}
    assert found["bytes"] == len(BINARY)
    for section in found["sections"]:
        assert BINARY[section["offset"] - 1] == section["bytes"]
    assert found["sections"][-1]["name"] == "x"


def test_inspect_says_that_it_does_not_show_the_contents_of_a_text(run):
    code, out, err = run("inspect", "kinds.wat").all
    assert code == 0
    assert out.startswith(b"module kinds\n\nimports (0)\n\nexports (6)\n  same    (func (param i32")
    assert b"contents of a text are not shown" in err


def test_what_the_library_cannot_do_is_a_clear_error(run):
    for words in (["run", "--count-dispatches", "exit.wat"], ["run", "--stats", "exit.wat"],
                  ["run", "--profile", "exit.wat"],
                  ["inspect", "--header", "puts.h", "puts.wat"],
                  ["inspect", "--library", "libc.so.6", "puts.wat"]):
        code, out, err = run(*words).all
        assert (code, out) == (1, b"")
        assert b"only the command `pulley` has" in err
    code, _, err = run("objdump", "x").all
    assert code == 64
    assert b"The command `pulley` has it" in err


def test_usage_prints_the_peak_of_each_resource(run):
    code, out, err = run("run", "--usage", "--invoke", "down", "kinds.wat", "0").all
    assert (code, out) == (134, b"")
    names = [line.split(b":")[1].strip() for line in err.splitlines()[-6:]]
    assert names == [b"memories", b"tables", b"instances", b"stacks", b"WASI", b"compilation"]


def test_names_cannot_control_the_terminal(run, tmp_path):
    path = tmp_path / "x.wat"
    path.write_text('(module (func (export "a\\1b[31m\\e2\\80\\aeb\\\\")))')
    code, out, err = run("inspect", path).all
    assert b"  a\\u{1b}[31m\\u{202e}b\\\\  (func)\n" in out
    assert b"\x1b" not in err
    code, out, err = run("inspect", "--json", path).all
    assert b'"a\\u001b[31m\\u202eb\\\\"' in out
    assert run("run", b"\xff\x1b").err == b"pulley: \\xff\\u{1b}: No such file or directory\n"


def test_help_is_shown(run):
    for words in (["--help"], ["help"], [], ["help", "run"], ["run", "--help"], ["compile", "-h"],
                  ["inspect", "--help"], ["run", "-h", "exit.wat"]):
        code, out, err = run(*words).all
        assert (code, err) == (0, b"")
        assert out.startswith(b"usage: python -m pulley")


# Values


@pytest.mark.parametrize("text, kind, value", [
    ("-1", "i32", -1), ("+5", "i32", 5), ("4294967295", "i32", 4294967295), ("0xff", "i32", 255),
    ("-0x10", "i64", (1 << 64) - 16), ("18446744073709551615", "i64", (1 << 64) - 1),
    ("1.", "f64", 1.0), (".5", "f64", 0.5), ("1e400", "f64", float("inf")),
    ("-Infinity", "f32", float("-inf")), ("0x1.8p1", "f64", 3.0), ("0x10", "f64", 16.0),
    ("null", "externref", None),
    ("1,2,3,-1", "v128", bytes.fromhex("010000000200000003000000ffffffff")),
])
def test_words_become_values(text, kind, value):
    assert values.parse(text, kind) == value


@pytest.mark.parametrize("text, kind", [
    ("", "i32"), (" 1", "i32"), ("1_0", "i32"), ("1.0", "i32"), ("4294967296", "i32"),
    ("+0x1", "i32"), ("\u0663", "i32"),
    ("-2147483649", "i32"), ("18446744073709551616", "i64"), ("-9223372036854775809", "i64"),
    ("0x10000000000000000", "i64"), ("1_0", "f64"), ("nan:0x1", "f64"), ("1f", "f64"), ("", "f32"),
    ("1,2,3", "v128"), ("1,2,3,4,5", "v128"), ("1,2,3,x", "v128"), ("0", "funcref"),
])
def test_other_words_are_no_values(text, kind):
    with pytest.raises(ValueError):
        values.parse(text, kind)


@pytest.mark.parametrize("value, kind, text", [
    (1.0, "f64", "1"), (-1.0, "f64", "-1.0"), (-0.0, "f64", "-0.0"), (0.0, "f32", "0"),
    (1e15, "f64", "1000000000000000.0"), (9007199254740992.0, "f64", "9007199254740992.0"),
    (9007199254740994.0, "f64", "9.007199254740994e+15"), (1e22, "f64", "1e+22"),
    (1e-5, "f64", "1e-05"), (0.0001, "f64", "0.0001"), (5e-324, "f64", "5e-324"),
    (float("inf"), "f32", "inf"), (float("-inf"), "f64", "-inf"),
    (-16777216.0, "f32", "-16777216.0"), (-16777218.0, "f32", "-1.6777218e+07"),
    (123456.78125, "f32", "123456.78"), (0.10000000149011612, "f32", "0.1"),
    (2.0 ** 80, "f32", "1.2089258e+24"),
])
def test_results_are_shown_as_the_shortest_number(value, kind, text):
    assert values.show(value, kind) == text
